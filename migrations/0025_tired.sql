-- An AI says once a day in a place that it is tired; and once a day there to somebody whose own purse is empty.
alter table tired add column person_id uuid references entities (id);
alter table tired drop constraint tired_pkey;
alter table tired add constraint tired_once unique nulls not distinct (entity_id, channel_id, person_id);
