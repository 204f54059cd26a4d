//! The places one can go to, beside the talk.

use super::live::Live;
use crate::components::Close;
use crate::words;
use leptos::prelude::*;
use model::{ChannelId, ChannelKind, Place};

/// The list of rooms, then of private talk, newest first; unread ones have a small lamp.
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
    let is_room = |place: &Place| place.channel.kind == ChannelKind::Room;
    let part = move |rooms: bool| places().into_iter().filter(|place| is_room(place) == rooms).collect::<Vec<Place>>();
    // A line that has not changed stays the same element: else a click that is under way while the list comes anew is lost.
    let shown = |place: &Place| (place.channel.id, place.channel.name.clone(), place.unread, place.joined);
    let has_chats = Memo::new(move |_| !places().iter().all(is_room));
    view! {
        <nav id="places" class="side places" popover="auto" aria-label=words::PLACES>
            <div class="drawer-head">
                <h2>{words::PLACES}</h2>
                <Close drawer="places" />
            </div>
            <ul><For each=move || part(true) key=shown children=line /></ul>
            <a class="quiet" href="/rooms">{words::ROOMS}</a>
            {move || has_chats.get().then(|| view! { <h3>{words::CHATS}</h3> })}
            <ul><For each=move || part(false) key=shown children=line /></ul>
        </nav>
    }
}
