//! AIs, what they know, what they think with and what that takes.

use super::super::arguments::{
    ADocument, AMind, AProvider, AddProvider, CreateMind, Days, DuplicateMind, EditMind, EditProvider, ExportMind,
    ImportMind, LookUp, Passages, PlaceMind, PreferProvider, Rehearse, SetPrice, StopReply, WakeMind,
};
use super::{Endpoint, gives, many, nothing, of, takes};
use model::{
    Code, Document, EntityId, FoundPassage, FoundServer, MindCard, MindFile, Price, Provider, ProviderId, Rehearsed,
    Tried, Used,
};

pub(super) fn all() -> Vec<Endpoint> {
    use Code::{
        AdminOnly, Archived, Banned, NameTaken, NotAMember, NotFound, NotLoggedIn, NotYours, RateLimited, RoomFull,
    };
    vec![
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
            "An AI as a file: a Character Card V2 that carries all that the space knows of it, with its knowledge and memories when asked (admins)",
            takes::<ExportMind>(),
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
        of(
            "replies/stop",
            "Stop an answer on its way to one's own question (those who moderate: any); what is written by then is posted",
            takes::<StopReply>(),
            nothing(),
            &[NotLoggedIn, NotFound, NotAMember, NotYours, RateLimited],
        ),
        of(
            "minds/documents",
            "What an AI knows from documents, the newest first (admins)",
            takes::<AMind>(),
            many::<Document>(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "minds/passages",
            "The passages of a document, a hundred at a time (admins)",
            takes::<Passages>(),
            many::<FoundPassage>(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "minds/find",
            "What of an AI's documents a question is about, the likeliest first (admins)",
            takes::<LookUp>(),
            many::<FoundPassage>(),
            &[NotLoggedIn, AdminOnly, NotFound, RateLimited],
        ),
        of(
            "minds/forget",
            "Have an AI forget a document, and all that came of it (admins)",
            takes::<ADocument>(),
            nothing(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
    ]
}
