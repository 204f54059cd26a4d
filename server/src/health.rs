//! `/healthz`: the process lives. `/readyz`: it can do its work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{Space, database};
use serde_json::{Value, json};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Lives.
pub(crate) async fn live() -> Json<Value> {
    Json(json!({"status": "live"}))
}

/// Works: the database answers, and nobody asked the server to stop.
pub(crate) async fn ready(State((space, stopping)): State<(Space, CancellationToken)>) -> (StatusCode, Json<Value>) {
    if stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "stopping"})));
    }
    match tokio::time::timeout(Duration::from_secs(2), database::answers(&space.db)).await {
        Ok(Ok(())) => (StatusCode::OK, Json(json!({"status": "ready"}))),
        Ok(Err(_)) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "no database"}))),
    }
}
