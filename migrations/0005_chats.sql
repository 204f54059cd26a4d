-- A private chat is the one of its pair: the two of them in the order of their ids.
alter table channels
    add column one_id   uuid references entities (id),
    add column other_id uuid references entities (id),
    add constraint channels_pair check (
        case kind when 'chat' then one_id is not null and other_id is not null and one_id < other_id
                  else one_id is null and other_id is null end
    ),
    add constraint channels_one_chat_each unique (one_id, other_id);

-- What an AI considered last in a channel.
create index decisions_by_entity on decisions (entity_id, channel_id);
