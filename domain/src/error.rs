//! The one error of this crate, and what users are told of it.

use model::{Code, Problem};

/// What can go wrong in the space.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request was understood and is refused; the problem says why and what to do.
    #[error("refused: {0}")]
    Refused(#[from] Problem),
    /// The database failed or could not be reached.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Hashing a password failed.
    #[error("password hash: {0}")]
    Password(String),
    /// A task of this process ended before its answer.
    #[error("interrupted: {0}")]
    Interrupted(&'static str),
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A constraint's name, and what breaking it means to a user.
const CONSTRAINTS: &[(&str, Code, &str, &str)] = &[
    ("entities_name_taken", Code::NameTaken, "name", "This name is taken. Choose another one."),
    ("entities_look_taken", Code::NameTaken, "name", "This name looks like somebody else's. Choose another one."),
    ("accounts_email_taken", Code::EmailTaken, "email", "This address has an account already. Log in instead."),
    ("providers_name_taken", Code::NameTaken, "name", "A provider of this name is there already. Choose another one."),
    ("minds_provider", Code::InvalidArgument, "provider", "This provider is not there any more. Choose another one."),
    (
        "fallbacks_provider",
        Code::InvalidArgument,
        "fallbacks",
        "One of these providers is not there any more. Choose others.",
    ),
    (
        "channels_room_name_taken",
        Code::RoomNameTaken,
        "name",
        "A room of this name is there already. Choose another one.",
    ),
];

impl Error {
    /// What the outside is told. The cause inside stays inside.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Refused(problem) => problem.clone(),
            Self::Database(sqlx::Error::Database(cause)) => {
                let broken = CONSTRAINTS.iter().find(|(name, ..)| cause.constraint() == Some(name));
                match broken {
                    Some((_, code, field, message)) => Problem::new(*code, *message).about(*field),
                    None => unavailable(),
                }
            }
            Self::Password(_) | Self::Interrupted(_) => busy(),
            Self::Database(_) | Self::Migration(_) => unavailable(),
        }
    }

    /// Whether the cause is inside and belongs into the log.
    pub fn is_internal(&self) -> bool {
        !matches!(self, Self::Refused(_)) && matches!(self.problem().code, Code::Busy | Code::Unavailable)
    }

    /// Whether a constraint of this name was broken.
    pub(crate) fn broke(&self, constraint: &str) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(cause)) if cause.constraint() == Some(constraint))
    }
}

fn unavailable() -> Problem {
    Problem::new(Code::Unavailable, "The space cannot reach its memory right now. Try again in a moment.").after(2)
}

fn busy() -> Problem {
    Problem::new(Code::Busy, "The server has too much to do. Try again in a moment.").after(2)
}

/// `not_found` in the words of whatever was looked for: the same whether it does not exist or may not be seen.
pub(crate) fn not_found(what: &str) -> Error {
    Problem::new(Code::NotFound, format!("There is no such {what}, or it is not open to you.")).into()
}
