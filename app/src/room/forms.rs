//! The form of a room, and making one: for admins.

use crate::app::viewer;
use crate::components::{Field, Trouble};
use crate::pages::trouble;
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use model::{ChannelId, Code, Problem, limits};

/// Fields of a room, filled with what it is or with what was typed.
#[component]
pub(super) fn RoomForm(
    /// Where it is sent.
    action: &'static str,
    /// The room, where there is one already.
    room: Option<ChannelId>,
    /// Name, description and places as they are.
    now: (String, String, String),
) -> impl IntoView {
    let viewer = viewer().get_untracked();
    let problem = viewer.problem(action);
    let fill = |field: &str, now: String| {
        // What was emptied on purpose stays empty.
        if problem.is_some() { viewer.typed(action, field) } else { now }
    };
    let (name, description, capacity) = now;
    let description = fill("description", description);
    view! {
        <form class="card" method="post" action=action>
            <Trouble problem=problem.clone() fields=&["name", "capacity"] />
            {room.map(|room| view! { <input type="hidden" name="room" value=room.to_string() /> })}
            <Field name="name" label=words::ROOM_NAME value=fill("name", name) problem=problem.clone() />
            <div class="field">
                <label for="description">{words::ROOM_DESCRIPTION}</label>
                <textarea id="description" name="description" rows="3">{description}</textarea>
            </div>
            <Field name="capacity" kind="number" range=limits::CAPACITY label=words::ROOM_CAPACITY value=fill("capacity", capacity) problem=problem.clone() />
            <button class="primary">{words::SAVE}</button>
        </form>
    }
}

/// A new room.
#[component]
pub fn NewRoom() -> impl IntoView {
    let is_admin = viewer().with_untracked(|viewer| viewer.me.as_ref().map(|me| me.is_admin));
    match is_admin {
        Some(true) => view! {
            <Title text=words::NEW_ROOM />
            <main id="main" class="narrow">
                <h1>{words::NEW_ROOM}</h1>
                <RoomForm action="/api/rooms/create" room=None now=(String::new(), String::new(), "50".to_owned()) />
            </main>
        }
        .into_any(),
        Some(false) => trouble(&Problem::new(Code::AdminOnly, "Only an admin can do this.").into()).into_any(),
        None => trouble(&Problem::new(Code::NotLoggedIn, words::LOG_IN_FIRST).into()).into_any(),
    }
}
