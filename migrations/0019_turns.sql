-- How long the task's AI has let others write already, while its turn waited, in milliseconds.
alter table tasks add column yielded_ms bigint not null default 0;

-- A rehearsal in the studio is nowhere, and costs all the same.
alter table usage alter column channel_id drop not null;
alter table reserved alter column channel_id drop not null;

-- What rests on a message, wherever it was said.
create index recalls_by_message on recalls (message_id);
