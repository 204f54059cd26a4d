//! Every endpoint but the stream: what it takes, gives and refuses.

use super::arguments::{
    AChannel, AMind, APerson, AProvider, ARoom, ASession, AddProvider, AfterName, AnInvitation, ChangeEmail,
    ChangePassword, ChangeRole, CreateMind, Days, DeleteAccount, DeleteMessage, DuplicateMind, EditMessage, EditMind,
    EditProfile, EditProvider, EditRoom, ImportMind, IntoCircle, Letters, LogIn, Mute, OfMessage, OneMember, Pin,
    PlaceMind, PostMessage, PreferProvider, PutAway, React, Read, RecordChannel, RecordStretch, Register, Rehearse,
    Remove, RenameCircle, ResetPassword, SetActive, SetAdmin, SetPrice, SetQuota, Somebody, StopReply, Stretch,
    SyncPositions, Typing, Unread, WakeMind, WithSomebody,
};
use model::accounts::{Invitation, Me, OpenInvitation, OwnSession, PersonRow, Profile, ResetLink};
use model::channels::{CircleDraft, Opened, RoomDraft};
use model::{
    Channel, ChannelId, Code, Decision, Entity, EntityId, FoundServer, Member, Message, MindCard, MindFile, Page,
    Place, Price, Provider, ProviderId, Rehearsed, SyncAnswer, Tried, Used,
};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// An endpoint, as it is described.
pub(super) struct Endpoint {
    pub path: &'static str,
    pub summary: &'static str,
    pub takes: Option<RefOr<Schema>>,
    pub gives: RefOr<Schema>,
    /// How it may refuse, beside what every endpoint may answer.
    pub refuses: &'static [Code],
}

/// Every endpoint but the stream.
pub(super) fn all() -> Vec<Endpoint> {
    use Code::{
        AdminOnly, Archived, Banned, ClientKeyReused, ContactRefused, EmailTaken, InvitationInvalid,
        InvitationRequired, LastAdmin, NameTaken, NotAMember, NotFound, NotLoggedIn, NotYours, QuotaReached,
        RateLimited, RoomFull, RoomNameTaken, WrongCredentials,
    };
    let of = |path, summary, takes, gives, refuses| Endpoint { path, summary, takes, gives, refuses };
    vec![
        of(
            "accounts/register",
            "Register and be logged in",
            takes::<Register>(),
            gives::<Me>(),
            &[NameTaken, EmailTaken, InvitationRequired, InvitationInvalid, RateLimited],
        ),
        of("accounts/login", "Log in", takes::<LogIn>(), gives::<Me>(), &[WrongCredentials, RateLimited]),
        of("accounts/logout", "End this session", None, nothing(), &[]),
        of("accounts/logout-everywhere", "End all of one's sessions", None, nothing(), &[NotLoggedIn]),
        of("accounts/me", "Who is logged in", None, gives::<Me>(), &[NotLoggedIn]),
        of(
            "accounts/invite",
            "Make an invitation link (admins)",
            None,
            gives::<Invitation>(),
            &[NotLoggedIn, AdminOnly],
        ),
        of("accounts/profile", "One's own profile", None, gives::<Profile>(), &[NotLoggedIn]),
        of(
            "accounts/edit",
            "Change name, bio, language, status and whether one is busy",
            takes::<EditProfile>(),
            nothing(),
            &[NotLoggedIn, NameTaken, RateLimited],
        ),
        of(
            "accounts/password",
            "Change the password; every other session ends",
            takes::<ChangePassword>(),
            nothing(),
            &[NotLoggedIn, WrongCredentials, RateLimited],
        ),
        of(
            "accounts/email",
            "Change the e-mail address",
            takes::<ChangeEmail>(),
            nothing(),
            &[NotLoggedIn, WrongCredentials, EmailTaken, RateLimited],
        ),
        of("accounts/sessions", "Where one is logged in", None, many::<OwnSession>(), &[NotLoggedIn]),
        of(
            "accounts/end-session",
            "End one of one's sessions",
            takes::<ASession>(),
            nothing(),
            &[NotLoggedIn, NotFound],
        ),
        of(
            "accounts/reset",
            "Choose a new password by a link from an admin",
            takes::<ResetPassword>(),
            nothing(),
            &[InvitationInvalid, RateLimited],
        ),
        of(
            "accounts/delete",
            "Go for good; what one said stays without a name, or is emptied",
            takes::<DeleteAccount>(),
            nothing(),
            &[NotLoggedIn, WrongCredentials, LastAdmin, RateLimited],
        ),
        of(
            "admin/people",
            "Everybody with an account, by name, 100 at a time (admins)",
            takes::<AfterName>(),
            many::<PersonRow>(),
            &[NotLoggedIn, AdminOnly],
        ),
        of(
            "admin/reset",
            "Make a link by which somebody chooses a new password (admins)",
            takes::<APerson>(),
            gives::<ResetLink>(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "admin/active",
            "Keep somebody out at once, or let them in again (admins)",
            takes::<SetActive>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound, LastAdmin],
        ),
        of(
            "admin/admin",
            "Make somebody an admin, or no longer (admins)",
            takes::<SetAdmin>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound, LastAdmin],
        ),
        of(
            "admin/quota",
            "Set how many messages somebody may post in a week (admins)",
            takes::<SetQuota>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "admin/invitations",
            "The invitations that nobody has used yet (admins)",
            None,
            many::<OpenInvitation>(),
            &[NotLoggedIn, AdminOnly],
        ),
        of(
            "admin/withdraw",
            "Withdraw an invitation (admins)",
            takes::<AnInvitation>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of("minds/list", "Every AI, by name (admins)", None, many::<MindCard>(), &[NotLoggedIn, AdminOnly]),
        of(
            "minds/create",
            "Make an AI from a template; it sleeps (admins)",
            takes::<CreateMind>(),
            gives::<EntityId>(),
            &[NotLoggedIn, AdminOnly, NameTaken],
        ),
        of(
            "minds/duplicate",
            "Make another AI like one; it sleeps (admins)",
            takes::<DuplicateMind>(),
            gives::<EntityId>(),
            &[NotLoggedIn, AdminOnly, NotFound, NameTaken],
        ),
        of(
            "minds/export",
            "An AI as a file: a Character Card V2 that carries all that the space knows of it (admins)",
            takes::<AMind>(),
            gives::<MindFile>(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "minds/import",
            "Make an AI from a file; it sleeps (admins)",
            takes::<ImportMind>(),
            gives::<EntityId>(),
            &[NotLoggedIn, AdminOnly, NameTaken],
        ),
        of(
            "minds/edit",
            "Change an AI: all of it (admins)",
            takes::<EditMind>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound, NameTaken],
        ),
        of(
            "minds/wake",
            "Wake an AI, or have it sleep (admins)",
            takes::<WakeMind>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "minds/place",
            "Bring an AI into a room, or take it out (admins)",
            takes::<PlaceMind>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound, RoomFull, Archived, Banned],
        ),
        of(
            "minds/goodbye",
            "Have an AI say a last line in each of its places, leave them, and sleep: for admins",
            takes::<AMind>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "minds/retire",
            "Let an AI go for good: its name and its places are free, what it said stays (admins)",
            takes::<AMind>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "minds/rehearse",
            "What an AI would answer, in a talk of which nothing is kept (admins)",
            takes::<Rehearse>(),
            gives::<Rehearsed>(),
            &[NotLoggedIn, AdminOnly, NotFound, RateLimited],
        ),
        of(
            "providers/list",
            "What AIs think with, the preferred one first (admins)",
            None,
            many::<Provider>(),
            &[NotLoggedIn, AdminOnly],
        ),
        of(
            "providers/add",
            "Add a provider; its key is sealed and never told again (admins)",
            takes::<AddProvider>(),
            gives::<ProviderId>(),
            &[NotLoggedIn, AdminOnly, NameTaken],
        ),
        of(
            "providers/edit",
            "Change a provider: all of it but its key, which stays unless another one is given (admins)",
            takes::<EditProvider>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound, NameTaken],
        ),
        of(
            "providers/remove",
            "Take a provider out that no AI names (admins)",
            takes::<AProvider>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "providers/prefer",
            "Have AIs that name no provider think with one; without one, with what the server is configured with (admins)",
            takes::<PreferProvider>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "providers/test",
            "Ask a provider for its models and for a few words (admins)",
            takes::<AProvider>(),
            gives::<Tried>(),
            &[NotLoggedIn, AdminOnly, NotFound, RateLimited],
        ),
        of(
            "providers/found",
            "Servers of models that run on this machine and are no providers yet (admins)",
            None,
            many::<FoundServer>(),
            &[NotLoggedIn, AdminOnly, RateLimited],
        ),
        of("prices/list", "What models cost (admins)", None, many::<Price>(), &[NotLoggedIn, AdminOnly]),
        of(
            "prices/set",
            "Set what a model costs, or forget it (admins)",
            takes::<SetPrice>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "usage/all",
            "What AIs have spent in the last days (admins)",
            takes::<Days>(),
            gives::<Used>(),
            &[NotLoggedIn, AdminOnly],
        ),
        of(
            "usage/own",
            "What AIs have spent in the last days on one's own words",
            takes::<Days>(),
            gives::<Used>(),
            &[NotLoggedIn],
        ),
        of("rooms/list", "The open rooms, and every channel one is in", None, many::<Place>(), &[NotLoggedIn]),
        of(
            "rooms/open",
            "A room with its members and, for members, its newest messages",
            takes::<ARoom>(),
            gives::<Opened>(),
            &[NotLoggedIn, NotFound],
        ),
        of(
            "rooms/create",
            "Make a room (admins)",
            takes::<RoomDraft>(),
            gives::<ChannelId>(),
            &[NotLoggedIn, AdminOnly, RoomNameTaken],
        ),
        of(
            "rooms/edit",
            "Change a room (admins)",
            takes::<EditRoom>(),
            gives::<Channel>(),
            &[NotLoggedIn, AdminOnly, NotFound, RoomNameTaken],
        ),
        of(
            "rooms/archive",
            "Close a room or a circle for all, who can still read it (its owner; for rooms admins, too)",
            takes::<ARoom>(),
            gives::<Channel>(),
            &[NotLoggedIn, NotYours, NotFound],
        ),
        of(
            "rooms/restore",
            "Open an archived room or circle again",
            takes::<ARoom>(),
            gives::<Channel>(),
            &[NotLoggedIn, NotYours, NotFound, RoomNameTaken],
        ),
        of(
            "rooms/join",
            "Join a room",
            takes::<ARoom>(),
            gives::<Member>(),
            &[NotLoggedIn, NotFound, RoomFull, Archived, Banned],
        ),
        of(
            "chats/open",
            "The private chat with somebody, made at the first time",
            takes::<WithSomebody>(),
            gives::<ChannelId>(),
            &[NotLoggedIn, NotFound, ContactRefused, RateLimited],
        ),
        of(
            "chats/begin",
            "Talk with some: with one and no name in private, else in a new circle",
            takes::<CircleDraft>(),
            gives::<ChannelId>(),
            &[NotLoggedIn, NotFound, ContactRefused, RateLimited],
        ),
        of(
            "circles/start",
            "Start a circle",
            takes::<CircleDraft>(),
            gives::<ChannelId>(),
            &[NotLoggedIn, NotFound, ContactRefused, RateLimited],
        ),
        of(
            "circles/invite",
            "Ask somebody into a circle",
            takes::<IntoCircle>(),
            nothing(),
            &[NotLoggedIn, NotFound, RoomFull, Archived, ContactRefused, RateLimited],
        ),
        of(
            "circles/rename",
            "Give a circle another name, or none",
            takes::<RenameCircle>(),
            nothing(),
            &[NotLoggedIn, NotFound, Archived, RateLimited],
        ),
        of("rooms/leave", "Leave a room or a circle", takes::<ARoom>(), nothing(), &[NotLoggedIn]),
        of(
            "messages/post",
            "Post a message, once for each client key",
            takes::<PostMessage>(),
            gives::<Message>(),
            &[NotLoggedIn, NotFound, NotAMember, Archived, ContactRefused, ClientKeyReused, QuotaReached, RateLimited],
        ),
        of(
            "messages/history",
            "A page of at most 50 messages, oldest first",
            takes::<Stretch>(),
            gives::<Page>(),
            &[NotLoggedIn, NotFound, NotAMember],
        ),
        of(
            "messages/edit",
            "Change the words of one's own message",
            takes::<EditMessage>(),
            gives::<Message>(),
            &[NotLoggedIn, NotFound, NotAMember, NotYours, Archived, ContactRefused, RateLimited],
        ),
        of(
            "messages/again",
            "Ask for another answer: to one's own question, or in place of an AI's answer to it (those who moderate: any)",
            takes::<OfMessage>(),
            nothing(),
            &[NotLoggedIn, NotFound, NotAMember, NotYours, Archived, ContactRefused, RateLimited],
        ),
        of(
            "replies/stop",
            "Stop an answer on its way to one's own question (those who moderate: any); what is written by then is posted",
            takes::<StopReply>(),
            nothing(),
            &[NotLoggedIn, NotFound, NotAMember, NotYours, RateLimited],
        ),
        of(
            "messages/delete",
            "Empty one's own message, or with a reason somebody else's (a channel's owner and admins; in rooms admins of the space, too)",
            takes::<DeleteMessage>(),
            nothing(),
            &[NotLoggedIn, NotFound, NotAMember, NotYours, Archived, RateLimited],
        ),
        of(
            "messages/react",
            "React to a message with an emoji, or no longer",
            takes::<React>(),
            gives::<Message>(),
            &[NotLoggedIn, NotFound, NotAMember, Archived, ContactRefused, RateLimited],
        ),
        of(
            "messages/pin",
            "Pin a message in its channel, or take it down",
            takes::<Pin>(),
            gives::<Message>(),
            &[NotLoggedIn, NotFound, NotAMember, NotYours, Archived, RateLimited],
        ),
        of(
            "messages/record",
            "Take a stretch of a talk off the record (one's own words; in private chats and circles, and for those who moderate, everybody's), or put one's own words back on",
            takes::<RecordStretch>(),
            nothing(),
            &[NotLoggedIn, NotFound, NotAMember, NotYours, RateLimited],
        ),
        of(
            "messages/pinned",
            "What is pinned in a channel, the newest first",
            takes::<AChannel>(),
            many::<Message>(),
            &[NotLoggedIn, NotFound, NotAMember],
        ),
        of(
            "messages/decisions",
            "What the AIs made of a message, and why",
            takes::<OfMessage>(),
            many::<Decision>(),
            &[NotLoggedIn, NotFound, NotAMember],
        ),
        of(
            "sync",
            "What changed since the given clocks, and one's places",
            takes::<SyncPositions>(),
            gives::<SyncAnswer>(),
            &[NotLoggedIn, RateLimited],
        ),
        of("channels/read", "Keep how far one has read", takes::<Read>(), nothing(), &[NotLoggedIn]),
        of(
            "channels/unread",
            "Make a message, and what came after it, unread again",
            takes::<Unread>(),
            nothing(),
            &[NotLoggedIn, NotFound],
        ),
        of(
            "channels/put-away",
            "Put a channel out of one's list until something new is said, or back",
            takes::<PutAway>(),
            nothing(),
            &[NotLoggedIn, NotFound],
        ),
        of(
            "channels/mute",
            "Make a channel silent for oneself, or not",
            takes::<Mute>(),
            nothing(),
            &[NotLoggedIn, NotFound],
        ),
        of(
            "channels/record",
            "Take what is said in a channel from now on off the record, or put it back on (in rooms those who moderate)",
            takes::<RecordChannel>(),
            nothing(),
            &[NotLoggedIn, NotFound, NotAMember, NotYours, Archived, ContactRefused, RateLimited],
        ),
        of(
            "channels/remove",
            "Send somebody away (a channel's owner and admins; in rooms admins of the space, too), or take an AI out of one's private chat",
            takes::<Remove>(),
            nothing(),
            &[NotLoggedIn, NotFound, NotYours],
        ),
        of(
            "channels/unban",
            "Let somebody back into a room",
            takes::<OneMember>(),
            nothing(),
            &[NotLoggedIn, NotFound, NotYours],
        ),
        of(
            "channels/banned",
            "To whom a room is closed",
            takes::<AChannel>(),
            many::<Entity>(),
            &[NotLoggedIn, NotFound, NotYours],
        ),
        of(
            "channels/role",
            "Make a member an admin of a channel, or take that away (its owner)",
            takes::<ChangeRole>(),
            nothing(),
            &[NotLoggedIn, NotFound, NotYours],
        ),
        of(
            "people/active",
            "Say that one is at it: who does nothing for a while is away",
            None,
            nothing(),
            &[NotLoggedIn],
        ),
        of(
            "people/find",
            "Members whose name holds some letters",
            takes::<Letters>(),
            many::<Entity>(),
            &[NotLoggedIn],
        ),
        of(
            "people/block",
            "Block a member: private contact ends, their messages are hidden",
            takes::<Somebody>(),
            nothing(),
            &[NotLoggedIn, NotFound],
        ),
        of("people/unblock", "End a block", takes::<Somebody>(), nothing(), &[NotLoggedIn]),
        of("people/blocked", "Whom one has blocked", None, many::<Entity>(), &[NotLoggedIn]),
        of(
            "channels/typing",
            "Tell the others that one writes, or has stopped",
            takes::<Typing>(),
            nothing(),
            &[NotLoggedIn, NotFound, RateLimited],
        ),
    ]
}

pub(super) fn reference<T: ToSchema>() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(T::name()))
}

#[expect(clippy::unnecessary_wraps, reason = "reads beside `None`")]
fn takes<T: ToSchema>() -> Option<RefOr<Schema>> {
    Some(reference::<T>())
}

fn gives<T: ToSchema>() -> RefOr<Schema> {
    reference::<T>()
}

fn many<T: ToSchema>() -> RefOr<Schema> {
    RefOr::T(Schema::Array(utoipa::openapi::schema::Array::new(reference::<T>())))
}

fn nothing() -> RefOr<Schema> {
    <()>::schema()
}
