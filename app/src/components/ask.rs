//! A button that asks before it does what is not easily undone. A popover, so it asks without scripts too.

use crate::words;
use leptos::prelude::*;

/// Asks, and then sends a form.
#[component]
pub fn Ask(
    /// What the popover is called in the page.
    id: &'static str,
    /// The button that asks.
    label: &'static str,
    /// What will happen.
    hint: &'static str,
    /// The button that does it.
    yes: &'static str,
    /// Where the form goes.
    action: &'static str,
    /// What it is about: a field and its value.
    about: (&'static str, String),
) -> impl IntoView {
    view! {
        <button class="quiet" type="button" popovertarget=id>
            {label}
        </button>
        <form id=id class="ask" popover="auto" method="post" action=action>
            <input type="hidden" name=about.0 value=about.1 />
            <p>{hint}</p>
            <div class="ways">
                <button class="secondary danger">{yes}</button>
                <button class="quiet" type="button" popovertarget=id popovertargetaction="hide">
                    {words::STAY}
                </button>
            </div>
        </form>
    }
}
