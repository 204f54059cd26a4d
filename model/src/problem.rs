//! What went wrong, as a user or a program is told.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $status:literal,)*) => {
        /// A stable name for what went wrong, and with it the HTTP status.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// The HTTP status that an answer with this code has.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }
        }
    };
}

codes! {
    /// An argument is missing, of the wrong type or out of its range; `field` names it.
    InvalidArgument = 422,
    /// The body is larger than the endpoint reads.
    TooLarge = 413,
    /// The body did not arrive in time.
    TooSlow = 408,
    /// Neither a form nor JSON.
    UnsupportedMediaType = 415,
    /// The path or the thing does not exist, or not for the one who asks.
    NotFound = 404,
    /// The path exists, the method does not.
    MethodNotAllowed = 405,
    /// Nobody is logged in.
    NotLoggedIn = 401,
    /// Name, address or password is wrong: which one is not said.
    WrongCredentials = 403,
    /// Only an admin may.
    AdminOnly = 403,
    /// The request came from another site's page.
    CrossSite = 403,
    /// Joining comes first.
    NotAMember = 403,
    /// Only its owner or an admin may.
    NotYours = 403,
    /// The one who is meant does not want to be talked to, or is not wanted by the one who asks.
    ContactRefused = 403,
    /// This room was closed to the one who asks.
    Banned = 403,
    /// This space takes new people by invitation.
    InvitationRequired = 403,
    /// The invitation is unknown, used or too old.
    InvitationInvalid = 403,
    /// The name belongs to somebody already, human or AI.
    NameTaken = 409,
    /// The e-mail address has an account already.
    EmailTaken = 409,
    /// A room of that name is there already.
    RoomNameTaken = 409,
    /// Every place in the room or circle is taken.
    RoomFull = 409,
    /// The room is archived: it can be read, not changed.
    Archived = 409,
    /// The same client key was used for another text.
    ClientKeyReused = 409,
    /// The space needs an admin, and this is the last one.
    LastAdmin = 409,
    /// The week's messages are used up; `retry_after` says when the next week begins.
    QuotaReached = 429,
    /// Too many requests; `retry_after` says how many seconds to wait.
    RateLimited = 429,
    /// The server is stopping or has too much to do; trying again helps.
    Busy = 503,
    /// The database does not answer; trying again helps.
    Unavailable = 503,
    /// The server could not be reached (said by the browser's half, never by the server).
    Unreachable = 503,
}

/// An error as the outside sees it: what went wrong and what to do, never why inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Stable; programs decide by it.
    pub code: Code,
    /// A sentence for people.
    pub message: String,
    /// The argument that it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Seconds after which another try makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Problem {
    /// A problem of the request as a whole.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None, retry_after: None }
    }

    /// An argument that cannot be taken as it is.
    pub fn argument(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message).about(field)
    }

    /// The same, naming the argument that it is about.
    #[must_use]
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The same, with the seconds to wait.
    #[must_use]
    pub fn after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}
