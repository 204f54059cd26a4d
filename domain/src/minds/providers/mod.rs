//! What AIs think with, as admins add and change it: endpoints of language models, their keys, and what they cost.

mod breaker;
mod found;
mod seal;
pub(in crate::minds) mod store;

pub(super) use breaker::Breaker;
pub use found::found;
pub use seal::Seal;
pub(super) use store::Known;

use super::openai::OpenAi;
use super::provider::{ChatRequest, ModelError, Piece, Speaker, Turn};
use crate::accounts::admins_only;
use crate::error::not_found;
use crate::{Error, Result, Space};
use futures::StreamExt;
use model::{Dialect, EntityId, Price, Problem, Provider, ProviderDraft, ProviderId, Sampling, Tried, limits};
use std::time::{Duration, Instant};

/// Most providers that a space has.
const MOST: usize = 500;
/// How long the words of one that is tried may take.
const TRIAL: Duration = Duration::from_secs(45);
/// What is wrong with a provider whose key cannot be opened.
pub(super) const SEALED_OTHERWISE: &str =
    "Its key was sealed by another SECRET_KEY and cannot be read. Enter the key again.";
/// Bytes of a key.
const KEY: std::ops::RangeInclusive<usize> = 1..=500;

/// Every provider, the preferred one first. For admins.
pub async fn all(space: &Space, by: EntityId) -> Result<Vec<Provider>> {
    admins_only(space, by).await?;
    let known = store::all(&space.db).await?;
    let told = |known: Known| {
        let rests_s = space.minds.rests(known.provider.id).as_secs();
        let key_lost = known.endpoint(&space.minds.seal).is_none();
        Provider { rests_s, key_lost, ..known.provider }
    };
    Ok(known.into_iter().map(told).collect())
}

/// Adds a provider. Where the server is configured with none and no other is preferred, AIs that name none think with it.
///
/// Refuses with `admin_only`, `invalid_argument`, `name_taken`.
pub async fn add(space: &Space, by: EntityId, draft: ProviderDraft, key: Option<String>) -> Result<ProviderId> {
    admins_only(space, by).await?;
    let draft = checked(draft)?;
    if store::all(&space.db).await?.len() >= MOST {
        return Err(Problem::argument("name", format!("There are {MOST} providers. Take one out first.")).into());
    }
    let id = ProviderId::new();
    let sealed = sealed(space, id, &draft.base_url, key)?;
    let preferred = space.minds.own.as_ref().is_none_or(|own| own.local);
    store::insert(&space.db, id, &draft, sealed, preferred).await?;
    Ok(id)
}

/// Changes a provider. Without a key the one that it has stays; where the address changes it has to be given again, lest it
/// be sent to where it is not for. `forget_key`: it has none from now on.
///
/// Refuses with `admin_only`, `not_found`, `invalid_argument`, `name_taken`.
pub async fn edit(
    space: &Space,
    by: EntityId,
    id: ProviderId,
    draft: ProviderDraft,
    key: Option<String>,
    forget_key: bool,
) -> Result<()> {
    let known = one(space, by, id).await?;
    let draft = checked(draft)?;
    let new = sealed(space, id, &draft.base_url, key)?;
    let elsewhere = draft.base_url != known.provider.draft.base_url;
    let sealed = match (new, known.sealed) {
        (Some(new), _) => Some(new),
        (None, Some(_)) if forget_key => None,
        (None, Some(_)) if elsewhere => {
            let message = "The key was for the other address. Enter the one for this, or say that there is none.";
            return Err(Problem::argument("key", message).into());
        }
        (None, kept) => kept,
    };
    store::update(&space.db, id, &draft, sealed).await
}

/// Takes a provider out that no AI names.
///
/// Refuses with `admin_only`, `not_found`, `invalid_argument`.
pub async fn remove(space: &Space, by: EntityId, id: ProviderId) -> Result<()> {
    let known = one(space, by, id).await?;
    match store::remove(&space.db, id).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(not_found("provider")),
        Err(cause) if cause.broke("minds_provider") || cause.broke("fallbacks_provider") => {
            let whom = known.provider.used_by;
            let whom = if whom.is_empty() { "An AI that was retired".to_owned() } else { whom.join(", ") };
            let message =
                format!("{whom} would have nothing to think with. Choose something else in the studio first.");
            Err(Problem::argument("provider", message).into())
        }
        Err(cause) => Err(cause),
    }
}

/// Has AIs that name no provider think with this one; without one, with what the server is configured with.
///
/// Refuses with `admin_only`, `not_found`.
pub async fn prefer(space: &Space, by: EntityId, id: Option<ProviderId>) -> Result<()> {
    admins_only(space, by).await?;
    if store::prefer(&space.db, id).await? { Ok(()) } else { Err(not_found("provider")) }
}

/// Asks a provider for its models and for a few words, and keeps what came of that. What went wrong is told in full: it is
/// an admin who asks.
///
/// Refuses with `admin_only`, `not_found`.
pub async fn test(space: &Space, by: EntityId, id: ProviderId) -> Result<Tried> {
    let known = one(space, by, id).await?;
    let tried = match known.endpoint(&space.minds.seal) {
        None => Tried { ok: false, message: SEALED_OTHERWISE.to_owned(), models: Vec::new() },
        Some(endpoint) => match OpenAi::new(&endpoint) {
            Ok(client) => try_out(&client, &endpoint.model).await,
            Err(cause) => Tried { ok: false, message: said(&cause), models: Vec::new() },
        },
    };
    store::tried(&space.db, id, &tried).await?;
    Ok(tried)
}

async fn one(space: &Space, by: EntityId, id: ProviderId) -> Result<Known> {
    admins_only(space, by).await?;
    store::one(&space.db, id).await?.ok_or_else(|| not_found("provider"))
}

async fn try_out(client: &OpenAi, model: &str) -> Tried {
    use super::ChatModel;
    let listed = client.models().await;
    let begun = Instant::now();
    let sampling = Sampling {
        temperature: 0.0,
        max_tokens: 16,
        top_p: None,
        frequency_penalty: None,
        presence_penalty: None,
        seed: None,
    };
    let turns = vec![Turn { speaker: Speaker::Other, text: "Say hello in one word.".to_owned() }];
    let words = async {
        let mut pieces = client.answer(ChatRequest { model: None, turns, sampling, form: None }).await?;
        let mut text = String::new();
        while let Some(piece) = pieces.next().await {
            match piece? {
                Piece::Words(more) => text.push_str(&more),
                Piece::End { .. } => return Ok(text),
                Piece::Usage { .. } | Piece::Queued(_) | Piece::Thoughts(_) => {}
            }
        }
        Err(ModelError::CutOff)
    };
    let answer = tokio::time::timeout(TRIAL, words).await.unwrap_or(Err(ModelError::Silent(TRIAL)));
    let models = listed.clone().unwrap_or_default();
    let known = match &listed {
        Ok(models) if models.is_empty() => " It tells of no models.".to_owned(),
        Ok(models) if !models.iter().any(|one| one == model) => {
            format!(" It does not list “{model}”, but {} others.", models.len())
        }
        Ok(models) if models.len() == 1 => " It tells of one model.".to_owned(),
        Ok(models) => format!(" It tells of {} models.", models.len()),
        Err(cause) => format!(" It does not list its models: {}", said(cause)),
    };
    match answer {
        Ok(text) => {
            let text: String = client.without_key(text.trim()).chars().filter(|c| !c.is_control()).take(80).collect();
            let took = begun.elapsed().as_secs_f32();
            let message = format!("It answered “{text}” after {took:.1} s.{known}");
            Tried { ok: true, message, models }
        }
        Err(cause) => Tried { ok: false, message: format!("{}{known}", said(&cause)), models },
    }
}

/// A failure as an admin reads it, with what to do.
fn said(cause: &ModelError) -> String {
    let hint = match cause {
        ModelError::Refused { status: 401 | 403, .. } => "Check the key.",
        ModelError::Refused { status: 404, .. } => "Check the address and the model's name.",
        ModelError::Refused { status: 429, .. } => "It has had enough for now, or its credit is used up.",
        ModelError::Refused { .. } => "Try again in a while.",
        ModelError::Unreachable(_) => "Check that it runs, and its address.",
        ModelError::Silent(_) => "It may be loading its model: try again, or give it more time.",
        ModelError::Wordless => "Give it more tokens, or less to think.",
        ModelError::CutOff | ModelError::Garbled(_) | ModelError::Resting { .. } | ModelError::NewCompany => {
            "Check that it speaks this form."
        }
    };
    format!("It did not answer: {cause}. {hint}")
}

/// A draft that can be kept.
fn checked(draft: ProviderDraft) -> Result<ProviderDraft> {
    let trimmed = |text: &str| limits::trimmed(text).to_owned();
    let draft = ProviderDraft {
        name: trimmed(&draft.name),
        base_url: trimmed(&draft.base_url).trim_end_matches('/').to_owned(),
        model: trimmed(&draft.model),
        api_version: if draft.dialect == Dialect::Azure { trimmed(&draft.api_version) } else { String::new() },
        ..draft
    };
    if let Some((field, message)) = draft.fault() {
        return Err(Problem::argument(field, message).into());
    }
    let wrong = || {
        Problem::argument(
            "base_url",
            "This is an address such as https://api.openai.com/v1, without a name or a key in it.",
        )
    };
    let url = reqwest::Url::parse(&draft.base_url).map_err(|_| wrong())?;
    let plain =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https")
        || !url.has_host()
        || !plain
        || draft.base_url.len() > 500
        || draft.base_url.chars().any(char::is_control)
    {
        return Err(wrong().into());
    }
    Ok(draft)
}

/// A key as it is kept; `None` where none was typed.
fn sealed(space: &Space, id: ProviderId, base_url: &str, key: Option<String>) -> Result<Option<Vec<u8>>> {
    let Some(key) = key.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()) else { return Ok(None) };
    if !KEY.contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = "A key has at most 500 letters, digits and signs, without spaces.";
        return Err(Problem::argument("key", message).into());
    }
    let sealed = space.minds.seal.seal(&key, &Known::purpose(id, base_url));
    sealed.map(Some).ok_or(Error::Interrupted("sealing a key"))
}

/// What models cost, as far as it is known, by name. For admins.
pub async fn prices(space: &Space, by: EntityId) -> Result<Vec<Price>> {
    admins_only(space, by).await?;
    store::prices(&space.db).await
}

/// Sets what a model costs, and all whose names begin with its own unless they have a price themselves. Without a price it
/// is not known any more.
///
/// Refuses with `admin_only`, `not_found`, `invalid_argument`.
pub async fn set_price(space: &Space, by: EntityId, model: &str, price: Option<(i64, i64)>) -> Result<()> {
    admins_only(space, by).await?;
    let model = limits::trimmed(model);
    if !(1..=200).contains(&limits::length(model)) || model.chars().any(char::is_control) {
        return Err(Problem::argument("model", "Name a model, or the beginning of several ones'.").into());
    }
    let Some((input, output)) = price else {
        return if store::drop_price(&space.db, model).await? { Ok(()) } else { Err(not_found("price")) };
    };
    for (field, micros) in [("input", input), ("output", output)] {
        if !(0..=1_000_000_000_000).contains(&micros) {
            return Err(Problem::argument(field, "This is 0 to 1,000,000 dollars for a million tokens.").into());
        }
    }
    store::set_price(&space.db, &Price { model: model.to_owned(), input, output }).await
}
