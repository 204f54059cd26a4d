//! The words that people read, in one place, ready for a second language.

mod studio;

pub use studio::*;

pub const NAME: &str = "The Gathering";
pub const BUSY: &str = "The server could not do this right now. Try again in a moment.";
pub const UNREACHABLE: &str = "The space cannot be reached right now. What you wrote is kept and sent when it can be.";
pub const LOG_IN_FIRST: &str = "Log in first.";

pub const WELCOME_TITLE: &str = "A clearing, with lamps";
pub const WELCOME: &str = "People and AIs sit together here and talk. Nobody is in a hurry. \
There are rooms for everybody; you walk in, you listen, you say something when you want to.";
pub const WELCOME_AIS: &str = "The AIs here have characters of their own. They answer when you call them by name, and what they say, everybody hears.";
pub const COME_IN: &str = "Come in";
pub const TO_THE_ROOMS: &str = "To the rooms";
pub const LOG_IN: &str = "Log in";
pub const LOG_OUT: &str = "Log out";
pub const LOG_OUT_EVERYWHERE: &str = "Log out everywhere";
pub const REGISTER: &str = "Register";
pub const REGISTER_TITLE: &str = "Come in";
pub const LOGIN_FIELD: &str = "Name or e-mail";
pub const NAME_FIELD: &str = "Name";
pub const NAME_HINT: &str = "2 to 32 letters or digits, as others will see it.";
pub const EMAIL_FIELD: &str = "E-mail";
pub const EMAIL_HINT: &str = "Only for logging in; nothing is sent to it.";
pub const PASSWORD_FIELD: &str = "Password";
pub const PASSWORD_HINT: &str = "8 to 128 characters, any you like.";
pub const HAVE_ACCOUNT: &str = "Been here before?";
pub const NO_ACCOUNT: &str = "New here?";
pub const BY_INVITATION: &str = "This space takes new people by invitation. Ask somebody who is in for a link.";
pub const SAMPLES: &str = "This is the demonstration. You may also come in as one of the sample people:";

pub const RESET_TITLE: &str = "A new password";
pub const NEW_PASSWORD: &str = "New password";
pub const PRESENT_PASSWORD: &str = "Your password now";
pub const MY_PAGE: &str = "You";
pub const PROFILE: &str = "For others";
pub const STATUS: &str = "What you are up to";
pub const BIO: &str = "About you";
pub const LANGUAGE: &str = "Your language";
pub const CHANGE_PASSWORD: &str = "Change the password";
pub const CHANGE_PASSWORD_HINT: &str = "You stay logged in here; everywhere else you are logged out.";
pub const CHANGE_EMAIL: &str = "Change the e-mail address";
pub const SESSIONS: &str = "Where you are logged in";
pub const UNKNOWN_BROWSER: &str = "A browser or a program";
pub const THIS_ONE: &str = "this one";
pub const END_SESSION: &str = "End it";
pub const SEEN: &str = "last here";
pub const BLOCKED: &str = "Whom you have blocked";
pub const DELETE_ACCOUNT: &str = "Go for good";
pub const DELETE_ACCOUNT_HINT: &str =
    "You leave every room and circle, and your name is taken off what you said. This cannot be undone.";
pub const DELETE_EMPTY: &str = "Also empty everything that I said";
pub const DELETE_ACCOUNT_NOW: &str = "Delete my account";
pub const ADMIN: &str = "Keeping the space";
pub const PEOPLE: &str = "People";
pub const MORE_PEOPLE: &str = "More";
pub const INVITATIONS: &str = "Open invitations";
pub const INVITED_BY: &str = "By";
pub const GOOD_UNTIL: &str = "good until";
pub const WITHDRAW: &str = "Withdraw";
pub const AN_ADMIN: &str = "admin";
pub const KEPT_OUT: &str = "kept out";
pub const QUOTA: &str = "Messages a week";
pub const USED: &str = "used";
pub const SET: &str = "Set";
pub const RESET: &str = "Link for a new password";
pub const MAKE_SPACE_ADMIN: &str = "Make an admin";
pub const UNMAKE_ADMIN: &str = "No longer an admin";
pub const KEEP_OUT: &str = "Keep out";
pub const LET_IN: &str = "Let in again";

pub const YOU: &str = "You";
pub const STUDIO: &str = "The studio";
pub const IN_STUDIO: &str = "Open in the studio";
pub const ROOMS_EMPTY: &str = "No room yet. An admin makes the first one.";
pub const ROOMS_EMPTY_ADMIN: &str = "No room yet. The first one is yours to make.";
pub const NEW_ROOM: &str = "New room";
pub const SETTINGS: &str = "Settings";
pub const ROOM_NAME: &str = "Name";
pub const ROOM_DESCRIPTION: &str = "What it is for";
pub const ROOM_CAPACITY: &str = "Places";
pub const SAVE: &str = "Save";
pub const ARCHIVE: &str = "Archive this for all";
pub const ARCHIVE_HINT: &str =
    "It can still be read by those who are in; nothing more is said in it until it is opened again.";
pub const ARCHIVE_NOW: &str = "Archive it";
pub const RESTORE: &str = "Open it again";
pub const ARCHIVED: &str = "This is archived. It can be read; nothing more is said in it.";
pub const JOIN: &str = "Join";
pub const JOIN_HINT: &str = "Join to read what is said here and to say something.";
pub const LEAVE: &str = "Leave";
pub const LEAVE_HINT: &str = "You will no longer read what is said here. You can come back while there is a place.";
pub const LEAVE_CIRCLE_HINT: &str =
    "You will no longer read what is said here. You can come back when somebody asks you in.";
pub const LEAVE_NOW: &str = "Leave now";
pub const STAY: &str = "Stay";
pub const CLOSE: &str = "Close";
pub const OPEN: &str = "Open";
pub const FULL: &str = "Full";
pub const INVITATION: &str = "Good for one person, for seven days. Hand it on.";
pub const INVITE: &str = "Make an invitation link";

pub const PLACES: &str = "Places";
pub const CHATS: &str = "Chats and circles";
pub const CHAT: &str = "Talk in private";
pub const ASK_BACK: &str = "Ask it back";
pub const BEGIN: &str = "New conversation";
pub const BEGIN_HINT: &str = "Choose one to talk in private, or some for a circle: people and AIs.";
pub const BEGIN_NOW: &str = "Begin";
pub const STEP_ASIDE: &str = "Step aside";
pub const STEP_ASIDE_HINT: &str = "Take those who are here into a circle of your own";
pub const START_CIRCLE: &str = "Start a circle";
pub const CIRCLE: &str = "A circle";
pub const CIRCLE_NAME: &str = "Name of the circle";
pub const CIRCLE_NAME_HINT: &str = "Not needed. Without one it is called by its members.";
pub const PROMISE_WHOLE: &str = "Who is asked in reads everything that was said.";
pub const PROMISE_FROM_JOINING: &str = "Who is asked in reads what is said from then on.";
pub const HISTORY: &str = "Who is asked in later, or comes back,";
pub const HISTORY_WHOLE: &str = "reads everything that was said";
pub const HISTORY_FROM_JOINING: &str = "reads what is said from then on";
pub const FIND: &str = "Find by name";
pub const FIND_NOW: &str = "Find";
pub const NOBODY_FOUND: &str = "Nobody of that name is here.";
pub const INVITE_IN: &str = "Ask in";
pub const YOUR_CIRCLES: &str = "Your circles";
pub const CIRCLES_WITH_BOTH: &str = "With both of you:";
pub const WHICH_CIRCLE: &str = "Which circle";
pub const FOR_YOU: &str = "For you";
pub const MUTE: &str = "Make it silent";
pub const UNMUTE: &str = "Let it be heard again";
pub const MUTED: &str = "silent";
pub const MENTIONED: &str = "names you";
pub const AS_FOR_ALL: &str = "as for all";
pub const PUT_AWAY: &str = "Put it away";
pub const BRING_BACK: &str = "Bring it back";
pub const PUT_AWAY_HINT: &str = "What is put away leaves your list until something new is said in it.";
pub const PUT_AWAY_LIST: &str = "Put away";
pub const BLOCK: &str = "Block";
pub const UNBLOCK: &str = "End the block";
pub const BLOCK_HINT: &str = "Blocking ends private talk between you and hides what they say. They are not told.";
pub const BLOCKED_HINT: &str = "You have blocked them: what they say is hidden from you.";
pub const HIDDEN: &str = "Somebody you have blocked said something.";
pub const SHOW: &str = "Show it";
pub const IN_CHANNEL: &str = "In";
pub const MAKE_ADMIN: &str = "Make an admin here";
pub const MAKE_MEMBER: &str = "No longer an admin here";
pub const REMOVE: &str = "Remove";
pub const YOUR_CHAT: &str = "Your private chat";
pub const TAKE_OUT_HINT: &str =
    "The chat is closed with that. What was said stays to be read, and to talk in private again opens it.";
pub const BAN: &str = "Remove and keep out";
pub const UNBAN: &str = "Let back in";
pub const BANNED: &str = "Kept out";
pub const MORE: &str = "More";
pub const BACK_TO_TALK: &str = "Back to the talk";
pub const HERE: &str = "Here";
pub const HERE_NOW: &str = "Here right now.";
pub const LAST_HERE: &str = "Last here:";
pub const WHO_IS_HERE: &str = "Who is here";
pub const MEMBERS_AWAY: &str = "Not here";
pub const PEOPLE_HERE: &str = "people are here.";
pub const BUSY_NOW: &str = "Busy: I would rather not be disturbed just now";
pub const NO_BIO: &str = "Has not said anything about themselves yet.";
pub const COMPOSER: &str = "Say something";
pub const COMPOSER_HINT: &str = "Enter sends, Shift and Enter breaks the line. Call an AI by name and it answers.";
pub const NAMES: &str = "Who is meant";
pub const LEFT_OF: &str = "messages are left this week, of";
pub const SEND: &str = "Send";
pub const ACTIONS: &str = "This message";
pub const REACT: &str = "React";
pub const ANSWER: &str = "Reply";
pub const ANSWERING: &str = "Replying to";
pub const EDIT: &str = "Edit";
pub const STOP: &str = "Stop";
pub const ASK_AGAIN: &str = "Ask again";
pub const SAVE_AND_ASK: &str = "Save and ask again";
pub const EDITING: &str = "Changing what you said";
pub const CANCEL: &str = "Cancel";
pub const EDITED: &str = "edited";
pub const PINNED: &str = "pinned";
pub const OFF_RECORD: &str = "off the record";
pub const SAY_OFF_RECORD: &str = "Off the record";
pub const PLACE_OFF_RECORD: &str = "Off the record: AIs remember nothing of what is said here";
pub const RECORD: &str = "What AIs remember";
pub const RECORD_HINT: &str =
    "Off the record AIs answer when they are called, and remember nothing of what is said from then on.";
pub const TAKE_OFF_RECORD: &str = "Take it off the record";
pub const PUT_ON_RECORD: &str = "Put it back on the record";
pub const OFF_RECORD_FROM: &str = "Take it and all after it off the record";
pub const DELETED: &str = "Deleted.";
pub const DELETED_BY: &str = "Deleted by";
pub const CONSIDERED: &str = "considered this";
pub const QUOTE_HIDDEN: &str = "somebody you have blocked";
pub const QUOTE_GONE: &str = "a message that is not here any more";
pub const SHOW_ALL: &str = "Show all of it";
pub const NEW: &str = "New";
pub const MESSAGE: &str = "A message";
pub const LINK: &str = "Link to it";
pub const COPY: &str = "Copy";
pub const PIN: &str = "Pin it";
pub const UNPIN: &str = "Take the pin off";
pub const PINS: &str = "Pinned";
pub const DELETE: &str = "Delete";
pub const DELETE_WHY: &str = "Why (everybody here can read it)";
pub const UNREAD_FROM: &str = "Unread from here";
pub const EMOJI_FIELD: &str = "Emoji, or its name like :fire:";
pub const EARLIER: &str = "Earlier";
pub const TO_LATEST: &str = "To the latest";
pub const PENDING: &str = "on its way";
pub const NOT_SENT: &str = "Not sent.";
pub const TRY_AGAIN: &str = "Try again";
pub const TAKE_BACK: &str = "Take back into the editor";
pub const OFFLINE: &str = "The path is dark for a moment. Reconnecting; what you write is kept.";
pub const EMPTY_ROOM: &str = "Nothing has been said here yet. The first word is yours.";
pub const LOCAL_MODEL: &str =
    "The AIs here think with a very small model on this machine: good for small talk, not for facts.";
pub const AI_MARK: &str = "AI";
pub const THINKING: &str = "is thinking";
pub const WRITING: &str = "is writing";
pub const WAITING: &str = "waits for its turn";
pub const WHY: &str = "Why";
pub const RECALLED: &str = "recalled";
pub const NOBODY_CONSIDERED: &str = "Nothing is noted for this message.";
pub const TODAY: &str = "Today";
pub const YESTERDAY: &str = "Yesterday";

pub const NOT_FOUND_TITLE: &str = "No path leads here";
pub const NOT_NOW_TITLE: &str = "Not this way";
pub const NOT_FOUND: &str = "This page does not exist, or it is not open to you.";
pub const BACK: &str = "Back to the clearing";
pub const THEME: &str = "Light or dark";
pub const SKIP: &str = "Skip to the talk";

/// How much an AI has kept of talk.
#[cfg(feature = "ssr")]
pub fn has_kept((talks, facts): (i64, i64)) -> String {
    let count = |n: i64, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    format!(
        "Of what was said it has kept {} and {}. What they say is for those who were there.",
        count(talks, "talk"),
        count(facts, "fact")
    )
}

/// For how many answers something was recalled.
#[cfg(feature = "ssr")]
pub fn recalled_times(times: i64) -> String {
    match times {
        0 => "never recalled".to_owned(),
        1 => "recalled once".to_owned(),
        times => format!("recalled {times} times"),
    }
}

/// The heading over what an AI knows.
#[cfg(feature = "ssr")]
pub fn knows(name: &str) -> String {
    format!("What {name} knows")
}

/// What the button says aloud that removes a document.
#[cfg(feature = "ssr")]
pub fn forget_document(title: &str) -> String {
    format!("Remove “{title}”")
}

/// Where a passage stands.
#[cfg(feature = "ssr")]
pub fn standing(title: Option<&str>, page: Option<i32>, heading: &str) -> String {
    let page = page.map(|page| format!("page {page}"));
    let heading = (!heading.is_empty()).then(|| heading.to_owned());
    let title = title.map(|title| format!("“{title}”"));
    [title, page, heading].into_iter().flatten().collect::<Vec<String>>().join(", ")
}

/// How far a document is.
#[cfg(feature = "ssr")]
pub fn document_state(document: &model::Document) -> String {
    let count = |n: i64, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    match document.state {
        model::DocumentState::Waiting => "it is being read …".to_owned(),
        model::DocumentState::Failed => document.fault.clone().unwrap_or_default(),
        model::DocumentState::Known => {
            let pages =
                document.pages.map(|pages| format!("{}, ", count(i64::from(pages), "page"))).unwrap_or_default();
            let known = format!("{pages}{}", count(document.passages, "passage"));
            match document.embedded * 100 / document.passages.max(1) {
                100 => known,
                share => format!("{known}, {share} % of them found by what they mean as yet"),
            }
        }
    }
}

/// When an AI speaks, as the studio says it.
#[cfg(feature = "ssr")]
pub fn strategy(strategy: model::Strategy) -> &'static str {
    match strategy {
        model::Strategy::MentionOnly => "when it is called by name",
        model::Strategy::Probabilistic => "when it is called, and as often as it is talkative",
        model::Strategy::Active => "when it is called, and to everything of substance",
        model::Strategy::EveryMessage => "to every message",
        model::Strategy::OnQuestions => "when it is called, and to questions",
        model::Strategy::Smart => "when it is called, to questions, and while its own talk goes on",
        model::Strategy::Silent => "never: it only listens",
    }
}

/// What stands beside a name for how somebody is there; nothing for those who simply are.
pub fn presence(presence: model::Presence) -> Option<&'static str> {
    match presence {
        model::Presence::Busy => Some("busy"),
        model::Presence::Away => Some("away"),
        _ => None,
    }
}
