//! A reply: written in sight of everybody and posted once, or a word that says why not.

use super::provider::{ChatModel, ChatRequest, ModelError, Piece};
use super::repeats::repeats;
use super::store::{self, Decided, Mind, Settled};
use super::words::Words;
use super::{context, decisions};
use crate::entities::blocks;
use crate::tasks::{Outcome, Task};
use crate::{Error, Result, Space, channels, messages, tasks};
use futures::StreamExt;
use model::{ChannelId, ClientKey, EntityKind, Message, MessageId, ReplyId, ReplyState, Writing, limits};
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long words are gathered before they are told: long enough that a fast model does not flood, too short to see.
const COALESCE: Duration = Duration::from_millis(40);
/// Bytes after which an answer has said enough: more than can be posted, in any script.
const ENOUGH: usize = 20_000;
/// How long an answer may take as a whole.
const PATIENCE: Duration = Duration::from_mins(5);
/// How often the text so far is kept.
const KEEP: Duration = Duration::from_secs(1);

pub(super) fn could_not_answer(name: &str) -> String {
    format!("{name} could not answer: the model did not respond. Ask again in a little while.")
}

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
}

/// Speaks: begins a reply, or takes up one that was begun, and brings it to its end.
pub(super) async fn reply(space: &Space, task: &Task, model: &Arc<dyn ChatModel>, begin: Begin<'_>) -> Result<Outcome> {
    let Begin { mind, trigger, up_to, .. } = begin;
    let (entity, channel) = (mind.entity.id, trigger.channel);
    let Some(reply) = store::begin(&space.db, entity, channel, trigger.id, up_to).await? else {
        return Ok(Outcome::Done);
    };
    let mut telling = Telling { space, reply, channel, trigger: trigger.id, mind, told: 0, notice: None };
    telling.tell(ReplyState::Thinking, "");
    let begun = Instant::now();
    match write(&mut telling, model, trigger).await? {
        Ok(written) if limits::length(&written.text) == 0 => {
            telling.keep_silent(begin, &format!("{} had nothing to say.", mind.entity.name)).await
        }
        // Two AIs that agree for ever are cut short; what people ask is answered though it be the same again.
        Ok(written)
            if trigger.author.kind == EntityKind::Ai
                && repeats(&written.text, store::said_by_ais(&space.db, channel).await?.iter().map(String::as_str)) =>
        {
            let reason = format!("{} would have said again what was said.", mind.entity.name);
            telling.keep_silent(begin, &reason).await
        }
        Ok(written) => telling.post(task, model, begin, written, begun).await,
        Err(cause) => telling.fail(task, &cause).await,
    }
}

/// An answer that has come to its end.
struct Written {
    text: String,
    tokens_in: u32,
    tokens_out: u32,
    first_word: Option<Duration>,
}

/// Asks the model and lets everybody watch. The outer error is ours, the inner one the model's.
async fn write(
    telling: &mut Telling<'_>,
    model: &Arc<dyn ChatModel>,
    trigger: &Message,
) -> Result<Result<Written, ModelError>> {
    let Telling { space, channel, mind, reply, .. } = *telling;
    let Some((place, _)) = channels::store::channel_state(&space.db, channel).await? else {
        return Err(crate::error::not_found("room"));
    };
    let members =
        channels::store::members(&space.db, channel, &blocks::present_for(space, mind.entity.id).await?).await?;
    let from = members.iter().map(|member| member.visible_from).max().unwrap_or(1);
    let talk =
        messages::store::newest(&space.db, channel, from, trigger.seq.max(place.last_seq), context::NEWEST).await?;
    let request = ChatRequest {
        model: mind.model.clone(),
        turns: context::turns(mind, &place, &members, &talk),
        sampling: mind.sampling,
    };
    let begun = Instant::now();
    let mut pieces = match model.answer(request).await {
        Ok(pieces) => pieces,
        Err(cause) => return Ok(Err(cause)),
    };
    let mut words = Words::of(&mind.entity.name);
    let mut written = Written { text: String::new(), tokens_in: 0, tokens_out: 0, first_word: None };
    let mut end = None;
    let mut due: Option<Instant> = None;
    let mut kept = Instant::now();
    // Waiting for its turn is not counted against it.
    let mut since = begun;
    loop {
        if since.elapsed() > PATIENCE || words.taken() > ENOUGH {
            // Whatever it sends, it has had its time: what can be read of it stands.
            end.get_or_insert(true);
            break;
        }
        let next = due.unwrap_or(since + PATIENCE);
        let Ok(piece) = tokio::time::timeout_at(next.into(), pieces.next()).await else {
            telling.tell_words(words.shown());
            due = None;
            continue;
        };
        match piece {
            None => break,
            Some(Err(cause)) => return Ok(Err(cause)),
            Some(Ok(Piece::Queued(before))) => {
                since = Instant::now();
                telling.notice = Some(format!("{before} before this one"));
                telling.tell(ReplyState::Waiting, "");
                telling.notice = None;
            }
            Some(Ok(Piece::Words(more))) => {
                if !more.is_empty() {
                    written.first_word.get_or_insert_with(|| begun.elapsed());
                    words.push(&more);
                }
                if words.shown().len() > telling.told {
                    due.get_or_insert_with(|| Instant::now() + COALESCE);
                }
            }
            Some(Ok(Piece::Usage { tokens_in, tokens_out })) => {
                (written.tokens_in, written.tokens_out) = (tokens_in, tokens_out);
            }
            Some(Ok(Piece::End { cut })) => end = Some(cut),
        }
        if kept.elapsed() >= KEEP {
            kept = Instant::now();
            telling.tell_words(words.shown());
            store::keep(&space.db, reply, words.shown()).await?;
        }
    }
    let Some(cut) = end else { return Ok(Err(ModelError::CutOff)) };
    telling.tell_words(words.shown());
    written.text = words.whole(cut);
    if cut && limits::length(&written.text) == 0 {
        return Ok(Err(ModelError::Silent(begun.elapsed())));
    }
    Ok(Ok(written))
}

/// One reply towards everybody who watches.
struct Telling<'a> {
    space: &'a Space,
    reply: ReplyId,
    channel: ChannelId,
    trigger: MessageId,
    mind: &'a Mind,
    /// How many bytes of the text were told.
    told: usize,
    notice: Option<String>,
}

impl Telling<'_> {
    /// Tells the words that are new, if there are any.
    fn tell_words(&mut self, text: &str) {
        if text.len() > self.told {
            self.tell(ReplyState::Streaming, text);
        }
    }

    /// Tells the state and what is new in the text.
    fn tell(&mut self, state: ReplyState, text: &str) {
        let offset = self.told.min(text.len());
        self.told = text.len();
        self.space.live.grow(Writing {
            reply: self.reply,
            channel: self.channel,
            entity: self.mind.entity.clone(),
            trigger: self.trigger,
            state,
            offset,
            text: text[offset..].to_owned(),
            notice: self.notice.clone(),
        });
    }

    /// Posts the reply: message, state, decision, usage and the task's end in one transaction, so it happens once or not at all.
    async fn post(
        &mut self,
        task: &Task,
        model: &Arc<dyn ChatModel>,
        begin: Begin<'_>,
        written: Written,
        begun: Instant,
    ) -> Result<Outcome> {
        let Self { space, channel, mind, reply, .. } = *self;
        let Begin { trigger, reason, inputs, .. } = begin;
        let draft =
            messages::Draft { channel, client_key: ClientKey(reply.0), body: written.text, reply_to: Some(trigger.id) };
        let telling = space.live.expect(channel);
        let mut prepared = match messages::prepare(space, mind.entity.id, draft).await {
            Ok(prepared) => prepared,
            Err(Error::Refused(problem)) => return self.gone(&problem.message).await,
            Err(cause) => return Err(cause),
        };
        let mut work = space.db.begin().await?;
        let Some(numbered) = messages::insert(space, &mut work, &mut prepared).await? else {
            drop(work);
            return self.gone(&format!("{} left before the answer was finished.", mind.entity.name)).await;
        };
        let settled = Settled {
            reply,
            caused_by: trigger.author.id,
            reason,
            inputs: Some(inputs),
            model: mind.model.as_deref().unwrap_or_else(|| model.name()),
            tokens_in: written.tokens_in,
            tokens_out: written.tokens_out,
            first_word: written.first_word,
            took: begun.elapsed(),
        };
        store::settle(&mut work, mind, channel, trigger.id, &settled).await?;
        tasks::store::finish(&mut *work, task.id, task.owner).await?;
        if task.attempt > 1 {
            store::ask_again(&mut *work, mind.entity.id, channel).await?;
        }
        work.commit().await?;
        telling.tell(messages::told(&prepared.numbered(numbered)));
        decisions::tell(space, channel, trigger.id).await?;
        if prepared.considering().next().is_some() {
            space.ring();
        }
        self.tell(ReplyState::Done, "");
        Ok(Outcome::Settled)
    }

    fn decided<'a>(&'a self, gate: &'a str, outcome: &'a str, reason: &'a str) -> Decided<'a> {
        Decided { mind: self.mind, trigger: self.trigger, gate, outcome, reason, cause: None, inputs: None }
    }

    /// Ends without a word.
    async fn keep_silent(&mut self, begin: Begin<'_>, reason: &str) -> Result<Outcome> {
        let Self { space, channel, reply, .. } = *self;
        let silent = Decided { inputs: Some(begin.inputs), ..self.decided("words", "stayed_silent", reason) };
        decisions::keep(space, channel, silent).await?;
        store::end(&space.db, reply, ReplyState::Silent, None).await?;
        self.tell(ReplyState::Silent, "");
        Ok(Outcome::Done)
    }

    async fn gone(&mut self, reason: &str) -> Result<Outcome> {
        let Self { space, channel, reply, .. } = *self;
        decisions::keep(space, channel, self.decided("present", "stayed_silent", reason)).await?;
        store::end(&space.db, reply, ReplyState::Silent, None).await?;
        self.tell(ReplyState::Silent, "");
        Ok(Outcome::Done)
    }

    /// Another try, or the end in sight of everybody.
    async fn fail(&mut self, task: &Task, cause: &ModelError) -> Result<Outcome> {
        let Self { space, channel, mind, reply, .. } = *self;
        let name = &mind.entity.name;
        tracing::warn!(%cause, ai = name, attempt = task.attempt, "a model did not answer");
        if cause.may_pass() && !task.is_last_try() {
            let after = match cause {
                ModelError::Refused { retry_after: Some(after), .. } => (*after).min(Duration::from_mins(1)),
                _ => Duration::from_millis(rand::random_range(400..900) * 3_u64.pow(task.attempt.unsigned_abs() - 1)),
            };
            self.notice = Some(format!("{name} lost the thread and begins again in a moment."));
            self.tell(ReplyState::Waiting, "");
            store::wait(&space.db, reply).await?;
            return Ok(Outcome::Retry(after));
        }
        let notice = could_not_answer(name);
        let failed = self.decided("model", "failed", &notice);
        decisions::keep(space, channel, Decided { cause: Some(&cause.to_string()), ..failed }).await?;
        store::end(&space.db, reply, ReplyState::Failed, Some(&notice)).await?;
        self.notice = Some(notice);
        self.tell(ReplyState::Failed, "");
        Ok(Outcome::Done)
    }
}
