//! Where one says something. A plain form that posts without the wasm; alive, it sends without waiting.

use super::outbox::draft_key;
use super::state::Room;
use crate::app::viewer;
use crate::{browser, words};
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use model::{ClientKey, limits};

const POST: &str = "/api/messages/post";
/// How often others are told that one writes, in milliseconds.
const TELL_EVERY: f64 = 3_000.0;

/// The text field and its button.
#[component]
pub fn Composer(room: Room) -> impl IntoView {
    let typed = viewer().with_untracked(|viewer| viewer.typed(POST, "body"));
    let text = room.draft;
    if !typed.is_empty() {
        text.set(typed.clone());
    }
    let field = NodeRef::<html::Textarea>::new();
    let key = draft_key(room.me, room.id);
    let told = StoredValue::new(0.0_f64);

    let stored = key.clone();
    Effect::new(move |before: Option<()>| {
        if before.is_none() && text.with_untracked(String::is_empty) {
            // What was typed before the wasm was there is in the field already.
            let waiting = field.get_untracked().map(|field| field.value()).filter(|value| !value.is_empty());
            if let Some(draft) = waiting.or_else(|| browser::stored(&stored)) {
                text.set(draft);
            }
        }
    });
    Effect::new(move |_| {
        let now = text.get();
        browser::store(&key, &now);
        if let Some(field) = field.get()
            && field.value() != now
        {
            field.set_value(&now);
        }
    });

    let say = move || {
        let body = text.get_untracked();
        let length = limits::length(&body);
        if length == 0 || length > *limits::BODY.end() {
            return;
        }
        text.set(String::new());
        told.set_value(0.0);
        room.say(body);
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        say();
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            say();
        }
    };
    let on_input = move |event| {
        let value = event_target_value(&event);
        let writes = !value.trim().is_empty();
        text.set(value);
        let now = browser::now_ms();
        if writes && now - told.get_value() > TELL_EVERY {
            told.set_value(now);
            room.typing();
        }
    };
    let too_long = move || {
        let length = text.with(|text| limits::length(text));
        let most = *limits::BODY.end();
        (length > most).then(|| view! { <p class="wrong" role="status">{format!("{length} of {most} characters: shorten it or send it in parts.")}</p> })
    };
    let writers = move || {
        let names = room.typing.with(|typing| typing.iter().map(|(who, _)| who.name.clone()).collect::<Vec<_>>());
        match names.as_slice() {
            [] => String::new(),
            [one] => format!("{one} {}", words::WRITING),
            [one, other] => format!("{one} and {other} are writing"),
            [one, ..] => format!("{one} and {} others are writing", names.len() - 1),
        }
    };
    view! {
        <p class="writers" aria-live="polite">{writers}</p>
        <form class="composer" method="post" action=POST on:submit=on_submit>
            <input type="hidden" name="channel" value=room.id.to_string() />
            <input type="hidden" name="client_key" value=ClientKey::new().to_string() />
            <textarea
                node_ref=field
                name="body"
                rows="1"
                dir="auto"
                required=true
                aria-label=words::COMPOSER
                placeholder=words::COMPOSER
                title=words::COMPOSER_HINT
                on:input=on_input
                on:keydown=on_key
            >
                {typed}
            </textarea>
            <button class="primary">{words::SEND}</button>
        </form>
        {too_long}
    }
}
