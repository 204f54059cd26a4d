//! Any endpoint that speaks OpenAI's chat completions, by async-openai over our own connection.

use super::endpoint::COMPLAINT;
pub use super::endpoint::Endpoint;
use super::{ChatModel, ChatRequest, ModelError, Piece, Pieces, Speaker, thinkers};
use async_openai::Client;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use async_openai::types::chat::{
    ChatCompletionRequestAssistantMessage, ChatCompletionRequestMessage, ChatCompletionRequestSystemMessage,
    ChatCompletionRequestUserMessage, ChatCompletionStreamOptions, CreateChatCompletionRequest, ReasoningEffort,
    ResponseFormat, ResponseFormatJsonSchema,
};
use async_trait::async_trait;
use futures::StreamExt;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a provider may take for each piece of a complaint.
const COMPLAINS_FOR: Duration = Duration::from_secs(5);
/// How long it is waited for what a provider counts after the model has ended.
const COUNTS_FOR: Duration = Duration::from_secs(2);
/// Most bytes of an answer: each of 32,000 tokens in a chunk of its own comes to about half of that.
const LONGEST: usize = 16 << 20;
/// Most tokens that a server is believed to have counted.
const MOST_TOKENS: i64 = 10_000_000;
/// Most bytes of a line of it.
const LONGEST_LINE: usize = 1 << 20;

/// An OpenAI-compatible endpoint.
pub struct OpenAi {
    http: reqwest::Client,
    endpoint: Arc<Endpoint>,
}

impl OpenAi {
    /// A client of an endpoint; nothing is asked yet.
    pub fn new(endpoint: &Endpoint) -> Result<Self, ModelError> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|cause| ModelError::Unreachable(cause.to_string()))?;
        Ok(Self { http, endpoint: Arc::new(endpoint.clone()) })
    }

    /// What it said, without the key, should it say that.
    pub fn without_key(&self, text: &str) -> String {
        self.endpoint.clean(text)
    }

    /// The models that it tells of, by name, at most 500.
    pub async fn models(&self) -> Result<Vec<String>, ModelError> {
        self.endpoint.models(&self.http).await.map_err(|cause| self.endpoint.without_key(cause))
    }
}

#[async_trait]
impl ChatModel for OpenAi {
    async fn answer(&self, request: ChatRequest) -> Result<Pieces, ModelError> {
        let model = request.model.unwrap_or_else(|| self.endpoint.model.clone());
        let (patience, config) = (self.endpoint.patience, self.endpoint.asked_for(&model));
        let thinks = thinkers::thinks(&model);
        let most = thinkers::most(&model, request.sampling.max_tokens);
        let asked = CreateChatCompletionRequest {
            model,
            messages: request.turns.into_iter().map(|turn| line(turn.speaker, turn.text)).collect(),
            // Who thinks first refuses these four, and is not to think for long: somebody waits.
            temperature: (!thinks).then_some(request.sampling.temperature),
            top_p: request.sampling.top_p.filter(|_| !thinks),
            frequency_penalty: request.sampling.frequency_penalty.filter(|_| !thinks),
            presence_penalty: request.sampling.presence_penalty.filter(|_| !thinks),
            reasoning_effort: thinks.then_some(ReasoningEffort::Low),
            max_completion_tokens: thinks.then_some(most),
            // OpenAI calls it deprecated; every other server takes it.
            #[expect(deprecated, reason = "compatible servers know no other name")]
            seed: request.sampling.seed,
            // The newer name is `max_completion_tokens`; this one is what every compatible server knows.
            #[expect(deprecated, reason = "compatible servers know no other name")]
            max_tokens: (!thinks).then_some(most),
            response_format: request.form.map(|schema| ResponseFormat::JsonSchema {
                json_schema: ResponseFormatJsonSchema {
                    description: None,
                    name: "answer".to_owned(),
                    schema,
                    strict: Some(true),
                },
            }),
            stream: Some(true),
            stream_options: Some(ChatCompletionStreamOptions { include_usage: Some(true), include_obfuscation: None }),
            ..Default::default()
        };
        let client = Client::build(self.http.clone(), config).with_http_service(Once { http: self.http.clone() });
        let stream = tokio::time::timeout(patience, client.chat().create_stream_byot(asked)).await;
        let stream = stream.map_err(|_| ModelError::Silent(patience))?;
        let stream = stream.map_err(|cause| self.endpoint.without_key(model_error(cause)))?;
        let endpoint = self.endpoint.clone();
        let clean = move |cause| endpoint.without_key(cause);
        let pieces = futures::stream::unfold((stream, false, clean), move |(mut stream, ended, clean)| async move {
            let patience = if ended { COUNTS_FOR.min(patience) } else { patience };
            match tokio::time::timeout(patience, stream.next()).await {
                Err(_) if ended => None,
                Err(_) => Some((vec![Err(ModelError::Silent(patience))], (stream, true, clean))),
                Ok(Some(Ok(chunk))) => {
                    let mut pieces: Vec<_> = pieces(chunk).into_iter().map(|piece| piece.map_err(&clean)).collect();
                    // What is said behind its end is not part of it.
                    pieces.retain(|piece| !ended || matches!(piece, Ok(Piece::Usage { .. })));
                    let over = pieces.iter().any(|piece| matches!(piece, Ok(Piece::End { .. }) | Err(_)));
                    Some((pieces, (stream, ended || over, clean)))
                }
                // What fails after the model has ended concerns nobody.
                Ok(Some(Err(_)) | None) if ended => None,
                Ok(Some(Err(cause))) => Some((vec![Err(clean(model_error(cause)))], (stream, true, clean))),
                Ok(None) => Some((vec![Err(ModelError::CutOff)], (stream, true, clean))),
            }
        });
        Ok(pieces.flat_map(futures::stream::iter).boxed())
    }

    fn name(&self) -> &str {
        &self.endpoint.model
    }
}

fn line(speaker: Speaker, text: String) -> ChatCompletionRequestMessage {
    match speaker {
        Speaker::System => ChatCompletionRequestSystemMessage { content: text.into(), ..Default::default() }.into(),
        Speaker::Other => ChatCompletionRequestUserMessage { content: text.into(), ..Default::default() }.into(),
        Speaker::Itself => {
            ChatCompletionRequestAssistantMessage { content: Some(text.into()), ..Default::default() }.into()
        }
    }
}

/// What is read of a chunk, and of an answer that comes whole: servers that call themselves compatible leave out or invent the rest.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Chunk {
    choices: Option<Vec<Choice>>,
    usage: Option<Used>,
    error: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Choice {
    delta: Option<Said>,
    message: Option<Said>,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    content: Option<Value>,
    refusal: Option<String>,
    /// What some servers call the thoughts, and what others do.
    reasoning_content: Option<Value>,
    reasoning: Option<Value>,
}

/// What is said: words, or parts of which some are words.
fn words(content: Value) -> Option<String> {
    match content {
        Value::String(words) => Some(words),
        Value::Array(parts) => Some(parts.iter().filter_map(|part| part["text"].as_str()).collect()),
        _ => None,
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Used {
    prompt_tokens: Option<i64>,
    completion_tokens: Option<i64>,
}

/// What a chunk holds.
fn pieces(chunk: Chunk) -> Vec<Result<Piece, ModelError>> {
    let mut pieces = Vec::new();
    if let Some(error) = chunk.error {
        let said = error["message"].as_str().map_or_else(|| error.to_string(), str::to_owned);
        return vec![Err(ModelError::Garbled(said))];
    }
    if let Some(choice) = chunk.choices.and_then(|choices| choices.into_iter().next()) {
        let said = choice.delta.or(choice.message).unwrap_or_default();
        let thoughts = said.reasoning_content.or(said.reasoning);
        let thoughts = thoughts.as_ref().and_then(Value::as_str).map_or(0, str::len);
        pieces.extend((thoughts > 0).then_some(Ok(Piece::Thoughts(thoughts))));
        let said = said.content.and_then(words).or(said.refusal);
        pieces.extend(said.filter(|words| !words.is_empty()).map(|words| Ok(Piece::Words(words))));
        match choice.finish_reason.as_deref() {
            None | Some("") => {}
            Some("error") => pieces.push(Err(ModelError::Garbled("the model ended with an error".to_owned()))),
            Some(reason) => {
                pieces.push(Ok(Piece::End { cut: matches!(reason, "length" | "max_tokens" | "content_filter") }));
            }
        }
    }
    if let Some(Used { prompt_tokens: Some(read), completion_tokens: Some(written) }) = chunk.usage {
        let tokens = |count: i64| u32::try_from(count.clamp(0, MOST_TOKENS)).unwrap_or_default();
        pieces.push(Ok(Piece::Usage { tokens_in: tokens(read), tokens_out: tokens(written) }));
    }
    pieces
}

fn model_error(cause: OpenAIError) -> ModelError {
    match cause {
        OpenAIError::Boxed(inner) => match inner.downcast::<ModelError>() {
            Ok(error) => *error,
            Err(other) => ModelError::Unreachable(other.to_string()),
        },
        OpenAIError::Reqwest(inner) if inner.is_connect() || inner.is_timeout() => {
            ModelError::Unreachable(inner.to_string())
        }
        OpenAIError::Reqwest(_) => ModelError::CutOff,
        OpenAIError::StreamError(inner) => match *inner {
            async_openai::error::StreamError::EventStream(text)
                if text.contains("body") || text.contains("Transport") =>
            {
                ModelError::CutOff
            }
            other => ModelError::Garbled(other.to_string()),
        },
        other => ModelError::Garbled(other.to_string()),
    }
}

/// The same response, which ends with an error where it, or a line of it, is longer than any answer's. (Each piece of a
/// line is looked at from the line's beginning: an endless one would cost a processor before it cost memory.)
fn bounded(response: reqwest::Response) -> reqwest::Response {
    let (status, headers) = (response.status(), response.headers().clone());
    let (mut whole, mut line) = (0, 0);
    let body = response.bytes_stream().map(move |piece| {
        let piece = piece.map_err(std::io::Error::other)?;
        whole += piece.len();
        line = match piece.iter().rposition(|&byte| byte == b'\n') {
            Some(at) => piece.len() - at,
            None => line + piece.len(),
        };
        if whole > LONGEST || line > LONGEST_LINE {
            return Err(std::io::Error::other("the answer is too long"));
        }
        Ok(piece)
    });
    let mut bounded = http::Response::new(reqwest::Body::wrap_stream(body));
    *bounded.status_mut() = status;
    *bounded.headers_mut() = headers;
    bounded.into()
}

/// An answer that came whole, though it was asked for piece by piece, as a stream of one.
fn as_stream(whole: &[u8]) -> reqwest::Response {
    // An event's data is one line.
    let line: String = String::from_utf8_lossy(whole).replace(['\r', '\n'], " ");
    let mut stream = http::Response::new(reqwest::Body::from(format!("data: {line}\n\ndata: [DONE]\n\n")));
    stream.headers_mut().insert("content-type", http::HeaderValue::from_static("text/event-stream"));
    stream.into()
}

/// Sends a request once. The queue decides about further tries, so the client makes none of its own.
#[derive(Clone)]
struct Once {
    http: reqwest::Client,
}

impl tower::Service<HttpRequestFactory> for Once {
    type Response = reqwest::Response;
    type Error = OpenAIError;
    type Future = BoxFuture<'static, Result<reqwest::Response, OpenAIError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, factory: HttpRequestFactory) -> Self::Future {
        let http = self.http.clone();
        Box::pin(async move {
            let mut response = http.execute(factory.build().await?).await?;
            let status = response.status();
            if status.is_success() {
                let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
                if kind.is_some_and(|kind| kind.starts_with("application/json")) {
                    return Ok(as_stream(&bounded(response).bytes().await?));
                }
                return Ok(bounded(response));
            }
            let retry_after = response
                .headers()
                .get("retry-after")
                .and_then(|value| wait(value.to_str().ok()?.trim(), OffsetDateTime::now_utc()));
            let mut said = Vec::new();
            while said.len() < COMPLAINT * 4
                && let Ok(Ok(Some(more))) = tokio::time::timeout(COMPLAINS_FOR, response.chunk()).await
            {
                said.extend_from_slice(&more);
            }
            let text = String::from_utf8_lossy(&said).into_owned();
            let refused = ModelError::Refused { status: status.as_u16(), text, retry_after };
            Err(OpenAIError::Boxed(Box::new(refused)))
        })
    }
}

/// How long a `Retry-After` asks to wait: seconds, or a date (RFC 9110, 10.2.3).
fn wait(told: &str, now: OffsetDateTime) -> Option<Duration> {
    // However long that is.
    let seconds = || {
        let is_number = !told.is_empty() && told.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| Duration::from_secs(told.parse::<u32>().unwrap_or(u32::MAX).into()))
    };
    let date = || OffsetDateTime::parse(told, &Rfc2822).ok();
    seconds().or_else(|| date().map(|date| (date - now).try_into().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_to_wait_is_said_in_seconds_or_by_a_date() {
        let now = time::macros::datetime!(1994-11-06 08:49:07 UTC);
        assert_eq!(wait("120", now), Some(Duration::from_mins(2)));
        assert!(wait("99999999999999999999", now).is_some_and(|long| long > Duration::from_hours(9_999)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(wait("soon", now), None);
    }
}
