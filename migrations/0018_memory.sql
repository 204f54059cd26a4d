create extension if not exists vector;

-- Words as they are cut, and in how many messages each stands.
create table terms (
    id   integer generated always as identity primary key,
    term text not null unique,
    df   integer not null default 0 check (df >= 0)
);

-- How far each channel's messages are indexed, by its clock.
create table indexed (
    channel_id uuid primary key references channels (id) on delete cascade,
    clock      bigint not null
);

-- Every message on the record, once: its words, and vectors of it and of it among its neighbours.
create table recollections (
    message_id uuid primary key references messages (id) on delete cascade,
    channel_id uuid not null references channels (id) on delete cascade,
    seq        bigint not null,
    -- The first message of the stretch of talk that it belongs to: one without a pause of half an hour, of 40 at most.
    stretch    bigint not null,
    said_at    timestamptz not null,
    -- The clock of its newest change where its words were edited, else 0: who has left before has not read these.
    edited     bigint not null default 0,
    language   text not null,
    -- Each term once, how often, and how many words there are in all.
    terms      integer[] not null,
    counts     smallint[] not null,
    length     integer not null,
    -- What made the vectors; null while none has.
    embedder   text,
    turn       halfvec,
    around     halfvec,
    unique (channel_id, seq)
);
create index recollections_by_term on recollections using gin (terms);
create index recollections_to_embed on recollections (channel_id, seq) where embedder is null;

-- How many of them there are.
alter table space add column recollections bigint not null default 0;

-- What an AI recalled for an answer: shown to those who may read it.
create table recalls (
    entity_id  uuid not null references entities (id),
    trigger_id uuid not null references messages (id) on delete cascade,
    message_id uuid not null references messages (id) on delete cascade,
    -- From the likeliest on.
    place      smallint not null,
    primary key (entity_id, trigger_id, message_id)
);
create index recalls_by_trigger on recalls (trigger_id);
