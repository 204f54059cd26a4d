//! Server functions as an API: JSON in and out, statuses that mean something, and plain forms that come back with
//! what was typed.

mod form;
mod guard;
pub mod openapi;

use crate::visitor::accepts_html;
use app::visitor::{ENTITY, FLASH, Flash};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{Code, EntityId, Problem};
use std::collections::BTreeMap;
use tower_sessions::{Expiry, Session};

pub(crate) use guard::same_site_only;

/// Most bytes of a request: a message of 4,000 characters, each written as two JSON escapes, and some room.
const BODY: usize = 64 * 1024;
/// The same where a whole character is sent: 50,000 characters, each written as two JSON escapes or four escaped bytes.
const CHARACTER: usize = 1024 * 1024;
/// The same where a character's file of 32 MiB is sent, as Base64.
pub(crate) const FILE: usize = 44 * 1024 * 1024;
/// How long a request's body may take to arrive.
const ARRIVES: std::time::Duration = std::time::Duration::from_secs(20);
/// Most characters of a field that a stranger gets back.
const SHORT: usize = 300;
/// Most bytes of a server function's error that are read back.
const ERROR: usize = 64 * 1024;

/// A problem as an answer.
pub(crate) fn refused(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json(problem)).into_response();
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The answer for whatever is not there.
pub(crate) fn unknown() -> Response {
    refused(&Problem::new(Code::NotFound, "There is no such endpoint. See /docs."))
}

/// The layer around server functions.
pub(crate) async fn each_call(session: Session, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if !is_endpoint(parts.uri.path()) {
        return unknown();
    }
    if parts.method != Method::POST {
        return refused(&Problem::new(Code::MethodNotAllowed, "This endpoint takes POST."));
    }
    let from_form = accepts_html(&parts.headers);
    let typed = match read(parts.uri.path(), &parts.headers, body).await {
        // Browsers send a form's line breaks as CR LF; people typed one.
        Ok(form) if from_form => form.replace("%0D%0A", "%0A"),
        Ok(form) => form,
        Err(problem) if from_form => return back(&session, &parts.headers, parts.uri.path(), problem, "").await,
        Err(problem) => return refused(&problem),
    };
    // From here on a server function sees a form, and answers with JSON.
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(typed.len()));
    let (path, headers) = (parts.uri.path().to_owned(), parts.headers.clone());
    let response = next.run(Request::from_parts(parts, Body::from(typed.clone()))).await;
    if response.status().is_success() {
        return if from_form { onwards(&headers, response.headers()) } else { plain(response) };
    }
    let mut problem = problem_of(response).await;
    if problem.code == Code::InvalidArgument && problem.field.is_none() {
        problem = openapi::misfit(&path, &typed).unwrap_or(problem);
    }
    if from_form { back(&session, &headers, &path, problem, &typed).await } else { refused(&problem) }
}

fn is_endpoint(path: &str) -> bool {
    server_fn::axum::server_fn_paths().any(|(known, _)| known == path)
}

/// The body as a form, whether it came as one or as JSON.
async fn read(path: &str, headers: &HeaderMap, body: Body) -> Result<String, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let most = match path {
        "/api/minds/edit" => CHARACTER,
        "/api/minds/import" => FILE,
        _ => BODY,
    };
    let arrived = tokio::time::timeout(ARRIVES, to_bytes(body, most)).await;
    let bytes = arrived
        .map_err(|_| Problem::new(Code::TooSlow, "The request took too long to arrive. Send it again."))?
        .map_err(|_| Problem::new(Code::TooLarge, format!("A request has at most {} KiB.", most / 1024)))?;
    match kind.as_str() {
        "application/json" => form::from_json(path, &bytes),
        "application/x-www-form-urlencoded" => text(&bytes),
        "" if bytes.is_empty() => Ok(String::new()),
        _ => Err(Problem::new(
            Code::UnsupportedMediaType,
            "Send JSON (application/json) or a form (application/x-www-form-urlencoded).",
        )),
    }
}

fn text(bytes: &Bytes) -> Result<String, Problem> {
    let not_text = || Problem::new(Code::InvalidArgument, "The form is not valid UTF-8.");
    let form = String::from_utf8(bytes.to_vec()).map_err(|_| not_text())?;
    // What is written as %FF has to be text, too.
    percent_encoding::percent_decode_str(&form).decode_utf8().map_err(|_| not_text())?;
    Ok(form)
}

/// What a server function says went wrong.
async fn problem_of(response: Response) -> Problem {
    let status = response.status();
    let bytes = to_bytes(response.into_body(), ERROR).await.unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_else(|_| {
        tracing::error!(%status, "a server function answered with something that is no problem");
        Problem::new(Code::Busy, "The server could not do this. Try again in a moment.")
    })
}

/// A success for a program: without the place that a browser would go to.
fn plain(mut response: Response) -> Response {
    response.headers_mut().remove(header::LOCATION);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A success for a plain form: to where the function says, or back to the page.
fn onwards(request: &HeaderMap, response: &HeaderMap) -> Response {
    let place = response.get(header::LOCATION).cloned().or_else(|| HeaderValue::from_str(&page_of(request)).ok());
    let mut onwards = see_other(place);
    for cookie in response.get_all(header::SET_COOKIE) {
        onwards.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    onwards
}

fn see_other(place: Option<HeaderValue>) -> Response {
    let place = place.unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

/// A refusal for a plain form: back to the page, with what was typed and what was wrong with it.
async fn back(session: &Session, headers: &HeaderMap, endpoint: &str, problem: Problem, typed: &str) -> Response {
    let place = page_of(headers);
    let is_member = session.get::<EntityId>(ENTITY).await.is_ok_and(|who| who.is_some());
    let mut fields: BTreeMap<String, String> = form::fields(typed).collect();
    if !is_member && !may_be_kept(endpoint, &problem, &fields) {
        return said(&problem, &place);
    }
    fields.retain(|name, _| !name.contains("password") && name != "key" && !name.contains('\0'));
    // The session is kept as JSON in PostgreSQL, which has no U+0000.
    fields.values_mut().for_each(|value| value.retain(|c| c != '\0'));
    if !is_member {
        fields.values_mut().for_each(|value| *value = value.chars().take(SHORT).collect());
        session.set_expiry(Some(Expiry::OnInactivity(time::Duration::minutes(10))));
    }
    let flash = Flash { endpoint: endpoint.to_owned(), problem: problem.clone(), fields };
    if let Err(cause) = session.insert(FLASH, flash).await {
        tracing::error!(%cause, "what a form held could not be kept");
        return said(&problem, &place);
    }
    see_other(HeaderValue::from_str(&place).ok())
}

/// What a stranger typed is kept in a row for ten minutes, so only what our own two forms send, which are slowed down
/// by address before they are looked at.
fn may_be_kept(endpoint: &str, problem: &Problem, fields: &BTreeMap<String, String>) -> bool {
    let wanted: &[&str] = match endpoint {
        "/api/accounts/register" => &["name", "email", "password"],
        "/api/accounts/login" => &["login", "password"],
        _ => return false,
    };
    problem.code != Code::RateLimited && fields.len() <= 8 && wanted.iter().all(|name| fields.contains_key(*name))
}

/// A refusal as a page of its own, for a form whose page cannot be told.
fn said(problem: &Problem, place: &str) -> Response {
    let safe = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let place = if problem.code == Code::NotLoggedIn { "/login" } else { place };
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>The Gathering</title></head><body><main><p>{}</p><p><a href=\"{}\">Back</a></p></main></body></html>",
        safe(&problem.message),
        safe(place)
    );
    let mut response = refused(problem);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response.headers_mut().remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(page);
    response
}

/// The path of the page that a form stands on; never another site's.
fn page_of(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let rest = referer.split_once("://").map_or("", |(_, rest)| rest);
    match rest.find('/') {
        Some(at) if !rest[at..].starts_with("//") && !rest[at..].contains('\\') => rest[at..].to_owned(),
        _ => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_goes_back_to_a_page_of_ours() {
        let page = |referer: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::REFERER, referer.parse().unwrap());
            page_of(&headers)
        };
        assert_eq!(page("http://localhost:3000/rooms/1?x=1"), "/rooms/1?x=1");
        assert_eq!(page("http://localhost:3000"), "/");
        assert_eq!(page("http://localhost:3000//evil.example"), "/");
        assert_eq!(page("https://evil.example/\\evil"), "/");
        assert_eq!(page("nonsense"), "/");
    }
}
