//! Messages.

#[cfg(feature = "ssr")]
use super::accounts::go;
use crate::failure::Failure;
#[cfg(feature = "ssr")]
use crate::visitor::{me, space, visitor};
use leptos::prelude::*;
use model::{ChannelId, ClientKey, Decision, Message, MessageId, Page, ReplyId};

/// Where a message stands, in its talk.
#[cfg(feature = "ssr")]
fn place(message: &Message) -> String {
    format!("/rooms/{}?at={}#m{}", message.channel, message.seq, message.seq)
}

/// Posts a message. The same client key posts once.
#[server(prefix = "/api", endpoint = "messages/post")]
pub async fn post(
    channel: ChannelId,
    client_key: ClientKey,
    body: String,
    reply_to: Option<MessageId>,
    #[server(default)] off_record: bool,
) -> Result<Message, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    let draft = domain::messages::Draft { channel, client_key, body, reply_to, off_record };
    let message = domain::messages::post(&space, me.id, draft).await?;
    if visitor().navigates {
        // Without a script nothing else says that one has read it. Posted it is whatever becomes of this.
        let _ = domain::channels::read(&space, me.id, channel, message.seq).await;
    }
    go(&format!("/rooms/{channel}"));
    Ok(message)
}

/// A page of history, oldest first: before a seq, after one, around one, or the newest.
#[server(prefix = "/api", endpoint = "messages/history")]
pub async fn history(
    channel: ChannelId,
    before: Option<i64>,
    after: Option<i64>,
    around: Option<i64>,
) -> Result<Page, Failure> {
    use domain::messages::Stretch;
    let (space, me) = (space()?, me()?);
    let stretch = match (before, after, around) {
        (Some(seq), None, None) => Stretch::Before(seq),
        (None, Some(seq), None) => Stretch::After(seq),
        (None, None, Some(seq)) => Stretch::Around(seq),
        (None, None, None) => Stretch::Latest,
        _ => {
            let message = "Ask for messages before a seq, after one or around one: one of the three.";
            return Err(Failure(model::Problem::argument("after", message)));
        }
    };
    Ok(domain::messages::history(&space, me.id, channel, stretch).await?)
}

/// What the AIs of a channel made of a message.
#[server(prefix = "/api", endpoint = "messages/decisions")]
pub async fn decisions(channel: ChannelId, message: MessageId) -> Result<Vec<Decision>, Failure> {
    Ok(domain::minds::decisions(&space()?, me()?.id, channel, message).await?)
}

/// Changes the words of one's own message; with `again`, the AIs that answered it or are named in it answer anew.
#[server(prefix = "/api", endpoint = "messages/edit")]
pub async fn edit(
    channel: ChannelId,
    message: MessageId,
    body: String,
    #[server(default)] again: bool,
) -> Result<Message, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    if again {
        domain::minds::refuse_while_answered(&space, me.id, channel, message).await?;
    }
    let message = domain::messages::edit(&space, me.id, channel, message, &body).await?;
    if again {
        domain::minds::again(&space, me.id, channel, message.id).await?;
    }
    go(&place(&message));
    Ok(message)
}

/// Asks for another answer: to a question, or in place of an AI's message.
#[server(prefix = "/api", endpoint = "messages/again")]
pub async fn again(channel: ChannelId, message: MessageId) -> Result<(), Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    domain::minds::refuse_while_answered(&space, me.id, channel, message).await?;
    domain::minds::again(&space, me.id, channel, message).await?;
    go(&format!("/rooms/{channel}"));
    Ok(())
}

/// Stops an answer on its way; what is written by then is posted.
#[server(prefix = "/api", endpoint = "replies/stop")]
pub async fn stop(channel: ChannelId, reply: ReplyId) -> Result<(), Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    domain::minds::stop(&space, me.id, channel, reply).await?;
    go(&format!("/rooms/{channel}"));
    Ok(())
}

/// Empties one's own message, or, with a reason, somebody else's where one moderates.
#[server(prefix = "/api", endpoint = "messages/delete")]
pub async fn delete(channel: ChannelId, message: MessageId, #[server(default)] why: String) -> Result<(), Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    let trace = domain::messages::delete(&space, me.id, channel, message, &why).await?;
    go(&place(&trace));
    Ok(())
}

/// Reacts to a message with an emoji, or no longer.
#[server(prefix = "/api", endpoint = "messages/react")]
pub async fn react(channel: ChannelId, message: MessageId, emoji: String, on: bool) -> Result<Message, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    let message = domain::messages::react(&space, me.id, channel, message, &emoji, on).await?;
    go(&place(&message));
    Ok(message)
}

/// Pins a message in its channel, or takes it down.
#[server(prefix = "/api", endpoint = "messages/pin")]
pub async fn pin(channel: ChannelId, message: MessageId, pinned: bool) -> Result<Message, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    let message = domain::messages::pin(&space, me.id, channel, message, pinned).await?;
    go(&place(&message));
    Ok(message)
}

/// Takes a stretch of a talk off the record, or puts one's own words in it back on.
#[server(prefix = "/api", endpoint = "messages/record")]
pub async fn record(channel: ChannelId, from: i64, to: Option<i64>, off_record: bool) -> Result<(), Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    domain::messages::record(&space, me.id, channel, (from, to.unwrap_or(from)), off_record).await?;
    go(&format!("/rooms/{channel}?at={from}#m{from}"));
    Ok(())
}

/// What is pinned in a channel, the newest first.
#[server(prefix = "/api", endpoint = "messages/pinned")]
pub async fn pinned(channel: ChannelId) -> Result<Vec<Message>, Failure> {
    Ok(domain::messages::pinned(&space()?, me()?.id, channel).await?)
}
