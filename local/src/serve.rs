//! `server model`: the child's half. OpenAI's chat completions on a loopback port, for the parent alone.

use crate::engine::{self, Job, Word};
use crate::prompt::Line;
use crate::{IDLE, MODEL_FILE, MODEL_TOKEN};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::json;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Instant;
use tokio::net::TcpListener;

/// Why the child ended.
#[derive(Debug, thiserror::Error)]
#[error("the local model: {0}")]
pub struct Ended(String);

#[derive(Clone)]
struct Served {
    jobs: mpsc::Sender<Job>,
    token: Arc<str>,
    asked: Arc<Mutex<Instant>>,
}

#[derive(Deserialize)]
struct Asked {
    messages: Vec<Line>,
    #[serde(default)]
    temperature: Option<f64>,
    #[serde(default)]
    max_tokens: Option<usize>,
}

/// Loads the model, prints the port that it listens on, and serves until it is idle or its parent is gone.
pub async fn serve() -> Result<(), Ended> {
    let file =
        std::env::var_os(MODEL_FILE).map(PathBuf::from).ok_or_else(|| Ended(format!("{MODEL_FILE} is not set")))?;
    let token = std::env::var(MODEL_TOKEN)
        .map_err(|_| Ended(format!("{MODEL_TOKEN} is not set: the server starts this by itself")))?;
    let jobs = engine::start(&file).map_err(Ended)?;
    let served = Served { jobs, token: token.into(), asked: Arc::new(Mutex::new(Instant::now())) };
    let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(served.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|cause| Ended(cause.to_string()))?;
    let port = listener.local_addr().map_err(|cause| Ended(cause.to_string()))?.port();
    println!("{port}");
    axum::serve(listener, router)
        .with_graceful_shutdown(over(served.asked))
        .await
        .map_err(|cause| Ended(cause.to_string()))
}

/// The parent holds our standard input: when it ends, however it ended, so do we.
async fn over(asked: Arc<Mutex<Instant>>) {
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        // No waiting for an answer that nobody reads.
        std::process::exit(0);
    });
    loop {
        tokio::time::sleep(IDLE / 10).await;
        if asked.lock().unwrap_or_else(PoisonError::into_inner).elapsed() > IDLE {
            return;
        }
    }
}

async fn answer(State(served): State<Served>, headers: HeaderMap, Json(asked): Json<Asked>) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if bearer != Some(&*served.token) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    *served.asked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    let (words, mut heard) = tokio::sync::mpsc::channel(64);
    let job = Job {
        lines: asked.messages,
        temperature: asked.temperature.unwrap_or(0.7),
        max_tokens: asked.max_tokens.unwrap_or(usize::MAX),
        words,
    };
    if served.jobs.send(job).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let chunks = futures::stream::poll_fn(move |cx| heard.poll_recv(cx)).map(|word| Ok::<_, Infallible>(frame(word)));
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(chunks)).into_response()
}

/// A piece as a chunk of the OpenAI form. A failure is told by ending without a `finish_reason`.
fn frame(word: Word) -> String {
    let chunk = |delta: serde_json::Value, reason: Option<&str>, usage: serde_json::Value| {
        let whole = json!({
            "id": "local", "object": "chat.completion.chunk", "created": 0, "model": "local",
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}], "usage": usage,
        });
        format!("data: {whole}\n\n")
    };
    match word {
        Word::Text(text) => chunk(json!({"content": text}), None, json!(null)),
        Word::End { read, written, cut } => {
            let usage = json!({"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written});
            chunk(json!({}), Some(if cut { "length" } else { "stop" }), usage) + "data: [DONE]\n\n"
        }
        Word::Failed(cause) => {
            eprintln!("the local model failed: {cause}");
            ": failed\n\n".to_owned()
        }
    }
}
