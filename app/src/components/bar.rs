//! The bar at the head of every page.

use crate::app::viewer;
use crate::words;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Closes a drawer, for those who have no Escape key.
#[component]
pub fn Close(
    /// The drawer's id.
    drawer: &'static str,
) -> impl IntoView {
    view! {
        <button class="quiet only-small" type="button" popovertarget=drawer popovertargetaction="hide">
            {words::CLOSE}
        </button>
    }
}

/// Where one is, who one is, and the way out.
#[component]
pub fn Bar() -> impl IntoView {
    let viewer = viewer();
    let at = use_location().pathname;
    let who = move || {
        viewer.with(|viewer| viewer.me.clone()).map_or_else(
            || {
                view! { <a class="quiet" href="/login" rel="external" hidden=move || at.get() == "/login">{words::LOG_IN}</a> }
                    .into_any()
            },
            |me| {
                view! {
                    <a class="me quiet" href="/me" rel="external">{me.name}</a>
                    <form method="post" action="/api/accounts/logout">
                        <button class="quiet">{words::LOG_OUT}</button>
                    </form>
                }
                .into_any()
            },
        )
    };
    view! {
        <header class="bar">
            <a class="home" href=move || if viewer.with(|v| v.me.is_some()) { "/rooms" } else { "/" }>
                <span class="lamp" aria-hidden="true"></span>
                {words::NAME}
            </a>
            <nav aria-label="Account">
                <button class="quiet theme by-script" type="button" aria-label=words::THEME title=words::THEME>
                    <span class="moon" aria-hidden="true"></span>
                </button>
                {who}
            </nav>
        </header>
    }
}
