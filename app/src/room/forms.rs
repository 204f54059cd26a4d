//! Making and changing a room: for admins.

use crate::app::viewer;
use crate::components::{Ask, Field, Trouble};
use crate::pages::trouble;
use crate::{api, words};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::{ChannelId, Code, Problem, limits};

/// Fields of a room, filled with what it is or with what was typed.
#[component]
fn RoomForm(
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
        Some(false) => trouble(&Problem::new(Code::AdminOnly, "Only an admin can do this.").into()),
        None => trouble(&Problem::new(Code::NotLoggedIn, words::LOG_IN_FIRST).into()),
    }
}

/// A room that is there already.
#[component]
pub fn EditRoom() -> impl IntoView {
    let params = use_params_map();
    let opened = Resource::new_blocking(
        move || params.with(|params| params.get("room")),
        |room| async move {
            let missing = || Problem::new(Code::NotFound, words::NOT_FOUND);
            let id: ChannelId = room.and_then(|room| room.parse().ok()).ok_or_else(missing)?;
            api::rooms::open(id).await
        },
    );
    let is_admin = viewer().with_untracked(|viewer| viewer.me.as_ref().is_some_and(|me| me.is_admin));
    view! {
        <Title text=words::EDIT_ROOM />
        <Suspense>
            {move || Suspend::new(async move {
                match opened.await {
                    Ok(opened) if is_admin => {
                        let room = opened.channel;
                        let now = (room.name, room.description, room.capacity.to_string());
                        view! {
                            <main id="main" class="narrow">
                                <h1>{words::EDIT_ROOM}</h1>
                                <RoomForm action="/api/rooms/edit" room=Some(room.id) now />
                                <Ask id="archive" label=words::ARCHIVE hint=words::ARCHIVE_HINT yes=words::ARCHIVE_FOR_EVER action="/api/rooms/archive" room=room.id />
                            </main>
                        }
                        .into_any()
                    }
                    Ok(_) => trouble(&Problem::new(Code::AdminOnly, "Only an admin can do this.").into()),
                    Err(failure) => trouble(&failure),
                }
            })}
        </Suspense>
    }
}
