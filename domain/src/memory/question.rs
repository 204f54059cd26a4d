//! A question as it is looked for: its words with how rare they are, and its vector.

use super::fusion::{self, Wanted};
use super::sketches::{Probe, Word};
use super::store;
use super::words::{self, Cut, Language, is_common};
use super::{Embedder, NoVectors};
use crate::{Result, Space};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
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
    /// Its words' numbers, as far as they have one.
    pub numbers: HashMap<String, i32>,
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
    pub probe: Option<Arc<Probe>>,
}

impl Question {
    /// Prepares questions by their words; their vectors may come later. `beside`: keywords of the talk that they belong to;
    /// `most`: in how many messages the words of one may stand that find.
    pub async fn all(space: &Space, cuts: &[Cut], beside: &[String], most: i64) -> Result<Vec<Self>> {
        let of_talk: Vec<Vec<String>> = cuts
            .iter()
            .map(|cut| beside.iter().flat_map(|word| words::cut(word, Some(cut.language)).terms).collect())
            .collect();
        let terms: BTreeSet<&str> =
            cuts.iter().flat_map(|cut| &cut.terms).chain(of_talk.iter().flatten()).map(String::as_str).collect();
        let terms: Vec<&str> = terms.into_iter().collect();
        let (known, all) = store::rarity(&space.db, &terms).await?;
        let known = Rarity { terms: known.into_iter().map(|(term, id, df)| (term, (id, df))).collect(), all };
        Ok(cuts.iter().zip(of_talk).map(|(cut, of_talk)| Self::of(cut.clone(), &of_talk, &known, most)).collect())
    }

    /// Looks for what is near its vector, too.
    pub fn near(self, vector: Option<Vec<f32>>) -> Self {
        let probe = vector.as_deref().map(|vector| Arc::new(Probe::of(vector)));
        Self { vector, probe, ..self }
    }

    fn of(cut: Cut, of_talk: &[String], known: &Rarity, most: i64) -> Self {
        let asks: BTreeSet<&str> = cut.terms.iter().map(String::as_str).collect();
        let both: BTreeSet<&str> = asks.iter().copied().chain(of_talk.iter().map(String::as_str)).collect();
        let wanted: Vec<Wanted> = both
            .into_iter()
            .filter_map(|term| {
                let (id, df) = *known.terms.get(term)?;
                Some(Wanted { term: id, df, common: is_common(cut.language, term), beside: !asks.contains(term) })
            })
            .collect();
        let telling: Vec<&str> = asks.iter().copied().filter(|term| !is_common(cut.language, term)).collect();
        let never = |least: i32| {
            telling.iter().filter(|term| known.terms.get(**term).is_none_or(|(_, df)| *df < least)).count()
        };
        let (unknown, unknown_of_kept) = (never(1), never(0));
        let said: Vec<Wanted> = wanted.iter().filter(|one| one.df > 0).copied().collect();
        let (rarest, finders) = (finders(&said, i64::MAX, most / SHARE), finders(&said, known.all, most));
        // What is kept is in words of its own, too, which may stand in no message.
        let nowhere = wanted.iter().filter(|one| !one.common && !one.beside && one.df == 0).map(|one| one.term);
        let of_kept = nowhere.chain(finders.iter().copied()).collect();
        let number = |term: &&str| Some(((*term).to_owned(), known.terms.get(*term)?.0));
        let numbers = asks.iter().filter_map(number).collect();
        Self {
            cut,
            numbers,
            wanted,
            said,
            unknown,
            unknown_of_kept,
            finders,
            rarest,
            of_kept,
            all: known.all,
            vector: None,
            probe: None,
        }
    }
}

impl Question {
    /// What its words weigh in a message, the rarer the more, and which of them find.
    pub fn weights(&self) -> Vec<Word> {
        let word = |one: &Wanted| (one.term, fusion::rarity(one, self.all), self.finders.contains(&one.term));
        self.said.iter().map(word).collect()
    }
}

/// The words that are known, by their numbers, with in how many messages each stands; and how many messages there are.
struct Rarity {
    terms: HashMap<String, (i32, i32)>,
    all: i64,
}

/// The vectors of questions, where something makes some of their languages in time.
pub(super) async fn vectors(embedder: Option<&dyn Embedder>, texts: &[&str], cuts: &[Cut]) -> Vec<Option<Vec<f32>>> {
    let questions: Vec<(&str, Language)> = texts.iter().zip(cuts).map(|(text, cut)| (*text, cut.language)).collect();
    let mut vectors = vec![None; questions.len()];
    let Some(embedder) = embedder else { return vectors };
    let known: Vec<usize> = (0..questions.len()).filter(|at| embedder.knows(questions[*at].1)).collect();
    if known.is_empty() {
        return vectors;
    }
    let texts = known.iter().map(|at| questions[*at].0.to_owned()).collect();
    let made = tokio::time::timeout(PATIENCE, embedder.embed(texts)).await;
    match made.unwrap_or_else(|_| Err(NoVectors::Failed("it takes too long".into()))) {
        Ok(made) => known.into_iter().zip(made).for_each(|(at, vector)| vectors[at] = vector),
        Err(NoVectors::Rests) => {}
        Err(cause) => tracing::warn!(%cause, "a question was recalled by its words alone"),
    }
    vectors
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
