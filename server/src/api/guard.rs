//! Requests that change something are taken from our own pages and from programs, not from other sites' pages.

use super::refused;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use model::{Code, Problem};
use std::sync::Arc;

/// Refuses what another site's page sent.
pub(crate) async fn same_site_only(
    State(public_url): State<Option<Arc<str>>>,
    request: Request,
    next: Next,
) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_ours(request.headers(), public_url.as_deref()) {
        return next.run(request).await;
    }
    refused(&Problem::new(
        Code::CrossSite,
        "This request came from another site's page. Open the space itself and try again.",
    ))
}

/// Browsers say where a request comes from; older ones by `Origin` alone. A program says neither.
fn is_ours(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = text(header::HOST).unwrap_or_default();
    let by_host = origin.split_once("://").is_some_and(|(_, rest)| rest == host);
    match public_url {
        Some(url) => origin == url,
        None => by_host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(headers: &[(&'static str, &str)], public_url: Option<&str>) -> bool {
        is_ours(
            &headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(),
            public_url,
        )
    }

    #[test]
    fn other_sites_are_refused() {
        assert!(ours(&[("sec-fetch-site", "same-origin")], None));
        assert!(ours(&[("sec-fetch-site", "none")], None));
        assert!(!ours(&[("sec-fetch-site", "same-site")], None));
        assert!(!ours(&[("sec-fetch-site", "cross-site"), ("origin", "http://a"), ("host", "a")], None));
        assert!(ours(&[("origin", "http://a:3000"), ("host", "a:3000")], None));
        assert!(!ours(&[("origin", "http://evil"), ("host", "a:3000")], None));
        assert!(!ours(&[("origin", "null"), ("host", "a")], None));
        assert!(!ours(&[("origin", "http://a"), ("host", "a")], Some("https://a")));
        assert!(ours(&[("origin", "https://a"), ("host", "inside:3000")], Some("https://a")));
        assert!(ours(&[("host", "a")], None));
    }
}
