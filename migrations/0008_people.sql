-- A line of what somebody is up to.
alter table entities add column status text not null default '' check (char_length(status) <= 80);

-- How many messages in seven days from the first; null: what the space is configured with.
alter table accounts
    add column weekly_limit integer check (weekly_limit >= 0),
    add column week_began   timestamptz,
    add column week_count   integer not null default 0;

-- Links by which somebody chooses a new password. The id is the SHA-256 of what the link holds.
create table resets (
    id         bytea primary key,
    entity_id  uuid not null references entities (id),
    created_by uuid not null references entities (id),
    expires_at timestamptz not null
);
