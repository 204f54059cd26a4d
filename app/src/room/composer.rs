//! Where one says something. A plain form that posts without the wasm; alive, it sends without waiting.

use super::naming;
use super::outbox::draft_key;
use super::state::Room;
use crate::app::viewer;
use crate::components::Avatar;
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
        // Words that are posted already are no draft.
        if room.editing.with_untracked(Option::is_none) {
            browser::store(&key, &now);
        }
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
        room.trouble.set(None);
        told.set_value(0.0);
        room.say(body);
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        say();
    };
    // Names that fit what is typed, and the one that the keys have come to.
    let caret = RwSignal::new(0);
    let dismissed = RwSignal::new(false);
    let chosen = RwSignal::new(0_usize);
    let names = Memo::new(move |_| {
        let fitting =
            text.with(|text| naming::typed(text, caret.get()).map(|(_, letters)| naming::fitting(room, letters)));
        if dismissed.get() { Vec::new() } else { fitting.unwrap_or_default() }
    });
    let call = move |name: &str| {
        let completed = text.with_untracked(|text| naming::completed(text, caret.get_untracked(), name));
        if let (Some((before, after)), Some(field)) = (completed, field.get_untracked()) {
            let whole = before.clone() + &after;
            field.set_value(&whole);
            let at = u32::try_from(before.encode_utf16().count()).ok();
            let _ = field.set_selection_start(at);
            let _ = field.set_selection_end(at);
            let _ = field.focus();
            caret.set(before.len());
            text.set(whole);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.is_composing() {
            return;
        }
        let key = event.key();
        let found = names.with_untracked(Vec::len);
        match key.as_str() {
            "ArrowDown" | "ArrowUp" if found > 0 => {
                let step = if key == "ArrowDown" { 1 } else { found - 1 };
                chosen.update(|chosen| *chosen = (*chosen + step) % found);
            }
            "Enter" | "Tab" if found > 0 && !event.shift_key() => {
                let name = names.with_untracked(|names| names[chosen.get_untracked().min(found - 1)].name.clone());
                call(&name);
            }
            "Escape" if found > 0 => dismissed.set(true),
            "Escape" => {
                room.stop_acting();
                return;
            }
            "Enter" if !event.shift_key() => say(),
            "ArrowUp" if text.with_untracked(String::is_empty) => room.begin_editing(None),
            _ => return,
        }
        event.prevent_default();
    };
    let on_input = move |event| {
        let value = event_target_value(&event);
        let writes = !value.trim().is_empty();
        chosen.set(0);
        dismissed.set(false);
        let at = field.get_untracked().and_then(|field| field.selection_end().ok().flatten());
        caret.set(at.map_or(value.len(), |units| naming::caret(&value, units)));
        text.set(value);
        let now = browser::now_ms();
        if writes && now - told.get_value() > TELL_EVERY {
            told.set_value(now);
            room.typing(false);
        } else if !writes && told.get_value() > 0.0 {
            told.set_value(0.0);
            room.typing(true);
        }
    };
    on_cleanup(move || {
        if told.try_get_value().is_some_and(|at| at > 0.0) {
            room.typing(true);
        }
    });
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
    let list = move || {
        names.get().into_iter().enumerate().map(|(at, entity)| {
            let name = entity.name.clone();
            // On pressing, not on the click after it: the field keeps the focus.
            let choose = move |event: leptos::ev::PointerEvent| {
                event.prevent_default();
                call(&name);
            };
            view! {
                <li role="option" id=format!("name-{at}") aria-selected=move || (chosen.get() == at).to_string() on:pointerdown=choose>
                    <Avatar entity=entity.clone() />
                    {entity.name}
                </li>
            }
        }).collect_view()
    };
    let acting = move || {
        let words = match (room.editing.get(), room.answering.get()) {
            (Some(_), _) => words::EDITING.to_owned(),
            (None, Some(message)) => format!("{} {}", words::ANSWERING, message.author.name),
            (None, None) => return None,
        };
        // Whoever changes a question may want another answer to it.
        let again = room.editing.get().filter(|id| room.concerns_ais(*id)).map(|id| {
            let ask = move |_| {
                let body = text.get_untracked();
                if limits::BODY.contains(&limits::length(&body)) {
                    room.change(id, body, true);
                }
            };
            view! { <button class="quiet" type="button" on:click=ask>{words::SAVE_AND_ASK}</button> }
        });
        Some(view! {
            <p class="acting" role="status">
                {words} " "
                {again}
                <button class="quiet" type="button" on:click=move |_| room.stop_acting()>{words::CANCEL}</button>
            </p>
        })
    };
    // Said before it hurts: when a fifth is left.
    let quota = move || {
        let quota = room.quota.get().filter(|quota| quota.left * 5 <= quota.limit);
        quota.map(|quota| view! { <p class="hint" role="status">{format!("{} {} {}", quota.left.max(0), words::LEFT_OF, quota.limit)}</p> })
    };
    let trouble = move || room.trouble.get().map(|why| view! { <p class="wrong" role="alert">{why}</p> });
    // Whoever begins to answer or to change something goes on in the field.
    Effect::new(move |before: Option<()>| {
        let begun = room.editing.get().is_some() || room.answering.with(Option::is_some);
        if before.is_some()
            && begun
            && let Some(field) = field.get_untracked()
        {
            let _ = field.focus();
        }
    });
    // Where the place itself is off the record there is nothing to choose.
    let place = Memo::new(move |_| room.picture.with(|picture| picture.channel.off_record));
    let record = view! {
        <label class="record">
            <input
                type="checkbox"
                name="off_record"
                value="true"
                disabled=place
                prop:checked=move || place.get() || room.off_record.get()
                on:change=move |event| room.off_record.set(event_target_checked(&event))
            />
            <span>{move || if place.get() { words::PLACE_OFF_RECORD } else { words::SAY_OFF_RECORD }}</span>
        </label>
    };
    view! {
        <p class="writers" aria-live="polite">{writers}</p>
        {acting}
        {trouble}
        {quota}
        <ul class="names" id="names" role="listbox" aria-label=words::NAMES hidden=move || names.with(Vec::is_empty)>{list}</ul>
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
                aria-autocomplete="list"
                aria-controls="names"
                aria-activedescendant=move || (!names.with(Vec::is_empty)).then(|| format!("name-{}", chosen.get()))
                on:input=on_input
                on:keydown=on_key
            >
                {typed}
            </textarea>
            <button class="primary">{words::SEND}</button>
            {record}
        </form>
        {too_long}
    }
}
