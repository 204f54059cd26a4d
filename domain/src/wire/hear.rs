//! What a node makes of what it hears from the others.

use super::hint::{self, Hint};
use super::{Incoming, Node, Nodes, PULSE, lock};
use crate::Space;
use crate::live::Told;
use bytes::Bytes;
use std::time::Instant;
use uuid::Uuid;

/// Hears until the wire is given up.
pub async fn hear(space: Space, mut incoming: Incoming) {
    while let Some(heard) = incoming.recv().await {
        match heard {
            Some(bytes) => take_in(&space, &bytes),
            // More came than could be held.
            None => space.nodes.note_missed(),
        }
        if space.nodes.has_missed() {
            look(&space).await;
        }
    }
}

fn take_in(space: &Space, bytes: &Bytes) {
    let Some((from, hint, frame)) = hint::decode(bytes) else {
        tracing::debug!(bytes = bytes.len(), "a hint that cannot be read was left aside");
        space.nodes.note_missed();
        return;
    };
    if from == space.nodes.me {
        if matches!(hint, Hint::Pulse { .. }) {
            // What was told to one person alone meanwhile is in no channel.
            if space.nodes.heard_oneself() {
                space.live.remind_all();
            }
        }
        return;
    }
    space.nodes.heard(from, &hint);
    match hint {
        Hint::Pulse { .. } | Hint::Here { .. } => {}
        Hint::Told { channel, clock, effect } => {
            space.live.publish_here(channel, Told { clock, effect, ..Told::passing(frame) });
        }
        Hint::Typing { channel, who, over, except } => {
            space.live.typing_here(channel, who, over, Told::passing(frame).except(except));
        }
        Hint::Passing { channel, effect } => {
            space.live.pass_here(channel, Told { effect, ..Told::passing(frame) });
        }
        Hint::Grown { writing } => space.live.grow_here(*writing, false),
        Hint::Person { who } => space.live.tell_person_here(who, &frame),
        Hint::Ended { who, session } => space.live.end_here(who, session.as_deref()),
        Hint::Busy { who, busy } => space.live.busy_here(who, busy),
        Hint::Ring => space.bell.ring(),
        Hint::Counted { what } => space.pace.count(&what),
    }
}

impl Nodes {
    /// `true` where the wire is up again after it was down.
    fn heard_oneself(&self) -> bool {
        let before = lock(&self.echo).replace(Instant::now());
        // What others told while nothing came through is in the database.
        if before.is_none_or(|before| before.elapsed() >= super::DOWN) {
            tracing::info!("the wire between nodes is up");
            self.note_missed();
            return before.is_some();
        }
        false
    }

    fn heard(&self, from: Uuid, hint: &Hint) {
        let mut others = lock(&self.others);
        let node = others.entry(from).or_insert_with(|| Node { heard: Instant::now(), people: Vec::new() });
        node.heard = Instant::now();
        match hint {
            Hint::Here { people } => node.people.clone_from(people),
            Hint::Pulse { missed: true } => self.note_missed(),
            _ => {}
        }
    }
}

/// Shows that this node lives, tells the others now and then who is here and what is being written, and asks the
/// database while the wire is down. Until the process ends.
pub async fn pulse(space: Space) {
    let mut beat = tokio::time::interval(PULSE);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut was_up = true;
    for n in 0_u32.. {
        // The first pulses have not come back yet.
        let is_early = n < 4;
        beat.tick().await;
        space.nodes.pulse();
        // Every two seconds, so that whoever starts or comes back knows what is ephemeral.
        if n % 5 == 0 {
            space.live.refresh_others();
        }
        let is_up = space.nodes.is_up();
        if was_up && !is_up && !is_early {
            tracing::warn!("the wire between nodes is down; channels are read from the database meanwhile");
        }
        if !is_up {
            look(&space).await;
        }
        was_up = is_up;
    }
}

/// Asks the database what was missed anywhere.
async fn look(space: &Space) {
    if let Err(cause) = space.live.mind_the_gaps().await {
        space.nodes.note_missed();
        tracing::warn!(%cause, "what other nodes did could not be read; trying again");
    }
}
