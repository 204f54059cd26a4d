-- What was known when an AI decided, the draw included.
alter table decisions add column inputs jsonb;

-- Of the AIs of a channel one speaks at a time: their turns share an ordering key.
update tasks set ordering_key = 'consider:' || (payload ->> 'channel') where kind = 'consider' and lease_owner is null;

-- How far an AI has considered a channel is its read position from here on. What is still to be considered stays so.
update memberships m set last_read_seq = c.last_seq from channels c, entities e
where c.id = m.channel_id and e.id = m.entity_id and e.kind = 'ai' and m.left_seq is null
  and not exists (select from tasks t where t.kind = 'consider' and t.payload ->> 'entity' = e.id::text and t.payload ->> 'channel' = c.id::text);

-- Who else waits for a turn in the same channel.
create index tasks_waiting_by_key on tasks (ordering_key) where lease_owner is null;
