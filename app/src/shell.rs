//! The page around every page.

use crate::App;
use leptos::prelude::*;
use leptos_meta::MetaTags;
use serde::{Deserialize, Serialize};

/// The files of the built site, by the names that carry their hashes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Assets {
    /// Glue between page and wasm.
    pub script: String,
    /// The app.
    pub wasm: String,
    /// The stylesheet.
    pub style: String,
}

/// The document.
pub fn shell(assets: Assets) -> impl IntoView {
    let Assets { script, wasm, style } = assets;
    #[cfg(feature = "ssr")]
    let viewer = crate::visitor::viewer();
    #[cfg(not(feature = "ssr"))]
    let viewer = crate::visitor::Viewer::default();
    let theme = (!viewer.theme.is_empty()).then(|| viewer.theme.clone());
    #[cfg(feature = "ssr")]
    let nonce = use_nonce();
    #[cfg(not(feature = "ssr"))]
    let nonce: Option<String> = None;
    #[cfg(feature = "ssr")]
    let alive = use_context::<axum::http::request::Parts>().is_some_and(|parts| crate::app::is_alive(parts.uri.path()));
    #[cfg(not(feature = "ssr"))]
    let alive = true;
    let life = alive.then(|| {
        // The wasm is asked for while the page is still being read, and only where there are scripts.
        let ask = format!("window.gathering = fetch('/pkg/{wasm}');");
        let start = format!(
            "import start, {{ hydrate }} from '/pkg/{script}'; start({{ module_or_path: window.gathering }}).then(() => hydrate());"
        );
        view! {
            <link rel="modulepreload" href=format!("/pkg/{script}") />
            <script nonce=nonce.clone()>{ask}</script>
            <script type="module" nonce=nonce.clone()>{start}</script>
        }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme data-sorry=crate::words::BUSY data-nobody=crate::words::NOBODY_CONSIDERED data-you=crate::words::YOU data-recalled=crate::words::RECALLED>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content" />
                <meta name="color-scheme" content="dark light" />
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link rel="stylesheet" href=format!("/pkg/{style}") />
                <script nonce=nonce>{include_str!("page.js")}</script>
                {life}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
