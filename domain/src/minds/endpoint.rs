//! Where a language model is asked, and in which form.

use super::provider::ModelError;
use async_openai::config::Config;
use model::Dialect;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// How long a model may say nothing, where nothing else was said of it.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long the list of models may take.
const LISTS: Duration = Duration::from_secs(15);
/// Most bytes of that list.
const LIST: usize = 4 << 20;
/// Most characters of a provider's complaint that are kept.
pub(super) const COMPLAINT: usize = 300;
/// Most models of it that are kept.
const MODELS: usize = 500;

/// Where to ask, as whom, for what.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Up to and with `/v1`; for Azure the resource's address.
    pub base_url: String,
    /// None for servers that want none.
    pub key: Option<SecretString>,
    /// The model to ask for where an AI has none of its own.
    pub model: String,
    /// In which form it is asked.
    pub dialect: Dialect,
    /// For Azure.
    pub api_version: String,
    /// How long it may say nothing, before the first word or between two.
    pub patience: Duration,
}

impl Endpoint {
    /// One that speaks as OpenAI does.
    pub fn new(base_url: impl Into<String>, key: Option<SecretString>, model: impl Into<String>) -> Self {
        let (dialect, api_version) = (Dialect::OpenAi, String::new());
        Self { base_url: base_url.into(), key, model: model.into(), dialect, api_version, patience: PATIENCE }
    }

    /// A failure as it may be told: shortened, and without the key, which what complains of it may repeat.
    pub(super) fn without_key(&self, cause: ModelError) -> ModelError {
        let clean = |text: String| self.clean(&text);
        match cause {
            ModelError::Refused { status, text, retry_after } => {
                ModelError::Refused { status, text: clean(text), retry_after }
            }
            ModelError::Unreachable(text) => ModelError::Unreachable(clean(text)),
            ModelError::Garbled(text) => ModelError::Garbled(clean(text)),
            cause => cause,
        }
    }

    /// What was answered as it may be told.
    pub(crate) fn clean(&self, text: &str) -> String {
        let key = self.key.as_ref().map_or("", |key| key.expose_secret());
        let text = if key.is_empty() { text.to_owned() } else { text.replace(key, "…") };
        text.chars().filter(|c| *c != '\0').take(COMPLAINT).collect()
    }

    /// The same, asked for a model.
    pub(crate) fn asked_for(self: &Arc<Self>, model: &str) -> Asked {
        let key = self.key.clone().unwrap_or_else(|| String::new().into());
        Asked { endpoint: self.clone(), model: model.to_owned(), key }
    }

    /// The models that it tells of, by name.
    pub(super) async fn models(self: &Arc<Self>, http: &reqwest::Client) -> Result<Vec<String>, ModelError> {
        #[derive(Deserialize)]
        struct List {
            data: Vec<Named>,
        }
        #[derive(Deserialize)]
        struct Named {
            id: String,
        }
        let asked = self.asked_for(&self.model);
        let path = match self.dialect {
            Dialect::OpenAi => format!("{}/models", asked.api_base()),
            Dialect::Azure => format!("{}/openai/models", asked.api_base()),
        };
        let unreachable = |cause: reqwest::Error| ModelError::Unreachable(cause.without_url().to_string());
        let request = http.get(path).query(&asked.query()).headers(asked.headers()).timeout(LISTS);
        let mut response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let mut bytes = Vec::new();
        while let Some(more) = response.chunk().await.map_err(unreachable)? {
            bytes.extend_from_slice(&more);
            if bytes.len() > LIST {
                return Err(ModelError::Garbled("the list of models is too long".into()));
            }
        }
        if !status.is_success() {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            return Err(ModelError::Refused { status: status.as_u16(), text, retry_after: None });
        }
        let list: List = serde_json::from_slice(&bytes)
            .map_err(|_| ModelError::Garbled("what it answers is no list of models".into()))?;
        let mut names: Vec<String> = list.data.into_iter().map(|one| one.id.chars().take(200).collect()).collect();
        names.retain(|name| !name.chars().any(char::is_control));
        names.sort_unstable();
        names.dedup();
        names.truncate(MODELS);
        Ok(names)
    }
}

/// An endpoint that is asked for a model, as the client library wants to know it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    endpoint: Arc<Endpoint>,
    model: String,
    key: SecretString,
}

impl Config for Asked {
    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let key = self.key.expose_secret();
        let (name, value) = match self.endpoint.dialect {
            Dialect::OpenAi => (AUTHORIZATION, format!("Bearer {key}")),
            Dialect::Azure => (HeaderName::from_static("api-key"), key.to_owned()),
        };
        if !key.is_empty()
            && let Ok(mut value) = HeaderValue::from_str(&value)
        {
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        headers
    }

    fn url(&self, path: &str) -> String {
        match self.endpoint.dialect {
            Dialect::OpenAi => format!("{}{path}", self.api_base()),
            Dialect::Azure => format!("{}/openai/deployments/{}{path}", self.api_base(), self.model),
        }
    }

    fn query(&self) -> Vec<(&str, &str)> {
        match self.endpoint.dialect {
            Dialect::OpenAi => Vec::new(),
            Dialect::Azure => vec![("api-version", &self.endpoint.api_version)],
        }
    }

    fn api_base(&self) -> &str {
        self.endpoint.base_url.trim_end_matches('/')
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dialect_has_its_form() {
        let key = Some("sesame".to_owned().into());
        let plain = Arc::new(Endpoint::new("http://here/v1/", key, "small"));
        let asked = plain.asked_for("large");
        assert_eq!(asked.url("/chat/completions"), "http://here/v1/chat/completions");
        assert_eq!(asked.headers()["authorization"], "Bearer sesame");
        assert!(asked.query().is_empty());
        let azure = Endpoint { dialect: Dialect::Azure, api_version: "2024-10-21".into(), ..(*plain).clone() };
        let asked = Arc::new(Endpoint { base_url: "https://mine.example".into(), ..azure }).asked_for("gpt");
        assert_eq!(asked.url("/chat/completions"), "https://mine.example/openai/deployments/gpt/chat/completions");
        assert_eq!(asked.query(), [("api-version", "2024-10-21")]);
        assert_eq!(asked.headers()["api-key"], "sesame");
        let open = Arc::new(Endpoint::new("http://here/v1", None, "small"));
        assert!(open.asked_for("small").headers().is_empty(), "who has no key sends none");
    }
}
