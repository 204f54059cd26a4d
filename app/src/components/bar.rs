//! The bar at the head of every page.

use crate::app::viewer;
use crate::words;
use leptos::either::Either;
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
    // Who comes or goes loads a page anew, so none of this changes while one is looked at.
    let me = viewer().with_untracked(|viewer| viewer.me.clone());
    let home = if me.is_some() { "/rooms" } else { "/" };
    let at_login = use_location().pathname.with_untracked(|path| path == "/login");
    let who = match me {
        Some(me) => Either::Left(view! {
            <a class="me quiet" href="/me" rel="external">{me.name}</a>
            <form method="post" action="/api/accounts/logout">
                <button class="quiet">{words::LOG_OUT}</button>
            </form>
        }),
        None => {
            Either::Right(view! { <a class="quiet" href="/login" rel="external" hidden=at_login>{words::LOG_IN}</a> })
        }
    };
    view! {
        <header class="bar">
            <a class="home" href=home>
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
