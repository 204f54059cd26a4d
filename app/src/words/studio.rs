//! The words of the studio: AIs, what they know and remember, what they think with and spend.

pub const MINDS: &str = "AIs";
pub const AWAKE: &str = "awake";
pub const ASLEEP: &str = "asleep";
pub const NEW_MIND: &str = "A new AI";
pub const NEW_MIND_HINT: &str = "It sleeps at first: you can change everything and try it out before you wake it.";
pub const TEMPLATE: &str = "Begin with";
pub const MAKE_MIND: &str = "Make it";
pub const IS_AWAKE: &str = "It is awake: it takes part in its rooms, and anybody can talk with it.";
pub const IS_ASLEEP: &str = "It is asleep: it says nothing until it is woken.";
pub const WAKE: &str = "Wake it";
pub const PUT_TO_SLEEP: &str = "Let it sleep";
pub const CARD: &str = "Its card";
pub const CHARACTER: &str = "Who it is";
pub const MIND_BIO: &str = "A line for everybody";
pub const PROMPT: &str = "Character";
pub const PROMPT_HINT: &str =
    "What the model is told to be: who it is, what it never does, how it speaks, a few lines that sound like it.";
pub const PROMPT_CROWDS: &str = "This takes most of what the model is shown, and little or nothing of the talk is left to it. \
Shorten it, or raise AI_CONTEXT_TOKENS where the server is configured.";
pub const IN_ROOMS: &str = "In rooms it answers";
pub const IN_PRIVATE: &str = "In private chats and circles it answers";
pub const TALKATIVENESS: &str = "Talkativeness";
pub const TALKATIVENESS_HINT: &str =
    "From 0, never unasked, to 1, always. Of several AIs the more talkative one speaks first.";
pub const COOLDOWN: &str = "Seconds between two answers";
pub const COOLDOWN_HINT: &str = "Who calls it by name meanwhile is answered when they are over.";
pub const SPEAKS: &str = "It speaks";
pub const SPEAKS_HINT: &str = "Without any it answers in the language it is spoken to in.";
pub const MODEL_AND_WORDS: &str = "Model, and how it chooses its words";
pub const MODEL: &str = "Model";
pub const MODEL_HINT: &str = "Empty: what this space is configured with.";
pub const TEMPERATURE: &str = "Temperature";
pub const TEMPERATURE_HINT: &str = "From 0, the likeliest words, to 2, the most surprising ones.";
pub const MAX_TOKENS: &str = "Longest answer, in tokens";
pub const MAX_TOKENS_HINT: &str = "A token is about three quarters of a word.";
pub const TOP_P: &str = "Top p";
pub const FROM_0_TO_1: &str = "From 0 to 1; empty: the provider's choice.";
pub const FREQUENCY_PENALTY: &str = "Frequency penalty";
pub const PRESENCE_PENALTY: &str = "Presence penalty";
pub const FROM_M2_TO_2: &str = "From -2 to 2; empty: the provider's choice.";
pub const SEED: &str = "Seed";
pub const SEED_HINT: &str = "A whole number; the same one gives, as far as the provider can, the same answer.";
pub const REHEARSAL: &str = "Rehearsal";
pub const REHEARSAL_HINT: &str = "Try out what is saved above. Nobody else sees it, and nothing of it is kept.";
pub const TRY_OUT: &str = "Try it";
pub const TAKE_OUT: &str = "Take it out";
pub const BRING_IN: &str = "Bring it in";
pub const IMPORT: &str = "From a file";
pub const IMPORT_HINT: &str =
    "A file of a studio like this one, or a Character Card of another tool: JSON, or a picture (PNG) that carries it.";
pub const FILE: &str = "File";
pub const IMPORT_NAME: &str = "Call it";
pub const IMPORT_NAME_HINT: &str = "Empty: as the file has it.";
pub const IMPORT_NOW: &str = "Bring it here";
pub const EXPORT: &str = "Save as a file";
pub const EXPORT_HINT: &str = "All that is saved above, for another space, or for other tools (a Character Card).";
pub const MEMORIES: &str = "What they remember of me";
pub const MEMORIES_LEAD: &str =
    "What AIs have kept of talk that you were in, or that is about you. You see what you could read yourself.";
pub const MEMORIES_OF_YOU: &str = "What it remembers of you";
pub const MEMORIES_OPEN: &str = "See what AIs remember of you";
pub const LOOK_IN_MEMORIES: &str = "Words in it";
pub const BY_WHOM: &str = "Whose";
pub const BY_ANYBODY: &str = "all AIs";
pub const NOTHING_KEPT: &str = "Nothing is kept. What was said is still found word for word by those who heard it.";
pub const OLDER_MEMORIES: &str = "Older ones";
pub const KNOWN_BY_NOBODY: &str = "You have met no AI yet.";
pub const ALL_AIS: &str = "All AIs, those to come included";
pub const KNOWN_SINCE: &str = "You first met:";
pub const NEVER_HEARD: &str = "It has not heard you yet.";
pub const YOU_MEET: &str = "Where you meet:";
pub const NONE_REMEMBERS: &str = "No AI remembers you: that is set below.";
pub const FORGETTING: &str = "Forget, or do not remember";
pub const FORGET_ALL_HINT: &str = "All that you have said so far, what was answered to it, and all that was made of it. The talk itself stays where it is.";
pub const SAID_WHERE: &str = "What was said";
pub const EVERYWHERE: &str = "everywhere";
pub const FORGET_ALL: &str = "Have it forgotten";
pub const NEVER_HINT: &str = "From now on, too: you are heard and answered, and nothing of it is kept. Nor is what others say about you where you were too.";
pub const NEVER_REMEMBER: &str = "Do not remember me";
pub const AGAIN_HINT: &str =
    "Nothing that you say is kept. What you say from now on can be; what is forgotten stays so.";
pub const REMEMBER_AGAIN: &str = "Remember me again";
pub const EXPORT_MEMORIES_HINT: &str = "All of this, to keep or to take along (JSON).";
pub const FORGET_IT: &str = "Forget it";
pub const PUT_RIGHT: &str = "Put it right";
pub const PUT_RIGHT_HINT: &str = "What is so, in your words, in at most 300 characters. It takes the place of a fact.";
pub const WITH_KNOWLEDGE: &str = "with what it knows from documents";
pub const WITH_MEMORIES: &str = "with what it remembers of rooms; what was said in private stays here, and what people have forgotten later does not leave the file";
pub const KNOWLEDGE_LEAD: &str =
    "What stands in these documents it can recall wherever it speaks, and it says where that is from.";
pub const KNOWLEDGE: &str = "What it knows";
pub const KNOWLEDGE_OPEN: &str = "Documents that it knows";
pub const ADD_DOCUMENTS: &str = "Add documents";
pub const CHOOSE_DOCUMENTS: &str = "Choose files, or drop them here";
pub const DOCUMENTS_HINT: &str = "Text, Markdown, PDF, HTML, DOCX or EPUB, up to 25 MiB and 2,000 pages. A file of the same name takes the place of the one before.";
pub const ADD_DOCUMENTS_NOW: &str = "Add them";
pub const NEEDS_SCRIPT: &str = "Files are added by a script, and this browser runs none.";
pub const SENDING: &str = "Sending";
pub const DOCUMENTS: &str = "Documents";
pub const NO_DOCUMENTS: &str = "It has read nothing yet.";
pub const LOOK_IT_UP: &str = "Look something up";
pub const LOOK_IT_UP_HINT: &str = "Ask as you would ask it: this is what it would find.";
pub const LOOK: &str = "Look";
pub const NOTHING_KNOWN: &str = "Nothing that it knows is about this.";
pub const FORGET_DOCUMENT_HINT: &str = "It forgets this document, and everything that came of it.";
pub const EARLIER_PASSAGES: &str = "Earlier passages";
pub const LATER_PASSAGES: &str = "Later passages";
pub const MORE_OF_MIND: &str = "Copy and farewell";
pub const COPY_NAME: &str = "Name of the copy";
pub const DUPLICATE: &str = "Make a copy";
pub const INITIATIVE: &str = "How often it may begin by itself, in 24 hours";
pub const INITIATIVE_HINT: &str =
    "It welcomes who is new, comes back to what nobody answered, speaks into a long silence. 0: it never begins.";
pub const THINKS_WITH: &str = "Thinks with";
pub const SPACES_OWN: &str = "what this space thinks with";
pub const FALLBACK: &str = "and if that fails, with";
pub const NOTHING_ELSE: &str = "nothing else";
pub const FALLBACKS_HINT: &str =
    "Asked one after the other, where the one before gives no answer. Of what this space thinks with, name the model.";
pub const PROVIDERS: &str = "What AIs think with";
pub const PROVIDERS_HINT: &str = "Any server that speaks as OpenAI does: OpenAI itself, Ollama, vLLM, LM Studio, OpenRouter, or Azure. \
Keys are kept sealed and are not shown again.";
pub const THINK_WITH: &str = "AIs that name nothing else think with";
pub const THINK_WITH_NOTHING: &str = "nothing";
pub const THINK_LOCALLY: &str = "the small model of this machine";
pub const THINK_AS_CONFIGURED: &str = "what the server is configured with";
pub const RATHER: &str = "Rather with";
pub const IS_FOUND: &str = "runs on this machine, at";
pub const NO_MODELS: &str = "It has no models yet.";
pub const USE_IT: &str = "Use it";
/// How far what is remembered is found by its meaning.
pub fn remembered_by(by: Option<(String, i64, i64)>) -> String {
    match by {
        None => "They find what they remember by its words alone: no encoder is here.".to_owned(),
        Some((name, done, all)) if done < all => {
            format!(
                "{name} turns what they remember into vectors: {done} of {all} are done. Until then, words find the rest."
            )
        }
        Some((name, _, all)) => format!("{name} has turned all {all} things that they remember into vectors."),
    }
}
/// What stands over a thought.
pub fn thinks(name: &str) -> String {
    format!("What {name} has come to think")
}
pub const NEW_PROVIDER: &str = "Another provider";
pub const ADD_PROVIDER: &str = "Add it";
pub const ADDRESS: &str = "Address";
pub const ADDRESS_HINT: &str =
    "With the /v1 at its end, such as https://api.openai.com/v1. For Azure that of the resource.";
pub const KEY: &str = "Key";
pub const KEY_HINT: &str = "Nothing, where it wants none.";
pub const KEY_KEPT: &str = "A key is kept. Nothing: it stays. Where the address changes it has to be given again.";
pub const FORGET_KEY: &str = "Forget the key";
pub const PROVIDER_MODEL_HINT: &str = "What AIs are given that name no model.";
pub const DIALECT: &str = "How it is spoken to";
pub const DIALECT_OPENAI: &str = "as OpenAI";
pub const DIALECT_AZURE: &str = "as Azure: a deployment for each model";
pub const API_VERSION: &str = "Version of Azure's API";
pub const API_VERSION_HINT: &str = "For Azure alone, such as 2024-10-21.";
pub const PATIENCE: &str = "Seconds without a word after which it counts as silent";
pub const PATIENCE_HINT: &str = "5 to 600. What has to load a large model first wants more.";
pub const FREE: &str = "It costs nothing, as one on a machine of our own";
pub const COSTS_NOTHING: &str = "costs nothing";
pub const PREFER: &str = "Let AIs think with it";
pub const PREFERRED: &str = "where nothing else is named";
pub const TRY_PROVIDER: &str = "Try it";
pub const CHANGE_PROVIDER: &str = "Change it";
pub const REMOVE_PROVIDER: &str = "Take it out";
pub const KEY_LOST: &str =
    "Its key cannot be read: this server's SECRET_KEY is another one than when it was entered. Enter the key again.";
pub const RESTS: &str = "It has failed, and is left alone for another";
pub const USED_BY: &str = "Named by";
pub const PRICES: &str = "What models cost";
pub const PRICES_HINT: &str = "In US dollars for a million tokens. A name counts for all that begin with it; \
emptied fields forget a price. The first ones are from OpenAI's list of 2025: keep them up to date.";
pub const DOLLARS_IN: &str = "$ to read";
pub const DOLLARS_OUT: &str = "$ to write";
pub const USAGE: &str = "What AIs spend";
pub const USAGE_HINT: &str = "Days are in UTC. Money is what the table of prices makes of the tokens; \
models without a price count as nothing. The first word is the middle one of all answers.";
pub const STRETCH: &str = "For how long";
pub const DAYS: &str = "days";
pub const SUM_REPLY: &str = "answer";
pub const SUM_REPLIES: &str = "answers";
pub const SUM_TOKENS: &str = "tokens";
pub const SUM_FAILURES: &str = "calls that failed";
pub const AT_MOST: &str = "at most";
pub const BY_DAY: &str = "by day";
pub const TOKENS: &str = "Tokens";
pub const MONEY: &str = "Money";
pub const REPLIES: &str = "Answers";
pub const FAILURES: &str = "Failed calls";
pub const FIRST_WORD: &str = "First word";
pub const BY_MIND: &str = "By AI";
pub const BY_PLACE: &str = "By place";
pub const BY_PERSON: &str = "By person";
pub const BY_MODEL: &str = "By model";
pub const OWN_USAGE: &str = "What AIs have spent on what you said";
pub const DAILY_CENTS: &str = "Most money in a day, in US cents";
pub const DAILY_CENTS_HINT: &str = "By the prices of its models. Nothing: as much as it takes.";
pub const DAILY_TOKENS: &str = "Most tokens in a day";
pub const DAILY_TOKENS_HINT: &str = "In and out together, until midnight in UTC. Nothing: as many as it takes.";
pub const TIRED_LINE: &str = "What it says when they are used up";
pub const TIRED_LINE_HINT: &str = "Once a day in each of its places. Then it is silent until tomorrow.";
pub const GOODBYE: &str = "Say goodbye";
pub const GOODBYE_HINT: &str =
    "It writes a last line in each of its places, leaves the rooms and circles, and sleeps. You can wake it again.";
pub const GOODBYE_NOW: &str = "Say goodbye now";
pub const RETIRE: &str = "Retire it";
pub const RETIRE_HINT: &str = "It leaves every room and circle for good, and its name is free. What it said stays.";
pub const RETIRE_NOW: &str = "Retire it now";

pub const ROOMS: &str = "Rooms";
