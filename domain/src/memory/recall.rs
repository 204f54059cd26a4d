//! What an AI recalls: of all that it may say here, what a question is about.

use super::fusion::{self, Candidate, Evidence, WEIGHTS, Wanted};
use super::near::{self, Nearness};
use super::sketches::Probe;
use super::words::{self, Language, cut, is_common};
use super::{Embedder, Kept, NoVectors, RecalledPassage, known, store};
use crate::{Result, Space};
use model::{ChannelId, EntityId, MessageId};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// Up to so many messages, words are looked for in all of them.
const FEW: i64 = 2_000;
/// Of more, words find that stand in at most this share of them.
const RARE: f64 = 0.05;
/// How many messages the rarest words find together, at most.
const FOUND: i64 = 4_000;
/// How many of those that are nearest by their vectors are looked at, by each of the two.
pub const NEAREST: usize = 150;
/// How many of the best have their neighbours looked at.
const LIFTED: usize = 100;
/// How many episodes and facts are looked at, by their words and by their vectors each.
const KEPT: usize = 150;
/// How long a question's vector may take.
const PATIENCE: Duration = Duration::from_millis(1_500);
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
    /// How much speaks for it.
    pub near: Nearness,
    /// What speaks for it, each from 0 to 1: its words, its neighbours', its stretch's, its vector, that of its surroundings.
    pub reasons: [f32; 5],
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
    pub near: Nearness,
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
    let telling: Vec<&str> = terms.iter().copied().filter(|term| !is_common(cut.language, term)).collect();
    let never = |least: i32| {
        telling.iter().filter(|term| !known.iter().any(|(one, _, df)| one == *term && *df >= least)).count()
    };
    // What is kept is in words of its own, which may stand in no message.
    let of_kept: Vec<i32> = wanted.iter().filter(|one| !one.common && !one.beside).map(|one| one.term).collect();
    let (unknown, unknown_of_kept) = (never(1), never(0));
    let vector = vector(space.embedder.as_deref(), asked.question, cut.language).await;
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
    let said: Vec<Wanted> = wanted.iter().filter(|one| one.df > 0).copied().collect();
    let probe = vector.as_deref().map(Probe::of);
    space.sketches.refresh(space).await?;
    let mut found = Vec::new();
    if let Some(probe) = &probe {
        let open = store::open(&space.db, &look).await?;
        found = near::messages(space, &look, probe, &open, NEAREST).await?;
    }
    let mut seen: HashSet<Uuid> = found.iter().map(|one| one.message).collect();
    let more = store::by_words(&space.db, &look, &finders, FOUND).await?;
    found.extend(more.into_iter().filter(|one| seen.insert(one.message)));
    // Who is not among the nearest is far, and need not be known to be how far exactly.
    let estimate = |found: &mut [store::Found]| {
        if let Some(probe) = &probe {
            near::estimate(space, probe, found);
        }
    };
    estimate(&mut found);
    let beside = beside(&found, &said, unknown, all);
    let more = store::at(&space.db, &look, &beside).await?;
    found.extend(more.into_iter().filter(|one| seen.insert(one.message)));
    estimate(&mut found);
    let kept = near::memories(space, &look, probe.as_ref(), &of_kept, KEPT).await?;
    let vector = (vector.as_deref(), probe.as_ref());
    let mut passages = known::passages(space, asked.entity, Some(asked.channel), &cut, vector).await?;
    passages.truncate(asked.most);
    Ok(Recollected {
        messages: ranked(&found, &said, unknown, all, asked.most),
        kept: ranked_memories(kept, &wanted, unknown_of_kept, all, asked.most),
        passages,
    })
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
                near: Nearness { score: evidence.score(&WEIGHTS), share, cosine: one.turn },
                reasons: [words, beside, stretch, turn, around],
            }
        })
        .collect();
    recalled.sort_by(|a, b| {
        b.near.score.total_cmp(&a.near.score).then(b.said_at.cmp(&a.said_at)).then(a.message.cmp(&b.message))
    });
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
            near: Nearness {
                score: evidence.score(&WEIGHTS) + if one.is_fact { one.importance * IMPORTANCE } else { 0.0 },
                share: evidence.share,
                cosine: one.vector,
            },
        })
        .collect();
    recalled.sort_by(|a, b| {
        b.near.score.total_cmp(&a.near.score).then(b.said_from.cmp(&a.said_from)).then(a.kept.id.cmp(&b.kept.id))
    });
    recalled.truncate(most);
    recalled
}
