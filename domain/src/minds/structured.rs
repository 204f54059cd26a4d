//! Asking an AI's own model for something in a form, behind the scenes: for what it notes of a talk, and what it thinks of that.
//! The small model of this machine is not asked: it knows how to chat, not how to listen.

use super::budget::{self, Purse, store::Call};
use super::means;
use super::provider::ModelError::{self, CutOff, Garbled, Wordless};
use super::provider::{ChatRequest, Turn};
use super::store::{self, Mind};
use super::whole::{self, Question};
use crate::tasks::{Outcome, Task};
use crate::{Result, Space};
use model::{ChannelId, EntityId, Sampling};
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

/// How long it may think.
const PATIENCE: Duration = Duration::from_mins(2);
/// The longest answer, in tokens.
const ANSWER: u32 = 1_500;
/// How long it waits where a purse is empty or the AI asleep, and where no model can be asked.
const LATER: Duration = Duration::from_hours(3);
const AGAIN: Duration = Duration::from_mins(10);

/// What is asked, and of whom.
pub(super) struct Form<'a> {
    pub entity: EntityId,
    pub channel: ChannelId,
    /// The same for each time it is asked.
    pub id: Uuid,
    pub task: &'a Task,
    /// The form of the answer, as a JSON Schema.
    pub schema: Value,
    /// What it is for, for the log.
    pub what: &'static str,
}

/// What came of it.
pub(super) enum Filled<T> {
    /// What was answered.
    In(T),
    /// There is nothing to ask, or nothing came of it for good.
    Nothing,
    /// Nothing yet.
    Later(Outcome),
}

/// Asks the model of an AI. `turns` are what it is asked; `read` reads the answer.
pub(super) async fn fill<T>(
    space: &Space,
    form: Form<'_>,
    turns: impl FnOnce(&Mind) -> Vec<Turn>,
    read: impl Fn(&str, &Mind) -> Option<T>,
) -> Result<Filled<T>> {
    let Form { entity, channel, id, task, schema, what } = form;
    if task.is_used_up() {
        return Ok(Filled::Nothing);
    }
    let Some(mut mind) = store::mind(&space.db, entity, channel).await? else { return Ok(Filled::Nothing) };
    if !mind.awake {
        return Ok(Filled::Later(Outcome::Later(LATER)));
    }
    let mut means = means::of(space, &mind).await?;
    means.retain(|means| !means.local);
    if means.is_empty() {
        return Ok(Filled::Nothing);
    }
    mind.sampling = Sampling { temperature: 0.2, max_tokens: ANSWER, ..mind.sampling };
    let all = means.clone();
    let frame = means::frame(space, &all);
    let call = Call { entity, channel: Some(channel), person: None, id };
    let turns = turns(&mind);
    let request = ChatRequest { model: None, turns, sampling: mind.sampling, form: Some(schema) };
    let tokens = super::context::size(&request.turns, &frame);
    // Of who does not know what a form is, it is asked without.
    for request in [request.clone(), ChatRequest { form: None, ..request }] {
        match budget::reserve(space, &mind, call, tokens, &mut means).await? {
            None => {}
            Some(Purse::Unpriced) => return Ok(Filled::Nothing),
            Some(_) => return Ok(Filled::Later(Outcome::Later(LATER))),
        }
        let question = Question { request, name: &mind.entity.name, call, patience: PATIENCE, raw: true };
        let cause = match whole::answer(space, &means, &frame, question).await? {
            Ok(text) => match read(&text, &mind) {
                Some(answer) => return Ok(Filled::In(answer)),
                None => "not understood".to_owned(),
            },
            Err(ModelError::Refused { status: 400 | 404 | 422, .. }) => continue,
            // Whoever cannot be asked now is asked later; what it said and nobody understands counts as a try.
            Err(cause) if cause.may_pass() && !matches!(cause, CutOff | Garbled(_) | Wordless) => {
                return Ok(Filled::Later(Outcome::Later(cause.asks_for().unwrap_or(AGAIN))));
            }
            Err(cause) => cause.to_string(),
        };
        tracing::warn!(cause, ai = mind.entity.name, attempt = task.attempt, "an AI could not {what}");
        if task.is_last_try() {
            return Ok(Filled::Nothing);
        }
        let after = Duration::from_secs(20) * 6_u32.pow(task.attempt.unsigned_abs().saturating_sub(1));
        return Ok(Filled::Later(Outcome::Retry(after)));
    }
    Ok(Filled::Nothing)
}

/// The JSON object in an answer, whatever stands around it.
pub(super) fn object<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    let (from, to) = (text.find('{')?, text.rfind('}')?);
    serde_json::from_str(text.get(from..=to)?).ok()
}
