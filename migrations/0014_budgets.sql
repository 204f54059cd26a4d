-- What an AI may spend in a day, and what it says when that is used up.
alter table minds
    -- Tokens in and out together; null: as many as it takes.
    add column daily_tokens bigint check (daily_tokens between 1 and 1000000000),
    -- Empty: words of the space.
    add column tired_line text not null default '' check (length(tired_line) <= 500);

-- What is set aside for answers that are being written. What a crash leaves behind counts for some minutes.
create table reserved (
    entity_id  uuid not null references entities (id),
    channel_id uuid not null references channels (id),
    caused_by  uuid references entities (id),
    trigger_id uuid not null references messages (id),
    tokens     bigint not null check (tokens >= 0),
    at         timestamptz not null default now(),
    primary key (entity_id, trigger_id)
);
create index reserved_by_channel on reserved (channel_id);
create index reserved_by_person on reserved (caused_by);
create index usage_by_channel on usage (channel_id, at);
create index usage_by_person on usage (caused_by, at);

-- Where an AI has said today that it is tired; `line` is the client key of those words.
create table tired (
    entity_id  uuid not null references entities (id),
    channel_id uuid not null references channels (id),
    day        date not null,
    line       uuid not null,
    primary key (entity_id, channel_id)
);
