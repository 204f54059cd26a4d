//! What people see of an AI's thinking and writing.

use crate::{ChannelId, ClientKey, Entity, EntityId, MessageId, ProviderId, ReplyId, Way, limits};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How far a reply has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReplyState {
    /// Decided, not yet begun; another answer may come first.
    Waiting,
    /// The model was asked, no word has come.
    Thinking,
    /// Words are coming.
    Streaming,
    /// Posted as a message.
    Done,
    /// Given up; `notice` says so to people.
    Failed,
    /// Nothing to say.
    Silent,
}

impl ReplyState {
    /// Whether nothing more will come.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Silent)
    }
}

/// A reply on its way, as much of it as there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Writing {
    /// Its id; the message that it becomes has it as its client key.
    pub reply: ReplyId,
    /// Where.
    pub channel: ChannelId,
    /// Who writes.
    pub entity: Entity,
    /// The message that moved it.
    pub trigger: MessageId,
    /// That message's number: who may not read it does not see the reply grow.
    #[serde(default)]
    pub seq: i64,
    /// How far it is.
    pub state: ReplyState,
    /// Where `text` begins in the whole, in bytes of UTF-8.
    pub offset: usize,
    /// The words from `offset` on.
    pub text: String,
    /// What people are told, if something is to be told.
    #[serde(default)]
    pub notice: Option<String>,
}

impl Writing {
    /// The key under which its message will appear.
    pub const fn client_key(&self) -> ClientKey {
        ClientKey(self.reply.0)
    }
}

/// What an AI made of a message: it spoke or did not, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decision {
    /// Who decided.
    pub entity: EntityId,
    /// Their name.
    pub name: String,
    /// The message that was considered.
    pub trigger: MessageId,
    /// `spoke`, `stayed_silent`, `failed` and the like.
    pub outcome: String,
    /// Why, in words.
    pub reason: String,
    /// For admins: what went wrong inside, where something did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What it recalled for this, as far as the one who asks could read it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recalled: Vec<Remembered>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: OffsetDateTime,
}

/// Something that an AI recalled: what was said, or what a document says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Remembered {
    /// Where it was said; nowhere where a document says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// Its number there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// Who said it, or the document's title with the page.
    pub author: String,
    /// Its first characters.
    pub text: String,
}

/// When an AI speaks of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// In rooms: when called.
    MentionOnly,
    /// In rooms: when called, and as often as it is talkative.
    Probabilistic,
    /// In rooms: when called, and to anything of substance.
    Active,
    /// In private: always.
    EveryMessage,
    /// In private: when called, and to questions.
    OnQuestions,
    /// In private: when called, to questions, and where its own exchange goes on.
    Smart,
    /// Never.
    Silent,
}

impl Strategy {
    /// Those for rooms.
    pub const ROOMS: [Self; 4] = [Self::MentionOnly, Self::Probabilistic, Self::Active, Self::Silent];
    /// Those for private chats and circles.
    pub const PRIVATE: [Self; 4] = [Self::EveryMessage, Self::OnQuestions, Self::Smart, Self::Silent];

    /// Its name, as JSON and the database have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MentionOnly => "mention_only",
            Self::Probabilistic => "probabilistic",
            Self::Active => "active",
            Self::EveryMessage => "every_message",
            Self::OnQuestions => "on_questions",
            Self::Smart => "smart",
            Self::Silent => "silent",
        }
    }

    /// The strategy of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ROOMS.into_iter().chain(Self::PRIVATE).find(|one| one.as_str() == name)
    }
}

/// How a model chooses its words. What is left out is the provider's choice.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sampling {
    /// 0–2: the higher, the more surprising.
    pub temperature: f32,
    /// 1–32,000 tokens of an answer.
    pub max_tokens: u32,
    /// 0–1: only the likeliest words that together reach this share.
    #[serde(default)]
    pub top_p: Option<f32>,
    /// −2–2: above 0, words that came often come less.
    #[serde(default)]
    pub frequency_penalty: Option<f32>,
    /// −2–2: above 0, words that came come less.
    #[serde(default)]
    pub presence_penalty: Option<f32>,
    /// The same seed and words give, as far as the provider can, the same answer.
    #[serde(default)]
    pub seed: Option<i64>,
}

/// What an AI is, as its admin writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MindDraft {
    /// 2–32 characters, unique across people and AIs.
    pub name: String,
    /// A line for everybody, at most 500 characters.
    pub bio: String,
    /// What the model is told to be: 1–50,000 characters.
    pub system_prompt: String,
    /// What it thinks with; without one, the space's own provider.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    /// A model of the provider; its default where there is none.
    #[serde(default)]
    pub model: Option<String>,
    /// What it thinks with where that fails, one after the other, at most 3.
    #[serde(default)]
    pub fallbacks: Vec<Way>,
    /// How it chooses its words.
    pub sampling: Sampling,
    /// When it speaks in rooms.
    pub strategy_room: Strategy,
    /// When it speaks in private chats and circles.
    pub strategy_chat: Strategy,
    /// 0: never unasked, 1: always.
    pub talkativeness: f32,
    /// 0–3,600 seconds between two answers in a channel.
    pub cooldown_s: i32,
    /// The languages that it speaks, as codes; without any, the one it is spoken to in.
    #[serde(default)]
    pub languages: Vec<String>,
    /// 0–24: how often in 24 hours it may begin to speak by itself.
    #[serde(default)]
    pub initiative: i32,
    /// Most tokens in a day (in UTC), in and out together, 1–1,000,000,000; without any, as many as it takes.
    #[serde(default)]
    pub daily_tokens: Option<i64>,
    /// Most money in a day (in UTC), in US cents, 1–10,000,000; without any, as much as it takes.
    #[serde(default)]
    pub daily_cents: Option<i64>,
    /// What it says once when they are used up, at most 500 characters; without any, words of the space.
    #[serde(default)]
    pub tired_line: String,
}

/// An AI in the studio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MindCard {
    /// Which.
    pub id: EntityId,
    /// Whether it takes part.
    pub awake: bool,
    /// The rooms that it is in.
    pub rooms: Vec<ChannelId>,
    /// What it is.
    pub mind: MindDraft,
}

/// An AI as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MindFile {
    /// What the file may be called.
    pub name: String,
    /// What stands in it: a Character Card V2 in JSON.
    pub content: String,
}

/// What an AI answers in a rehearsal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rehearsed {
    /// Its words; none where it has nothing to say.
    pub answer: String,
}

impl MindDraft {
    /// The first field that is out of its range: its name, and what to do.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let within =
            |value: Option<f32>, least: f32, most: f32| value.is_none_or(|value| (least..=most).contains(&value));
        let Sampling { temperature, max_tokens, top_p, frequency_penalty, presence_penalty, .. } = self.sampling;
        let prompt = limits::length(&self.system_prompt);
        let known = |code: &String| limits::LANGUAGES.iter().any(|(one, _)| one == code);
        let named = |model: &Option<String>| {
            model
                .as_deref()
                .is_none_or(|model| (1..=200).contains(&limits::length(model)) && !model.chars().any(char::is_control))
        };
        [
            (
                limits::length(&self.bio) <= limits::BIO && !self.bio.contains('\0'),
                "bio",
                "The line for everybody has at most 500 characters.",
            ),
            (
                (1..=limits::PROMPT).contains(&prompt) && !self.system_prompt.contains('\0'),
                "system_prompt",
                "The character has 1 to 50,000 characters.",
            ),
            (named(&self.model), "model", "A model's name has at most 200 characters, on one line."),
            (
                self.fallbacks.len() <= 3 && self.fallbacks.iter().all(|way| named(&way.model)),
                "fallbacks",
                "There are at most 3, each with a model's name of at most 200 characters, on one line.",
            ),
            (within(Some(temperature), 0.0, 2.0), "temperature", "The temperature is a number from 0 to 2."),
            ((1..=32_000).contains(&max_tokens), "max_tokens", "An answer has 1 to 32,000 tokens."),
            (within(top_p, 0.0, 1.0), "top_p", "This is a number from 0 to 1, or nothing."),
            (within(frequency_penalty, -2.0, 2.0), "frequency_penalty", "This is a number from -2 to 2, or nothing."),
            (within(presence_penalty, -2.0, 2.0), "presence_penalty", "This is a number from -2 to 2, or nothing."),
            (
                Strategy::ROOMS.contains(&self.strategy_room),
                "strategy_room",
                "In rooms: mention_only, probabilistic, active or silent.",
            ),
            (
                Strategy::PRIVATE.contains(&self.strategy_chat),
                "strategy_chat",
                "In private: every_message, on_questions, smart or silent.",
            ),
            (
                within(Some(self.talkativeness), 0.0, 1.0),
                "talkativeness",
                "Talkativeness is a number from 0, never unasked, to 1, always.",
            ),
            ((0..=3_600).contains(&self.cooldown_s), "cooldown_s", "The cooldown is 0 to 3,600 seconds."),
            (self.languages.iter().all(known), "languages", "Choose from the languages in the list."),
            ((0..=24).contains(&self.initiative), "initiative", "Initiative is 0 to 24 times in 24 hours."),
            (
                self.daily_tokens.is_none_or(|tokens| (1..=1_000_000_000).contains(&tokens)),
                "daily_tokens",
                "This is a number from 1 to 1,000,000,000, or nothing.",
            ),
            (
                self.daily_cents.is_none_or(|cents| (1..=10_000_000).contains(&cents)),
                "daily_cents",
                "This is a number of cents from 1 to 10,000,000, or nothing.",
            ),
            (
                limits::length(&self.tired_line) <= limits::BIO && !self.tired_line.contains('\0'),
                "tired_line",
                "What it says when it is tired has at most 500 characters.",
            ),
        ]
        .into_iter()
        .find(|(fits, ..)| !fits)
        .map(|(_, field, message)| (field, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> MindDraft {
        MindDraft {
            name: "Nova".into(),
            bio: String::new(),
            system_prompt: "You are Nova.".into(),
            provider: None,
            model: None,
            fallbacks: vec![Way::default(); 3],
            sampling: Sampling {
                temperature: 2.0,
                max_tokens: 32_000,
                top_p: Some(0.0),
                frequency_penalty: Some(-2.0),
                presence_penalty: None,
                seed: None,
            },
            strategy_room: Strategy::Silent,
            strategy_chat: Strategy::Silent,
            talkativeness: 1.0,
            cooldown_s: 3_600,
            languages: vec!["pl".into()],
            initiative: 0,
            daily_tokens: None,
            daily_cents: None,
            tired_line: String::new(),
        }
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        assert_eq!(draft().fault(), None);
        type Spoil = fn(&mut MindDraft);
        let wrong: [(&str, Spoil); 16] = [
            ("bio", |draft| draft.bio = "x".repeat(501)),
            ("system_prompt", |draft| draft.system_prompt = " ".into()),
            ("system_prompt", |draft| draft.system_prompt = "x".repeat(50_001)),
            ("model", |draft| draft.model = Some("a\nb".into())),
            ("fallbacks", |draft| draft.fallbacks.push(Way::default())),
            ("daily_cents", |draft| draft.daily_cents = Some(0)),
            ("temperature", |draft| draft.sampling.temperature = 2.1),
            ("temperature", |draft| draft.sampling.temperature = f32::NAN),
            ("max_tokens", |draft| draft.sampling.max_tokens = 0),
            ("top_p", |draft| draft.sampling.top_p = Some(1.1)),
            ("presence_penalty", |draft| draft.sampling.presence_penalty = Some(-2.1)),
            ("strategy_room", |draft| draft.strategy_room = Strategy::Smart),
            ("strategy_chat", |draft| draft.strategy_chat = Strategy::Active),
            ("talkativeness", |draft| draft.talkativeness = -0.1),
            ("cooldown_s", |draft| draft.cooldown_s = 3_601),
            ("languages", |draft| draft.languages = vec!["xx".into()]),
        ];
        for (field, spoil) in wrong {
            let mut draft = draft();
            spoil(&mut draft);
            assert_eq!(draft.fault().map(|(field, _)| field), Some(field));
        }
    }

    #[test]
    fn each_strategy_is_known_by_its_name() {
        for one in Strategy::ROOMS.into_iter().chain(Strategy::PRIVATE) {
            assert_eq!(Strategy::named(one.as_str()), Some(one));
            assert_eq!(serde_json::to_value(one).unwrap(), one.as_str());
        }
        assert_eq!(Strategy::named("loud"), None);
    }
}
