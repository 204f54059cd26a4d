//! A reply: written in sight of everybody and posted once, or a word that says why not.

use super::answering::{self, Asking, Written};
use super::budget::{self, Purse, store::Call};
use super::decisions;
use super::means::Means;
use super::provider::ModelError;
use super::repeats::repeats;
use super::store::{self, Decided, Mind};
use super::telling::{self, Telling};
use crate::tasks::{Outcome, Task};
use crate::{Result, Space};
use model::{EntityKind, Message, ReplyState, limits};
use serde_json::Value;
use std::time::{Duration, Instant};

/// After how long it is shown that an AI thinks, though what it is asked is not ready yet.
const SOON: Duration = Duration::from_millis(100);

/// After how long it is looked again whether what was set aside for other answers is free.
const SET_ASIDE: Duration = Duration::from_secs(2);

/// What a reply begins with.
#[derive(Clone, Copy)]
pub(super) struct Begin<'a> {
    /// Who speaks.
    pub mind: &'a Mind,
    /// The message that moved it.
    pub trigger: &'a Message,
    /// Why, in words.
    pub reason: &'a str,
    /// What decided, as it is kept.
    pub inputs: &'a Value,
    /// How far it had considered the channel then.
    pub up_to: i64,
    /// Whether it was begun before, or somebody else waits who has called, too: then it considers again.
    pub again: bool,
}

/// Speaks: begins a reply, or takes up one that was begun, and brings it to its end.
pub(super) async fn reply(space: &Space, task: &Task, mut means: Vec<Means>, begin: Begin<'_>) -> Result<Outcome> {
    let Begin { mind, trigger, up_to, .. } = begin;
    let (entity, channel) = (mind.entity.id, trigger.channel);
    let (person, replaces) = store::cause(&space.db, entity, trigger).await?;
    let call = Call { entity, channel: Some(channel), person, id: trigger.id.0 };
    let Some(begun) = store::begin(&space.db, entity, channel, trigger.id, up_to).await? else {
        budget::store::free(&space.db, call.entity, call.id).await?;
        return Ok(Outcome::Done);
    };
    let name = &mind.entity.name;
    let asked = begun.asked_by.as_ref().map(|(_, who)| format!("{who} asked {name} to answer again."));
    let begin = Begin { reason: asked.as_deref().unwrap_or(begin.reason), ..begin };
    let mut telling = Telling::of(space, begin, begun.reply, call);
    if let Some(who) = &begun.stopped_by {
        return telling.keep_silent(&format!("{who} stopped {name} before it began."), None).await;
    }
    let all = means.clone();
    let ready = {
        let mut ready = Box::pin(get_ready(space, begin, &all, &mut means, call, replaces));
        if let Ok(ready) = tokio::time::timeout(SOON, &mut ready).await {
            ready?
        } else {
            // It thinks already of what it remembers.
            telling.tell(ReplyState::Thinking, "");
            ready.await?
        }
    };
    let asking = match ready {
        Ok(asking) => asking,
        Err(Unsaid::Short(purse @ Purse::SetAside)) => {
            telling.wait(purse.reason(name));
            store::wait(&space.db, begun.reply).await?;
            return Ok(Outcome::Later(SET_ASIDE));
        }
        Err(unsaid) => return let_be(space, task, begin, unsaid).await,
    };
    telling.tell(ReplyState::Thinking, "");
    store::may_rest_on(&space.db, entity, trigger.id, &asking.reminded).await?;
    // One that breaks off again and again does not stand in the way of the others.
    let tries = usize::try_from(task.attempt - 1).unwrap_or_default();
    let first = tries % means.len().max(1);
    means.rotate_left(first);
    let (written, means) = match by_any(&mut telling, &means, &asking).await? {
        Ok(written) => written,
        Err(causes) => return telling.fail(task, &causes).await,
    };
    telling.thought_with(means);
    let silence = if limits::length(&written.text) == 0 {
        match &written.stopped_by {
            Some(who) => Some(format!("{who} stopped {name} before the first word.")),
            None => Some(format!("{name} had nothing to say.")),
        }
    } else if trigger.author.kind == EntityKind::Ai && says_again(space, &written, trigger).await? {
        // Two AIs that agree for ever are cut short; what people ask is answered though it be the same again.
        Some(format!("{name} would have said again what was said."))
    } else {
        None
    };
    match silence {
        Some(reason) => telling.keep_silent(&reason, Some(&written)).await,
        None => telling.post(task, begin, &begun, written, &asking).await,
    }
}

/// Why nothing is said though the gates are open.
enum Unsaid {
    /// A purse does not hold it.
    Short(Purse),
    /// Somebody is there who cannot read what is to be answered.
    Hidden,
}

/// What the model is asked, once it is paid for. Of the means those are left that may be used.
async fn get_ready<'a>(
    space: &Space,
    Begin { mind, trigger, .. }: Begin<'a>,
    all: &'a [Means],
    means: &mut Vec<Means>,
    call: Call,
    replaces: bool,
) -> Result<Result<Asking<'a>, Unsaid>> {
    let Some(asking) = answering::ask(space, mind, all, trigger, replaces).await? else {
        return Ok(Err(Unsaid::Hidden));
    };
    let short = budget::reserve(space, mind, call, asking.tokens, means).await?;
    Ok(short.map_or(Ok(asking), |purse| Err(Unsaid::Short(purse))))
}

/// Ends it without a word, and keeps why.
async fn let_be(space: &Space, task: &Task, begin: Begin<'_>, unsaid: Unsaid) -> Result<Outcome> {
    let Begin { mind, trigger, .. } = begin;
    let name = &mind.entity.name;
    let (gate, reason) = match unsaid {
        Unsaid::Short(purse) => ("budget", purse.reason(name)),
        Unsaid::Hidden => {
            ("company", format!("{name} stayed quiet: somebody is here who cannot read what was asked. Ask again."))
        }
    };
    let (inputs, outcome) = (Some(begin.inputs), "stayed_silent");
    let decided = Decided { mind, trigger: trigger.id, gate, outcome, reason: &reason, cause: None, inputs };
    decisions::keep(space, trigger.channel, decided).await?;
    telling::withdraw(space, mind, trigger).await?;
    if let Unsaid::Short(purse) = unsaid {
        budget::tire(space, mind, trigger, purse, task.attempt > 1).await?;
    }
    Ok(Outcome::Done)
}

/// Has the answer written by the first of the means that can: where one fails before a word was seen, the next is asked.
/// What went wrong with each of them, if none could.
async fn by_any<'a>(
    telling: &mut Telling<'_>,
    means: &'a [Means],
    asking: &Asking<'_>,
) -> Result<Result<(Written, &'a Means), Vec<(String, ModelError)>>> {
    let mut causes = Vec::new();
    let mut taken = false;
    for one in means {
        // What the one before has taken is gone from the purse.
        if taken && !telling.can_pay(one, asking.tokens).await? {
            break;
        }
        if let Some(cause) = one.rests() {
            causes.push((one.blame(&cause), cause));
            continue;
        }
        let begun = Instant::now();
        match answering::write(telling, one, asking).await? {
            Ok(written) => {
                if written.first_word.is_none() {
                    one.let_go(begun);
                }
                if !causes.is_empty() {
                    telling.stumbled = Some(blamed(&causes));
                }
                return Ok(Ok((written, one)));
            }
            Err(failed) => {
                let cause = &failed.cause;
                one.failed(cause, begun);
                tracing::warn!(%cause, model = one.model, provider = one.whose(), "a model did not answer");
                telling.failed(one, &failed, begun.elapsed()).await?;
                taken |= failed.tokens_in > 0;
                let is_over = matches!(cause, ModelError::NewCompany);
                causes.push((one.blame(cause), failed.cause));
                if is_over {
                    break;
                }
            }
        }
        if telling.told > 0 {
            break;
        }
    }
    Ok(Err(causes))
}

/// What went wrong with each, in one line.
pub(super) fn blamed(causes: &[(String, ModelError)]) -> String {
    causes.iter().map(|(blame, _)| blame.as_str()).collect::<Vec<_>>().join("; ")
}

async fn says_again(space: &Space, written: &Written, trigger: &Message) -> Result<bool> {
    let said = store::said_by_ais(&space.db, trigger.channel).await?;
    Ok(repeats(&written.text, said.iter().map(String::as_str)))
}
