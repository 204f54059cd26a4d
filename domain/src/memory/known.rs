//! What an AI knows from documents, as far as a question is about it.

use super::fusion::{self, Candidate, WEIGHTS, Wanted, wanted_of};
use super::near::{self, Nearness};
use super::question::{Question, vectors};
use super::store;
use super::words::{Language, cut, is_common};
use crate::{Result, Space};
use model::{ChannelId, EntityId, FoundPassage};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// How many passages are looked at, by their words and by their vectors each.
const LOOKED_AT: usize = 60;

/// A passage that is recalled.
#[derive(Clone, Debug, PartialEq)]
pub struct RecalledPassage {
    /// Which.
    pub id: Uuid,
    /// Where it stands, and what it says.
    pub passage: FoundPassage,
    /// How much speaks for it.
    pub near: Nearness,
}

/// Of what an AI knows from documents, what a question is about, the likeliest first. For the studio: nobody hears it.
pub(crate) async fn known(
    space: &Space,
    mind: EntityId,
    question: &str,
    spoken: Option<Language>,
) -> Result<Vec<RecalledPassage>> {
    let (texts, cuts) = ([question], [cut(question, spoken)]);
    let (refreshed, prepared, mut vectors) = tokio::join!(
        space.sketches.refresh(space),
        Question::all(space, &cuts, &[], 0),
        vectors(space.embedder.as_deref(), &texts, &cuts),
    );
    refreshed?;
    let Some(prepared) = prepared?.pop() else { return Ok(Vec::new()) };
    passages(space, mind, None, &prepared.near(vectors.pop().flatten())).await
}

/// The same, of a question that is prepared: nothing where it is not in the channel that is named.
pub(super) async fn passages(
    space: &Space,
    mind: EntityId,
    channel: Option<ChannelId>,
    question: &Question,
) -> Result<Vec<RecalledPassage>> {
    let cut = &question.cut;
    let terms: BTreeSet<&str> = cut.terms.iter().map(String::as_str).collect();
    let numbers = &question.numbers;
    let ids: Vec<i32> = terms.iter().filter_map(|term| numbers.get(*term)).copied().collect();
    // How rare a word is among what it knows is another thing than how rare it is in talk.
    let (rarity, all) = store::passage_rarity(&space.db, mind, &ids).await?;
    if all == 0 {
        return Ok(Vec::new());
    }
    let df: HashMap<i32, i32> = rarity.into_iter().collect();
    let telling = |term: &&&str| !is_common(cut.language, term);
    let stands = |term: &str| numbers.get(term).filter(|id| df.contains_key(id));
    let unknown = terms.iter().filter(telling).filter(|term| stands(term).is_none()).count();
    let wanted: Vec<Wanted> = terms
        .iter()
        .filter_map(|term| {
            let id = *stands(term)?;
            Some(Wanted { term: id, df: df[&id], common: is_common(cut.language, term), beside: false })
        })
        .collect();
    let finders: Vec<i32> = wanted.iter().filter(|one| !one.common).map(|one| one.term).collect();
    let embedder = space.embedder.as_ref().map_or("", |embedder| embedder.name());
    let known = store::Known { mind, channel, finders: &finders, embedder, vector: question.vector.as_deref() };
    let found = near::passages(space, &known, question.probe.as_deref(), LOOKED_AT).await?;
    let counts: Vec<_> = found.iter().map(|one| wanted_of(&wanted, &one.terms, &one.counts)).collect();
    let all_found = found.iter().zip(&counts).enumerate();
    let candidates: Vec<Candidate<'_>> =
        all_found.map(|(place, (one, counts))| Candidate::alone(place, one.length, counts)).collect();
    let by_words = fusion::by_words(&candidates, &wanted, unknown, all);
    let evidence = fusion::weigh(&by_words, found.iter().map(|one| [None, one.vector]));
    let mut known: Vec<RecalledPassage> = found
        .into_iter()
        .zip(evidence)
        .map(|(one, evidence)| RecalledPassage {
            id: one.id,
            passage: one.passage,
            near: Nearness {
                score: evidence.score(&WEIGHTS),
                share: evidence.share,
                cosine: one.vector,
                in_time: false,
            },
        })
        .collect();
    known.sort_by(|a, b| b.near.score.total_cmp(&a.near.score).then(a.id.cmp(&b.id)));
    Ok(known)
}
