//! Sessions as rows, for tower-sessions.

use app::visitor::ENTITY;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::sessions::{Lookup, digest, store};
use model::EntityId;
use serde_json::Value;
use sqlx::PgPool;
use std::collections::HashMap;
use time::OffsetDateTime;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

/// How long somebody stays logged in without coming back.
const STAYS: time::Duration = time::Duration::days(30);

/// The key of whose session it is, as they are now: read with each session's row and never kept in it.
pub(crate) const ME: &str = "me";

/// Keeps sessions in PostgreSQL under the digest of their id.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    db: PgPool,
    lookup: Lookup,
}

/// What the table holds in place of a session's id.
pub(crate) fn key(id: &Id) -> Vec<u8> {
    digest(&URL_SAFE_NO_PAD.encode(id.0.to_be_bytes()))
}

fn entity(data: &HashMap<String, Value>) -> Option<EntityId> {
    data.get(ENTITY).and_then(|value| serde_json::from_value(value.clone()).ok())
}

/// What goes into the row: all but what was read beside it.
fn kept(record: &Record) -> Result<Value> {
    let mut data = serde_json::to_value(&record.data).map_err(|cause| Error::Encode(cause.to_string()))?;
    if let Value::Object(data) = &mut data {
        data.remove(ME);
    }
    Ok(data)
}

fn backend(cause: domain::Error) -> Error {
    Error::Backend(cause.to_string())
}

#[async_trait]
impl SessionStore for Rows {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let data = kept(record)?;
        loop {
            let (id, who) = (key(&record.id), entity(&record.data));
            if store::insert(&self.db, &id, who, &data, record.expiry_date).await.map_err(backend)? {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let data = kept(record)?;
        store::update(&self.db, &key(&record.id), entity(&record.data), &data, record.expiry_date)
            .await
            .map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(found) = self.lookup.find(key(id)).await.map_err(backend)? else { return Ok(None) };
        let mut data: HashMap<String, Value> =
            serde_json::from_value(found.data).map_err(|cause| Error::Decode(cause.to_string()))?;
        if let Some(me) = found.me {
            data.insert(ME.to_owned(), serde_json::to_value(me).map_err(|cause| Error::Decode(cause.to_string()))?);
        }
        Ok(Some(Record { id: *id, data, expiry_date: found.expires }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        store::delete(&self.db, &key(id)).await.map_err(backend)
    }
}

/// The cookie: not for scripts, not for other sites' posts, and by https only where there is https.
pub(crate) fn layer(db: PgPool, https: bool) -> SessionManagerLayer<Rows> {
    SessionManagerLayer::new(Rows { lookup: Lookup::new(db.clone()), db })
        .with_name(if https { "__Host-session" } else { "session" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(STAYS))
}

/// Removes what has expired, once an hour.
pub(crate) async fn sweep(db: PgPool) {
    let mut hourly = tokio::time::interval(std::time::Duration::from_hours(1));
    loop {
        hourly.tick().await;
        match store::delete_expired(&db).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "expired sessions were removed"),
            Err(cause) => tracing::warn!(%cause, "expired sessions could not be removed"),
        }
    }
}

/// When a session was last written, for renewing it at most every ten minutes.
pub(crate) const RENEWED: &str = "renewed";
/// How long a session goes without being written.
pub(crate) const RENEW_AFTER: time::Duration = time::Duration::minutes(10);

/// Writes a session anew if that was long ago, which also moves its expiry and its cookie's.
pub(crate) async fn renew(
    session: &tower_sessions::Session,
) -> std::result::Result<(), tower_sessions::session::Error> {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let last: Option<i64> = session.get(RENEWED).await?;
    if last.is_none_or(|last| now - last >= RENEW_AFTER.whole_seconds()) {
        session.insert(RENEWED, now).await?;
    }
    Ok(())
}
