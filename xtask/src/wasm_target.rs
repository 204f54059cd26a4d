//! The standard library for wasm: by rustup, or, where a machine's toolchain is not to be added to by download, built
//! from Debian's source package of the very same release.

use crate::step::{Done, file, quiet, shown, step};
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's suites that may carry the source of a current compiler.
const SUITES: &[&str] = &["trixie-backports", "sid", "trixie", "forky"];

/// Makes sure that the compiler in use can build for the browser.
pub fn ensure() -> Done {
    let sysroot = PathBuf::from(
        quiet(Command::new("rustc").args(["--print", "sysroot"]), "Install Rust: https://rustup.rs")?.trim(),
    );
    let folder = sysroot.join("lib/rustlib").join(TARGET);
    if has_std(&folder) {
        return Ok(());
    }
    let by_download = std::env::var("RUSTUP_AUTO_INSTALL").map_or(true, |value| value != "0");
    if by_download
        && step("adding the wasm target by rustup", || {
            shown(Command::new("rustup").args(["target", "add", TARGET]), "")
        })
        .is_ok()
        && has_std(&folder)
    {
        return Ok(());
    }
    if !Path::new("/usr/bin/apt-get").exists() {
        return Err(format!(
            "The compiler cannot build for {TARGET}. Run `rustup target add {TARGET}` (see https://rustup.rs) and start again."
        ));
    }
    step("building the wasm target from Debian's Rust source (about a minute)", || from_debian(&folder))
}

fn has_std(folder: &Path) -> bool {
    let Ok(files) = std::fs::read_dir(folder.join("lib")) else { return false };
    files.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}

fn from_debian(folder: &Path) -> Done {
    let release = quiet(Command::new("rustc").arg("--version"), "")?;
    let release = release.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let work = std::env::temp_dir().join(format!("gathering-wasm-{}", std::process::id()));
    let done = (|| {
        let library = fetch(&work, &release)?;
        build(&work, &library)?;
        install(&work, folder)
    })();
    let _ = std::fs::remove_dir_all(&work);
    done?;
    if has_std(folder) { Ok(()) } else { Err("The wasm target was built, but the compiler does not see it.".into()) }
}

/// apt-get with lists of its own, so that the machine's are left alone.
fn apt(program: &str, work: &Path) -> Command {
    let mut command = Command::new(program);
    let option = |name: &str, value: String| ["-o".to_owned(), format!("{name}={value}")];
    command
        .arg("-qq")
        .args(option("Dir::Etc::SourceList", work.join("sources.list").display().to_string()))
        .args(option("Dir::Etc::SourceParts", "/dev/null".into()))
        .args(option("Dir::State::Lists", work.join("lists").display().to_string()))
        .args(option("Dir::Cache", work.join("cache").display().to_string()))
        .args(option("APT::Sandbox::User", "root".into()))
        .current_dir(work);
    command
}

/// Downloads and unpacks the source of exactly this release.
fn fetch(work: &Path, release: &str) -> Done<PathBuf> {
    for folder in ["lists/partial", "cache/archives/partial"] {
        let path = work.join(folder);
        std::fs::create_dir_all(&path).map_err(file("cannot make", &path))?;
    }
    let mirrors = quiet(
        Command::new("apt-get").args(["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]),
        "Run `apt-get update` and start again.",
    )?;
    let mirror = mirrors
        .lines()
        .find(|uri| uri.trim_end_matches('/').ends_with("/debian"))
        .ok_or("No Debian package source is configured.")?;
    let version = SUITES.iter().find_map(|suite| {
        let line = format!("deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {mirror} {suite} main\n");
        std::fs::write(work.join("sources.list"), line).ok()?;
        quiet(apt("apt-get", work).arg("update"), "").ok()?;
        let listed = quiet(apt("apt-cache", work).args(["madison", "rust-src"]), "").ok()?;
        let versions = listed.lines().filter_map(|line| Some(line.split('|').nth(1)?.trim().to_owned()));
        versions.into_iter().find(|version| version.starts_with(&format!("{release}+")))
    });
    let version = version.ok_or_else(|| {
        format!("Debian has no rust-src {release}. Let rustup add the target: unset RUSTUP_AUTO_INSTALL.")
    })?;
    quiet(apt("apt-get", work).args(["download", &format!("rust-src={version}")]), "")?;
    let package = std::fs::read_dir(work).map_err(file("cannot read", work))?.flatten().map(|entry| entry.path());
    let package = package
        .into_iter()
        .find(|path| path.extension().is_some_and(|end| end == "deb"))
        .ok_or("apt brought no package.")?;
    quiet(Command::new("dpkg-deb").arg("-x").arg(&package).arg(work.join("source")), "")?;
    let sources = work.join("source/usr/src");
    let found = std::fs::read_dir(&sources)
        .map_err(file("cannot read", &sources))?
        .flatten()
        .map(|entry| entry.path().join("library"));
    found
        .into_iter()
        .find(|library| library.join("sysroot").is_dir())
        .ok_or_else(|| "The package holds no standard library.".into())
}

fn build(work: &Path, library: &Path) -> Done {
    let remap = format!("-Zforce-unstable-if-unmarked --remap-path-prefix={}=/rustc/library", library.display());
    quiet(
        Command::new("cargo")
            .args(["build", "--manifest-path"])
            .arg(library.join("sysroot/Cargo.toml"))
            .args(["--profile", "dist", "--target", TARGET, "-p", "sysroot", "-p", "panic_abort"])
            .current_dir(library)
            // The standard library is built with what only the compiler itself may use.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("__CARGO_DEFAULT_LIB_METADATA", "stablestd")
            .env("CARGO_TARGET_DIR", work.join("target"))
            .env("CARGO_PROFILE_DIST_DEBUG", "0")
            .env("RUSTFLAGS", remap)
            .env("RUSTUP_TOOLCHAIN", std::env::var("RUSTUP_TOOLCHAIN").unwrap_or_else(|_| "stable".into())),
        "",
    )
    .map(|_| ())
}

fn install(work: &Path, folder: &Path) -> Done {
    let fresh = folder.with_extension("new");
    let _ = std::fs::remove_dir_all(&fresh);
    std::fs::create_dir_all(fresh.join("lib")).map_err(file("cannot make", &fresh))?;
    let built = work.join("target").join(TARGET).join("dist/deps");
    for entry in std::fs::read_dir(&built).map_err(file("cannot read", &built))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().extension().is_some_and(|end| end == "rlib") && !name.starts_with("libsysroot-") {
            std::fs::copy(entry.path(), fresh.join("lib").join(&name)).map_err(file("cannot copy", &entry.path()))?;
        }
    }
    // Two copies of a standard library in one sysroot cannot be told apart.
    let _ = std::fs::remove_dir_all(folder);
    std::fs::rename(&fresh, folder).map_err(file("cannot put in place", folder))
}
