//! The model itself, on a thread of its own: one answer at a time.

use crate::prompt::{self, Line};
use candle_core::quantized::gguf_file;
use candle_core::quantized::tokenizer::TokenizerFromGguf;
use candle_core::{Device, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling};
use candle_transformers::models::quantized_llama::ModelWeights;
use candle_transformers::utils::apply_repeat_penalty;
use std::path::Path;
use std::sync::mpsc;
use tokenizers::Tokenizer;
use tokio::sync::mpsc::Sender;

/// How far back a repeated word is made less likely, and how much.
const REPEAT: (usize, f32) = (64, 1.15);

/// What is asked of the engine.
pub struct Job {
    /// The talk.
    pub lines: Vec<Line>,
    /// 0–2.
    pub temperature: f64,
    /// Most tokens of the answer.
    pub max_tokens: usize,
    /// Where the words go. When nobody listens any more the engine stops.
    pub words: Sender<Word>,
}

/// What comes back.
pub enum Word {
    /// Some letters.
    Text(String),
    /// The end: tokens read and written, and whether the limit ended it.
    End {
        /// Tokens of the prompt.
        read: usize,
        /// Tokens of the answer.
        written: usize,
        /// Whether the limit ended it.
        cut: bool,
    },
    /// It failed.
    Failed(String),
}

/// Loads the model and works until the last sender of jobs is gone.
pub fn start(file: &Path) -> Result<mpsc::Sender<Job>, String> {
    let (jobs, queue) = mpsc::channel::<Job>();
    let mut model =
        Model::load(file).map_err(|cause| format!("{} is no model that can be run: {cause}", file.display()))?;
    std::thread::Builder::new()
        .name("model".into())
        .spawn(move || {
            for job in queue {
                if let Err(cause) = model.answer(&job) {
                    let _ = job.words.blocking_send(Word::Failed(cause.to_string()));
                }
            }
        })
        .map_err(|cause| cause.to_string())?;
    Ok(jobs)
}

struct Model {
    weights: ModelWeights,
    tokenizer: Tokenizer,
    ends: Vec<u32>,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Model {
    fn load(path: &Path) -> Result<Self, Failure> {
        let mut file = std::fs::File::open(path)?;
        let content = gguf_file::Content::read(&mut file)?;
        let tokenizer = Tokenizer::from_gguf(&content)?;
        let ends =
            ["<|im_end|>", "<|endoftext|>", "</s>"].iter().filter_map(|token| tokenizer.token_to_id(token)).collect();
        let weights = ModelWeights::from_gguf(content, &mut file, &Device::Cpu)?;
        Ok(Self { weights, tokenizer, ends })
    }

    fn answer(&mut self, job: &Job) -> Result<(), Failure> {
        let Self { weights, tokenizer, ends } = self;
        let count = |text: &str| tokenizer.encode(text, false).map_or(usize::MAX / 4, |encoded| encoded.len());
        let prompt = prompt::chat_ml(&job.lines, count);
        let mut tokens = tokenizer.encode(prompt, false)?.get_ids().to_vec();
        let read = tokens.len();
        let most = job.max_tokens.min(prompt::ANSWER);
        let sampling = if job.temperature < 0.05 {
            Sampling::ArgMax
        } else {
            Sampling::TopKThenTopP { k: 40, p: 0.9, temperature: job.temperature.min(0.9) }
        };
        let mut choose = LogitsProcessor::from_sampling(rand::random(), sampling);
        let mut letters = tokenizer.decode_stream(true);
        let mut logits = forward(weights, &tokens, 0)?;
        for written in 0..most {
            let from = tokens.len().saturating_sub(REPEAT.0).max(read.min(tokens.len()));
            let damped = apply_repeat_penalty(&logits, REPEAT.1, &tokens[from..])?;
            let next = choose.sample(&damped)?;
            if ends.contains(&next) {
                return {
                    finish(job, Word::End { read, written, cut: false });
                    Ok(())
                };
            }
            tokens.push(next);
            if let Some(text) = letters.step(next)? {
                // One paragraph: what follows it is mostly somebody else's part.
                if text.contains('\n') && written > 4 {
                    return {
                        finish(job, Word::End { read, written, cut: false });
                        Ok(())
                    };
                }
                if job.words.blocking_send(Word::Text(text)).is_err() {
                    return Ok(());
                }
            }
            logits = forward(weights, &[next], tokens.len() - 1)?;
        }
        finish(job, Word::End { read, written: most, cut: true });
        Ok(())
    }
}

/// What may come next after tokens that stand at a place.
fn forward(weights: &mut ModelWeights, tokens: &[u32], at: usize) -> Result<Tensor, Failure> {
    Ok(weights.forward(&Tensor::new(tokens, &Device::Cpu)?.unsqueeze(0)?, at)?.squeeze(0)?)
}

fn finish(job: &Job, end: Word) {
    let _ = job.words.blocking_send(end);
}
