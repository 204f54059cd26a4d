//! What the live stream carries, and how a browser that missed some of it catches up.

use crate::{Channel, ChannelId, Entity, EntityId, Member, Message, Place, Present, Writing};
use serde::{Deserialize, Serialize};

/// One event of the live stream, as `{"name": {…}}`. Those with a `clock` tell the whole current state of a row: the receiver
/// replaces what it has if this is newer, and may jump over numbers that never come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The stream is live: sync now.
    Hello {
        /// Seconds between heartbeats; silence for more than twice as long means that the stream is dead.
        beat_s: u32,
    },
    /// The stream is still live.
    Beat,
    /// Close, come back after about so many milliseconds, and sync.
    Resume {
        /// Milliseconds.
        after_ms: u32,
    },
    /// A message as it is now.
    Message {
        /// Where.
        channel: ChannelId,
        /// The channel's clock.
        clock: i64,
        /// The whole message.
        message: Box<Message>,
    },
    /// A member as it is now; `joined` false when it left.
    Member {
        /// Where.
        channel: ChannelId,
        /// The channel's clock.
        clock: i64,
        /// The whole member.
        member: Member,
    },
    /// The channel as it is now.
    Channel {
        /// Which.
        channel: ChannelId,
        /// Its clock.
        clock: i64,
        /// Its whole state.
        state: Channel,
    },
    /// Something happened that is not for you; only the clock moves.
    Tick {
        /// Where.
        channel: ChannelId,
        /// Its clock.
        clock: i64,
    },
    /// You are no longer in this channel.
    Gone {
        /// Which.
        channel: ChannelId,
    },
    /// Your own state (channels, read positions) changed: sync.
    Me,
    /// Ephemeral: a reply grows.
    Reply {
        /// Where.
        channel: ChannelId,
        /// The words from `offset` on, and the state.
        writing: Box<Writing>,
    },
    /// Ephemeral: one more AI has considered a message.
    Considered {
        /// Where.
        channel: ChannelId,
        /// The message's number.
        seq: i64,
        /// How many have by now.
        considered: i64,
    },
    /// Ephemeral: somebody is writing; forget it after five seconds.
    Typing {
        /// Where.
        channel: ChannelId,
        /// Who.
        entity: Entity,
        /// They have stopped.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        over: bool,
    },
    /// Ephemeral: somebody came or went, or is there in another way.
    Presence {
        /// Where.
        channel: ChannelId,
        /// Those whose presence changed; nobody in a crowd.
        changed: Vec<Present>,
        /// How many people are there, where they are more than 100. Whoever hears of no crowd any more has to sync.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        crowd: Option<i64>,
    },
}

impl Event {
    /// The event as somebody may see it who can read from a seq on; what it quotes from before that is left out.
    #[must_use]
    pub fn seen_from(self, visible_from: i64) -> Self {
        match self {
            Self::Message { channel, clock, message } => {
                Self::Message { channel, clock, message: Box::new(message.seen_from(visible_from)) }
            }
            other => other,
        }
    }

    /// The channel's clock, for those events that take one.
    pub const fn clock(&self) -> Option<i64> {
        match self {
            Self::Message { clock, .. }
            | Self::Member { clock, .. }
            | Self::Channel { clock, .. }
            | Self::Tick { clock, .. } => Some(*clock),
            _ => None,
        }
    }
}

/// Where a browser stands in a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Position {
    /// Which channel.
    pub channel: ChannelId,
    /// The last clock that it has seen.
    pub clock: i64,
    /// The epoch that it loaded in.
    pub epoch: i32,
}

/// What one channel answers to a [`Position`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Synced {
    /// Everything that changed since, in the order of its clocks; afterwards the receiver stands at `up_to`.
    Changes {
        /// Which channel.
        channel: ChannelId,
        /// The clock to jump to.
        up_to: i64,
        /// `Message`, `Member` and `Channel` events.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<Event>))]
        events: Vec<Event>,
        /// Replies that are being written there.
        writing: Vec<Writing>,
        /// How many AIs have considered the newest messages, as `Considered` events.
        #[serde(default)]
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<Event>))]
        considered: Vec<Event>,
        /// Who is there, all of them; nobody in a crowd.
        #[serde(default)]
        present: Vec<Present>,
        /// How many people are there, where they are more than 100.
        #[serde(default)]
        crowd: Option<i64>,
        /// Why the one who asks can say nothing there, where one of a private chat's two has blocked the other.
        #[serde(default)]
        closed: Option<String>,
    },
    /// Too much happened, or it cannot be told as changes: load anew.
    Reload {
        /// Which channel.
        channel: ChannelId,
    },
    /// It does not exist for you.
    Gone {
        /// Which channel.
        channel: ChannelId,
    },
}

/// The answer to a sync.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncAnswer {
    /// One for each position that was sent.
    pub channels: Vec<Synced>,
    /// The places of the one who asks, whole.
    pub places: Vec<Place>,
    /// Whom they do not want to hear from.
    pub blocked: Vec<EntityId>,
}
