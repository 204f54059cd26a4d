//! Pictures made from names and ids: the same for everybody, drawn here, kept by browsers for ever.

mod draw;
mod faces;
mod scene;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// `/pictures/{person|ai|room}/{seed}.svg`; a room's seed is its name in hexadecimal.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/pictures/{shape}/{file}", get(picture))
}

async fn picture(Path((shape, file)): Path<(String, String)>) -> Response {
    let seed = file.strip_suffix(".svg").filter(|seed| seed.len() <= 400);
    let drawn = match (shape.as_str(), seed) {
        ("person", Some(seed)) => Some(faces::person(seed)),
        ("ai", Some(seed)) => Some(faces::ai(seed)),
        ("room", Some(seed)) => Some(scene::room(seed)),
        _ => None,
    };
    let Some(svg) = drawn else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'")),
    ];
    (headers, svg).into_response()
}
