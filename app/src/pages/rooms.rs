//! The rooms: where one may go.

use crate::app::viewer;
use crate::components::{Avatar, Scene, Trouble};
use crate::failure::Failure;
use crate::{api, browser, words};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use model::{Code, Place};

/// Sends those who are not logged in to the form, from the server by a redirect and in the browser by loading it.
pub fn trouble(failure: &Failure) -> AnyView {
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
            <p><a class="secondary" href="/">{words::BACK}</a></p>
        </main>
    }
    .into_any()
}

/// All rooms, with who is there.
#[component]
pub fn Rooms() -> impl IntoView {
    let places = Resource::new_blocking(|| (), |()| api::rooms::list());
    view! {
        <Title text=words::ROOMS />
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

#[component]
fn List(places: Vec<Place>) -> impl IntoView {
    let viewer = viewer().get_untracked();
    let is_admin = viewer.me.as_ref().is_some_and(|me| me.is_admin);
    let problem = viewer.flash.as_ref().map(|flash| flash.problem.clone());
    let empty = places.is_empty().then(|| view! { <p class="notice">{words::ROOMS_EMPTY}</p> });
    view! {
        <main id="main" class="wide">
            <div class="page-head">
                <h1>{words::ROOMS}</h1>
                {is_admin
                    .then(|| {
                        view! {
                            <div class="ways">
                                <Invite />
                                <a class="secondary" href="/rooms/new">
                                    {words::NEW_ROOM}
                                </a>
                            </div>
                        }
                    })}
            </div>
            <Trouble problem />
            {empty}
            <ul class="rooms">{places.into_iter().map(|place| view! { <li><Card place /></li> }).collect_view()}</ul>
            <form class="aside" method="post" action="/api/accounts/logout-everywhere">
                <button class="quiet">{words::LOG_OUT_EVERYWHERE}</button>
            </form>
        </main>
    }
}

/// Makes a link by which one person can come in, and shows it to be handed on.
#[component]
fn Invite() -> impl IntoView {
    let made = RwSignal::new(None::<String>);
    let make = move |_| {
        spawn_local(async move {
            let said = match api::accounts::invite().await {
                Ok(invitation) => browser::absolute(&invitation.link),
                Err(failure) => failure.0.message,
            };
            made.set(Some(said));
        });
    };
    let shown = move || {
        made.get()
            .map(|link| view! { <input class="link" readonly=true aria-label=words::INVITATION prop:value=link /> })
    };
    view! {
        {shown}
        <button class="quiet" type="button" on:click=make>{words::INVITE}</button>
    }
}

#[component]
fn Card(place: Place) -> impl IntoView {
    let Place { channel, joined, members, here, here_count, unread } = place;
    let path = format!("/rooms/{}", channel.id);
    let full = members >= i64::from(channel.capacity);
    let action = if joined {
        let unread = (unread > 0).then(|| view! { <span class="unread">{unread}" new"</span> });
        view! { <a class="secondary" href=path.clone()>{words::OPEN}</a> {unread} }.into_any()
    } else if full {
        view! { <span class="muted">{words::FULL}</span> }.into_any()
    } else {
        view! {
            <form method="post" action="/api/rooms/join">
                <input type="hidden" name="room" value=channel.id.to_string() />
                <button class="primary" aria-label=format!("{} {}", words::JOIN, channel.name)>{words::JOIN}</button>
            </form>
        }
        .into_any()
    };
    let title = channel.name.clone();
    view! {
        <article class="room-card">
            <Scene name=channel.name.clone() />
            <div class="body">
                <h2><a href=path>{title}</a></h2>
                <p>{channel.description}</p>
                <p class="who">
                    <span class="faces">{here.into_iter().map(|entity| view! { <Avatar entity /> }).collect_view()}</span>
                    <span class="muted">{here_count}" here · "{members}" of "{channel.capacity}</span>
                </p>
            </div>
            <div class="action">{action}</div>
        </article>
    }
}
