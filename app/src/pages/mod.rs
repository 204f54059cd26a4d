//! The pages outside a room. Those that are still are made on the server alone.

#[cfg(feature = "ssr")]
mod admin;
#[cfg(feature = "ssr")]
mod begin;
#[cfg(feature = "ssr")]
mod come_in;
#[cfg(feature = "ssr")]
mod knowledge;
#[cfg(feature = "ssr")]
mod me;
#[cfg(feature = "ssr")]
mod memories;
#[cfg(feature = "ssr")]
mod mind;
#[cfg(feature = "ssr")]
mod not_found;
#[cfg(feature = "ssr")]
mod person;
#[cfg(feature = "ssr")]
mod providers;
mod rooms;
#[cfg(feature = "ssr")]
mod studio;
#[cfg(feature = "ssr")]
mod thinking;
#[cfg(feature = "ssr")]
mod usage;
#[cfg(feature = "ssr")]
mod welcome;

#[cfg(feature = "ssr")]
pub use admin::Admin;
#[cfg(feature = "ssr")]
pub use begin::Begin;
#[cfg(feature = "ssr")]
pub use come_in::{LogIn, Register, Reset};
#[cfg(feature = "ssr")]
pub use knowledge::{Knowledge, OneDocument};
#[cfg(feature = "ssr")]
pub use me::MyPage;
#[cfg(feature = "ssr")]
pub use memories::Memories;
#[cfg(feature = "ssr")]
pub use mind::Mind;
#[cfg(feature = "ssr")]
pub use not_found::NotFound;
#[cfg(feature = "ssr")]
pub use person::Person;
#[cfg(feature = "ssr")]
pub use providers::Providers;
pub use rooms::{Rooms, trouble};
#[cfg(feature = "ssr")]
pub use studio::Studio;
#[cfg(feature = "ssr")]
pub use usage::Usage;
#[cfg(feature = "ssr")]
pub use welcome::Welcome;
