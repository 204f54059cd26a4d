//! The messages that could be meant by the questions of a text: looked up once for all of them, and weighed for each.

use super::dates::Span;
use super::fusion::{self, Candidate, Evidence, WEIGHTS, wanted_of};
use super::near::{self, Nearness};
use super::question::Question;
use super::recall::Recalled;
use super::store::{self, Found, Look};
use crate::{Result, Space};
use futures::future::try_join_all;
use model::{ChannelId, MessageId};
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};
use time::OffsetDateTime;
use uuid::Uuid;

/// How many messages in which words of the questions stand are looked at.
const FOUND: i64 = 800;
/// How many of the time that a question names.
const IN_SPAN: i64 = 400;
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
pub(super) async fn messages(
    space: &Space,
    look: &Look<'_>,
    questions: &[Sought<'_>],
    most: usize,
) -> Result<Vec<Vec<Recalled>>> {
    let mut pool = Pool::default();
    pool.add(found(space, look, questions).await?);
    let mut weighed: Vec<Weighed<'_>> =
        questions.iter().map(|sought| Weighed { sought, cosines: Vec::new(), exact: HashSet::new() }).collect();
    let share = |all: usize| all / questions.len().max(1);
    let mut best: Vec<Vec<usize>> = Vec::new();
    for one in &mut weighed {
        one.estimate(space, &pool);
        best.push(one.ranked(&pool, share(LIFTED)).into_iter().map(|(at, _)| at).collect());
    }
    // What stands beside the best may be meant though it shares no word with the question.
    let beside: BTreeSet<(Uuid, i64)> =
        best.iter().flatten().flat_map(|at| pool.beside(*at)).filter(|place| !pool.places.contains(place)).collect();
    let beside: Vec<(Uuid, i64)> = beside.into_iter().collect();
    let exactly = weighed.iter().zip(&best).map(|(one, best)| one.exactly(space, look, &pool, best, share(EXACTLY)));
    let (more, exact) = tokio::join!(store::at(&space.db, look, &beside), try_join_all(exactly));
    pool.add(more?);
    for (one, exact) in weighed.iter_mut().zip(exact?) {
        one.put(exact);
        one.estimate(space, &pool);
    }
    // Those that have come up since.
    let exactly = weighed.iter().map(|one| async {
        let best: Vec<usize> = one.ranked(&pool, share(EXACTLY)).into_iter().map(|(at, _)| at).collect();
        one.exactly(space, look, &pool, &best, best.len()).await
    });
    let exact = try_join_all(exactly).await?;
    let recalled = |(one, exact): (&mut Weighed<'_>, _)| {
        one.put(exact);
        let ranked = one.ranked(&pool, most);
        ranked.into_iter().map(|(at, evidence)| one.recalled(&pool.found[at], one.cosines[at][0], evidence)).collect()
    };
    Ok(weighed.iter_mut().zip(exact).map(recalled).collect())
}

/// The nearest by their vectors, those in which words of the questions stand, and those of the times that these name.
async fn found(space: &Space, look: &Look<'_>, questions: &[Sought<'_>]) -> Result<Vec<Found>> {
    let of_all = |words: fn(&Question) -> &[i32]| -> Vec<i32> {
        questions.iter().flat_map(|one| words(one.question)).copied().collect::<BTreeSet<i32>>().into_iter().collect()
    };
    let (finders, rarest) = (of_all(|one| &one.finders), of_all(|one| &one.rarest));
    let probes: Vec<_> = questions.iter().filter_map(|one| one.question.probe.as_ref()).collect();
    let spans: Vec<Span> = questions.iter().filter_map(|one| one.time.span).collect();
    let in_time = spans.iter().map(|span| store::within(&space.db, look, (span.from, span.to), IN_SPAN));
    let (by_words, nearest, in_time) = tokio::join!(
        store::by_words(&space.db, look, &finders, &rarest, FOUND),
        near::messages(space, look, &probes, NEAREST),
        try_join_all(in_time),
    );
    let mut found = nearest?;
    found.extend(by_words?);
    found.extend(in_time?.into_iter().flatten());
    Ok(found)
}

/// Messages, each once.
#[derive(Default)]
struct Pool {
    found: Vec<Found>,
    places: HashSet<(Uuid, i64)>,
}

impl Pool {
    fn add(&mut self, more: Vec<Found>) {
        self.found.extend(more.into_iter().filter(|one| self.places.insert((one.channel, one.seq))));
    }

    /// Where the neighbours of one of them stand.
    fn beside(&self, at: usize) -> [(Uuid, i64); 4] {
        let one = &self.found[at];
        [-2, -1, 1, 2].map(|far| (one.channel, one.seq + far))
    }
}

/// How near exactly some of a pool are to a question, by their place in it.
type Exact = Vec<(usize, [Option<f32>; 2])>;

/// A pool as one question weighs it.
struct Weighed<'a> {
    sought: &'a Sought<'a>,
    /// The cosines of both vectors of each with the question's: about, but for some exactly.
    cosines: Vec<[Option<f32>; 2]>,
    exact: HashSet<usize>,
}

impl Weighed<'_> {
    /// Estimates how near those are that are new in the pool.
    fn estimate(&mut self, space: &Space, pool: &Pool) {
        let new = &pool.found[self.cosines.len()..];
        match &self.sought.question.probe {
            Some(probe) => {
                let places: Vec<(Uuid, i64)> = new.iter().map(|one| (one.channel, one.seq)).collect();
                self.cosines.extend(space.sketches.cosines(probe, &places));
            }
            None => self.cosines.extend(new.iter().map(|_| [None, None])),
        }
    }

    /// Looks up how near exactly the first so many of these are.
    async fn exactly(&self, space: &Space, look: &Look<'_>, pool: &Pool, best: &[usize], most: usize) -> Result<Exact> {
        let about: Vec<usize> = best.iter().take(most).filter(|at| !self.exact.contains(at)).copied().collect();
        if about.is_empty() || self.sought.question.probe.is_none() {
            return Ok(Vec::new());
        }
        let look = Look { vector: self.sought.question.vector.as_deref(), ..*look };
        let places: Vec<(Uuid, i64)> = about.iter().map(|at| (pool.found[*at].channel, pool.found[*at].seq)).collect();
        let exact: HashMap<Uuid, [Option<f32>; 2]> = store::cosines(&space.db, &look, &places).await?;
        // What was edited meanwhile has none that are of its words.
        let of = |at: usize| exact.get(&pool.found[at].message).copied().unwrap_or_default();
        Ok(about.into_iter().map(|at| (at, of(at))).collect())
    }

    fn put(&mut self, exact: Exact) {
        for (at, cosines) in exact {
            self.cosines[at] = cosines;
            self.exact.insert(at);
        }
    }

    /// The best of the pool, by their places in it, the likeliest first.
    fn ranked(&self, pool: &Pool, most: usize) -> Vec<(usize, Evidence)> {
        let Question { said, unknown, all, .. } = self.sought.question;
        let mut channels: HashMap<Uuid, usize> = HashMap::new();
        let candidates: Vec<Candidate> = pool
            .found
            .iter()
            .zip(&self.cosines)
            .map(|(one, [turn, around])| {
                let next = channels.len();
                Candidate {
                    place: *channels.entry(one.channel).or_insert(next),
                    seq: one.seq,
                    stretch: one.stretch,
                    length: one.length,
                    counts: wanted_of(said, &one.terms, &one.counts),
                    turn: *turn,
                    around: *around,
                }
            })
            .collect();
        let mut ranked: Vec<(usize, f32, Evidence)> = fusion::weigh(&candidates, said, *unknown, *all)
            .into_iter()
            .enumerate()
            .map(|(at, evidence)| (at, self.score(&pool.found[at], &evidence), evidence))
            .collect();
        let order = |a: &(usize, f32, Evidence), b: &(usize, f32, Evidence)| -> Ordering {
            let (one, other) = (&pool.found[a.0], &pool.found[b.0]);
            b.1.total_cmp(&a.1).then(one.said_at.cmp(&other.said_at)).then(one.message.cmp(&other.message))
        };
        if ranked.len() > most && most > 0 {
            ranked.select_nth_unstable_by(most - 1, order);
        }
        ranked.truncate(most);
        ranked.sort_by(order);
        ranked.into_iter().map(|(at, _, evidence)| (at, evidence)).collect()
    }

    fn score(&self, one: &Found, evidence: &Evidence) -> f32 {
        evidence.score(&WEIGHTS) + self.sought.time.score(one.said_at)
    }

    fn recalled(&self, one: &Found, cosine: Option<f32>, evidence: Evidence) -> Recalled {
        let Evidence { words, beside, stretch, turn, around, share } = evidence;
        Recalled {
            message: MessageId(one.message),
            channel: ChannelId(one.channel),
            seq: one.seq,
            said_at: one.said_at,
            stretch: one.stretch,
            near: Nearness {
                score: self.score(one, &evidence),
                share,
                cosine,
                in_time: self.sought.time.is_in(one.said_at),
            },
            reasons: [words, beside, stretch, turn, around],
        }
    }
}
