//! One stream: a bounded queue of frames towards one browser.

use super::{Hub, Told, lock};
use bytes::Bytes;
use futures::Stream;
use model::{EntityId, Event};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// Frames that may wait for a slow reader.
const QUEUE: usize = 256;
/// Bytes that may wait for one. They are shared with other listeners, who may have read them long ago.
const BYTES: usize = 1 << 20;
/// Bytes of waiting pieces that are handed on as one: many small ones cost more to send than to copy.
const AT_ONCE: usize = 16 * 1024;

/// One or more frames that belong together.
#[derive(Clone)]
pub(super) struct Piece {
    pub bytes: Bytes,
    pub frames: usize,
}

/// What waits to be read. A channel of tokio's would do; this one costs a third of it for each frame and listener.
#[derive(Default)]
struct Queue {
    pieces: VecDeque<Piece>,
    frames: usize,
    bytes: usize,
    /// No more will come.
    ended: bool,
    reader: Option<Waker>,
}

impl Queue {
    fn push(&mut self, piece: Piece) {
        self.frames += piece.frames;
        self.bytes += piece.bytes.len();
        self.pieces.push_back(piece);
    }

    fn pop(&mut self) -> Option<Bytes> {
        let piece = self.pieces.pop_front()?;
        self.frames -= piece.frames;
        self.bytes -= piece.bytes.len();
        Some(piece.bytes)
    }
}

/// The hub's end of a stream.
pub(super) struct Listener {
    pub entity: EntityId,
    /// The digest of the session that it hangs on.
    pub session: Vec<u8>,
    queue: Mutex<Queue>,
}

impl Listener {
    pub fn new(entity: EntityId, session: Vec<u8>) -> Arc<Self> {
        Arc::new(Self { entity, session, queue: Mutex::default() })
    }

    /// Sends a frame.
    pub fn send(&self, frame: &Bytes) {
        self.send_piece(&Piece { bytes: frame.clone(), frames: 1 });
    }

    /// Queues a piece and has it read. A reader for whom too much waits is told to resume and cut off: it asks for what
    /// it missed.
    pub fn send_piece(&self, piece: &Piece) {
        self.change(|queue| {
            if queue.ended {
                return;
            }
            if queue.frames + piece.frames < QUEUE && queue.bytes + piece.bytes.len() <= BYTES {
                queue.push(piece.clone());
            } else {
                queue.push(Piece { bytes: resume(200), frames: 1 });
                queue.ended = true;
            }
        });
    }

    /// Changes the queue and wakes its reader, who needs the lock, after letting go of it.
    fn change(&self, change: impl FnOnce(&mut Queue)) {
        let reader = {
            let mut queue = lock(&self.queue);
            change(&mut queue);
            queue.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Whether the stream has ended.
    pub fn is_gone(&self) -> bool {
        lock(&self.queue).ended
    }

    /// Ends the stream; what is queued still goes out.
    pub fn cut(&self) {
        self.change(|queue| queue.ended = true);
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
    listener: Arc<Listener>,
    hub: Arc<Hub>,
}

impl Frames {
    pub(super) fn new(listener: Arc<Listener>, hub: Arc<Hub>) -> Self {
        Self { listener, hub }
    }
}

impl Stream for Frames {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut queue = lock(&self.listener.queue);
        let Some(first) = queue.pop() else {
            if queue.ended {
                return Poll::Ready(None);
            }
            if !queue.reader.as_ref().is_some_and(|reader| reader.will_wake(cx.waker())) {
                queue.reader = Some(cx.waker().clone());
            }
            return Poll::Pending;
        };
        if queue.pieces.is_empty() {
            return Poll::Ready(Some(Ok(first)));
        }
        let mut whole = Vec::with_capacity((first.len() + queue.bytes).min(AT_ONCE));
        whole.extend_from_slice(&first);
        while queue.pieces.front().is_some_and(|next| whole.len() + next.bytes.len() <= AT_ONCE) {
            whole.extend_from_slice(&queue.pop().unwrap_or_default());
        }
        if queue.pieces.is_empty() {
            // A burst leaves no more than it found.
            queue.pieces.shrink_to(4);
        }
        Poll::Ready(Some(Ok(Bytes::from(whole))))
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        self.listener.cut();
        self.hub.leave(&self.listener);
    }
}
