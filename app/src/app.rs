//! The app: its pages, and what all of them share.
//!
//! Living pages change under the reader's eyes: the browser's half carries them. All others are still: they are forms
//! and links that the server renders, and the browser loads no wasm for them.

use crate::components::Bar;
use crate::pages::Rooms;
use crate::room::{Live, RoomPage};
use crate::visitor::Viewer;
use crate::{browser, page_data, words};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};
#[cfg(feature = "ssr")]
use {
    crate::pages::{
        Admin, Begin, Knowledge, LogIn, Memories, Mind, MyPage, NotFound, OneDocument, Person, Providers, Register,
        Reset, Studio, Usage, Welcome,
    },
    crate::room::{MessagePage, NewRoom, Settings},
};

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let viewer = SharedValue::<Viewer, page_data::Json>::new_with_encoding(|| {
        #[cfg(feature = "ssr")]
        let viewer = crate::visitor::viewer();
        #[cfg(not(feature = "ssr"))]
        let viewer = Viewer::default();
        viewer
    });
    let viewer: RwSignal<Viewer> = RwSignal::new(viewer.into_inner());
    provide_context(viewer);
    let live = Live::new();
    provide_context(live);
    Effect::new(move || {
        browser::keep_zone(viewer);
        let me = viewer.with_untracked(|viewer| viewer.me.as_ref().map(|me| me.id));
        live.me.set(me);
        if me.is_some() {
            #[cfg(feature = "hydrate")]
            live.begin();
        }
    });

    view! {
        <Title text=words::NAME formatter=|title: String| {
            let title = browser::in_title(title);
            if title == words::NAME { title } else { format!("{title} · {}", words::NAME) }
        } />
        <Router>
            <a class="skip" href="#main">{words::SKIP}</a>
            <Bar />
            <Pages />
        </Router>
    }
}

/// Whether the page at a path is alive: one of those that the browser knows, too.
#[cfg(feature = "ssr")]
pub fn is_alive(path: &str) -> bool {
    let Some(rest) = path.strip_prefix("/rooms") else { return false };
    rest.is_empty() || rest.strip_prefix('/').is_some_and(|room| room.parse::<model::ChannelId>().is_ok())
}

/// All pages.
#[cfg(feature = "ssr")]
#[component]
fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=NotFound>
            <Route path=path!("/") view=Welcome ssr=SsrMode::Async />
            <Route path=path!("/register") view=Register ssr=SsrMode::Async />
            <Route path=path!("/login") view=LogIn ssr=SsrMode::Async />
            <Route path=path!("/rooms") view=Rooms ssr=SsrMode::Async />
            <Route path=path!("/reset") view=Reset ssr=SsrMode::Async />
            <Route path=path!("/me") view=MyPage ssr=SsrMode::Async />
            <Route path=path!("/me/memories") view=Memories ssr=SsrMode::Async />
            <Route path=path!("/admin") view=Admin ssr=SsrMode::Async />
            <Route path=path!("/studio") view=Studio ssr=SsrMode::Async />
            <Route path=path!("/studio/:mind") view=Mind ssr=SsrMode::Async />
            <Route path=path!("/studio/:mind/knowledge") view=Knowledge ssr=SsrMode::Async />
            <Route path=path!("/studio/:mind/knowledge/:document") view=OneDocument ssr=SsrMode::Async />
            <Route path=path!("/providers") view=Providers ssr=SsrMode::Async />
            <Route path=path!("/usage") view=Usage ssr=SsrMode::Async />
            <Route path=path!("/new") view=Begin ssr=SsrMode::Async />
            <Route path=path!("/people/:member") view=Person ssr=SsrMode::Async />
            <Route path=path!("/rooms/new") view=NewRoom ssr=SsrMode::Async />
            <Route path=path!("/rooms/:room") view=RoomPage ssr=SsrMode::Async />
            <Route path=path!("/rooms/:room/messages/:seq") view=MessagePage ssr=SsrMode::Async />
            <Route path=path!("/rooms/:room/edit") view=Settings ssr=SsrMode::Async />
        </Routes>
    }
}

/// The living pages; whatever else is asked for comes from the server.
#[cfg(not(feature = "ssr"))]
#[component]
fn Pages() -> impl IntoView {
    view! {
        <Routes fallback=browser::reload>
            <Route path=path!("/rooms") view=Rooms ssr=SsrMode::Async />
            <Route path=path!("/rooms/:room") view=RoomPage ssr=SsrMode::Async />
        </Routes>
    }
}

/// Who looks at the page.
pub fn viewer() -> RwSignal<Viewer> {
    expect_context()
}
