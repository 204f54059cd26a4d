-- Facts beside episodes: one statement each.
alter table memories drop constraint memories_kind_check;
alter table memories add constraint memories_kind_check check (kind in ('episode', 'fact'));
alter table memories drop constraint memories_once;
create unique index memories_once on memories (entity_id, channel_id, first_seq) where kind = 'episode';
alter table memories
    -- Whom a fact is about, where it is somebody of the space.
    add column about         uuid references entities (id),
    -- 0: small talk, 1: it changes a life.
    add column importance    real not null default 0.5 check (importance between 0 and 1),
    -- The fact that has taken its place, and since when: both stay.
    add column superseded_by uuid references memories (id) on delete set null,
    add column superseded_at timestamptz;
alter table memories
    -- When an episode's talk was asked for facts; null: it is to be.
    add column noted_at      timestamptz,
    -- Whether it was ever: what has changed since is asked about again, however long ago it was.
    add column noted_once    boolean not null default false;
create index memories_to_note on memories (entity_id, said_to) where kind = 'episode' and noted_at is null and text <> '';
create index memories_facts on memories (entity_id, channel_id) where kind = 'fact';
create index memories_superseded on memories (superseded_by) where superseded_by is not null;
create index memories_about on memories (about) where about is not null;
