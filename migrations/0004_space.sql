-- What this space is called among others that share a Redis with it.
create table space (
    id  uuid primary key default gen_random_uuid(),
    one boolean not null default true unique check (one)
);
insert into space default values;
