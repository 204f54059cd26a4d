-- What AIs think with, beside what the space is configured with.
create table providers (
    id          uuid primary key,
    name        text not null,
    name_key    text not null constraint providers_name_taken unique,
    base_url    text not null,
    dialect     text not null check (dialect in ('open_ai', 'azure')),
    api_version text not null default '',
    model       text not null,
    patience_s  integer not null check (patience_s between 5 and 600),
    free        boolean not null default false,
    -- Sealed by the space's secret.
    key         bytea,
    -- AIs that name no provider think with it.
    preferred   boolean not null default false,
    -- What it told when it was tried last.
    models      text[] not null default '{}',
    tried_at    timestamptz,
    tried       text not null default '',
    -- Raised at each change: who keeps a client of it sees that it is an old one.
    version     integer not null default 1,
    created_at  timestamptz not null default now()
);
create unique index providers_preferred on providers (preferred) where preferred;

alter table minds
    add column provider_id uuid constraint minds_provider references providers (id),
    -- Most money in a day, in US cents; null: as much as it takes.
    add column daily_cents bigint check (daily_cents between 1 and 10000000);

-- What an AI thinks with where its first choice fails, in this order. Without a provider: the space's own.
create table fallbacks (
    entity_id   uuid not null references minds (entity_id) on delete cascade,
    place       smallint not null check (place between 1 and 3),
    provider_id uuid constraint fallbacks_provider references providers (id),
    model       text,
    primary key (entity_id, place)
);

-- What models cost, in millionths of a US dollar for a million tokens; the longest name that a model's begins with counts.
-- These are what OpenAI's list said in 2025; admins keep them.
create table prices (
    model  text primary key,
    input  bigint not null check (input >= 0),
    output bigint not null check (output >= 0)
);
insert into prices (model, input, output) values
    ('gpt-4o-mini', 150000, 600000),
    ('gpt-4o', 2500000, 10000000),
    ('gpt-4.1-nano', 100000, 400000),
    ('gpt-4.1-mini', 400000, 1600000),
    ('gpt-4.1', 2000000, 8000000),
    ('gpt-5-nano', 50000, 400000),
    ('gpt-5-mini', 250000, 2000000),
    ('gpt-5', 1250000, 10000000);

alter table usage
    -- Empty: what the space is configured with, or the model of this machine.
    add column provider text not null default '',
    -- What it cost, in millionths of a US dollar, as far as the price was known.
    add column micros bigint not null default 0 check (micros >= 0),
    -- It came to nothing.
    add column failed boolean not null default false;
create index usage_by_day on usage (at);
alter table reserved add column micros bigint not null default 0 check (micros >= 0);
