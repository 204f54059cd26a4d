//! What the space does, on a real PostgreSQL: a database for each test.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod accounts;
mod agreement;
mod asking;
mod budget;
mod changing;
mod chats;
mod circles;
mod company;
mod episodes;
mod facts;
mod forgetting;
mod goodbye;
mod hearing;
mod history;
mod initiative;
mod junk;
mod knowledge;
mod memory;
mod messages;
mod minds;
mod nearest;
mod people;
mod presence;
mod races;
mod record;
mod reflections;
mod rooms;
mod statements;
mod streams;
mod studio;
mod tasks;
mod turns;
mod world;
mod worlds;
