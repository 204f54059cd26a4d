//! An answer that nobody watches: its words are gathered and given as a whole.

use super::budget::store::{Call, Spent};
use super::context::Frame;
use super::means::Means;
use super::provider::{ChatRequest, ModelError, Piece};
use super::words::Words;
use futures::StreamExt;
use std::time::{Duration, Instant};

/// An answer, the tokens in and out that the provider has counted, if it has, and what wrote it.
pub(super) struct Whole<'a> {
    pub text: String,
    pub tokens: Option<(u32, u32)>,
    pub means: &'a Means,
}

impl Whole<'_> {
    /// What it took: what the provider has counted, or else what we have, where so many tokens were read.
    pub fn spent(&self, call: Call, read: usize, frame: &Frame<'_>, took: Duration) -> Spent<'_> {
        let count = |tokens: usize| u32::try_from(tokens).unwrap_or(u32::MAX);
        let counted = || (count(read), count(frame.counter.turn(&self.text)));
        let (tokens_in, tokens_out) = self.tokens.unwrap_or_else(counted);
        Spent { call, means: self.means, tokens_in, tokens_out, first_word: None, took }
    }
}

/// Asks the first of the means that can answer in the name of an AI, and waits for the answer's end.
pub(super) async fn answer<'a>(
    means: &'a [Means],
    request: ChatRequest,
    name: &str,
    patience: Duration,
) -> Result<Whole<'a>, ModelError> {
    let mut first = None;
    for one in means {
        let answer = if let Some(left) = one.rests() {
            Err(ModelError::Resting(left))
        } else {
            let begun = Instant::now();
            let answer = by(one, request.clone(), name, patience).await;
            match &answer {
                Ok(_) => one.speaks(),
                Err(cause) => one.failed(cause, begun),
            }
            answer
        };
        match answer {
            Ok((text, tokens)) => return Ok(Whole { text, tokens, means: one }),
            Err(cause) => {
                tracing::warn!(%cause, ai = name, model = one.model, provider = one.provider, "a model did not answer");
                first.get_or_insert(cause);
            }
        }
    }
    Err(first.unwrap_or_else(|| ModelError::Unreachable("there is nothing to think with".into())))
}

/// The words of one of the means.
async fn by(
    means: &Means,
    request: ChatRequest,
    name: &str,
    patience: Duration,
) -> Result<(String, Option<(u32, u32)>), ModelError> {
    let answer = async {
        let mut words = Words::of(name);
        let (mut end, mut tokens) = (None, None);
        let mut pieces = means.answer(request).await?;
        while let Some(piece) = pieces.next().await {
            match piece? {
                Piece::Words(more) => words.push(&more),
                Piece::End { cut } => end = Some(cut),
                Piece::Usage { tokens_in, tokens_out } => tokens = Some((tokens_in, tokens_out)),
                Piece::Queued(_) => {}
            }
        }
        end.map(|cut| (words.whole(cut), tokens)).ok_or(ModelError::CutOff)
    };
    tokio::time::timeout(patience, answer).await.unwrap_or(Err(ModelError::Silent(patience)))
}
