//! What an AI thinks with, at this moment: its own choice, then what it falls back on.

use super::context::Frame;
use super::openai::OpenAi;
use super::provider::{ChatModel, ChatRequest, ModelError, Pieces};
use super::providers::{Breaker, Known, SEALED_OTHERWISE, store};
use super::store::Mind;
use super::thinkers;
use crate::{Result, Space};
use model::{Price, ProviderId, Way};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One way to think, ready to be asked.
#[derive(Clone)]
pub(super) struct Means {
    client: Arc<dyn ChatModel>,
    breaker: Arc<Breaker>,
    /// The model that is asked for.
    pub model: String,
    /// The provider's name; empty for what the space is configured with.
    pub provider: String,
    /// Whether it is the small model of this machine.
    pub local: bool,
    /// What it costs; `None` where nobody has said so.
    price: Option<Price>,
}

impl Means {
    /// That it is left alone because it failed, and for how long; `None` where it may be asked, and then it is to be.
    pub fn rests(&self) -> Option<ModelError> {
        let left = self.breaker.ask(Instant::now())?;
        Some(ModelError::Resting { left, why: self.breaker.why() })
    }

    /// Asks it. What comes of that is to be told.
    pub async fn answer(&self, request: ChatRequest) -> Result<Pieces, ModelError> {
        self.client.answer(ChatRequest { model: Some(self.model.clone()), ..request }).await
    }

    /// It has said something.
    pub fn speaks(&self) {
        self.breaker.answered();
    }

    /// A call of it that was begun then has failed.
    pub fn failed(&self, cause: &ModelError, begun: Instant) {
        self.breaker.failed(cause, begun, Instant::now());
    }

    /// A call of it that was begun then is not waited for any more.
    pub fn let_go(&self, begun: Instant) {
        self.breaker.let_go(begun, Instant::now());
    }

    /// What so many tokens cost, in millionths of a US dollar; `None` where nobody has said what they do.
    pub fn cost(&self, tokens_in: u32, tokens_out: u32) -> Option<i64> {
        self.price.as_ref().map(|price| price.of(i64::from(tokens_in), i64::from(tokens_out)))
    }

    /// The most that it takes for so many tokens that are read and an answer of at most so many: tokens, its thoughts
    /// among them, and their cost, 0 where nobody has said what they do.
    pub fn most(&self, tokens_in: u32, answer: u32) -> (i64, i64) {
        let tokens_out = thinkers::most(&self.model, answer);
        (i64::from(tokens_in) + i64::from(tokens_out), self.cost(tokens_in, tokens_out).unwrap_or_default())
    }

    /// Whose it is, for the log.
    pub fn whose(&self) -> &str {
        if self.provider.is_empty() { "as configured" } else { &self.provider }
    }

    /// A failure as admins read it: whose it is, and what.
    pub fn blame(&self, cause: &ModelError) -> String {
        if self.provider.is_empty() { cause.to_string() } else { format!("{}: {cause}", self.provider) }
    }
}

/// How much of a talk an AI is shown that thinks with these.
pub(super) fn frame<'a>(space: &Space, means: &'a [Means]) -> Frame<'a> {
    let first = means.first();
    Frame::of(first.map_or("", |means| &means.model), space.policy.context_tokens, first.is_some_and(|one| one.local))
}

/// What an AI thinks with: its first choice, then the others. Nothing where there is nothing to think with.
pub(super) async fn of(space: &Space, mind: &Mind) -> Result<Vec<Means>> {
    if !space.policy.ai_enabled {
        return Ok(Vec::new());
    }
    let known = store::all(&space.db).await?;
    let prices = store::prices(&space.db).await?;
    let mut means: Vec<Means> = Vec::with_capacity(mind.ways.len());
    for way in &mind.ways {
        let Some(found) = one(space, way, &known, &prices) else { continue };
        if !means.iter().any(|other| other.model == found.model && other.provider == found.provider) {
            means.push(found);
        }
    }
    Ok(means)
}

/// Why an AI has nothing to think with, for admins.
pub(super) async fn lacking(space: &Space, mind: &Mind) -> Result<String> {
    let known = store::all(&space.db).await?;
    let unread = known
        .iter()
        .filter(|one| mind.ways.iter().any(|way| is_meant(way, one)) && one.endpoint(&space.minds.seal).is_none());
    let names: Vec<&str> = unread.map(|one| one.provider.draft.name.as_str()).collect();
    Ok(if names.is_empty() {
        "The server is configured with no model, and there is no provider that it could think with.".to_owned()
    } else {
        format!("{}: {SEALED_OTHERWISE}", names.join(", "))
    })
}

fn is_meant(way: &Way, known: &Known) -> bool {
    way.provider.map_or(known.provider.preferred, |id| known.provider.id == id)
}

/// Whether AIs that name nothing think with the small model of this machine.
pub(super) async fn is_local(space: &Space) -> Result<bool> {
    Ok(space.minds.is_local() && !store::is_any_preferred(&space.db).await?)
}

fn one(space: &Space, way: &Way, known: &[Known], prices: &[Price]) -> Option<Means> {
    let Some(found) = known.iter().find(|known| is_meant(way, known)) else {
        // The space's own, where it has one.
        let own = space.minds.own.as_ref().filter(|_| way.provider.is_none())?;
        let model = way.model.clone().unwrap_or_else(|| own.model.name().to_owned());
        return Some(Means {
            client: own.model.clone(),
            breaker: own.breaker.clone(),
            price: price(&model, own.free || own.local, prices),
            model,
            provider: String::new(),
            local: own.local,
        });
    };
    let (client, breaker) = space.minds.client(found)?;
    let draft = &found.provider.draft;
    let model = way.model.clone().unwrap_or_else(|| draft.model.clone());
    let price = price(&model, draft.free, prices);
    Some(Means { client, breaker, price, model, provider: draft.name.clone(), local: false })
}

/// What a model costs: the longest name in the table that its own begins with counts.
fn price(model: &str, free: bool, prices: &[Price]) -> Option<Price> {
    if free {
        return Some(Price { model: model.to_owned(), input: 0, output: 0 });
    }
    // Routers write the maker before the name.
    let bare = model.rsplit('/').next().unwrap_or(model);
    let begins = |name: &str| {
        bare.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', ':', '@', '.']))
    };
    let fitting = prices.iter().filter(|price| price.model == model || begins(&price.model));
    fitting.max_by_key(|price| (price.model == model, price.model.len())).cloned()
}

/// The clients of the providers, as this node made them.
pub(super) type Clients = std::collections::HashMap<ProviderId, (i32, Option<Arc<OpenAi>>, Arc<Breaker>)>;

impl super::Minds {
    /// The client of a provider; `None` where its key cannot be opened.
    fn client(&self, known: &Known) -> Option<(Arc<dyn ChatModel>, Arc<Breaker>)> {
        let mut clients = self.clients.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let kept = clients.get(&known.provider.id).filter(|(version, ..)| *version == known.version);
        let (_, client, breaker) = if let Some(kept) = kept {
            kept
        } else {
            let client = known.endpoint(&self.seal).and_then(|endpoint| OpenAi::new(&endpoint).ok()).map(Arc::new);
            clients.insert(known.provider.id, (known.version, client, Arc::default()));
            clients.get(&known.provider.id)?
        };
        Some((client.clone()?, breaker.clone()))
    }

    /// How long this node leaves a provider alone.
    pub(super) fn rests(&self, id: ProviderId) -> Duration {
        let clients = self.clients.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        clients.get(&id).and_then(|(.., breaker)| breaker.rests(Instant::now())).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_that_fits_is_the_price() {
        let prices = [("gpt-4o", 2), ("gpt-4o-mini", 1), ("llama3.2:3b", 3)].map(|(model, input)| Price {
            model: model.into(),
            input,
            output: 0,
        });
        let input = |model: &str| price(model, false, &prices).map(|price| price.input);
        assert_eq!(input("gpt-4o-mini-2024-07-18"), Some(1));
        assert_eq!(input("openai/gpt-4o"), Some(2));
        assert_eq!(input("gpt-4omega"), None);
        assert_eq!(input("llama3.2:3b"), Some(3));
        assert_eq!(input("unknown"), None);
        assert_eq!(price("unknown", true, &prices).map(|price| price.of(1_000, 1_000)), Some(0));
    }
}
