//! The messages that could be meant by the questions of a text: looked up once for all of them, and weighed for each.

use super::dates::Span;
use super::fusion::{self, ByWords, Candidate, Evidence, WEIGHTS, wanted_of};
use super::near::{self, Nearness};
use super::question::Question;
use super::recall::Recalled;
use super::sketches::Weights;
use super::store::{self, Found, Look, Seen};
use crate::{Result, Space};
use futures::future::try_join_all;
use model::{ChannelId, MessageId};
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use time::OffsetDateTime;
use uuid::Uuid;

/// How many messages in which words of a question stand are looked at.
const FOUND: usize = 800;
/// How many of the time that a question names.
const IN_SPAN: usize = 400;
/// How many of those that are nearest by their vectors are looked at, by each of the two.
pub const NEAREST: usize = 300;
/// Of how many of the best it is looked up how near exactly they are, and how many have their neighbours looked at: of all
/// questions of a text together.
const EXACTLY: usize = 50;
const LIFTED: usize = 60;
/// How much it weighs that something was said when the question says.
const IN_TIME: f32 = 1.5;
/// How much it weighs that something was said just now; half as much after so many days, and so on.
const RECENT: f32 = 0.1;
const HALVES: f32 = 30.0;

/// When it is asked, and for which time.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub span: Option<Span>,
    pub now: OffsetDateTime,
}

impl Times {
    pub fn is_in(&self, at: OffsetDateTime) -> bool {
        self.span.is_some_and(|span| span.holds(at))
    }

    /// What the time speaks for something that was said then.
    pub fn score(&self, at: OffsetDateTime) -> f32 {
        let days = (self.now - at).as_seconds_f32().max(0.0) / 86_400.0;
        let in_time = if self.is_in(at) { IN_TIME } else { 0.0 };
        in_time + RECENT * (-days / HALVES).exp2()
    }
}

/// A question that messages are looked for.
pub(super) struct Sought<'a> {
    pub question: &'a Question,
    pub time: Times,
}

/// What each of the questions of a text is about, the likeliest first, `most` of each.
///
/// What could be meant is told from memory; what may be said, and how near the best of it is, from the database.
pub(super) async fn messages(
    space: &Space,
    look: &Look<'_>,
    questions: &[Sought<'_>],
    by_words: ByTheirWords,
    most: usize,
) -> Result<Vec<Vec<Recalled>>> {
    let share = |all: usize| all / questions.len().max(1);
    let mut pool = Pool::default();
    pool.add(gathered(space, look, questions, by_words).await?);
    let mut weighed: Vec<Weighed<'_>> = questions.iter().map(Weighed::of).collect();
    // What stands beside the best may be meant though it shares no word with the question.
    let mut beside: BTreeSet<(Uuid, i64)> = BTreeSet::new();
    estimate(space, &pool, &mut weighed);
    for one in &weighed {
        beside.extend(one.ranked(&pool, share(LIFTED)).into_iter().flat_map(|(at, _)| pool.beside(at)));
    }
    let beside: Vec<(Uuid, i64)> = beside.into_iter().filter(|place| !pool.places.contains(place)).collect();
    let beside = near::seen(space, look, beside.len(), move |_, _| beside.clone()).await?;
    pool.add(space.sketches.lines(&beside, &look.open.places));
    estimate(space, &pool, &mut weighed);
    let exact = weighed.iter_mut().map(|one| one.exact(space, look, &pool, most, share(EXACTLY)));
    try_join_all(exact).await
}

/// What the words of questions have found, and the times that they name.
pub(super) struct ByTheirWords {
    /// In the database: what has no vectors yet is in no memory.
    found: Vec<Found>,
    /// In memory.
    held: BTreeSet<(Uuid, i64)>,
}

/// The messages in which words of the questions stand, and those of the times that these name.
pub(super) async fn by_words(space: &Space, look: &Look<'_>, questions: &[Sought<'_>]) -> Result<ByTheirWords> {
    if look.open.places.is_empty() {
        return Ok(ByTheirWords { found: Vec::new(), held: BTreeSet::new() });
    }
    let of_all = |words: fn(&Question) -> &[i32]| -> Vec<i32> {
        questions.iter().flat_map(|one| words(one.question)).copied().collect::<BTreeSet<i32>>().into_iter().collect()
    };
    let (finders, rarest) = (of_all(|one| &one.finders), of_all(|one| &one.rarest));
    // What has no vectors yet is in no memory; where nothing makes any, that is all.
    let waiting = space.embedder.is_some();
    let spans: Vec<Span> = questions.iter().filter_map(|one| one.time.span).collect();
    let in_time =
        spans.iter().map(|span| store::within(&space.db, look, (span.from, span.to), IN_SPAN as i64, waiting));
    let (by_words, in_time, said, of_times) = tokio::join!(
        store::by_words(&space.db, look, &finders, &rarest, FOUND as i64, waiting),
        try_join_all(in_time),
        said(space, look, questions),
        of_times(space, look, &spans),
    );
    let mut found = by_words?;
    found.extend(in_time?.into_iter().flatten());
    Ok(ByTheirWords { found, held: said?.into_iter().chain(of_times?).collect() })
}

/// Those that are held in memory in which words of the questions stand.
async fn said(space: &Space, look: &Look<'_>, questions: &[Sought<'_>]) -> Result<Vec<(Uuid, i64)>> {
    let words = Arc::new(Weights::of(questions.iter().map(|one| one.question.weights()).collect()));
    let open = look.open.places.clone();
    near::seen(space, look, FOUND, move |held, most| held.with(&words, &open, most)).await
}

/// Those that are held in memory of these times.
async fn of_times(space: &Space, look: &Look<'_>, spans: &[Span]) -> Result<Vec<(Uuid, i64)>> {
    let of = spans.iter().map(|span| {
        let (span, open) = (*span, look.open.places.clone());
        near::seen(space, look, IN_SPAN, move |held, most| held.of(&span, &open, most))
    });
    Ok(try_join_all(of).await?.concat())
}

/// Those that words have found, and the nearest by their vectors.
async fn gathered(
    space: &Space,
    look: &Look<'_>,
    questions: &[Sought<'_>],
    ByTheirWords { mut found, mut held }: ByTheirWords,
) -> Result<Vec<Found>> {
    let nearest = questions.iter().map(async |one| {
        let Some(probe) = one.question.probe.clone() else { return Ok(Vec::new()) };
        let open = look.open.places.clone();
        near::seen(space, look, NEAREST, move |held, most| held.messages(&probe, &open, most)).await
    });
    held.extend(try_join_all(nearest).await?.into_iter().flatten());
    found.extend(space.sketches.lines(&held.into_iter().collect::<Vec<_>>(), &look.open.places));
    Ok(found)
}

/// Messages, each once.
#[derive(Default)]
struct Pool {
    found: Vec<Found>,
    places: HashSet<(Uuid, i64)>,
    /// The channels that they stand in, numbered, and which of these each stands in.
    channels: HashMap<Uuid, usize>,
    channel_of: Vec<usize>,
}

impl Pool {
    fn add(&mut self, more: Vec<Found>) {
        for one in more {
            if self.places.insert((one.channel, one.seq)) {
                let next = self.channels.len();
                self.channel_of.push(*self.channels.entry(one.channel).or_insert(next));
                self.found.push(one);
            }
        }
    }

    fn place(&self, at: usize) -> (Uuid, i64) {
        (self.found[at].channel, self.found[at].seq)
    }

    /// Where the neighbours of one of them stand.
    fn beside(&self, at: usize) -> [(Uuid, i64); 4] {
        let (channel, seq) = self.place(at);
        [-2, -1, 1, 2].map(|far| (channel, seq + far))
    }
}

/// Has each question estimate how near those are that are new in the pool.
fn estimate(space: &Space, pool: &Pool, weighed: &mut [Weighed<'_>]) {
    let known = weighed.first().map_or(0, |one| one.cosines.len());
    let new = &pool.found[known..];
    let places: Vec<(Uuid, i64)> = new.iter().map(|one| (one.channel, one.seq)).collect();
    space.sketches.at(&places, |rows| {
        let weigh = |one: &mut Weighed<'_>| {
            let Question { said, probe, .. } = one.sought.question;
            one.counts.extend(new.iter().map(|new| wanted_of(said, &new.terms, &new.counts)));
            match probe {
                Some(probe) => one.cosines.extend(rows.cosines(probe)),
                None => one.cosines.extend(new.iter().map(|_| [None, None])),
            }
            one.weigh_words(pool);
        };
        // Several questions are weighed on two threads.
        std::thread::scope(|scope| {
            let (mine, others) = weighed.split_at_mut(weighed.len().div_ceil(2));
            if !others.is_empty() {
                scope.spawn(|| others.iter_mut().for_each(weigh));
            }
            mine.iter_mut().for_each(weigh);
        });
    });
}

/// A pool as one question weighs it.
struct Weighed<'a> {
    sought: &'a Sought<'a>,
    /// How often the question's words stand in each.
    counts: Vec<Vec<(usize, i16)>>,
    /// Those that could be said, by their places in the pool, and the evidence of their words.
    open: Vec<usize>,
    by_words: Vec<ByWords>,
    /// The cosines of both vectors of each with the question's: about, but for some exactly.
    cosines: Vec<[Option<f32>; 2]>,
    /// Those that may be said, as they were looked up, and whether it is known how near exactly they are.
    seen: HashMap<(Uuid, i64), (Seen, bool)>,
    /// Those that may not, whatever memory holds.
    hidden: HashSet<(Uuid, i64)>,
}

impl<'a> Weighed<'a> {
    fn of(sought: &'a Sought<'a>) -> Self {
        Self {
            sought,
            counts: Vec::new(),
            open: Vec::new(),
            by_words: Vec::new(),
            cosines: Vec::new(),
            seen: HashMap::new(),
            hidden: HashSet::new(),
        }
    }

    /// Weighs the words of what could be said: what stands beside it, and how much there is, has changed.
    fn weigh_words(&mut self, pool: &Pool) {
        let Question { said, unknown, all, .. } = self.sought.question;
        self.open = (0..pool.found.len()).filter(|at| !self.hidden.contains(&pool.place(*at))).collect();
        let candidate = |at: &usize| {
            let one = &pool.found[*at];
            let (place, counts) = (pool.channel_of[*at], &self.counts[*at]);
            Candidate { place, seq: one.seq, stretch: one.stretch, length: one.length, counts }
        };
        let candidates: Vec<Candidate<'_>> = self.open.iter().map(candidate).collect();
        self.by_words = fusion::by_words(&candidates, said, *unknown, *all);
    }

    /// The best `most` of the pool that may be said, as the database has them; of the first `exactly` it is known how near
    /// exactly they are.
    async fn exact(
        &mut self,
        space: &Space,
        look: &Look<'_>,
        pool: &Pool,
        most: usize,
        exactly: usize,
    ) -> Result<Vec<Recalled>> {
        let look = Look { vector: self.sought.question.vector.as_deref(), ..*look };
        // At first the likeliest are looked up; knowing these, others may be likelier, and these once more; what comes up after
        // that need only be known to be open.
        for round in 0.. {
            let wanted = match round {
                0 => exactly,
                1 => exactly.max(most),
                _ => most,
            };
            let ranked = self.ranked(pool, wanted);
            let about = |(rank, (at, _)): (usize, &(usize, Evidence))| {
                let place = pool.place(*at);
                let known = self.seen.get(&place);
                let is_near = rank < exactly && round < 2;
                known.is_none_or(|(_, exact)| is_near && !exact).then_some((*at, is_near))
            };
            let about: Vec<(usize, bool)> = ranked.iter().enumerate().filter_map(about).collect();
            if about.is_empty() && round > 0 {
                return Ok(ranked
                    .into_iter()
                    .take(most)
                    .filter_map(|(at, evidence)| self.recalled(pool, at, evidence))
                    .collect());
            }
            let nearness = about.iter().filter(|(_, is_near)| *is_near).count();
            let places: Vec<(Uuid, i64)> = about.iter().map(|(at, _)| pool.place(*at)).collect();
            let mut seen: HashMap<(Uuid, i64), Seen> = store::exact(&space.db, &look, &places, nearness)
                .await?
                .into_iter()
                .map(|one| ((one.channel, one.seq), one))
                .collect();
            let hidden = self.hidden.len();
            for (at, is_near) in about {
                let place = pool.place(at);
                match seen.remove(&place) {
                    Some(one) => {
                        // What was edited meanwhile has none that are of its words.
                        if is_near {
                            self.cosines[at] = one.cosines;
                        }
                        self.seen.insert(place, (one, is_near));
                    }
                    None => drop(self.hidden.insert(place)),
                }
            }
            if self.hidden.len() > hidden {
                self.weigh_words(pool);
            }
        }
        Ok(Vec::new())
    }

    /// The best of the pool, by their places in it, the likeliest first.
    fn ranked(&self, pool: &Pool, most: usize) -> Vec<(usize, Evidence)> {
        let cosines = self.open.iter().map(|at| self.cosines[*at]);
        let mut ranked: Vec<(usize, f32, Evidence)> = fusion::weigh(&self.by_words, cosines)
            .into_iter()
            .zip(&self.open)
            .map(|(evidence, at)| (*at, self.score(pool.found[*at].said_at, &evidence), evidence))
            .collect();
        let order = |a: &(usize, f32, Evidence), b: &(usize, f32, Evidence)| -> Ordering {
            let said = |at: usize| (pool.found[at].said_at.unix_timestamp(), pool.place(at));
            b.1.total_cmp(&a.1).then_with(|| said(a.0).cmp(&said(b.0)))
        };
        if ranked.len() > most && most > 0 {
            ranked.select_nth_unstable_by(most - 1, order);
        }
        ranked.truncate(most);
        ranked.sort_by(order);
        ranked.into_iter().map(|(at, _, evidence)| (at, evidence)).collect()
    }

    fn score(&self, said_at: OffsetDateTime, evidence: &Evidence) -> f32 {
        evidence.score(&WEIGHTS) + self.sought.time.score(said_at)
    }

    fn recalled(&self, pool: &Pool, at: usize, evidence: Evidence) -> Option<Recalled> {
        let Evidence { words, beside, stretch, turn, around, share } = evidence;
        let (seen, _) = self.seen.get(&pool.place(at))?;
        Some(Recalled {
            message: MessageId(seen.message),
            channel: ChannelId(seen.channel),
            seq: seen.seq,
            said_at: seen.said_at,
            stretch: pool.found[at].stretch,
            near: Nearness {
                score: self.score(seen.said_at, &evidence),
                share,
                cosine: self.cosines[at][0],
                in_time: self.sought.time.is_in(seen.said_at),
            },
            reasons: [words, beside, stretch, turn, around],
        })
    }
}
