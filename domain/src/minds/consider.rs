//! An AI considers what was said: gathers what decides, passes the gates, and leaves what came of it.

use super::gates::{self, Considered, PAIR_COOLDOWN, Verdict};
use super::store::{self, Decided, Mind, Standing, Trigger};
use super::{budget, decisions, means, questions, reply, telling};
use crate::messages::mentions::own_words;
use crate::tasks::{Outcome, TRIES, Task};
use crate::{Error, Result, Space};
use futures::FutureExt;
use model::{ChannelId, EntityId, EntityKind, ReplyState, Writing};
use serde::Deserialize;
use serde_json::{Value, json};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

/// How long an AI steps back for one whose turn it is rather.
const AFTER_OTHERS: Duration = Duration::from_millis(20);

#[derive(Deserialize)]
struct Consider {
    entity: EntityId,
    channel: ChannelId,
}

/// Does a task of the kind `consider`. Of a channel's AIs one does so at a time: their tasks share an ordering key.
pub async fn consider(space: &Space, task: &Task) -> Result<Outcome> {
    let Ok(asked) = serde_json::from_value::<Consider>(task.payload.clone()) else {
        tracing::error!(payload = %task.payload, "a task that cannot be read was dropped");
        return Ok(Outcome::Done);
    };
    if task.attempt > 1 {
        count_lost(space, &asked).await;
    }
    if task.is_used_up() {
        tracing::error!("an AI's turn was begun {TRIES} times, and its process ended each time");
        // What was said since has lost its own task to this one.
        if give_up(space, &asked).await? {
            store::ask_again(&space.db, asked.entity, asked.channel).await?;
            space.ring();
        }
        return Ok(Outcome::Done);
    }
    let turn = AssertUnwindSafe(once(space, task, &asked)).catch_unwind().await;
    let (outcome, again) = match turn.unwrap_or_else(|_| Err(Error::Interrupted("an AI's turn"))) {
        Err(cause) if task.is_last_try() => {
            tracing::error!(%cause, "an AI's turn failed inside for the last time");
            give_up(space, &asked).await?;
            (Outcome::Done, true)
        }
        outcome => outcome?,
    };
    // What was said while another try was waited for had no task of its own, and what was begun before is taken alone, as is
    // what one of several has called for.
    if (again || task.attempt > 1) && matches!(outcome, Outcome::Done) {
        store::ask_again(&space.db, asked.entity, asked.channel).await?;
        space.ring();
    }
    Ok(outcome)
}

/// Records what calls have taken whose process has ended. That it cannot be recorded now keeps nobody from answering: it stands
/// until it can.
async fn count_lost(space: &Space, asked: &Consider) {
    if let Err(cause) = budget::store::lost(&space.db, asked.entity, asked.channel).await {
        tracing::error!(%cause, "what an unfinished answer has taken is not recorded yet");
    }
}

/// Ends what was begun, in sight of everybody; whether there was something.
async fn give_up(space: &Space, asked: &Consider) -> Result<bool> {
    let Some(mind) = store::mind(&space.db, asked.entity, asked.channel).await? else { return Ok(false) };
    let mut any = false;
    for begun in store::open(&space.db, asked.channel).await? {
        if begun.entity.id != asked.entity || begun.state.is_over() {
            continue;
        }
        let notice = telling::was_interrupted(&mind.entity.name);
        let decided = Decided {
            mind: &mind,
            trigger: begun.trigger,
            gate: "inside",
            outcome: "failed",
            reason: &notice,
            cause: None,
            inputs: None,
        };
        decisions::keep(space, asked.channel, decided).await?;
        store::end(&space.db, begun.reply, ReplyState::Failed, Some(&notice)).await?;
        budget::store::free(&space.db, asked.entity, begun.trigger.0).await?;
        space.live.grow(Writing { state: ReplyState::Failed, text: String::new(), notice: Some(notice), ..begun });
        any = true;
    }
    Ok(any)
}

/// What came of it, and whether it was about a reply that had been begun before, or somebody else waits who has called.
async fn once(space: &Space, task: &Task, asked: &Consider) -> Result<(Outcome, bool)> {
    let Consider { entity, channel } = *asked;
    let nothing = Ok((Outcome::Done, false));
    let Some(mind) = store::mind(&space.db, entity, channel).await? else { return nothing };
    let Some(trigger) = store::trigger(&space.db, entity, channel).await? else { return nothing };
    if trigger.begun {
        count_lost(space, asked).await;
    }
    let standing = store::standing(&space.db, entity, &trigger.message).await?;
    let means = means::of(space, &mind).await?;
    let considered = known(space, task, &mind, &trigger, &standing, !means.is_empty());
    let own = gates::eagerness(mind.talkativeness, standing.spoke);
    if !trigger.named && !trigger.begun {
        // What an AI has just said keeps the others waiting, and not itself: whose turn it is rather comes first all the same.
        let rivals = store::rivals(&space.db, entity, channel, space.policy.pause).await?;
        let before =
            rivals.into_iter().filter(|(talkativeness, silent, _)| gates::eagerness(*talkativeness, *silent) > own);
        if let Some(due) = before.map(|(.., due)| due).min() {
            return Ok((Outcome::Later(due.max(AFTER_OTHERS)), false));
        }
    }
    let inputs = inputs(&considered, own);
    let message = &trigger.message;
    let base = Decided {
        mind: &mind,
        trigger: message.id,
        gate: "",
        outcome: "",
        reason: "",
        cause: None,
        inputs: Some(&inputs),
    };
    let reason = match gates::pass(&considered) {
        Verdict::Speak { reason } => reason,
        // It was decided, and its beginning is seen: only who is gone or asleep does not go on.
        Verdict::Stay { gate: "turn" | "strategy" | "cooldown", .. } | Verdict::Wait { .. } | Verdict::Yield { .. }
            if trigger.begun =>
        {
            format!("{} goes on with the answer that it had begun.", mind.entity.name)
        }
        // Who is called does not stay silent for want of a model as if nothing were wrong.
        Verdict::Stay { gate: "model", .. } if trigger.named && considered.by_human => {
            let cause = means::lacking(space, &mind).await?;
            telling::cannot_think(space, &mind, message, trigger.up_to, (&cause, &inputs)).await?;
            return Ok((Outcome::Done, trigger.begun || trigger.more));
        }
        Verdict::Stay { gate, reason } => {
            let silent = Decided { gate, outcome: "stayed_silent", reason: &reason, ..base };
            decisions::keep(space, channel, silent).await?;
            telling::withdraw(space, &mind, message).await?;
            store::considered(&space.db, entity, channel, trigger.up_to).await?;
            return Ok((Outcome::Done, trigger.begun || trigger.more));
        }
        Verdict::Wait { gate, reason, after } => {
            let waits = Decided { gate, outcome: "waited", reason: &reason, ..base };
            decisions::keep(space, channel, waits).await?;
            return Ok((Outcome::Later(after), trigger.begun));
        }
        Verdict::Yield { after } => {
            if task.yielded.is_zero() {
                let reason = format!("{} lets somebody finish writing.", mind.entity.name);
                let waits = Decided { gate: "turn", outcome: "waited", reason: &reason, ..base };
                decisions::keep(space, channel, waits).await?;
            }
            return Ok((Outcome::Yield(after), trigger.begun));
        }
    };
    let Trigger { up_to, begun, more, .. } = trigger;
    let again = begun || more;
    let begin = reply::Begin { mind: &mind, trigger: message, reason: &reason, inputs: &inputs, up_to, again };
    Ok((reply::reply(space, task, means, begin).await?, again))
}

/// All that decides.
fn known<'a>(
    space: &Space,
    task: &Task,
    mind: &'a Mind,
    trigger: &Trigger,
    standing: &Standing,
    has_model: bool,
) -> Considered<'a> {
    let message = &trigger.message;
    let words = own_words(&message.body);
    let left = |ago: Option<Duration>, all: Duration| ago.map_or(Duration::ZERO, |ago| all.saturating_sub(ago));
    let by_human = message.author.kind == EntityKind::Human;
    Considered {
        name: &mind.entity.name,
        ai_enabled: space.policy.ai_enabled,
        has_model,
        is_member: mind.is_member,
        awake: mind.awake,
        own: message.author.id == mind.entity.id,
        by_human,
        mentioned: trigger.named,
        off_record: message.off_record,
        alone: mind.is_alone,
        question: questions::asks(&words),
        substance: questions::says_something(&words),
        continues: standing.continues,
        strategy: mind.strategy,
        talkativeness: mind.talkativeness,
        draw: rand::random_range(0.0..1.0),
        hops: standing.hops,
        most_hops: space.policy.hops,
        said: standing.said,
        most_said: space.policy.ais_per_minute,
        pair_left: if by_human { Duration::ZERO } else { left(standing.answered, PAIR_COOLDOWN) },
        typing: space.live.is_typed_in(message.channel),
        yielded: task.yielded,
        cooldown_left: left(standing.spoke, mind.cooldown),
    }
}

/// The same, as it is kept with the decision.
fn inputs(considered: &Considered<'_>, eagerness: f32) -> Value {
    let Considered { by_human, mentioned, question, substance, continues, talkativeness, draw, hops, said, .. } =
        *considered;
    json!({
        "ai_enabled": considered.ai_enabled, "has_model": considered.has_model, "is_member": considered.is_member, "awake": considered.awake,
        "own": considered.own, "alone": considered.alone, "most_hops": considered.most_hops, "most_said": considered.most_said,
        "by_human": by_human, "mentioned": mentioned, "off_record": considered.off_record, "question": question, "substance": substance, "continues": continues,
        "strategy": considered.strategy.as_str(), "talkativeness": talkativeness, "draw": draw, "hops": hops, "said": said,
        "eagerness": eagerness,
        "pair_left_ms": considered.pair_left.as_millis() as u64, "typing": considered.typing,
        "yielded_ms": considered.yielded.as_millis() as u64, "cooldown_left_ms": considered.cooldown_left.as_millis() as u64,
    })
}
