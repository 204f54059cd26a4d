//! How near something is to a question, and what is nearest to it by its vector.

use super::sketches::{Derived, Kept, Probe, Sketches};
use super::store::{self, FoundMemory, FoundRow, Known, Look};
use crate::{Error, Result, Space};
use model::{ChannelId, EntityId};
use std::collections::HashSet;
use std::sync::Arc;
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
            || (self.in_time && (self.share > 0.0 || cosine >= 0.2))
    }
}

/// So many times more are looked at where too few of those that are nearest may be seen.
const MORE: usize = 4;

/// Of the messages that a search finds, the likeliest first, those that may be seen: so many at least where there are so many.
/// The search is given how many it is to find, and keeps nobody waiting who waits for the database.
pub(super) async fn seen(
    space: &Space,
    look: &Look<'_>,
    most: usize,
    search: impl Fn(&Sketches, usize) -> Vec<(Uuid, i64)> + Clone + Send + 'static,
) -> Result<Vec<(Uuid, i64)>> {
    let mut asked = most;
    loop {
        let (held, search) = (space.sketches.clone(), search.clone());
        let found = tokio::task::spawn_blocking(move || search(&held, asked)).await;
        let mut places = found.map_err(|_| Error::Interrupted("recalling"))?;
        if !look.open.in_part {
            return Ok(places);
        }
        let all = places.len();
        let visible = store::visible(&space.db, look, &places).await?;
        places.retain(|place| visible.contains(place));
        if all < asked || places.len() >= most {
            return Ok(places);
        }
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
    let look = Look { entity, open: &open, embedder, vector: None };
    let probe = Arc::new(Probe::of(vector));
    let places = open.places.clone();
    let near = seen(space, &look, most, move |held, most| held.messages(&probe, &places, most)).await?;
    let found = store::exact(&space.db, &look, &near, 0).await?;
    Ok(found.into_iter().map(|one| (ChannelId(one.channel), one.seq)).collect())
}

/// What of an AI's memories or passages is nearest to a question, more and more of it.
struct Widening<'a> {
    space: &'a Space,
    probe: Option<&'a Probe>,
    of: Kept<'a>,
    most: usize,
    asked: usize,
}

impl Widening<'_> {
    fn next(&self) -> Vec<Uuid> {
        let near = |probe| self.space.sketches.derived(probe, &self.of, self.asked);
        self.probe.map_or_else(Vec::new, near)
    }

    /// Whether what was found of these is enough, or all that there is. What is there no more is not asked for again.
    async fn is_enough(&mut self, ids: &[Uuid], found: impl Iterator<Item = Uuid>) -> Result<bool> {
        let asked: HashSet<&Uuid> = ids.iter().collect();
        if found.filter(|id| asked.contains(id)).count() >= self.most || ids.len() < self.asked {
            return Ok(true);
        }
        let gone = store::gone_of(&self.space.db, self.of.kind, ids).await?;
        self.space.sketches.drop_derived(&self.of, &gone);
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
    let channels: Vec<Uuid> = look.open.places.iter().map(|one| one.channel).collect();
    let of = Kept { kind: Derived::Memories, entity: look.entity, channels: &channels };
    let mut near = Widening { space, probe, of, most, asked: most };
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
    let of = Kept { kind: Derived::Passages, entity: known.mind, channels: &[] };
    let mut near = Widening { space, probe, of, most, asked: most };
    loop {
        let ids = near.next();
        let found = store::passages(&space.db, known, &ids, most as i64).await?;
        if near.is_enough(&ids, found.iter().map(|one| one.id)).await? {
            return Ok(found);
        }
    }
}
