//! A server of its own for each test, and people who talk to it.

use model::channels::Opened;
use model::{ChannelId, ClientKey, Event, Me, Message, Place};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use stub_provider::Stub;
use uuid::Uuid;

fn needed(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is set: run `cargo xtask test server`"))
}

/// A running server and what it needs to be started again.
pub struct House {
    child: Child,
    pub address: String,
    pub data: PathBuf,
    settings: BTreeMap<String, String>,
    printed: Arc<Mutex<String>>,
}

/// Where test data lives: not in the checkout, which another user may not be able to reach.
pub fn data_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("gathering-test-{}", Uuid::new_v4().simple()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A stub provider, and its address.
pub async fn provider() -> (Stub, String) {
    let stub = Stub::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let router = stub.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (stub, url)
}

impl House {
    /// A demonstration on an embedded database of its own.
    pub async fn open(settings: &[(&str, &str)]) -> Self {
        Self::open_at(data_folder(), settings).await
    }

    pub async fn open_at(data: PathBuf, settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (child, address, printed) = start(&data, &settings).await;
        Self { child, address, data, settings, printed }
    }

    /// The same with Silas and the others thinking by a stub.
    pub async fn with_stub(settings: &[(&str, &str)]) -> (Self, Stub) {
        let (stub, url) = provider().await;
        let mut all = vec![("OPENAI_BASE_URL", url.as_str())];
        all.extend_from_slice(settings);
        (Self::open(&all).await, stub)
    }

    /// What it has printed so far.
    pub fn printed(&self) -> String {
        self.printed.lock().unwrap().clone()
    }

    /// No time to tidy up.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub async fn start_again(&mut self) {
        let (child, address, printed) = start(&self.data, &self.settings).await;
        (self.child, self.address, self.printed) = (child, address, printed);
    }

    /// Changes a setting for the next start.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.insert(name.to_owned(), value.to_owned());
    }

    /// Asks it to end, as a service manager would.
    pub fn terminate(&self) {
        signal("-TERM", self.child.id());
    }

    /// Waits for its end and says whether it was a good one.
    pub async fn ended(&mut self) -> bool {
        eventually("the server ends", async || self.child.try_wait().unwrap()).await.success()
    }

    /// The embedded database, directly.
    pub async fn database(&self) -> sqlx::PgPool {
        let folder = self.data.canonicalize().unwrap().join("run");
        let options =
            sqlx::postgres::PgConnectOptions::new_without_pgpass().socket(folder).username("app").database("postgres");
        domain::database::connect(options, 3).await.unwrap()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.terminate();
            let _ = self.child.wait();
        } else if self.data.join("postgres/postmaster.pid").exists() {
            // The server was killed: its database lives on.
            let text = std::fs::read_to_string(self.data.join("postgres/postmaster.pid")).unwrap_or_default();
            if let Some(pid) = text.lines().next().and_then(|line| line.parse().ok()) {
                signal("-INT", pid);
            }
        }
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

pub fn signal(signal: &str, pid: u32) {
    let _ = Command::new("kill").arg(signal).arg(pid.to_string()).status();
}

/// The command that starts a server with nothing from our own environment but what tests need.
pub fn command(data: &Path, settings: &BTreeMap<String, String>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("PORT", "0")
        .env("DATA_DIR", data)
        .env("SITE_DIR", needed("TEST_SITE_DIR"))
        .env("PG_BIN", needed("TEST_PG_BIN"))
        .env("LOG", "warn")
        // Nobody begins by themselves while others are being tried.
        .env("AI_SILENCE_MINUTES", "0")
        .env("LOCAL_SERVERS", "none")
        .envs(settings)
        .stdin(Stdio::null());
    command
}

async fn start(data: &Path, settings: &BTreeMap<String, String>) -> (Child, String, Arc<Mutex<String>>) {
    let mut child = command(data, settings).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let printed = Arc::new(Mutex::new(String::new()));
    let kept = printed.clone();
    let address = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        while output.read_line(&mut line).unwrap() > 0 {
            kept.lock().unwrap().push_str(&line);
            if let Some((_, url)) = line.split_once("open at ") {
                let behind = url.split("listening on ").nth(1).and_then(|rest| rest.split(')').next());
                let address = behind.unwrap_or_else(|| url.trim().split("://").nth(1).unwrap()).to_owned();
                std::thread::spawn(move || std::io::copy(&mut output.by_ref(), &mut std::io::sink()));
                return address;
            }
            line.clear();
        }
        panic!("the server ended before it was open");
    });
    (child, address.await.unwrap(), printed)
}

/// Asks until there is an answer, for at most half a minute.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let found = async {
        let mut pause = tokio::time::interval(Duration::from_millis(30));
        loop {
            pause.tick().await;
            if let Some(found) = ask().await {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), found).await.unwrap_or_else(|_| panic!("never came: {what}"))
}

/// Each test's people come from an address of their own, so that limits by address do not mix.
static ADDRESS: AtomicU8 = AtomicU8::new(1);

/// Somebody with a cookie.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    cookie: Option<String>,
    pub from: String,
}

/// An answer: its status and what it held.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("JSON: {self:?}"))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn location(&self) -> &str {
        self.headers["location"].to_str().unwrap()
    }
}

impl Client {
    pub fn of(house: &House) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let from = format!("198.51.100.{}", ADDRESS.fetch_add(1, Ordering::Relaxed));
        Self { http, base: format!("http://{}", house.address), cookie: None, from }
    }

    /// Follows a server that was started again.
    pub fn moved(mut self, house: &House) -> Self {
        self.base = format!("http://{}", house.address);
        self
    }

    /// A sample person who is logged in.
    pub async fn sample(house: &House, login: &str, password: &str) -> Self {
        let mut client = Self::of(house);
        let answer = client.post("accounts/login", json!({"login": login, "password": password})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        client
    }

    pub async fn alice(house: &House) -> Self {
        Self::sample(house, "alice@test.com", "alice123").await
    }

    pub async fn keeper(house: &House) -> Self {
        Self::sample(house, "testadmin@thegathering.com", "adminpass").await
    }

    pub fn cookie(&self) -> &str {
        self.cookie.as_deref().unwrap()
    }

    pub async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let mut request = request.header("x-forwarded-for", &self.from);
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if let Some(set) = headers.get("set-cookie") {
            self.cookie = Some(set.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// Calls an endpoint with JSON.
    pub async fn post(&mut self, endpoint: &str, body: Value) -> Answer {
        let request = self.request(reqwest::Method::POST, &format!("/api/{endpoint}"));
        self.send(request.header("content-type", "application/json").body(body.to_string())).await
    }

    /// Calls an endpoint that has to succeed.
    pub async fn call<T: DeserializeOwned>(&mut self, endpoint: &str, body: Value) -> T {
        let answer = self.post(endpoint, body).await;
        assert_eq!(answer.status, 200, "{endpoint}: {answer:?}");
        serde_json::from_str(&answer.text).unwrap()
    }

    /// Loads a page as a browser would.
    pub async fn page(&mut self, path: &str) -> Answer {
        let request = self.request(reqwest::Method::GET, path);
        self.send(request.header("accept", "text/html")).await
    }

    /// Sends a plain form from a page.
    pub async fn form(&mut self, page: &str, endpoint: &str, fields: &[(&str, &str)]) -> Answer {
        let body =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
        let request = self
            .request(reqwest::Method::POST, &format!("/api/{endpoint}"))
            .header("accept", "text/html,*/*")
            .header("referer", format!("{}{page}", self.base))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        self.send(request).await
    }

    pub async fn me(&mut self) -> Me {
        self.call("accounts/me", json!({})).await
    }

    pub async fn room(&mut self, name: &str) -> ChannelId {
        let places: Vec<Place> = self.call("rooms/list", json!({})).await;
        places.into_iter().find(|place| place.channel.name == name).unwrap().channel.id
    }

    pub async fn open(&mut self, room: ChannelId) -> Opened {
        self.call("rooms/open", json!({"room": room})).await
    }

    pub async fn say(&mut self, room: ChannelId, body: &str) -> Message {
        self.call("messages/post", json!({"channel": room, "client_key": ClientKey::new(), "body": body})).await
    }

    /// Listens to the stream.
    pub async fn listen(&mut self) -> Listening {
        let request = self.request(reqwest::Method::GET, "/api/events").header("cookie", self.cookie());
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        Listening { response, rest: String::new() }
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// An open stream.
pub struct Listening {
    response: reqwest::Response,
    rest: String,
}

impl Listening {
    /// The next event; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((frame, rest)) = self.rest.split_once("\n\n") {
                let event = frame.strip_prefix("data: ").map(|json| serde_json::from_str(json).unwrap());
                self.rest = rest.to_owned();
                if event.is_some() {
                    return event;
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(30), self.response.chunk())
                .await
                .expect("an event within 30 s");
            let Ok(Some(chunk)) = chunk else { return None };
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Reads until something is found.
    pub async fn until<T>(&mut self, mut found: impl FnMut(&Event) -> Option<T>) -> T {
        let found = async {
            loop {
                let event = self.next().await.expect("the stream goes on");
                if let Some(found) = found(&event) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_mins(2), found).await.expect("what is waited for comes within two minutes")
    }

    /// The next message of somebody.
    pub async fn message_of(&mut self, who: &str) -> Message {
        self.until(|event| match event {
            Event::Message { message, .. } if message.author.name == who => Some((**message).clone()),
            _ => None,
        })
        .await
    }
}
