-- Vectors as one bit for each number, which are compared in memory, and in which order they were made: what is new is read by that.
create sequence vectors_made;
alter table recollections
    add column turn_sketch   bytea,
    add column around_sketch bytea,
    add column made          bigint;
alter table memories
    add column sketch bytea,
    add column made   bigint;
alter table passages
    add column sketch bytea,
    add column made   bigint;
-- What has vectors gets them again, with sketches.
update recollections set embedder = null where embedder is not null;
update memories set embedder = null where embedder is not null;
update passages set embedder = null where embedder is not null;

create index recollections_made on recollections (made) where made is not null;
create index memories_made on memories (made) where made is not null;
create index passages_made on passages (made) where made is not null;
-- Words in the channels that are looked in, in one look.
create extension if not exists btree_gin;
drop index recollections_by_term;
create index recollections_by_term on recollections using gin (channel_id, terms);
create index recollections_by_time on recollections (channel_id, said_at);
create index memories_by_term on memories using gin (terms);
