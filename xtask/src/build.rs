//! Both halves of the app: the server, and the wasm with everything that the browser loads.

use crate::places;
use crate::step::{Done, file, shown, step};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use wasm_bindgen_cli_support::Bindgen;

/// Most bytes that the browser may load, compressed.
const MOST: usize = 350 * 1024;

/// Which of Cargo's profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build, quick enough to use; tests run on it.
    Dev,
    /// As fast as it gets.
    Release,
}

impl Profile {
    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Dev => &[],
            Self::Release => &["--release"],
        }
    }

    fn variable(self) -> &'static str {
        match self {
            Self::Dev => "CARGO_PROFILE_DEV",
            Self::Release => "CARGO_PROFILE_RELEASE",
        }
    }
}

/// What was built.
pub struct Built {
    /// The server's binary.
    pub server: PathBuf,
    /// The site's folder.
    pub site: PathBuf,
}

/// Builds the server and the site; what is up to date is left alone.
pub fn all(profile: Profile) -> Done<Built> {
    Ok(Built { site: site(profile)?, server: server(profile)? })
}

/// The server's binary.
pub fn server(profile: Profile) -> Done<PathBuf> {
    step("building the server", || {
        let mut cargo = Command::new("cargo");
        cargo
            .args(["build", "--package", "server", "--bin", "server"])
            .args(profile.arguments())
            .current_dir(places::workspace());
        shown(&mut cargo, "The compiler's message above says why.")
    })?;
    Ok(places::target().join(profile.folder()).join("server"))
}

/// The wasm, its glue and the stylesheet, under names with their hashes, with compressed copies beside them.
fn site(profile: Profile) -> Done<PathBuf> {
    crate::wasm_target::ensure()?;
    step("building the browser's half", || {
        let mut cargo = Command::new("cargo");
        cargo
            .args(["build", "--package", "frontend", "--lib", "--target", "wasm32-unknown-unknown"])
            .args(profile.arguments())
            .current_dir(places::workspace());
        // The same profile by name, so that macros and build scripts are built once; built for size.
        let settings = [
            ("OPT_LEVEL", "z"),
            ("LTO", "fat"),
            ("CODEGEN_UNITS", "1"),
            ("PANIC", "abort"),
            ("DEBUG", "false"),
            ("INCREMENTAL", "false"),
            ("DEBUG_ASSERTIONS", "false"),
            ("OVERFLOW_CHECKS", "false"),
        ];
        for (name, value) in settings {
            cargo.env(format!("{}_{name}", profile.variable()), value);
        }
        shown(&mut cargo, "The compiler's message above says why.")
    })?;
    let wasm = places::target().join("wasm32-unknown-unknown").join(profile.folder()).join("frontend.wasm");
    let site = places::target().join(profile.folder()).join("site");
    let style = places::workspace().join("style");
    let newest = [&wasm, &style.join("main.css"), &style]
        .into_iter()
        .filter_map(|path| modified(path))
        .chain(layers(&style)?.iter().filter_map(|path| modified(path)))
        .max();
    if modified(&site.join("manifest.json")) > newest {
        return Ok(site);
    }
    step("preparing what the browser loads", || assemble(&wasm, &style, &site))?;
    Ok(site)
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

/// The stylesheet's files in the order that `main.css` names.
fn layers(style: &Path) -> Done<Vec<PathBuf>> {
    let main = style.join("main.css");
    let text = std::fs::read_to_string(&main).map_err(file("cannot read", &main))?;
    Ok(text
        .lines()
        .filter_map(|line| line.strip_prefix("@import \"")?.split('"').next())
        .map(|name| style.join(name))
        .collect())
}

fn assemble(wasm: &Path, style: &Path, site: &Path) -> Done {
    let fresh = site.with_extension("new");
    let _ = std::fs::remove_dir_all(&fresh);
    let pkg = fresh.join("pkg");
    std::fs::create_dir_all(&pkg).map_err(file("cannot make", &pkg))?;

    let mut bindgen = Bindgen::new();
    let output = bindgen.input_path(wasm).web(true).and_then(|bindgen| {
        bindgen
            .out_name("gathering")
            .typescript(false)
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate(&pkg)
    });
    output.map_err(|cause| format!("wasm-bindgen failed: {cause:#}"))?;
    let script = hashed(&pkg, "gathering.js")?;
    let wasm = hashed(&pkg, "gathering_bg.wasm")?;

    let mut css = String::new();
    for layer in layers(style)? {
        css.push_str(&std::fs::read_to_string(&layer).map_err(file("cannot read", &layer))?);
    }
    std::fs::write(pkg.join("style.css"), css).map_err(file("cannot write", &pkg))?;
    let style_name = hashed(&pkg, "style.css")?;
    for icon in ["favicon.svg", "favicon-lit.svg"] {
        std::fs::copy(style.join(icon), fresh.join(icon)).map_err(file("cannot copy", &style.join(icon)))?;
    }

    let mut total = 0;
    for name in [&script, &wasm, &style_name] {
        total += compress(&pkg.join(name))?;
    }
    eprintln!("  the browser loads {} KiB", total.div_ceil(1024));
    if total > MOST {
        return Err(format!(
            "What the browser loads is more than {} KiB. Find out what grew, and keep heavy things on the server.",
            MOST / 1024
        ));
    }
    let manifest = serde_json::json!({"script": script, "wasm": wasm, "style": style_name});
    std::fs::write(fresh.join("manifest.json"), manifest.to_string()).map_err(file("cannot write", &fresh))?;
    let _ = std::fs::remove_dir_all(site);
    std::fs::rename(&fresh, site).map_err(file("cannot put in place", site))
}

/// Gives a file a name with the hash of what it holds.
fn hashed(folder: &Path, name: &str) -> Done<String> {
    let path = folder.join(name);
    let bytes = std::fs::read(&path).map_err(file("cannot read", &path))?;
    let hash: String = Sha256::digest(&bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    let new = format!("{stem}-{hash}.{end}");
    std::fs::rename(&path, folder.join(&new)).map_err(file("cannot rename", &path))?;
    Ok(new)
}

/// Writes the brotli copy and says how long it is.
fn compress(path: &Path) -> Done<usize> {
    let bytes = std::fs::read(path).map_err(file("cannot read", path))?;
    let mut packed = Vec::new();
    {
        let mut writer = brotli::CompressorWriter::new(&mut packed, 1 << 16, 11, 22);
        writer.write_all(&bytes).map_err(file("cannot compress", path))?;
    }
    let target = PathBuf::from(format!("{}.br", path.display()));
    std::fs::write(&target, &packed).map_err(file("cannot write", &target))?;
    Ok(packed.len())
}
