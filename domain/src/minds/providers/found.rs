//! Servers of models that run on this machine: looked for when an admin wants to know, and offered, never used unasked.

use super::store;
use crate::accounts::admins_only;
use crate::minds::openai::{Endpoint, OpenAi};
use crate::{Result, Space};
use futures::future::join_all;
use model::{EntityId, FoundServer};
use std::time::Duration;

/// How long each of them may take to answer.
const GLANCE: Duration = Duration::from_millis(800);

/// Those that answer and are no provider yet. For admins.
pub async fn found(space: &Space, by: EntityId) -> Result<Vec<FoundServer>> {
    admins_only(space, by).await?;
    let known = store::all(&space.db).await?;
    let new =
        space.policy.local_servers.iter().filter(|url| known.iter().all(|one| one.provider.draft.base_url != **url));
    let looked = join_all(new.map(|url| look(url))).await;
    Ok(looked.into_iter().flatten().collect())
}

async fn look(base_url: &str) -> Option<FoundServer> {
    let client = OpenAi::new(&Endpoint::new(base_url, None, "")).ok()?;
    let models = tokio::time::timeout(GLANCE, client.models()).await.ok()?.ok()?;
    Some(FoundServer { name: name(base_url).to_owned(), base_url: base_url.to_owned(), models })
}

/// What usually listens there.
fn name(base_url: &str) -> &'static str {
    let port = reqwest::Url::parse(base_url).ok().and_then(|url| url.port());
    match port {
        Some(11_434) => "Ollama",
        Some(1_234) => "LM Studio",
        Some(8_000) => "vLLM",
        Some(8_080) => "llama.cpp",
        _ => "A model server",
    }
}
