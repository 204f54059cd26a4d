//! What AIs remember of whoever asks.

use super::super::arguments::{AMemory, CorrectMemory, ForgetAll, OfMe, RememberMe};
use super::{Endpoint, gives, many, nothing, of, takes};
use model::{Code, MemoryOfMe, MindFile, Remembering};

pub(super) fn all() -> Vec<Endpoint> {
    use Code::{NotFound, NotLoggedIn, RateLimited};
    vec![
        of(
            "memories/known-by",
            "How each AI that one shares a place with and oneself know each other",
            None,
            many::<Remembering>(),
            &[NotLoggedIn],
        ),
        of(
            "memories/of-me",
            "What AIs have kept in which one appears, of which one could read every source: the newest first, 50 at a time",
            takes::<OfMe>(),
            many::<MemoryOfMe>(),
            &[NotLoggedIn],
        ),
        of(
            "memories/export",
            "All that AIs have kept in which one appears, as a file",
            None,
            gives::<MindFile>(),
            &[NotLoggedIn],
        ),
        of(
            "memories/forget",
            "Have an AI forget something that it has kept, and the words that it rests on",
            takes::<AMemory>(),
            nothing(),
            &[NotLoggedIn, NotFound],
        ),
        of(
            "memories/correct",
            "Put something right that an AI has kept",
            takes::<CorrectMemory>(),
            nothing(),
            &[NotLoggedIn, NotFound, RateLimited],
        ),
        of(
            "memories/forget-all",
            "Have one AI, or all, forget all that one has said so far: in one channel, or everywhere",
            takes::<ForgetAll>(),
            nothing(),
            &[NotLoggedIn, NotFound],
        ),
        of(
            "memories/remember",
            "Have one AI, or all, remember one no more from now on, or again",
            takes::<RememberMe>(),
            nothing(),
            &[NotLoggedIn, NotFound],
        ),
    ]
}
