//! Who listens right now, and what they are told. Everything here is a hint: whoever misses one asks the database.
//!
//! Each channel with listeners has a [`Lane`] that hands its events on strictly in the order of the channel's clock,
//! the same bytes to everybody. Locks are held for pushing into queues, never over an await.
//! Order of locks: a lane's, then `people`, then `active`; a lane's, then `writing`.

mod growing;
mod lane;
mod listener;
mod presence;
mod told;

pub use listener::Frames;
pub use presence::Presences;
pub(crate) use presence::Sign;
pub(crate) use told::Effect;
pub use told::Told;

use crate::entities::blocks;
use crate::wire::{Hint, Nodes};
use crate::{Result, channels, messages, sessions};
use bytes::Bytes;
use growing::Growing;
use lane::{Lane, Seated};
use listener::Listener;
use model::{ChannelId, Code, EntityId, Event, Problem, ReplyId};
use presence::Person;
use sqlx::PgPool;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Seconds between two heartbeats of a stream.
pub const BEAT_S: u32 = 20;
/// Streams that one member may have open on this node.
const STREAMS_EACH: usize = 20;
/// How many people are reminded at once.
const REMINDED: usize = 20;
/// How often memberships are read at most for a stream that opens while its channels change.
const READS: usize = 5;
/// How long somebody counts as writing after they last showed it. Browsers say so every three seconds.
const TYPES_FOR: Duration = Duration::from_secs(5);
/// How long an event waits for an earlier one that is still on its way before the database is asked.
const OUT_OF_ORDER: Duration = Duration::from_millis(25);

/// The live half of the space on this node.
pub struct Hub {
    db: PgPool,
    lanes: Mutex<HashMap<ChannelId, Arc<Lane>>>,
    people: Mutex<HashMap<EntityId, Person>>,
    writing: Mutex<HashMap<ChannelId, HashMap<ReplyId, Growing>>>,
    /// Who writes where, and when they last showed it.
    typing: Mutex<HashMap<(ChannelId, EntityId), Instant>>,
    /// Who did something of late, and when.
    active: Mutex<HashMap<EntityId, Instant>>,
    /// After how long without a sign somebody is away.
    away_after: Duration,
    /// Who the listeners here know to be in the space.
    known: Mutex<Presences>,
    /// Who has joined a channel since presence was last told.
    newcomers: Mutex<HashSet<EntityId>>,
    nodes: Arc<Nodes>,
    stopping: AtomicBool,
}

/// What is held while a panic passes is a map of queues: it stays usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    /// An empty hub that reads what it missed from `db`. Who does nothing for `away_after` is away.
    pub(crate) fn new(db: PgPool, nodes: Arc<Nodes>, away_after: Duration) -> Arc<Self> {
        Arc::new(Self {
            db,
            lanes: Mutex::default(),
            people: Mutex::default(),
            writing: Mutex::default(),
            typing: Mutex::default(),
            active: Mutex::default(),
            away_after,
            known: Mutex::default(),
            newcomers: Mutex::default(),
            nodes,
            stopping: AtomicBool::new(false),
        })
    }

    /// Opens a stream for somebody: first a `hello`, then everything that happens in their channels.
    /// `session` is the digest of the session that it hangs on.
    pub async fn connect(self: &Arc<Self>, who: EntityId, session: Vec<u8>) -> Result<Frames> {
        if self.stopping.load(Ordering::Acquire) {
            return Err(Problem::new(Code::Busy, "The server is stopping. Come back in a moment.").after(2).into());
        }
        let listener = Listener::new(who, session);
        self.seat_person(&listener)?;
        let frames = Frames::new(listener.clone(), self.clone());
        for _ in 0..READS {
            let mut is_whole = true;
            for seat in channels::store::seats(&self.db, &[who]).await? {
                self.busy_here(who, seat.busy);
                let lane = self.lane_at(seat.channel, seat.clock);
                let seated = lane.seat(&listener, seat.visible_from, seat.clock, self);
                is_whole &= seated != Seated::ReadAgain;
            }
            if is_whole {
                break;
            }
        }
        // Only now does what the browser asks for meet what it is told.
        listener.send(&Told::event(&Event::Hello { beat_s: BEAT_S }).frame);
        Ok(frames)
    }

    fn seat_person(&self, listener: &Arc<Listener>) -> Result<()> {
        let mut people = lock(&self.people);
        let person = people.entry(listener.entity).or_insert_with(|| {
            // Who comes is not away; whose stream only comes back may be.
            self.active(listener.entity);
            Person::default()
        });
        if person.listeners.len() >= STREAMS_EACH {
            let message = "You have this space open in too many places. Close some and try again.";
            return Err(Problem::new(Code::RateLimited, message).after(BEAT_S).into());
        }
        person.came(listener.clone());
        Ok(())
    }

    /// Announces that a channel is about to change. If what comes of it is never told (the request was given up
    /// after its commit, say), the database is asked instead.
    pub fn expect(self: &Arc<Self>, channel: ChannelId) -> Expected {
        Expected { hub: self.clone(), channel, told: false }
    }

    /// A channel's lane, new at a clock where there is none.
    fn lane_at(&self, channel: ChannelId, clock: i64) -> Arc<Lane> {
        lock(&self.lanes).entry(channel).or_insert_with(|| Lane::at(channel, clock)).clone()
    }

    fn lane(&self, channel: ChannelId) -> Option<Arc<Lane>> {
        lock(&self.lanes).get(&channel).cloned()
    }

    fn publish(self: &Arc<Self>, channel: ChannelId, told: Told) {
        let (clock, effect) = (told.clock, told.effect.clone());
        self.nodes.tell(&Hint::Told { channel, clock, effect }, &told.frame);
        self.publish_here(channel, told);
    }

    pub(crate) fn publish_here(self: &Arc<Self>, channel: ChannelId, told: Told) {
        lock(&self.newcomers).extend(told.newcomer());
        // Who joins a channel that nobody here listens to is its first listener.
        let first = told.newcomer().is_some_and(|who| !self.listeners_of(who).is_empty());
        let lane = if first { Some(self.lane_at(channel, told.clock - 1)) } else { self.lane(channel) };
        if let Some(lane) = lane
            && lane.publish(told, self)
        {
            self.catch_up_soon(lane);
        }
    }

    /// Has a channel read from the database what its lane has not seen.
    fn catch_up_soon(self: &Arc<Self>, lane: Arc<Lane>) {
        let hub = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(OUT_OF_ORDER).await;
                if !lane.must_look() {
                    return;
                }
                while let Err(cause) = hub.catch_up(&lane).await {
                    tracing::warn!(%cause, channel = %lane.channel, "could not read what a channel missed; trying again");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        });
    }

    async fn catch_up(&self, lane: &Arc<Lane>) -> Result<()> {
        let since = lane.clock();
        let here = blocks::present_to_all(&self.db, self).await?;
        let Some(found) = messages::changes(&self.db, lane.channel, since, &here).await? else {
            return Ok(());
        };
        match found.events {
            Some(events) => {
                let told: Vec<Told> = events.iter().map(Told::event).collect();
                lane.caught_up(&told, found.up_to, self);
            }
            None => lane.resume_all(found.up_to),
        }
        Ok(())
    }

    /// Tells everybody in a channel that somebody writes, or no longer.
    pub fn typing(&self, channel: ChannelId, who: EntityId, over: bool, told: Told) {
        self.nodes.tell(&Hint::Typing { channel, who, over, except: told.except.to_vec() }, &told.frame);
        self.typing_here(channel, who, over, told);
    }

    pub(crate) fn typing_here(&self, channel: ChannelId, who: EntityId, over: bool, told: Told) {
        self.types(channel, who, over);
        if !told.frame.is_empty() {
            self.pass_here(channel, told);
        }
    }

    /// Notes that somebody writes, or no longer; whether it was known that they do.
    fn types(&self, channel: ChannelId, who: EntityId, over: bool) -> bool {
        let mut typing = lock(&self.typing);
        typing.retain(|_, since| since.elapsed() < TYPES_FOR);
        let before = typing.remove(&(channel, who));
        if !over {
            typing.insert((channel, who), Instant::now());
        }
        before.is_some()
    }

    /// Who has posted no longer writes. Browsers know by the message; nodes are told.
    pub(crate) fn posted(&self, channel: ChannelId, who: EntityId) {
        if self.types(channel, who, true) {
            self.nodes.tell(&Hint::Typing { channel, who, over: true, except: Vec::new() }, &[]);
        }
    }

    /// Whether somebody is writing in a channel.
    pub(crate) fn is_typed_in(&self, channel: ChannelId) -> bool {
        lock(&self.typing).iter().any(|((there, _), since)| *there == channel && since.elapsed() < TYPES_FOR)
    }

    /// Tells something ephemeral to everybody in a channel who may see what it is about.
    pub(crate) fn pass(&self, channel: ChannelId, told: Told) {
        self.nodes.tell(&Hint::Passing { channel, effect: told.effect.clone() }, &told.frame);
        self.pass_here(channel, told);
    }

    pub(crate) fn pass_here(&self, channel: ChannelId, told: Told) {
        if let Some(lane) = self.lane(channel) {
            lane.pass(told);
        }
    }

    /// Tells one person, on all their streams.
    pub fn tell_person(&self, who: EntityId, event: &Event) {
        let frame = Told::event(event).frame;
        self.nodes.tell(&Hint::Person { who }, &frame);
        self.tell_person_here(who, &frame);
    }

    pub(crate) fn tell_person_here(&self, who: EntityId, frame: &Bytes) {
        for listener in self.listeners_of(who) {
            listener.send(frame);
        }
    }

    fn listeners_of(&self, who: EntityId) -> Vec<Arc<Listener>> {
        lock(&self.people).get(&who).map(|person| person.listeners.clone()).unwrap_or_default()
    }

    /// Has everybody here ask for their own state: what changed of it may not have been told. Not all at once.
    pub(crate) fn remind_all(self: &Arc<Self>) {
        let hub = self.clone();
        tokio::spawn(async move {
            let me = Told::event(&Event::Me).frame;
            let people: Vec<EntityId> = lock(&hub.people).keys().copied().collect();
            for some in people.chunks(REMINDED) {
                some.iter().for_each(|who| hub.tell_person_here(*who, &me));
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
    }

    /// Ends the streams of a session, or all of somebody's.
    pub fn end(&self, who: EntityId, session: Option<&[u8]>) {
        self.nodes.tell(&Hint::Ended { who, session: session.map(<[u8]>::to_vec) }, &[]);
        self.end_here(who, session);
    }

    pub(crate) fn end_here(&self, who: EntityId, session: Option<&[u8]>) {
        for listener in self.listeners_of(who) {
            if session.is_none_or(|session| listener.session == session) {
                listener.cut();
            }
        }
    }

    /// Tells all streams to come back elsewhere or later, and takes no new ones.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        let everybody: Vec<Arc<Listener>> =
            lock(&self.people).values().flat_map(|person| person.listeners.clone()).collect();
        for listener in everybody {
            listener.resume();
        }
    }

    /// One heartbeat for all streams: ends those whose session is over, and reads what was missed anywhere.
    pub async fn beat(self: &Arc<Self>) -> Result<()> {
        let everybody: Vec<Arc<Listener>> =
            lock(&self.people).values().flat_map(|person| person.listeners.clone()).collect();
        let ids: Vec<Vec<u8>> = everybody.iter().map(|listener| listener.session.clone()).collect();
        let good: HashSet<(Vec<u8>, uuid::Uuid)> =
            sessions::store::still_good(&self.db, &ids).await?.into_iter().collect();
        let beat = Told::event(&Event::Beat).frame;
        for listener in everybody {
            if good.contains(&(listener.session.clone(), listener.entity.0)) {
                listener.send(&beat);
            } else {
                listener.cut();
            }
        }
        self.mind_the_gaps().await?;
        self.mind_the_seats().await
    }

    /// Seats streams in channels whose joining nobody told, and takes the seats of those whose leaving nobody told.
    async fn mind_the_seats(&self) -> Result<()> {
        let lanes: Vec<Arc<Lane>> = lock(&self.lanes).values().cloned().collect();
        let seated: Vec<(Arc<Lane>, Arc<Listener>)> = lanes
            .into_iter()
            .flat_map(|lane| lane.listeners().into_iter().map(move |one| (lane.clone(), one)))
            .collect();
        let people: Vec<EntityId> = lock(&self.people).keys().copied().collect();
        let me = Told::event(&Event::Me).frame;
        let seats = channels::store::seats(&self.db, &people).await?;
        let members: HashSet<(EntityId, ChannelId)> = seats.iter().map(|seat| (seat.who, seat.channel)).collect();
        for (lane, listener) in seated {
            if !members.contains(&(listener.entity, lane.channel)) {
                lane.dismiss(&listener);
            }
        }
        for seat in seats {
            self.busy_here(seat.who, seat.busy);
            for listener in self.listeners_of(seat.who) {
                let lane = self.lane_at(seat.channel, seat.clock);
                if lane.seat(&listener, seat.visible_from, seat.clock, self) == Seated::Anew {
                    listener.send(&me);
                }
            }
        }
        Ok(())
    }

    pub(crate) async fn mind_the_gaps(self: &Arc<Self>) -> Result<()> {
        let lanes: Vec<Arc<Lane>> = {
            let mut lanes = lock(&self.lanes);
            lanes.retain(|_, lane| !lane.is_empty() || Arc::strong_count(lane) > 1);
            lanes.values().cloned().collect()
        };
        let ids: Vec<ChannelId> = lanes.iter().map(|lane| lane.channel).collect();
        let clocks: HashMap<ChannelId, i64> = channels::store::clocks(&self.db, &ids).await?.into_iter().collect();
        for lane in lanes {
            if clocks.get(&lane.channel).is_some_and(|&clock| clock > lane.clock()) {
                self.catch_up(&lane).await?;
            }
        }
        Ok(())
    }

    /// Beats and tells presence until the process ends.
    pub async fn run(self: Arc<Self>) {
        let mut beat = tokio::time::interval(Duration::from_secs(u64::from(BEAT_S)));
        let mut presence = tokio::time::interval(presence::EVERY);
        loop {
            let done = tokio::select! {
                _ = beat.tick() => self.beat().await,
                _ = presence.tick() => self.tell_presence().await,
            };
            if let Err(cause) = done {
                tracing::warn!(%cause, "a heartbeat of the live streams failed; the next one makes up for it");
            }
        }
    }
}

/// A change of a channel that is on its way: see [`Hub::expect`].
pub struct Expected {
    hub: Arc<Hub>,
    channel: ChannelId,
    told: bool,
}

impl Expected {
    /// Tells what came of it.
    pub fn tell(mut self, told: Told) {
        self.told = true;
        self.hub.publish(self.channel, told);
    }

    /// It is on disk and has to be read from there, at every node.
    pub fn untold(self) {
        self.hub.nodes.tell_lost();
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        if !self.told
            && let Some(lane) = self.hub.lane(self.channel)
            && tokio::runtime::Handle::try_current().is_ok()
            && lane.fall_behind()
        {
            self.hub.catch_up_soon(lane);
        }
    }
}
