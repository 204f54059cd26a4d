//! What people have a say in: an answer can be stopped while it is written, and another one asked for in its place.

use super::store::{self, Decided};
use super::{budget, decisions};
use crate::channels::store::Seat;
use crate::entities::blocks;
use crate::error::not_found;
use crate::{Result, Space, channels, messages};
use model::{
    Channel, ChannelId, ChannelKind, Code, EntityId, EntityKind, Message, MessageId, MessageKind, Problem, ReplyId,
    ReplyState,
};

/// A channel with the seat of a member who asks something of its AIs. For everybody else it does not exist.
async fn seated(space: &Space, who: EntityId, channel: ChannelId) -> Result<(Channel, Seat)> {
    match channels::store::channel_for(&space.db, channel, who).await? {
        Some((channel, Some(seat))) => Ok((channel, seat)),
        Some((found, None)) if found.kind == ChannelKind::Room => Err(channels::not_a_member().into()),
        _ => Err(not_found("room")),
    }
}

/// A message that is to be read from a seat.
async fn readable(space: &Space, seat: &Seat, channel: ChannelId, id: MessageId) -> Result<Message> {
    let found = messages::store::one(&space.db, channel, id).await?.filter(|message| message.seq >= seat.visible_from);
    found.ok_or_else(|| not_found("message"))
}

/// An answer is the affair of whoever asked and of those who moderate; in a private chat of both.
async fn concerns(space: &Space, who: EntityId, (channel, seat): &(Channel, Seat), question: &Message) -> Result<()> {
    let may = question.author.id == who
        || channel.kind == ChannelKind::Chat
        || messages::moderates(&space.db, who, channel, seat).await?;
    let refusal = || Problem::new(Code::NotYours, "Only who asked, or an admin, has a say in this answer.");
    may.then_some(()).ok_or_else(|| refusal().into())
}

/// Stops an answer on its way, within about a second: what is written by then is posted. One that is over stays as it is.
///
/// Refuses with `not_found`, `not_a_member`, `not_yours`.
pub async fn stop(space: &Space, who: EntityId, channel: ChannelId, reply: ReplyId) -> Result<()> {
    let place = seated(space, who, channel).await?;
    let question = store::trigger_of(&space.db, channel, reply).await?.ok_or_else(|| not_found("answer"))?;
    let question = readable(space, &place.1, channel, question).await?;
    concerns(space, who, &place, &question).await?;
    let open = store::open(&space.db, channel).await?.into_iter().find(|one| one.reply == reply);
    if !store::stop(&space.db, reply, who).await? {
        return Ok(());
    }
    // Nobody was at it: it waited for another try.
    let Some(writing) = open else { return Ok(()) };
    budget::store::free(&space.db, writing.entity.id, question.id.0).await?;
    // What was said meanwhile does not wait for what is not waited for any more.
    store::ask_again(&space.db, writing.entity.id, channel).await?;
    space.ring();
    if let Some(mind) = store::mind(&space.db, writing.entity.id, channel).await? {
        let reason = format!("{} was stopped before it began again.", mind.entity.name);
        let (gate, outcome) = ("stopped", "stayed_silent");
        let decided =
            Decided { mind: &mind, trigger: question.id, gate, outcome, reason: &reason, cause: None, inputs: None };
        decisions::keep(space, channel, decided).await?;
    }
    space.live.grow(model::Writing { state: ReplyState::Silent, offset: 0, text: String::new(), ..writing });
    Ok(())
}

/// Refuses to have a message asked anew that is just being answered, with `invalid_argument`: it would be answered twice, or
/// what was read before it was changed would be the answer.
pub async fn refuse_while_answered(space: &Space, who: EntityId, channel: ChannelId, message: MessageId) -> Result<()> {
    seated(space, who, channel).await?;
    let open = store::open(&space.db, channel).await?;
    let Some(writing) = open.into_iter().find(|one| one.trigger == message && !one.state.is_over()) else {
        return Ok(());
    };
    let message = format!(
        "{} is answering this right now. Stop it, or wait for its answer, then ask again.",
        writing.entity.name
    );
    Err(Problem::argument("again", message).into())
}

/// Asks for another answer: by an AI's message in place of that one, by a question's from every AI that it
/// names, or else from all that have answered it. The new answer takes the old one's place when it is posted; if none comes, the old one stays.
///
/// Refuses with `not_found`, `not_a_member`, `not_yours`, `archived`, `quota_reached`, `contact_refused`, `invalid_argument`.
pub async fn again(space: &Space, who: EntityId, channel: ChannelId, message: MessageId) -> Result<()> {
    let place = seated(space, who, channel).await?;
    let (channel, seat) = &place;
    let asked = readable(space, seat, channel.id, message).await?;
    let wrong = |why: &str| Err(Problem::argument("message", why).into());
    if asked.kind == MessageKind::System || asked.deletion.is_some() {
        return wrong("There is nothing to be answered in this line.");
    }
    let (question, answer) = match (asked.author.kind, asked.reply_to) {
        (EntityKind::Human, _) => (asked, None),
        (EntityKind::Ai, Some(question)) => (readable(space, seat, channel.id, question).await?, Some(asked)),
        (EntityKind::Ai, None) => return wrong("This answers nobody. Write an answer to it instead."),
    };
    concerns(space, who, &place, &question).await?;
    if channel.archived_at.is_some() {
        return Err(Problem::new(Code::Archived, "This is archived. Nothing more is answered in it.").into());
    }
    if question.deletion.is_some() {
        return wrong("The question was deleted. Ask it anew.");
    }
    // An answer costs what one to a new message does.
    messages::refuse_used_up(space, who).await?;
    let by = answer.as_ref().map(|answer| answer.author.id);
    let whom = store::concerned(&space.db, channel.id, question.id, by).await?;
    if whom.is_empty() {
        return wrong("No AI that is here has answered this. Call one by its @name.");
    }
    if channel.kind == ChannelKind::Chat {
        blocks::refuse_contact(&space.db, who, &whom).await?;
    }
    store::refuse_asleep(&space.db, &whom).await?;
    let mut work = space.db.begin().await?;
    for ai in whom {
        store::answer_again(&mut work, ai, &question, answer.as_ref().map(|answer| answer.id), who).await?;
    }
    work.commit().await?;
    space.ring();
    Ok(())
}
