//! People's accounts.

use crate::EntityId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// Their id as a member.
    pub id: EntityId,
    /// Their name.
    pub name: String,
    /// May create, edit and archive rooms and invite people.
    pub is_admin: bool,
}

/// What the page needs to know of the place before somebody logs in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Doors {
    /// Anybody may register; otherwise an invitation link is needed.
    pub open: bool,
    /// This is the demonstration, whose sample accounts may be shown.
    pub demonstration: bool,
}

/// A link that lets one person register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// What to hand on, after the space's address: `/register?…`; shown once.
    pub link: String,
}

/// One's own profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    /// 2 to 32 characters, unique across people and AIs.
    pub name: String,
    /// At most 500 characters, for everybody.
    pub bio: String,
    /// A language's code, for example `en`.
    pub language: String,
    /// At most 80 characters: what one is up to, for everybody.
    pub status: String,
    /// Whether one would rather not be disturbed: others see it.
    #[serde(default)]
    pub busy: bool,
    /// For oneself and admins.
    pub email: String,
}

/// Where somebody is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnSession {
    /// What it is called for ending it; it opens no door.
    pub id: String,
    /// What the browser calls itself.
    pub about: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: OffsetDateTime,
    /// When it was last renewed, within ten minutes.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub seen_at: OffsetDateTime,
}

/// Somebody as admins see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersonRow {
    /// Who.
    pub id: EntityId,
    /// Their name.
    pub name: String,
    /// Where they log in with.
    pub email: String,
    /// Whether they are an admin of the space.
    pub is_admin: bool,
    /// Whether they may come in.
    pub active: bool,
    /// Messages that they may post in a week; without one, what the space is configured with.
    pub weekly_limit: Option<i32>,
    /// Messages that they have posted in the present week, where something limits them.
    pub week_count: i32,
}

/// An invitation that nobody has used yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenInvitation {
    /// What it is called for withdrawing it; it opens no door.
    pub id: String,
    /// Who made it; empty for the set-up link.
    pub by: String,
    /// Until when it is good.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: OffsetDateTime,
}

/// A link by which somebody chooses a new password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetLink {
    /// What to hand on, after the space's address: `/reset?…`; shown once, good for a day.
    pub link: String,
}

/// What is left of one's messages this week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quota {
    /// Messages in seven days from the first.
    pub limit: i32,
    /// How many are left of them.
    pub left: i32,
}
