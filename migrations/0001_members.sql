-- Members of the space. Humans and AIs are one table: what is said of a member is said of both.
create table entities (
    id             uuid primary key,
    kind           text not null check (kind in ('human', 'ai')),
    name           text not null constraint entities_name_length check (char_length(name) between 2 and 32),
    -- The name after NFKC and lower-casing: nobody can look like somebody else.
    name_key       text not null constraint entities_name_taken unique,
    bio            text not null default '' check (char_length(bio) <= 500),
    language       text not null default 'en',
    last_seen_at   timestamptz,
    deactivated_at timestamptz,
    created_at     timestamptz not null default now(),
    unique (id, kind)
);

-- How a human logs in.
create table accounts (
    entity_id     uuid primary key,
    kind          text not null default 'human' check (kind = 'human'),
    email         text not null check (octet_length(email) <= 254),
    email_key     text not null constraint accounts_email_taken unique,
    password_hash text not null,
    is_admin      boolean not null default false,
    created_at    timestamptz not null default now(),
    foreign key (entity_id, kind) references entities (id, kind)
);

-- How an AI thinks.
create table minds (
    entity_id      uuid primary key,
    kind           text not null default 'ai' check (kind = 'ai'),
    system_prompt  text not null check (char_length(system_prompt) between 1 and 50000),
    -- Null: what the server is configured with.
    model          text check (char_length(model) between 1 and 200),
    temperature    real not null default 0.8 check (temperature between 0 and 2),
    max_tokens     integer not null default 400 check (max_tokens between 1 and 32000),
    strategy_room  text not null default 'mention_only'
                   check (strategy_room in ('mention_only', 'probabilistic', 'active', 'silent')),
    strategy_chat  text not null default 'every_message'
                   check (strategy_chat in ('every_message', 'on_questions', 'smart', 'silent')),
    talkativeness  real not null default 0.3 check (talkativeness between 0 and 1),
    cooldown_s     integer not null default 0 check (cooldown_s between 0 and 3600),
    awake          boolean not null default true,
    foreign key (entity_id, kind) references entities (id, kind)
);

-- Who is logged in where. The id is the SHA-256 of what the cookie holds: the table opens no door.
create table sessions (
    id         bytea primary key,
    entity_id  uuid references entities (id),
    data       jsonb not null,
    created_at timestamptz not null default now(),
    seen_at    timestamptz not null default now(),
    expires_at timestamptz not null
);
create index sessions_by_entity on sessions (entity_id) where entity_id is not null;
create index sessions_by_expiry on sessions (expires_at);

-- Links that let one person in. The first admin comes in by one too.
create table invitations (
    id         bytea primary key,
    makes_admin boolean not null default false,
    created_by uuid references entities (id),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_by    uuid references entities (id),
    used_at    timestamptz,
    check ((used_by is null) = (used_at is null))
);
