//! What the space is and does, whoever asks: over HTTP, from a task or from a test.
//!
//! One folder for each noun. In it `mod.rs` holds the rules and `store.rs` the SQL. Nothing here knows a web framework.

pub mod accounts;
pub mod channels;
pub mod database;
pub mod demonstration;
pub mod entities;
mod error;
pub mod knowledge;
mod line;
pub mod live;
pub mod memory;
pub mod messages;
pub mod minds;
pub mod pace;
pub mod sessions;
mod space;
pub mod tasks;
mod turns;
pub mod wire;

pub use error::{Error, Result};
pub use space::{Policy, Space};
