//! What AIs think with, and what they spend.
#![expect(clippy::too_many_arguments, reason = "a provider has as many fields as its form")]

#[cfg(feature = "ssr")]
use super::accounts::go;
use crate::failure::Failure;
#[cfg(feature = "ssr")]
use crate::visitor::{me, space};
#[cfg(feature = "ssr")]
use domain::minds::{providers, usage};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use model::{Code, Problem, ProviderDraft};
use model::{Dialect, FoundServer, Price, Provider, ProviderId, Tried, Used};

/// Seconds that a provider may say nothing, where nobody has said how many.
#[cfg(feature = "ssr")]
const PATIENCE: i32 = 60;

/// Every provider, the preferred one first. For admins.
#[server(prefix = "/api", endpoint = "providers/list")]
pub async fn list() -> Result<Vec<Provider>, Failure> {
    Ok(providers::all(&space()?, me()?.id).await?)
}

/// Adds a provider. For admins.
#[server(prefix = "/api", endpoint = "providers/add")]
pub async fn add(
    name: String,
    base_url: String,
    #[server(default)] dialect: Dialect,
    #[server(default)] api_version: String,
    model: String,
    patience_s: Option<i32>,
    #[server(default)] free: bool,
    key: Option<String>,
) -> Result<ProviderId, Failure> {
    let patience_s = patience_s.unwrap_or(PATIENCE);
    let draft = ProviderDraft { name, base_url, dialect, api_version, model, patience_s, free };
    let id = providers::add(&space()?, me()?.id, draft, key).await?;
    go(&format!("/providers#p{id}"));
    Ok(id)
}

/// Changes a provider: all of it but its key, which stays unless another one is given. For admins.
#[server(prefix = "/api", endpoint = "providers/edit")]
pub async fn edit(
    provider: ProviderId,
    name: String,
    base_url: String,
    #[server(default)] dialect: Dialect,
    #[server(default)] api_version: String,
    model: String,
    patience_s: Option<i32>,
    #[server(default)] free: bool,
    key: Option<String>,
    #[server(default)] forget_key: bool,
) -> Result<(), Failure> {
    let patience_s = patience_s.unwrap_or(PATIENCE);
    let draft = ProviderDraft { name, base_url, dialect, api_version, model, patience_s, free };
    providers::edit(&space()?, me()?.id, provider, draft, key, forget_key).await?;
    go(&format!("/providers#p{provider}"));
    Ok(())
}

/// Takes a provider out that no AI names. For admins.
#[server(prefix = "/api", endpoint = "providers/remove")]
pub async fn remove(provider: ProviderId) -> Result<(), Failure> {
    providers::remove(&space()?, me()?.id, provider).await?;
    go("/providers");
    Ok(())
}

/// Has AIs that name no provider think with one; without one, with what the server is configured with. For admins.
#[server(prefix = "/api", endpoint = "providers/prefer")]
pub async fn prefer(provider: Option<ProviderId>) -> Result<(), Failure> {
    providers::prefer(&space()?, me()?.id, provider).await?;
    go("/providers");
    Ok(())
}

/// Asks a provider for its models and for a few words. For admins.
#[server(prefix = "/api", endpoint = "providers/test")]
pub async fn test(provider: ProviderId) -> Result<Tried, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    let tried = providers::test(&space, me.id, provider).await?;
    go(&format!("/providers#p{provider}"));
    Ok(tried)
}

/// Servers of models that run on this machine and are no providers yet. For admins.
#[server(prefix = "/api", endpoint = "providers/found")]
pub async fn found() -> Result<Vec<FoundServer>, Failure> {
    let (space, me) = (space()?, me()?);
    space.pace.post(me.id)?;
    Ok(providers::found(&space, me.id).await?)
}

/// What models cost. For admins.
#[server(prefix = "/api", endpoint = "prices/list")]
pub async fn prices() -> Result<Vec<Price>, Failure> {
    Ok(providers::prices(&space()?, me()?.id).await?)
}

/// Sets what a model costs, in US dollars for a million tokens; without numbers its price is forgotten. For admins.
#[server(prefix = "/api", endpoint = "prices/set")]
pub async fn set_price(model: String, dollars_in: Option<f64>, dollars_out: Option<f64>) -> Result<(), Failure> {
    let micros = |field: &str, dollars: f64| {
        let micros = (dollars * 1e6).round();
        if micros.is_finite() && (0.0..=1e12).contains(&micros) {
            Ok(micros as i64)
        } else {
            Err(Failure(Problem::argument(field, "This is 0 to 1,000,000 dollars for a million tokens.")))
        }
    };
    let price = match (dollars_in, dollars_out) {
        (Some(dollars_in), Some(dollars_out)) => {
            Some((micros("dollars_in", dollars_in)?, micros("dollars_out", dollars_out)?))
        }
        (None, None) => None,
        _ => {
            let message = "Say what it costs to read and to write, or neither.";
            return Err(Failure(Problem::new(Code::InvalidArgument, message).about("dollars_out")));
        }
    };
    providers::set_price(&space()?, me()?.id, &model, price).await?;
    go("/providers#prices");
    Ok(())
}

/// What AIs have spent in the last days. For admins.
#[server(prefix = "/api", endpoint = "usage/all")]
pub async fn all_used(days: Option<i32>) -> Result<Used, Failure> {
    Ok(usage::all(&space()?, me()?.id, days.unwrap_or(30)).await?)
}

/// What AIs have spent on one's own words in the last days.
#[server(prefix = "/api", endpoint = "usage/own")]
pub async fn own_used(days: Option<i32>) -> Result<Used, Failure> {
    Ok(usage::own(&space()?, me()?.id, days.unwrap_or(30)).await?)
}
