//! Starting and stopping, in order.

use crate::config::{Config, Database, Embedding, OPENAI};
use crate::database::{self, DatabaseError, Opened};
use crate::{assets, listener, router, sessions, telling};
use domain::knowledge::Reader;
use domain::memory::{self, Embedder, VectorEndpoint};
use domain::minds::Minds;
use domain::minds::openai::{Endpoint, OpenAi};
use domain::{Policy, Space, accounts, demonstration, wire};
use local::{Encoder, LocalModel};
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long running requests may take to end.
const ENDING: Duration = Duration::from_secs(6);

/// Why the server did not start or did not go on.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// No database.
    #[error("{0}")]
    Database(#[from] DatabaseError),
    /// No site.
    #[error("{0}")]
    Site(#[from] assets::NoSite),
    /// The space could not be opened.
    #[error("The space could not be opened: {0}")]
    Space(#[from] domain::Error),
    /// The port.
    #[error("Nothing can listen on {0}: {1}. Choose another port with PORT or `cargo xtask run --port N`.")]
    Port(SocketAddr, std::io::Error),
    /// Something that the one who runs it has to decide.
    #[error("{0}")]
    Refused(String),
    /// The listener.
    #[error("The server stopped taking connections. Start it again; the log says what happened before.")]
    Listener,
}

/// Waits for Ctrl-C or SIGTERM.
pub(crate) async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => drop(terminate.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// Serves the space until a signal: then new requests are refused, streams are told to come back, running requests
/// end, tasks are handed back, and the database goes last.
pub async fn serve(config: Config) -> Result<(), Stopped> {
    telling::begin(&config);
    // Each stream is an open file, and what a process may open by default is less than a busy evening needs.
    if let Err(cause) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::debug!(%cause, "the limit of open files stays as it is");
    }
    // From the first moment on: a signal that comes while the database starts must not leave it behind.
    let asked = CancellationToken::new();
    tokio::spawn({
        let asked = asked.clone();
        async move {
            signalled().await;
            asked.cancel();
        }
    });
    let (folder, assets) = assets::find(config.site.as_deref())?;
    let _only_one = only_one(&config)?;
    let Opened { options, embedded } = database::open(&config).await?;
    let served = with_database(&config, options, &folder, assets, asked).await;
    if let Some(embedded) = embedded {
        embedded.stop().await;
    }
    tracing::info!("stopped");
    served
}

/// Two servers on one data folder would each believe to be alone.
fn only_one(config: &Config) -> Result<Option<std::fs::File>, Stopped> {
    if matches!(config.database, Database::At(_)) {
        return Ok(None);
    }
    let path = config.data.join("server.lock");
    let failed = |cause| Stopped::Database(DatabaseError::file(format!("{} cannot be written", path.display()))(cause));
    std::fs::create_dir_all(&config.data).map_err(failed)?;
    let file = std::fs::File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(_) => Err(Stopped::Refused(format!(
            "Another server runs on the data folder {}. Stop it, or choose another folder with DATA_DIR (`cargo xtask run --data DIR`).",
            config.data.display()
        ))),
    }
}

async fn with_database(
    config: &Config,
    options: sqlx::postgres::PgConnectOptions,
    folder: &std::path::Path,
    assets: app::shell::Assets,
    asked: CancellationToken,
) -> Result<(), Stopped> {
    let is_embedded = matches!(config.database, Database::Embedded { .. });
    let db = domain::database::connect(options, config.database_connections).await.map_err(|cause| {
        Stopped::Refused(format!(
            "The database does not answer: {cause}. Check DATABASE_URL, and that the database runs and lets us in."
        ))
    })?;
    domain::database::migrate(&db).await?;
    let secret = secret_key(config)?;
    let (space, wire) = open_space(config, db, is_embedded, &secret).await?;
    let listener = TcpListener::bind(config.listen).await.map_err(|cause| Stopped::Port(config.listen, cause))?;
    let address = listener.local_addr().map_err(|cause| Stopped::Port(config.listen, cause))?;

    let stopping = CancellationToken::new();
    let tasks = tokio::spawn(domain::tasks::run(space.clone(), stopping.clone(), config.task_lease, is_embedded));
    let beats = tokio::spawn(space.live.clone().run());
    let sweep = tokio::spawn(sessions::sweep(space.db.clone()));
    let pace = tokio::spawn(forget_often(space.clone()));
    let begins = tokio::spawn(domain::minds::initiative::watch(space.clone(), stopping.clone()));
    let indexes = tokio::spawn(memory::index::watch(space.clone(), stopping.clone()));
    let mut helpers = vec![beats, sweep, pace, begins, indexes];
    if let Some(incoming) = wire {
        helpers.push(tokio::spawn(wire::hear(space.clone(), incoming)));
        helpers.push(tokio::spawn(wire::pulse(space.clone())));
    }
    let site = router::router(config, &space, folder, assets, &stopping);
    announce(config, &space, address).await?;

    let done = listen(listener, site, stopping.clone(), space.clone(), asked).await;
    stopping.cancel();
    let _ = tokio::time::timeout(Duration::from_secs(3), tasks).await;
    for helper in helpers {
        helper.abort();
    }
    space.minds.stop().await;
    let _ = tokio::time::timeout(Duration::from_secs(2), space.db.close()).await;
    done
}

/// Serves until a signal, then lets what runs come to its end.
async fn listen(
    listener: TcpListener,
    site: axum::Router,
    stopping: CancellationToken,
    space: Space,
    asked: CancellationToken,
) -> Result<(), Stopped> {
    let mut server = tokio::spawn(listener::serve(listener, site, stopping.clone(), ENDING));
    tokio::select! {
        _ = &mut server => return Err(Stopped::Listener),
        () = asked.cancelled() => {}
    }
    tracing::info!("stopping: no new requests, streams come back later");
    space.live.stop();
    stopping.cancel();
    if !server.await.map_err(|_| Stopped::Listener)? {
        tracing::warn!("some requests did not end in time and were cut off");
    }
    Ok(())
}

async fn forget_often(space: Space) {
    let mut often = tokio::time::interval(Duration::from_mins(1));
    loop {
        often.tick().await;
        space.pace.forget();
    }
}

/// Opens the space on a database: furnished where it is a demonstration, with a link for the first admin elsewhere.
/// With what comes from the other nodes, where there may be some.
async fn open_space(
    config: &Config,
    db: PgPool,
    is_embedded: bool,
    secret: &SecretString,
) -> Result<(Space, Option<wire::Incoming>), Stopped> {
    let empty = domain::database::is_empty(&db).await?;
    let sample = !empty && demonstration::is_here(&db).await?;
    if sample && !(is_embedded && config.is_private()) {
        return Err(Stopped::Refused(
            "This database holds the demonstration, whose passwords everybody knows, and HOST, PUBLIC_URL or DATABASE_URL open it to \
             others. Start with an empty data folder (DATA_DIR, or `cargo xtask run --data DIR`), or listen on 127.0.0.1."
                .into(),
        ));
    }
    let demonstration = is_embedded && config.is_private() && (empty || sample);
    let policy = policy(config, demonstration);
    let minds = minds(config)?.sealing(secret);
    let encoder = encoder(config)?;
    let (space, wire) = match &config.redis_url {
        Some(url) => {
            let topic = format!("gathering:{}", domain::database::space_id(&db).await?);
            let (wire, incoming) = wire::Redis::connect(url.expose_secret(), topic).map_err(|_| {
                Stopped::Refused("REDIS_URL is no address of a Redis: redis://host:6379 is one.".into())
            })?;
            (Space::on_wire(db, policy, minds, Box::new(wire)), Some(incoming))
        }
        None => (Space::new(db, policy, minds), None),
    };
    let space = space.embedding(encoder).reading(Reader::new(own_program()?));
    if empty && demonstration {
        demonstration::open(&space).await?;
    }
    Ok((space, wire))
}

/// This program, which reads documents as a process of its own.
fn own_program() -> Result<PathBuf, Stopped> {
    let here = std::env::current_exe();
    here.map_err(|cause| Stopped::Refused(format!("This program cannot find itself: {cause}. Start it by its path.")))
}

/// What the one who runs it has decided.
pub(crate) fn policy(config: &Config, demonstration: bool) -> Policy {
    Policy {
        open_registration: config.open_registration.unwrap_or(demonstration),
        demonstration,
        ai_enabled: config.ai_features_enabled,
        posts_per_minute: config.posts_per_minute,
        weekly_messages: config.weekly_messages,
        away_after: config.away_after,
        pause: config.pause,
        hops: config.hops,
        ais_per_minute: config.ais_per_minute,
        silence: config.silence,
        context_tokens: config.context_tokens as usize,
        channel_tokens: config.channel_tokens,
        person_tokens: config.person_tokens,
        channel_cents: config.channel_cents,
        person_cents: config.person_cents,
        reflects_after: config.reflects_after as f32 / 10.0,
        local_servers: config.local_servers.clone(),
    }
}

/// What AIs think with: the configured provider, else the local model, else nothing.
fn minds(config: &Config) -> Result<Minds, Stopped> {
    if !config.ai_features_enabled {
        return Ok(Minds::none());
    }
    let base_url = config.openai_base_url.clone();
    if let Some(base_url) = base_url.or_else(|| config.openai_api_key.is_some().then(|| OPENAI.to_owned())) {
        let here = is_on_this_machine(&base_url);
        let endpoint = Endpoint::new(base_url, config.openai_api_key.clone(), config.openai_model.clone());
        let provider = OpenAi::new(&endpoint)
            .map_err(|cause| Stopped::Refused(format!("OPENAI_BASE_URL cannot be used: {cause}")))?;
        let minds = Minds::by_provider(Arc::new(provider));
        return Ok(if here { minds.costing_nothing() } else { minds });
    }
    let beside = || {
        std::env::current_exe()
            .ok()
            .and_then(|exe| Some(exe.parent()?.join("model.gguf")))
            .filter(|file| file.is_file())
    };
    if let Some(file) = config.model_file.clone().or_else(beside) {
        Ok(Minds::by_local_model(Arc::new(LocalModel::new(file))))
    } else {
        tracing::warn!(
            "no provider is configured and no local model is here: AIs stay silent until an admin adds a provider"
        );
        Ok(Minds::none())
    }
}

/// What turns text into vectors: a model that is named, else the encoder that is, or the one that came with the server.
fn encoder(config: &Config) -> Result<Option<Arc<dyn Embedder>>, Stopped> {
    // Where no AI speaks, nothing is sent to anybody.
    let named = config.embedding.clone().filter(|_| config.ai_features_enabled);
    if let Some(Embedding { base_url, key, model, dimension, languages }) = named {
        let endpoint = Endpoint::new(base_url, key, model);
        let vectors = VectorEndpoint::new(endpoint, dimension as usize, languages);
        let vectors =
            vectors.map_err(|cause| Stopped::Refused(format!("EMBEDDING_BASE_URL cannot be used: {cause}")))?;
        return Ok(Some(Arc::new(vectors)));
    }
    let named = config.encoder.clone();
    let beside = || {
        let folder = std::env::current_exe().ok()?.parent()?.join("encoder");
        folder.is_dir().then_some(folder)
    };
    let Some(folder) = named.clone().or_else(beside) else {
        tracing::warn!("there is no encoder: AIs recall by words alone");
        return Ok(None);
    };
    match Encoder::open(&folder) {
        Ok(encoder) => Ok(Some(Arc::new(encoder))),
        Err(cause) => Err(Stopped::Refused(format!(
            "ENCODER_DIR is {}, which holds no encoder: {cause}. Leave it unset, and AIs recall by words alone.",
            folder.display()
        ))),
    }
}

/// Whether an address is one of this machine, where answers cost nothing.
fn is_on_this_machine(base_url: &str) -> bool {
    let host = base_url.split("://").nth(1).unwrap_or_default();
    let host = host.split('/').next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// Keys that are kept encrypted need one of ours: given, or made once and kept in the data folder.
fn secret_key(config: &Config) -> Result<SecretString, Stopped> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(given) = &config.secret_key {
        return Ok(given.clone());
    }
    let path = config.data.join("secret_key");
    let cannot = |what: &str| DatabaseError::file(format!("{} cannot be {what}", path.display()));
    match std::fs::read_to_string(&path) {
        Ok(kept) if kept.trim().len() >= 32 => return Ok(kept.trim().to_owned().into()),
        // One that a crash has left unfinished has sealed nothing.
        Ok(_) => {}
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
        Err(cause) => return Err(cannot("read")(cause).into()),
    }
    let secret = domain::sessions::new_token();
    let mut made = std::fs::File::options();
    let mut file = made.write(true).create(true).truncate(true).mode(0o600).open(&path).map_err(cannot("made"))?;
    file.write_all(secret.as_bytes()).and_then(|()| file.sync_all()).map_err(cannot("written"))?;
    Ok(secret.into())
}

/// Says where the space is, and how the first admin of an empty one comes in.
async fn announce(config: &Config, space: &Space, address: SocketAddr) -> Result<(), Stopped> {
    // Nobody can open an address that means every address.
    let name =
        if address.ip().is_unspecified() { format!("localhost:{}", address.port()) } else { address.to_string() };
    let url = config.public_url.clone().unwrap_or_else(|| format!("http://{name}"));
    if domain::database::is_empty(&space.db).await? {
        let token = accounts::make_setup_link(space).await?;
        println!(
            "Nobody is here yet. Open this link once to become the first admin:\n  {url}/register?invitation={token}"
        );
    }
    let listening = if config.public_url.is_some() { format!(" (listening on {address})") } else { String::new() };
    println!("The Gathering is open at {url}{listening}");
    tracing::info!(%address, "listening");
    Ok(())
}
