//! What an AI recalls: of all that it may say here, what a question is about.

use super::fusion::{self, Candidate, Evidence, WEIGHTS, Wanted};
use super::words::{self, Language, cut, is_common};
use super::{Embedder, Kept, RecalledPassage, known, store};
use crate::{Result, Space};
use model::{ChannelId, EntityId, MessageId};
use std::collections::{BTreeSet, HashMap, HashSet};
use time::OffsetDateTime;
use uuid::Uuid;

/// Up to so many messages, words are looked for in all of them.
const FEW: i64 = 2_000;
/// Of more, words find that stand in at most this share of them.
const RARE: f64 = 0.05;
/// How many messages the rarest words find together, at most.
const FOUND: i64 = 4_000;
/// How many of those that are nearest by their vectors are looked at.
const NEAREST: i64 = 150;
/// How many of the best have their neighbours looked at.
const LIFTED: usize = 100;
/// How many episodes and facts are looked at.
const KEPT: i64 = 300;
/// How much a fact's importance weighs, of which 1 is the most.
const IMPORTANCE: f32 = 0.3;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The AI that recalls.
    pub entity: EntityId,
    /// Where it will say what it recalls: everybody there could read it.
    pub channel: ChannelId,
    /// The question, in any of the languages.
    pub question: &'a str,
    /// The language that whoever asks speaks.
    pub language: Option<Language>,
    /// Keywords of the talk that the question belongs to: they find nothing by themselves, and lift what they stand in.
    pub beside: &'a [String],
    /// What stands before its eyes anyway: in this channel, from this number on.
    pub shown_from: i64,
    /// How many it wants at most.
    pub most: usize,
}

/// A message that is recalled.
#[derive(Clone, Debug, PartialEq)]
pub struct Recalled {
    /// Which.
    pub message: MessageId,
    /// Where it was said.
    pub channel: ChannelId,
    /// Its number there.
    pub seq: i64,
    /// When.
    pub said_at: OffsetDateTime,
    /// The stretch of talk that it belongs to, by the number of its first message.
    pub stretch: i64,
    /// How much speaks for it: the higher, the more.
    pub score: f32,
    /// What speaks for it, each from 0 to 1: its words, its neighbours', its stretch's, its vector, that of its surroundings.
    pub reasons: [f32; 5],
    /// How much of what the question asks for by words stands in it: all of it is 1.
    pub share: f32,
    /// The cosine of its vector with the question's, where there are both.
    pub cosine: Option<f32>,
}

impl Recalled {
    /// Whether it is about the question at all: what is only the least far is nothing that one is reminded of.
    pub fn is_near(&self) -> bool {
        is_near(self.share, self.cosine)
    }
}

/// An episode or a fact that is recalled.
#[derive(Clone, Debug, PartialEq)]
pub struct RecalledMemory {
    /// Which, and what it rests on.
    pub kept: Kept,
    /// Whether it is a fact, and else an episode.
    pub is_fact: bool,
    /// What kind of place that is, and its name.
    pub place: (String, String),
    /// The messages that it rests on, from the first to the last number.
    pub seqs: (i64, i64),
    /// When it began.
    pub said_from: OffsetDateTime,
    /// What an episode was about.
    pub keywords: Vec<String>,
    /// The lines that tell most of an episode; a fact's statement.
    pub text: String,
    /// How much speaks for it.
    pub score: f32,
    /// How much of what the question asks for by words stands in it.
    pub share: f32,
    /// The cosine of its vector with the question's, where there are both.
    pub cosine: Option<f32>,
}

impl RecalledMemory {
    /// Whether it is about the question at all.
    pub fn is_near(&self) -> bool {
        is_near(self.share, self.cosine)
    }
}

pub(super) fn is_near(share: f32, cosine: Option<f32>) -> bool {
    let cosine = cosine.unwrap_or(0.0);
    share >= 0.45 || cosine >= 0.45 || (share >= 0.15 && cosine >= 0.3)
}

/// What is recalled, of each kind the likeliest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recollected {
    /// Messages, word for word.
    pub messages: Vec<Recalled>,
    /// What was talked about, and what is known of it.
    pub kept: Vec<RecalledMemory>,
    /// What documents say.
    pub passages: Vec<RecalledPassage>,
}

/// What of an AI's past a question is about. Nothing that somebody who is in the channel could not
/// read, nothing off the record, and nothing where the AI is not in the channel.
pub async fn recall(space: &Space, asked: Asked<'_>) -> Result<Recollected> {
    let cut = cut(asked.question, asked.language);
    let of_talk: Vec<String> =
        asked.beside.iter().flat_map(|word| words::cut(word, Some(cut.language)).terms).collect();
    let asks: BTreeSet<&str> = cut.terms.iter().map(String::as_str).collect();
    let terms: Vec<&str> = asks.iter().copied().collect();
    let both: BTreeSet<&str> = asks.iter().copied().chain(of_talk.iter().map(String::as_str)).collect();
    let (known, all) = store::rarity(&space.db, &both.into_iter().collect::<Vec<&str>>()).await?;
    let wanted: Vec<Wanted> = known
        .iter()
        .map(|(term, id, df)| Wanted {
            term: *id,
            df: *df,
            common: is_common(cut.language, term),
            beside: !asks.contains(term.as_str()),
        })
        .collect();
    let wanted_terms: Vec<&str> = known.iter().filter(|(.., df)| *df > 0).map(|(term, ..)| term.as_str()).collect();
    let unknown = terms
        .iter()
        .filter(|term| !is_common(cut.language, term) && wanted_terms.iter().all(|known| known != *term))
        .count();
    let vector = vector(space.embedder.as_deref(), asked.question).await;
    let embedder = space.embedder.as_ref().map_or("", |embedder| embedder.name());
    let look = store::Look {
        entity: asked.entity,
        channel: asked.channel,
        shown_from: asked.shown_from,
        embedder,
        vector: vector.as_deref(),
        wanted: &wanted.iter().map(|one| one.term).collect::<Vec<i32>>(),
    };
    let finders = finders(&wanted, all);
    let mut found = store::by_words(&space.db, &look, &finders, FOUND).await?;
    if vector.is_some() {
        found.extend(store::nearest(&space.db, &look, NEAREST).await?);
    }
    let mut seen = HashSet::new();
    found.retain(|one| seen.insert(one.message));
    let beside = beside(&found, &wanted, unknown, all);
    let more = store::at(&space.db, &look, &beside).await?;
    found.extend(more.into_iter().filter(|one| seen.insert(one.message)));
    let kept = store::memories(&space.db, &look, &finders, KEPT).await?;
    let mut passages = known::passages(space, asked.entity, Some(asked.channel), &cut, vector.as_deref()).await?;
    passages.truncate(asked.most);
    Ok(Recollected {
        messages: ranked(&found, &wanted, unknown, all, asked.most),
        kept: ranked_memories(kept, &wanted, unknown, all, asked.most),
        passages,
    })
}

/// The question's vector, where something makes one.
pub(super) async fn vector(embedder: Option<&dyn Embedder>, question: &str) -> Option<Vec<f32>> {
    let made = embedder?.embed(vec![question.to_owned()]).await;
    match made {
        Ok(mut vectors) => vectors.pop().flatten(),
        Err(cause) => {
            tracing::warn!(%cause, "a question was recalled by its words alone");
            None
        }
    }
}

/// The words that find: the rarest first, together no more than can be looked at.
fn finders(wanted: &[Wanted], all: i64) -> Vec<i32> {
    let most = if all <= FEW { i32::MAX } else { (all as f64 * RARE) as i32 };
    let mut finders: Vec<&Wanted> =
        wanted.iter().filter(|one| !one.common && !one.beside && one.df > 0 && one.df <= most).collect();
    finders.sort_by_key(|one| one.df);
    let mut sum = 0;
    finders
        .into_iter()
        .take_while(|one| {
            let fits = sum == 0 || all <= FEW || sum + i64::from(one.df) <= FOUND * 4;
            sum += i64::from(one.df);
            fits
        })
        .map(|one| one.term)
        .collect()
}

fn candidates(found: &[store::Found]) -> Vec<Candidate> {
    let mut places: HashMap<Uuid, usize> = HashMap::new();
    found
        .iter()
        .map(|one| {
            let next = places.len();
            let place = *places.entry(one.channel).or_insert(next);
            Candidate {
                place,
                seq: one.seq,
                stretch: one.stretch,
                length: one.length,
                counts: one.terms.iter().copied().zip(one.counts.iter().copied()).collect(),
                turn: one.turn,
                around: one.around,
            }
        })
        .collect()
}

/// The neighbours of the best, which may be meant though they share no word with the question.
fn beside(found: &[store::Found], wanted: &[Wanted], unknown: usize, all: i64) -> Vec<(Uuid, i64)> {
    let evidence = fusion::weigh(&candidates(found), wanted, unknown, all);
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|a, b| evidence[*b].score(&WEIGHTS).total_cmp(&evidence[*a].score(&WEIGHTS)));
    let best = order.into_iter().take(LIFTED).map(|at| &found[at]);
    best.flat_map(|one| [-2, -1, 1, 2].map(|far| (one.channel, one.seq + far))).collect()
}

fn ranked(found: &[store::Found], wanted: &[Wanted], unknown: usize, all: i64, most: usize) -> Vec<Recalled> {
    let evidence = fusion::weigh(&candidates(found), wanted, unknown, all);
    let mut recalled: Vec<Recalled> = found
        .iter()
        .zip(evidence)
        .map(|(one, evidence)| {
            let Evidence { words, beside, stretch, turn, around, share } = evidence;
            Recalled {
                message: MessageId(one.message),
                channel: ChannelId(one.channel),
                seq: one.seq,
                said_at: one.said_at,
                stretch: one.stretch,
                score: evidence.score(&WEIGHTS),
                reasons: [words, beside, stretch, turn, around],
                share,
                cosine: one.turn,
            }
        })
        .collect();
    recalled
        .sort_by(|a, b| b.score.total_cmp(&a.score).then(b.said_at.cmp(&a.said_at)).then(a.message.cmp(&b.message)));
    recalled.truncate(most);
    recalled
}

fn ranked_memories(
    found: Vec<store::FoundMemory>,
    wanted: &[Wanted],
    unknown: usize,
    all: i64,
    most: usize,
) -> Vec<RecalledMemory> {
    // Each stands alone: no neighbours lift it.
    let alone = |(place, one): (usize, &store::FoundMemory)| Candidate {
        place,
        seq: 0,
        stretch: 0,
        length: one.length,
        counts: one.terms.iter().copied().zip(one.counts.iter().copied()).collect(),
        turn: None,
        around: one.vector,
    };
    let candidates: Vec<Candidate> = found.iter().enumerate().map(alone).collect();
    let evidence = fusion::weigh(&candidates, wanted, unknown, all);
    let mut recalled: Vec<RecalledMemory> = found
        .into_iter()
        .zip(evidence)
        .map(|(one, evidence)| RecalledMemory {
            kept: Kept { id: one.id, channel: ChannelId(one.channel), sources: one.sources, edited: one.edited },
            is_fact: one.is_fact,
            place: one.place,
            seqs: (one.first, one.last),
            said_from: one.said_from,
            keywords: one.keywords,
            text: one.text,
            score: evidence.score(&WEIGHTS) + if one.is_fact { one.importance * IMPORTANCE } else { 0.0 },
            share: evidence.share,
            cosine: one.vector,
        })
        .collect();
    recalled.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then(b.said_from.cmp(&a.said_from)).then(a.kept.id.cmp(&b.kept.id))
    });
    recalled.truncate(most);
    recalled
}
