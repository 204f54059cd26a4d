//! The places one can go to, beside the talk.

use super::live::Live;
use crate::components::Close;
use crate::words;
use leptos::prelude::*;
use model::channels::Last;
use model::{ChannelId, ChannelKind, Place};

/// The list of rooms, then of private talk, newest first; unread ones have a small lamp.
#[component]
pub fn Places(places: Vec<Place>, here: ChannelId) -> impl IntoView {
    let live: Live = expect_context();
    let first = StoredValue::new(places);
    let places = move || live.places.get().unwrap_or_else(|| first.get_value());
    let line = move |place: Place| {
        let current = place.channel.id == here;
        view! { <li><PlaceLine place current /></li> }
    };
    let is_room = |place: &Place| place.channel.kind == ChannelKind::Room;
    let part = move |rooms: bool| {
        let here = |place: &Place| place.channel.id == here || !place.put_away;
        places().into_iter().filter(|place| is_room(place) == rooms && here(place)).collect::<Vec<Place>>()
    };
    view! {
        <nav id="places" class="side places" popover="auto" aria-label=words::PLACES>
            <div class="drawer-head">
                <h2>{words::PLACES}</h2>
                <Close drawer="places" />
            </div>
            <ul><For each=move || part(true) key=shown children=line /></ul>
            <a class="quiet" href="/rooms">{words::ROOMS}</a>
            <h3>{words::CHATS}</h3>
            <ul><For each=move || part(false) key=shown children=line /></ul>
            <a class="quiet" href="/new" rel="external">{words::BEGIN}</a>
        </nav>
    }
}

/// All of a place that its line shows. A line that has not changed stays the same element: else a click that is under
/// way while the list comes anew is lost.
pub fn shown(place: &Place) -> (ChannelId, String, i64, [bool; 4], Option<Last>) {
    let marks = [place.joined, place.mentioned, place.muted, place.put_away];
    let last = place.last.clone().filter(|_| place.channel.kind != ChannelKind::Room);
    (place.channel.id, place.channel.name.clone(), place.unread, marks, last)
}

/// A place in a list: its name, what was said last, and what waits there.
#[component]
pub fn PlaceLine(place: Place, current: bool) -> impl IntoView {
    let unread = if current { 0 } else { place.unread };
    let lamp = (unread > 0).then(|| {
        let class = if place.muted { "unread quietly" } else { "unread" };
        let mention = place.mentioned.then_some("@");
        let shown = place.unread_shown();
        view! { <span class=class title=if place.mentioned { words::MENTIONED } else { "" }>{mention}{shown}</span> }
    });
    let muted = place.muted.then(|| view! { <span class="hint">{words::MUTED}</span> });
    let last = place.last.filter(|_| place.channel.kind != ChannelKind::Room);
    let last = last.map(|last| view! { <span class="last">{last.author} ": " {last.text}</span> });
    view! {
        <a class=if place.joined { "place" } else { "place outside" } href=format!("/rooms/{}", place.channel.id) aria-current=current.then_some("page")>
            <span class="place-name">{place.channel.name}</span>
            {muted}
            {lamp}
            {last}
        </a>
    }
}
