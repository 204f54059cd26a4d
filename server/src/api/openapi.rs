//! The description of the API. A test compares it with the registered server functions.

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
use serde::Deserialize;
use utoipa::openapi::path::{HttpMethod, OperationBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder, Ref, RefOr, ResponseBuilder,
    ResponsesBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// `accounts/register`
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes a server function's arguments")]
struct Register {
    /// 2–32 letters of any script, digits, `_ - .` and single spaces inside; unique across people and AIs.
    #[schema(example = "Ada")]
    name: String,
    #[schema(example = "ada@example.org")]
    email: String,
    /// 8–128 characters.
    #[schema(example = "correct horse")]
    password: String,
    /// Token of an invitation link, where one is needed.
    invitation: Option<String>,
}

/// `accounts/login`
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes a server function's arguments")]
struct LogIn {
    /// Name or e-mail address.
    #[schema(example = "ada@example.org")]
    login: String,
    #[schema(example = "correct horse")]
    password: String,
}

/// A room.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes a server function's arguments")]
struct ARoom {
    room: ChannelId,
}

/// `rooms/edit`
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes a server function's arguments")]
struct EditRoom {
    room: ChannelId,
    /// 2–48 characters.
    name: String,
    /// At most 500 characters.
    description: String,
    /// 2–10,000.
    capacity: i32,
}

/// `messages/post`
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes a server function's arguments")]
struct PostMessage {
    channel: ChannelId,
    /// Chosen by the author: the same key with the same text posts once.
    client_key: ClientKey,
    /// 1–4,000 characters of Markdown, kept as they are sent.
    #[schema(example = "@Silas what is this place?")]
    body: String,
    /// The message that this one answers.
    reply_to: Option<MessageId>,
}

/// `messages/history`
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes a server function's arguments")]
struct History {
    channel: ChannelId,
    /// Messages before this seq.
    before: Option<i64>,
    /// Messages after this seq; not together with `before`.
    after: Option<i64>,
}

/// `messages/decisions`
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes a server function's arguments")]
struct OfMessage {
    channel: ChannelId,
    message: MessageId,
}

/// `sync`
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes a server function's arguments")]
struct SyncPositions {
    /// At most 500; none asks for the places alone.
    #[schema(required = false)]
    positions: Vec<Position>,
}

/// `channels/read`
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes a server function's arguments")]
struct Read {
    channel: ChannelId,
    /// The seq of the newest message that was read.
    up_to: i64,
}

/// A channel.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes a server function's arguments")]
struct AChannel {
    channel: ChannelId,
}

fn paths() -> PathsBuilder {
    let mut paths = PathsBuilder::new();
    let mut add = |endpoint: &str, summary: &str, takes: Option<RefOr<Schema>>, gives: RefOr<Schema>| {
        let path = format!("/api/{endpoint}");
        let item = PathItem::new(HttpMethod::Post, operation(endpoint, summary, takes, gives));
        paths = std::mem::take(&mut paths).path(path, item);
    };
    add("accounts/register", "Register and be logged in", takes::<Register>(), gives::<Me>());
    add("accounts/login", "Log in", takes::<LogIn>(), gives::<Me>());
    add("accounts/logout", "End this session", None, nothing());
    add("accounts/logout-everywhere", "End all of one's sessions", None, nothing());
    add("accounts/me", "Who is logged in", None, gives::<Me>());
    add("accounts/invite", "Make an invitation link (admins)", None, gives::<Invitation>());
    add("rooms/list", "The open rooms, and every channel one is in", None, many::<Place>());
    add(
        "rooms/open",
        "A room with its members and, for members, its newest messages",
        takes::<ARoom>(),
        gives::<Opened>(),
    );
    add("rooms/create", "Make a room (admins)", takes::<RoomDraft>(), gives::<ChannelId>());
    add("rooms/edit", "Change a room (admins)", takes::<EditRoom>(), gives::<Channel>());
    add("rooms/archive", "Archive a room (admins)", takes::<ARoom>(), gives::<Channel>());
    add("rooms/join", "Join a room", takes::<ARoom>(), gives::<Member>());
    add("rooms/leave", "Leave a room", takes::<ARoom>(), nothing());
    add("messages/post", "Post a message, once for each client key", takes::<PostMessage>(), gives::<Message>());
    add("messages/history", "A page of at most 50 messages, oldest first", takes::<History>(), gives::<Page>());
    add("messages/decisions", "What the AIs made of a message, and why", takes::<OfMessage>(), many::<Decision>());
    add(
        "sync",
        "What changed since the given clocks, and one's places",
        takes::<SyncPositions>(),
        gives::<SyncAnswer>(),
    );
    add("channels/read", "Keep how far one has read", takes::<Read>(), nothing());
    add("channels/typing", "Tell the others that one writes", takes::<AChannel>(), nothing());
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

fn operation(
    endpoint: &str,
    summary: &str,
    takes: Option<RefOr<Schema>>,
    gives: RefOr<Schema>,
) -> utoipa::openapi::path::Operation {
    let content = ContentBuilder::new().schema(Some(gives)).build();
    let done = ResponseBuilder::new().description("Done").content("application/json", content).build();
    let refused = ContentBuilder::new().schema(Some(reference::<Problem>())).build();
    let refused = ResponseBuilder::new()
        .description("Refused: `code` is stable, the status follows from it")
        .content("application/json", refused)
        .build();
    let tag = endpoint.split('/').next().unwrap_or(endpoint);
    let mut operation = OperationBuilder::new()
        .operation_id(Some(endpoint.replace('/', "_")))
        .summary(Some(summary))
        .tag(tag)
        .responses(ResponsesBuilder::new().response("200", done).response("default", refused).build());
    if let Some(takes) = takes {
        let content = ContentBuilder::new().schema(Some(takes)).build();
        let body = RequestBodyBuilder::new()
            .content("application/json", content.clone())
            .content("application/x-www-form-urlencoded", content);
        operation = operation.request_body(Some(body.required(Some(utoipa::openapi::Required::True)).build()));
    }
    operation.build()
}

fn stream() -> utoipa::openapi::path::Operation {
    let content = ContentBuilder::new().schema(Some(reference::<Event>())).build();
    let open = ResponseBuilder::new()
        .description("Server-sent events, each an Event as JSON")
        .content("text/event-stream", content)
        .build();
    OperationBuilder::new()
        .operation_id(Some("events"))
        .summary(Some("The live stream: first `hello`, then everything that happens in one's channels"))
        .tag("sync")
        .responses(ResponsesBuilder::new().response("200", open).build())
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
    let mut components = utoipa::openapi::ComponentsBuilder::new();
    macro_rules! schemas {
        ($($type:ty),* $(,)?) => {
            $(components = components.schema(<$type>::name(), <$type>::schema());)*
        };
    }
    schemas!(
        Register,
        LogIn,
        ARoom,
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
