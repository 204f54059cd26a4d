//! Who is here and how, told by their streams and by what they do.

use super::listener::Listener;
use super::{Hub, Told, lock};
use crate::entities::blocks;
use crate::wire::Hint;
use crate::{Result, channels, entities};
use model::presence::CROWD;
use model::{ChannelId, EntityId, Event, Presence, Present};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often changes are told.
pub(super) const EVERY: Duration = Duration::from_secs(2);
/// How long somebody without a stream is still here: a page may reload, a train pass a tunnel.
const GRACE: Duration = Duration::from_secs(30);

/// Somebody with a stream, or who had one a moment ago.
#[derive(Default)]
pub(super) struct Person {
    pub listeners: Vec<Arc<Listener>>,
    /// When the last stream ended.
    gone_since: Option<Instant>,
    /// Whether they would rather not be disturbed.
    pub busy: bool,
}

/// What a node knows of somebody by itself.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Sign {
    who: EntityId,
    /// They have a stream there.
    listens: bool,
    /// They would rather not be disturbed.
    busy: bool,
    /// They did something there of late.
    active: bool,
}

/// Who is here, and how.
#[derive(Clone, Debug, Default)]
pub struct Presences(HashMap<EntityId, Presence>);

impl Presences {
    fn of_signs(signs: impl Iterator<Item = Sign>) -> Self {
        let mut joined: HashMap<EntityId, Sign> = HashMap::new();
        for sign in signs {
            let known = joined.entry(sign.who).or_insert(sign);
            known.listens |= sign.listens;
            known.busy |= sign.busy;
            known.active |= sign.active;
        }
        let here = joined.into_values().filter(|sign| sign.listens);
        Self(
            here.map(|sign| match sign {
                Sign { who, active: false, .. } => (who, Presence::Away),
                Sign { who, busy: true, .. } => (who, Presence::Busy),
                Sign { who, .. } => (who, Presence::Available),
            })
            .collect(),
        )
    }

    /// How somebody is here.
    pub fn of(&self, who: EntityId) -> Presence {
        self.0.get(&who).copied().unwrap_or_default()
    }

    /// Everybody who is here.
    pub fn ids(&self) -> Vec<EntityId> {
        self.0.keys().copied().collect()
    }

    /// Somebody is here before, and without, a stream.
    pub(crate) fn add(&mut self, who: EntityId) {
        self.0.entry(who).or_insert(Presence::Available);
    }

    /// Leaves these out.
    #[must_use]
    pub(crate) fn without(mut self, hidden: &[EntityId]) -> Self {
        hidden.iter().for_each(|who| {
            self.0.remove(who);
        });
        self
    }

    /// Those whose presence is another than it was.
    fn changed_since(&self, before: &Self) -> Vec<EntityId> {
        let mut ids: HashSet<EntityId> = self.0.keys().chain(before.0.keys()).copied().collect();
        ids.retain(|id| self.of(*id) != before.of(*id));
        ids.into_iter().collect()
    }
}

impl Person {
    pub fn came(&mut self, listener: Arc<Listener>) {
        self.listeners.push(listener);
        self.gone_since = None;
    }
}

impl Hub {
    /// Who is here, at whichever node.
    pub fn present(&self) -> Presences {
        Presences::of_signs(self.nodes.people().into_iter().chain(self.signs()))
    }

    /// What this node knows of people by itself.
    pub(super) fn signs(&self) -> Vec<Sign> {
        let mut signs: HashMap<EntityId, Sign> = HashMap::new();
        for (&who, person) in lock(&self.people).iter() {
            signs.insert(who, Sign { who, listens: true, busy: person.busy, active: false });
        }
        for &who in lock(&self.active).keys() {
            signs.entry(who).or_insert(Sign { who, listens: false, busy: false, active: false }).active = true;
        }
        signs.into_values().collect()
    }

    /// Somebody does something: they are not away.
    pub fn active(&self, who: EntityId) {
        lock(&self.active).insert(who, Instant::now());
    }

    /// Somebody would rather not be disturbed, or no longer so.
    pub(crate) fn busy(&self, who: EntityId, busy: bool) {
        self.nodes.tell(&Hint::Busy { who, busy }, &[]);
        self.busy_here(who, busy);
    }

    pub(crate) fn busy_here(&self, who: EntityId, busy: bool) {
        if let Some(person) = lock(&self.people).get_mut(&who) {
            person.busy = busy;
        }
    }

    /// Takes a stream that has ended out of everything.
    pub(super) fn leave(&self, listener: &Arc<Listener>) {
        listener.cut();
        let lanes: Vec<_> = lock(&self.lanes).values().cloned().collect();
        for lane in lanes {
            lane.unseat(listener);
        }
        if let Some(person) = lock(&self.people).get_mut(&listener.entity) {
            person.listeners.retain(|other| !Arc::ptr_eq(other, listener));
            if person.listeners.is_empty() {
                person.gone_since = Some(Instant::now());
            }
        }
    }

    /// Tells each channel whose presence has changed since the last time: the listeners here, wherever it changed.
    pub(super) async fn tell_presence(self: &Arc<Self>) -> Result<()> {
        self.fade();
        lock(&self.people).retain(|_, person| person.gone_since.is_none_or(|since| since.elapsed() < GRACE));
        lock(&self.active).retain(|_, since| since.elapsed() < self.away_after);
        let now = self.present();
        let mut changed = now.changed_since(&lock(&self.known));
        let went: Vec<EntityId> = changed.iter().filter(|who| !now.of(**who).is_here()).copied().collect();
        if !went.is_empty() {
            entities::store::seen(&self.db, &went).await?;
        }
        // Who has come into a channel is told there like one who has come at all.
        let newcomers = lock(&self.newcomers).clone();
        changed.extend(newcomers.iter().copied());
        if changed.is_empty() {
            return Ok(());
        }
        let mut told: HashMap<ChannelId, Vec<Present>> = HashMap::new();
        for seat in channels::store::seats(&self.db, &changed).await? {
            told.entry(seat.channel).or_default().push(Present { entity: seat.who, presence: now.of(seat.who) });
        }
        told.retain(|channel, _| self.lane(*channel).is_some());
        let crowds = self.count_crowds(told.keys().copied().collect(), &now).await?;
        let blocks = blocks::by_any(&self.db, &changed).await?;
        for (channel, changed) in told {
            match crowds.get(&channel) {
                Some(&count) => {
                    let crowd = Event::Presence { channel, changed: vec![], crowd: Some(count) };
                    self.pass_here(channel, Told::event(&crowd));
                }
                None => self.tell_changed(channel, changed, &blocks),
            }
        }
        // Only now: what could not be told is told the next time.
        *lock(&self.known) = now;
        lock(&self.newcomers).retain(|who| !newcomers.contains(who));
        Ok(())
    }

    /// How many people are in those of these channels where they are too many to be told one by one.
    async fn count_crowds(&self, channels: Vec<ChannelId>, now: &Presences) -> Result<HashMap<ChannelId, i64>> {
        if now.0.len() <= CROWD {
            return Ok(HashMap::new());
        }
        let mut counts: HashMap<ChannelId, i64> =
            channels::store::count_present(&self.db, &channels, &now.ids()).await?.into_iter().collect();
        counts.retain(|_, count| *count > CROWD as i64);
        Ok(counts)
    }

    /// Tells a channel whose presence has changed, and those who were blocked by some of them only of the others.
    fn tell_changed(&self, channel: ChannelId, changed: Vec<Present>, blocks: &[(EntityId, EntityId)]) {
        let concerns = |blocker: EntityId| changed.iter().any(|present| present.entity == blocker);
        let mut except: Vec<EntityId> = blocks.iter().filter(|(by, _)| concerns(*by)).map(|(_, whom)| *whom).collect();
        except.sort_unstable();
        except.dedup();
        for whom in &except {
            let open = |present: &&Present| !blocks.contains(&(present.entity, *whom));
            let changed: Vec<Present> = changed.iter().filter(open).copied().collect();
            if let Some(lane) = self.lane(channel).filter(|_| !changed.is_empty()) {
                lane.pass_to(*whom, &Told::event(&Event::Presence { channel, changed, crowd: None }));
            }
        }
        self.pass_here(channel, Told::event(&Event::Presence { channel, changed, crowd: None }).except(except));
    }
}
