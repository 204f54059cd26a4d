//! The first page.

use crate::app::viewer;
use crate::components::Scene;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;

/// What this place is, and the way in.
#[component]
pub fn Welcome() -> impl IntoView {
    let viewer = viewer();
    let way_in = move || {
        if viewer.with(|viewer| viewer.me.is_some()) {
            view! { <a class="primary" href="/rooms">{words::TO_THE_ROOMS}</a> }.into_any()
        } else {
            view! {
                <a class="primary" href="/register">{words::COME_IN}</a>
                <a class="secondary" href="/login">{words::LOG_IN}</a>
            }
            .into_any()
        }
    };
    view! {
        <Title text=words::NAME />
        <main id="main" class="welcome">
            <div class="clearing" aria-hidden="true">
                <span class="firefly"></span>
                <span class="firefly"></span>
                <span class="firefly"></span>
                <span class="firefly"></span>
                <span class="firefly"></span>
            </div>
            <h1>{words::WELCOME_TITLE}</h1>
            <p class="lead">{words::WELCOME}</p>
            <p>{words::WELCOME_AIS}</p>
            <p class="ways">{way_in}</p>
            <div class="horizon">
                <Scene name=words::NAME.to_owned() />
            </div>
        </main>
    }
}
