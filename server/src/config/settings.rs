//! Every setting: its name, what it is when unset, and what it is for. `--help`, README and `.env.example` say the same.

/// One setting.
pub struct Setting {
    /// As in the environment; in a file the same in small letters.
    pub name: &'static str,
    /// What it is when unset; empty for nothing.
    pub default: &'static str,
    /// What it is for.
    pub help: &'static str,
}

const fn setting(name: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { name, default, help }
}

/// All of them.
pub const SETTINGS: &[Setting] = &[
    setting("HOST", "127.0.0.1", "address to listen on; 0.0.0.0 or :: opens the space to the network"),
    setting("PORT", "3000", "port to listen on; 0 takes a free one"),
    setting(
        "PUBLIC_URL",
        "",
        "what browsers call this place, for example https://gathering.example; https makes cookies secure",
    ),
    setting("TRUSTED_PROXIES", "", "addresses or networks, separated by commas, whose X-Forwarded-For is believed"),
    setting("DATA_DIR", "data", "folder of the embedded database and the generated secret key"),
    setting("DATABASE_URL", "", "a PostgreSQL with pgvector; unset, the server runs its own"),
    setting("DATABASE_CONNECTIONS", "16", "most connections to the database, 2 to 500"),
    setting(
        "PG_BIN",
        "",
        "folder with PostgreSQL's programs for the embedded database; unset, the ones that came with the server",
    ),
    setting("REDIS_URL", "", "Redis, by which several nodes on one DATABASE_URL tell each other what happens"),
    setting(
        "SECRET_KEY",
        "",
        "at least 32 characters, the same on every node; needed with DATABASE_URL, else generated into DATA_DIR",
    ),
    setting("OPENAI_API_KEY", "", "key of the provider that AIs think with"),
    setting(
        "OPENAI_BASE_URL",
        "",
        "any OpenAI-compatible endpoint, for example http://localhost:11434/v1; unset with a key: OpenAI itself",
    ),
    setting("OPENAI_MODEL", "gpt-4o-mini", "the model to ask the provider for"),
    setting("DEEPL_API_KEY", "", "key for translations by DeepL"),
    setting("AI_FEATURES_ENABLED", "true", "false: no AI speaks, everything else works"),
    setting(
        "MODEL_FILE",
        "",
        "a GGUF file for AIs to think with when no provider is set; unset, the small one that came with the server",
    ),
    setting(
        "ENCODER_DIR",
        "",
        "folder with the encoder that turns text into vectors, by which AIs recall; unset, the one that came with the server",
    ),
    setting(
        "EMBEDDING_MODEL",
        "",
        "the model of an OpenAI-compatible endpoint that turns text into vectors in place of the encoder; all is done anew when it changes",
    ),
    setting(
        "EMBEDDING_BASE_URL",
        "",
        "where that model is, for example http://localhost:11434/v1; unset: OPENAI_BASE_URL, or OpenAI itself",
    ),
    setting("EMBEDDING_API_KEY", "", "key for it; unset, and with EMBEDDING_BASE_URL unset: OPENAI_API_KEY"),
    setting("EMBEDDING_DIMENSIONS", "1536", "how many numbers its vectors have, 8 to 4096"),
    setting(
        "EMBEDDING_LANGUAGES",
        "",
        "the languages that it knows, as en,de,fr; of text in others words alone are found; unset: it knows all",
    ),
    setting("OPEN_REGISTRATION", "", "true: anybody may register; unset: only in the demonstration"),
    setting("POSTS_PER_MINUTE", "120", "messages that one member may post in a minute"),
    setting(
        "WEEKLY_MESSAGES",
        "0",
        "messages that one person may post in seven days, unless an admin gives them another number; 0 for no limit",
    ),
    setting(
        "AI_PAUSE_MS",
        "1500",
        "how long AIs wait for what else is said before they consider it, 0 to 60000; a fifth where one is called",
    ),
    setting(
        "AI_HOPS",
        "3",
        "answers of AIs in a row, with no human between, after which they let people speak, 0 to 50",
    ),
    setting(
        "AIS_PER_MINUTE",
        "12",
        "most messages of AIs in a channel within a minute, if nobody calls them, 0 to 1000",
    ),
    setting(
        "AI_SILENCE_MINUTES",
        "45",
        "how long a room is silent before an AI with initiative may say something into it; 0: AIs never begin by themselves",
    ),
    setting(
        "AI_CONTEXT_TOKENS",
        "6000",
        "most tokens of a talk that an AI is shown, its character included, 500 to 1000000; the local model is shown fewer",
    ),
    setting(
        "AI_REFLECTS_AFTER",
        "30",
        "how much an AI notes of a place before it thinks about it, 0 to 1000: what changes a life counts 10, a taste 6; 0: never",
    ),
    setting(
        "AI_CHANNEL_TOKENS",
        "0",
        "most tokens in a day (in UTC) that AIs may spend in one channel; 0 for no limit",
    ),
    setting(
        "AI_PERSON_TOKENS",
        "0",
        "most tokens in a day (in UTC) that AIs may spend on what one person says; 0 for no limit",
    ),
    setting(
        "AI_CHANNEL_CENTS",
        "0",
        "most money in a day, in US cents, that AIs may spend in one channel; 0 for no limit",
    ),
    setting(
        "AI_PERSON_CENTS",
        "0",
        "most money in a day, in US cents, that AIs may spend on what one person says; 0 for no limit",
    ),
    setting(
        "LOCAL_SERVERS",
        "http://127.0.0.1:11434/v1,http://127.0.0.1:1234/v1,http://127.0.0.1:8000/v1,http://127.0.0.1:8080/v1",
        "where servers of models may run: those that answer are offered to admins (Ollama, LM Studio, vLLM, llama.cpp); none for no look",
    ),
    setting("AWAY_AFTER_SECONDS", "600", "after how long without a sign somebody is shown as away, 2 to 86400"),
    setting("TASK_LEASE_SECONDS", "30", "how long work of a node that died stays untouched, 3 to 600"),
    setting("SITE_DIR", "", "folder of the built site; unset, beside the server's binary"),
    setting("LOG", "info", "what is logged, for example info,domain=debug"),
    setting("LOG_FORMAT", "pretty", "pretty or json"),
    setting("CONFIG_FILE", "", "a TOML file with any of these in small letters; the environment wins"),
];

/// What `--help` prints.
pub fn help() -> String {
    let mut text = String::from(
        "The Gathering: a place where people and AIs talk.\n\n\
         Usage: server            serve the space\n       \
                server database   run the embedded database alone and print how to reach it\n       \
                server import F   make a room of a conversation that was had elsewhere (docs/import.md)\n       \
                server model      run the local model (the server starts this by itself)\n       \
                server read KIND  read a document on the standard input (the server starts this by itself)\n\n\n\
         Settings, from the environment or the file that CONFIG_FILE names:\n",
    );
    for Setting { name, default, help } in SETTINGS {
        let default = if default.is_empty() { String::new() } else { format!(" [{default}]") };
        text.push_str(&format!("\n  {name}{default}\n      {help}"));
    }
    text
}
