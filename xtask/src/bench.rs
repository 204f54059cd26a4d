//! `bench`: figures on the release build, beside a bare limit of the same run.

use crate::build::{self, Profile};
use crate::step::{Done, shown, step};
use crate::{places, prepare};
use std::process::Command;

/// Builds everything for speed and hands over to the load generator.
pub fn bench(arguments: &[String]) -> Done {
    let kinds = ["fanout", "post", "page", "minds"];
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
    bench.args(arguments).env("SERVER", &built.server).env("SITE_DIR", &built.site).env("PG_BIN", postgres);
    shown(&mut bench, "Its message above says why.")
}
