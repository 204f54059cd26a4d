//! The host: configuration, start-up and shutdown, sessions, event streams, API documentation, the embedded database.

// Views are types, and deep ones.
#![recursion_limit = "512"]

pub mod api;
mod assets;
pub mod config;
pub mod database;
mod health;
mod importing;
mod learning;
mod listener;
mod pages;
mod pictures;
mod router;
mod serve;
mod sessions;
mod stream;
mod telling;
mod visitor;

pub use importing::import;
pub use serve::{Stopped, serve};
