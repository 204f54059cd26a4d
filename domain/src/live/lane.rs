//! One channel's events, strictly in the order of its clock.

use super::listener::Listener;
use super::told::Effect;
use super::{Hub, Told, lock};
use bytes::Bytes;
use model::{ChannelId, EntityId, Event, Writing};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

/// A listener in a channel.
struct Seat {
    listener: Arc<Listener>,
    visible_from: i64,
}

struct State {
    /// The clock of the last event that was handed on.
    clock: i64,
    /// Events that came before one that must go first.
    early: BTreeMap<i64, Told>,
    /// Whether a change was announced that nobody told.
    untold: bool,
    /// Whether somebody is asking the database, or about to.
    looking: bool,
    seats: Vec<Seat>,
    /// At which clock members left, so that a stream that opens meanwhile is not seated by what it read before.
    left: HashMap<EntityId, i64>,
}

/// A channel on this node.
pub(super) struct Lane {
    pub channel: ChannelId,
    state: Mutex<State>,
}

impl Lane {
    /// A lane that stands at a clock.
    pub fn at(channel: ChannelId, clock: i64) -> Arc<Self> {
        let state = State {
            clock,
            early: BTreeMap::new(),
            untold: false,
            looking: false,
            seats: Vec::new(),
            left: HashMap::new(),
        };
        Arc::new(Self { channel, state: Mutex::new(state) })
    }

    pub fn clock(&self) -> i64 {
        lock(&self.state).clock
    }

    pub fn is_empty(&self) -> bool {
        lock(&self.state).seats.is_empty()
    }

    /// Seats a stream whose membership was read when the channel stood at `clock`, and shows it the replies on their way.
    pub fn seat(&self, listener: &Arc<Listener>, visible_from: i64, clock: i64, hub: &Hub) {
        let mut state = lock(&self.state);
        if state.left.get(&listener.entity).is_some_and(|&left| left > clock) {
            return;
        }
        self.seat_now(&mut state, listener, visible_from, hub);
    }

    fn seat_now(&self, state: &mut State, listener: &Arc<Listener>, visible_from: i64, hub: &Hub) {
        if listener.is_gone() || state.seats.iter().any(|seat| Arc::ptr_eq(&seat.listener, listener)) {
            return;
        }
        for writing in hub.writing(self.channel) {
            listener.send(&grown(writing));
        }
        state.seats.push(Seat { listener: listener.clone(), visible_from });
    }

    /// Takes a stream's seat away.
    pub fn unseat(&self, listener: &Arc<Listener>) {
        lock(&self.state).seats.retain(|seat| !Arc::ptr_eq(&seat.listener, listener));
    }

    /// Hands an event on when its turn is come. `true` where an earlier one is missing and nobody looks for it yet.
    pub fn publish(&self, told: Told, hub: &Hub) -> bool {
        let mut state = lock(&self.state);
        if told.clock > state.clock {
            state.early.insert(told.clock, told);
            self.hand_on(&mut state, hub);
        }
        !state.early.is_empty() && !std::mem::replace(&mut state.looking, true)
    }

    /// Notes that something may have been missed. `true` where nobody looks for it yet.
    pub fn fall_behind(&self) -> bool {
        let mut state = lock(&self.state);
        state.untold = true;
        !std::mem::replace(&mut state.looking, true)
    }

    /// Whether the one who looks has to ask the database (again).
    pub fn must_look(&self) -> bool {
        let mut state = lock(&self.state);
        let must = std::mem::take(&mut state.untold) || !state.early.is_empty();
        state.looking = must;
        must
    }

    fn hand_on(&self, state: &mut State, hub: &Hub) {
        while let Some(told) = state.early.remove(&(state.clock + 1)) {
            self.deliver(state, told, hub);
        }
    }

    /// Takes over what the database says happened up to a clock.
    pub fn caught_up(&self, events: impl Iterator<Item = Told>, up_to: i64, hub: &Hub) {
        let mut state = lock(&self.state);
        for told in events {
            if told.clock > state.clock {
                self.deliver(&mut state, told, hub);
            }
        }
        arrive(&mut state, up_to);
        self.hand_on(&mut state, hub);
    }

    /// Tells everybody to come back and ask for themselves: there is too much to tell.
    pub fn resume_all(&self, up_to: i64) {
        let mut state = lock(&self.state);
        for seat in state.seats.drain(..) {
            seat.listener.resume();
        }
        arrive(&mut state, up_to);
    }

    fn deliver(&self, state: &mut State, told: Told, hub: &Hub) {
        state.clock = told.clock;
        match told.effect {
            Effect::None => send_all(state, &told.frame),
            Effect::Message { seq } => {
                let hidden = Told::event(&Event::Tick { channel: self.channel, clock: told.clock }).frame;
                for seat in &state.seats {
                    seat.listener.send(if seat.visible_from > seq { &hidden } else { &told.frame });
                }
            }
            Effect::Joined { who, visible_from } => {
                state.left.remove(&who);
                for listener in hub.listeners_of(who) {
                    self.seat_now(state, &listener, visible_from, hub);
                }
                send_all(state, &told.frame);
            }
            Effect::Left { who } => {
                state.left.insert(who, told.clock);
                let gone = Told::event(&Event::Gone { channel: self.channel }).frame;
                state.seats.retain(|seat| {
                    let stays = seat.listener.entity != who;
                    if !stays {
                        seat.listener.send(&gone);
                    }
                    stays
                });
                send_all(state, &told.frame);
            }
        }
    }

    /// Something ephemeral.
    pub fn pass(&self, frame: &Bytes) {
        send_all(&lock(&self.state), frame);
    }

    /// A reply's new words; `keep` is done in the same moment, so that who is seated next misses none.
    pub fn grow(&self, delta: Writing, keep: impl FnOnce(&Writing)) {
        let state = lock(&self.state);
        keep(&delta);
        send_all(&state, &grown(delta));
    }
}

/// Moves to a clock; what came early and lies behind it is known.
fn arrive(state: &mut State, up_to: i64) {
    state.clock = state.clock.max(up_to);
    state.early = state.early.split_off(&(state.clock + 1));
}

fn send_all(state: &State, frame: &Bytes) {
    for seat in &state.seats {
        seat.listener.send(frame);
    }
}

fn grown(writing: Writing) -> Bytes {
    Told::event(&Event::Reply { channel: writing.channel, writing: Box::new(writing) }).frame
}
