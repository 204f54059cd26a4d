//! Dialogues and questions about them, from a file.

use crate::Failure;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

/// A turn of a dialogue: session and number in it, as `D3:5` names it.
pub type Turn = (u32, u32);

/// What was said.
#[derive(Clone, Debug)]
pub struct Said {
    pub turn: Turn,
    pub speaker: String,
    pub text: String,
    pub at: OffsetDateTime,
}

/// What is asked about a dialogue.
#[derive(Clone, Debug)]
pub struct Question {
    pub text: String,
    pub evidence: BTreeSet<Turn>,
    pub category: String,
    /// The language of the question where it is another than the dialogue's.
    pub language: Option<String>,
}

/// A dialogue.
#[derive(Clone, Debug)]
pub struct Dialogue {
    pub id: String,
    pub language: Option<String>,
    pub said: Vec<Said>,
    pub questions: Vec<Question>,
}

#[derive(Deserialize)]
struct Sample {
    #[serde(default, rename = "sample_id")]
    id: Value,
    #[serde(default)]
    language: Option<String>,
    conversation: Map<String, Value>,
    #[serde(default)]
    qa: Vec<Asked>,
}

#[derive(Deserialize)]
struct Asked {
    question: Value,
    #[serde(default)]
    evidence: Value,
    #[serde(default)]
    category: Value,
    #[serde(default)]
    language: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    speaker: String,
    #[serde(default)]
    dia_id: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    blip_caption: Option<String>,
}

/// A value as text, whatever it is.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Every `D<n>:<m>` that can be read in what names evidence.
fn turns(evidence: &Value) -> BTreeSet<Turn> {
    let all = match evidence {
        Value::Array(all) => all.iter().map(text).collect::<Vec<String>>().join(" "),
        other => text(other),
    };
    let number = |digits: &str| digits.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    all.split('D')
        .skip(1)
        .filter_map(|piece| {
            let (session, turn) = piece.split_once(':')?;
            Some((session.trim().parse().ok()?, number(turn.trim_start())?))
        })
        .collect()
}

/// When a session began: `7:32 pm on 3 March, 2026`.
fn begun(written: &str) -> Option<OffsetDateTime> {
    let form = format_description!(
        version = 2,
        "[hour repr:12 padding:none]:[minute] [period case:lower] on [day padding:none] [month repr:long], [year]"
    );
    PrimitiveDateTime::parse(written.trim(), form).ok().map(PrimitiveDateTime::assume_utc)
}

/// Reads the dialogues of a file.
pub fn read(file: &str) -> Result<Vec<Dialogue>, Failure> {
    let bytes = std::fs::read(file).map_err(|cause| format!("{file} cannot be read: {cause}"))?;
    let samples: Vec<Sample> =
        serde_json::from_slice(&bytes).map_err(|cause| format!("{file} holds no dialogues: {cause}"))?;
    samples.into_iter().enumerate().map(|(at, sample)| dialogue(at, sample)).collect()
}

fn dialogue(at: usize, sample: Sample) -> Result<Dialogue, Failure> {
    let mut sessions: Vec<(u32, Vec<Line>)> = Vec::new();
    for (name, value) in &sample.conversation {
        let number = name.strip_prefix("session_").and_then(|rest| rest.parse().ok());
        if let (Some(number), true) = (number, value.is_array()) {
            sessions.push((number, serde_json::from_value(value.clone())?));
        }
    }
    sessions.sort_by_key(|(number, _)| *number);
    let mut said = Vec::new();
    let mut last = OffsetDateTime::UNIX_EPOCH + Duration::days(18_000);
    for (session, lines) in sessions {
        let named = sample.conversation.get(&format!("session_{session}_date_time")).and_then(|one| begun(&text(one)));
        // Sessions follow each other, whatever their dates say.
        let start = named.filter(|start| *start > last).unwrap_or(last + Duration::hours(12));
        for (place, line) in (1_u32..).zip(lines) {
            let turn = turns(&Value::String(line.dia_id)).first().copied().unwrap_or((session, place));
            let text = match line.blip_caption {
                Some(caption) if !caption.is_empty() => format!("{} [{caption}]", line.text),
                _ => line.text,
            };
            last = start + Duration::minutes(i64::from(place));
            said.push(Said { turn, speaker: line.speaker, text, at: last });
        }
    }
    let known: BTreeSet<Turn> = said.iter().map(|one| one.turn).collect();
    let questions = sample.qa.into_iter().map(|asked| Question {
        text: text(&asked.question),
        evidence: turns(&asked.evidence).intersection(&known).copied().collect(),
        category: text(&asked.category),
        language: asked.language,
    });
    let id = Some(text(&sample.id)).filter(|id| !id.is_empty()).unwrap_or_else(|| at.to_string());
    Ok(Dialogue { id, language: sample.language, questions: questions.collect(), said })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_can_be_read_of_evidence_is_taken() {
        let read = |value: Value| turns(&value).into_iter().collect::<Vec<Turn>>();
        assert_eq!(read(json!(["D1:3", "D12:4; D2:1", "D:3", "D4:", "x", "D5:6)"])), [(1, 3), (2, 1), (5, 6), (12, 4)]);
        assert_eq!(read(json!("D8:6 D9:17")), [(8, 6), (9, 17)]);
        assert!(read(json!(null)).is_empty());
    }

    #[test]
    fn sessions_have_their_times() {
        let at = begun("1:56 pm on 8 May, 2023").unwrap();
        assert_eq!((at.hour(), at.minute(), at.day(), at.year()), (13, 56, 8, 2023));
        assert!(begun("12:05 am on 17 January, 2026").is_some() && begun("yesterday").is_none());
        let sample = json!({"sample_id": 1, "conversation": {
            "speaker_a": "A", "speaker_b": "B",
            "session_2_date_time": "9:00 am on 3 March, 2026", "session_2": [{"speaker": "B", "dia_id": "D2:1", "text": "two"}],
            "session_1_date_time": "9:00 am on 2 March, 2026",
            "session_1": [{"speaker": "A", "dia_id": "D1:1", "text": "one", "blip_caption": "a boat"}],
        }, "qa": [{"question": 5, "evidence": ["D2:1", "D9:9"], "category": 3, "answer": "x"}]});
        let one = dialogue(0, serde_json::from_value(sample).unwrap()).unwrap();
        assert_eq!(one.said.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["one [a boat]", "two"]);
        assert_eq!((one.questions[0].text.as_str(), one.questions[0].category.as_str()), ("5", "3"));
        assert_eq!(one.questions[0].evidence.len(), 1);
    }
}
