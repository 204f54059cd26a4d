//! What the space needs of a language model.

use async_trait::async_trait;
use futures::stream::BoxStream;
use model::Sampling;
use std::time::Duration;

/// Who speaks in what a model is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The character and the rules.
    System,
    /// Somebody else; the text begins with their name.
    Other,
    /// The AI itself, earlier.
    Itself,
}

/// One line of what a model is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who.
    pub speaker: Speaker,
    /// What.
    pub text: String,
}

/// What a model is asked for.
#[derive(Clone, Debug)]
pub struct ChatRequest {
    /// A model of the provider; its default where `None`.
    pub model: Option<String>,
    /// The system turn first, then the talk, oldest first.
    pub turns: Vec<Turn>,
    /// How it is to choose its words.
    pub sampling: Sampling,
    /// The form of the answer as a JSON Schema; words as they come where `None`.
    pub form: Option<serde_json::Value>,
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// It is not our turn yet: so many answers come first.
    Queued(usize),
    /// The next words.
    Words(String),
    /// So many bytes of thoughts that it tells apart from what it says.
    Thoughts(usize),
    /// What it took, where the provider says so.
    Usage {
        /// Tokens that were read.
        tokens_in: u32,
        /// Tokens that were written.
        tokens_out: u32,
    },
    /// The end, said by the model. A stream that ends without it was cut off.
    End {
        /// It was the limit that ended it.
        cut: bool,
    },
}

/// What comes back.
pub type Pieces = BoxStream<'static, Result<Piece, ModelError>>;

/// How asking a model can fail. The text is for the log, never for people.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ModelError {
    /// Nobody answers there.
    #[error("not reachable: {0}")]
    Unreachable(String),
    /// No word for too long.
    #[error("no answer within {} s", .0.as_secs())]
    Silent(Duration),
    /// The provider refused.
    #[error("status {status}: {text}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said, shortened.
        text: String,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The stream ended before the model did.
    #[error("cut off in the middle")]
    CutOff,
    /// It came to its limit before the first word, as what thinks at length does.
    #[error("no word within the time that it may think and the most tokens that it may write")]
    Wordless,
    /// Somebody came in while it was written who could not have read what it rests on.
    #[error("somebody came in")]
    NewCompany,
    /// It failed a short while ago, and is left alone.
    #[error("left alone for {} s after it failed: {why}", .left.as_secs() + 1)]
    Resting {
        /// For how long from now on.
        left: Duration,
        /// How it failed.
        why: String,
    },
    /// Something came that is no answer.
    #[error("not understood: {0}")]
    Garbled(String),
}

impl ModelError {
    /// For how long it asks to be left alone, or is.
    pub const fn asks_for(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Resting { left, .. } => Some(*left),
            _ => None,
        }
    }

    /// Whether it is asked again by itself: what thinks for too long once would do so again.
    pub const fn is_worth_a_try(&self) -> bool {
        self.may_pass() && !matches!(self, Self::Wordless)
    }

    /// Whether asking again can help.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status == 408 || *status == 429 || *status >= 500,
            _ => true,
        }
    }
}

/// A language model that talks: an OpenAI-compatible endpoint, or the small one of this machine.
#[async_trait]
pub trait ChatModel: Send + Sync {
    /// Asks for an answer and gets it piece by piece.
    async fn answer(&self, request: ChatRequest) -> Result<Pieces, ModelError>;
    /// Its name, for the record of usage.
    fn name(&self) -> &str;
    /// Ends whatever it keeps running on this machine.
    async fn stop(&self) {}
}
