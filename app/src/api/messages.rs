//! Messages.

#[cfg(feature = "ssr")]
use super::accounts::go;
use crate::failure::Failure;
#[cfg(feature = "ssr")]
use crate::visitor::{me, space};
use leptos::prelude::*;
use model::{ChannelId, ClientKey, Decision, Message, MessageId, Page};

/// Posts a message. The same client key posts once.
#[server(prefix = "/api", endpoint = "messages/post")]
pub async fn post(
    channel: ChannelId,
    client_key: ClientKey,
    body: String,
    reply_to: Option<MessageId>,
) -> Result<Message, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    let draft = domain::messages::Draft { channel, client_key, body, reply_to };
    let message = domain::messages::post(&space, me.id, draft).await?;
    go(&format!("/rooms/{channel}"));
    Ok(message)
}

/// A page of history, oldest first: before a seq, after one, or the newest.
#[server(prefix = "/api", endpoint = "messages/history")]
pub async fn history(channel: ChannelId, before: Option<i64>, after: Option<i64>) -> Result<Page, Failure> {
    use domain::messages::Stretch;
    let (space, me) = (space()?, me()?);
    let stretch = match (before, after) {
        (Some(_), Some(_)) => {
            return Err(Failure(model::Problem::argument(
                "after",
                "Ask for messages before a seq or after one, not both.",
            )));
        }
        (Some(seq), None) => Stretch::Before(seq),
        (None, Some(seq)) => Stretch::After(seq),
        (None, None) => Stretch::Latest,
    };
    Ok(domain::messages::history(&space, me.id, channel, stretch).await?)
}

/// What the AIs of a channel made of a message.
#[server(prefix = "/api", endpoint = "messages/decisions")]
pub async fn decisions(channel: ChannelId, message: MessageId) -> Result<Vec<Decision>, Failure> {
    Ok(domain::minds::decisions(&space()?, me()?.id, channel, message).await?)
}
