-- How often in 24 hours an AI may begin to speak by itself; 0: never.
alter table minds add column initiative integer not null default 0 check (initiative between 0 and 24);

-- When AIs began by themselves, and what moved them.
create table initiatives (
    id         uuid primary key,
    entity_id  uuid not null references entities (id),
    channel_id uuid not null references channels (id),
    kind       text not null check (kind in ('welcome', 'unfinished', 'silence')),
    -- The newcomer, or the message that nobody answered.
    about      uuid,
    at         timestamptz not null default now()
);
create unique index initiatives_once on initiatives (channel_id, about) where about is not null;
create index initiatives_by_entity on initiatives (entity_id, at);
create index initiatives_by_channel on initiatives (channel_id, at);

-- Not every call is moved by a message.
alter table reserved drop constraint reserved_trigger_id_fkey;
alter table reserved rename column trigger_id to call_id;
