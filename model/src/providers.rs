//! What AIs think with: endpoints of language models, and what they cost.

use crate::{ProviderId, limits};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// In which form an endpoint is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// As OpenAI does: `…/v1/chat/completions`, the key as a bearer. Ollama, vLLM, LM Studio and OpenRouter do so, too.
    #[default]
    OpenAi,
    /// As Azure does for deployments: `…/openai/deployments/MODEL/chat/completions?api-version=…`, the key as `api-key`.
    Azure,
}

impl Dialect {
    /// Its name, as JSON and the database have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "open_ai",
            Self::Azure => "azure",
        }
    }

    /// The dialect of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::OpenAi, Self::Azure].into_iter().find(|one| one.as_str() == name)
    }
}

/// A provider, as an admin writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderDraft {
    /// 1–40 characters, unique among the providers.
    pub name: String,
    /// Its address, up to and with `/v1`; for Azure the resource's.
    pub base_url: String,
    /// How it is spoken to.
    #[serde(default)]
    pub dialect: Dialect,
    /// For Azure: the version of its API, such as `2024-10-21`.
    #[serde(default)]
    pub api_version: String,
    /// The model that it is asked for by AIs that name none: 1–200 characters.
    pub model: String,
    /// How many seconds it may say nothing, before the first word or between two: 5–600.
    pub patience_s: i32,
    /// Whether it costs nothing, as one on a machine of one's own.
    #[serde(default)]
    pub free: bool,
}

impl ProviderDraft {
    /// The first field that is out of its range: its name, and what to do. The address is looked at by who reads it.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let line = |text: &str, most: usize| limits::length(text) <= most && !text.chars().any(char::is_control);
        [
            (
                limits::length(&self.name) >= 1 && line(&self.name, 40),
                "name",
                "A name has 1 to 40 characters, on one line.",
            ),
            (
                limits::length(&self.model) >= 1 && line(&self.model, 200),
                "model",
                "Name the model that is asked for where an AI names none: 1 to 200 characters.",
            ),
            (
                self.dialect == Dialect::OpenAi
                    || (limits::length(&self.api_version) >= 1 && line(&self.api_version, 40)),
                "api_version",
                "Azure wants the version of its API, for example 2024-10-21.",
            ),
            ((5..=600).contains(&self.patience_s), "patience_s", "This is 5 to 600 seconds."),
        ]
        .into_iter()
        .find(|(fits, ..)| !fits)
        .map(|(_, field, message)| (field, message))
    }
}

/// A provider. Its key is never told again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Provider {
    /// Which.
    pub id: ProviderId,
    /// What it is.
    pub draft: ProviderDraft,
    /// Whether it has a key.
    pub has_key: bool,
    /// Whether AIs that name no provider think with it.
    pub preferred: bool,
    /// The models that it has told of, at most 500.
    pub models: Vec<String>,
    /// When it was tried last, if it was.
    #[serde(with = "time::serde::rfc3339::option", default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub tried_at: Option<OffsetDateTime>,
    /// What came of that, in words.
    pub tried: String,
    /// For how many seconds this node asks it nothing because it failed several times; 0 while all is well.
    pub rests_s: u64,
    /// Whether its key cannot be read: the server's `SECRET_KEY` is another one than when it was entered.
    #[serde(default)]
    pub key_lost: bool,
    /// The AIs that name it, in their order of names.
    pub used_by: Vec<String>,
}

/// What came of trying a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tried {
    /// Whether it answered.
    pub ok: bool,
    /// What happened, in words.
    pub message: String,
    /// The models that it tells of.
    pub models: Vec<String>,
}

/// A server of models that was found on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundServer {
    /// What it seems to be.
    pub name: String,
    /// Its address.
    pub base_url: String,
    /// The models that it tells of.
    pub models: Vec<String>,
}

/// One way for an AI to think.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Way {
    /// The provider; without one, the space's own.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// A model of it; its default where there is none.
    #[serde(default)]
    pub model: Option<String>,
}

/// What a model costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Price {
    /// A model's name, or the beginning of several ones'.
    pub model: String,
    /// Millionths of a US dollar for a million tokens that it reads.
    pub input: i64,
    /// Millionths of a US dollar for a million tokens that it writes.
    pub output: i64,
}

impl Price {
    /// What so many tokens cost, in millionths of a US dollar, rounded up.
    pub fn of(&self, tokens_in: i64, tokens_out: i64) -> i64 {
        let parts = i128::from(tokens_in.max(0)) * i128::from(self.input)
            + i128::from(tokens_out.max(0)) * i128::from(self.output);
        i64::try_from(parts.div_euclid(1_000_000) + i128::from(parts.rem_euclid(1_000_000) > 0)).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_counted_by_the_token_and_rounded_up() {
        let price = Price { model: "gpt-4o-mini".into(), input: 150_000, output: 600_000 };
        assert_eq!(price.of(1_000_000, 1_000_000), 750_000);
        assert_eq!(price.of(1, 0), 1);
        assert_eq!(price.of(0, 0), 0);
        let dear = Price { input: 2_000_000, ..price };
        assert_eq!(dear.of(i64::MAX, 1), i64::MAX);
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let good = ProviderDraft {
            name: "Ollama".into(),
            base_url: "http://127.0.0.1:11434/v1".into(),
            model: "llama3.2".into(),
            patience_s: 60,
            ..ProviderDraft::default()
        };
        assert_eq!(good.fault(), None);
        let fields = [
            ProviderDraft { name: " ".into(), ..good.clone() },
            ProviderDraft { model: "a\nb".into(), ..good.clone() },
            ProviderDraft { dialect: Dialect::Azure, ..good.clone() },
            ProviderDraft { patience_s: 4, ..good.clone() },
        ]
        .map(|draft| draft.fault().map(|(field, _)| field));
        assert_eq!(fields, [Some("name"), Some("model"), Some("api_version"), Some("patience_s")]);
        assert_eq!(Dialect::named(Dialect::Azure.as_str()), Some(Dialect::Azure));
    }
}
