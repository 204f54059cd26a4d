//! `test` and `check`: every kind of test, counted, and what has to hold before them.

use crate::build::{self, Built, Profile};
use crate::step::{Done, quiet, shown, step};
use crate::{places, prepare};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The packages whose tests run natively; together, so that their dependencies are built once.
const PACKAGES: &[&str] = &["model", "documents", "domain", "local", "app", "server", "stub-provider", "bench"];

/// How many passed and failed.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    passed: u32,
    failed: u32,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Runs all kinds of tests, or one. `--release` has the browser tests meet the server's release build; the browser's
/// half is built the same way, for size, in both.
pub fn test(arguments: &[String]) -> Done {
    let (kinds, filter) = match arguments.iter().position(|argument| argument == "--") {
        Some(at) => (&arguments[..at], &arguments[at + 1..]),
        None => (arguments, &[][..]),
    };
    let release = kinds.iter().any(|kind| kind == "--release");
    let kinds: Vec<&String> = kinds.iter().filter(|kind| *kind != "--release").collect();
    let known = ["rules", "domain", "server", "end2end"];
    if let Some(unknown) = kinds.iter().find(|kind| !known.contains(&kind.as_str())) {
        return Err(format!("There are no tests of the kind “{unknown}”: there are {}.", known.join(", ")));
    }
    let wanted = |kind: &str| kinds.is_empty() || kinds.iter().any(|wanted| *wanted == kind);
    let mut count = Count::default();
    if wanted("rules") {
        let encoder = prepare::encoder()?.display().to_string();
        count.add(cargo_test(&["--lib", "--bins"], filter, &[("ENCODER_DIR", encoder.as_str())])?);
    }
    if wanted("domain") || wanted("server") || wanted("end2end") {
        let built = build::all(Profile::Dev)?;
        let postgres = prepare::postgres()?;
        if wanted("domain") || wanted("server") {
            let database = Database::start(&built.server, &postgres)?;
            let site = built.site.display().to_string();
            let programs = postgres.display().to_string();
            let redis = prepare::redis()?.display().to_string();
            let environment = [
                ("TEST_DATABASE_URL", database.url.as_str()),
                ("TEST_REDIS_SERVER", redis.as_str()),
                ("TEST_SITE_DIR", &site),
                ("TEST_PG_BIN", &programs),
            ];
            if wanted("domain") {
                count.add(cargo_test(&["--test", "domain"], filter, &environment)?);
            }
            if wanted("server") {
                count.add(cargo_test(&["--test", "http"], filter, &environment)?);
            }
        }
        if wanted("end2end") {
            let built = if release { build::all(Profile::Release)? } else { built };
            count.add(browsers(&built, &postgres, filter)?);
        }
    }
    println!("{} passed, {} failed", count.passed, count.failed);
    match count {
        Count { passed: 0, .. } => Err("No test ran.".into()),
        Count { failed: 0, .. } => Ok(()),
        Count { failed, .. } => Err(format!("{failed} tests failed; their output is above.")),
    }
}

/// Runs `cargo test` in sight of the user and adds its closing lines up.
fn cargo_test(targets: &[&str], filter: &[String], environment: &[(&str, &str)]) -> Done<Count> {
    let mut cargo = Command::new("cargo");
    cargo.arg("test").arg("--no-fail-fast").current_dir(places::workspace());
    for package in PACKAGES {
        cargo.args(["--package", package]);
    }
    cargo.args(targets).arg("--").args(filter).envs(environment.iter().copied());
    // As many servers at once as the machine has cores: each brings a database.
    let mut child = cargo.stdout(Stdio::piped()).spawn().map_err(|cause| format!("cargo cannot be run: {cause}"))?;
    let output = child.stdout.take().ok_or("cargo says nothing.")?;
    let mut count = Count::default();
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        println!("{line}");
        if let Some(rest) = line.strip_prefix("test result: ") {
            let number = |word: &str| {
                let before = rest.split(word).next().and_then(|text| text.split_whitespace().last());
                before.and_then(|number| number.parse().ok()).unwrap_or(0)
            };
            count.add(Count { passed: number(" passed"), failed: number(" failed") });
        }
    }
    let status = child.wait().map_err(|cause| cause.to_string())?;
    if !status.success() && count.failed == 0 {
        return Err("The tests could not be built or did not end; the compiler's message above says why.".into());
    }
    Ok(count)
}

/// The embedded database alone, for tests that bring their own space.
pub struct Database {
    child: Child,
    /// How to reach it.
    pub url: String,
    data: PathBuf,
}

impl Database {
    /// Starts it.
    pub fn start(server: &Path, postgres: &Path) -> Done<Self> {
        let data = std::env::temp_dir().join(format!("gathering-tests-{}", std::process::id()));
        let mut child = Command::new(server)
            .arg("database")
            .env_remove("DATABASE_URL")
            .env("DATA_DIR", &data)
            .env("PG_BIN", postgres)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|cause| format!("The test database cannot be started: {cause}"))?;
        let mut url = String::new();
        let output = child.stdout.take().ok_or("The test database says nothing.")?;
        BufReader::new(output).read_line(&mut url).map_err(|cause| cause.to_string())?;
        let url = url.trim().to_owned();
        if url.is_empty() {
            return Err("The test database did not start; its message is above.".into());
        }
        Ok(Self { child, url, data })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        crate::run::terminate(&self.child);
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

/// The stories of people, in a real browser.
fn browsers(built: &Built, postgres: &Path, filter: &[String]) -> Done<Count> {
    prepare::playwright()?;
    let browser = prepare::browser()?;
    let (model, encoder) = (prepare::model()?, prepare::encoder()?);
    step("building the stub provider", || {
        let mut cargo = Command::new("cargo");
        shown(cargo.args(["build", "--package", "stub-provider"]).current_dir(places::workspace()), "")
    })?;
    let folder = places::workspace().join("end2end");
    let results = folder.join("results");
    let report = results.join("report.json");
    let _ = std::fs::remove_file(&report);
    let mut playwright = Command::new("npx");
    playwright
        .args(["playwright", "test"])
        .args(filter)
        .current_dir(&folder)
        .env("SERVER", &built.server)
        .env("SITE_DIR", &built.site)
        .env("PG_BIN", postgres)
        .env("MODEL_FILE", model)
        .env("ENCODER_DIR", encoder)
        .env("STUB", places::target().join("debug/stub-provider"))
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    if let Some(browser) = browser {
        playwright.env("CHROMIUM", browser);
    }
    let ran = playwright.status().map_err(|cause| format!("Playwright cannot be run: {cause}"))?;
    let text = std::fs::read_to_string(&report).map_err(|_| format!("Playwright left no report ({ran})."))?;
    let report: serde_json::Value =
        serde_json::from_str(&text).map_err(|cause| format!("Playwright's report cannot be read: {cause}"))?;
    let stat = |name: &str| report["stats"][name].as_u64().unwrap_or(0) as u32;
    // A story that only passed the second time, or was skipped, did not pass.
    Ok(Count { passed: stat("expected"), failed: stat("unexpected") + stat("flaky") + stat("skipped") })
}

/// What has to hold before any test: form, lints for both targets, licences.
pub fn check() -> Done {
    crate::wasm_target::ensure()?;
    let root = places::workspace();
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new("cargo");
        cargo.args(arguments).current_dir(&root);
        cargo
    };
    step("checking the form", || shown(&mut cargo(&["fmt", "--all", "--check"]), "Run `cargo fmt --all`."))?;
    step("linting the server's half", || {
        let mut clippy = cargo(&["clippy", "--all-targets", "--quiet"]);
        for package in PACKAGES {
            clippy.args(["--package", package]);
        }
        shown(clippy.args(["--", "-D", "warnings"]), "")
    })?;
    step("linting the commands", || {
        shown(&mut cargo(&["clippy", "--package", "xtask", "--quiet", "--", "-D", "warnings"]), "")
    })?;
    step("linting the browser's half", || {
        shown(
            &mut cargo(&[
                "clippy",
                "--package",
                "frontend",
                "--package",
                "app",
                "--features",
                "app/hydrate",
                "--target",
                "wasm32-unknown-unknown",
                "--quiet",
                "--",
                "-D",
                "warnings",
            ]),
            "",
        )
    })?;
    step("checking licences and sources", || {
        let deny = prepare::cargo_deny()?;
        quiet(Command::new(deny).args(["check", "licenses", "bans", "sources"]).current_dir(&root), "").map(|_| ())
    })
}
