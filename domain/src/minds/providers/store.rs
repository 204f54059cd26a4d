//! The tables `providers`, `fallbacks` and `prices`.

use super::seal::Seal;
use crate::minds::openai::Endpoint;
use crate::{Result, entities};
use model::{Dialect, EntityId, Price, Provider, ProviderDraft, ProviderId, Tried, Way, limits};
use secrecy::SecretString;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgExecutor, PgPool, Row};
use std::time::Duration;

/// A provider with what only the server may know of it.
pub(in crate::minds) struct Known {
    pub provider: Provider,
    pub sealed: Option<Vec<u8>>,
    /// Raised at each change.
    pub version: i32,
}

impl FromRow<'_, PgRow> for Known {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let sealed: Option<Vec<u8>> = row.try_get("key")?;
        let draft = ProviderDraft {
            name: row.try_get("name")?,
            base_url: row.try_get("base_url")?,
            dialect: Dialect::named(row.try_get("dialect")?).unwrap_or_default(),
            api_version: row.try_get("api_version")?,
            model: row.try_get("model")?,
            patience_s: row.try_get("patience_s")?,
            free: row.try_get("free")?,
        };
        let provider = Provider {
            id: ProviderId(row.try_get("id")?),
            draft,
            has_key: sealed.is_some(),
            preferred: row.try_get("preferred")?,
            models: row.try_get("models")?,
            tried_at: row.try_get("tried_at")?,
            tried: row.try_get("tried")?,
            rests_s: 0,
            key_lost: false,
            used_by: row.try_get("used_by")?,
        };
        Ok(Self { provider, sealed, version: row.try_get("version")? })
    }
}

impl Known {
    /// What a key is sealed for: another provider, or the same one at another address, cannot have it.
    pub fn purpose(id: ProviderId, base_url: &str) -> String {
        format!("{id} {base_url}")
    }

    /// Where it is asked. `None` where its key cannot be opened: the space's secret is another one than when it was given.
    pub fn endpoint(&self, seal: &Seal) -> Option<Endpoint> {
        let draft = &self.provider.draft;
        let key: Option<SecretString> = match &self.sealed {
            Some(sealed) => Some(seal.open(sealed, &Self::purpose(self.provider.id, &draft.base_url))?),
            None => None,
        };
        Some(Endpoint {
            base_url: draft.base_url.clone(),
            key,
            model: draft.model.clone(),
            dialect: draft.dialect,
            api_version: draft.api_version.clone(),
            patience: Duration::from_secs(u64::from(draft.patience_s.unsigned_abs())),
        })
    }
}

macro_rules! providers {
    ($rest:literal) => {
        concat!(
            "select p.*, array(
                select e.name from minds d join entities e on e.id = d.entity_id
                where d.retired_at is null and (d.provider_id = p.id or exists (
                    select from fallbacks f where f.entity_id = d.entity_id and f.provider_id = p.id))
                order by e.name_key) as used_by
             from providers p ",
            $rest
        )
    };
}

/// All of them, the preferred one first.
pub(in crate::minds) async fn all(db: impl PgExecutor<'_>) -> Result<Vec<Known>> {
    Ok(sqlx::query_as(providers!("order by p.preferred desc, p.created_at")).fetch_all(db).await?)
}

pub(super) async fn one(db: impl PgExecutor<'_>, id: ProviderId) -> Result<Option<Known>> {
    Ok(sqlx::query_as(providers!("where p.id = $1")).bind(id.0).fetch_optional(db).await?)
}

/// Whether AIs that name no provider think with one of these.
pub(in crate::minds) async fn is_any_preferred(db: &PgPool) -> Result<bool> {
    let (found,) = sqlx::query_as("select exists (select from providers where preferred)").fetch_one(db).await?;
    Ok(found)
}

/// Adds a provider. Breaks `providers_name_taken`.
pub(super) async fn insert(
    db: &PgPool,
    id: ProviderId,
    draft: &ProviderDraft,
    sealed: Option<Vec<u8>>,
    preferred: bool,
) -> Result<()> {
    sqlx::query(
        "insert into providers (id, name, name_key, base_url, dialect, api_version, model, patience_s, free, key, preferred)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 and not exists (select from providers where preferred))",
    )
    .bind(id.0)
    .bind(&draft.name)
    .bind(entities::key(&draft.name))
    .bind(&draft.base_url)
    .bind(draft.dialect.as_str())
    .bind(&draft.api_version)
    .bind(&draft.model)
    .bind(draft.patience_s)
    .bind(draft.free)
    .bind(sealed)
    .bind(preferred)
    .execute(db)
    .await?;
    Ok(())
}

/// Changes a provider. `sealed`: its key from now on. Breaks `providers_name_taken`.
pub(super) async fn update(db: &PgPool, id: ProviderId, draft: &ProviderDraft, sealed: Option<Vec<u8>>) -> Result<()> {
    sqlx::query(
        "update providers set name = $2, name_key = $3, base_url = $4, dialect = $5, api_version = $6, model = $7,
                patience_s = $8, free = $9, key = $10, version = version + 1,
                models = case when base_url = $4 then models else '{}' end where id = $1",
    )
    .bind(id.0)
    .bind(&draft.name)
    .bind(entities::key(&draft.name))
    .bind(&draft.base_url)
    .bind(draft.dialect.as_str())
    .bind(&draft.api_version)
    .bind(&draft.model)
    .bind(draft.patience_s)
    .bind(draft.free)
    .bind(sealed)
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a provider out. Breaks `minds_provider` and `fallbacks_provider` where an AI names it.
pub(super) async fn remove(db: &PgPool, id: ProviderId) -> Result<bool> {
    Ok(sqlx::query("delete from providers where id = $1").bind(id.0).execute(db).await?.rows_affected() > 0)
}

/// Has AIs that name no provider think with this one; without one, with what the space is configured with.
pub(super) async fn prefer(db: &PgPool, id: Option<ProviderId>) -> Result<bool> {
    let mut work = db.begin().await?;
    sqlx::query("update providers set preferred = false where preferred").execute(&mut *work).await?;
    let found = match id {
        Some(id) => {
            let done = sqlx::query("update providers set preferred = true where id = $1").bind(id.0);
            done.execute(&mut *work).await?.rows_affected() > 0
        }
        None => true,
    };
    if found {
        work.commit().await?;
    }
    Ok(found)
}

/// Keeps what came of trying one.
pub(super) async fn tried(db: &PgPool, id: ProviderId, tried: &Tried) -> Result<()> {
    sqlx::query(
        "update providers set tried_at = now(), tried = $2, models = case when $3 = '{}'::text[] then models else $3 end,
                version = version + case when $4 then 1 else 0 end
         where id = $1",
    )
    .bind(id.0)
    .bind(&tried.message)
    .bind(&tried.models)
    // One that answers is left alone no longer, on no node.
    .bind(tried.ok)
    .execute(db)
    .await?;
    Ok(())
}

/// Sets what an AI thinks with where its first choice fails. Breaks `fallbacks_provider`.
pub(in crate::minds) async fn set_fallbacks(db: &mut PgConnection, id: EntityId, ways: &[Way]) -> Result<()> {
    sqlx::query("delete from fallbacks where entity_id = $1").bind(id.0).execute(&mut *db).await?;
    for (place, way) in (1_i16..).zip(ways) {
        sqlx::query("insert into fallbacks (entity_id, place, provider_id, model) values ($1, $2, $3, $4)")
            .bind(id.0)
            .bind(place)
            .bind(way.provider.map(|id| id.0))
            .bind(way.model.as_deref().map(limits::trimmed))
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// What every model costs, as far as it is known, by name.
pub(in crate::minds) async fn prices(db: impl PgExecutor<'_>) -> Result<Vec<Price>> {
    let rows: Vec<(String, i64, i64)> =
        sqlx::query_as("select model, input, output from prices order by model").fetch_all(db).await?;
    Ok(rows.into_iter().map(|(model, input, output)| Price { model, input, output }).collect())
}

/// Sets what a model costs.
pub(super) async fn set_price(db: &PgPool, price: &Price) -> Result<()> {
    sqlx::query(
        "insert into prices (model, input, output) values ($1, $2, $3)
         on conflict (model) do update set input = excluded.input, output = excluded.output",
    )
    .bind(&price.model)
    .bind(price.input)
    .bind(price.output)
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets what a model costs.
pub(super) async fn drop_price(db: &PgPool, model: &str) -> Result<bool> {
    Ok(sqlx::query("delete from prices where model = $1").bind(model).execute(db).await?.rows_affected() > 0)
}
