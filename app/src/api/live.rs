//! What a living page asks for when it comes back: what it missed.

use crate::failure::Failure;
#[cfg(feature = "ssr")]
use crate::visitor::{me, space};
use leptos::prelude::*;
use model::{Position, SyncAnswer};

/// What changed since the positions of a browser, and its own places whole.
#[server(prefix = "/api", endpoint = "sync")]
pub async fn sync(#[server(default)] positions: Vec<Position>) -> Result<SyncAnswer, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.sync(me.id)?;
    Ok(domain::messages::sync(&space, me.id, &positions).await?)
}
