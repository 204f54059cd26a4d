-- What an AI has come to think, in its own words: it rests on facts of one place, and goes with any of them.
alter table memories drop constraint memories_kind_check;
alter table memories add constraint memories_kind_check check (kind in ('episode', 'fact', 'gist', 'reflection'));
create table rests_on (
    reflection_id uuid not null references memories (id) on delete cascade,
    fact_id       uuid not null references memories (id) on delete cascade,
    primary key (reflection_id, fact_id)
);
create index rests_on_by_fact on rests_on (fact_id);

-- When an AI last thought about what it knows of a place; null: all of it is still to be thought about.
alter table formed add column reflected_at timestamptz;

create function drop_reflection() returns trigger language plpgsql as $$
begin
    update formed f set reflected_at = null from memories m
    where m.id = old.reflection_id and f.entity_id = m.entity_id and f.channel_id = m.channel_id;
    delete from memories where id = old.reflection_id;
    return null;
end
$$;
create trigger rests_on_nothing after delete on rests_on for each row execute function drop_reflection();
