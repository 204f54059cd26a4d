//! Identifiers. UUIDs of version 7, so that an index keeps them in the order of their birth.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, later in order than every earlier one of this machine.
            pub fn new() -> Self {
                Self(new_uuid())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

/// The browser has no clock that `uuid` knows of; its keys are random ones.
fn new_uuid() -> Uuid {
    if cfg!(target_family = "wasm") { Uuid::new_v4() } else { Uuid::now_v7() }
}

id!(
    /// A member of the space, human or AI.
    EntityId
);
id!(
    /// A room, a private chat or a circle.
    ChannelId
);
id!(
    /// A message.
    MessageId
);
id!(
    /// An AI's reply on its way; the message that it becomes carries it as its [`ClientKey`].
    ReplyId
);
id!(
    /// An endpoint that AIs think with.
    ProviderId
);
id!(
    /// What an author calls a message before the server has numbered it: posting the same key twice posts once.
    ClientKey
);
id!(
    /// A document that an AI knows.
    DocumentId
);
