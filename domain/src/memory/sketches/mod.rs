//! Which messages a question could mean: told by sketches of all vectors and by the words of all messages, which this node holds
//! in memory (136 bytes for a message's two vectors of 512 numbers each, and some 80 for its words), so that no filter makes it
//! slow or leaves it with too few. What is told here is looked up in the database before it counts: who may see what is decided
//! there, and how near exactly the best of it is.
//!
//! A graph in the database (pgvector's HNSW) finds first and filters then: where one in a thousand may be seen, it finds
//! none. Comparing the vectors themselves takes a microsecond each.

mod lines;
mod shelf;

pub(super) use lines::{Line, Weights, Word};
pub(super) use shelf::Probe;
pub use shelf::sketch;

use super::dates::Span;
use super::store::{self, Found, Made, MadeLine, Open};
use crate::{Result, Space};
use lines::Lines;
use model::EntityId;
use shelf::{New, Shelf, Within, nearest};
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use tokio::sync::Mutex;
use uuid::Uuid;

/// How many new ones are read at once.
const BATCH: i64 = 20_000;

/// The sketches of everything that has vectors.
#[derive(Default)]
pub(crate) struct Sketches {
    shelves: RwLock<Shelves>,
    /// How far the tables have been read; one reads at a time.
    read: Mutex<[i64; 3]>,
}

#[derive(Default)]
struct Shelves {
    /// By channel and number.
    turns: HashMap<Uuid, Shelf<i64>>,
    arounds: HashMap<Uuid, Shelf<i64>>,
    lines: HashMap<Uuid, Lines>,
    /// By AI and channel.
    memories: HashMap<(Uuid, Uuid), Shelf<Uuid>>,
    /// By AI.
    passages: HashMap<Uuid, Shelf<Uuid>>,
}

/// What an AI has vectors of beside messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Derived {
    Memories,
    Passages,
}

impl Sketches {
    /// Reads what has got vectors since it was last looked.
    pub async fn refresh(&self, space: &Space) -> Result<()> {
        let Some(embedder) = &space.embedder else { return Ok(()) };
        let mut read = self.read.lock().await;
        for (kind, read) in [None, Some(Derived::Memories), Some(Derived::Passages)].into_iter().zip(read.iter_mut()) {
            loop {
                let made = store::made(&space.db, kind, embedder.name(), *read, BATCH).await?;
                let Some(last) = made.last() else { break };
                let is_all = (made.len() as i64) < BATCH;
                let last = last.number;
                self.put(kind, &made);
                *read = last;
                if is_all {
                    break;
                }
            }
        }
        Ok(())
    }

    fn put(&self, kind: Option<Derived>, made: &[Made]) {
        let mut shelves = self.shelves.write().unwrap_or_else(PoisonError::into_inner);
        match kind {
            None => {
                place(&mut shelves.turns, made, |one| (one.scope, one.seq, one.turn.as_deref()));
                place(&mut shelves.arounds, made, |one| (one.scope, one.seq, one.around.as_deref()));
                let mut lines: HashMap<Uuid, Vec<(i64, Option<Line<'_>>)>> = HashMap::new();
                for one in made {
                    lines.entry(one.channel).or_default().push((one.seq, one.line.as_ref().map(MadeLine::line)));
                }
                for (channel, new) in lines {
                    shelves.lines.entry(channel).or_default().put_all(new);
                }
            }
            Some(Derived::Memories) => {
                place(&mut shelves.memories, made, |one| ((one.scope, one.channel), one.id, one.turn.as_deref()));
            }
            Some(Derived::Passages) => {
                place(&mut shelves.passages, made, |one| (one.scope, one.id, one.turn.as_deref()));
            }
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Shelves> {
        // What panicked while it wrote has left whole shelves.
        self.shelves.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The messages in these stretches whose vectors, by themselves or among their neighbours, are nearest: as many of each.
    pub(super) fn messages(&self, probe: &Probe, open: &[Open], most: usize) -> Vec<(Uuid, i64)> {
        let shelves = self.read();
        let mut keys: Vec<(Uuid, i64)> = Vec::with_capacity(most * 2);
        for kind in [&shelves.turns, &shelves.arounds] {
            let (places, within): (Vec<Uuid>, Vec<Within<'_, i64>>) = open
                .iter()
                .filter_map(|one| Some((one.channel, (kind.get(&one.channel)?, one.first, one.last))))
                .unzip();
            keys.extend(nearest(probe, &within, most).into_iter().map(|(at, seq, _)| (places[at], seq)));
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The messages in these stretches in which words of questions stand, so many of each question: those in which most of it
    /// does.
    pub(super) fn with(&self, words: &Weights, open: &[Open], most: usize) -> Vec<(Uuid, i64)> {
        let shelves = self.read();
        let mut found: Vec<Vec<(f32, Uuid, i64)>> = vec![Vec::new(); words.questions()];
        for (one, lines) in open.iter().filter_map(|one| Some((one, shelves.lines.get(&one.channel)?))) {
            lines.with(words, (one.first, one.last), |question, seq, weight| {
                found[question].push((weight, one.channel, seq));
            });
        }
        for found in &mut found {
            best(found, most, |a, b| b.0.total_cmp(&a.0).then(b.2.cmp(&a.2)).then(a.1.cmp(&b.1)));
        }
        let places: BTreeSet<(Uuid, i64)> =
            found.into_iter().flatten().map(|(_, channel, seq)| (channel, seq)).collect();
        places.into_iter().collect()
    }

    /// The newest messages of a time in these stretches.
    pub(super) fn of(&self, time: &Span, open: &[Open], most: usize) -> Vec<(Uuid, i64)> {
        let shelves = self.read();
        let all = open.iter().filter_map(|one| Some((one, shelves.lines.get(&one.channel)?)));
        let mut found: Vec<(i64, Uuid, i64)> = all
            .flat_map(|(one, lines)| {
                let said = lines.of((time.from, time.to), (one.first, one.last));
                said.map(|(at, seq)| (at, one.channel, seq))
            })
            .collect();
        best(&mut found, most, |a, b| b.cmp(a));
        found.into_iter().map(|(_, channel, seq)| (channel, seq)).collect()
    }

    /// These messages, as far as they stand in these stretches.
    pub(super) fn lines(&self, places: &[(Uuid, i64)], open: &[Open]) -> Vec<Found> {
        let shelves = self.read();
        let stretches: HashMap<Uuid, (i64, i64)> =
            open.iter().map(|one| (one.channel, (one.first, one.last))).collect();
        let of = |(channel, seq): &(Uuid, i64)| {
            let (first, last) = stretches.get(channel)?;
            let line = shelves.lines.get(channel)?.get(*seq).filter(|_| (first..=last).contains(&seq))?;
            Some(Found::held(*channel, *seq, line))
        };
        places.iter().filter_map(of).collect()
    }

    /// Looks at the sketches of these messages.
    pub(super) fn at<R>(&self, places: &[(Uuid, i64)], look: impl FnOnce(&Rows<'_>) -> R) -> R {
        let shelves = self.read();
        look(&Rows { turns: find(&shelves.turns, places), arounds: find(&shelves.arounds, places) })
    }

    /// What an AI has kept of these channels, or of documents, that is nearest.
    pub(super) fn derived(&self, probe: &Probe, of: &Kept<'_>, most: usize) -> Vec<Uuid> {
        let shelves = self.read();
        let within: Vec<Within<'_, Uuid>> =
            of.shelves(&shelves).map(|shelf| (shelf, Uuid::nil(), Uuid::max())).collect();
        nearest(probe, &within, most).into_iter().map(|(_, id, _)| id).collect()
    }

    /// Takes away what is there no more of it.
    pub(super) fn drop_derived(&self, of: &Kept<'_>, gone: &[Uuid]) {
        let mut shelves = self.shelves.write().unwrap_or_else(PoisonError::into_inner);
        match of.kind {
            Derived::Passages => {
                if let Some(shelf) = shelves.passages.get_mut(&of.entity.0) {
                    shelf.remove_all(gone);
                }
            }
            Derived::Memories => {
                for channel in of.channels {
                    if let Some(shelf) = shelves.memories.get_mut(&(of.entity.0, *channel)) {
                        shelf.remove_all(gone);
                    }
                }
            }
        }
    }
}

/// What of an AI's is looked through: its memories of some channels, or its passages.
#[derive(Clone, Debug)]
pub(super) struct Kept<'a> {
    pub kind: Derived,
    pub entity: EntityId,
    pub channels: &'a [Uuid],
}

impl Kept<'_> {
    fn shelves<'s>(&'s self, all: &'s Shelves) -> impl Iterator<Item = &'s Shelf<Uuid>> {
        let (memories, passages) = match self.kind {
            Derived::Memories => (self.channels, None),
            Derived::Passages => (&[][..], all.passages.get(&self.entity.0)),
        };
        passages.into_iter().chain(memories.iter().filter_map(|channel| all.memories.get(&(self.entity.0, *channel))))
    }
}

/// The sketches of some messages, found once for all questions.
pub(super) struct Rows<'a> {
    turns: Vec<Option<(&'a Shelf<i64>, usize)>>,
    arounds: Vec<Option<(&'a Shelf<i64>, usize)>>,
}

impl Rows<'_> {
    /// About the cosines of each message's two vectors with a question's.
    pub fn cosines(&self, probe: &Probe) -> Vec<[Option<f32>; 2]> {
        let of = |found: &Option<(&Shelf<i64>, usize)>| found.and_then(|(shelf, at)| shelf.cosine(probe, at));
        self.turns.iter().zip(&self.arounds).map(|(turn, around)| [of(turn), of(around)]).collect()
    }
}

/// Where the sketches of messages stand.
fn find<'a>(shelves: &'a HashMap<Uuid, Shelf<i64>>, places: &[(Uuid, i64)]) -> Vec<Option<(&'a Shelf<i64>, usize)>> {
    let mut last: Option<(Uuid, Option<&'a Shelf<i64>>)> = None;
    let mut of = |(channel, seq): &(Uuid, i64)| {
        let shelf = match last {
            Some((before, shelf)) if before == *channel => shelf,
            _ => shelves.get(channel),
        };
        last = Some((*channel, shelf));
        shelf.and_then(|shelf| Some((shelf, shelf.find(*seq)?)))
    };
    places.iter().map(&mut of).collect()
}

/// Leaves the first so many in an order.
fn best<T>(found: &mut Vec<T>, most: usize, order: impl Fn(&T, &T) -> std::cmp::Ordering) {
    if found.len() > most && most > 0 {
        found.select_nth_unstable_by(most - 1, &order);
    }
    found.truncate(most);
    found.sort_by(order);
}

/// Puts each on the shelf that it belongs on.
fn place<'a, S: Copy + Eq + Hash, K: Ord + Copy + Default>(
    shelves: &mut HashMap<S, Shelf<K>>,
    made: &'a [Made],
    of: impl Fn(&'a Made) -> (S, K, Option<&'a [u8]>),
) {
    let mut by_scope: HashMap<S, Vec<New<'_, K>>> = HashMap::new();
    for (scope, key, sketch) in made.iter().map(of) {
        by_scope.entry(scope).or_default().push((key, sketch));
    }
    for (scope, new) in by_scope {
        shelves.entry(scope).or_default().put_all(new);
    }
}
