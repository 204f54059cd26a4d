//! The words of an answer as a stream, whole or broken.

use super::{Fault, Hold, Script, Stub};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use std::io;
use std::time::Duration;

/// An answer in one piece.
pub fn whole(text: &str) -> Value {
    json!({
        "id": "stub", "object": "chat.completion", "created": 0, "model": "stub",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    })
}

fn chunk(delta: &Value, reason: Option<&str>) -> String {
    let whole = json!({
        "id": "stub", "object": "chat.completion.chunk", "created": 0, "model": "stub",
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
    });
    format!("data: {whole}\n\n")
}

enum Step {
    Send(String),
    Hold(Hold),
    Break,
}

fn steps(script: &Script, text: &str) -> Vec<Step> {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    let half = words.len().div_ceil(2);
    let mut steps = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if at == half {
            steps.push(Step::Hold(Hold::Middle));
            match script.fault {
                Some(Fault::Drop) => {
                    steps.push(Step::Break);
                    return steps;
                }
                Some(Fault::Garbage) => steps.push(Step::Send("data: {\"broken\": \n\n".into())),
                _ => {}
            }
        }
        steps.push(Step::Send(chunk(&json!({"content": word}), None)));
    }
    steps.push(Step::Hold(Hold::End));
    if script.fault == Some(Fault::NoFinish) {
        return steps;
    }
    steps.push(Step::Send(chunk(&json!({}), Some("stop"))));
    let usage = json!({
        "id": "stub", "object": "chat.completion.chunk", "created": 0, "model": "stub", "choices": [],
        "usage": {"prompt_tokens": 10, "completion_tokens": words.len(), "total_tokens": 10 + words.len()},
    });
    steps.push(Step::Send(format!("data: {usage}\n\n")));
    if script.fault != Some(Fault::NoDone) {
        steps.push(Step::Send("data: [DONE]\n\n".into()));
    }
    steps
}

/// The stream, as fast and as broken as the script says.
pub fn stream(stub: Stub, script: Script, text: String) -> impl Stream<Item = io::Result<Bytes>> {
    let steps = steps(&script, &text);
    stream::iter(steps)
        .then(move |step| {
            let (stub, script) = (stub.clone(), script.clone());
            async move {
                match step {
                    Step::Hold(place) => {
                        stub.hold(&script, place).await;
                        vec![]
                    }
                    Step::Break => vec![Err(io::Error::other("dropped as told"))],
                    Step::Send(frame) => {
                        tokio::time::sleep(Duration::from_millis(script.pace_ms)).await;
                        if script.fault == Some(Fault::OddFraming) { odd(&frame) } else { vec![Ok(Bytes::from(frame))] }
                    }
                }
            }
        })
        .flat_map(stream::iter)
}

/// The same frame with a comment before it, CR LF, and cut into pieces of three bytes.
fn odd(frame: &str) -> Vec<io::Result<Bytes>> {
    let framed = format!(": still here\r\n\r\n{}", frame.replace('\n', "\r\n"));
    framed.as_bytes().chunks(3).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect()
}
