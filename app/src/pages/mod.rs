//! The pages outside a room.

mod come_in;
mod not_found;
mod rooms;
mod welcome;

pub use come_in::{LogIn, Register};
pub use not_found::NotFound;
pub use rooms::{Rooms, trouble};
pub use welcome::Welcome;
