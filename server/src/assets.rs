//! The built site: wasm, glue, stylesheet. Their names carry a hash of what they hold, so they are kept for ever.

use app::shell::Assets;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use std::path::{Path, PathBuf};
use tower_http::services::{ServeDir, ServeFile};

/// How the site cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("The built site is not in {}: {cause}. Start with `cargo xtask run`, or name its folder by SITE_DIR.", folder.display())]
pub struct NoSite {
    folder: PathBuf,
    cause: String,
}

/// Reads which files the site is made of.
pub(crate) fn find(named: Option<&Path>) -> Result<(PathBuf, Assets), NoSite> {
    let beside = || std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("site")));
    let folder = named.map(Path::to_path_buf).or_else(beside).unwrap_or_else(|| PathBuf::from("site"));
    let missing = |cause: String| NoSite { folder: folder.clone(), cause };
    let manifest = std::fs::read(folder.join("manifest.json")).map_err(|cause| missing(cause.to_string()))?;
    let assets = serde_json::from_slice(&manifest).map_err(|cause| missing(cause.to_string()))?;
    Ok((folder, assets))
}

/// Serves them, compressed beforehand.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(folder: &Path) -> Router<S> {
    let files = Router::new().nest_service("/pkg", ServeDir::new(folder.join("pkg")).precompressed_br()).layer(
        map_response(|mut response: Response| async move {
            if response.status().is_success() || response.status().as_u16() == 304 {
                let ever = HeaderValue::from_static("public, max-age=31536000, immutable");
                response.headers_mut().insert(header::CACHE_CONTROL, ever);
            }
            response
        }),
    );
    files
        .route_service("/favicon.svg", ServeFile::new(folder.join("favicon.svg")))
        .route_service("/favicon-lit.svg", ServeFile::new(folder.join("favicon-lit.svg")))
}
