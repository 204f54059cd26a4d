//! Pieces that several pages are made of.

mod ask;
mod bar;
mod field;
mod pictures;

pub use ask::Ask;
pub use bar::{Bar, Close};
pub use field::{Field, Trouble};
pub use pictures::{Avatar, Scene};
