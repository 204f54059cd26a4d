//! Which database the server works on: somebody's by `DATABASE_URL`, or its own.

mod embedded;
mod owner;
mod postmaster;

pub use embedded::Embedded;

use crate::config::{Config, Database};
use secrecy::ExposeSecret;
use sqlx::postgres::PgConnectOptions;

/// How a database cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// What was tried, why it failed, what to do.
    #[error("{0}")]
    Embedded(String),
    /// Files.
    #[error("{what}: {cause}")]
    File {
        /// What was done with which file.
        what: String,
        /// Why it failed.
        cause: std::io::Error,
    },
    /// The address cannot be read or nobody answers there.
    #[error("DATABASE_URL does not lead to a database: {0}")]
    Url(#[source] sqlx::Error),
}

impl DatabaseError {
    pub(crate) fn file(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |cause| Self::File { what, cause }
    }
}

/// A database that is there, with the server that has to be stopped afterwards if it is ours.
pub struct Opened {
    /// How to reach it.
    pub options: PgConnectOptions,
    /// Ours.
    pub embedded: Option<Embedded>,
}

/// Opens the configured database.
pub async fn open(config: &Config) -> Result<Opened, DatabaseError> {
    match &config.database {
        Database::At(url) => {
            let options = url.expose_secret().parse().map_err(DatabaseError::Url)?;
            Ok(Opened { options, embedded: None })
        }
        Database::Embedded { binaries } => {
            let embedded = Embedded::start(&config.data, binaries.as_deref()).await?;
            Ok(Opened { options: embedded.options(), embedded: Some(embedded) })
        }
    }
}

/// Runs the embedded database alone until a signal, and prints how to reach it: for backups, `psql` and tests.
pub async fn serve(config: Config) -> Result<(), DatabaseError> {
    let opened = open(&config).await?;
    let Some(embedded) = opened.embedded else {
        return Err(DatabaseError::Embedded("DATABASE_URL is set: there is no embedded database to run.".into()));
    };
    println!("{}", embedded.url());
    crate::serve::signalled().await;
    embedded.leave().await;
    Ok(())
}
