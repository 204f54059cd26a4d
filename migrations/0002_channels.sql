-- Rooms, private chats and circles are one table: a message has exactly one channel.
create table channels (
    id          uuid primary key,
    kind        text not null check (kind in ('room', 'chat', 'circle')),
    name        text not null check (char_length(name) between 1 and 200),
    name_key    text not null,
    description text not null default '' check (char_length(description) <= 500),
    capacity    integer not null check (capacity between 2 and 10000),
    -- Numbers messages, dense from 1.
    last_seq    bigint not null default 0,
    -- Numbers every change that others must see. The row that changed keeps the number.
    clock       bigint not null default 0,
    -- The clock of the last change of this row's own name, description, capacity or archiving.
    own_clock   bigint not null default 0,
    epoch       integer not null default 0,
    owner_id    uuid references entities (id),
    archived_at timestamptz,
    created_at  timestamptz not null default now()
);
create unique index channels_room_name_taken on channels (name_key) where kind = 'room' and archived_at is null;

create table memberships (
    channel_id    uuid not null references channels (id),
    entity_id     uuid not null references entities (id),
    role          text not null default 'member' check (role in ('member', 'admin', 'owner')),
    joined_at     timestamptz not null default now(),
    visible_from  bigint not null default 1 check (visible_from >= 1),
    -- Null while a member; the last message that could be read, afterwards.
    left_seq      bigint,
    last_read_seq bigint not null default 0,
    muted         boolean not null default false,
    clock         bigint not null,
    -- Leaving and coming back is one row.
    primary key (channel_id, entity_id)
);
create index memberships_by_entity on memberships (entity_id) where left_seq is null;
create index memberships_by_clock on memberships (channel_id, clock);

create table messages (
    id         uuid primary key,
    channel_id uuid not null references channels (id),
    seq        bigint not null,
    clock      bigint not null,
    author_id  uuid not null references entities (id),
    kind       text not null default 'text' check (kind in ('text', 'system')),
    body       text not null,
    html       text not null,
    reply_to   uuid references messages (id),
    client_key uuid not null,
    created_at timestamptz not null default clock_timestamp(),
    edited_at  timestamptz,
    deleted_at timestamptz,
    constraint messages_seq unique (channel_id, seq),
    constraint messages_client_key unique (author_id, client_key)
);
create index messages_by_clock on messages (channel_id, clock);

-- Whom a message names, and where in its body (in characters), so that a rename keeps it.
create table mentions (
    message_id uuid not null references messages (id),
    entity_id  uuid not null references entities (id),
    start      integer not null check (start >= 0),
    length     integer not null check (length > 0),
    primary key (message_id, start)
);
