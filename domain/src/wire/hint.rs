//! The form of a hint: who sends it, a line of JSON about it, and the event itself, serialised once for everybody.

use crate::live::{Effect, Sign};
use crate::pace::Counted;
use bytes::Bytes;
use model::{ChannelId, EntityId, Writing};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a node tells the others.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hint {
    /// It lives. `missed`: something that it told before may not have arrived.
    Pulse { missed: bool },
    /// Who has streams there or does something there, all of them.
    Here { people: Vec<Sign> },
    /// Somebody would rather not be disturbed, or no longer so.
    Busy { who: EntityId, busy: bool },
    /// A channel has changed; the event comes with it.
    Told { channel: ChannelId, clock: i64, effect: Effect },
    /// Somebody writes in a channel, or no longer; the event comes with it, for everybody but some.
    Typing { channel: ChannelId, who: EntityId, over: bool, except: Vec<EntityId> },
    /// Something ephemeral is told in a channel; the event comes with it.
    Passing { channel: ChannelId, effect: Effect },
    /// A reply grows: new words, or the whole of it where `offset` is 0.
    Grown { writing: Box<Writing> },
    /// Something for one person; the event comes with it.
    Person { who: EntityId },
    /// A session's streams are over, or all of somebody's.
    Ended { who: EntityId, session: Option<Vec<u8>> },
    /// Tasks are waiting.
    Ring,
    /// Somebody has used up a piece of what they may do.
    Counted { what: Counted },
}

/// Node (16 bytes), length of the JSON (4 bytes, most significant first), JSON, event.
pub(super) fn encode(node: Uuid, hint: &Hint, frame: &[u8]) -> Bytes {
    // Plain data with string keys: this cannot fail.
    let about = serde_json::to_vec(hint).unwrap_or_default();
    let mut out = Vec::with_capacity(20 + about.len() + frame.len());
    out.extend_from_slice(node.as_bytes());
    out.extend_from_slice(&(about.len() as u32).to_be_bytes());
    out.extend_from_slice(&about);
    out.extend_from_slice(frame);
    Bytes::from(out)
}

/// `None` for what is no hint, or one of another version's.
pub(super) fn decode(bytes: &Bytes) -> Option<(Uuid, Hint, Bytes)> {
    let node = Uuid::from_slice(bytes.get(..16)?).ok()?;
    let length = u32::from_be_bytes(bytes.get(16..20)?.try_into().ok()?) as usize;
    let hint = serde_json::from_slice(bytes.get(20..20usize.checked_add(length)?)?).ok()?;
    Some((node, hint, bytes.slice(20 + length..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_come_back_as_they_were_sent_and_rubbish_does_not() {
        let (node, channel, who) = (Uuid::new_v4(), ChannelId::new(), EntityId::new());
        let sent = encode(node, &Hint::Typing { channel, who, over: false, except: vec![] }, b"data: {}\n\n");
        let (from, hint, frame) = decode(&sent).unwrap();
        assert_eq!(from, node);
        assert!(matches!(hint, Hint::Typing { channel: there, .. } if there == channel));
        assert_eq!(frame.as_ref(), b"data: {}\n\n");
        for cut in 0..sent.len() - 10 {
            assert!(decode(&sent.slice(..cut)).is_none(), "{cut}");
        }
        let mut endless = sent.to_vec();
        endless[16..20].fill(0xff);
        assert!(decode(&Bytes::from(endless)).is_none());
    }
}
