//! Members of the space, people and AIs alike.

use crate::failure::Failure;
#[cfg(feature = "ssr")]
use crate::visitor::{me, space};
use leptos::prelude::*;
use model::{Entity, EntityId};

/// Says that one is at it, not only that a page is open: who does nothing for a while is away.
#[server(prefix = "/api", endpoint = "people/active")]
#[allow(clippy::unused_async)]
pub async fn active() -> Result<(), Failure> {
    space()?.live.active(me()?.id);
    Ok(())
}

/// Members whose name holds these letters.
#[server(prefix = "/api", endpoint = "people/find")]
pub async fn find(#[server(default)] letters: String) -> Result<Vec<Entity>, Failure> {
    Ok(domain::entities::find(&space()?, me()?.id, &letters).await?)
}

/// Blocks a member: private contact ends, and their messages are hidden.
#[server(prefix = "/api", endpoint = "people/block")]
pub async fn block(member: EntityId) -> Result<(), Failure> {
    Ok(domain::entities::blocks::block(&space()?, me()?.id, member).await?)
}

/// Ends a block.
#[server(prefix = "/api", endpoint = "people/unblock")]
pub async fn unblock(member: EntityId) -> Result<(), Failure> {
    Ok(domain::entities::blocks::unblock(&space()?, me()?.id, member).await?)
}

/// Whom one has blocked.
#[server(prefix = "/api", endpoint = "people/blocked")]
pub async fn blocked() -> Result<Vec<Entity>, Failure> {
    Ok(domain::entities::blocks::blocked(&space()?, me()?.id).await?)
}
