//! The places one can go to, beside the talk.

use super::live::Live;
use crate::components::Close;
use crate::words;
use leptos::prelude::*;
use model::{ChannelId, Place};

/// The list of rooms; unread ones have a small lamp.
#[component]
pub fn Places(places: Vec<Place>, here: ChannelId) -> impl IntoView {
    let live: Live = expect_context();
    let first = StoredValue::new(places);
    let places = move || live.places.get().unwrap_or_else(|| first.get_value());
    let line = move |place: Place| {
        let current = place.channel.id == here;
        let unread = if current { 0 } else { place.unread };
        let lamp =
            (unread > 0).then(|| view! { <span class="unread" title=format!("{unread} unread")>{unread}</span> });
        let muted = if place.joined { "place" } else { "place outside" };
        view! {
            <li>
                <a class=muted href=format!("/rooms/{}", place.channel.id) aria-current=current.then_some("page")>
                    <span class="place-name">{place.channel.name}</span>
                    {lamp}
                </a>
            </li>
        }
    };
    view! {
        <nav id="places" class="side places" popover="auto" aria-label=words::PLACES>
            <div class="drawer-head">
                <h2>{words::PLACES}</h2>
                <Close drawer="places" />
            </div>
            <ul>{move || places().into_iter().map(line).collect_view()}</ul>
            <a class="quiet" href="/rooms">{words::ROOMS}</a>
        </nav>
    }
}
