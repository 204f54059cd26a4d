//! Server functions: each is an endpoint of its own, for pages and for programs.

pub mod accounts;
pub mod admin;
pub mod channels;
pub mod chats;
pub mod live;
pub mod memories;
pub mod messages;
pub mod minds;
pub mod people;
pub mod providers;
pub mod rooms;
