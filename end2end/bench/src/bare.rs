//! The bare limit of fan-out: the least that an axum server can do, handing ready bytes on to everybody.

use crate::Failure;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use bytes::Bytes;
use futures::StreamExt;
use std::convert::Infallible;
use tokio::sync::broadcast;

/// Serves on a free port, which it prints: `GET /events` listens, `POST /post` tells everybody, `GET /page` is a static page.
pub async fn serve() -> Result<(), Failure> {
    let (told, _) = broadcast::channel::<Bytes>(1024);
    let page: &'static str = Box::leak("x".repeat(page_size()).into_boxed_str());
    let router = Router::new()
        .route("/events", get(events))
        .route("/post", post(async |State(told): State<broadcast::Sender<Bytes>>, body: Bytes| drop(told.send(body))))
        .route("/page", get(async move || page))
        .with_state(told);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}

fn page_size() -> usize {
    std::env::args().nth(2).and_then(|size| size.parse().ok()).unwrap_or(10_000)
}

async fn events(State(told): State<broadcast::Sender<Bytes>>) -> impl IntoResponse {
    let frames = futures::stream::unfold(told.subscribe(), |mut heard| async move {
        loop {
            match heard.recv().await {
                Ok(frame) => return Some((Ok::<_, Infallible>(frame), heard)),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(frames.boxed()))
}
