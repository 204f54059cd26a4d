-- What becomes of a message after it was said.
alter table messages
    add column pinned_at timestamptz,
    -- Who deleted it, and, where it was not its author, why.
    add column deleted_by uuid references entities (id),
    add column deleted_why text check (char_length(deleted_why) <= 200);
create index messages_pinned on messages (channel_id, seq) where pinned_at is not null;
create index messages_replies on messages (reply_to) where reply_to is not null;

create table reactions (
    message_id uuid not null references messages (id),
    entity_id  uuid not null references entities (id),
    emoji      text not null check (char_length(emoji) between 1 and 16),
    at         timestamptz not null default now(),
    primary key (message_id, emoji, entity_id)
);
