//! Models that run on this machine: one that turns text into vectors, in the server itself, and a small one that chats,
//! in a child process of the server's own binary.
//!
//! The child speaks the OpenAI form on a loopback port, so there is one client path; a crash stays in it, and its
//! memory goes back when it has been idle.

mod child;
mod encoder;
mod engine;
mod prompt;
mod serve;

pub use child::LocalModel;
pub use encoder::{Encoder, NoEncoder};
pub use serve::serve;

/// Where the child reads the model's path.
pub(crate) const MODEL_FILE: &str = "MODEL_FILE";
/// Where the child reads the token that requests have to bear.
pub(crate) const MODEL_TOKEN: &str = "MODEL_TOKEN";
/// How long the child stays without being asked.
pub(crate) const IDLE: std::time::Duration = std::time::Duration::from_mins(5);
