//! The words that people read, in one place, ready for a second language.

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

pub const ROOMS: &str = "Rooms";
pub const ROOMS_EMPTY: &str = "No room yet. An admin makes the first one.";
pub const ROOMS_EMPTY_ADMIN: &str = "No room yet. The first one is yours to make.";
pub const NEW_ROOM: &str = "New room";
pub const EDIT_ROOM: &str = "Edit room";
pub const ROOM_NAME: &str = "Name";
pub const ROOM_DESCRIPTION: &str = "What it is for";
pub const ROOM_CAPACITY: &str = "Places";
pub const SAVE: &str = "Save";
pub const ARCHIVE: &str = "Archive this room";
pub const ARCHIVE_HINT: &str =
    "It can still be read by those who are in; nothing more is said in it. This cannot be undone.";
pub const ARCHIVE_FOR_EVER: &str = "Archive it for good";
pub const ARCHIVED: &str = "This room is archived. It can be read; nothing more is said in it.";
pub const JOIN: &str = "Join";
pub const JOIN_HINT: &str = "Join to read what is said here and to say something.";
pub const LEAVE: &str = "Leave";
pub const LEAVE_HINT: &str = "You will no longer read what is said here. You can come back while there is a place.";
pub const LEAVE_ROOM: &str = "Leave the room";
pub const STAY: &str = "Stay";
pub const CLOSE: &str = "Close";
pub const OPEN: &str = "Open";
pub const FULL: &str = "Full";
pub const INVITATION: &str = "Good for one person, for seven days. Hand it on.";
pub const INVITE: &str = "Make an invitation link";

pub const PLACES: &str = "Places";
pub const CHATS: &str = "Private";
pub const CHAT: &str = "Talk in private";
pub const HERE: &str = "Here";
pub const WHO_IS_HERE: &str = "Who is here";
pub const MEMBERS_AWAY: &str = "Away";
pub const NO_BIO: &str = "Has not said anything about themselves yet.";
pub const COMPOSER: &str = "Say something";
pub const COMPOSER_HINT: &str = "Enter sends, Shift and Enter breaks the line. Call an AI by name and it answers.";
pub const SEND: &str = "Send";
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
pub const NOBODY_CONSIDERED: &str = "Nothing is noted for this message.";
pub const TODAY: &str = "Today";
pub const YESTERDAY: &str = "Yesterday";

pub const NOT_FOUND_TITLE: &str = "No path leads here";
pub const NOT_NOW_TITLE: &str = "Not this way";
pub const NOT_FOUND: &str = "This page does not exist, or it is not open to you.";
pub const BACK: &str = "Back to the clearing";
pub const THEME: &str = "Light or dark";
pub const SKIP: &str = "Skip to the talk";
