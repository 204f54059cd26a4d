-- What an admin may choose of an AI beside its character.
alter table minds
    -- Codes; none: the language it is spoken to in.
    add column languages         text[] not null default '{}',
    -- How its model chooses words; null: the provider's choice.
    add column top_p             real check (top_p between 0 and 1),
    add column frequency_penalty real check (frequency_penalty between -2 and 2),
    add column presence_penalty  real check (presence_penalty between -2 and 2),
    add column seed              bigint,
    -- Gone for good; what it said stays under its name.
    add column retired_at        timestamptz;
