//! The server's half: starts the child on demand, lets one answer after the other through, shows who waits.

use crate::{MODEL_FILE, MODEL_TOKEN};
use async_trait::async_trait;
use domain::minds::openai::{Endpoint, OpenAi};
use domain::minds::{ChatModel, ChatRequest, ModelError, Piece, Pieces};
use futures::{StreamExt, stream};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

/// How long loading the model may take.
const LOADING: Duration = Duration::from_mins(1);

/// The small model of this machine.
pub struct LocalModel {
    inner: Arc<Inner>,
}

struct Inner {
    file: PathBuf,
    name: String,
    turn: Arc<Semaphore>,
    waiting: AtomicUsize,
    running: Mutex<Option<Running>>,
}

struct Running {
    child: Child,
    client: Arc<OpenAi>,
}

impl LocalModel {
    /// A model from a GGUF file; nothing runs yet.
    pub fn new(file: PathBuf) -> Self {
        let name = file.file_stem().map_or_else(|| "local".to_owned(), |stem| stem.to_string_lossy().into_owned());
        let inner = Inner {
            file,
            name,
            turn: Arc::new(Semaphore::new(1)),
            waiting: AtomicUsize::new(0),
            running: Mutex::new(None),
        };
        Self { inner: Arc::new(inner) }
    }
}

#[async_trait]
impl ChatModel for LocalModel {
    async fn answer(&self, request: ChatRequest) -> Result<Pieces, ModelError> {
        let place = Place::take(&self.inner);
        let before = place.before;
        let inner = self.inner.clone();
        let told = stream::iter((before > 0).then_some(Ok(Piece::Queued(before))));
        let words = stream::once(async move {
            let turn = place.turn().await?;
            let client = inner.client().await?;
            let pieces = client.answer(request).await?;
            // The turn is held until the last word.
            Ok::<_, ModelError>(stream::unfold((pieces, turn), |(mut pieces, turn)| async move {
                pieces.next().await.map(|piece| (piece, (pieces, turn)))
            }))
        });
        let words = words.flat_map(|begun| match begun {
            Ok(pieces) => pieces.boxed(),
            Err(cause) => stream::iter([Err(cause)]).boxed(),
        });
        Ok(told.chain(words).boxed())
    }

    fn name(&self) -> &str {
        &self.inner.name
    }

    async fn stop(&self) {
        if let Some(mut running) = self.inner.running.lock().await.take() {
            let _ = running.child.kill().await;
        }
    }
}

/// A place in the queue; leaving it, however, lets the others move up.
struct Place {
    inner: Arc<Inner>,
    before: usize,
}

impl Place {
    fn take(inner: &Arc<Inner>) -> Self {
        let running = 1 - inner.turn.available_permits().min(1);
        let before = inner.waiting.fetch_add(1, Ordering::SeqCst) + running;
        Self { inner: inner.clone(), before }
    }

    async fn turn(self) -> Result<OwnedSemaphorePermit, ModelError> {
        let turn = self.inner.turn.clone().acquire_owned().await;
        turn.map_err(|_| ModelError::Unreachable("the local model was stopped".into()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.inner.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Inner {
    /// A client of the child, which is started if it does not run.
    async fn client(&self) -> Result<Arc<OpenAi>, ModelError> {
        let mut running = self.running.lock().await;
        if let Some(Running { child, client }) = running.as_mut()
            && matches!(child.try_wait(), Ok(None))
        {
            return Ok(client.clone());
        }
        let started = tokio::time::timeout(LOADING, self.start()).await.map_err(|_| ModelError::Silent(LOADING))??;
        let client = started.client.clone();
        *running = Some(started);
        Ok(client)
    }

    async fn start(&self) -> Result<Running, ModelError> {
        let failed =
            |cause: std::io::Error| ModelError::Unreachable(format!("the local model cannot be started: {cause}"));
        let token = domain::sessions::new_token();
        // Behind everything else that this machine does.
        let nice = std::path::Path::new("/usr/bin/nice");
        let own = std::env::current_exe().map_err(failed)?;
        let mut command = if nice.exists() { Command::new(nice) } else { Command::new(&own) };
        if nice.exists() {
            command.args(["-n", "10"]).arg(&own);
        }
        let mut child = command
            .arg("model")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env(MODEL_FILE, &self.file)
            .env(MODEL_TOKEN, &token)
            // One thread: more of them wait for each other on a busy machine. Weights in half precision: four times as quick.
            .env("RAYON_NUM_THREADS", "1")
            .env("CANDLE_DEQUANTIZE_ALL_F16", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let output =
            child.stdout.take().ok_or_else(|| ModelError::Unreachable("the local model says nothing".into()))?;
        let port = BufReader::new(output).lines().next_line().await.map_err(failed)?;
        let port: u16 = port.and_then(|line| line.trim().parse().ok()).ok_or_else(|| {
            ModelError::Unreachable(format!("the local model ended at once; is {} a GGUF file?", self.file.display()))
        })?;
        let endpoint = Endpoint::new(format!("http://127.0.0.1:{port}/v1"), Some(token.into()), self.name.clone());
        Ok(Running { child, client: Arc::new(OpenAi::new(&endpoint)?) })
    }
}
