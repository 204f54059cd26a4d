-- Documents that AIs know, each for itself.
create table documents (
    id         uuid primary key,
    entity_id  uuid not null references entities (id),
    -- The file's name: a newer file of the same name takes its place.
    name       text not null,
    title      text not null,
    kind       text not null check (kind in ('text', 'markdown', 'pdf', 'html', 'docx', 'epub')),
    hash       bytea not null check (length(hash) = 32),
    bytes      bigint not null,
    -- The file itself, until it was read.
    content    bytea,
    state      text not null default 'waiting' check (state in ('waiting', 'known', 'failed')),
    -- Why it could not be read, in words.
    fault      text,
    pages      integer,
    added_by   uuid not null references entities (id),
    added_at   timestamptz not null default now(),
    -- The same file twice is one.
    constraint documents_once unique (entity_id, hash)
);

-- What they say, cut into what is recalled as one.
create table passages (
    id          uuid primary key default gen_random_uuid(),
    document_id uuid not null references documents (id) on delete cascade,
    entity_id   uuid not null references entities (id),
    place       integer not null,
    page        integer,
    heading     text not null,
    text        text not null,
    language    text not null,
    terms       integer[] not null,
    counts      smallint[] not null,
    length      integer not null,
    embedder    text,
    vector      halfvec,
    constraint passages_once unique (document_id, place)
);
create index passages_of on passages (entity_id);
create index passages_by_term on passages using gin (terms);
create index passages_to_embed on passages (document_id, place) where embedder is null;

-- Which of them an AI recalled for an answer.
create table recalled_passages (
    entity_id  uuid not null references entities (id),
    trigger_id uuid not null references messages (id) on delete cascade,
    passage_id uuid not null references passages (id) on delete cascade,
    primary key (entity_id, trigger_id, passage_id)
);
create index recalled_passages_by_trigger on recalled_passages (trigger_id);
create index recalled_passages_by_passage on recalled_passages (passage_id);
