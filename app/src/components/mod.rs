//! Pieces that several pages are made of.

mod ask;
mod bar;
#[cfg(feature = "ssr")]
mod chart;
mod field;
mod pictures;

pub use ask::Ask;
pub use bar::{Bar, Close};
#[cfg(feature = "ssr")]
pub use chart::{Bars, SpentTable, count, money, seconds};
#[cfg(feature = "ssr")]
pub use field::Field;
pub use field::Trouble;
pub use pictures::{Avatar, Scene};
