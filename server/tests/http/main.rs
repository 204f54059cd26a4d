//! The real binary, by HTTP and event stream.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod api;
mod forms;
mod house;
mod injections;
mod knowledge;
mod life;
mod memory;
mod minds;
mod nodes;
mod poison;
mod privacy;
mod providers;
mod stream;
