-- What the call of a model has taken that writes a reply right now, as a row of usage says it: counted by whoever finds that
-- nobody writes any more.
alter table replies add column call jsonb;
-- Whose purse was empty, and how much was in it: until tomorrow it stays so, unless somebody puts more in.
alter table tired add column purse text not null default '';
create index tired_by_day on tired (day);
