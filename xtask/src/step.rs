//! Steps that say what they do, and fail with what to do about it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What a step hands back; the error is for people.
pub type Done<T = ()> = Result<T, String>;

/// Says what is being done and how long it took.
pub fn step<T>(what: &str, work: impl FnOnce() -> Done<T>) -> Done<T> {
    eprintln!("• {what} …");
    let begun = Instant::now();
    let done = work()?;
    eprintln!("  done in {:.1} s", begun.elapsed().as_secs_f64());
    Ok(done)
}

/// Runs a program in sight of the user.
pub fn shown(command: &mut Command, remedy: &str) -> Done {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name} failed ({status}). {remedy}")),
        Err(cause) => Err(format!("{name} cannot be run: {cause}. {remedy}")),
    }
}

/// Runs a program and keeps what it says to itself unless it fails.
pub fn quiet(command: &mut Command, remedy: &str) -> Done<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stdin(Stdio::null()).output().map_err(|cause| format!("{name} cannot be run: {cause}. {remedy}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{name} failed ({}):\n{said}{complained}\n{remedy}", output.status))
}

/// Whether a program can be started.
pub fn have(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// An error about a file, with its path.
pub fn file(what: &str, path: &Path) -> impl FnOnce(std::io::Error) -> String {
    let said = format!("{what} {}", path.display());
    move |cause| format!("{said}: {cause}")
}
