//! One room, many listeners: how many deliveries a second, how late, and what a listener costs.

use crate::Failure;
use crate::figures::{Latencies, at_rate, rounded};
use crate::house::{House, memory_of};
use crate::http::{Connection, find, request};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use uuid::Uuid;

const LISTENERS: usize = 1_000;
/// How long each measurement lasts.
const SPAN: Duration = Duration::from_secs(8);
/// Posts that may be on their way to somebody at saturation.
const WINDOW: u64 = 64;
/// Connections that post at saturation: enough that neither server waits for them.
const POSTERS: usize = 32;
/// Connections that post at a steady rate: so many that none of them has to wait for its own last post.
const LINES: usize = 256;
const MARK: &[u8] = b"t=";

/// What listeners have heard so far.
struct Heard {
    begun: Instant,
    count: AtomicU64,
    timed: AtomicBool,
    latencies: Latencies,
}

impl Heard {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            begun: Instant::now(),
            count: AtomicU64::new(0),
            timed: AtomicBool::new(false),
            latencies: Latencies::default(),
        })
    }

    fn now(&self) -> u64 {
        self.begun.elapsed().as_micros() as u64
    }

    /// Takes in what came, and says how much of it is still incomplete.
    fn take(&self, text: &[u8]) -> usize {
        let mut at = 0;
        while let Some(mark) = find(&text[at..], MARK).map(|mark| at + mark + MARK.len()) {
            let digits = text[mark..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if mark + digits == text.len() {
                return text.len() - (mark - MARK.len());
            }
            // A message says its text twice, as sent and rendered: the one in quotes counts.
            if text[mark + digits] == b'"' {
                self.count.fetch_add(1, Ordering::Relaxed);
                if self.timed.load(Ordering::Relaxed) {
                    let sent: u64 =
                        std::str::from_utf8(&text[mark..mark + digits]).ok().and_then(|n| n.parse().ok()).unwrap_or(0);
                    let late = Duration::from_micros(self.now().saturating_sub(sent));
                    self.latencies.add(late);
                }
            }
            at = mark + digits;
        }
        usize::from(text.last() == Some(&b't'))
    }
}

async fn hear(mut stream: TcpStream, heard: Arc<Heard>) {
    let mut buffer: Vec<u8> = Vec::with_capacity(8 * 1024);
    while matches!(stream.read_buf(&mut buffer).await, Ok(read) if read > 0) {
        let rest = heard.take(&buffer);
        let from = buffer.len() - rest;
        buffer.drain(..from);
    }
}

/// How a server is told something.
trait Poster: Send + 'static {
    fn bytes(&mut self, text: &str) -> Vec<u8>;
}

struct Space {
    room: Uuid,
    cookie: String,
}

impl Poster for Space {
    fn bytes(&mut self, text: &str) -> Vec<u8> {
        let body = json!({"channel": self.room, "client_key": Uuid::new_v4(), "body": text}).to_string();
        request("POST", "/api/messages/post", &self.cookie, "*/*", &body)
    }
}

/// A frame as long as one of the space's.
struct Bare;

impl Poster for Bare {
    fn bytes(&mut self, text: &str) -> Vec<u8> {
        let body = format!("data: {{\"body\":\"{text}\",\"rest\":\"{}\"}}\n\n", "x".repeat(560));
        request("POST", "/post", "", "*/*", &body)
    }
}

/// Deliveries a second at saturation, then latencies at a rate. Returns (per second, latencies at `rate` or half of it).
async fn saturate<P: Poster>(address: &str, posters: Vec<P>, heard: &Arc<Heard>) -> Result<f64, Failure> {
    let before = heard.count.load(Ordering::Relaxed);
    let sent = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut running = Vec::new();
    for mut poster in posters {
        let (mut connection, heard, sent) = (Connection::open(address).await?, heard.clone(), sent.clone());
        running.push(tokio::spawn(async move {
            while begun.elapsed() < SPAN {
                let delivered = (heard.count.load(Ordering::Relaxed) - before) / LISTENERS as u64;
                if sent.load(Ordering::Relaxed) >= delivered + WINDOW {
                    tokio::time::sleep(Duration::from_micros(200)).await;
                    continue;
                }
                sent.fetch_add(1, Ordering::Relaxed);
                let text = format!("t={}", heard.now());
                if connection.ask(&poster.bytes(&text)).await.is_err() {
                    return;
                }
            }
        }));
    }
    for one in running {
        one.await?;
    }
    let heard = heard.count.load(Ordering::Relaxed) - before;
    Ok(heard as f64 / begun.elapsed().as_secs_f64())
}

async fn paced<P: Poster>(address: &str, posters: Vec<P>, heard: &Arc<Heard>, rate: f64) -> Result<Latencies, Failure> {
    let mut lines = Vec::new();
    for poster in posters {
        lines.push(Arc::new(Mutex::new((poster, Connection::open(address).await?))));
    }
    heard.timed.store(true, Ordering::Relaxed);
    let posting = Latencies::default();
    at_rate(rate, SPAN, &posting, |n| {
        let (line, heard) = (lines[n % lines.len()].clone(), heard.clone());
        async move {
            let text = format!("t={}", heard.now());
            let mut line = line.lock().await;
            let (poster, connection) = &mut *line;
            let bytes = poster.bytes(&text);
            let _ = connection.ask(&bytes).await;
        }
    })
    .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    heard.timed.store(false, Ordering::Relaxed);
    Ok(heard.latencies.take())
}

struct BareServer {
    child: Child,
    address: String,
}

impl BareServer {
    fn start() -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?).arg("bare").stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut address)?;
        Ok(Self { child, address: address.trim().to_owned() })
    }
}

impl Drop for BareServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Those who listen to a server, and what they hear.
struct Listening {
    heard: Arc<Heard>,
    tasks: Vec<JoinHandle<()>>,
}

impl Listening {
    async fn begin(address: &str, requests: impl Iterator<Item = Vec<u8>>) -> Result<Self, Failure> {
        let (heard, mut tasks) = (Heard::new(), Vec::new());
        for request in requests {
            let stream = Connection::open(address).await?.listen(&request).await?;
            tasks.push(tokio::spawn(hear(stream, heard.clone())));
        }
        Ok(Self { heard, tasks })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Measures the bare server before and after the space, and takes the mean of both: the machine is not steady. Whichever
/// is not being measured has nothing to do.
pub async fn measure() -> Result<Value, Failure> {
    let bare = BareServer::start()?;
    let empty = memory_of(bare.child.id());
    let asking = (0..LISTENERS).map(|_| request("GET", "/events", "", "*/*", ""));
    let beside = Listening::begin(&bare.address, asking).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let limit_kib = (memory_of(bare.child.id()) - empty) as f64 / LISTENERS as f64;

    let house = House::open().await?;
    let people = house.people(LISTENERS).await?;
    let room = house.room(&people).await?;
    let empty = house.memory();
    let asking = people.iter().map(|person| request("GET", "/api/events", &person.cookie, "*/*", ""));
    let listening = Listening::begin(&house.address, asking).await?;
    // Presence has to be told before anything is measured.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let kib = (house.memory().saturating_sub(empty)) as f64 / LISTENERS as f64;
    let posters = |count: usize| {
        people[..count].iter().map(|person| Space { room, cookie: person.cookie.clone() }).collect::<Vec<_>>()
    };
    let bares = |count: usize| (0..count).map(|_| Bare).collect::<Vec<_>>();

    let before = saturate(&bare.address, bares(POSTERS), &beside.heard).await?;
    let reached = saturate(&house.address, posters(POSTERS), &listening.heard).await?;
    let after = saturate(&bare.address, bares(POSTERS), &beside.heard).await?;
    let limit = f64::midpoint(before, after);
    let half = limit / 2.0 / LISTENERS as f64;
    let limit_late = paced(&bare.address, bares(LINES), &beside.heard, half).await?;
    let late = paced(&house.address, posters(LINES), &listening.heard, half).await?;
    let calm = paced(&house.address, posters(LINES), &listening.heard, 20.0).await?;
    Ok(json!({
        "listeners": LISTENERS,
        "deliveries_per_s": reached.round(),
        "limit_per_s": limit.round(),
        "ratio": rounded(reached / limit),
        "p50_ms": late.ms(0.5),
        "p99_ms": late.ms(0.99),
        "limit_p99_ms": limit_late.ms(0.99),
        "p99_ms_at_20_posts": calm.ms(0.99),
        "kib_per_listener": rounded(kib),
        "limit_kib_per_listener": rounded(limit_kib),
    }))
}
