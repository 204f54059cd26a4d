-- What people have a say in, while an answer is written and after.
alter table replies
    -- Who stopped it; what was written until then is posted.
    add column stopped_by uuid references entities (id),
    -- Who asked for another answer, and the message that this one takes the place of when it is posted.
    add column asked_by   uuid references entities (id),
    add column replaces   uuid references messages (id);
