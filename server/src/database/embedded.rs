//! A private PostgreSQL under the data folder: made once, started, joined, watched, stopped.

use super::DatabaseError;
use super::owner::Owner;
use super::postmaster::Postmaster;
use sqlx::postgres::PgConnectOptions;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const USER: &str = "app";
const DATABASE: &str = "postgres";
/// A Unix socket's path has at most 107 bytes; `/.s.PGSQL.5432` takes 14 of them.
const SOCKET_FOLDER: usize = 107 - 14;
/// How long a start may take, recovery and the last breath of killed processes included.
const PATIENCE: Duration = Duration::from_mins(1);

/// What is needed to start the server, again if it must be.
struct Place {
    binaries: PathBuf,
    folder: PathBuf,
    socket: PathBuf,
    log: PathBuf,
    owner: Owner,
}

/// Our own database server.
pub struct Embedded {
    place: Arc<Place>,
    stopping: CancellationToken,
    watch: tokio::task::JoinHandle<()>,
    /// Whether it ran before.
    joined: bool,
}

impl Embedded {
    /// Makes the database if there is none, and starts it or joins the one that runs.
    pub async fn start(data: &Path, binaries: Option<&Path>) -> Result<Self, DatabaseError> {
        std::fs::create_dir_all(data)
            .map_err(DatabaseError::file(format!("The data folder {} cannot be made", data.display())))?;
        let data = data.canonicalize().map_err(DatabaseError::file("The data folder cannot be found"))?;
        let binaries = find_binaries(binaries)?;
        let folder = data.join("postgres");
        let owner = Owner::of(&folder);
        owner.must_reach(
            &folder,
            "Choose a data folder elsewhere (DATA_DIR, or `cargo xtask run --data DIR`), for example under /var/lib.",
        )?;
        owner.must_reach(&binaries.join("postgres"), "Put PostgreSQL's programs elsewhere and name them by PG_BIN.")?;
        let place =
            Arc::new(Place { socket: socket_folder(&data), log: data.join("postgres.log"), binaries, folder, owner });
        let child = tokio::task::spawn_blocking({
            let place = place.clone();
            move || place.begin()
        })
        .await
        .map_err(|_| DatabaseError::Embedded("The start of the database was interrupted.".into()))??;
        let stopping = CancellationToken::new();
        let joined = child.is_none();
        let watch = tokio::spawn(watch(place.clone(), child, stopping.clone()));
        Ok(Self { place, stopping, watch, joined })
    }

    /// How to reach it.
    pub fn options(&self) -> PgConnectOptions {
        self.place.options()
    }

    /// The same as an address.
    pub fn url(&self) -> String {
        let folder = self.place.socket.display().to_string().replace('%', "%25").replace('/', "%2F");
        format!("postgres://{USER}@{folder}/{DATABASE}")
    }

    /// Stops it where it was started for this, and leaves it running for whoever else has started it.
    pub async fn leave(self) {
        if self.joined {
            self.watch.abort();
        } else {
            self.stop().await;
        }
    }

    /// Stops it: connections end, everything is on disk.
    pub async fn stop(self) {
        self.stopping.cancel();
        let _ = self.watch.await;
    }
}

/// Starts the database again when it dies under us, until we stop it ourselves.
async fn watch(place: Arc<Place>, mut child: Option<Child>, stopping: CancellationToken) {
    let mut look = tokio::time::interval(Duration::from_millis(500));
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            _ = look.tick() => {}
        }
        let alive = match &mut child {
            Some(child) => matches!(child.try_wait(), Ok(None)),
            None => Postmaster::of(&place.folder).is_some(),
        };
        if alive {
            continue;
        }
        tracing::error!(log = %place.log.display(), "the database ended by itself; starting it again");
        let again = place.clone();
        match tokio::task::spawn_blocking(move || again.begin()).await {
            Ok(Ok(begun)) => child = begun,
            Ok(Err(cause)) => tracing::error!(%cause, "the database did not start"),
            Err(_) => return,
        }
    }
    let _ = tokio::task::spawn_blocking(move || place.end(child)).await;
}

impl Place {
    fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass().socket(&self.socket).username(USER).database(DATABASE)
    }

    /// Makes, joins or starts; the child where the server is ours.
    fn begin(&self) -> Result<Option<Child>, DatabaseError> {
        self.must_match()?;
        if !self.folder.join("PG_VERSION").exists() {
            self.make()?;
        }
        if let Some(postmaster) = Postmaster::of(&self.folder) {
            if postmaster.socket_folder != self.socket {
                return Err(DatabaseError::Embedded(format!(
                    "The database of {} runs already (process {}) with its socket in {}, not in {}. Stop it and start again.",
                    self.folder.display(),
                    postmaster.pid,
                    postmaster.socket_folder.display(),
                    self.socket.display(),
                )));
            }
            self.wait_until_it_answers(None)?;
            tracing::info!(pid = postmaster.pid, "joined the database that runs already");
            return Ok(None);
        }
        self.owner.own(&self.socket)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut child = self.spawn()?;
            match self.wait_until_it_answers(Some(&mut child)) {
                Ok(()) => return Ok(Some(child)),
                // Processes of a killed server may still be about for a moment: then PostgreSQL refuses to start.
                Err(_) if Instant::now() < deadline && matches!(child.try_wait(), Ok(Some(_))) => {
                    std::thread::sleep(Duration::from_millis(300));
                }
                Err(cause) => return Err(cause),
            }
        }
    }

    fn must_match(&self) -> Result<(), DatabaseError> {
        let Ok(made_by) = std::fs::read_to_string(self.folder.join("PG_VERSION")) else { return Ok(()) };
        let output = self.owner.command(&self.binaries.join("postgres")).arg("--version").output();
        let output = output
            .map_err(DatabaseError::file(format!("{} cannot be run", self.binaries.join("postgres").display())))?;
        let version = String::from_utf8_lossy(&output.stdout).into_owned();
        let major = version.split_whitespace().last().and_then(|number| number.split('.').next()).unwrap_or_default();
        if major == made_by.trim() {
            return Ok(());
        }
        Err(DatabaseError::Embedded(format!(
            "The database in {} was made by PostgreSQL {}, and the programs in {} are {}. Use programs of version {} (PG_BIN), \
             or move the data with pg_dump and restore.",
            self.folder.display(),
            made_by.trim(),
            self.binaries.display(),
            version.trim(),
            made_by.trim(),
        )))
    }

    /// Makes an empty database, whole or not at all.
    fn make(&self) -> Result<(), DatabaseError> {
        tracing::info!(folder = %self.folder.display(), "making the database");
        let fresh = self.folder.with_extension("new");
        if fresh.exists() {
            std::fs::remove_dir_all(&fresh).map_err(DatabaseError::file("A half-made database cannot be removed"))?;
        }
        self.owner.own(&fresh)?;
        let output = self
            .owner
            .command(&self.binaries.join("initdb"))
            .arg("-D")
            .arg(&fresh)
            .args(["-U", USER, "--auth=trust", "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"])
            .args(["--locale=C", "--lc-ctype=C.UTF-8"])
            .output()
            .map_err(DatabaseError::file(format!("{} cannot be run", self.binaries.join("initdb").display())))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(DatabaseError::Embedded(format!("The database could not be made:\n{}", said.trim())));
        }
        if self.folder.exists() {
            std::fs::remove_dir(&self.folder)
                .map_err(DatabaseError::file(format!("{} is in the way of the database", self.folder.display())))?;
        }
        std::fs::rename(&fresh, &self.folder)
            .map_err(DatabaseError::file("The new database cannot be put in its place"))
    }

    fn spawn(&self) -> Result<Child, DatabaseError> {
        use std::os::unix::process::CommandExt;
        let log = std::fs::File::options().create(true).append(true).open(&self.log);
        let log =
            log.map_err(DatabaseError::file(format!("The database's log {} cannot be written", self.log.display())))?;
        let errors = log.try_clone().map_err(DatabaseError::file("The database's log cannot be written"))?;
        self.owner
            .command(&self.binaries.join("postgres"))
            .arg("-D")
            .arg(&self.folder)
            .arg("-k")
            .arg(&self.socket)
            .args([
                "-c",
                "listen_addresses=",
                "-c",
                "fsync=on",
                "-c",
                "shared_buffers=64MB",
                "-c",
                "max_connections=200",
            ])
            .args(["-c", "unix_socket_permissions=0700", "-c", "log_min_messages=warning"])
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            // Ctrl-C in the terminal is for the server: the database goes last.
            .process_group(0)
            .spawn()
            .map_err(DatabaseError::file(format!("{} cannot be run", self.binaries.join("postgres").display())))
    }

    fn wait_until_it_answers(&self, mut child: Option<&mut Child>) -> Result<(), DatabaseError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if self.is_ready() {
                return Ok(());
            }
            let ended = child.as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None)));
            if ended || Instant::now() > deadline {
                let log = std::fs::read_to_string(&self.log).unwrap_or_default();
                let tail: Vec<&str> = log.lines().rev().take(8).collect();
                let tail: Vec<&str> = tail.into_iter().rev().collect();
                return Err(DatabaseError::Embedded(format!(
                    "The database did not start. The end of {}:\n{}",
                    self.log.display(),
                    tail.join("\n"),
                )));
            }
            std::thread::sleep(Duration::from_millis(25));
        }
    }

    /// The eighth line of `postmaster.pid` says `ready` once connections are taken.
    fn is_ready(&self) -> bool {
        let text = std::fs::read_to_string(self.folder.join("postmaster.pid")).unwrap_or_default();
        Postmaster::of(&self.folder).is_some() && text.lines().nth(7).is_some_and(|status| status.trim() == "ready")
    }

    /// Asks the server to end, and waits.
    fn end(&self, child: Option<Child>) {
        let stopped = self
            .owner
            .command(&self.binaries.join("pg_ctl"))
            .arg("stop")
            .arg("-D")
            .arg(&self.folder)
            .args(["-m", "fast", "-w", "-t", "20"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !matches!(&stopped, Ok(status) if status.success()) {
            tracing::warn!("the database did not end in time; it recovers at the next start");
        }
        if let Some(mut child) = child {
            let _ = child.wait();
        }
    }
}

/// Where the socket goes: beside the data, or under a short name where that path is too long for one.
fn socket_folder(data: &Path) -> PathBuf {
    let beside = data.join("run");
    if beside.as_os_str().len() <= SOCKET_FOLDER {
        return beside;
    }
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(data.as_os_str().as_encoded_bytes());
    let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    std::env::temp_dir().join(format!("gathering-{short}"))
}

/// `PG_BIN`, else what lies beside the server's binary.
fn find_binaries(named: Option<&Path>) -> Result<PathBuf, DatabaseError> {
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("postgres/bin")));
    let found = named.map(Path::to_path_buf).or(beside.filter(|folder| folder.is_dir()));
    let Some(folder) = found else {
        return Err(DatabaseError::Embedded(
            "There are no PostgreSQL programs here. Start with `cargo xtask run`, which brings them, or name their folder by PG_BIN, \
             or a running database by DATABASE_URL."
                .into(),
        ));
    };
    let folder =
        folder.canonicalize().map_err(DatabaseError::file(format!("PG_BIN={} cannot be found", folder.display())))?;
    for program in ["postgres", "initdb", "pg_ctl"] {
        if !folder.join(program).is_file() {
            return Err(DatabaseError::Embedded(format!(
                "{} has no program “{program}”. Check PG_BIN.",
                folder.display()
            )));
        }
    }
    Ok(folder)
}
