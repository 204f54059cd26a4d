//! A provider that says what it is told to, as fast and as broken as it is told to. For tests: it speaks real HTTP.
//!
//! `POST /script` takes a [`Script`] for the next request (several queue up), `POST /release` lets go what is held,
//! `GET /requests` tells what was asked.

mod answer;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Where an answer waits for `POST /release`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Before anything is answered.
    Request,
    /// After half of the words.
    Middle,
    /// After all words, before the end is said.
    End,
}

/// How an answer is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The connection ends after half of the words.
    Drop,
    /// A chunk that is no JSON.
    Garbage,
    /// The stream ends without `[DONE]`: fine, the end was said.
    NoDone,
    /// The stream ends without a `finish_reason`: an error.
    NoFinish,
    /// Chunks are cut inside characters, lines end in CR LF, comments stand between.
    OddFraming,
}

/// One answer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Script {
    /// What is said; an echo of the last line where unset.
    pub text: Option<String>,
    /// An HTTP status instead of an answer.
    pub status: Option<u16>,
    /// Seconds of `Retry-After`.
    pub retry_after: Option<u64>,
    /// Milliseconds before the answer begins.
    pub delay_ms: u64,
    /// Milliseconds between two words.
    pub pace_ms: u64,
    /// Where to wait.
    pub hold: Option<Hold>,
    /// How to break.
    pub fault: Option<Fault>,
    /// For the next request that wants facts, and no other; those that find none are told that there are none.
    pub facts: bool,
    /// For the next request that wants vectors, and no other; those that find none get vectors.
    pub vectors: bool,
}

/// A running stub.
#[derive(Clone)]
pub struct Stub {
    inner: Arc<Inner>,
}

struct Inner {
    scripts: Mutex<VecDeque<Script>>,
    requests: Mutex<Vec<Value>>,
    keys: Mutex<Vec<String>>,
    released: watch::Sender<u64>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Stub {
    fn default() -> Self {
        let inner = Inner {
            scripts: Mutex::default(),
            requests: Mutex::default(),
            keys: Mutex::default(),
            released: watch::channel(0).0,
        };
        Self { inner: Arc::new(inner) }
    }
}

impl Stub {
    /// What the next request is answered with.
    pub fn script(&self, script: Script) {
        lock(&self.inner.scripts).push_back(script);
    }

    /// Lets go everything that is held.
    pub fn release(&self) {
        self.inner.released.send_modify(|times| *times += 1);
    }

    /// Everything that was asked.
    pub fn requests(&self) -> Vec<Value> {
        lock(&self.inner.requests).clone()
    }

    /// With which keys it was asked: what stood in the header, empty where there was none.
    pub fn keys(&self) -> Vec<String> {
        lock(&self.inner.keys).clone()
    }

    /// The stub's paths.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/v1/chat/completions", post(chat))
            .route("/v1/embeddings", post(embeddings))
            .route("/v1/models", get(models))
            // As Azure has them.
            .route("/openai/deployments/{model}/chat/completions", post(chat))
            .route("/openai/models", get(models))
            .route("/script", post(async |State(stub): State<Stub>, Json(script): Json<Script>| stub.script(script)))
            .route("/release", post(async |State(stub): State<Stub>| stub.release()))
            .route("/requests", get(async |State(stub): State<Stub>| Json(stub.requests())))
            .with_state(self.clone())
    }

    /// The next script for a request, for facts or for talk.
    fn next(&self, facts: bool) -> Script {
        let found = self.take(|script| !script.vectors && script.facts == facts);
        let none = || Script { text: facts.then(|| r#"{"facts": []}"#.to_owned()), ..Script::default() };
        found.unwrap_or_else(none)
    }

    fn take(&self, fits: impl Fn(&Script) -> bool) -> Option<Script> {
        let mut scripts = lock(&self.inner.scripts);
        scripts.iter().position(fits).and_then(|at| scripts.remove(at))
    }

    async fn hold(&self, script: &Script, place: Hold) {
        if script.hold == Some(place) {
            let mut released = self.inner.released.subscribe();
            let _ = released.changed().await;
        }
    }
}

/// Vectors by the words of a text: those that share words lie near.
async fn embeddings(State(stub): State<Stub>, Json(asked): Json<Value>) -> Response {
    lock(&stub.inner.requests).push(asked.clone());
    if let Some(script) = stub.take(|script| script.vectors) {
        stub.hold(&script, Hold::Request).await;
        tokio::time::sleep(Duration::from_millis(script.delay_ms)).await;
        if let Some(status) = script.status {
            return refusal(status, script.retry_after);
        }
    }
    let length = asked["dimensions"].as_u64().unwrap_or(DIMENSION) as usize;
    let texts: Vec<&str> = asked["input"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let vector = |text: &str| {
        let mut vector = vec![0.01_f32; length];
        for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 3) {
            // FNV-1a.
            let hash = word
                .bytes()
                .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
            vector[(hash % length as u64) as usize] += 1.0;
        }
        vector
    };
    // In another order than they were asked for: each says which it is.
    let data: Vec<Value> = texts
        .iter()
        .enumerate()
        .rev()
        .map(|(index, text)| json!({"object": "embedding", "index": index, "embedding": vector(text)}))
        .collect();
    Json(json!({"object": "list", "model": asked["model"], "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}))
        .into_response()
}

/// How many numbers a vector has where nobody asks for a length.
const DIMENSION: u64 = 64;

fn refusal(status: u16, retry_after: Option<u64>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let error = json!({"error": {"message": "as told", "type": "stub", "param": null, "code": null}});
    let mut response = (status, Json(error)).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

async fn models() -> Json<Value> {
    Json(json!({"object": "list", "data": [{"id": "stub", "object": "model"}, {"id": "another", "object": "model"}]}))
}

async fn chat(State(stub): State<Stub>, headers: HeaderMap, Json(asked): Json<Value>) -> Response {
    let key = headers.get(header::AUTHORIZATION).or_else(|| headers.get("api-key"));
    lock(&stub.inner.keys).push(key.and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned());
    lock(&stub.inner.requests).push(asked.clone());
    let thinks = asked["model"].as_str().is_some_and(|model| model.starts_with("gpt-5"));
    if thinks && !(asked["max_tokens"].is_null() && asked["temperature"].is_null()) {
        // As OpenAI does.
        let message = "'max_tokens' and 'temperature' are not supported with this model.";
        let error =
            json!({"error": {"message": message, "type": "invalid_request_error", "param": null, "code": null}});
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    }
    let script = stub.next(!asked["response_format"].is_null());
    stub.hold(&script, Hold::Request).await;
    tokio::time::sleep(Duration::from_millis(script.delay_ms)).await;
    if let Some(status) = script.status {
        return refusal(status, script.retry_after);
    }
    let text = script.text.clone().unwrap_or_else(|| echo(&asked));
    if asked["stream"] != json!(true) {
        return Json(answer::whole(&text)).into_response();
    }
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(answer::stream(stub, script, text)))
        .into_response()
}

fn echo(asked: &Value) -> String {
    let last = asked["messages"].as_array().and_then(|lines| lines.last());
    let text = last.and_then(|line| line["content"].as_str()).unwrap_or_default();
    format!("I heard: {text}")
}
