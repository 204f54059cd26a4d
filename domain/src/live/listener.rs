//! One stream: a bounded queue of frames towards one browser.

use super::{Hub, Told, lock};
use bytes::Bytes;
use futures::Stream;
use model::{EntityId, Event};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// Frames that may wait for a slow reader. They are shared bytes, so a waiting one costs a pointer.
const QUEUE: usize = 256;

/// The hub's end of a stream.
pub(super) struct Listener {
    pub entity: EntityId,
    /// The digest of the session that it hangs on.
    pub session: Vec<u8>,
    queue: Mutex<Option<mpsc::Sender<Bytes>>>,
}

impl Listener {
    pub fn new(entity: EntityId, session: Vec<u8>) -> (Arc<Self>, mpsc::Receiver<Bytes>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        (Arc::new(Self { entity, session, queue: Mutex::new(Some(sender)) }), receiver)
    }

    /// Queues a frame. A reader whose queue is full is told to resume and cut off: it asks for what it missed.
    pub fn send(&self, frame: &Bytes) {
        let mut queue = lock(&self.queue);
        let Some(sender) = queue.as_ref() else { return };
        if sender.capacity() > 1 {
            if sender.try_send(frame.clone()).is_err() {
                *queue = None;
            }
        } else {
            let _ = sender.try_send(resume(200));
            *queue = None;
        }
    }

    /// Whether the stream has ended.
    pub fn is_gone(&self) -> bool {
        lock(&self.queue).as_ref().is_none_or(mpsc::Sender::is_closed)
    }

    /// Ends the stream; what is queued still goes out.
    pub fn cut(&self) {
        *lock(&self.queue) = None;
    }

    /// Ends the stream with the word to come back, at a moment of its own so that not all come at once.
    pub fn resume(&self) {
        self.send(&resume(rand::random_range(200..2_000)));
        self.cut();
    }
}

fn resume(after_ms: u32) -> Bytes {
    Told::event(&Event::Resume { after_ms }).frame
}

/// The browser's end: a body of `text/event-stream`. Dropping it ends the stream.
pub struct Frames {
    queue: mpsc::Receiver<Bytes>,
    listener: Arc<Listener>,
    hub: Arc<Hub>,
}

impl Frames {
    pub(super) fn new(queue: mpsc::Receiver<Bytes>, listener: Arc<Listener>, hub: Arc<Hub>) -> Self {
        Self { queue, listener, hub }
    }
}

impl Stream for Frames {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.queue.poll_recv(cx).map(|frame| frame.map(Ok))
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        self.hub.leave(&self.listener);
    }
}
