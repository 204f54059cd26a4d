//! When an AI may begin by itself. Pure: what is known of a room is handed in.

use model::{EntityId, MessageId};
use std::time::Duration;

/// How often AIs begin in one room within an hour, newcomers included.
const AN_HOUR: i64 = 4;
/// How long a question stands before an AI comes back to it.
const UNANSWERED: Duration = Duration::from_mins(10);
/// After this nobody expects anything any more.
const OVER: Duration = Duration::from_hours(24);

/// A room with people in it, as it stands.
#[derive(Clone, Debug)]
pub(super) struct Room {
    /// Who came in for the first time a moment ago, and was not welcomed yet.
    pub newcomer: Option<(EntityId, String)>,
    /// The newest message, if there is one.
    pub last: Option<Last>,
    /// Whether a human has spoken since an AI began by itself here.
    pub heard: bool,
    /// How often AIs have begun by themselves here within the last hour.
    pub begun: i64,
    /// Messages of AIs since the last one of a human.
    pub hops: i64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Last {
    pub id: MessageId,
    /// How long ago it was said.
    pub ago: Duration,
    /// Whether it is a question of a human.
    pub asks: bool,
}

/// What moves an AI to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// Somebody is here for the first time.
    Welcome(EntityId, String),
    /// A question that nobody has answered.
    Unfinished(MessageId, Duration),
    /// A long silence.
    Silence(Duration),
}

/// The occasion that a room gives, if it gives one. `silence`: what counts as a long one; `hops`: how many messages of AIs may
/// follow each other.
pub(super) fn occasion(room: &Room, silence: Duration, hops: u32) -> Option<Occasion> {
    if let Some((who, name)) = &room.newcomer {
        return (room.begun < AN_HOUR && room.hops < i64::from(hops)).then(|| Occasion::Welcome(*who, name.clone()));
    }
    // Whoever began and heard nothing waits until a human speaks.
    let last = room.last.filter(|last| last.ago < OVER && room.begun == 0 && room.heard)?;
    if last.asks && last.ago >= UNANSWERED {
        return Some(Occasion::Unfinished(last.id, last.ago));
    }
    (last.ago >= silence).then_some(Occasion::Silence(last.ago))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ai_begins_when_there_is_an_occasion_and_not_twice() {
        let silence = Duration::from_mins(45);
        let id = MessageId::new();
        let said = |minutes: u64, asks: bool| Last { id, ago: Duration::from_mins(minutes), asks };
        let room = Room { newcomer: None, last: Some(said(50, false)), heard: true, begun: 0, hops: 0 };
        let occasion = |room: &Room, silence| occasion(room, silence, 3);
        assert_eq!(occasion(&room, silence), Some(Occasion::Silence(Duration::from_mins(50))));
        for quiet in [
            Room { last: Some(said(44, false)), ..room.clone() },
            Room { last: Some(said(24 * 60, false)), ..room.clone() },
            Room { last: None, ..room.clone() },
            Room { heard: false, ..room.clone() },
            Room { begun: 1, ..room.clone() },
        ] {
            assert_eq!(occasion(&quiet, silence), None, "{quiet:?}");
        }
        let asked = Room { last: Some(said(10, true)), ..room.clone() };
        assert_eq!(occasion(&asked, silence), Some(Occasion::Unfinished(id, Duration::from_mins(10))));
        let ada = EntityId::new();
        let come = Room { newcomer: Some((ada, "Ada".into())), begun: 3, heard: false, ..room };
        assert_eq!(occasion(&come, silence), Some(Occasion::Welcome(ada, "Ada".into())));
        assert_eq!(occasion(&Room { begun: 4, ..come.clone() }, silence), None);
        assert_eq!(occasion(&Room { hops: 3, ..come }, silence), None);
    }
}
