//! One channel's events, strictly in the order of its clock.

use super::listener::{Listener, Piece};
use super::told::Effect;
use super::{Hub, Told, lock};
use model::{ChannelId, EntityId, Event, Writing};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// Where a channel is busy, what comes within this time of the last is gathered and handed on in one piece, the same for
/// everybody: a thousand listeners are woken fifty times a second at most. What comes after a pause is not delayed.
const GATHER: Duration = Duration::from_millis(20);

/// Most events in one piece.
const TOGETHER: usize = 64;

/// A listener in a channel.
struct Seat {
    listener: Arc<Listener>,
    visible_from: i64,
}

struct State {
    /// The clock of the last event that was handed on.
    clock: i64,
    /// From which clock on the lane knows who came and left.
    since: i64,
    /// Events that came before one that must go first.
    early: BTreeMap<i64, Told>,
    /// Whether a change was announced that nobody told.
    untold: bool,
    /// Whether somebody is asking the database, or about to.
    looking: bool,
    seats: Vec<Seat>,
    /// What is being gathered for those who are seated.
    gathered: Vec<Told>,
    /// When something was last handed on.
    handed: Option<Instant>,
    /// Whether what is gathered will be in a moment.
    due: bool,
    /// At which clock members left, so that a stream that opens meanwhile is not seated by what it read before.
    left: HashMap<EntityId, i64>,
}

/// What became of a stream that was to be seated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seated {
    /// It has a seat now.
    Anew,
    /// It had one, or is gone.
    Already,
    /// What was read of its membership is too old to go by.
    ReadAgain,
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
            since: clock,
            early: BTreeMap::new(),
            untold: false,
            looking: false,
            seats: Vec::new(),
            gathered: Vec::new(),
            handed: None,
            due: false,
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
    pub fn seat(&self, listener: &Arc<Listener>, visible_from: i64, clock: i64, hub: &Hub) -> Seated {
        let mut state = lock(&self.state);
        if clock < state.since || state.left.get(&listener.entity).is_some_and(|&left| left > clock) {
            return Seated::ReadAgain;
        }
        hand_over(&mut state, self.channel);
        self.seat_now(&mut state, listener, visible_from, hub)
    }

    fn seat_now(&self, state: &mut State, listener: &Arc<Listener>, visible_from: i64, hub: &Hub) -> Seated {
        if listener.is_gone() {
            return Seated::Already;
        }
        if let Some(seat) = state.seats.iter_mut().find(|seat| Arc::ptr_eq(&seat.listener, listener)) {
            seat.visible_from = seat.visible_from.max(visible_from);
            return Seated::Already;
        }
        for writing in hub.writing(self.channel).into_iter().filter(|one| one.seq >= visible_from) {
            listener.send(&grown(writing).frame);
        }
        state.seats.push(Seat { listener: listener.clone(), visible_from });
        Seated::Anew
    }

    /// Everybody who is seated.
    pub fn listeners(&self) -> Vec<Arc<Listener>> {
        lock(&self.state).seats.iter().map(|seat| seat.listener.clone()).collect()
    }

    /// Takes the seat of a stream whose entity is no member any more, though nobody told so.
    pub fn dismiss(&self, listener: &Arc<Listener>) {
        let mut state = lock(&self.state);
        hand_over(&mut state, self.channel);
        state.seats.retain(|seat| !Arc::ptr_eq(&seat.listener, listener));
        listener.send(&Told::event(&Event::Gone { channel: self.channel }).frame);
        listener.send(&Told::event(&Event::Me).frame);
    }

    /// Takes a stream's seat away.
    pub fn unseat(&self, listener: &Arc<Listener>) {
        lock(&self.state).seats.retain(|seat| !Arc::ptr_eq(&seat.listener, listener));
    }

    /// Hands an event on when its turn is come. `true` where an earlier one is missing and nobody looks for it yet.
    pub fn publish(self: &Arc<Self>, told: Told, hub: &Hub) -> bool {
        let mut state = lock(&self.state);
        if told.clock > state.clock {
            state.early.insert(told.clock, told);
            self.hand_on(&mut state, hub);
            self.hand_over_soon(&mut state);
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
            self.deliver(state, told, hub, false);
        }
    }

    /// Takes over what the database says happened up to a clock.
    pub fn caught_up(self: &Arc<Self>, events: &[Told], up_to: i64, hub: &Hub) {
        let mut state = lock(&self.state);
        // Who left and came back in between has one row for both: what they may not read stands before it.
        hand_over(&mut state, self.channel);
        for told in events {
            let Effect::Joined { who, visible_from } = told.effect else { continue };
            for seat in state.seats.iter_mut().filter(|seat| seat.listener.entity == who) {
                seat.visible_from = seat.visible_from.max(visible_from);
            }
        }
        for told in events {
            if told.clock > state.clock {
                self.deliver(&mut state, told.clone(), hub, true);
            }
        }
        arrive(&mut state, up_to);
        self.hand_on(&mut state, hub);
        self.hand_over_soon(&mut state);
    }

    /// Tells everybody to come back and ask for themselves: there is too much to tell.
    pub fn resume_all(&self, up_to: i64) {
        let mut state = lock(&self.state);
        state.gathered.clear();
        for seat in state.seats.drain(..) {
            seat.listener.resume();
        }
        arrive(&mut state, up_to);
        state.since = state.clock;
    }

    /// `by_itself`: found in the database, so that the hint to those whose list of places it changes may be lost as well.
    fn deliver(&self, state: &mut State, told: Told, hub: &Hub, by_itself: bool) {
        let me = by_itself.then(|| Told::event(&Event::Me).frame);
        state.clock = told.clock;
        match told.effect {
            Effect::None | Effect::Message { .. } => {}
            Effect::Joined { who, visible_from } => {
                // What came before is for those who were there.
                hand_over(state, self.channel);
                state.left.remove(&who);
                for listener in hub.listeners_of(who) {
                    if self.seat_now(state, &listener, visible_from, hub) == Seated::Anew {
                        me.iter().for_each(|me| listener.send(me));
                    }
                }
            }
            Effect::Left { who } => {
                hand_over(state, self.channel);
                state.left.insert(who, told.clock);
                let gone = Told::event(&Event::Gone { channel: self.channel }).frame;
                state.seats.retain(|seat| {
                    let stays = seat.listener.entity != who;
                    if !stays {
                        seat.listener.send(&gone);
                        me.iter().for_each(|me| seat.listener.send(me));
                    }
                    stays
                });
            }
        }
        state.gathered.push(told);
        if state.gathered.len() >= TOGETHER {
            hand_over(state, self.channel);
        }
    }

    /// Something ephemeral.
    pub fn pass(self: &Arc<Self>, told: Told) {
        let mut state = lock(&self.state);
        state.gathered.push(told);
        self.hand_over_soon(&mut state);
    }

    /// Something ephemeral for one member, if they listen here.
    pub fn pass_to(&self, who: EntityId, told: &Told) {
        let mut state = lock(&self.state);
        hand_over(&mut state, self.channel);
        state.seats.iter().filter(|seat| seat.listener.entity == who).for_each(|seat| seat.listener.send(&told.frame));
    }

    /// A reply's new words; `keep` is done in the same moment, so that who is seated next misses none.
    pub fn grow(self: &Arc<Self>, delta: Writing, keep: impl FnOnce(&Writing)) {
        let mut state = lock(&self.state);
        keep(&delta);
        state.gathered.push(grown(delta));
        self.hand_over_soon(&mut state);
    }

    /// Hands on what was gathered: now, or with what else comes within [`GATHER`] of the last time.
    fn hand_over_soon(self: &Arc<Self>, state: &mut State) {
        let now = Instant::now();
        let at = state.handed.map_or(now, |handed| handed + GATHER);
        if at <= now || state.gathered.len() >= TOGETHER {
            hand_over(state, self.channel);
        } else if !std::mem::replace(&mut state.due, true) {
            let lane = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep_until(at).await;
                let mut state = lock(&lane.state);
                state.due = false;
                hand_over(&mut state, lane.channel);
            });
        }
    }
}

/// Hands on what was gathered.
fn hand_over(state: &mut State, channel: ChannelId) {
    let gathered = std::mem::take(&mut state.gathered);
    if gathered.is_empty() {
        return;
    }
    state.handed = Some(Instant::now());
    let bytes = match gathered.as_slice() {
        [one] => one.frame.clone(),
        _ => gathered.iter().map(|told| told.frame.as_ref()).collect::<Vec<&[u8]>>().concat().into(),
    };
    let whole = Piece { bytes, frames: gathered.len() };
    let earliest = gathered.iter().map(Told::earliest).min().unwrap_or(i64::MAX);
    let is_for_all = gathered.iter().all(|told| told.except.is_empty());
    for seat in &state.seats {
        let who = seat.listener.entity;
        if seat.visible_from <= earliest && (is_for_all || gathered.iter().all(|told| !told.except.contains(&who))) {
            seat.listener.send_piece(&whole);
            continue;
        }
        for told in gathered.iter().filter(|told| !told.except.contains(&who)) {
            if told.seq().is_some_and(|seq| seq < seat.visible_from) {
                seat.listener.send(&Told::event(&Event::Tick { channel, clock: told.clock }).frame);
            } else {
                seat.listener.send(&told.frame_from(seat.visible_from));
            }
        }
    }
}

/// Moves to a clock; what came early and lies behind it is known.
fn arrive(state: &mut State, up_to: i64) {
    state.clock = state.clock.max(up_to);
    state.early = state.early.split_off(&(state.clock + 1));
}

fn grown(writing: Writing) -> Told {
    Told::event(&Event::Reply { channel: writing.channel, writing: Box::new(writing) })
}
