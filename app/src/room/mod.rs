//! A room: talk in the middle, places on one side, who is here on the other.

mod composer;
mod forms;
mod here;
mod live;
mod outbox;
mod page;
mod picture;
mod places;
mod state;
mod stream;
mod talk;
mod why;

pub use forms::{EditRoom, NewRoom};
pub use live::Live;
pub use page::RoomPage;
