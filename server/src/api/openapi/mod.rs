//! The description of the API. A test compares it with the registered server functions.

mod arguments;
mod endpoints;
mod misfit;

pub(super) use misfit::{misfit, misfit_in_json};

use arguments::{
    AChannel, ADocument, AMemory, AMind, APerson, AProvider, ARoom, ASession, AddProvider, AfterName, AnInvitation,
    ChangeEmail, ChangePassword, ChangeRole, CorrectMemory, CreateMind, Days, DeleteAccount, DeleteMessage,
    DuplicateMind, EditMessage, EditMind, EditProfile, EditProvider, EditRoom, ExportMind, ForgetAll, ImportMind,
    IntoCircle, Letters, LogIn, LookUp, Mute, OfMe, OfMessage, OneMember, Passages, Pin, PlaceMind, PostMessage,
    PreferProvider, PutAway, React, Read, RecordChannel, RecordStretch, Register, Rehearse, RememberMe, Remove,
    RenameCircle, ResetPassword, SetActive, SetAdmin, SetPrice, SetQuota, Somebody, StopReply, Stretch, SyncPositions,
    Typing, Unread, WakeMind, WithSomebody,
};
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use endpoints::{Endpoint, reference};
use model::accounts::{Invitation, Me, OpenInvitation, OwnSession, PersonRow, Profile, Quota, ResetLink};
use model::channels::{CircleDraft, Last, Opened, RoomDraft};
use model::messages::{Deletion, Quote, Reaction};
use model::{
    Channel, ChannelId, ChannelKind, ClientKey, Code, Decision, Dialect, Document, DocumentId, DocumentKind,
    DocumentState, Entity, EntityId, EntityKind, Event, FoundPassage, FoundServer, History, Member, MemoryKind,
    MemoryOfMe, Message, MessageId, MessageKind, MindCard, MindDraft, MindFile, Page, Passage, Place, Position,
    Presence, Present, Price, Problem, Provider, ProviderDraft, ProviderId, Rehearsed, Remembered, Remembering,
    ReplyId, ReplyState, Role, Sampling, Spent, Strategy, SyncAnswer, Synced, Tried, Used, UsedDay, Way, Writing,
};
use std::collections::BTreeMap;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder, Required,
    ResponseBuilder, ResponsesBuilder, SchemaFormat,
    schema::{SchemaType, Type},
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

fn paths() -> PathsBuilder {
    let mut paths = PathsBuilder::new();
    for endpoint in endpoints::all() {
        let path = format!("/api/{}", endpoint.path);
        paths = paths.path(path, PathItem::new(HttpMethod::Post, operation(endpoint)));
    }
    paths
        .path("/api/events", PathItem::new(HttpMethod::Get, stream()))
        .path("/api/minds/learn", PathItem::new(HttpMethod::Post, learning()))
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
        operation = operation.request_body(Some(body.required(Some(Required::True)).build()));
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

fn learning() -> Operation {
    let content = ContentBuilder::new().schema(Some(reference::<Document>())).build();
    let added =
        ResponseBuilder::new().description("It is about to be read").content("application/json", content).build();
    let text = |name: &str, what: &str| {
        let schema = ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).build();
        let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).required(Required::True);
        parameter.description(Some(what)).schema(Some(schema)).build()
    };
    let bytes = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .format(Some(SchemaFormat::Custom("binary".into())))
        .build();
    let file = ContentBuilder::new().schema(Some(bytes)).build();
    let codes = [
        Code::InvalidArgument,
        Code::NotLoggedIn,
        Code::AdminOnly,
        Code::NotFound,
        Code::TooLarge,
        Code::TooSlow,
        Code::CrossSite,
        Code::RateLimited,
        Code::QuotaReached,
        Code::Busy,
        Code::Unavailable,
    ];
    OperationBuilder::new()
        .operation_id(Some("minds_learn"))
        .summary(Some("Have an AI learn a document: the file is the body, at most 25 MiB (admins)"))
        .tag("minds")
        .security(SecurityRequirement::new("session", [""; 0]))
        .parameter(text("mind", "The AI"))
        .parameter(text("name", "The file's name, with the end that says what it is: .txt .md .pdf .html .docx .epub"))
        .request_body(Some(RequestBodyBuilder::new().content("application/octet-stream", file).build()))
        .responses(refusals(ResponsesBuilder::new().response("200", added), codes.into_iter()).build())
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
        AChannel,
        ADocument,
        AMemory,
        AMind,
        APerson,
        AProvider,
        ARoom,
        ASession,
        AddProvider,
        AfterName,
        AnInvitation,
        ChangeEmail,
        ChangePassword,
        ChangeRole,
        Channel,
        ChannelId,
        ChannelKind,
        CircleDraft,
        ClientKey,
        Code,
        CorrectMemory,
        CreateMind,
        Days,
        Decision,
        DeleteAccount,
        DeleteMessage,
        Deletion,
        Dialect,
        Document,
        DocumentId,
        DocumentKind,
        DocumentState,
        DuplicateMind,
        EditMessage,
        EditMind,
        EditProfile,
        EditProvider,
        EditRoom,
        Entity,
        EntityId,
        EntityKind,
        Event,
        ExportMind,
        ForgetAll,
        FoundPassage,
        FoundServer,
        History,
        ImportMind,
        IntoCircle,
        Invitation,
        Last,
        Letters,
        LogIn,
        LookUp,
        Me,
        Member,
        MemoryKind,
        MemoryOfMe,
        Message,
        MessageId,
        MessageKind,
        MindCard,
        MindDraft,
        MindFile,
        Mute,
        OfMe,
        OfMessage,
        OneMember,
        OpenInvitation,
        Opened,
        OwnSession,
        Page,
        Passage,
        Passages,
        PersonRow,
        Pin,
        Place,
        PlaceMind,
        Position,
        PostMessage,
        PreferProvider,
        Presence,
        Present,
        Price,
        Problem,
        Profile,
        Provider,
        ProviderDraft,
        ProviderId,
        PutAway,
        Quota,
        Quote,
        React,
        Reaction,
        Read,
        RecordChannel,
        RecordStretch,
        Register,
        Rehearse,
        Rehearsed,
        RememberMe,
        Remembered,
        Remembering,
        Remove,
        RenameCircle,
        ReplyId,
        ReplyState,
        ResetLink,
        ResetPassword,
        Role,
        RoomDraft,
        Sampling,
        SetActive,
        SetAdmin,
        SetPrice,
        SetQuota,
        Somebody,
        Spent,
        StopReply,
        Strategy,
        Stretch,
        SyncAnswer,
        SyncPositions,
        Synced,
        Tried,
        Typing,
        Unread,
        Used,
        UsedDay,
        WakeMind,
        Way,
        WithSomebody,
        Writing,
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
