-- Which messages say a fact, of all that it rests on.
alter table memories add column said bigint[];
-- Vectors are read of a few messages at a time, and words of thousands: they lie apart.
alter table recollections set (toast_tuple_target = 1024);
-- The clock at which a message's words last changed, whatever else of it has changed since; 0 for never.
alter table messages add column edit_clock bigint not null default 0;
update messages set edit_clock = clock where edited_at is not null;
