//! Every message on the record is indexed once, behind the posting path: its words, then its vectors; again when it was
//! changed, and taken out when it was deleted or taken off the record.
//!
//! What has changed is known by the channels' clocks. One node does so at a time, and each step is one transaction with the
//! clock that it has come to: a crash leaves nothing half done and does nothing twice.

use super::forming;
use super::sketches::Derived;
use super::store::{self, Entry, Said};
use super::words::{Language, cut};
use super::{Embedder, NoVectors};
use crate::{Error, Result, Space};
use futures::FutureExt;
use model::ChannelId;
use std::collections::{BTreeMap, HashMap};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::time::Interval;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often it is looked whether something was said.
const LOOK: Duration = Duration::from_secs(2);
/// After how many looks it is looked for talk that is over.
const FORM: u32 = 5;
/// After how many looks it is looked for vectors of another encoder.
const RENEW: u32 = 300;
/// Episodes that are made at once.
const AT_ONCE: usize = 50;
/// Messages of one step.
const STEP: i64 = 200;
/// Texts that are turned into vectors at once.
const BATCH: i64 = 64;
/// The pause that ends a stretch of talk.
pub(super) const PAUSE: time::Duration = time::Duration::minutes(30);
/// Most messages of a stretch.
pub(super) const STRETCH: i64 = 40;

/// Indexes what is said until `stopping`: its words, and beside them its vectors, for which nobody's words wait.
pub async fn watch(space: Space, stopping: CancellationToken) {
    tokio::join!(watch_words(&space, &stopping), watch_vectors(&space, &stopping));
}

async fn watch_words(space: &Space, stopping: &CancellationToken) {
    let mut looks = tokio::time::interval(LOOK);
    for look in 0_u32.. {
        let work = async {
            // Another node may have gone on with another encoder for a while.
            if let (0, Some(embedder)) = (look % RENEW, &space.embedder) {
                store::forget_vectors_but(&space.db, embedder.name()).await?;
            }
            while words(space).await?.is_some() {}
            // A few at a time: what is said meanwhile does not wait for a long past.
            if look.is_multiple_of(FORM) {
                forming::form(space, AT_ONCE).await?;
            }
            Ok(())
        };
        if !once(&mut looks, stopping, work).await {
            return;
        }
    }
}

async fn watch_vectors(space: &Space, stopping: &CancellationToken) {
    // Whoever asks first does not wait until all of them are read.
    if let Err(cause) = space.sketches.refresh(space).await {
        tracing::warn!(%cause, "vectors could not be read; they are when they are needed");
    }
    let mut looks = tokio::time::interval(LOOK);
    loop {
        let work = async {
            while vectors(space).await? + derived_vectors(space).await? > 0 {}
            Ok(())
        };
        if !once(&mut looks, stopping, work).await {
            return;
        }
    }
}

/// Does a work at the next look, whatever becomes of it. `false` where it is over.
async fn once(looks: &mut Interval, stopping: &CancellationToken, work: impl Future<Output = Result<()>>) -> bool {
    tokio::select! {
        () = stopping.cancelled() => return false,
        _ = looks.tick() => {}
    }
    let work = AssertUnwindSafe(work).catch_unwind();
    tokio::select! {
        () = stopping.cancelled() => return false,
        done = work => if let Err(cause) = done.unwrap_or(Err(Error::Interrupted("indexing"))) {
            tracing::warn!(%cause, "what was said could not be indexed; it is tried again");
        }
    }
    true
}

/// Indexes all that is not yet indexed, and makes the episodes of all talk that is over.
pub async fn remember(space: &Space) -> Result<()> {
    catch_up(space).await?;
    forming::form(space, usize::MAX).await?;
    catch_up(space).await.map(drop)
}

/// Indexes all that is not yet indexed; how many messages that were. Nothing where another node is at it.
pub async fn catch_up(space: &Space) -> Result<usize> {
    let mut done = 0;
    // By turns: neither waits until there is nothing left of the other.
    loop {
        let said = words(space).await?;
        done += said.unwrap_or(0);
        if vectors(space).await? + derived_vectors(space).await? == 0 && said.is_none() {
            return Ok(done);
        }
    }
}

/// One step: the words of the next changed messages of one channel. `None` where there are no more.
async fn words(space: &Space) -> Result<Option<usize>> {
    let mut work = space.db.begin().await?;
    if !store::is_alone(&mut work).await? {
        return Ok(None);
    }
    let Some((channel, since, now)) = store::behind(&mut work).await? else {
        // Here and below at once, not when the connection is next asked for: who comes next is to be alone.
        work.rollback().await?;
        return Ok(None);
    };
    let said = store::said(&mut work, channel, since, now, STEP).await?;
    let up_to = if said.len() as i64 == STEP { said.last().map_or(now, |last| last.clock) } else { now };
    let ids: Vec<Uuid> = said.iter().map(|one| one.id).collect();
    let before: HashMap<Uuid, store::Before> =
        store::take_out(&mut work, &ids).await?.into_iter().map(|one| (one.id, one)).collect();
    let mut tally: BTreeMap<i32, i32> = BTreeMap::new();
    for term in before.values().flat_map(|one| &one.terms) {
        *tally.entry(*term).or_default() -= 1;
    }
    let mut kept: Vec<&Said> = said.iter().filter(|one| one.kept).collect();
    kept.sort_by_key(|one| one.seq);
    let cuts: Vec<_> = kept.iter().map(|one| cut_said(one)).collect();
    let terms: Vec<&str> = cuts.iter().flat_map(|(_, terms)| terms.keys().map(String::as_str)).collect();
    let known = store::terms(&mut work, &terms).await?;
    let mut stretches = Stretches::of(&mut work, channel, kept.first().map_or(0, |first| first.seq)).await?;
    let mut entries = Vec::with_capacity(kept.len());
    for (one, (language, terms)) in kept.iter().zip(&cuts) {
        let stretch = match before.get(&one.id) {
            Some(before) => before.stretch,
            None => stretches.next(one.seq, one.at),
        };
        let (ids, counts): (Vec<i32>, Vec<i16>) =
            terms.iter().filter_map(|(term, count)| Some((*known.get(term)?, *count))).unzip();
        for id in &ids {
            *tally.entry(*id).or_default() += 1;
        }
        let length = counts.iter().map(|count| i32::from(*count)).sum();
        let (message_id, seq, said_at, edited) = (one.id, one.seq, one.at, one.edited);
        let (author_id, answers_id) = (one.author_id, one.answers_id);
        entries.push(Entry {
            message_id,
            seq,
            stretch,
            said_at,
            edited,
            author_id,
            answers_id,
            language: language.code(),
            terms: ids,
            counts,
            length,
        });
    }
    // Of what is not as it was, episodes are made anew.
    let mut gone: HashMap<Uuid, (i64, &[i32])> =
        before.values().map(|one| (one.id, (one.edited, one.terms.as_slice()))).collect();
    let mut changed: Vec<i64> = Vec::new();
    for entry in &entries {
        if gone.remove(&entry.message_id) != Some((entry.edited, &entry.terms)) {
            changed.push(entry.seq);
        }
    }
    changed.extend(said.iter().filter(|one| gone.contains_key(&one.id)).map(|one| one.seq));
    store::make_anew(&mut work, channel, &changed).await?;
    store::put(&mut work, channel, &entries).await?;
    let back: Vec<i64> =
        entries.iter().filter(|one| !before.contains_key(&one.message_id)).map(|one| one.seq).collect();
    store::form_again(&mut work, channel, &back).await?;
    tally.retain(|_, count| *count != 0);
    store::count(&mut work, &tally, entries.len() as i64 - before.len() as i64).await?;
    // What stands beside a message is part of its neighbours' vectors.
    let beside: Vec<i64> = said.iter().flat_map(|one| [one.seq - 1, one.seq + 1]).collect();
    store::embed_again(&mut work, channel, &beside).await?;
    store::indexed(&mut work, channel, up_to).await?;
    work.commit().await?;
    Ok(Some(said.len()))
}

/// The terms of a message, its author's name among them: who said it is part of what is looked for.
fn cut_said(said: &Said) -> (Language, BTreeMap<String, i16>) {
    let body = cut(&said.body, Language::of_code(&said.language));
    let mut terms: BTreeMap<String, i16> = BTreeMap::new();
    for term in body.terms.into_iter().chain(cut(&said.author, Some(body.language)).terms) {
        let count = terms.entry(term).or_default();
        *count = count.saturating_add(1);
    }
    (body.language, terms)
}

/// To which stretch of talk what is said belongs.
struct Stretches {
    last: Option<store::Last>,
}

impl Stretches {
    async fn of(db: &mut sqlx::PgConnection, channel: ChannelId, before: i64) -> Result<Self> {
        Ok(Self { last: store::last_before(db, channel, before).await? })
    }

    fn next(&mut self, seq: i64, at: OffsetDateTime) -> i64 {
        let goes_on = self.last.as_ref().is_some_and(|last| at - last.at < PAUSE && last.count < STRETCH);
        let (stretch, count) = match &self.last {
            Some(last) if goes_on => (last.stretch, last.count + 1),
            _ => (seq, 1),
        };
        self.last = Some(store::Last { stretch, at, count });
        stretch
    }
}

/// One step: the vectors of the next messages that have none; how many.
async fn vectors(space: &Space) -> Result<usize> {
    let Some(embedder) = &space.embedder else { return Ok(0) };
    let mut work = space.db.begin().await?;
    if !store::makes_vectors(&mut work).await? {
        return Ok(0);
    }
    let waiting = store::without_vectors(&mut work, BATCH).await?;
    if waiting.is_empty() {
        work.rollback().await?;
        return Ok(0);
    }
    let turns = waiting.iter().map(|one| (one.language.as_str(), one.turn()));
    let arounds = waiting.iter().map(|one| (one.language.as_str(), one.around()));
    let Some(made) = made(&**embedder, turns.chain(arounds).collect()).await else {
        work.rollback().await?;
        return Ok(0);
    };
    let (turns, arounds) = made.split_at(waiting.len());
    // Nobody who has something forgotten waits for an endpoint: what has changed meanwhile is done again.
    store::alone(&mut work).await?;
    store::put_vectors(&mut work, embedder.name(), &waiting, turns, arounds).await?;
    work.commit().await?;
    Ok(waiting.len())
}

/// One step: the vectors of the next memories and passages that have none; how many.
async fn derived_vectors(space: &Space) -> Result<usize> {
    let Some(embedder) = &space.embedder else { return Ok(0) };
    let mut work = space.db.begin().await?;
    if !store::makes_vectors(&mut work).await? {
        return Ok(0);
    }
    // Memories come first: a long book does not keep them waiting.
    let (mut kind, mut waiting) = (Derived::Memories, Vec::new());
    for next in [Derived::Memories, Derived::Passages] {
        if waiting.is_empty() {
            kind = next;
            waiting = store::without_vectors_of(&mut work, kind, BATCH).await?;
        }
    }
    if waiting.is_empty() {
        work.rollback().await?;
        return Ok(0);
    }
    let texts = waiting.iter().map(|one| (one.language.as_str(), one.content.clone())).collect();
    let Some(made) = made(&**embedder, texts).await else {
        work.rollback().await?;
        return Ok(0);
    };
    store::alone(&mut work).await?;
    store::put_vectors_of(&mut work, kind, embedder.name(), &waiting, &made).await?;
    work.commit().await?;
    Ok(waiting.len())
}

/// The vectors of texts, each with its language; none of a language that the encoder does not know. `None` where none are
/// made now: words alone are found meanwhile.
async fn made(embedder: &dyn Embedder, texts: Vec<(&str, String)>) -> Option<Vec<Option<Vec<f32>>>> {
    let is_known = |code: &str| Language::of_code(code).is_none_or(|language| embedder.knows(language));
    let known: Vec<bool> = texts.iter().map(|(language, _)| is_known(language)).collect();
    let asked: Vec<String> =
        texts.into_iter().zip(&known).filter(|(_, known)| **known).map(|((_, text), _)| text).collect();
    let count = asked.len();
    let made = match embedder.embed(asked).await {
        Ok(made) if made.len() == count => made,
        Ok(made) => {
            tracing::warn!(made = made.len(), "not as many vectors were made as were asked for");
            return None;
        }
        Err(NoVectors::Rests) => return None,
        Err(cause) => {
            tracing::warn!(%cause, "no vectors were made; they are tried again");
            return None;
        }
    };
    let mut made = made.into_iter();
    Some(known.into_iter().map(|known| if known { made.next().flatten() } else { None }).collect())
}
