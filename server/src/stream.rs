//! `GET /api/events`: one stream for a browser, everything that happens in its channels.

use crate::api::refused;
use app::visitor::Visitor;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::Space;
use model::{Code, Problem};

/// Opens the stream.
pub(crate) async fn events(State(space): State<Space>, request: Request) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned();
    let Some((me, session)) = visitor.and_then(|visitor| visitor.me.zip(visitor.session)) else {
        return refused(&Problem::new(Code::NotLoggedIn, "Log in first."));
    };
    match space.live.connect(me.id, session.clone()).await {
        // A session that ended while the stream was opened has not ended this one.
        Ok(frames) if domain::sessions::is_good(&space, me.id, session).await.unwrap_or(false) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
                // Proxies that gather answers before they pass them on are told not to.
                (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
            ];
            (headers, Body::from_stream(frames)).into_response()
        }
        Ok(_) => refused(&Problem::new(Code::NotLoggedIn, "Log in first.")),
        Err(cause) => refused(&cause.problem()),
    }
}
