-- Who said a message, and to whom an AI answered with it: what people have forgotten goes by their words and the answers to them.
alter table recollections
    add column author_id  uuid references entities (id),
    add column answers_id uuid references entities (id);
update recollections r set author_id = m.author_id from messages m where m.id = r.message_id;
update recollections r set answers_id = q.author_id
from messages m join messages q on q.id = m.reply_to, entities a
where m.id = r.message_id and a.id = m.author_id and a.kind = 'ai';
alter table recollections alter column author_id set not null;

-- Messages that an AI has forgotten because somebody wished it.
create table forgotten (
    message_id   uuid not null references messages (id) on delete cascade,
    entity_id    uuid not null references entities (id),
    by_id        uuid not null references entities (id),
    forgotten_at timestamptz not null default now(),
    primary key (message_id, entity_id)
);
create index forgotten_by on forgotten (by_id);

-- Of whose words, and of the answers to them, nothing is remembered that was said before a time.
create table unremembered (
    person_id  uuid not null references entities (id),
    -- By which AI; null: by none, those to come included.
    entity_id  uuid references entities (id),
    -- Where; null: wherever it was said.
    channel_id uuid references channels (id) on delete cascade,
    -- 'infinity': of what they will say, neither.
    until      timestamptz not null,
    -- When that was last wished.
    since      timestamptz not null default now(),
    constraint unremembered_once unique nulls not distinct (person_id, entity_id, channel_id)
);

-- What somebody has put right is not made anew from what was said.
alter table memories add column corrected_by uuid references entities (id);
