-- A circle may go without a name of its own: then it is called by its members.
alter table channels drop constraint channels_name_check;
alter table channels
    add constraint channels_name_length
        check (char_length(name) between (case kind when 'circle' then 0 else 1 end) and 200),
    -- What somebody who comes (back) may read: everything, or what is said from then on.
    add column history text not null default 'whole' check (history in ('whole', 'from_joining'));

-- Put away by its member: out of their list while this is the newest message.
alter table memberships add column put_away_seq bigint;

-- Whom a member does not want to hear from.
create table blocks (
    blocker_id uuid not null references entities (id),
    blocked_id uuid not null references entities (id),
    created_at timestamptz not null default now(),
    primary key (blocker_id, blocked_id),
    check (blocker_id <> blocked_id)
);
create index blocks_by_blocked on blocks (blocked_id);

-- To whom a room is closed.
create table bans (
    channel_id uuid not null references channels (id),
    entity_id  uuid not null references entities (id),
    banned_by  uuid not null references entities (id),
    created_at timestamptz not null default now(),
    primary key (channel_id, entity_id)
);

-- Where a mention stands, so that "is there an unread one" is a look into an index.
alter table mentions
    add column channel_id uuid references channels (id),
    add column seq bigint;
update mentions n set channel_id = m.channel_id, seq = m.seq from messages m where m.id = n.message_id;
alter table mentions alter column channel_id set not null, alter column seq set not null;
create index mentions_by_entity on mentions (entity_id, channel_id, seq);
