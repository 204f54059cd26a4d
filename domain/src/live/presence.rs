//! Who is here, told by their streams.

use super::listener::Listener;
use super::{Hub, Told, lock};
use crate::entities::blocks;
use crate::{Result, channels, entities};
use model::{ChannelId, EntityId, Event};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often changes are told.
pub(super) const EVERY: Duration = Duration::from_secs(1);
/// How long somebody without a stream is still here: a page may reload, a train pass a tunnel.
const GRACE: Duration = Duration::from_secs(30);

/// Somebody with a stream, or who had one a moment ago.
#[derive(Default)]
pub(super) struct Person {
    pub listeners: Vec<Arc<Listener>>,
    /// When the last stream ended.
    gone_since: Option<Instant>,
}

impl Person {
    pub fn came(&mut self, listener: Arc<Listener>) {
        self.listeners.push(listener);
        self.gone_since = None;
    }
}

impl Hub {
    /// Everybody who is here, at whichever node.
    pub fn present(&self) -> Vec<EntityId> {
        let mut people = self.nodes.people();
        people.extend(lock(&self.people).keys());
        people.into_iter().collect()
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

    /// Tells each channel who came and went since the last time: other nodes who is here, and the listeners here who is
    /// anywhere.
    pub(super) async fn tell_presence(self: &Arc<Self>) -> Result<()> {
        self.fade();
        lock(&self.people).retain(|_, person| person.gone_since.is_none_or(|since| since.elapsed() < GRACE));
        let now: HashSet<EntityId> = self.present().into_iter().collect();
        let (came, went): (Vec<EntityId>, Vec<EntityId>) = {
            let mut known = lock(&self.known);
            let came = now.difference(&known).copied().collect();
            let went = known.difference(&now).copied().collect();
            *known = now;
            (came, went)
        };
        if !went.is_empty() {
            entities::store::seen(&self.db, &went).await?;
        }
        let changed: Vec<EntityId> = came.iter().chain(&went).copied().collect();
        if changed.is_empty() {
            return Ok(());
        }
        let mut told: HashMap<ChannelId, (Vec<EntityId>, Vec<EntityId>)> = HashMap::new();
        for (who, channel, ..) in channels::store::seats(&self.db, &changed).await? {
            let (arrived, departed) = told.entry(channel).or_default();
            if came.contains(&who) { arrived.push(who) } else { departed.push(who) }
        }
        let blocks = blocks::by_any(&self.db, &changed).await?;
        for (channel, (came, went)) in told {
            self.tell_coming(channel, came, went, &blocks);
        }
        Ok(())
    }

    /// Tells a channel who came and went, and those who were blocked by some of them only of the others.
    fn tell_coming(
        &self,
        channel: ChannelId,
        came: Vec<EntityId>,
        went: Vec<EntityId>,
        blocks: &[(EntityId, EntityId)],
    ) {
        let concerns = |blocker: EntityId| came.contains(&blocker) || went.contains(&blocker);
        let mut except: Vec<EntityId> = blocks.iter().filter(|(by, _)| concerns(*by)).map(|(_, whom)| *whom).collect();
        except.sort_unstable();
        except.dedup();
        for whom in &except {
            let open = |who: &&EntityId| !blocks.contains(&(**who, *whom));
            let came: Vec<EntityId> = came.iter().filter(open).copied().collect();
            let went: Vec<EntityId> = went.iter().filter(open).copied().collect();
            if let Some(lane) = self.lane(channel).filter(|_| !came.is_empty() || !went.is_empty()) {
                lane.pass_to(*whom, &Told::event(&Event::Presence { channel, came, went }));
            }
        }
        self.pass_here(channel, Told::event(&Event::Presence { channel, came, went }).except(except));
    }
}
