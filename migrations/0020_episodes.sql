-- What an AI has kept of the talk it heard, each for itself: an episode for each stretch that is over.
create table memories (
    id         uuid primary key,
    entity_id  uuid not null references entities (id),
    channel_id uuid not null references channels (id) on delete cascade,
    kind       text not null check (kind in ('episode')),
    -- The messages that it rests on, and when they were said.
    first_seq  bigint not null,
    last_seq   bigint not null check (last_seq >= first_seq),
    said_from  timestamptz not null,
    said_to    timestamptz not null,
    -- The newest clock at which one of them was edited, else 0: who has left before has not read these words.
    edited     bigint not null,
    language   text not null,
    keywords   text[] not null,
    -- The lines that tell most; empty where nothing was worth keeping.
    text       text not null,
    terms      integer[] not null,
    counts     smallint[] not null,
    length     integer not null,
    embedder   text,
    vector     halfvec,
    -- The messages that it rests on, by number.
    sources    bigint[] not null,
    -- Something that it rests on has changed: it is made anew.
    stale      boolean not null default false,
    created_at timestamptz not null default now(),
    constraint memories_once unique (entity_id, channel_id, kind, first_seq)
);
create index memories_by_place on memories (channel_id, last_seq);
create index memories_by_source on memories using gin (sources);
create index memories_stale on memories (channel_id) where stale;
create index memories_to_embed on memories (created_at) where embedder is null and text <> '';
create index recollections_by_stretch on recollections (channel_id, stretch, seq);

-- Up to which message an AI has made episodes of what it heard in a channel.
create table formed (
    entity_id  uuid not null references entities (id),
    channel_id uuid not null references channels (id) on delete cascade,
    up_to      bigint not null,
    primary key (entity_id, channel_id)
);

-- Which of them an AI recalled for an answer, with the messages that each rested on then.
create table recalled_memories (
    entity_id  uuid not null references entities (id),
    trigger_id uuid not null references messages (id) on delete cascade,
    -- It may be gone by now: what it rested on is known all the same.
    memory_id  uuid not null,
    channel_id uuid not null references channels (id) on delete cascade,
    sources    bigint[] not null,
    primary key (entity_id, trigger_id, memory_id)
);
create index recalled_memories_by_trigger on recalled_memories (trigger_id);
create index recalled_memories_by_source on recalled_memories using gin (sources);
