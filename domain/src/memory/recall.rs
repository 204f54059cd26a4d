//! What an AI recalls: of all that it may say here, what a question is about.

use super::dates::{self, Span};
use super::fusion::{self, Candidate, Evidence, WEIGHTS, Wanted, wanted_of};
use super::near::{self, Nearness};
use super::parts::parts;
use super::question::Question;
use super::words::Language;
use super::{Kept, RecalledPassage, known, store};
use crate::{Error, Result, Space};
use futures::future::try_join_all;
use model::{ChannelId, EntityId, MemoryKind, MessageId};
use std::collections::{HashMap, HashSet};
use time::OffsetDateTime;
use uuid::Uuid;

/// How many messages the rarest words stand in together, at most, and how many of these are looked at.
const SCANNED: i64 = 12_000;
const FOUND: i64 = 1_200;
/// How many of the time that a question names.
const IN_SPAN: i64 = 400;
/// How many of those that are nearest by their vectors are looked at, by each of the two.
pub const NEAREST: usize = 300;
/// Of how many of the best it is looked up how near exactly they are.
const EXACTLY: usize = 60;
/// How many of the best have their neighbours looked at.
const LIFTED: usize = 100;
/// How many episodes and facts are looked at, by their words and by their vectors each.
const KEPT: usize = 60;
/// How much a fact's importance weighs, of which 1 is the most.
const IMPORTANCE: f32 = 0.3;
/// How much it weighs that something was said when the question says.
const IN_TIME: f32 = 1.5;
/// How much it weighs that something was said just now; half as much after so many days, and so on.
const RECENT: f32 = 0.1;
const HALVES: f32 = 30.0;

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

impl Recollected {
    /// The best of each in turn, each once.
    fn in_turn(all: Vec<Self>, most: usize) -> Self {
        let mut lists = (Vec::new(), Vec::new(), Vec::new());
        for one in all {
            lists.0.push(one.messages);
            lists.1.push(one.kept);
            lists.2.push(one.passages);
        }
        Self {
            messages: in_turn(lists.0, most, |one| one.message.0),
            kept: in_turn(lists.1, most, |one| one.kept.id),
            passages: in_turn(lists.2, most, |one| one.id),
        }
    }
}

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
    let open = store::open(&space.db, asked.entity, asked.channel, asked.shown_from);
    let (refreshed, open) = tokio::join!(space.sketches.refresh(space), open);
    refreshed?;
    let open = open?;
    if open.is_empty() {
        return Ok(Recollected::default());
    }
    let parts = parts(asked.question);
    let questions = std::iter::once(asked.question).chain(parts.iter().map(String::as_str));
    let all = questions.enumerate().map(|(at, question)| one(space, Asked { question, ..asked }, &open, at > 0));
    Ok(Recollected::in_turn(try_join_all(all).await?, asked.most))
}

/// The same of one question. What is kept and known is short enough to be about all parts of it, and not looked for again.
async fn one(space: &Space, asked: Asked<'_>, open: &[store::Open], is_part: bool) -> Result<Recollected> {
    let question = Question::new(space, asked.question, asked.language, asked.beside, SCANNED).await?;
    let span = dates::span(asked.question, question.cut.language, asked.at);
    let look = store::Look {
        entity: asked.entity,
        open,
        embedder: space.embedder.as_ref().map_or("", |embedder| embedder.name()),
        vector: question.vector.as_deref(),
    };
    let vector = (question.vector.as_deref(), question.probe.as_ref());
    // None needs to know what the others find.
    let kept = async {
        if is_part {
            return Ok(Default::default());
        }
        let kept = near::memories(space, &look, question.probe.as_ref(), &question.of_kept, KEPT);
        let passages = known::passages(space, asked.entity, Some(asked.channel), &question.cut, vector);
        Ok::<_, Error>((kept.await?, passages.await?))
    };
    let (found, kept) = tokio::join!(messages(space, &look, &question, span), kept);
    let (mut found, (kept, mut passages)) = (found?, kept?);
    passages.truncate(asked.most);
    let time = Times { span, now: asked.at };
    let mut best = ranked(&found, &question, time, asked.most.max(EXACTLY));
    if question.probe.is_some() {
        let places: Vec<(Uuid, i64)> = best.iter().take(EXACTLY).map(|one| (one.channel.0, one.seq)).collect();
        let exact: HashMap<Uuid, [Option<f32>; 2]> = store::cosines(&space.db, &look, &places).await?;
        for one in &mut found {
            if places.contains(&(one.channel, one.seq)) {
                // What was edited meanwhile has none that are of its words.
                [one.turn, one.around] = exact.get(&one.message).copied().unwrap_or_default();
            }
        }
        best = ranked(&found, &question, time, asked.most);
    }
    best.truncate(asked.most);
    Ok(Recollected { messages: best, kept: ranked_memories(kept, &question, time, asked.most), passages })
}

/// The messages that could be meant: the nearest by their vectors, those in which its words stand, those of the time that it
/// names, and what stands beside the best of them.
async fn messages(
    space: &Space,
    look: &store::Look<'_>,
    question: &Question,
    span: Option<Span>,
) -> Result<Vec<store::Found>> {
    let nearest = async {
        match &question.probe {
            Some(probe) => near::messages(space, look, probe, NEAREST).await,
            None => Ok(Vec::new()),
        }
    };
    let (nearest, more) =
        tokio::join!(nearest, store::by_words(&space.db, look, &question.finders, &question.rarest, FOUND));
    let (mut found, more) = (nearest?, more?);
    let mut seen: HashSet<Uuid> = found.iter().map(|one| one.message).collect();
    found.extend(more.into_iter().filter(|one| seen.insert(one.message)));
    if let Some(span) = span {
        let more = store::within(&space.db, look, (span.from, span.to), IN_SPAN).await?;
        found.extend(more.into_iter().filter(|one| seen.insert(one.message)));
    }
    let estimate = |found: &mut [store::Found]| {
        if let Some(probe) = &question.probe {
            near::estimate(space, probe, found);
        }
    };
    estimate(&mut found);
    let beside = beside(&found, question);
    let more = store::at(&space.db, look, &beside).await?;
    found.extend(more.into_iter().filter(|one| seen.insert(one.message)));
    estimate(&mut found);
    Ok(found)
}

/// When it is asked, and for which time.
#[derive(Clone, Copy)]
struct Times {
    span: Option<Span>,
    now: OffsetDateTime,
}

impl Times {
    fn is_in(&self, at: OffsetDateTime) -> bool {
        self.span.is_some_and(|span| span.holds(at))
    }

    /// What the time speaks for something that was said then.
    fn score(&self, at: OffsetDateTime) -> f32 {
        let days = (self.now - at).as_seconds_f32().max(0.0) / 86_400.0;
        let in_time = if self.is_in(at) { IN_TIME } else { 0.0 };
        in_time + RECENT * (-days / HALVES).exp2()
    }
}

fn candidates(found: &[store::Found], wanted: &[Wanted]) -> Vec<Candidate> {
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
                counts: wanted_of(wanted, &one.terms, &one.counts),
                turn: one.turn,
                around: one.around,
            }
        })
        .collect()
}

/// The neighbours of the best, which may be meant though they share no word with the question.
fn beside(found: &[store::Found], question: &Question) -> Vec<(Uuid, i64)> {
    let evidence = fusion::weigh(&candidates(found, &question.said), &question.said, question.unknown, question.all);
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|a, b| evidence[*b].score(&WEIGHTS).total_cmp(&evidence[*a].score(&WEIGHTS)));
    let best = order.into_iter().take(LIFTED).map(|at| &found[at]);
    best.flat_map(|one| [-2, -1, 1, 2].map(|far| (one.channel, one.seq + far))).collect()
}

fn ranked(found: &[store::Found], question: &Question, time: Times, most: usize) -> Vec<Recalled> {
    let evidence = fusion::weigh(&candidates(found, &question.said), &question.said, question.unknown, question.all);
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
                near: Nearness {
                    score: evidence.score(&WEIGHTS) + time.score(one.said_at),
                    share,
                    cosine: one.turn,
                    in_time: time.is_in(one.said_at),
                },
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
    question: &Question,
    time: Times,
    most: usize,
) -> Vec<RecalledMemory> {
    // Each stands alone: no neighbours lift it.
    let alone = |(place, one): (usize, &store::FoundMemory)| Candidate {
        place,
        seq: 0,
        stretch: 0,
        length: one.length,
        counts: wanted_of(&question.wanted, &one.terms, &one.counts),
        turn: None,
        around: one.vector,
    };
    let candidates: Vec<Candidate> = found.iter().enumerate().map(alone).collect();
    let evidence = fusion::weigh(&candidates, &question.wanted, question.unknown_of_kept, question.all);
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
