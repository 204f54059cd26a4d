//! What a living page asks for: catching up, reading positions, who writes.

use crate::failure::Failure;
#[cfg(feature = "ssr")]
use crate::visitor::{me, space};
use leptos::prelude::*;
use model::{ChannelId, Position, SyncAnswer};

/// What changed since the positions of a browser, and its own places whole.
#[server(prefix = "/api", endpoint = "sync")]
pub async fn sync(#[server(default)] positions: Vec<Position>) -> Result<SyncAnswer, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.sync(me.id)?;
    Ok(domain::messages::sync(&space, me.id, &positions).await?)
}

/// Keeps how far somebody has read. It never moves back.
#[server(prefix = "/api", endpoint = "channels/read")]
pub async fn read(channel: ChannelId, up_to: i64) -> Result<(), Failure> {
    Ok(domain::channels::read(&space()?, me()?.id, channel, up_to).await?)
}

/// Tells the others that somebody writes.
#[server(prefix = "/api", endpoint = "channels/typing")]
pub async fn typing(channel: ChannelId) -> Result<(), Failure> {
    let (space, me) = (space()?, me()?);
    // Others know already: saying it again more often is no mistake, only of no use.
    if space.pace.typing(me.id).is_err() {
        return Ok(());
    }
    Ok(domain::channels::typing(&space, me.id, channel).await?)
}
