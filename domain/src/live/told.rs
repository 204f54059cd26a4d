//! An event on its way to everybody: serialised once.

use bytes::Bytes;
use model::{EntityId, Event};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a lane has to do beside handing the bytes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    /// Nothing.
    None,
    /// Those who may not see this message get a tick, and those who may not see what it quotes get it without.
    Message {
        /// Its number.
        seq: i64,
        /// The number of what it quotes.
        quoted: Option<i64>,
    },
    /// Somebody is a member from here on.
    Joined {
        /// Who.
        who: EntityId,
        /// The first message that they may read.
        visible_from: i64,
    },
    /// Somebody is a member no longer.
    Left {
        /// Who.
        who: EntityId,
    },
}

/// An event as bytes, with what a lane needs to know of it.
#[derive(Clone, Debug)]
pub struct Told {
    /// The channel's clock; 0 for what takes none.
    pub(crate) clock: i64,
    pub(crate) effect: Effect,
    /// A whole frame of `text/event-stream`.
    pub(crate) frame: Bytes,
    /// Who must not learn of it.
    pub(crate) except: Arc<[EntityId]>,
}

impl Told {
    /// Who is a member from here on, if this tells so.
    pub(super) fn newcomer(&self) -> Option<EntityId> {
        if let Effect::Joined { who, .. } = self.effect { Some(who) } else { None }
    }

    /// The number of the message that this tells, if it tells one.
    pub(super) fn seq(&self) -> Option<i64> {
        if let Effect::Message { seq, .. } = self.effect { Some(seq) } else { None }
    }

    /// The earliest message that this shows something of.
    pub(super) fn earliest(&self) -> i64 {
        match self.effect {
            Effect::Message { seq, quoted } => quoted.map_or(seq, |quoted| quoted.min(seq)),
            _ => i64::MAX,
        }
    }

    /// The frame for somebody who can read from a seq on and may see this message.
    pub(super) fn frame_from(&self, visible_from: i64) -> Bytes {
        if self.earliest() >= visible_from {
            return self.frame.clone();
        }
        // Rare enough to be read once more: a reply to what was said before its reader came.
        let json = self.frame.strip_prefix(b"data: ").unwrap_or_default();
        serde_json::from_slice::<Event>(json)
            .map_or_else(|_| Bytes::new(), |event| frame(&event.seen_from(visible_from)))
    }

    /// Something ephemeral that is serialised already.
    pub(crate) fn passing(frame: Bytes) -> Self {
        Self { clock: 0, effect: Effect::None, frame, except: Arc::default() }
    }

    /// The same, for everybody but these.
    #[must_use]
    pub(crate) fn except(mut self, except: Vec<EntityId>) -> Self {
        self.except = except.into();
        self
    }

    /// Serialises an event.
    pub fn event(event: &Event) -> Self {
        let (clock, effect) = match event {
            Event::Message { clock, message, .. } => {
                (*clock, Effect::Message { seq: message.seq, quoted: message.quote.as_ref().map(|quote| quote.seq) })
            }
            // Those who may not see the message do not learn of it, nor see what answers it grow.
            Event::Reply { writing, .. } => (0, Effect::Message { seq: writing.seq, quoted: None }),
            Event::Considered { seq, .. } => (0, Effect::Message { seq: *seq, quoted: None }),
            Event::Member { clock, member, .. } if member.joined => {
                (*clock, Effect::Joined { who: member.entity.id, visible_from: member.visible_from })
            }
            Event::Member { clock, member, .. } => (*clock, Effect::Left { who: member.entity.id }),
            Event::Channel { clock, .. } | Event::Tick { clock, .. } => (*clock, Effect::None),
            _ => (0, Effect::None),
        };
        Self { clock, effect, frame: frame(event), except: Arc::default() }
    }
}

/// `data: {…}` and an empty line. JSON escapes line breaks, so one line holds it.
fn frame(event: &Event) -> Bytes {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(b"data: ");
    // An event holds no map with keys other than strings and writes into memory: this cannot fail.
    if serde_json::to_writer(&mut out, event).is_err() {
        return Bytes::from_static(b": \n\n");
    }
    out.extend_from_slice(b"\n\n");
    Bytes::from(out)
}
