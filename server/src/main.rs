//! The one binary: the server itself, its embedded database alone, the local model, what reads a document, or
//! what brings a conversation along.

use host::config::{Config, help};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.first().map(String::as_str) {
        Some("--help" | "-h" | "help") => {
            println!("{}", help());
            return ExitCode::SUCCESS;
        }
        Some("--version" | "-V") => {
            println!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        Some("model") => run(local::serve()),
        Some("import") => match (Config::load(), arguments.get(1)) {
            (Ok(config), Some(file)) => run(host::import(config, file.into())),
            (Err(wrong), _) => Err(wrong.into()),
            (_, None) => Err("name the file: server import FILE".into()),
        },
        Some("read") => documents::serve(arguments.get(1).map_or("", String::as_str)).map_err(Into::into),
        command @ (None | Some("database")) => match Config::load() {
            Ok(config) if command.is_some() => run(host::database::serve(config)),
            Ok(config) => run(host::serve(config)),
            Err(wrong) => Err(wrong.into()),
        },
        Some(unknown) => Err(format!("there is no command “{unknown}”; see --help").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            eprintln!("{cause}");
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn run<T, E: Into<Failure>>(work: impl Future<Output = Result<T, E>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(work).map(|_| ()).map_err(Into::into)
}
