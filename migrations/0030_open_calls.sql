-- What the call of a model has taken that writes a reply right now, as a row of usage says it: counted by whoever finds that
-- nobody writes any more.
alter table replies add column call jsonb;
