//! The wire by Redis: one topic for a space, published to and subscribed by every node.

use super::Wire;
use bytes::Bytes;
use fred::clients::Client;
use fred::interfaces::{ClientLike, EventInterface, PubsubInterface};
use fred::types::Builder;
use fred::types::config::{Config, ReconnectPolicy, UnresponsiveConfig};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

/// Hints that may wait to be sent, and that may wait to be taken in.
const QUEUE: usize = 4_096;
/// How long Redis may take for one hint.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a hint may wait to be sent.
const OLD: Duration = Duration::from_secs(2);
/// How long to wait before connecting again, in milliseconds.
const AGAIN_MS: u32 = 300;
/// How long it can be silent though this node's own pulses should come back: then the connection is made anew.
const SILENT: Duration = Duration::from_secs(5);

/// What comes from the wire; `None` where something may have been missed.
pub type Incoming = mpsc::Receiver<Option<Bytes>>;

/// The sending end.
pub struct Redis {
    queue: mpsc::Sender<(Instant, Bytes)>,
    lost: Arc<AtomicBool>,
}

impl Redis {
    /// Connects, and goes on trying for as long as it takes: a Redis that is not there yet, or not any more, is no
    /// reason to stop. `topic` is the space's own.
    ///
    /// # Errors
    /// Where the address is not one of Redis's.
    pub fn connect(url: &str, topic: String) -> Result<(Self, Incoming), fred::error::Error> {
        let mut config = Config::from_url(url)?;
        config.fail_fast = false;
        let mut builder = Builder::from_config(config);
        builder
            .with_connection_config(|connection| {
                connection.connection_timeout = PATIENCE;
                connection.internal_command_timeout = PATIENCE;
                connection.max_command_attempts = 1;
                connection.unresponsive = UnresponsiveConfig { max_timeout: Some(SILENT), interval: PATIENCE };
            })
            .with_performance_config(|performance| {
                performance.default_command_timeout = PATIENCE;
                performance.broadcast_channel_capacity = QUEUE;
            })
            .set_policy(ReconnectPolicy::new_constant(0, AGAIN_MS));
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (heard, incoming) = mpsc::channel(QUEUE);
        let lost = Arc::new(AtomicBool::new(false));
        tokio::spawn(publish(builder.build()?, topic.clone(), waiting, lost.clone()));
        tokio::spawn(subscribe(builder.build()?, topic, heard));
        Ok((Self { queue, lost }, incoming))
    }
}

impl Wire for Redis {
    fn send(&self, bytes: Bytes) -> bool {
        self.queue.try_send((Instant::now(), bytes)).is_ok()
    }

    fn lost(&self) -> bool {
        self.lost.swap(false, Ordering::AcqRel)
    }
}

/// Connects, and again where the client gives up: a wrong password may be put right while this node runs.
async fn stay(client: Client) {
    let mut errors = client.error_rx();
    let mut said = String::new();
    loop {
        let mut connection = client.connect();
        loop {
            let cause = tokio::select! {
                ended = &mut connection => {
                    if let Ok(Err(cause)) = ended {
                        say(&cause, &mut said);
                    }
                    break;
                }
                failed = errors.recv() => failed,
            };
            if let Ok((cause, _)) = cause {
                say(&cause, &mut said);
            }
        }
        tokio::time::sleep(PATIENCE).await;
    }
}

/// Says a cause once, not with each of a hundred tries.
fn say(cause: &fred::error::Error, said: &mut String) {
    let now = cause.to_string();
    if now != *said {
        tracing::warn!(cause = now, "Redis cannot be used at REDIS_URL; trying again");
        *said = now;
    }
}

async fn publish(client: Client, topic: String, mut waiting: mpsc::Receiver<(Instant, Bytes)>, lost: Arc<AtomicBool>) {
    let connection = tokio::spawn(stay(client.clone()));
    while let Some((since, hint)) = waiting.recv().await {
        // An old hint helps nobody: while Redis is away they are let go.
        let is_fresh = since.elapsed() < OLD && client.is_connected();
        let sent = is_fresh && client.publish::<i64, _, _>(topic.as_str(), hint).await.is_ok();
        if !sent {
            lost.store(true, Ordering::Release);
        }
    }
    connection.abort();
}

async fn subscribe(client: Client, topic: String, heard: mpsc::Sender<Option<Bytes>>) {
    let mut connected = client.reconnect_rx();
    let mut messages = client.message_rx();
    let connection = tokio::spawn(stay(client.clone()));
    loop {
        let told = tokio::select! {
            told = tokio::time::timeout(SILENT, messages.recv()) => told,
            made = connected.recv() => {
                if matches!(made, Err(RecvError::Closed)) {
                    break;
                }
                match client.subscribe(topic.as_str()).await {
                    // What was told before is not told again.
                    Ok(()) if heard.send(None).await.is_err() => break,
                    Ok(()) => {}
                    Err(cause) => {
                        tracing::debug!(%cause, "the wire's topic could not be subscribed to; trying again");
                        let _ = client.force_reconnection().await;
                    }
                }
                continue;
            }
            () = heard.closed() => break,
        };
        match told {
            Ok(Ok(message)) => {
                let hint = message.value.into_bytes();
                if heard.send(hint).await.is_err() {
                    break;
                }
            }
            Ok(Err(RecvError::Lagged(_))) => {
                if heard.send(None).await.is_err() {
                    break;
                }
            }
            Ok(Err(RecvError::Closed)) => break,
            Err(_) => {
                if client.is_connected() {
                    let _ = client.force_reconnection().await;
                }
            }
        }
    }
    connection.abort();
}
