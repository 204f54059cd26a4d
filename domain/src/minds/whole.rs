//! An answer that nobody watches: its words are gathered and given as a whole.

use super::provider::{ChatModel, ChatRequest, ModelError, Piece};
use super::words::Words;
use futures::StreamExt;
use std::time::Duration;

/// An answer, and the tokens in and out that the provider has counted, if it has.
pub(super) struct Whole {
    pub text: String,
    pub tokens: Option<(u32, u32)>,
}

/// Asks a model in the name of an AI, and waits for the answer's end.
pub(super) async fn answer(
    model: &dyn ChatModel,
    request: ChatRequest,
    name: &str,
    patience: Duration,
) -> Result<Whole, ModelError> {
    let answer = async {
        let mut words = Words::of(name);
        let (mut end, mut tokens) = (None, None);
        let mut pieces = model.answer(request).await?;
        while let Some(piece) = pieces.next().await {
            match piece? {
                Piece::Words(more) => words.push(&more),
                Piece::End { cut } => end = Some(cut),
                Piece::Usage { tokens_in, tokens_out } => tokens = Some((tokens_in, tokens_out)),
                Piece::Queued(_) => {}
            }
        }
        end.map(|cut| Whole { text: words.whole(cut), tokens }).ok_or(ModelError::CutOff)
    };
    tokio::time::timeout(patience, answer).await.unwrap_or(Err(ModelError::Silent(patience)))
}
