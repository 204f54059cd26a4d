//! The commands that prepare a machine, build, run, test and measure. `cargo xtask help` lists them.

mod bench;
mod build;
mod dist;
mod eval;
mod places;
mod prepare;
mod run;
mod step;
mod test;
mod wasm_target;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask run [--release] [--port N] [--data DIR] [--fresh]
    prepares what is needed, builds, and starts the space
cargo xtask dev [--port N] [--data DIR]
    the same, and builds and starts again when a source changes
cargo xtask test [rules|domain|server|end2end] [--release] [-- FILTER]
    prepares what tests need and runs them, all kinds or one
cargo xtask bench fanout|post|page|minds|recall [--json]
    measures on the release build, beside a bare limit of the same run
cargo xtask eval memory [FILE] [--json]
    measures how well recall finds what questions about dialogues mean: the project's own, or those of a file
cargo xtask check
    fmt, clippy for both targets, licences
cargo xtask dist [DIR]
    makes one folder that runs without Rust or Node
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = arguments.split_first().map_or(("help", &[][..]), |(command, rest)| (command.as_str(), rest));
    let done = match command {
        "run" => run::Options::parse(rest).and_then(|options| run::run(&options)),
        "dev" => run::Options::parse(rest).and_then(|options| run::dev(&options)),
        "test" => test::test(rest),
        "bench" => bench::bench(rest),
        "eval" => eval::eval(rest),
        "check" => test::check(),
        "dist" => dist::dist(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        unknown => Err(format!("There is no command “{unknown}”.\n{HELP}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            eprintln!("\n{cause}");
            ExitCode::FAILURE
        }
    }
}
