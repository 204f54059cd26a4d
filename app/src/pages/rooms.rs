//! The rooms: where one may go.

use crate::app::viewer;
use crate::components::{Avatar, Scene, Trouble};
use crate::failure::Failure;
use crate::room::{Live, PlaceLine, shown as place_shown};
use crate::{api, browser, page_data, words};
use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use leptos_meta::Title;
use model::{ChannelId, ChannelKind, Code, EntityId, Place};
use std::time::Duration;

/// Sends those who are not logged in to the form, from the server by a redirect and in the browser by loading it.
pub fn trouble(failure: &Failure) -> impl IntoView + use<> {
    if failure.0.code == Code::NotLoggedIn {
        #[cfg(feature = "ssr")]
        leptos_axum::redirect("/login");
        browser::go("/login");
    }
    #[cfg(feature = "ssr")]
    crate::failure::answer_with(if failure.0.code == Code::NotLoggedIn { 302 } else { failure.0.code.status() });
    view! {
        <main id="main" class="narrow">
            <h1>{if failure.0.code == Code::NotFound { words::NOT_FOUND_TITLE } else { words::NOT_NOW_TITLE }}</h1>
            <p class="wrong" role="alert">{failure.0.message.clone()}</p>
            <p><a class="secondary" href="/" rel="external">{words::BACK}</a></p>
        </main>
    }
}

/// All rooms, with who is there.
#[component]
pub fn Rooms() -> impl IntoView {
    let places = page_data::needed(|| (), |()| api::rooms::list());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match places.await {
                    Ok(places) => Either::Left(view! { <List places /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

/// How often the list is asked for anew while it is looked at: who comes and goes elsewhere tells nobody here.
const REFRESH: Duration = Duration::from_secs(15);

#[component]
fn List(places: Vec<Place>) -> impl IntoView {
    let viewer = viewer().get_untracked();
    let live: Live = expect_context();
    let is_admin = viewer.me.as_ref().is_some_and(|me| me.is_admin);
    let problem = viewer.flash.as_ref().map(|flash| flash.problem.clone());
    let places = Memo::new(move |_| live.places.get().unwrap_or_else(|| places.clone()));
    Effect::new(move || {
        let asking = set_interval_with_handle(move || live.sync_if_seen(), REFRESH);
        on_cleanup(move || {
            if let Ok(asking) = asking {
                asking.clear();
            }
        });
    });
    let is_room = |place: &Place| place.channel.kind == ChannelKind::Room;
    let rooms = move || places.get().into_iter().filter(is_room).collect::<Vec<Place>>();
    let chats = move |away: bool| {
        let wanted = |place: &Place| !is_room(place) && place.put_away == away;
        places.get().into_iter().filter(wanted).collect::<Vec<Place>>()
    };
    let chat = |place: Place| view! { <li><PlaceLine place current=false /></li> };
    let empty = move || {
        let words = if is_admin { words::ROOMS_EMPTY_ADMIN } else { words::ROOMS_EMPTY };
        rooms().is_empty().then(|| view! { <p class="notice">{words}</p> })
    };
    let title = live.titled(|| words::ROOMS.to_owned(), None);
    view! {
        <Title text=title />
        <main id="main" class="wide">
            <div class="page-head">
                <h1>{words::ROOMS}</h1>
                {is_admin
                    .then(|| {
                        view! {
                            <div class="ways">
                                <form class="by-script" method="post" action="/api/accounts/invite" data-shows="link">
                                    <button class="quiet" title=words::INVITATION>{words::INVITE}</button>
                                </form>
                                <a class="secondary" href="/rooms/new" rel="external">
                                    {words::NEW_ROOM}
                                </a>
                            </div>
                        }
                    })}
            </div>
            <Trouble problem />
            <section class="chats">
                <div class="page-head">
                    <h2>{words::CHATS}</h2>
                    <a class="secondary" href="/new" rel="external">{words::BEGIN}</a>
                </div>
                <ul><For each=move || chats(false) key=place_shown children=chat /></ul>
                <details hidden=move || chats(true).is_empty()>
                    <summary>{words::PUT_AWAY_LIST}</summary>
                    <ul><For each=move || chats(true) key=place_shown children=chat /></ul>
                </details>
            </section>
            {empty}
            <ul class="rooms">
                <For each=rooms key=shown let:place>
                    <li>
                        <Card place />
                    </li>
                </For>
            </ul>
        </main>
    }
}

/// All of a place that its card shows.
fn shown(place: &Place) -> (ChannelId, i64, [i64; 3], [bool; 2], Vec<EntityId>) {
    let here = place.here.iter().map(|entity| entity.id).collect();
    (
        place.channel.id,
        place.channel.clock,
        [place.members, place.here_count, place.unread],
        [place.joined, place.mentioned],
        here,
    )
}

#[component]
fn Card(place: Place) -> impl IntoView {
    let shown = place.unread_shown();
    let Place { channel, joined, members, here, here_count, unread, mentioned, .. } = place;
    let path = format!("/rooms/{}", channel.id);
    let full = members >= i64::from(channel.capacity);
    let action = if joined {
        let unread =
            (unread > 0).then(|| view! { <span class="unread">{mentioned.then_some("@ ")}{shown}" new"</span> });
        EitherOf3::A(view! { <a class="secondary" href=path.clone()>{words::OPEN}</a> {unread} })
    } else if full {
        EitherOf3::B(view! { <span class="muted">{words::FULL}</span> })
    } else {
        EitherOf3::C(view! {
            <form method="post" action="/api/rooms/join">
                <input type="hidden" name="room" value=channel.id.to_string() />
                <button class="primary" aria-label=format!("{} {}", words::JOIN, channel.name)>{words::JOIN}</button>
            </form>
        })
    };
    let archived = channel.archived_at.is_some().then(|| view! { <p class="muted">{words::ARCHIVED}</p> });
    let title = channel.name.clone();
    view! {
        <article class="room-card">
            <Scene name=channel.name.clone() />
            <div class="body">
                <h2><a href=path>{title}</a></h2>
                <p>{channel.description}</p>
                {archived}
                <p class="who">
                    <span class="faces">{here.into_iter().map(|entity| view! { <Avatar entity /> }).collect_view()}</span>
                    <span class="muted">{here_count}" here · "{members}" of "{channel.capacity}</span>
                </p>
            </div>
            <div class="action">{action}</div>
        </article>
    }
}
