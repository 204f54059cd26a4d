//! Where no path leads.

use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;

/// Says so, with the status 404.
#[component]
pub fn NotFound() -> impl IntoView {
    crate::failure::answer_with(404);
    view! {
        <Title text=words::NOT_FOUND_TITLE />
        <main id="main" class="narrow">
            <h1>{words::NOT_FOUND_TITLE}</h1>
            <p>{words::NOT_FOUND}</p>
            <p>
                <a class="secondary" href="/">
                    {words::BACK}
                </a>
            </p>
        </main>
    }
}
