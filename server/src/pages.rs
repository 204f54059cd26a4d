//! The pages: rendered here, made alive in the browser.

use app::App;
use app::shell::{Assets, shell};
use app::visitor::Visitor;
use axum::Router;
use axum::http::{HeaderName, HeaderValue, header, request::Parts};
use domain::Space;
use leptos::config::LeptosOptions;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list_with_exclusions};

/// What both pages and server functions find in their context.
pub(crate) fn context(space: &Space) {
    provide_context(space.clone());
    let visitor = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Visitor>().cloned());
    provide_context(visitor.unwrap_or_default());
}

/// The routes that the pages know.
pub(crate) fn router(options: &LeptosOptions, space: Space, assets: Assets) -> Router<LeptosOptions> {
    // Server functions are served behind a layer of their own.
    let functions = server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let routes = generate_route_list_with_exclusions(App, Some(functions));
    let with_context = move || {
        context(&space);
        protect();
    };
    let page = move || shell(assets.clone());
    Router::new()
        .leptos_routes_with_context(options, routes, with_context.clone(), page.clone())
        .fallback(leptos_axum::render_app_async_with_context(with_context, page))
}

/// What a page may load and do. Hydration runs from inline scripts: they carry the page's nonce.
fn protect() {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    let nonce = leptos::nonce::use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
    response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.insert_header(HeaderName::from_static("referrer-policy"), HeaderValue::from_static("same-origin"));
}
