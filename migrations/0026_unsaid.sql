-- Calls of which nobody hears: an AI had nothing to say, or took its notes. They cost all the same and are no answers.
alter table usage add column unsaid boolean not null default false;
