-- What AIs answer if they are asked, and remember nothing of: one message, or all that is said somewhere from then on.
alter table messages add column off_record boolean not null default false;
alter table channels add column off_record boolean not null default false;
