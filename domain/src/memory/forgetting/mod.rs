//! What AIs remember of somebody, as that one sees it; putting it right, and having it forgotten.
//!
//! What is forgotten is no source any more, neither of what is recalled nor of what is kept of talk later: the words stay
//! where they were said, and nothing that was made of them does.

mod store;
mod told;

pub(crate) use store::hidden;
pub(crate) use told::follow;

use super::store::{alone, beside_none};
use crate::error::not_found;
use crate::{Error, Result, Space, entities};
use model::{ChannelId, EntityId, EntityKind, MemoryOfMe, MindFile, Problem, Remembering, limits};
use sqlx::PgConnection;
use uuid::Uuid;

/// What is told at once.
pub const PAGE: i64 = 50;

/// What of it is looked for.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// Of this AI alone.
    pub by: Option<EntityId>,
    /// What has these words in it.
    pub words: String,
    /// What is older than this one.
    pub before: Option<Uuid>,
}

/// What AIs have kept in which somebody appears, the newest first, 50 at a time: of that alone of which they could read
/// every word.
///
/// Refuses with `invalid_argument`.
pub async fn of_me(space: &Space, who: EntityId, sought: &Sought) -> Result<Vec<MemoryOfMe>> {
    if limits::length(&sought.words) > limits::QUESTION || sought.words.contains('\0') {
        return Err(Problem::argument("words", "Look for at most 500 characters, without U+0000.").into());
    }
    store::of_me(&space.db, who, sought, PAGE).await
}

/// How each AI and somebody know each other, the AIs that they share a place with.
pub async fn known_by(space: &Space, who: EntityId) -> Result<Vec<Remembering>> {
    store::known_by(&space.db, who).await
}

/// All that AIs have kept in which somebody appears, and how they know each other, as a file.
pub async fn export(space: &Space, who: EntityId) -> Result<MindFile> {
    let mut memories = Vec::new();
    loop {
        let before = memories.last().map(|one: &MemoryOfMe| one.id);
        let some = of_me(space, who, &Sought { before, ..Sought::default() }).await?;
        let is_last = (some.len() as i64) < PAGE;
        memories.extend(some);
        if is_last {
            break;
        }
    }
    let all = serde_json::json!({"known_by": known_by(space, who).await?, "memories": memories});
    let content = serde_json::to_string_pretty(&all).map_err(|_| Error::Interrupted("writing a file"))?;
    Ok(MindFile { name: "what-ais-remember-of-me.json".to_owned(), content })
}

/// Has an AI forget something that it has kept: the words of `who` that it rests on, those that speak of them, and what
/// AIs answered to these.
///
/// Refuses with `not_found` for what they could not read, or do not appear in.
pub async fn forget(space: &Space, who: EntityId, memory: Uuid) -> Result<()> {
    let mut work = space.db.begin().await?;
    alone(&mut work).await?;
    let found = store::mine(&mut work, who, memory).await?;
    if found.is_empty() {
        return Err(not_found("memory"));
    }
    // With it goes what it has taken the place of: nobody who has it forgotten expects what was so before.
    for one in &found {
        if one.is_own {
            store::remove(&mut work, who, one.id).await?;
            continue;
        }
        let mut gone = told::concerned(&mut work, who, one).await?;
        gone.extend(told::echoes(&mut work, &gone, None).await?);
        store::forget_messages(&mut work, who, one.entity, &gone).await?;
        store::remove(&mut work, who, one.id).await?;
    }
    work.commit().await?;
    Ok(())
}

/// Has one AI, or all of them, forget all that somebody has said so far: in one channel, or everywhere.
///
/// Refuses with `not_found`.
pub async fn forget_all(space: &Space, who: EntityId, by: Option<EntityId>, channel: Option<ChannelId>) -> Result<()> {
    known(space, who, by, channel).await?;
    let mut work = space.db.begin().await?;
    alone(&mut work).await?;
    store::until_now(&mut work, who, by, channel).await?;
    sweep(&mut work, who, by, channel).await?;
    work.commit().await?;
    Ok(())
}

/// Has one AI, or all of them, remember somebody no more from now on, or again: what was said meanwhile stays forgotten.
///
/// Refuses with `not_found`.
pub async fn remember(space: &Space, who: EntityId, by: Option<EntityId>, remembers: bool) -> Result<()> {
    known(space, who, by, None).await?;
    let mut work = space.db.begin().await?;
    alone(&mut work).await?;
    if remembers {
        store::remember_again(&mut work, who, by).await?;
    } else {
        store::never(&mut work, who, by).await?;
        sweep(&mut work, who, by, None).await?;
        store::remove_about(&mut work, who, by).await?;
    }
    work.commit().await?;
    Ok(())
}

/// Removes all that was made of somebody's words, and what AIs said to others because they were reminded of them.
async fn sweep(db: &mut PgConnection, who: EntityId, by: Option<EntityId>, channel: Option<ChannelId>) -> Result<()> {
    let mut restated = told::echoes(db, &[], Some((who, channel))).await?;
    store::blank(db, who, by, channel).await?;
    restated.extend(told::restated(db, who, channel).await?);
    if restated.is_empty() {
        return Ok(());
    }
    let ais = match by {
        Some(by) => vec![by],
        None => store::ais(db).await?,
    };
    for ai in ais {
        store::forget_messages(db, who, ai, &restated).await?;
    }
    Ok(())
}

/// Whether no AI is to remember somebody.
pub async fn by_none(space: &Space, who: EntityId) -> Result<bool> {
    store::by_none(&space.db, who).await
}

/// Puts something right that an AI has kept: what `who` writes takes its place.
///
/// Refuses with `not_found`, and with `invalid_argument` for what is empty or longer than 300 characters.
pub async fn correct(space: &Space, who: EntityId, memory: Uuid, text: &str) -> Result<()> {
    let text = limits::trimmed(text);
    if !(1..=limits::FACT).contains(&limits::length(text)) || text.contains('\0') {
        return Err(Problem::argument("text", "Write what is so, in at most 300 characters.").into());
    }
    let mut work = space.db.begin().await?;
    alone(&mut work).await?;
    let Some(found) = store::mine(&mut work, who, memory).await?.into_iter().next() else {
        return Err(not_found("memory"));
    };
    if found.is_past {
        return Err(Problem::argument("text", "This was put right already. Look at what is kept now.").into());
    }
    if store::is_unknown_to(&mut work, who, found.entity).await? {
        let message = "It is not to remember you, and so keeps nothing new. You can have this forgotten.";
        return Err(Problem::argument("text", message).into());
    }
    store::put_right(&mut work, who, &found, text).await?;
    work.commit().await?;
    Ok(())
}

/// Has nothing be forgotten until the transaction's end, in which an answer is posted: before it locks anything else.
pub(crate) async fn wait(db: &mut PgConnection) -> Result<()> {
    beside_none(db).await
}

/// What nobody can see is not there.
async fn known(space: &Space, who: EntityId, by: Option<EntityId>, channel: Option<ChannelId>) -> Result<()> {
    if let Some(id) = by {
        let found = entities::store::active(&space.db, &[id]).await?.pop();
        if found.is_none_or(|found| found.kind != EntityKind::Ai) {
            return Err(not_found("AI"));
        }
    }
    match channel {
        Some(id) if !store::was_in(&space.db, who, id).await? => Err(not_found("room")),
        _ => Ok(()),
    }
}
