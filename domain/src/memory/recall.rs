//! What an AI recalls: of all that it may say here, what a question is about.

use super::dates;
use super::fusion::{self, Candidate, WEIGHTS, wanted_of};
use super::near::{self, Nearness};
use super::parts::parts;
use super::pool::{self, Sought, Times};
use super::question::{Question, vectors};
use super::words::{Cut, Language, cut};
use super::{Kept, RecalledPassage, known, store};
use crate::{Result, Space};
use model::{ChannelId, EntityId, MemoryKind, MessageId};
use std::collections::HashSet;
use time::OffsetDateTime;
use uuid::Uuid;

/// How many messages the rarest words stand in together, at most.
const SCANNED: i64 = 12_000;
/// How many episodes and facts are looked at, by their words and by their vectors each.
const KEPT: usize = 60;
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
    /// When that is asked: “last week” is the one before it.
    pub at: OffsetDateTime,
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

/// An episode, a fact or a reflection that is recalled.
#[derive(Clone, Debug, PartialEq)]
pub struct RecalledMemory {
    /// Which, and what it rests on.
    pub kept: Kept,
    /// Which of these.
    pub what: MemoryKind,
    /// What kind of place that is, and its name.
    pub place: (String, String),
    /// The messages that it rests on, from the first to the last number.
    pub seqs: (i64, i64),
    /// When it began.
    pub said_from: OffsetDateTime,
    /// What an episode was about.
    pub keywords: Vec<String>,
    /// The lines that tell most of an episode; a fact's statement; a thought.
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

/// The best of each list in turn, each once.
fn in_turn<T>(lists: Vec<Vec<T>>, most: usize, id: impl Fn(&T) -> Uuid) -> Vec<T> {
    let mut lists: Vec<_> = lists.into_iter().map(Vec::into_iter).collect();
    let (mut seen, mut merged) = (HashSet::new(), Vec::new());
    loop {
        let round: Vec<T> = lists.iter_mut().filter_map(Iterator::next).collect();
        if round.is_empty() || merged.len() >= most {
            merged.truncate(most);
            return merged;
        }
        merged.extend(round.into_iter().filter(|one| seen.insert(id(one))));
    }
}

/// What of an AI's past a question is about; of a question with several parts, what each of them is about, too. Nothing that
/// somebody who is in the channel could not read, nothing off the record, and nothing where the AI is not in the channel.
pub async fn recall(space: &Space, asked: Asked<'_>) -> Result<Recollected> {
    let parts = parts(asked.question);
    let texts: Vec<&str> = std::iter::once(asked.question).chain(parts.iter().map(String::as_str)).collect();
    let cuts: Vec<Cut> = texts.iter().map(|text| cut(text, asked.language)).collect();
    let time = |at: usize| Times { span: dates::span(texts[at], cuts[at].language, asked.at), now: asked.at };
    let embedder = space.embedder.as_ref().map_or("", |embedder| embedder.name());
    let by_words = async {
        // None of these needs to know what the others find.
        let (refreshed, open, questions) = tokio::join!(
            space.sketches.refresh(space),
            store::open(&space.db, asked.entity, asked.channel, asked.shown_from),
            Question::all(space, &cuts, asked.beside, SCANNED),
        );
        refreshed?;
        let (open, questions) = (open?, questions?);
        let look = store::Look { entity: asked.entity, open: &open, embedder, vector: None };
        let sought: Vec<Sought<'_>> =
            questions.iter().enumerate().map(|(at, question)| Sought { question, time: time(at) }).collect();
        let found = pool::by_words(space, &look, &sought).await?;
        Ok::<_, crate::Error>((open, questions, found))
    };
    // Words are looked for while the vectors are made.
    let (vectors, found) = tokio::join!(vectors(space.embedder.as_deref(), &texts, &cuts), by_words);
    let (open, questions, found) = found?;
    let questions: Vec<Question> =
        questions.into_iter().zip(vectors).map(|(question, vector)| question.near(vector)).collect();
    let Some(whole) = questions.first().filter(|_| !open.places.is_empty()) else { return Ok(Recollected::default()) };
    let sought: Vec<Sought<'_>> =
        questions.iter().enumerate().map(|(at, question)| Sought { question, time: time(at) }).collect();
    let look = store::Look { entity: asked.entity, open: &open, embedder, vector: None };
    // What is kept and known is short enough to be about all parts of a question, and looked for once.
    let of_whole = store::Look { vector: whole.vector.as_deref(), ..look };
    // What waits for the database first: the rest computes.
    let (kept, passages, messages) = tokio::join!(
        near::memories(space, &of_whole, whole.probe.as_deref(), &whole.of_kept, KEPT),
        known::passages(space, asked.entity, Some(asked.channel), whole),
        pool::messages(space, &look, &sought, found, asked.most),
    );
    let time = time(0);
    let mut passages = passages?;
    passages.truncate(asked.most);
    Ok(Recollected {
        messages: in_turn(messages?, asked.most, |one| one.message.0),
        kept: ranked_memories(kept?, whole, time, asked.most),
        passages,
    })
}

fn ranked_memories(
    found: Vec<store::FoundMemory>,
    question: &Question,
    time: Times,
    most: usize,
) -> Vec<RecalledMemory> {
    let counts: Vec<_> = found.iter().map(|one| wanted_of(&question.wanted, &one.terms, &one.counts)).collect();
    let all = found.iter().zip(&counts).enumerate();
    let candidates: Vec<Candidate<'_>> =
        all.map(|(place, (one, counts))| Candidate::alone(place, one.length, counts)).collect();
    let by_words = fusion::by_words(&candidates, &question.wanted, question.unknown_of_kept, question.all);
    let evidence = fusion::weigh(&by_words, found.iter().map(|one| [None, one.vector]));
    let mut recalled: Vec<RecalledMemory> = found
        .into_iter()
        .zip(evidence)
        .map(|(one, evidence)| RecalledMemory {
            kept: Kept { id: one.id, channel: ChannelId(one.channel), sources: one.sources, edited: one.edited },
            what: one.what,
            place: one.place,
            seqs: (one.first, one.last),
            said_from: one.said_from,
            keywords: one.keywords,
            text: one.text,
            near: Nearness {
                score: evidence.score(&WEIGHTS)
                    + time.score(one.said_from)
                    + if one.what == MemoryKind::Episode { 0.0 } else { one.importance * IMPORTANCE },
                share: evidence.share,
                cosine: one.vector,
                in_time: time.is_in(one.said_from),
            },
        })
        .collect();
    recalled.sort_by(|a, b| {
        b.near.score.total_cmp(&a.near.score).then(b.said_from.cmp(&a.said_from)).then(a.kept.id.cmp(&b.kept.id))
    });
    recalled.truncate(most);
    recalled
}
