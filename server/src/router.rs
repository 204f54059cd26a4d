//! Every path of the server, and what stands before it.

use crate::api::{self, openapi};
use crate::config::Config;
use crate::visitor::{self, Doorkeeper};
use crate::{assets, health, learning, pages, pictures, sessions, stream, telling};
use app::shell::Assets;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{any, get, post};
use axum::{Json, Router};
use domain::Space;
use leptos::config::LeptosOptions;
use std::path::Path;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The whole server.
pub(crate) fn router(
    config: &Config,
    space: &Space,
    folder: &Path,
    assets: Assets,
    stopping: &CancellationToken,
) -> Router {
    let options = LeptosOptions::builder().output_name("gathering").build();
    let keeper = Doorkeeper { space: space.clone(), proxies: Arc::new(config.trusted_proxies.clone()) };
    let https = config.is_https();
    let public_url: Option<Arc<str>> = config.public_url.as_deref().map(Arc::from);

    let functions = Router::new()
        .route(
            "/api/{*endpoint}",
            any({
                let space = space.clone();
                move |request: Request| {
                    let space = space.clone();
                    leptos_axum::handle_server_fns_with_context(move || pages::context(&space), request)
                }
            }),
        )
        .layer(from_fn(api::each_call));
    let people = Router::new()
        .merge(functions)
        .route("/api/events", get(stream::events).with_state(space.clone()))
        .route("/api/minds/learn", post(learning::learn).with_state(space.clone()))
        .merge(pages::router(&options, space.clone(), assets))
        .layer(from_fn_with_state(keeper, visitor::each_request))
        .layer(sessions::layer(space.db.clone(), https))
        .layer(from_fn_with_state(public_url, api::same_site_only));
    Router::new()
        .merge(people)
        .route("/api/openapi.json", get(|| async { Json(openapi::document()) }))
        .merge(openapi::pages())
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready).with_state((space.clone(), stopping.clone())))
        .merge(assets::router(folder))
        .merge(pictures::router())
        .layer(DefaultBodyLimit::max(api::FILE))
        .layer(map_response(move |response: Response| async move { for_everything(response, https) }))
        .layer(from_fn(telling::each_request))
        .with_state(options)
}

/// Headers of every answer.
fn for_everything(mut response: Response, https: bool) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(HeaderName::from_static("referrer-policy")).or_insert(HeaderValue::from_static("same-origin"));
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}
