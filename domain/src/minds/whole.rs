//! An answer that nobody watches: its words are gathered and given as a whole.

use super::provider::{ChatModel, ChatRequest, ModelError, Piece};
use super::words::Words;
use futures::StreamExt;
use std::time::Duration;

/// Asks a model in the name of an AI, and waits for the answer's end.
pub(super) async fn answer(
    model: &dyn ChatModel,
    request: ChatRequest,
    name: &str,
    patience: Duration,
) -> Result<String, ModelError> {
    let answer = async {
        let mut words = Words::of(name);
        let mut end = None;
        let mut pieces = model.answer(request).await?;
        while let Some(piece) = pieces.next().await {
            match piece? {
                Piece::Words(more) => words.push(&more),
                Piece::End { cut } => end = Some(cut),
                Piece::Queued(_) | Piece::Usage { .. } => {}
            }
        }
        end.map(|cut| words.whole(cut)).ok_or(ModelError::CutOff)
    };
    tokio::time::timeout(patience, answer).await.unwrap_or(Err(ModelError::Silent(patience)))
}
