//! The log: one line for each request and task, with its outcome and time.

use crate::config::{Config, LogFormat};
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Begins to log as configured. A second call changes nothing.
pub(crate) fn begin(config: &Config) {
    // A cookie without a session is an everyday thing (ended, expired, another database), not a warning; and what a
    // provider said is told by us, without its whole text.
    let filter =
        EnvFilter::try_new(format!("{},tower_sessions_core=error,tower_sessions=error,async_openai=off", config.log))
            .unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let _ = match config.log_format {
        LogFormat::Pretty => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}

/// Gives each request an id and a line.
pub(crate) async fn each_request(request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().simple().to_string();
    let method = request.method().clone();
    // The route, not the path: a path can hold an invitation's token.
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = match route {
        Some(route) if route.starts_with("/api/{") => request.uri().path().chars().take(80).collect(),
        Some(route) => route,
        None => "-".to_owned(),
    };
    let span = tracing::info_span!("request", id = %id);
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span).await;
    let (status, us) = (response.status().as_u16(), begun.elapsed().as_micros() as u64);
    if status >= 500 {
        tracing::warn!(id, %method, route, status, us, "request");
    } else if route.starts_with("/pkg") || route == "/healthz" || route == "/readyz" {
        tracing::debug!(id, %method, route, status, us, "request");
    } else {
        tracing::info!(id, %method, route, status, us, "request");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
