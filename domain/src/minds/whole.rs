//! An answer that nobody watches: its words are gathered and given as a whole, and what it took is recorded.

use super::answering::{LOOK, is_beyond, taken};
use super::budget::store::{self as purse, Call, Spent};
use super::context::{self, Frame};
use super::means::Means;
use super::provider::{ChatRequest, ModelError, Piece};
use super::words::Words;
use crate::{Result, Space};
use futures::StreamExt;
use std::time::{Duration, Instant};

/// A question whose answer is wanted as a whole.
pub(super) struct Question<'a> {
    pub request: ChatRequest,
    /// Who answers, by name.
    pub name: &'a str,
    pub call: Call,
    /// How long it may take.
    pub patience: Duration,
    /// Whether all of it is wanted as it came, and not as it would be posted.
    pub raw: bool,
}

/// Asks the first of the means that can answer in the name of an AI, and waits for the answer's end. The outer error is
/// ours, the inner one the model's.
pub(super) async fn answer(
    space: &Space,
    means: &[Means],
    frame: &Frame<'_>,
    question: Question<'_>,
) -> Result<Result<String, ModelError>> {
    let Question { request, name, call, patience, raw } = question;
    let read = context::size(&request.turns, frame);
    let mut first = None;
    for one in means {
        if let Some(cause) = one.rests() {
            first.get_or_insert(cause);
            continue;
        }
        let mut words = Words::of(name);
        let begun = Instant::now();
        let By { end, counted, thoughts } = by(one, request.clone(), frame, &mut words, patience).await;
        let count = |tokens: usize| u32::try_from(tokens).unwrap_or(u32::MAX);
        let has_read = end.is_ok() || words.taken() + thoughts > 0;
        let (tokens_in, tokens_out) =
            counted.unwrap_or_else(|| (if has_read { count(read) } else { 0 }, taken(frame, &words, thoughts)));
        let unsaid = raw || matches!(end, Ok(cut) if words.whole(cut).is_empty());
        let took = begun.elapsed();
        let spent = Spent { call, means: one, tokens_in, tokens_out, first_word: None, took, unsaid };
        match end {
            Ok(cut) => {
                one.speaks();
                purse::settle(&space.db, spent).await?;
                return Ok(Ok(if raw { words.raw().to_owned() } else { words.whole(cut) }));
            }
            Err(cause) => {
                one.failed(&cause, begun);
                tracing::warn!(%cause, ai = name, model = one.model, provider = one.whose(), "a model did not answer");
                purse::fail(&space.db, spent).await?;
                first.get_or_insert(cause);
            }
        }
    }
    purse::free(&space.db, call.entity, call.id).await?;
    Ok(Err(first.unwrap_or_else(|| ModelError::Unreachable("there is nothing to think with".into()))))
}

/// What came of asking one of the means.
struct By {
    /// Whether the words were cut.
    end: Result<bool, ModelError>,
    /// The tokens in and out as the provider counts them.
    counted: Option<(u32, u32)>,
    /// Bytes of thoughts beside them.
    thoughts: usize,
}

async fn by(means: &Means, request: ChatRequest, frame: &Frame<'_>, words: &mut Words, patience: Duration) -> By {
    let (mut counted, mut thoughts, mut look) = (None, 0, LOOK);
    let most = request.sampling.max_tokens;
    let answer = async {
        let mut end = None;
        let mut pieces = means.answer(request).await?;
        while let Some(piece) = pieces.next().await {
            match piece? {
                Piece::Words(more) => words.push(&more),
                Piece::Thoughts(more) => thoughts += more,
                Piece::End { cut } => end = Some(cut),
                Piece::Usage { tokens_in, tokens_out } => counted = Some((tokens_in, tokens_out)),
                Piece::Queued(_) => {}
            }
            if words.taken() + thoughts >= look {
                if is_beyond(means, most, taken(frame, words, thoughts)) {
                    end = Some(true);
                    break;
                }
                look = words.taken() + thoughts + LOOK;
            }
        }
        end.ok_or(ModelError::CutOff)
    };
    let end = tokio::time::timeout(patience, answer).await.unwrap_or(Err(ModelError::Silent(patience)));
    By { end, counted, thoughts }
}
