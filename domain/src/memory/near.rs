//! How near something is to a question, and what is nearest to it by its vector.

use super::sketches::{Derived, Probe};
use super::store::{self, Found, FoundMemory, FoundRow, Known, Look};
use crate::{Result, Space};
use model::{ChannelId, EntityId};
use std::collections::HashSet;
use uuid::Uuid;

/// How much speaks for what is recalled.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Nearness {
    /// All of it as one number: the higher, the more.
    pub score: f32,
    /// How much of what the question asks for by words stands in it: all of it is 1.
    pub share: f32,
    /// The cosine of its vector with the question's, where there are both.
    pub cosine: Option<f32>,
    /// Whether it was said when the question says.
    pub in_time: bool,
}

impl Nearness {
    /// Whether it is about the question at all: what is only the least far is nothing that one is reminded of.
    pub fn is_near(&self) -> bool {
        let cosine = self.cosine.unwrap_or(0.0);
        self.share >= 0.45
            || cosine >= 0.45
            || (self.share >= 0.15 && cosine >= 0.3)
            || (self.in_time && (self.share > 0.0 || cosine >= 0.1))
    }
}

/// So many times more are looked at where too few of those that are nearest may be seen.
const MORE: usize = 4;

/// Of the messages that may be seen those nearest to the question's vector, by themselves or among their neighbours: at
/// least `most` where there are so many.
pub(super) async fn messages(space: &Space, look: &Look<'_>, probe: &Probe, most: usize) -> Result<Vec<Found>> {
    let (mut asked, mut found) = (most, Vec::new());
    let mut known: HashSet<(Uuid, i64)> = HashSet::new();
    loop {
        let mut places = space.sketches.messages(probe, look.open, asked);
        let is_all = places.len() < asked;
        places.retain(|place| known.insert(*place));
        found.extend(store::at(&space.db, look, &places).await?);
        if found.len() >= most || is_all {
            return Ok(found);
        }
        space.sketches.drop_messages(&store::gone(&space.db, &places).await?);
        asked *= MORE;
    }
}

/// Of what an AI may say in a channel, the messages whose vectors are nearest to one: recall's vector half alone.
pub async fn nearest(
    space: &Space,
    entity: EntityId,
    channel: ChannelId,
    vector: &[f32],
    most: usize,
) -> Result<Vec<(ChannelId, i64)>> {
    let embedder = space.embedder.as_ref().map_or("", |embedder| embedder.name());
    space.sketches.refresh(space).await?;
    let open = store::open(&space.db, entity, channel, i64::MAX).await?;
    let look = Look { entity, open: &open, embedder, vector: Some(vector) };
    let found = messages(space, &look, &Probe::of(vector), most).await?;
    Ok(found.into_iter().map(|one| (ChannelId(one.channel), one.seq)).collect())
}

/// Gives those that have none about the cosines of their vectors with the question's.
pub(super) fn estimate(space: &Space, probe: &Probe, found: &mut [Found]) {
    let without = || |one: &&mut Found| one.turn.is_none() && one.around.is_none();
    let places: Vec<_> = found.iter_mut().filter(without()).map(|one| (one.channel, one.seq)).collect();
    let cosines = space.sketches.cosines(probe, &places);
    for (one, [turn, around]) in found.iter_mut().filter(without()).zip(cosines) {
        (one.turn, one.around) = (turn, around);
    }
}

/// What of an AI's memories or passages is nearest to a question, more and more of it.
struct Widening<'a> {
    space: &'a Space,
    probe: Option<&'a Probe>,
    kind: Derived,
    entity: EntityId,
    most: usize,
    asked: usize,
}

impl Widening<'_> {
    fn next(&self) -> Vec<Uuid> {
        let near = |probe| self.space.sketches.derived(probe, self.kind, self.entity, self.asked);
        self.probe.map_or_else(Vec::new, near)
    }

    /// Whether what was found of these is enough, or all that there is. What is there no more is not asked for again.
    async fn is_enough(&mut self, ids: &[Uuid], found: impl Iterator<Item = Uuid>) -> Result<bool> {
        let asked: HashSet<&Uuid> = ids.iter().collect();
        if found.filter(|id| asked.contains(id)).count() >= self.most || ids.len() < self.asked {
            return Ok(true);
        }
        let gone = store::gone_of(&self.space.db, self.kind, ids).await?;
        self.space.sketches.drop_derived(self.kind, self.entity, &gone);
        self.asked *= MORE;
        Ok(false)
    }
}

/// Of what an AI has kept and may be seen, in which one of these words stands, with what is nearest to the question's vector.
pub(super) async fn memories(
    space: &Space,
    look: &Look<'_>,
    probe: Option<&Probe>,
    words: &[i32],
    most: usize,
) -> Result<Vec<FoundMemory>> {
    let mut near = Widening { space, probe, kind: Derived::Memories, entity: look.entity, most, asked: most };
    loop {
        let ids = near.next();
        let found = store::memories(&space.db, look, words, &ids, most as i64).await?;
        if near.is_enough(&ids, found.iter().map(|one| one.id)).await? {
            return Ok(found);
        }
    }
}

/// Of what an AI knows from documents, in which one of these words stands, with what is nearest to the question's vector.
pub(super) async fn passages(
    space: &Space,
    known: &Known<'_>,
    probe: Option<&Probe>,
    most: usize,
) -> Result<Vec<FoundRow>> {
    let mut near = Widening { space, probe, kind: Derived::Passages, entity: known.mind, most, asked: most };
    loop {
        let ids = near.next();
        let found = store::passages(&space.db, known, &ids, most as i64).await?;
        if near.is_enough(&ids, found.iter().map(|one| one.id)).await? {
            return Ok(found);
        }
    }
}
