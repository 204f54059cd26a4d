-- What a name looks like, whatever letters it is made of: nobody can look like somebody else by letters of another script.
-- It is worked out by the server; a member who was there before has none until they change their name.
alter table entities add column look text constraint entities_look_taken unique;

-- Those who have gone for good are all called the same; their keys are their own.
update entities set name = 'A former member' where name_key like '#%';
