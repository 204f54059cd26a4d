//! `POST /api/minds/learn?mind=ID&name=FILE`: a document that an AI is to know, as the body's bytes. Not a server function: those
//! take forms, and a form would hold the file three times over.

use crate::api::refused;
use app::visitor::Visitor;
use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Response};
use domain::{Space, knowledge};
use model::{Code, EntityId, Problem, limits};
use serde::Deserialize;
use std::time::Duration;

/// How long a document may take to arrive.
const ARRIVES: Duration = Duration::from_mins(5);

#[derive(Deserialize)]
pub(crate) struct Asked {
    mind: EntityId,
    name: String,
}

/// Takes the document.
pub(crate) async fn learn(State(space): State<Space>, request: Request) -> Response {
    match taken(&space, request).await {
        Ok(document) => Json(document).into_response(),
        Err(problem) => refused(&problem),
    }
}

async fn taken(space: &Space, request: Request) -> Result<model::Document, Problem> {
    let visitor = request.extensions().get::<Visitor>().cloned();
    let me = visitor.and_then(|visitor| visitor.me).ok_or_else(|| Problem::new(Code::NotLoggedIn, "Log in first."))?;
    let Ok(Query(Asked { mind, name })) = Query::<Asked>::try_from_uri(request.uri()) else {
        let needed = "Say whose document it is and what it is called: ?mind=ID&name=FILE.";
        return Err(Problem::new(Code::InvalidArgument, needed));
    };
    // Whoever may not is told before the file is read.
    domain::minds::studio::one(space, me.id, mind).await.map_err(|cause| cause.problem())?;
    space.pace.post(me.id)?;
    let arrived = tokio::time::timeout(ARRIVES, to_bytes(request.into_body(), limits::DOCUMENT)).await;
    let content = arrived
        .map_err(|_| Problem::new(Code::TooSlow, "The document took too long to arrive. Send it again."))?
        .map_err(|_| Problem::new(Code::TooLarge, "A document has at most 25 MiB. Add parts of it."))?;
    knowledge::add(space, me.id, mind, &name, &content).await.map_err(|cause| {
        if cause.is_internal() {
            tracing::error!(%cause, "a document could not be taken");
        }
        cause.problem()
    })
}
