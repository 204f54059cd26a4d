//! A problem, as server functions hand it back.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::{Code, Problem};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What went wrong, on its way from a server function to a page or a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Failure(pub Problem);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Failure {}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl FromServerFnError for Failure {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(cause: ServerFnErrorErr) -> Self {
        Self(match cause {
            ServerFnErrorErr::Args(text) | ServerFnErrorErr::MissingArg(text) => argument(&text),
            ServerFnErrorErr::Request(_) => Problem::new(Code::Unreachable, crate::words::UNREACHABLE),
            _ => Problem::new(Code::Busy, crate::words::BUSY),
        })
    }
}

/// Serde's words about an argument, as a problem that names the field where they do.
fn argument(text: &str) -> Problem {
    let named = text.split('`').nth(1).map(str::to_owned);
    match named {
        Some(field) if text.contains("missing field") => {
            let message = format!("“{field}” is missing.");
            Problem::argument(field, message)
        }
        _ => Problem::new(Code::InvalidArgument, format!("An argument cannot be read: {text}.")),
    }
}

#[cfg(feature = "ssr")]
mod on_the_server {
    use super::Failure;
    use leptos::prelude::use_context;

    impl From<domain::Error> for Failure {
        fn from(cause: domain::Error) -> Self {
            if cause.is_internal() {
                tracing::error!(%cause, "a request failed inside");
            }
            Self(cause.problem())
        }
    }

    /// Lets a page answer with another status than 200.
    pub fn answer_with(status: u16) {
        use axum::http::StatusCode;
        if let (Some(response), Ok(status)) =
            (use_context::<leptos_axum::ResponseOptions>(), StatusCode::from_u16(status))
        {
            response.set_status(status);
        }
    }
}

#[cfg(feature = "ssr")]
pub use on_the_server::answer_with;
