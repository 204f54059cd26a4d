//! The description of the API. A test compares it with the registered server functions.

mod arguments;
mod misfit;

pub(super) use misfit::{misfit, misfit_in_json};

use arguments::{
    AChannel, ARoom, EditRoom, History, LogIn, OfMessage, PostMessage, Read, Register, SyncPositions, WithSomebody,
};
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use model::accounts::{Invitation, Me};
use model::channels::{Opened, RoomDraft};
use model::{
    Channel, ChannelId, ChannelKind, ClientKey, Code, Decision, Entity, EntityId, EntityKind, Event, Member, Message,
    MessageId, MessageKind, Page, Place, Position, Problem, ReplyId, ReplyState, Role, SyncAnswer, Synced, Writing,
};
use std::collections::BTreeMap;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder, Ref, RefOr, ResponseBuilder,
    ResponsesBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// An endpoint, as it is described.
struct Endpoint {
    path: &'static str,
    summary: &'static str,
    takes: Option<RefOr<Schema>>,
    gives: RefOr<Schema>,
    /// How it may refuse, beside what every endpoint may answer.
    refuses: &'static [Code],
}

/// Every endpoint but the stream.
fn endpoints() -> Vec<Endpoint> {
    use Code::{
        AdminOnly, Archived, ClientKeyReused, EmailTaken, InvitationInvalid, InvitationRequired, NameTaken, NotAMember,
        NotFound, NotLoggedIn, RateLimited, RoomFull, RoomNameTaken, WrongCredentials,
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
            "Archive a room (admins)",
            takes::<ARoom>(),
            gives::<Channel>(),
            &[NotLoggedIn, AdminOnly, NotFound],
        ),
        of(
            "rooms/join",
            "Join a room",
            takes::<ARoom>(),
            gives::<Member>(),
            &[NotLoggedIn, NotFound, RoomFull, Archived],
        ),
        of(
            "chats/open",
            "The private chat with somebody, made at the first time",
            takes::<WithSomebody>(),
            gives::<ChannelId>(),
            &[NotLoggedIn, NotFound, RateLimited],
        ),
        of("rooms/leave", "Leave a room", takes::<ARoom>(), nothing(), &[NotLoggedIn]),
        of(
            "messages/post",
            "Post a message, once for each client key",
            takes::<PostMessage>(),
            gives::<Message>(),
            &[NotLoggedIn, NotFound, NotAMember, Archived, ClientKeyReused, RateLimited],
        ),
        of(
            "messages/history",
            "A page of at most 50 messages, oldest first",
            takes::<History>(),
            gives::<Page>(),
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
            "channels/typing",
            "Tell the others that one writes",
            takes::<AChannel>(),
            nothing(),
            &[NotLoggedIn, NotFound, RateLimited],
        ),
    ]
}

fn paths() -> PathsBuilder {
    let mut paths = PathsBuilder::new();
    for endpoint in endpoints() {
        let path = format!("/api/{}", endpoint.path);
        paths = paths.path(path, PathItem::new(HttpMethod::Post, operation(endpoint)));
    }
    paths.path("/api/events", PathItem::new(HttpMethod::Get, stream()))
}

fn reference<T: ToSchema>() -> RefOr<Schema> {
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

/// What went wrong, for each status, with the codes that have it.
fn refusals(mut responses: ResponsesBuilder, codes: impl Iterator<Item = Code>) -> ResponsesBuilder {
    let mut by_status: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    for code in codes {
        let name = serde_json::to_value(code).ok().and_then(|name| name.as_str().map(str::to_owned));
        by_status.entry(code.status()).or_default().push(format!("`{}`", name.unwrap_or_default()));
    }
    for (status, names) in by_status {
        let problem = ContentBuilder::new().schema(Some(reference::<Problem>())).build();
        let refused = ResponseBuilder::new().description(names.join(", ")).content("application/json", problem).build();
        responses = responses.response(status.to_string(), refused);
    }
    responses
}

fn operation(endpoint: Endpoint) -> Operation {
    let content = ContentBuilder::new().schema(Some(endpoint.gives)).build();
    let done = ResponseBuilder::new().description("Done").content("application/json", content).build();
    let every = [
        Code::InvalidArgument,
        Code::TooLarge,
        Code::TooSlow,
        Code::UnsupportedMediaType,
        Code::CrossSite,
        Code::Busy,
        Code::Unavailable,
    ];
    let codes = every.into_iter().chain(endpoint.refuses.iter().copied());
    let tag = endpoint.path.split('/').next().unwrap_or(endpoint.path);
    let mut operation = OperationBuilder::new()
        .operation_id(Some(endpoint.path.replace('/', "_")))
        .summary(Some(endpoint.summary))
        .tag(tag)
        .responses(refusals(ResponsesBuilder::new().response("200", done), codes).build());
    if endpoint.refuses.contains(&Code::NotLoggedIn) {
        operation = operation.security(SecurityRequirement::new("session", [""; 0]));
    }
    if let Some(takes) = endpoint.takes {
        let content = ContentBuilder::new().schema(Some(takes)).build();
        let body = RequestBodyBuilder::new()
            .content("application/json", content.clone())
            .content("application/x-www-form-urlencoded", content);
        operation = operation.request_body(Some(body.required(Some(utoipa::openapi::Required::True)).build()));
    }
    operation.build()
}

fn stream() -> Operation {
    let content = ContentBuilder::new().schema(Some(reference::<Event>())).build();
    let open = ResponseBuilder::new()
        .description("Server-sent events, each an Event as JSON")
        .content("text/event-stream", content)
        .build();
    let codes = [Code::NotLoggedIn, Code::RateLimited, Code::Busy, Code::Unavailable];
    OperationBuilder::new()
        .operation_id(Some("events"))
        .summary(Some("The live stream: first `hello`, then everything that happens in one's channels"))
        .tag("sync")
        .security(SecurityRequirement::new("session", [""; 0]))
        .responses(refusals(ResponsesBuilder::new().response("200", open), codes.into_iter()).build())
        .build()
}

/// The whole document.
pub fn document() -> OpenApi {
    let info = InfoBuilder::new()
        .title("The Gathering")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Every function of the space, as JSON or as a form. Log in by `accounts/login` and keep the session's cookie. \
             Errors have a stable `code`, a `message` for people and, where they are about one, the `field`.",
        ))
        .build();
    let cookie = ApiKeyValue::with_description(
        "session",
        "Set by `accounts/login`; `__Host-session` where the space is reached by https.",
    );
    let mut components = utoipa::openapi::ComponentsBuilder::new()
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    macro_rules! schemas {
        ($($type:ty),* $(,)?) => {
            $(components = components.schema(<$type>::name(), <$type>::schema());)*
        };
    }
    schemas!(
        Register,
        LogIn,
        ARoom,
        WithSomebody,
        AChannel,
        EditRoom,
        PostMessage,
        History,
        OfMessage,
        SyncPositions,
        Read,
        RoomDraft,
        Me,
        Invitation,
        Place,
        Opened,
        Channel,
        ChannelKind,
        Member,
        Role,
        Message,
        MessageKind,
        Page,
        Entity,
        EntityKind,
        Writing,
        ReplyState,
        Decision,
        Position,
        SyncAnswer,
        Synced,
        Event,
        Problem,
        Code,
        EntityId,
        ChannelId,
        MessageId,
        ReplyId,
        ClientKey,
    );
    OpenApiBuilder::new().info(info).paths(paths().build()).components(Some(components.build())).build()
}

/// The document to browse and try, at `/docs`, with nothing loaded from elsewhere.
pub(crate) fn pages<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let pages: Router<S> =
        SwaggerUi::new("/docs").config(Config::new(["/api/openapi.json"]).validator_url("none")).into();
    pages.layer(map_response(|mut response: Response| async move {
        let policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      base-uri 'none'; frame-ancestors 'none'; object-src 'none'";
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        response
    }))
}
