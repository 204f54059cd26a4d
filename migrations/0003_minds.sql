-- The durable queue. A task is claimed by a lease; whoever lets the lease run out is taken to be gone.
create table tasks (
    id           uuid primary key,
    kind         text not null,
    -- Of two tasks with the same key only one runs at a time.
    ordering_key text not null,
    -- Of two tasks with the same key only one waits.
    dedup_key    text,
    payload      jsonb not null,
    run_at       timestamptz not null default now(),
    attempts     integer not null default 0,
    lease_owner  uuid,
    lease_until  timestamptz,
    last_error   text,
    created_at   timestamptz not null default now()
);
create unique index tasks_waiting_once on tasks (dedup_key) where lease_owner is null and dedup_key is not null;
create unique index tasks_running_once on tasks (ordering_key) where lease_owner is not null;
create index tasks_due on tasks (run_at) where lease_owner is null;
create index tasks_leased on tasks (lease_until) where lease_owner is not null;

-- A reply on its way, one for each message that moved an AI to speak.
create table replies (
    id         uuid primary key,
    entity_id  uuid not null references entities (id),
    channel_id uuid not null references channels (id),
    trigger_id uuid not null references messages (id),
    state      text not null check (state in ('waiting', 'thinking', 'streaming', 'done', 'failed', 'silent')),
    text       text not null default '',
    -- What people are told when it failed.
    notice     text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint replies_once unique (entity_id, trigger_id)
);
create index replies_open on replies (channel_id) where state in ('waiting', 'thinking', 'streaming', 'failed');

-- What an AI made of a message, and why.
create table decisions (
    id         uuid primary key,
    entity_id  uuid not null references entities (id),
    channel_id uuid not null references channels (id),
    trigger_id uuid not null references messages (id),
    gate       text not null,
    outcome    text not null,
    reason     text not null,
    -- For admins: the cause inside, where there is one.
    cause      text,
    at         timestamptz not null default now()
);
create index decisions_by_trigger on decisions (trigger_id);

-- What a call to a model took.
create table usage (
    id          uuid primary key,
    entity_id   uuid not null references entities (id),
    channel_id  uuid not null references channels (id),
    -- The human whose message caused it, where one did.
    caused_by   uuid references entities (id),
    model       text not null,
    tokens_in   integer not null check (tokens_in >= 0),
    tokens_out  integer not null check (tokens_out >= 0),
    first_word_ms integer,
    took_ms     integer not null check (took_ms >= 0),
    at          timestamptz not null default now()
);
create index usage_by_entity on usage (entity_id, at);
