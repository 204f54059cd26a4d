//! Work of which there is one at a time, done together with what has come meanwhile.
//!
//! Statements that queue for the same row, or ask the same table the same thing, each on a connection of their own, cost
//! more than one statement for all of them. What comes alone begins at once; what comes while somebody is at it waits
//! here for the next turn. The work is a task of its own: a request that is given up takes nothing with it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most items in one turn.
const TOGETHER: usize = 64;

/// What is done with all that waits. Every item carries its own way to answer; one that is dropped was given up.
pub(crate) trait Work: Send + 'static {
    type Item: Send + 'static;

    /// Does it for these, in their order: at least one, at most 64.
    fn together(&mut self, items: Vec<Self::Item>) -> impl Future<Output = ()> + Send;
}

/// Where somebody is at work, each with the items that wait for their turn.
#[derive(Debug)]
pub(crate) struct Turns<K, I>(Mutex<HashMap<K, Vec<I>>>);

impl<K, I> Default for Turns<K, I> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash + Send + 'static, I: Send + 'static> Turns<K, I> {
    fn waiting(&self) -> MutexGuard<'_, HashMap<K, Vec<I>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands in an item: for the next turn, or for `work` begun now where nobody is at it.
    pub(crate) fn add<W: Work<Item = I>>(self: &Arc<Self>, at: K, item: I, work: impl FnOnce() -> W) {
        match self.waiting().entry(at.clone()) {
            Entry::Occupied(mut others) => {
                others.get_mut().push(item);
                return;
            }
            Entry::Vacant(nobody) => nobody.insert(Vec::new()),
        };
        tokio::spawn(take(Turn { turns: self.clone(), at, is_over: false }, item, work()));
    }
}

/// Being the one who is at work. However it ends, the next item finds the place free.
struct Turn<K: Clone + Eq + Hash + Send + 'static, I: Send + 'static> {
    turns: Arc<Turns<K, I>>,
    at: K,
    is_over: bool,
}

impl<K: Clone + Eq + Hash + Send + 'static, I: Send + 'static> Drop for Turn<K, I> {
    fn drop(&mut self) {
        // By then the place may be somebody else's.
        if !self.is_over {
            self.turns.waiting().remove(&self.at);
        }
    }
}

async fn take<K, W>(mut turn: Turn<K, W::Item>, first: W::Item, mut work: W)
where
    K: Clone + Eq + Hash + Send + 'static,
    W: Work,
{
    let mut items = vec![first];
    loop {
        work.together(items).await;
        let turns = turn.turns.clone();
        let mut all = turns.waiting();
        // Whether anything waits and giving up the turn are one moment: nothing waits for a turn that nobody has.
        let Some(waiting) = all.get_mut(&turn.at).filter(|waiting| !waiting.is_empty()) else {
            all.remove(&turn.at);
            turn.is_over = true;
            return;
        };
        let together = waiting.len().min(TOGETHER);
        items = waiting.drain(..together).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::{mpsc, oneshot};

    /// Says what came together, and goes on when it is told to.
    struct Slow {
        said: mpsc::UnboundedSender<Vec<u32>>,
        go: mpsc::UnboundedReceiver<()>,
    }

    impl Work for Slow {
        type Item = (u32, oneshot::Sender<()>);

        async fn together(&mut self, items: Vec<Self::Item>) {
            let numbers: Vec<u32> = items.iter().map(|(number, _)| *number).collect();
            assert!(!numbers.contains(&99), "the number that no work survives");
            self.said.send(numbers).unwrap();
            self.go.recv().await;
            for (_, done) in items {
                let _ = done.send(());
            }
        }
    }

    #[tokio::test]
    async fn what_comes_meanwhile_is_done_together_in_its_order() {
        let turns = Arc::new(Turns::default());
        let (said, mut hear) = mpsc::unbounded_channel();
        let (go, when) = mpsc::unbounded_channel();
        let mut begun = Some(Slow { said, go: when });
        let mut add = |number| {
            let (done, end) = oneshot::channel();
            turns.add((), (number, done), || begun.take().expect("begun once"));
            end
        };
        let first = add(1);
        assert_eq!(hear.recv().await, Some(vec![1]));
        let rest: Vec<_> = (2..=70).map(&mut add).collect();
        go.send(()).unwrap();
        first.await.unwrap();
        assert_eq!(hear.recv().await, Some((2..=65).collect()));
        go.send(()).unwrap();
        assert_eq!(hear.recv().await, Some((66..=70).collect()));
        go.send(()).unwrap();
        for end in rest {
            end.await.unwrap();
        }
    }

    #[tokio::test]
    async fn work_that_breaks_leaves_the_place_free() {
        let turns = Arc::new(Turns::default());
        let add = |number| {
            let (said, hear) = mpsc::unbounded_channel();
            let (go, when) = mpsc::unbounded_channel();
            go.send(()).unwrap();
            let (done, end) = oneshot::channel();
            turns.add((), (number, done), || Slow { said, go: when });
            (hear, go, end)
        };
        let (_hear, _go, broken) = add(99);
        broken.await.unwrap_err();
        while !turns.waiting().is_empty() {
            tokio::task::yield_now().await;
        }
        let (_hear, _go, well) = add(1);
        well.await.unwrap();
    }
}
