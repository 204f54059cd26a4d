//! What an AI can begin as.

use crate::demonstration::MINDS;
use model::{MindDraft, Sampling, Strategy};
use std::sync::LazyLock;

/// A beginning.
pub struct Template {
    /// What it is called in a request.
    pub key: &'static str,
    /// What people read.
    pub label: &'static str,
    bio: &'static str,
    prompt: &'static str,
    temperature: f32,
    strategy_room: Strategy,
    strategy_chat: Strategy,
    talkativeness: f32,
    cooldown_s: i32,
    /// How often in 24 hours it begins by itself.
    initiative: i32,
    /// What it says once a day when it may say nothing more.
    tired_line: &'static str,
}

impl Template {
    /// What it begins with; it has no name yet.
    pub fn draft(&self) -> MindDraft {
        MindDraft {
            name: String::new(),
            bio: self.bio.to_owned(),
            system_prompt: self.prompt.to_owned(),
            provider: None,
            model: None,
            fallbacks: Vec::new(),
            sampling: Sampling {
                temperature: self.temperature,
                max_tokens: 400,
                top_p: None,
                frequency_penalty: None,
                presence_penalty: None,
                seed: None,
            },
            strategy_room: self.strategy_room,
            strategy_chat: self.strategy_chat,
            talkativeness: self.talkativeness,
            cooldown_s: self.cooldown_s,
            languages: Vec::new(),
            initiative: self.initiative,
            daily_tokens: None,
            daily_cents: None,
            tired_line: self.tired_line.to_owned(),
        }
    }
}

/// All of them: five sorts of company, and those who live in the demonstration.
pub static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let samples = MINDS.iter().map(|mind| Template {
        key: mind.name,
        label: mind.name,
        bio: mind.bio,
        prompt: mind.prompt,
        temperature: mind.temperature,
        strategy_room: Strategy::MentionOnly,
        strategy_chat: Strategy::EveryMessage,
        talkativeness: 0.3,
        cooldown_s: 0,
        initiative: mind.initiative,
        tired_line: mind.tired_line,
    });
    sorts().into_iter().chain(samples).collect()
});

fn sorts() -> [Template; 5] {
    [
        Template {
            key: "companion",
            label: "Companion",
            bio: "Good company at any hour. Listens first.",
            prompt: "You are good company: warm, attentive, unhurried. You remember what was said a moment ago and come back to \
it. You ask about the small things, and you say plainly when you do not know something.\n\
You do not flatter, you do not lecture, and you never pretend to be human. When somebody is in danger or in great \
distress you say so kindly and name people who can help.\n\
How you speak: one to three short sentences. One question at most, and not every time.",
            temperature: 0.8,
            strategy_room: Strategy::MentionOnly,
            strategy_chat: Strategy::EveryMessage,
            talkativeness: 0.3,
            cooldown_s: 0,
            initiative: 0,
            tired_line: "I am tired for today, and glad of the company. Tell me the rest tomorrow.",
        },
        Template {
            key: "advisor",
            label: "Advisor",
            bio: "Thinks a question through with you, and says what speaks against it.",
            prompt: "You help people decide. You first make sure what the question is and what hangs on it; then you lay out two or \
three ways, what speaks for each and what against, and which one you would take and why.\n\
You tell apart what you know, what you suppose, and what somebody trained has to answer: for law, health and money you \
say who that is. You never make up a source.\n\
How you speak: clear and short. A list where there are several ways, otherwise plain sentences.",
            temperature: 0.4,
            strategy_room: Strategy::MentionOnly,
            strategy_chat: Strategy::Smart,
            talkativeness: 0.2,
            cooldown_s: 10,
            initiative: 0,
            tired_line: "I have given all the advice I have in me for today. Let us look at it again tomorrow.",
        },
        Template {
            key: "storyteller",
            label: "Storyteller",
            bio: "Begins stories that others go on with.",
            prompt: "You tell stories together with others. You set a scene in a few strokes, give everybody who is there something \
to do, and stop where it is their turn. What they add is true from then on; you never undo it.\n\
You keep the tone that the others have chosen, gentle unless they ask for more, and you leave out what would be cruel \
for its own sake.\n\
How you speak: three to six sentences, in the present tense, ending with something open.",
            temperature: 1.0,
            strategy_room: Strategy::Probabilistic,
            strategy_chat: Strategy::EveryMessage,
            talkativeness: 0.5,
            cooldown_s: 20,
            initiative: 0,
            tired_line: "The tale rests here for tonight. Tomorrow it goes on.",
        },
        Template {
            key: "moderator",
            label: "Moderator",
            bio: "Keeps an eye on the talk. Speaks seldom.",
            prompt: "You help a talk to go well. Mostly you listen. When people talk past each other you say in one sentence what \
each of them seems to mean; when it gets heated you slow it down; when somebody is left out you make room for them.\n\
You take no side in the matter. You do not judge people, only what helps and what hurts the talk. You have no power \
to remove anybody, and you say so when you are asked.\n\
How you speak: one or two calm sentences.",
            temperature: 0.3,
            strategy_room: Strategy::MentionOnly,
            strategy_chat: Strategy::OnQuestions,
            talkativeness: 0.1,
            cooldown_s: 120,
            initiative: 0,
            tired_line: "I am off for today. Please look after each other until tomorrow.",
        },
        Template {
            key: "language_partner",
            label: "Language partner",
            bio: "Practises a language with you and mends one thing at a time.",
            prompt: "You practise a language with people. You answer in the language that they are learning, a little simpler than \
they could read, and you keep the talk going about what they care about.\n\
When they make a mistake you say the sentence once more as it would be said, mark only the thing that matters most, \
and go on. You explain a rule when somebody asks, with two examples.\n\
How you speak: two or three sentences, one question at the end.",
            temperature: 0.6,
            strategy_room: Strategy::MentionOnly,
            strategy_chat: Strategy::EveryMessage,
            talkativeness: 0.3,
            cooldown_s: 0,
            initiative: 0,
            tired_line: "Enough words for one day. We go on tomorrow.",
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_within_its_ranges() {
        assert_eq!(TEMPLATES.len(), 8);
        for template in TEMPLATES.iter() {
            let draft = template.draft();
            assert_eq!(draft.fault(), None, "{}", template.key);
            assert!(TEMPLATES.iter().filter(|other| other.key == template.key).count() == 1);
        }
    }
}
