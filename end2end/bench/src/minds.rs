//! AIs under load: from a message to the request that leaves for the provider, from a provider's word to a listener, and
//! what 200 answers that grow at once cost those who post.

use crate::Failure;
use crate::figures::{Latencies, at_rate, rounded};
use crate::house::{House, Person};
use crate::http::{Connection, find, request};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures::StreamExt;
use model::Event;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use uuid::Uuid;

/// Channels in which AIs are called all the time, how often a second in all of them together, and for how long: in each
/// every other second. Then how often in all of them at the same moment.
const BUSY: usize = 50;
const CALLS: f64 = 25.0;
const CALLING: Duration = Duration::from_secs(16);
const ROUNDS: usize = 3;
/// Answers that grow at once.
const STREAMS: usize = 200;
/// Words of each, and how many a second.
const WORDS: u64 = 200;
const A_SECOND: u64 = 20;
/// Posts a second beside them, in rooms of their own.
const POSTS: f64 = 50.0;
const SPAN: Duration = Duration::from_secs(8);
/// What an AI waits after it was called, as the house is told.
const PAUSE_MS: u64 = 1_500;
const CALLED_MS: f64 = PAUSE_MS as f64 / 5.0;
/// Tasks that wait for their time.
const WAITING: i64 = 10_000;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The provider: it notes when it is asked, and speaks at a steady pace.
#[derive(Clone)]
struct Provider {
    begun: Instant,
    /// Words of an answer.
    words: Arc<AtomicU64>,
    /// Answers that grow right now, and how many there were of them at once.
    growing: Arc<AtomicU64>,
    most: Arc<AtomicU64>,
    /// From a message's birth to its request, without what the AI waits on purpose.
    asked: Latencies,
    /// Words that were sent.
    sent: Arc<AtomicU64>,
}

impl Provider {
    async fn start() -> Result<(Self, String), Failure> {
        let provider = Self {
            begun: Instant::now(),
            words: Arc::new(AtomicU64::new(1)),
            growing: Arc::default(),
            most: Arc::default(),
            asked: Latencies::default(),
            sent: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok((provider, url))
    }
}

/// Microseconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_micros() as u64
}

fn chunk(delta: &Value, reason: Option<&str>) -> String {
    let whole = json!({
        "id": "bench", "object": "chat.completion.chunk", "created": 0, "model": "bench",
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
    });
    format!("data: {whole}\n\n")
}

async fn answer(State(provider): State<Provider>, Json(asked): Json<Value>) -> Response {
    let at = now();
    let line = asked["messages"].as_array().and_then(|lines| lines.last()?["content"].as_str()).unwrap_or_default();
    if let Some(sent) = line.rsplit_once("t=").and_then(|(_, sent)| sent.trim().parse::<u64>().ok()) {
        let late = at.saturating_sub(sent) as f64 / 1_000.0 - CALLED_MS;
        provider.asked.add(Duration::from_secs_f64(late.max(0.0) / 1_000.0));
    }
    let growing = provider.growing.fetch_add(1, Ordering::Relaxed) + 1;
    provider.most.fetch_max(growing, Ordering::Relaxed);
    let words = provider.words.load(Ordering::Relaxed);
    let begun = tokio::time::Instant::now();
    let stream = futures::stream::iter(0..=words).then(move |n| {
        let provider = provider.clone();
        async move {
            tokio::time::sleep_until(begun + Duration::from_millis(n * 1_000 / A_SECOND)).await;
            if n == words {
                provider.growing.fetch_sub(1, Ordering::Relaxed);
                return Ok::<_, std::io::Error>(format!("{}data: [DONE]\n\n", chunk(&json!({}), Some("stop"))));
            }
            provider.sent.fetch_add(1, Ordering::Relaxed);
            Ok(chunk(&json!({"content": format!("d={} ", provider.begun.elapsed().as_micros())}), None))
        }
    });
    ([("content-type", "text/event-stream")], Body::from_stream(stream)).into_response()
}

/// What listeners have heard: each word once for each listener who may.
struct Heard {
    begun: Instant,
    late: Latencies,
    words: Mutex<HashSet<(Uuid, u64)>>,
    answers: AtomicU64,
}

impl Heard {
    fn take(&self, frame: &[u8]) {
        let Some(json) = frame.strip_prefix(b"data: ") else { return };
        match serde_json::from_slice(json) {
            Ok(Event::Reply { writing, .. }) => {
                let now = self.begun.elapsed().as_micros() as u64;
                for mark in writing.text.split("d=").skip(1) {
                    let Some(sent) = mark.split(' ').next().and_then(|sent| sent.parse::<u64>().ok()) else { continue };
                    if lock(&self.words).insert((writing.reply.0, sent)) {
                        self.late.add(Duration::from_micros(now.saturating_sub(sent)));
                    }
                }
            }
            Ok(Event::Message { message, .. }) if message.reply_to.is_some() => {
                self.answers.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        }
    }
}

async fn hear(mut stream: TcpStream, heard: Arc<Heard>) {
    let mut buffer: Vec<u8> = Vec::with_capacity(64 * 1024);
    while matches!(stream.read_buf(&mut buffer).await, Ok(read) if read > 0) {
        let mut from = 0;
        while let Some(end) = find(&buffer[from..], b"\n\n") {
            // Chunks of the transfer stand between the frames.
            let frame = &buffer[from..from + end];
            let at = find(frame, b"data: ").unwrap_or(0);
            heard.take(&frame[at..]);
            from += end + 2;
        }
        buffer.drain(..from);
    }
}

fn said(room: Uuid, person: &Person, text: &str) -> Vec<u8> {
    let body = json!({"channel": room, "client_key": Uuid::new_v4(), "body": text}).to_string();
    request("POST", "/api/messages/post", &person.cookie, "*/*", &body)
}

/// Calls the AI in each room; the time of the call stands in the words.
async fn call(house: &House, rooms: &[Uuid], person: &Person) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for _ in 0..8 {
        lines.push(Connection::open(&house.address).await?);
    }
    let mut running = Vec::new();
    for (n, mut line) in lines.into_iter().enumerate() {
        let mine: Vec<Uuid> = rooms.iter().skip(n).step_by(8).copied().collect();
        let person = person.clone();
        running.push(tokio::spawn(async move {
            for room in mine {
                line.ask(&said(room, &person, &format!("@Bench go on, t={}", now()))).await?;
            }
            Ok::<_, Failure>(())
        }));
    }
    for one in running {
        one.await??;
    }
    Ok(())
}

/// Calls the AI in one room after the other, at a steady rate.
async fn steadily(house: &House, rooms: &[Uuid], person: &Person) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for _ in 0..4 {
        lines.push(Arc::new(tokio::sync::Mutex::new(Connection::open(&house.address).await?)));
    }
    at_rate(CALLS, CALLING, &Latencies::default(), |n| {
        let (line, room, person) = (lines[n % lines.len()].clone(), rooms[n % rooms.len()], person.clone());
        async move {
            let mut line = line.lock().await;
            let _ = line.ask(&said(room, &person, &format!("@Bench go on, t={}", now()))).await;
        }
    })
    .await;
    Ok(())
}

/// How late posts are in rooms of their own, at a steady rate.
async fn posts(house: &House, rooms: &[Uuid], people: &[Person]) -> Result<Latencies, Failure> {
    let mut lines = Vec::new();
    for person in people {
        let line = Arc::new(tokio::sync::Mutex::new(Connection::open(&house.address).await?));
        lines.push((person.clone(), line));
    }
    let late = Latencies::default();
    at_rate(POSTS, SPAN, &late, |n| {
        let ((person, line), room) = (lines[n % lines.len()].clone(), rooms[n % rooms.len()]);
        async move {
            let _ = line.lock().await.ask(&said(room, &person, "good evening, it is quiet here")).await;
        }
    })
    .await;
    Ok(late)
}

/// Waits until something is so, at most half a minute.
async fn until(what: &str, mut is: impl FnMut() -> bool) -> Result<(), Failure> {
    let begun = Instant::now();
    while !is() {
        if begun.elapsed() > Duration::from_mins(1) {
            return Err(format!("never came: {what}").into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// What tasks cost that only wait: the share of a processor that server and database take with them, less that without.
async fn waiting(house: &House) -> Result<f64, Failure> {
    let idle = async || {
        let before = house.worked();
        tokio::time::sleep(Duration::from_secs(10)).await;
        house.worked().saturating_sub(before).as_secs_f64() / 10.0
    };
    let without = idle().await;
    sqlx::query(
        "insert into tasks (id, kind, ordering_key, dedup_key, payload, run_at)
         select gen_random_uuid(), 'consider', 'wait:' || n, 'wait:' || n, '{}', now() + interval '1 hour'
         from generate_series(1, $1::bigint) n",
    )
    .bind(WAITING)
    .execute(&house.db)
    .await?;
    let with = idle().await;
    sqlx::query("delete from tasks where ordering_key like 'wait:%'").execute(&house.db).await?;
    Ok(with - without)
}

/// First 50 channels that are called again and again, then 200 answers that grow at once with posts beside them.
pub async fn measure() -> Result<Value, Failure> {
    let (provider, url) = Provider::start().await?;
    let pause = PAUSE_MS.to_string();
    let house = House::open_with(&[
        ("OPENAI_BASE_URL", &url),
        ("AI_PAUSE_MS", &pause),
        ("AI_SILENCE_MINUTES", "0"),
        ("LOCAL_SERVERS", "none"),
    ])
    .await?;
    let people = house.people(8).await?;
    let mut rooms = Vec::with_capacity(STREAMS);
    for _ in 0..STREAMS {
        rooms.push(house.room(&people[..2]).await?);
    }
    house.mind("Bench", &rooms).await?;
    let mut aside = Vec::new();
    for _ in 0..4 {
        aside.push(house.room(&people).await?);
    }
    let heard = Arc::new(Heard {
        begun: provider.begun,
        late: Latencies::default(),
        words: Mutex::default(),
        answers: AtomicU64::new(0),
    });
    let asking = request("GET", "/api/events", &people[1].cookie, "*/*", "");
    let stream = Connection::open(&house.address).await?.listen(&asking).await?;
    let listening = tokio::spawn(hear(stream, heard.clone()));
    tokio::time::sleep(Duration::from_secs(3)).await;

    provider.words.store(A_SECOND / 2, Ordering::Relaxed);
    steadily(&house, &rooms[..BUSY], &people[0]).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let asked = provider.asked.take();
    for _ in 0..ROUNDS {
        let answered = heard.answers.load(Ordering::Relaxed);
        call(&house, &rooms[..BUSY], &people[0]).await?;
        until("the answers of a round", || heard.answers.load(Ordering::Relaxed) >= answered + BUSY as u64).await?;
    }
    let burst = provider.asked.take();

    let quiet = posts(&house, &aside, &people).await?;
    heard.late.take();
    lock(&heard.words).clear();
    provider.sent.store(0, Ordering::Relaxed);
    provider.words.store(WORDS, Ordering::Relaxed);
    let answered = heard.answers.load(Ordering::Relaxed);
    call(&house, &rooms, &people[0]).await?;
    until("all answers growing", || provider.growing.load(Ordering::Relaxed) == STREAMS as u64).await?;
    let loud = posts(&house, &aside, &people).await?;
    let growing = provider.growing.load(Ordering::Relaxed);
    until("the last answer", || heard.answers.load(Ordering::Relaxed) >= answered + STREAMS as u64).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let quiet_after = posts(&house, &aside, &people).await?;
    let lost = provider.sent.load(Ordering::Relaxed) as i64 - lock(&heard.words).len() as i64;
    listening.abort();
    let (quiet_p99, loud_p99) = (f64::midpoint(quiet.ms(0.99), quiet_after.ms(0.99)), loud.ms(0.99));
    Ok(json!({
        "commit_to_request_p95_ms": asked.ms(0.95),
        "calls": asked.count(),
        "burst_to_request_p95_ms": burst.ms(0.95),
        "delta_to_listener_p95_ms": heard.late.ms(0.95),
        "streams": provider.most.load(Ordering::Relaxed),
        "streams_after_posts": growing,
        "lost_deltas": lost,
        "quiet_post_p99_ms": rounded(quiet_p99),
        "loud_post_p99_ms": loud_p99,
        "post_p99_ratio": rounded(loud_p99 / quiet_p99),
        "waiting_tasks_processor_share": rounded(waiting(&house).await?),
    }))
}
