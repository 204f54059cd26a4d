-- The running gist of a channel, for each AI in it: replaced as talk goes on, gone after a day.
alter table memories drop constraint memories_kind_check;
alter table memories add constraint memories_kind_check check (kind in ('episode', 'fact', 'gist'));
create unique index memories_gist on memories (entity_id, channel_id) where kind = 'gist';
