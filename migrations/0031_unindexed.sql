-- Messages that were taken out of the index, counted like what is put there: what a node holds of them in memory it drops by that.
create table unindexed (
    channel_id uuid   not null,
    seq        bigint not null,
    made       bigint not null,
    primary key (channel_id, seq)
);
create index unindexed_made on unindexed (made);
-- Whether an AI has anything to forget is asked before each question.
create index forgotten_of on forgotten (entity_id);
