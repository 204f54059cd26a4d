//! Vectors from an endpoint that speaks OpenAI's form, where the one who runs the space has named one.

use super::words::Language;
use super::{Embedder, NoVectors};
use crate::minds::openai::Endpoint;
use async_openai::config::Config;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a batch may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Characters of a text at most: models take about 8,000 tokens, and in some scripts each character is one.
const LONGEST: usize = 6_000;
/// What whoever takes any text takes.
const PLAIN: &str = "lamp";
/// Texts of one request.
const BATCH: usize = 64;
/// Most bytes of an answer: 64 vectors of 4,096 numbers with all their digits take a tenth of it.
const ANSWER: usize = 64 << 20;
/// How long it is left alone after a failure: the first time, and at most.
const RESTS: Duration = Duration::from_secs(5);
const MOST: Duration = Duration::from_mins(10);

/// An endpoint that turns text into vectors.
pub struct VectorEndpoint {
    http: reqwest::Client,
    endpoint: Arc<Endpoint>,
    dimension: usize,
    /// Whether its model can give vectors of any length, and is asked for this one.
    asks: bool,
    languages: Vec<Language>,
    name: String,
    rest: Mutex<Rest>,
}

#[derive(Default)]
struct Rest {
    until: Option<Instant>,
    failures: u32,
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    input: &'a [String],
    encoding_format: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<usize>,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    index: usize,
    embedding: Vec<f32>,
}

/// Why there is no answer.
enum Failure {
    /// Something of these texts cannot be turned into a vector.
    Texts(String),
    /// It cannot be asked now; after how long it may be again.
    Endpoint(String, Option<Duration>),
}

impl VectorEndpoint {
    /// An endpoint whose model gives vectors of so many numbers. It knows these languages; none named: all. Nothing is asked yet.
    pub fn new(endpoint: Endpoint, dimension: usize, languages: Vec<Language>) -> Result<Self, NoVectors> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|cause| NoVectors::Failed(cause.to_string()))?;
        let asks = endpoint.model.contains("text-embedding-3");
        let known: Vec<&str> = languages.iter().map(|language| language.code()).collect();
        let known = if known.is_empty() { String::new() } else { format!(" ({})", known.join(", ")) };
        let name = format!("{}/{dimension}{known}", endpoint.model);
        Ok(Self { http, endpoint: Arc::new(endpoint), dimension, asks, languages, name, rest: Mutex::default() })
    }

    fn rests(&self) -> bool {
        let rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        rest.until.is_some_and(|until| Instant::now() < until)
    }

    fn note(&self, failure: Option<&Failure>) {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let wishes = match failure {
            Some(Failure::Endpoint(_, wishes)) => *wishes,
            Some(Failure::Texts(_)) => return,
            None => {
                *rest = Rest::default();
                return;
            }
        };
        let usual = RESTS * 2_u32.pow(rest.failures.min(7));
        rest.failures += 1;
        rest.until = Some(Instant::now() + wishes.unwrap_or(usual).clamp(RESTS, MOST));
    }

    async fn ask(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Failure> {
        let failed = |cause: reqwest::Error| Failure::Endpoint(cause.without_url().to_string(), None);
        let asked = self.endpoint.asked_for(&self.endpoint.model);
        let request = Request {
            model: &self.endpoint.model,
            input: texts,
            encoding_format: "float",
            dimensions: self.asks.then_some(self.dimension),
        };
        let request =
            self.http.post(asked.url("/embeddings")).query(&asked.query()).headers(asked.headers()).json(&request);
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        let after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut bytes = Vec::new();
        while let Some(more) = response.chunk().await.map_err(failed)? {
            bytes.extend_from_slice(&more);
            if bytes.len() > ANSWER {
                return Err(Failure::Endpoint("its answer is too long".into(), None));
            }
        }
        if !status.is_success() {
            let text = self.endpoint.clean(&String::from_utf8_lossy(&bytes));
            let told = format!("it answered {status}: {text}");
            // What is too long for it, or not to its taste, is so whenever it is asked.
            let of_texts = matches!(status.as_u16(), 400 | 413 | 422);
            return Err(if of_texts {
                Failure::Texts(told)
            } else {
                Failure::Endpoint(told, after.map(Duration::from_secs))
            });
        }
        let answer: Answer = serde_json::from_slice(&bytes)
            .map_err(|_| Failure::Endpoint("what it answers is no list of vectors".into(), None))?;
        let mut made = vec![None; texts.len()];
        for one in answer.data {
            if one.embedding.len() != self.dimension {
                let message = format!(
                    "its vectors have {} numbers, not {}: set EMBEDDING_DIMENSIONS={}",
                    one.embedding.len(),
                    self.dimension,
                    one.embedding.len()
                );
                return Err(Failure::Endpoint(message, Some(MOST)));
            }
            if let Some(place) = made.get_mut(one.index) {
                *place = unit(one.embedding);
            }
        }
        let count = texts.len();
        let made: Vec<Vec<f32>> = made.into_iter().flatten().collect();
        if made.len() < count {
            return Err(Failure::Texts(format!("it gave {} vectors for {count} texts", made.len())));
        }
        Ok(made)
    }
}

/// A vector of length one; none where a number is none, or all are 0.
fn unit(mut vector: Vec<f32>) -> Option<Vec<f32>> {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|number| *number /= length);
    (length.is_finite() && length > 0.0).then_some(vector)
}

#[async_trait]
impl Embedder for VectorEndpoint {
    fn name(&self) -> &str {
        &self.name
    }

    fn knows(&self, language: Language) -> bool {
        self.languages.is_empty() || self.languages.contains(&language)
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Option<Vec<f32>>>, NoVectors> {
        if self.rests() {
            return Err(NoVectors::Rests);
        }
        let short = |text: String| text.chars().take(LONGEST).collect::<String>();
        let texts: Vec<String> = texts.into_iter().map(short).collect();
        // Of nothing an endpoint makes no vector, but an error.
        let said: Vec<String> = texts.iter().filter(|text| !text.trim().is_empty()).cloned().collect();
        let mut made = Vec::with_capacity(said.len());
        let mut waiting: Vec<&[String]> = said.chunks(BATCH).rev().collect();
        while let Some(batch) = waiting.pop() {
            let answer = self.ask(batch).await;
            self.note(answer.as_ref().err());
            match answer {
                Ok(vectors) => made.extend(vectors.into_iter().map(Some)),
                // One text that it does not take keeps no others waiting.
                Err(Failure::Texts(_)) if batch.len() > 1 => {
                    let (first, second) = batch.split_at(batch.len() / 2);
                    waiting.extend([second, first]);
                }
                // Who takes no text at all is set up wrongly: nothing is given up for that.
                Err(Failure::Texts(cause))
                    if made.iter().all(Option::is_none) && self.ask(&[PLAIN.to_owned()]).await.is_err() =>
                {
                    self.note(Some(&Failure::Endpoint(String::new(), None)));
                    return Err(NoVectors::Failed(cause));
                }
                Err(Failure::Texts(cause)) => {
                    tracing::warn!(cause, "a text has no vector: the endpoint does not take it");
                    made.push(None);
                }
                Err(Failure::Endpoint(cause, _)) => return Err(NoVectors::Failed(cause)),
            }
        }
        let mut made = made.into_iter();
        Ok(texts.iter().map(|text| if text.trim().is_empty() { None } else { made.next().flatten() }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_have_the_length_of_one() {
        assert_eq!(unit(vec![3.0, 4.0]), Some(vec![0.6, 0.8]));
        for wrong in [vec![], vec![0.0; 3], vec![f32::NAN, 1.0], vec![f32::INFINITY]] {
            assert_eq!(unit(wrong), None);
        }
    }

    #[tokio::test]
    async fn who_refuses_everything_is_set_up_wrongly_and_nothing_is_given_up() {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(b"HTTP/1.1 400 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            }
        });
        let vectors = VectorEndpoint::new(Endpoint::new(url, None, "none"), 3, Vec::new()).unwrap();
        let made = vectors.embed(vec!["a lamp".into(), "a lake".into(), "a mill".into()]).await;
        assert!(matches!(made, Err(NoVectors::Failed(_))), "{made:?}");
        assert!(vectors.rests());
    }

    #[test]
    fn it_rests_longer_after_each_failure() {
        let endpoint = Endpoint::new("http://127.0.0.1:9/v1", None, "small");
        let vectors = VectorEndpoint::new(endpoint, 3, vec![Language::En]).unwrap();
        assert!(!vectors.rests() && vectors.knows(Language::En) && !vectors.knows(Language::Ja));
        let until = |vectors: &VectorEndpoint| vectors.rest.lock().unwrap().until.unwrap();
        vectors.note(Some(&Failure::Endpoint(String::new(), None)));
        let first = until(&vectors);
        vectors.note(Some(&Failure::Endpoint(String::new(), None)));
        assert!(vectors.rests() && until(&vectors) > first + RESTS / 2);
        vectors.note(Some(&Failure::Endpoint(String::new(), Some(Duration::from_hours(9)))));
        assert!(until(&vectors) <= Instant::now() + MOST);
        vectors.note(None);
        assert!(!vectors.rests());
    }
}
