//! People's accounts.

use crate::EntityId;
use serde::{Deserialize, Serialize};

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
    /// The whole address to hand on; shown once.
    pub link: String,
}
