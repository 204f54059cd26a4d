//! `server import FILE`: a conversation that was had elsewhere becomes a room.

use crate::config::Config;
use crate::database;
use crate::serve::{Stopped, policy};
use domain::Space;
use domain::channels::history::{self, History};
use domain::minds::Minds;
use std::path::PathBuf;

/// Imports a file and prints what came of it, whether or not the server runs.
pub async fn import(config: Config, file: PathBuf) -> Result<(), Stopped> {
    let refused = |what: String| Stopped::Refused(format!("{} was not imported: {what}", file.display()));
    let text = std::fs::read(&file).map_err(|cause| refused(format!("it cannot be read ({cause}).")))?;
    // Some editors begin a file with a mark of its encoding.
    let json = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let history: History = serde_json::from_slice(json)
        .map_err(|cause| refused(format!("it is no conversation as docs/import.md describes it ({cause}).")))?;
    let opened = database::open(&config).await?;
    let done = async {
        let db = domain::database::connect(opened.options, config.database_connections)
            .await
            .map_err(|cause| refused(format!("the database does not answer ({cause}).")))?;
        domain::database::migrate(&db).await?;
        let space = Space::new(db, policy(&config, false), Minds::none());
        let imported = history::import(&space, history).await;
        space.db.close().await;
        imported.map_err(|cause| refused(cause.problem().message))
    };
    let done = done.await;
    if let Some(embedded) = opened.embedded {
        embedded.leave().await;
    }
    let imported = done?;
    println!(
        "{} messages of {} members, {} of whom nobody here is, are a room now: bring AIs into it, and they remember it.",
        imported.messages, imported.authors, imported.gone
    );
    Ok(())
}
