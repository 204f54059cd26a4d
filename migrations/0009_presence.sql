-- Whether somebody would rather not be disturbed: their own choice, for others to see.
alter table entities add column busy boolean not null default false;
