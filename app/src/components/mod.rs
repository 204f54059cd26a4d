//! Pieces that several pages are made of.

mod bar;
mod field;
mod pictures;

pub use bar::Bar;
pub use field::{Field, Trouble};
pub use pictures::{Avatar, Scene};
