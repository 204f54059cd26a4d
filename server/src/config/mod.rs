//! The configuration: from the environment and an optional file, checked as a whole before anything starts.

mod parse;
mod settings;

pub use settings::{SETTINGS, help};

use domain::memory::words::Language;
use parse::Reader;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Database {
    /// Ours, under the data folder, with binaries from here or from where they usually are.
    Embedded {
        /// `PG_BIN`.
        binaries: Option<PathBuf>,
    },
    /// Somebody's.
    At(SecretString),
}

/// How the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For eyes.
    Pretty,
    /// One object a line.
    Json,
}

/// Which addresses may say for whom they speak.
#[derive(Clone, Debug, Default)]
pub struct Proxies(pub Vec<(std::net::IpAddr, u8)>);

/// A model that turns text into vectors.
#[derive(Clone, Debug)]
pub struct Embedding {
    /// Where it is.
    pub base_url: String,
    /// As whom it is asked.
    pub key: Option<SecretString>,
    /// What it is called there.
    pub model: String,
    /// How many numbers its vectors have.
    pub dimension: u32,
    /// The languages that it knows; none named: all.
    pub languages: Vec<Language>,
}

/// OpenAI itself.
pub const OPENAI: &str = "https://api.openai.com/v1";

/// Everything the server was told. Secrets are wrapped: they show neither in `Debug` nor in a log.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What browsers call this place; decides about https.
    pub public_url: Option<String>,
    /// Who may set `X-Forwarded-For`.
    pub trusted_proxies: Proxies,
    /// Database, secret key, logs of the embedded database.
    pub data: PathBuf,
    /// Which database.
    pub database: Database,
    /// Most connections to it.
    pub database_connections: u32,
    /// Hints between nodes.
    pub redis_url: Option<SecretString>,
    /// For keys that are kept encrypted.
    pub secret_key: Option<SecretString>,
    /// Key for the provider.
    pub openai_api_key: Option<SecretString>,
    /// An OpenAI-compatible endpoint.
    pub openai_base_url: Option<String>,
    /// What to ask it for.
    pub openai_model: String,
    /// Key for translations.
    pub deepl_api_key: Option<SecretString>,
    /// Whether AIs speak.
    pub ai_features_enabled: bool,
    /// The local model's file.
    pub model_file: Option<PathBuf>,
    /// The folder of the encoder that turns text into vectors.
    pub encoder: Option<PathBuf>,
    /// An endpoint that turns text into vectors in its place.
    pub embedding: Option<Embedding>,
    /// Whether anybody may register.
    pub open_registration: Option<bool>,
    /// Posts a minute for each member.
    pub posts_per_minute: u32,
    /// Messages a week for each person.
    pub weekly_messages: Option<i32>,
    /// After how long without a sign somebody is away.
    pub away_after: Duration,
    /// How long AIs wait for what else is said.
    pub pause: Duration,
    /// Answers of AIs in a row after which they let people speak.
    pub hops: u32,
    /// Most messages of AIs in a channel within a minute, if nobody calls them.
    pub ais_per_minute: u32,
    /// How long a room is silent before an AI with initiative may say something into it.
    pub silence: Option<Duration>,
    /// Most tokens that an AI is shown for an answer.
    pub context_tokens: u32,
    /// Most tokens in a day that AIs may spend in one channel.
    pub channel_tokens: Option<i64>,
    /// Most tokens in a day that AIs may spend on what one person says.
    pub person_tokens: Option<i64>,
    /// Most money in a day, in US cents, that AIs may spend in one channel.
    pub channel_cents: Option<i64>,
    /// Most money in a day, in US cents, that AIs may spend on what one person says.
    pub person_cents: Option<i64>,
    /// How much an AI notes before it thinks about it, in tenths of what changes a life.
    pub reflects_after: u32,
    /// Where servers of models may run on this machine: they are offered to admins.
    pub local_servers: Vec<String>,
    /// How long a task's lease lasts without a sign of life.
    pub task_lease: Duration,
    /// The built site.
    pub site: Option<PathBuf>,
    /// What is logged.
    pub log: String,
    /// And how.
    pub log_format: LogFormat,
}

/// Every value that is wrong, with what was expected.
#[derive(Debug, thiserror::Error)]
#[error("The configuration is wrong:\n{}\nSee --help for every setting.", .0.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"))]
pub struct Wrong(pub Vec<String>);

/// A limit; 0 says that there is none.
fn limit(number: u32) -> Option<i64> {
    (number > 0).then(|| i64::from(number))
}

impl Config {
    /// Reads the file that `CONFIG_FILE` names, if it does, and then the environment, which wins.
    pub fn load() -> Result<Self, Wrong> {
        let mut environment = BTreeMap::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| SETTINGS.iter().any(|setting| setting.name == *name)) else {
                continue;
            };
            match value.into_string() {
                Ok(value) => drop(environment.insert(name.to_owned(), value)),
                Err(_) => return Err(Wrong(vec![format!("{name} is no text: expected UTF-8")])),
            }
        }
        let mut values = match environment.get("CONFIG_FILE").filter(|path| !path.is_empty()) {
            Some(path) => from_file(path)?,
            None => BTreeMap::new(),
        };
        for setting in SETTINGS {
            if let Some(value) = environment.get(setting.name) {
                values.insert(setting.name.to_owned(), value.clone());
            }
        }
        Self::from_values(values)
    }

    /// Checks values by their names.
    pub fn from_values(values: BTreeMap<String, String>) -> Result<Self, Wrong> {
        let mut read = Reader::new(values);
        let config = Self {
            listen: read.listen("HOST", "PORT"),
            public_url: read.web_address("PUBLIC_URL", false),
            trusted_proxies: read.proxies("TRUSTED_PROXIES"),
            data: read.path("DATA_DIR").unwrap_or_else(|| PathBuf::from("data")),
            database: match read.url("DATABASE_URL", &["postgres", "postgresql"]) {
                Some(url) => Database::At(url.into()),
                None => Database::Embedded { binaries: read.path("PG_BIN") },
            },
            database_connections: read.number("DATABASE_CONNECTIONS", 2..=500),
            redis_url: read.url("REDIS_URL", &["redis", "rediss"]).map(Into::into),
            secret_key: read.secret("SECRET_KEY", 32),
            openai_api_key: read.key("OPENAI_API_KEY"),
            openai_base_url: read.web_address("OPENAI_BASE_URL", true),
            openai_model: read.text("OPENAI_MODEL"),
            deepl_api_key: read.key("DEEPL_API_KEY"),
            ai_features_enabled: read.flag("AI_FEATURES_ENABLED").unwrap_or(true),
            model_file: read.model("MODEL_FILE"),
            encoder: read.path("ENCODER_DIR"),
            embedding: embedding(&mut read),
            open_registration: read.flag("OPEN_REGISTRATION"),
            posts_per_minute: read.number("POSTS_PER_MINUTE", 1..=1_000_000),
            weekly_messages: i32::try_from(read.number("WEEKLY_MESSAGES", 0..=1_000_000))
                .ok()
                .filter(|limit| *limit > 0),
            away_after: Duration::from_secs(u64::from(read.number("AWAY_AFTER_SECONDS", 2..=86_400))),
            pause: Duration::from_millis(u64::from(read.number("AI_PAUSE_MS", 0..=60_000))),
            hops: read.number("AI_HOPS", 0..=50),
            ais_per_minute: read.number("AIS_PER_MINUTE", 0..=1_000),
            silence: limit(read.number("AI_SILENCE_MINUTES", 0..=10_000))
                .map(|minutes| Duration::from_mins(minutes.unsigned_abs())),
            context_tokens: read.number("AI_CONTEXT_TOKENS", 500..=1_000_000),
            channel_tokens: limit(read.number("AI_CHANNEL_TOKENS", 0..=1_000_000_000)),
            person_tokens: limit(read.number("AI_PERSON_TOKENS", 0..=1_000_000_000)),
            channel_cents: limit(read.number("AI_CHANNEL_CENTS", 0..=10_000_000)),
            person_cents: limit(read.number("AI_PERSON_CENTS", 0..=10_000_000)),
            reflects_after: read.number("AI_REFLECTS_AFTER", 0..=1_000),
            local_servers: read.web_addresses("LOCAL_SERVERS"),
            task_lease: Duration::from_secs(u64::from(read.number("TASK_LEASE_SECONDS", 3..=600))),
            site: read.path("SITE_DIR"),
            log: read.text("LOG"),
            log_format: if read.one_of("LOG_FORMAT", &["pretty", "json"]) == "json" {
                LogFormat::Json
            } else {
                LogFormat::Pretty
            },
        };
        if matches!(config.database, Database::At(_)) && config.secret_key.is_none() {
            read.complain("SECRET_KEY", "is needed with DATABASE_URL: at least 32 characters, the same on every node, for example from `openssl rand -base64 32`");
        }
        if telling_subscriber_refuses(&config.log) {
            read.complain("LOG", "is no filter; expected something like `info` or `info,domain=debug`");
        }
        read.finish(config)
    }

    /// Whether browsers come by https.
    pub fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Whether only this machine can come here.
    pub fn is_private(&self) -> bool {
        let host = self
            .public_url
            .as_deref()
            .and_then(|url| url.split("://").nth(1))
            .map(|rest| rest.split('/').next().unwrap_or(""));
        let by_name = host.is_none_or(|host| {
            let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
            matches!(name, "localhost" | "127.0.0.1" | "[::1]")
        });
        self.listen.ip().is_loopback() && by_name
    }
}

fn embedding(read: &mut Reader) -> Option<Embedding> {
    let model = read.text("EMBEDDING_MODEL");
    let own = read.web_address("EMBEDDING_BASE_URL", true);
    let key = read.key("EMBEDDING_API_KEY");
    let dimension = read.number("EMBEDDING_DIMENSIONS", 8..=4_096);
    let languages = read.languages("EMBEDDING_LANGUAGES");
    if model.is_empty() {
        if own.is_some() {
            read.complain("EMBEDDING_MODEL", "is needed with EMBEDDING_BASE_URL: the name of a model that is there");
        }
        return None;
    }
    // The provider's key is for the provider alone.
    let key = if own.is_none() { key.or_else(|| read.key("OPENAI_API_KEY")) } else { key };
    let base_url = own.or_else(|| read.web_address("OPENAI_BASE_URL", true)).unwrap_or_else(|| OPENAI.to_owned());
    if base_url == OPENAI && key.is_none() {
        read.complain("EMBEDDING_BASE_URL", "is needed with EMBEDDING_MODEL, or a key for OpenAI itself");
    }
    Some(Embedding { base_url, key, model, dimension, languages })
}

fn telling_subscriber_refuses(filter: &str) -> bool {
    tracing_subscriber::EnvFilter::try_new(filter).is_err()
}

fn from_file(path: &str) -> Result<BTreeMap<String, String>, Wrong> {
    let file = config::Config::builder().add_source(config::File::new(path, config::FileFormat::Toml)).build();
    let table = file.and_then(config::Config::try_deserialize::<BTreeMap<String, config::Value>>);
    let table = table.map_err(|cause| {
        // The parser quotes the line that it did not understand, and that line may hold a secret.
        let cause: Vec<String> =
            cause.to_string().lines().filter(|line| !line.contains('|')).map(str::to_owned).collect();
        Wrong(vec![format!("CONFIG_FILE={path} cannot be read: {}", cause.join(" "))])
    })?;
    let mut values = BTreeMap::new();
    let mut unknown = Vec::new();
    for (name, value) in table {
        let name = name.to_uppercase();
        match value.into_string() {
            Ok(value) if SETTINGS.iter().any(|setting| setting.name == name) => drop(values.insert(name, value)),
            Ok(_) => unknown.push(format!("{name} in {path} is no setting")),
            Err(_) => unknown.push(format!("{name} in {path} is neither text, a number nor true/false")),
        }
    }
    if unknown.is_empty() { Ok(values) } else { Err(Wrong(unknown)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn config(values: &[(&str, &str)]) -> Result<Config, Wrong> {
        Config::from_values(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn nothing_set_is_a_private_place_with_its_own_database() {
        let config = config(&[]).unwrap();
        assert_eq!(config.listen, "127.0.0.1:3000".parse().unwrap());
        assert!(config.is_private() && !config.is_https() && config.ai_features_enabled);
        assert!(matches!(config.database, Database::Embedded { binaries: None }));
    }

    #[test]
    fn every_wrong_value_is_named() {
        let Wrong(lines) = config(&[
            ("PORT", "99999"),
            ("HOST", "nowhere"),
            ("PUBLIC_URL", "ftp://x"),
            ("TRUSTED_PROXIES", "10.0.0.0/99"),
            ("DATABASE_URL", "mysql://x"),
            ("AI_FEATURES_ENABLED", "maybe"),
            ("SECRET_KEY", "hunter2"),
            ("LOG_FORMAT", "xml"),
            ("POSTS_PER_MINUTE", "-1"),
            ("LOG", "=,="),
            ("AWAY_AFTER_SECONDS", "1"),
            ("TASK_LEASE_SECONDS", "1"),
            ("MODEL_FILE", "/nowhere/model.gguf"),
            ("OPENAI_BASE_URL", "http:///v1"),
            ("OPENAI_API_KEY", "sk-a\nb"),
        ])
        .unwrap_err();
        for name in [
            "PORT",
            "HOST",
            "PUBLIC_URL",
            "TRUSTED_PROXIES",
            "DATABASE_URL",
            "AI_FEATURES_ENABLED",
            "SECRET_KEY",
            "LOG_FORMAT",
            "POSTS_PER_MINUTE",
            "LOG",
            "AWAY_AFTER_SECONDS",
            "TASK_LEASE_SECONDS",
            "MODEL_FILE",
            "OPENAI_BASE_URL",
            "OPENAI_API_KEY",
        ] {
            assert!(lines.iter().any(|line| line.starts_with(&format!("{name} "))), "{name} in {lines:#?}");
        }
        assert!(!lines.iter().any(|line| line.contains("hunter2")), "a secret's value is not repeated: {lines:#?}");
    }

    #[test]
    fn a_database_elsewhere_needs_a_key() {
        let url = ("DATABASE_URL", "postgres://u:hunter2@db/x");
        assert!(config(&[url]).unwrap_err().0[0].starts_with("SECRET_KEY "));
        let config = config(&[url, ("SECRET_KEY", &"k".repeat(32)), ("OPENAI_API_KEY", "sk-sesame")]).unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("sesame") && !shown.contains("kkk"), "{shown}");
        assert_eq!(config.openai_api_key.unwrap().expose_secret(), "sk-sesame");
    }

    #[test]
    fn a_public_address_is_not_private() {
        assert!(!config(&[("HOST", "0.0.0.0")]).unwrap().is_private());
        let behind = config(&[("PUBLIC_URL", "https://gathering.example")]).unwrap();
        assert!(!behind.is_private() && behind.is_https());
        assert!(config(&[("PUBLIC_URL", "http://localhost:3000")]).unwrap().is_private());
        for odd in ["http://localhost:99@evil.example", "https://here.example/sub", "http://%zz:1", "https://a b"] {
            assert!(config(&[("PUBLIC_URL", odd)]).is_err(), "{odd}");
        }
        config(&[("OPENAI_BASE_URL", "http://localhost:11434/v1/")]).unwrap();
    }
}
