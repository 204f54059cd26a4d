//! A reply towards everybody who watches: how it goes on, and how it ends.

use super::answering::{Asking, Failed, Written};
use super::budget::{
    self,
    store::{self as purse, Call, Spent},
};
use super::decisions;
use super::means::Means;
use super::provider::ModelError;
use super::reply::{Begin, blamed};
use super::store::{self, Begun, Decided, Mind};
use crate::memory::forgetting;
use crate::tasks::{Outcome, Task};
use crate::{Error, Result, Space, channels, messages, tasks};
use model::{ChannelId, ClientKey, Message, MessageId, ReplyId, ReplyState, Writing};
use serde_json::Value;
use std::time::{Duration, Instant};

/// How long it is waited for a provider that asks for it.
const SOON: Duration = Duration::from_mins(1);

/// What takes longer than that is told in no minutes.
const LONGEST: Duration = Duration::from_hours(1);

/// What counts as a moment.
const A_MOMENT: Duration = Duration::from_secs(5);

/// What people are told when nothing came.
pub(super) fn could_not_answer(name: &str) -> String {
    format!("{name} could not answer: the model did not respond. Ask again in a little while.")
}

/// What they are told when the process ended each time.
pub(super) fn was_interrupted(name: &str) -> String {
    format!("{name} could not answer: it was interrupted again and again. Ask again in a little while.")
}

/// After how long the first of what has failed so can be asked again; `soon`: where it does not say.
fn again_after<'a>(causes: impl Iterator<Item = &'a ModelError>, soon: Duration) -> Option<Duration> {
    causes.filter(|cause| cause.is_worth_a_try()).map(|cause| cause.asks_for().unwrap_or(soon)).min()
}

/// Ends what may have been begun, without a word, in sight of everybody.
pub(super) async fn withdraw(space: &Space, mind: &Mind, trigger: &Message) -> Result<()> {
    let Message { id: trigger, seq, channel, .. } = *trigger;
    if let Some(reply) = store::give_up(&space.db, mind.entity.id, trigger).await? {
        let (entity, state) = (mind.entity.clone(), ReplyState::Silent);
        let text = String::new();
        space.live.grow(Writing { reply, channel, entity, trigger, seq, state, offset: 0, text, notice: None });
    }
    purse::free(&space.db, mind.entity.id, trigger.0).await?;
    Ok(())
}

/// Tells everybody that an AI which was called has nothing to think with; `cause`: why, for admins.
pub(super) async fn cannot_think(
    space: &Space,
    mind: &Mind,
    message: &Message,
    up_to: i64,
    (cause, inputs): (&str, &Value),
) -> Result<()> {
    let Message { id: trigger, seq, channel, .. } = *message;
    let notice =
        format!("{} cannot answer: it has nothing to think with. An admin has to look at it.", mind.entity.name);
    let Some(begun) = store::begin(&space.db, mind.entity.id, channel, trigger, up_to).await? else { return Ok(()) };
    let (outcome, cause, inputs) = ("failed", Some(cause), Some(inputs));
    let decided = Decided { mind, trigger, gate: "model", outcome, reason: &notice, cause, inputs };
    decisions::keep(space, channel, decided).await?;
    let state = ReplyState::Failed;
    store::end(&space.db, begun.reply, state, Some(&notice)).await?;
    purse::free(&space.db, mind.entity.id, trigger.0).await?;
    let (reply, entity, text) = (begun.reply, mind.entity.clone(), String::new());
    space.live.grow(Writing { reply, channel, entity, trigger, seq, state, offset: 0, text, notice: Some(notice) });
    Ok(())
}

/// One reply that is on its way.
pub(super) struct Telling<'a> {
    pub space: &'a Space,
    pub mind: &'a Mind,
    pub reply: ReplyId,
    channel: ChannelId,
    trigger: MessageId,
    seq: i64,
    call: Call,
    /// What decided, as it is kept.
    inputs: &'a Value,
    /// What wrote it, for the record.
    means: Option<&'a Means>,
    /// How others failed that were asked before, for admins.
    pub stumbled: Option<String>,
    since: Instant,
    /// How many bytes of the text were told.
    pub told: usize,
    /// Whether words are not told before they stand.
    pub unseen: bool,
    notice: Option<String>,
}

impl<'a> Telling<'a> {
    /// A reply that begins now.
    pub fn of(space: &'a Space, begin: Begin<'a>, reply: ReplyId, call: Call) -> Self {
        let Begin { mind, inputs, trigger: &Message { id: trigger, seq, channel, .. }, .. } = begin;
        Self {
            space,
            mind,
            reply,
            channel,
            trigger,
            seq,
            call,
            inputs,
            means: None,
            stumbled: None,
            since: Instant::now(),
            told: 0,
            unseen: false,
            notice: None,
        }
    }

    /// Notes what has written it.
    pub const fn thought_with(&mut self, means: &'a Means) {
        self.means = Some(means);
    }

    /// What a call of one of the means has taken by now, as it is kept while it goes on.
    pub fn open(&self, means: &Means, (tokens_in, tokens_out): (u32, u32), took: Duration) -> Value {
        Spent { call: self.call, means, tokens_in, tokens_out, first_word: None, took, unsaid: false }.open()
    }

    /// Records that one of the means came to nothing.
    pub async fn failed(&self, means: &Means, failed: &Failed, took: Duration) -> Result<()> {
        let Failed { tokens_in, tokens_out, .. } = *failed;
        let spent = Spent { call: self.call, means, tokens_in, tokens_out, first_word: None, took, unsaid: false };
        purse::fail(&self.space.db, spent).await
    }

    /// Whether the purses hold so many tokens that one of the means reads, and the longest answer; it is set aside then.
    pub async fn can_pay(&self, means: &Means, tokens: usize) -> Result<bool> {
        let short = budget::reserve(self.space, self.mind, self.call, tokens, &mut vec![means.clone()]).await?;
        Ok(short.is_none())
    }

    /// Tells the words that are new, if there are any.
    pub fn tell_words(&mut self, text: &str) {
        if text.len() > self.told && !self.unseen {
            self.tell(ReplyState::Streaming, text);
        }
    }

    /// Tells what it waits for.
    pub fn wait(&mut self, notice: String) {
        self.notice = Some(notice);
        self.tell(ReplyState::Waiting, "");
        self.notice = None;
    }

    /// Tells the state and what is new in the text.
    pub fn tell(&mut self, state: ReplyState, text: &str) {
        let offset = self.told.min(text.len());
        self.told = text.len();
        self.space.live.grow(Writing {
            reply: self.reply,
            channel: self.channel,
            entity: self.mind.entity.clone(),
            trigger: self.trigger,
            seq: self.seq,
            state,
            offset,
            text: text[offset..].to_owned(),
            notice: self.notice.clone(),
        });
    }

    /// What it has taken.
    fn spent(&self, written: &Written) -> Option<Spent<'a>> {
        self.means.map(|means| Spent {
            call: self.call,
            means,
            tokens_in: written.tokens_in,
            tokens_out: written.tokens_out,
            first_word: written.first_word,
            took: self.since.elapsed(),
            unsaid: false,
        })
    }

    /// Posts the reply: message, state, decision, usage and the task's end in one transaction, so it happens once or not at all.
    /// Where somebody has come in since who may not hear it, it is written anew.
    pub async fn post(
        &mut self,
        task: &Task,
        begin: Begin<'_>,
        begun: &Begun,
        written: Written,
        asking: &Asking<'_>,
    ) -> Result<Outcome> {
        let Self { space, mind, reply, channel, .. } = *self;
        let Begin { trigger, reason, inputs, again, .. } = begin;
        let spent = self.spent(&written);
        let stopped = written.stopped_by.as_ref().map(|who| format!("{reason} {who} stopped it."));
        let client_key = ClientKey(reply.0);
        let (body, reply_to) = (written.text, Some(trigger.id));
        let draft = messages::Draft { channel, client_key, body, reply_to, off_record: trigger.off_record };
        let telling = space.live.expect(channel);
        let mut prepared = match messages::prepare(space, mind.entity.id, draft).await {
            Ok(prepared) => prepared,
            Err(Error::Refused(problem)) => return self.gone(spent, &problem.message).await,
            Err(cause) => return Err(cause),
        };
        let mut work = space.db.begin().await?;
        let rests = !asking.reminded.is_nothing();
        if rests {
            forgetting::wait(&mut work).await?;
        }
        let Some(mut numbered) = messages::insert(space, &mut work, &mut prepared).await? else {
            work.rollback().await?;
            let reason = match channels::store::channel_state(&space.db, channel).await? {
                Some((place, _)) if place.archived_at.is_some() => {
                    format!("{} stayed quiet: this was archived before the answer was finished.", mind.entity.name)
                }
                _ => format!("{} left before the answer was finished.", mind.entity.name),
            };
            return self.gone(spent, &reason).await;
        };
        if !asking.rests.hold(store::company(&mut *work, channel).await?) {
            work.rollback().await?;
            if let Some(spent) = spent {
                purse::fail(&space.db, spent).await?;
            }
            let cause = ModelError::NewCompany;
            return self.fail(task, &[(cause.to_string(), cause)]).await;
        }
        // It may have been taken off the record while it was answered.
        numbered.3 = numbered.3 || messages::follow(&mut work, prepared.id, Some(trigger.id), &asking.shown).await?;
        let replaced = match (begun.replaces, &begun.asked_by) {
            (Some(before), Some((asker, _))) => messages::replaced(&mut work, channel, before, *asker).await?,
            _ => false,
        };
        store::reminded(&mut work, mind.entity.id, trigger.id, &asking.reminded).await?;
        if rests {
            forgetting::follow(&mut work, prepared.id, trigger.id).await?;
        }
        store::spoke(
            &mut work,
            reply,
            (mind.entity.id, channel),
            trigger.id,
            (stopped.as_deref().unwrap_or(reason), self.stumbled.as_deref()),
            inputs,
        )
        .await?;
        if let Some(spent) = spent {
            purse::settle(&mut *work, spent).await?;
        }
        tasks::store::finish(&mut *work, task.id, task.owner).await?;
        if again || task.attempt > 1 {
            store::ask_again(&mut *work, mind.entity.id, channel).await?;
        }
        work.commit().await?;
        if replaced {
            // Several rows have changed: they are read in their order.
            telling.untold();
        } else {
            telling.tell(messages::told(&prepared.numbered(numbered)));
        }
        decisions::tell(space, channel, trigger.id).await?;
        if again || prepared.considering().next().is_some() {
            space.ring();
        }
        self.tell(ReplyState::Done, "");
        Ok(Outcome::Settled)
    }

    fn decided<'b>(&'b self, gate: &'b str, outcome: &'b str, reason: &'b str) -> Decided<'b> {
        let trigger = self.trigger;
        Decided { mind: self.mind, trigger, gate, outcome, reason, cause: None, inputs: Some(self.inputs) }
    }

    /// Ends without a word; `written`: what the model said all the same.
    pub async fn keep_silent(&mut self, reason: &str, written: Option<&Written>) -> Result<Outcome> {
        let spent = written.and_then(|written| self.spent(written)).map(|spent| Spent { unsaid: true, ..spent });
        self.end(self.decided("words", "stayed_silent", reason), spent).await?;
        self.tell(ReplyState::Silent, "");
        Ok(Outcome::Done)
    }

    async fn gone(&mut self, spent: Option<Spent<'_>>, reason: &str) -> Result<Outcome> {
        self.end(self.decided("present", "stayed_silent", reason), spent).await?;
        self.tell(ReplyState::Silent, "");
        Ok(Outcome::Done)
    }

    /// Keeps how it ended, and what it took.
    async fn end(&self, decided: Decided<'_>, spent: Option<Spent<'_>>) -> Result<()> {
        let (db, call) = (&self.space.db, self.call);
        decisions::keep(self.space, self.channel, decided).await?;
        match spent {
            Some(spent) => purse::settle(db, spent).await?,
            None => purse::free(db, call.entity, call.id).await?,
        }
        store::end(db, self.reply, ReplyState::Silent, None).await
    }

    /// Another try, or the end in sight of everybody.
    pub async fn fail(&mut self, task: &Task, causes: &[(String, ModelError)]) -> Result<Outcome> {
        let Self { space, mind, reply, channel, call, .. } = *self;
        let name = &mind.entity.name;
        let cause = blamed(causes);
        tracing::warn!(cause, ai = name, attempt = task.attempt, "an AI found no words");
        // The first that can be asked again says when; nobody waits for what comes in an hour.
        let soon = Duration::from_millis(rand::random_range(400..900) * 3_u64.pow(task.attempt.unsigned_abs() - 1));
        let after = again_after(causes.iter().map(|(_, cause)| cause), soon);
        if let Some(after) = after.filter(|after| *after <= SOON && !task.is_last_try()) {
            self.wait(if after > A_MOMENT {
                format!("{name} is to wait a little, and begins again in about {} seconds.", after.as_secs())
            } else {
                format!("{name} lost the thread and begins again in a moment.")
            });
            store::wait(&space.db, reply).await?;
            return Ok(Outcome::Retry(after));
        }
        let notice = match after.filter(|after| *after > SOON) {
            Some(after) if after > LONGEST => format!(
                "{name} cannot answer now: what it thinks with asks for a rest of more than an hour. Ask again later today."
            ),
            Some(after) => format!(
                "{name} cannot answer now: what it thinks with asks for a rest of about {} minutes. Ask again then.",
                after.as_secs().div_ceil(60)
            ),
            None if !causes.is_empty() && causes.iter().all(|(_, cause)| !cause.may_pass()) => {
                format!("{name} could not answer: what it thinks with refuses to. An admin has to look at it.")
            }
            None => could_not_answer(name),
        };
        let failed = self.decided("model", "failed", &notice);
        decisions::keep(space, channel, Decided { cause: Some(&cause), ..failed }).await?;
        purse::free(&space.db, call.entity, call.id).await?;
        store::end(&space.db, reply, ReplyState::Failed, Some(&notice)).await?;
        self.notice = Some(notice);
        self.tell(ReplyState::Failed, "");
        Ok(Outcome::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_for_a_long_rest_does_not_keep_the_others_waiting() {
        let refused = |status, seconds: Option<u64>| ModelError::Refused {
            status,
            text: String::new(),
            retry_after: seconds.map(Duration::from_secs),
        };
        let soon = Duration::from_millis(600);
        let after = |causes: &[ModelError]| again_after(causes.iter(), soon);
        assert_eq!(after(&[refused(429, Some(3_600)), refused(500, None)]), Some(soon));
        assert_eq!(after(&[refused(429, Some(3_600)), refused(503, Some(20))]), Some(Duration::from_secs(20)));
        assert_eq!(after(&[refused(429, Some(3_600))]), Some(Duration::from_hours(1)));
        assert_eq!(after(&[refused(401, Some(5)), ModelError::Wordless]), None);
    }
}
