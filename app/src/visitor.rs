//! Who looks at a page, as the server read it from the request.

use model::accounts::Doors;
use model::{Me, Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The session's key for who is logged in.
pub const ENTITY: &str = "entity";
/// The session's key for what a refused form held.
pub const FLASH: &str = "flash";
/// The cookie, kept by `page.js`, with the reader's offset from UTC in minutes.
pub const ZONE_COOKIE: &str = "zone";
/// The cookie, kept by `page.js`, with the chosen theme.
pub const THEME_COOKIE: &str = "theme";

/// A form that was refused: it is shown once more, with what was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// The endpoint that it was sent to.
    pub endpoint: String,
    /// Why it was refused.
    pub problem: Problem,
    /// What was typed, passwords left out.
    pub fields: BTreeMap<String, String>,
}

/// Who asks, with what the page needs to know of them.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Who is logged in.
    pub me: Option<Me>,
    /// A form of theirs that was refused a moment ago.
    pub flash: Option<Flash>,
    /// How one comes in here.
    pub doors: Doors,
    /// Minutes east of UTC.
    pub zone_minutes: i32,
    /// Whether a browser goes there by a link or a form, and no script or program asks.
    pub navigates: bool,
    /// Where the request came from.
    pub address: std::net::IpAddr,
    /// The digest of their session.
    pub session: Option<Vec<u8>>,
}

impl Default for Visitor {
    fn default() -> Self {
        Self {
            me: None,
            flash: None,
            doors: Doors::default(),
            zone_minutes: 0,
            navigates: false,
            address: std::net::Ipv4Addr::UNSPECIFIED.into(),
            session: None,
        }
    }
}

/// The part of a visitor that page and browser share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Who is logged in.
    pub me: Option<Me>,
    /// A refused form.
    pub flash: Option<Flash>,
    /// How one comes in.
    pub doors: Doors,
    /// Minutes east of UTC.
    pub zone_minutes: i32,
    /// `night`, `morning` or empty for the system's choice.
    pub theme: String,
    /// Today where the viewer is, as days since 1970.
    pub today: i64,
}

impl Viewer {
    /// What was typed into a field of a form that was refused.
    pub fn typed(&self, endpoint: &str, field: &str) -> String {
        self.refused(endpoint).and_then(|flash| flash.fields.get(field).cloned()).unwrap_or_default()
    }

    /// Why a form was refused.
    pub fn problem(&self, endpoint: &str) -> Option<Problem> {
        self.refused(endpoint).map(|flash| flash.problem.clone())
    }

    fn refused(&self, endpoint: &str) -> Option<&Flash> {
        self.flash.as_ref().filter(|flash| flash.endpoint == endpoint)
    }
}

#[cfg(feature = "ssr")]
mod on_the_server {
    use super::{THEME_COOKIE, Viewer, Visitor};
    use crate::failure::Failure;
    use axum::http::{header, request::Parts};
    use domain::Space;
    use leptos::prelude::use_context;
    use model::{Code, Me, Problem};

    /// The space that this server hosts.
    pub fn space() -> Result<Space, Failure> {
        use_context::<Space>().ok_or_else(|| Failure(Problem::new(Code::Busy, crate::words::BUSY)))
    }

    /// Who asks.
    pub fn visitor() -> Visitor {
        use_context::<Visitor>().unwrap_or_default()
    }

    /// Who asks, if they are logged in.
    pub fn me() -> Result<Me, Failure> {
        visitor().me.ok_or_else(|| Failure(Problem::new(Code::NotLoggedIn, crate::words::LOG_IN_FIRST)))
    }

    /// What the page is rendered for.
    pub fn viewer() -> Viewer {
        let Visitor { me, flash, doors, zone_minutes, .. } = visitor();
        let now = time::OffsetDateTime::now_utc() + time::Duration::minutes(i64::from(zone_minutes));
        let today = now.unix_timestamp().div_euclid(86_400);
        Viewer { me, flash, doors, zone_minutes, theme: theme(), today }
    }

    fn theme() -> String {
        let Some(parts) = use_context::<Parts>() else { return String::new() };
        let cookies = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let chosen = cookies
            .flat_map(|value| value.split(';'))
            .find_map(|pair| pair.trim().strip_prefix(THEME_COOKIE)?.strip_prefix('='));
        chosen.filter(|theme| matches!(*theme, "night" | "morning")).unwrap_or_default().to_owned()
    }
}

#[cfg(feature = "ssr")]
pub use on_the_server::{me, space, viewer, visitor};
