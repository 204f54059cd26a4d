//! AIs as files: Character Cards, as other tools write and read them (specifications V1 to V3, as JSON or inside a PNG).
//!
//! Ours are V2 cards that carry, as an extension, everything that this space knows of an AI: here they come back as they
//! were, and elsewhere they are a character like any other.

use super::TEMPLATES;
use crate::entities::parse_name;
use crate::knowledge::Carried;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{MindDraft, Passage, Problem, limits};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io::Cursor;

/// What a file of ours is known by.
const EXTENSION: &str = "the_gathering";
/// Where ours have what the AI knows and remembers.
const KNOWLEDGE: &str = "the_gathering_knowledge";
/// Most bytes of a file.
pub const FILE: usize = 32 * 1024 * 1024;
/// Most documents of a file, passages of all of them, and characters of one.
const DOCUMENTS: usize = 500;
const PASSAGES: usize = 50_000;
const PASSAGE: usize = 8_000;

/// A card's words; all of them may be missing.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Words {
    name: String,
    description: String,
    personality: String,
    scenario: String,
    first_mes: String,
    mes_example: String,
    creator_notes: String,
    system_prompt: String,
    post_history_instructions: String,
    alternate_greetings: Vec<String>,
    tags: Vec<String>,
    creator: String,
    character_version: String,
    extensions: Value,
}

impl Words {
    /// Those of an AI.
    fn of(mind: &MindDraft) -> Self {
        Self {
            name: mind.name.clone(),
            description: mind.system_prompt.clone(),
            creator_notes: mind.bio.clone(),
            ..Self::default()
        }
    }

    /// Whether they say of a character what others do.
    fn says_what(&self, other: &Self) -> bool {
        let said = |words: &Self| {
            [
                &words.name,
                &words.description,
                &words.personality,
                &words.scenario,
                &words.first_mes,
                &words.mes_example,
                &words.creator_notes,
                &words.system_prompt,
                &words.post_history_instructions,
            ]
            .map(|text| text.trim().to_owned())
        };
        said(self) == said(other)
    }
}

/// An AI as a V2 card, in JSON, with what it knows.
pub(super) fn write(mind: &MindDraft, known: &[Carried]) -> Value {
    let mut extensions = json!({ EXTENSION: mind });
    if !known.is_empty() {
        extensions[KNOWLEDGE] = json!(known);
    }
    let data = Words { extensions, ..Words::of(mind) };
    json!({ "spec": "chara_card_v2", "spec_version": "2.0", "data": data })
}

/// The AI of a file, and what it knows. What a card has no word for is as in the first template.
pub(super) fn read(file: &[u8]) -> Result<(MindDraft, Vec<Carried>), Problem> {
    if file.len() > FILE {
        return Err(Problem::argument("file", "A character's file has at most 32 MiB."));
    }
    let text = if file.starts_with(b"\x89PNG") { in_picture(file)? } else { file.to_vec() };
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let card: Value = serde_json::from_slice(text).map_err(|_| no_card())?;
    let data = if card["data"].is_object() { &card["data"] } else { &card };
    let words: Words = serde_json::from_value(as_words(data)).map_err(|_| no_card())?;
    let own = &data["extensions"][EXTENSION];
    let mut base = TEMPLATES[0].draft();
    let mut carried = None;
    if !own.is_null() {
        // Other tools keep what they do not know as it was: where it does not fit, somebody has changed it.
        let mind = serde_json::from_value::<MindDraft>(own.clone()).map_err(|cause| {
            Problem::argument(
                "file",
                format!("What this studio wrote into the file was changed and does not fit: {cause}."),
            )
        })?;
        let known = serde_json::from_value(data["extensions"][KNOWLEDGE].clone()).unwrap_or_default();
        let known = allowed_knowledge(known)?;
        if words.says_what(&Words::of(&mind)) {
            return Ok((mind, known));
        }
        // Where the card's own words were changed, they count; what it has no word for is as it was.
        (base, carried) = (mind, Some(known));
    }
    let says = [&words.description, &words.personality, &words.scenario, &words.system_prompt, &words.first_mes];
    let is_card = !card["spec"].is_null() || says.iter().any(|text| !text.trim().is_empty());
    if words.name.trim().is_empty() || !is_card {
        return Err(no_card());
    }
    let name = if words.name == base.name { words.name.clone() } else { allowed(&words.name) };
    let called = data["nickname"].as_str().map(str::trim).filter(|called| !called.is_empty()).unwrap_or(&name);
    let spoken = |text: &str| {
        let names: [(&[&str], &str); 3] = [
            (&["{{char}}", "<bot>", "<char>"], called),
            (&["{{user}}", "<user>"], "somebody"),
            (&["<start>", "{{original}}"], ""),
        ];
        let text = names.iter().fold(text.to_owned(), |text, (marks, put)| {
            marks.iter().fold(text, |text, mark| replaced(&text, mark, put))
        });
        without_notes(&text).trim().to_owned()
    };
    let parts = [
        ("", spoken(&words.system_prompt)),
        ("", spoken(&words.description)),
        ("What you are like: ", spoken(&words.personality)),
        ("Where you are: ", spoken(&words.scenario)),
        ("How you begin: ", spoken(&words.first_mes)),
        ("Lines that sound like you:\n", spoken(&words.mes_example)),
        ("", spoken(&words.post_history_instructions)),
    ];
    let parts: Vec<String> =
        parts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(head, text)| format!("{head}{text}")).collect();
    let prompt = if parts.is_empty() { format!("You are {name}.") } else { parts.join("\n\n") };
    if limits::length(&prompt) > limits::PROMPT {
        let most = "This character has more than 50,000 characters. Shorten it in the tool that it is from, and import it again.";
        return Err(Problem::argument("file", most));
    }
    let first = |text: &str, most: usize| text.chars().filter(|c| *c != '\0').take(most).collect::<String>();
    let bio = words.creator_notes.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let known = match carried {
        Some(known) => known,
        None => allowed_knowledge(lore(&data["character_book"], &name, &spoken))?,
    };
    let mind = MindDraft { bio: first(bio, limits::BIO), system_prompt: first(&prompt, limits::PROMPT), name, ..base };
    Ok((mind, known))
}

/// What a card's book says of the character's world: a document, each entry a passage.
fn lore(book: &Value, name: &str, spoken: &impl Fn(&str) -> String) -> Vec<Carried> {
    let entries = book["entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let passages: Vec<Passage> = entries
        .iter()
        .filter(|entry| entry["enabled"].as_bool().unwrap_or(true))
        .map(|entry| {
            let keys = entry["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
            let keys = || keys.iter().filter_map(Value::as_str).collect::<Vec<&str>>().join(", ");
            let called = ["name", "comment"].iter().find_map(|key| entry[key].as_str().filter(|text| !text.is_empty()));
            let heading = called.map_or_else(keys, str::to_owned);
            Passage { page: None, heading, text: spoken(entry["content"].as_str().unwrap_or_default()) }
        })
        .collect();
    let title = book["name"].as_str().filter(|title| !title.trim().is_empty());
    let title = title.map_or_else(|| format!("The world of {name}"), str::to_owned);
    if passages.is_empty() {
        return Vec::new();
    }
    vec![Carried { name: format!("{title}.md"), title, pages: None, passages }]
}

/// What a file says that the AI knows, as it may be here.
fn allowed_knowledge(known: Vec<Carried>) -> Result<Vec<Carried>, Problem> {
    let passages: usize = known.iter().map(|one| one.passages.len()).sum();
    if known.len() > DOCUMENTS || passages > PASSAGES {
        let most = "A character's file carries at most 500 documents and 50,000 passages.";
        return Err(Problem::argument("file", most));
    }
    let plain = |text: &str, most: usize| -> String { text.replace('\0', "").trim().chars().take(most).collect() };
    let known = known.into_iter().map(|one| Carried {
        name: plain(&one.name, limits::FILE_NAME),
        title: plain(&one.title, limits::FILE_NAME),
        pages: one.pages,
        passages: one
            .passages
            .into_iter()
            .map(|passage| Passage {
                page: passage.page,
                heading: plain(&passage.heading, limits::FILE_NAME),
                text: plain(&passage.text, PASSAGE),
            })
            .filter(|passage| passage.text.chars().any(char::is_alphanumeric))
            .collect(),
    });
    Ok(known.filter(|one| !one.name.is_empty() && !one.passages.is_empty()).collect())
}

pub(super) fn no_card() -> Problem {
    Problem::argument("file", "This is no character: choose a file of this studio, or a Character Card (JSON or PNG).")
}

/// The card inside a picture: the newer form where both are there.
fn in_picture(file: &[u8]) -> Result<Vec<u8>, Problem> {
    let limits = png::Limits { bytes: FILE };
    let mut reader = png::Decoder::new_with_limits(Cursor::new(file), limits).read_info().map_err(|_| no_card())?;
    // What stands behind the picture itself is read, too; a picture that is damaged may still have its card before.
    let _ = reader.finish();
    let info = reader.info();
    // As it is, packed, or as international text: tools write all three.
    let card = ["ccv3", "chara"].iter().find_map(|key| {
        let plain = info.uncompressed_latin1_text.iter().find(|chunk| chunk.keyword == *key);
        let packed = || info.compressed_latin1_text.iter().find(|chunk| chunk.keyword == *key)?.get_text().ok();
        let other = || info.utf8_text.iter().find(|chunk| chunk.keyword == *key)?.get_text().ok();
        plain.map(|chunk| chunk.text.clone()).or_else(packed).or_else(other)
    });
    let card = card.ok_or_else(|| Problem::argument("file", "There is no character in this picture."))?;
    STANDARD.decode(card.trim()).map_err(|_| no_card())
}

/// A text with one of its marks, in whatever case, written as something else.
fn replaced(text: &str, mark: &str, put: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let (mut done, mut from) = (String::with_capacity(text.len()), 0);
    for (at, _) in lower.match_indices(mark) {
        done.push_str(&text[from..at]);
        done.push_str(put);
        from = at + mark.len();
    }
    done.push_str(&text[from..]);
    done
}

/// A text without what its author has noted for themselves: `{{// …}}`.
fn without_notes(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some((before, note)) = rest.split_once("{{//") {
        kept.push_str(before);
        rest = note.split_once("}}").map_or("", |(_, behind)| behind);
    }
    kept + rest
}

/// The same object with what is text, and with words in place of numbers, as some tools write a version.
fn as_words(data: &Value) -> Value {
    let Value::Object(members) = data else { return data.clone() };
    let mut words: serde_json::Map<String, Value> = members.clone();
    for value in words.values_mut().filter(|value| value.is_number()) {
        *value = Value::String(value.to_string());
    }
    words.retain(|_, value| value.is_string());
    Value::Object(words)
}

/// A name as it may be here: what may not stand in one is left out.
fn allowed(name: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || "_-.".contains(c) { c } else { ' ' };
    let plain: String = name.chars().map(kept).collect();
    let plain: String = plain.split_whitespace().collect::<Vec<&str>>().join(" ").chars().take(32).collect();
    parse_name("name", &plain).unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Strategy;

    #[test]
    fn what_is_written_comes_back_whole() {
        let mind = MindDraft {
            name: "Nova".into(),
            strategy_room: Strategy::Active,
            languages: vec!["pl".into()],
            ..TEMPLATES[2].draft()
        };
        let known = vec![Carried {
            name: "garden.pdf".into(),
            title: "The Garden".into(),
            pages: Some(3),
            passages: vec![Passage { page: Some(2), heading: "Apples".into(), text: "They ripen late.".into() }],
        }];
        let file = write(&mind, &known);
        assert_eq!((file["spec"].as_str(), file["data"]["name"].as_str()), (Some("chara_card_v2"), Some("Nova")));
        assert_eq!(read(file.to_string().as_bytes()).unwrap(), (mind.clone(), known));
        assert_eq!(read(write(&mind, &[]).to_string().as_bytes()).unwrap(), (mind, Vec::new()));
    }

    fn v2() -> Value {
        json!({"spec": "chara_card_v2", "spec_version": "2.0", "data": {
            "name": "Captain “Iron” Vega!", "description": "{{Char}} sails alone. <USER> is a passenger.", "character_version": 1.2,
            "personality": "gruff", "scenario": "", "first_mes": "Aye?", "mes_example": "<START>\n{{char}}: Aye.",
            "creator_notes": "\n A captain of few words.\nMore.", "system_prompt": "{{original}}", "tags": ["sea"],
            "character_book": {"name": "", "entries": [
                {"keys": ["reef", "shoal"], "content": "{{char}} lost a mast on the reef.", "enabled": true},
                {"keys": ["port"], "content": "Never told.", "enabled": false}, {"keys": [], "content": " "}
            ]}, "extensions": {"other": 1}, "nickname": null
        }})
    }

    #[test]
    fn cards_of_other_tools_become_characters() {
        let (mind, known) = read(v2().to_string().as_bytes()).unwrap();
        let lore = Passage {
            page: None,
            heading: "reef, shoal".into(),
            text: "Captain Iron Vega lost a mast on the reef.".into(),
        };
        assert_eq!((known[0].title.as_str(), &known[0].passages), ("The world of Captain Iron Vega", &vec![lore]));
        assert_eq!((mind.name.as_str(), mind.bio.as_str()), ("Captain Iron Vega", "A captain of few words."));
        assert_eq!(
            mind.system_prompt,
            "Captain Iron Vega sails alone. somebody is a passenger.\n\nWhat you are like: gruff\n\nHow you begin: Aye?\n\n\
             Lines that sound like you:\nCaptain Iron Vega: Aye."
        );
        assert_eq!(mind.fault(), None);
        let first = json!({"name": "Old", "description": "A card of the first kind.", "first_mes": ""});
        assert_eq!(read(first.to_string().as_bytes()).unwrap().0.system_prompt, "A card of the first kind.");
        let bare = read(br#"{"spec": "chara_card_v3", "data": {"name": "Bare"}}"#).unwrap();
        assert_eq!(bare.0.system_prompt, "You are Bare.");
    }

    fn picture(chunks: &[(&str, &[u8])]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 1, 1);
        encoder.set_color(png::ColorType::Grayscale);
        for (key, text) in chunks {
            match key.split_once('/') {
                Some((key, "packed")) => encoder.add_ztxt_chunk(key.to_owned(), STANDARD.encode(text)).unwrap(),
                Some((key, _)) => encoder.add_itxt_chunk(key.to_owned(), STANDARD.encode(text)).unwrap(),
                None => encoder.add_text_chunk((*key).to_owned(), STANDARD.encode(text)).unwrap(),
            }
        }
        encoder.write_header().unwrap().write_image_data(&[0]).unwrap();
        file
    }

    #[test]
    fn pictures_carry_characters() {
        let (old, new) = (v2().to_string(), r#"{"spec": "chara_card_v3", "data": {"name": "Newer"}}"#);
        assert_eq!(read(&picture(&[("chara", old.as_bytes())])).unwrap().0.name, "Captain Iron Vega");
        assert_eq!(read(&picture(&[("chara", old.as_bytes()), ("ccv3", new.as_bytes())])).unwrap().0.name, "Newer");
        for packed in ["chara/packed", "chara/international"] {
            assert_eq!(read(&picture(&[(packed, old.as_bytes())])).unwrap().0.name, "Captain Iron Vega");
        }
        for wrong in [picture(&[]), picture(&[("chara", b"{")]), b"\x89PNG\r\n\x1a\nrubbish".to_vec()] {
            assert_eq!(read(&wrong).unwrap_err().field.as_deref(), Some("file"));
        }
    }

    #[test]
    fn what_is_no_card_is_refused() {
        for wrong in ["", "[]", "7", "{}", r#"{"data": {"name": 7}}"#, r#"{"name": " "}"#, "\u{0}"] {
            assert_eq!(read(wrong.as_bytes()).unwrap_err().field.as_deref(), Some("file"), "{wrong}");
        }
        assert!(read(&vec![b' '; FILE + 1]).is_err());
    }
}
