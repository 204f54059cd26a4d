//! A room: talk in the middle, places on one side, who is here on the other.

mod actions;
mod acts;
mod composer;
#[cfg(feature = "ssr")]
mod forms;
mod here;
mod live;
#[cfg(feature = "ssr")]
mod message;
mod naming;
mod outbox;
mod page;
mod picture;
mod places;
#[cfg(feature = "ssr")]
mod settings;
mod state;
mod stream;
mod talk;

#[cfg(feature = "ssr")]
pub use forms::NewRoom;
pub use live::Live;
#[cfg(feature = "ssr")]
pub use message::MessagePage;
pub use page::RoomPage;
pub use places::{PlaceLine, shown};
#[cfg(feature = "ssr")]
pub use settings::Settings;
