//! A question as it is looked for: its words with how rare they are, and its vector.

use super::fusion::Wanted;
use super::sketches::Probe;
use super::store;
use super::words::{self, Cut, Language, cut, is_common};
use super::{Embedder, NoVectors};
use crate::{Result, Space};
use std::collections::BTreeSet;
use std::time::Duration;

/// Up to so many messages, words are looked for in all of them.
const FEW: i64 = 2_000;
/// Of more, words find that stand in at most this share of them.
const RARE: f64 = 0.05;
/// The share of what words may find that the rarest may find by themselves: one in so many.
const SHARE: i64 = 10;
/// How long a question's vector may take.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// A question, prepared.
pub(super) struct Question {
    pub cut: Cut,
    /// Its words, and those of the talk that it belongs to.
    pub wanted: Vec<Wanted>,
    /// Those of them that stand in some message.
    pub said: Vec<Wanted>,
    /// How many of its words stand in no message, and how many in nothing that is known at all.
    pub unknown: usize,
    pub unknown_of_kept: usize,
    /// The words that find messages: the rarest, together not in more than can be looked at; and those that find what is kept.
    pub finders: Vec<i32>,
    /// Those of them that are so rare that all in which they stand is looked at.
    pub rarest: Vec<i32>,
    pub of_kept: Vec<i32>,
    /// How many messages there are.
    pub all: i64,
    pub vector: Option<Vec<f32>>,
    pub probe: Option<Probe>,
}

impl Question {
    /// Prepares one. `beside`: keywords of the talk that it belongs to; `most`: in how many messages its words may stand.
    pub async fn new(
        space: &Space,
        text: &str,
        spoken: Option<Language>,
        beside: &[String],
        most: i64,
    ) -> Result<Self> {
        let cut = cut(text, spoken);
        let of_talk: Vec<String> = beside.iter().flat_map(|word| words::cut(word, Some(cut.language)).terms).collect();
        let asks: BTreeSet<&str> = cut.terms.iter().map(String::as_str).collect();
        let both: BTreeSet<&str> = asks.iter().copied().chain(of_talk.iter().map(String::as_str)).collect();
        let both: Vec<&str> = both.into_iter().collect();
        let (rarity, vector) =
            tokio::join!(store::rarity(&space.db, &both), vector(space.embedder.as_deref(), text, cut.language));
        let (known, all) = rarity?;
        let wanted: Vec<Wanted> = known
            .iter()
            .map(|(term, id, df)| Wanted {
                term: *id,
                df: *df,
                common: is_common(cut.language, term),
                beside: !asks.contains(term.as_str()),
            })
            .collect();
        let telling: Vec<&str> = asks.iter().copied().filter(|term| !is_common(cut.language, term)).collect();
        let never = |least: i32| {
            telling.iter().filter(|term| !known.iter().any(|(one, _, df)| one == *term && *df >= least)).count()
        };
        let (unknown, unknown_of_kept) = (never(1), never(0));
        let said: Vec<Wanted> = wanted.iter().filter(|one| one.df > 0).copied().collect();
        let (rarest, finders) = (finders(&said, i64::MAX, most / SHARE), finders(&said, all, most));
        // What is kept is in words of its own, too, which may stand in no message.
        let nowhere = wanted.iter().filter(|one| !one.common && !one.beside && one.df == 0).map(|one| one.term);
        let of_kept = nowhere.chain(finders.iter().copied()).collect();
        let probe = vector.as_deref().map(Probe::of);
        Ok(Self { cut, wanted, said, unknown, unknown_of_kept, finders, rarest, of_kept, all, vector, probe })
    }
}

/// The question's vector, where something makes one of its language in time.
pub(super) async fn vector(embedder: Option<&dyn Embedder>, question: &str, language: Language) -> Option<Vec<f32>> {
    let embedder = embedder.filter(|embedder| embedder.knows(language))?;
    let made = tokio::time::timeout(PATIENCE, embedder.embed(vec![question.to_owned()])).await;
    match made.unwrap_or_else(|_| Err(NoVectors::Failed("it takes too long".into()))) {
        Ok(mut vectors) => vectors.pop().flatten(),
        Err(NoVectors::Rests) => None,
        Err(cause) => {
            tracing::warn!(%cause, "a question was recalled by its words alone");
            None
        }
    }
}

/// The words that find: the rarest first, together no more than can be looked at.
fn finders(said: &[Wanted], all: i64, most: i64) -> Vec<i32> {
    let commonest = if all <= FEW { i32::MAX } else { (all as f64 * RARE) as i32 };
    let mut finders: Vec<&Wanted> =
        said.iter().filter(|one| !one.common && !one.beside && one.df <= commonest).collect();
    finders.sort_by_key(|one| one.df);
    let mut sum = 0;
    finders
        .into_iter()
        .take_while(|one| {
            let fits = all <= FEW || sum + i64::from(one.df) <= most;
            sum += i64::from(one.df);
            fits
        })
        .map(|one| one.term)
        .collect()
}
