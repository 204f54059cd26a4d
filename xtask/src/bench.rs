//! `bench`: figures on the release build, beside a bare limit of the same run.

use crate::build::{self, Profile};
use crate::step::{Done, shown, step};
use crate::test::Database;
use crate::{eval, places, prepare};
use std::process::Command;

/// Builds everything for speed and hands over to the load generator.
pub fn bench(arguments: &[String]) -> Done {
    let kinds = ["fanout", "post", "page", "minds", "recall"];
    match arguments.first() {
        Some(kind) if kinds.contains(&kind.as_str()) => {}
        _ => return Err(format!("Which figure? There are {}.", kinds.join(", "))),
    }
    let postgres = prepare::postgres()?;
    let built = build::all(Profile::Release)?;
    step("building the load generator", || {
        let mut cargo = Command::new("cargo");
        shown(cargo.args(["build", "--release", "--package", "bench"]).current_dir(places::workspace()), "")
    })?;
    let mut bench = Command::new(built.server.with_file_name("bench"));
    bench.args(arguments).env("SERVER", &built.server).env("SITE_DIR", &built.site).env("PG_BIN", &postgres);
    // What needs no space that is open needs a database.
    let _database = if arguments.first().is_some_and(|kind| kind == "recall") {
        let database = Database::start(&built.server, &postgres)?;
        bench.env("DATABASE", &database.url).env("ENCODER_DIR", prepare::encoder()?);
        bench.env("DIALOGUES", places::workspace().join(eval::OWN));
        Some(database)
    } else {
        None
    };
    shown(&mut bench, "Its message above says why.")
}
