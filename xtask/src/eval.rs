//! `eval`: how well recall finds what questions about dialogues mean.

use crate::build::{self, Profile};
use crate::step::{Done, shown, step};
use crate::test::Database;
use crate::{places, prepare};
use std::path::PathBuf;
use std::process::Command;

/// The project's own dialogues.
pub const OWN: &str = "end2end/memory/dialogues.json";

/// Measures recall on a file, with a database of its own.
pub fn eval(arguments: &[String]) -> Done {
    let Some(("memory", rest)) = arguments.split_first().map(|(kind, rest)| (kind.as_str(), rest)) else {
        return Err("What? There is `cargo xtask eval memory [FILE] [--json]`.".into());
    };
    let named = rest.first().filter(|argument| !argument.starts_with("--"));
    let file = named.map_or_else(|| places::workspace().join(OWN), PathBuf::from);
    let (postgres, encoder) = (prepare::postgres()?, prepare::encoder()?);
    let server = build::server(Profile::Dev)?;
    step("building what asks the questions", || {
        let mut cargo = Command::new("cargo");
        shown(cargo.args(["build", "--package", "bench"]).current_dir(places::workspace()), "")
    })?;
    let database = Database::start(&server, &postgres)?;
    let mut bench = Command::new(server.with_file_name("bench"));
    bench.args(["eval", "memory"]).arg(file).args(&rest[usize::from(named.is_some())..]);
    bench.env("DATABASE", &database.url).env("ENCODER_DIR", encoder);
    shown(&mut bench, "Its message above says why.")
}
