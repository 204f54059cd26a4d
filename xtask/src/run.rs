//! `run` and `dev`: from a checkout to an open space.

use crate::build::{self, Built, Profile};
use crate::step::Done;
use crate::{places, prepare};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, SystemTime};

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    profile: Profile,
    port: Option<u16>,
    data: PathBuf,
    fresh: bool,
}

impl Options {
    /// Reads the command line.
    pub fn parse(arguments: &[String]) -> Done<Self> {
        let mut options = Self { profile: Profile::Dev, port: None, data: places::data(), fresh: false };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = |name: &str| arguments.next().cloned().ok_or_else(|| format!("{name} needs a value."));
            match argument.as_str() {
                "--release" => options.profile = Profile::Release,
                "--fresh" => options.fresh = true,
                "--data" => options.data = PathBuf::from(value("--data")?),
                "--port" => {
                    let port = value("--port")?;
                    options.port =
                        Some(port.parse().map_err(|_| format!("--port {port}: expected a number up to 65535."))?);
                }
                unknown => {
                    return Err(format!(
                        "run does not know {unknown}: there are --release, --port N, --data DIR and --fresh."
                    ));
                }
            }
        }
        Ok(options)
    }
}

/// The server, as the options and the prepared machine want it.
pub fn command(built: &Built, postgres: &Path, model: &Path, encoder: &Path) -> Command {
    let mut server = Command::new(&built.server);
    server.env("SITE_DIR", &built.site);
    if std::env::var_os("DATABASE_URL").is_none() {
        server.env("PG_BIN", postgres);
    }
    server.env("MODEL_FILE", model).env("ENCODER_DIR", encoder);
    server
}

fn start(options: &Options) -> Done<Command> {
    let postgres = prepare::postgres()?;
    let (model, encoder) = (prepare::model()?, prepare::encoder()?);
    let built = build::all(options.profile)?;
    let mut server = command(&built, &postgres, &model, &encoder);
    server.env("DATA_DIR", &options.data);
    if let Some(port) = options.port {
        server.env("PORT", port.to_string());
    }
    Ok(server)
}

/// Forgets everything that was said, where that was asked for.
fn make_fresh(options: &Options) -> Done {
    if !options.fresh || !options.data.exists() {
        return Ok(());
    }
    let lock = options.data.join("server.lock");
    let held = std::fs::File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock)
        .is_ok_and(|file| file.try_lock().is_err());
    if held {
        return Err(format!("A server runs on {}. Stop it before --fresh.", options.data.display()));
    }
    let ours = ["postgres", "postgres.new", "run", "postgres.log", "secret_key", "server.lock"];
    for name in ours {
        let path = options.data.join(name);
        let gone = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        match gone {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("cannot remove {}: {cause}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Prepares, builds and serves until the server ends.
pub fn run(options: &Options) -> Done {
    let mut server = start(options)?;
    make_fresh(options)?;
    let child = server.spawn().map_err(|cause| format!("The server cannot be started: {cause}"))?;
    wait(child)
}

/// Ctrl-C reaches the server too; it ends requests first and the database last, and this waits for it.
fn wait(mut child: Child) -> Done {
    ignore_interrupts();
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("The server ended: {status}. Its last lines above say why.")),
        Err(cause) => Err(format!("The server was lost: {cause}")),
    }
}

fn ignore_interrupts() {
    // The handler does nothing: that the process is not ended by the signal is all that is wanted.
    let _ = ctrlc::set_handler(|| {});
}

/// The same, and again whenever a source changes.
pub fn dev(options: &Options) -> Done {
    make_fresh(options)?;
    ignore_interrupts();
    let mut seen = newest_source();
    loop {
        let mut child = match start(options).and_then(|mut server| server.spawn().map_err(|cause| cause.to_string())) {
            Ok(child) => Some(child),
            Err(cause) => {
                eprintln!("{cause}");
                None
            }
        };
        loop {
            std::thread::sleep(Duration::from_millis(400));
            if let Some(running) = &mut child
                && let Ok(Some(_)) = running.try_wait()
            {
                return Ok(());
            }
            let now = newest_source();
            if now > seen {
                seen = now;
                break;
            }
        }
        if let Some(mut running) = child.take() {
            terminate(&running);
            let _ = running.wait();
        }
    }
}

/// Asks a process to end.
pub fn terminate(child: &Child) {
    let _ = Command::new("kill").arg(child.id().to_string()).status();
}

/// When a source was last changed.
fn newest_source() -> Option<SystemTime> {
    let root = places::workspace();
    let folders = ["model", "domain", "local", "documents", "app", "frontend", "server", "migrations", "style"];
    let whole = [root.join("Cargo.toml"), root.join("Cargo.lock")];
    let mut newest = whole.iter().filter_map(|file| std::fs::metadata(file).ok()?.modified().ok()).max();
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(found) if found.is_dir() => waiting.push(entry.path()),
                Ok(found) => newest = newest.max(found.modified().ok()),
                Err(_) => {}
            }
        }
    }
    newest
}
