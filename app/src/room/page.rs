//! The page of a room.

use super::composer::Composer;
use super::here::{Faces, Here};
use super::live::Live;
use super::picture::Picture;
use super::places::Places;
use super::state::Room;
use super::talk::Talk;
use crate::app::viewer;
use crate::components::{Ask, Scene, Trouble};
use crate::failure::Failure;
use crate::pages::trouble;
use crate::{api, page_data, words};
use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::channels::Opened;
use model::{ChannelId, ChannelKind, Code, EntityKind, History, Place, Problem};

/// Reads which room the address names.
fn named(room: Option<String>) -> Result<ChannelId, Failure> {
    let missing = || Failure(Problem::new(Code::NotFound, words::NOT_FOUND));
    room.and_then(|room| room.parse().ok()).ok_or_else(missing)
}

/// What the page needs at first: the room, from a place in its history where the address says so, and the places.
async fn load(room: Option<String>, before: Option<i64>, at: Option<i64>) -> Result<(Opened, Vec<Place>), Failure> {
    let id = named(room)?;
    let mut opened = api::rooms::open(id).await?;
    if opened.joined && (before.is_some() || at.is_some()) {
        opened.page = api::messages::history(id, before.filter(|_| at.is_none()), None, at).await?;
    }
    Ok((opened, api::rooms::list().await?))
}

/// A room.
#[component]
pub fn RoomPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let source = move || {
        let seq = |name: &str| query.with(|query| query.get(name).and_then(|seq| seq.parse().ok()));
        (params.with(|params| params.get("room")), seq("before"), seq("at"))
    };
    let loaded = page_data::needed(source, |(room, before, at)| load(room, before, at));
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok((opened, places)) => Either::Left(view! { <Inside opened places /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Inside(opened: Opened, places: Vec<Place>) -> impl IntoView {
    let viewer = viewer();
    let live: Live = expect_context();
    let me = viewer.with_untracked(|viewer| viewer.me.clone());
    let Some(me) = me else {
        return Either::Left(trouble(&Failure(Problem::new(Code::NotLoggedIn, words::LOG_IN_FIRST))));
    };
    let (joined, local_model, is_admin) = (opened.joined, opened.local_model, me.is_admin);
    live.know_blocked(opened.blocked.clone());
    let has_ai = opened.members.iter().any(|member| member.entity.kind == EntityKind::Ai);
    let room = Room::new(me.id, opened);
    if joined {
        Effect::new(move || live.enter(room));
        on_cleanup(move || live.leave(room.id));
    }
    let (id, kind) = (room.id, room.kind());
    let may_leave = joined && kind != ChannelKind::Chat;
    let leave_hint = if kind == ChannelKind::Circle { words::LEAVE_CIRCLE_HINT } else { words::LEAVE_HINT };
    let with_settings = joined || (is_admin && kind == ChannelKind::Room);
    // The page's title is set by an effect that may run once more after the room is left: it must not need the room.
    let name = move || room.picture.try_with(|picture| picture.title(room.me)).unwrap_or_default();
    // A circle has none: there everybody can see what those who come will read.
    let description = move || {
        let told = |picture: &Picture| match (picture.channel.kind, picture.channel.history) {
            (ChannelKind::Circle, History::Whole) => words::PROMISE_WHOLE.to_owned(),
            (ChannelKind::Circle, History::FromJoining) => words::PROMISE_FROM_JOINING.to_owned(),
            _ => picture.channel.description.clone(),
        };
        room.picture.try_with(told).unwrap_or_default()
    };
    let offline = move || {
        (live.began.get() && !live.connected.get())
            .then(|| view! { <p class="offline" role="status">{words::OFFLINE}</p> })
    };
    let problem = viewer.with_untracked(|viewer| {
        let refused = |endpoint: &str| viewer.problem(endpoint);
        refused("/api/rooms/join")
            .or_else(|| refused("/api/messages/post"))
            .or_else(|| refused("/api/rooms/leave"))
            .or_else(|| refused("/api/chats/open"))
    });
    let local_note =
        (local_model && joined && has_ai).then(|| view! { <p class="local-model">{words::LOCAL_MODEL}</p> });
    // Not made anew at each message: what is being typed stays.
    let closed =
        Memo::new(move |_| if room.is_archived() { Some(words::ARCHIVED.to_owned()) } else { room.closed.get() });
    let bottom = move || {
        if let Some(why) = closed.get() {
            // A private chat is closed because an AI was taken out of it: the same door lets it in again.
            let back = room.other.filter(|_| room.is_archived()).map(|other| {
                view! {
                    <form method="post" action="/api/chats/open">
                        <input type="hidden" name="with" value=other.to_string() />
                        <button class="primary">{words::ASK_BACK}</button>
                    </form>
                }
            });
            EitherOf3::A(view! { <p class="notice">{why}</p> {back} })
        } else if joined {
            EitherOf3::B(view! { <Composer room /> })
        } else {
            EitherOf3::C(view! {
                <form class="join" method="post" action="/api/rooms/join">
                    <p>{words::JOIN_HINT}</p>
                    <input type="hidden" name="room" value=id.to_string() />
                    <button class="primary">{words::JOIN}</button>
                </form>
            })
        }
    };
    let title = live.titled(name, Some(id));
    Either::Right(view! {
        <Title text=title />
        <div class="room">
            <Places places here=id />
            <main id="main" class="talk-column">
                <header class="room-head">
                    {move || view! { <Scene name=name() /> }}
                    <div class="title">
                        <button class="quiet only-small" type="button" popovertarget="places">{words::PLACES}</button>
                        <h1>{name}</h1>
                        <button class="quiet only-small" type="button" popovertarget="here">{words::HERE}</button>
                    </div>
                    <p class="description">{description}</p>
                    <Faces room />
                    <div class="room-actions">
                        {(joined && kind == ChannelKind::Room).then(|| view! { <a class="quiet" href=format!("/new?aside={id}") rel="external" title=words::STEP_ASIDE_HINT>{words::STEP_ASIDE}</a> })}
                        {with_settings.then(|| view! { <a class="quiet" href=format!("/rooms/{id}/edit") rel="external">{words::SETTINGS}</a> })}
                        {may_leave.then(|| view! {
                            <Ask id="leave" label=words::LEAVE hint=leave_hint yes=words::LEAVE_NOW action="/api/rooms/leave" about=("room", id.to_string()) />
                        })}
                    </div>
                </header>
                {joined.then(|| view! { <Talk room /> })}
                <footer class="foot" class:outside=!joined>
                    {offline}
                    <Trouble problem />
                    {local_note}
                    {bottom}
                </footer>
            </main>
            <Here room />
        </div>
    })
}
