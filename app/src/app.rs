//! The app: its pages, and what all of them share.

use crate::components::Bar;
use crate::pages::{LogIn, NotFound, Register, Rooms, Welcome};
use crate::room::{EditRoom, Live, NewRoom, RoomPage};
use crate::visitor::Viewer;
use crate::{browser, words};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let viewer = SharedValue::new(|| {
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
        if viewer.with_untracked(|viewer| viewer.me.is_some()) {
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
            <Routes fallback=NotFound>
                <Route path=path!("/") view=Welcome ssr=SsrMode::Async />
                <Route path=path!("/register") view=Register ssr=SsrMode::Async />
                <Route path=path!("/login") view=LogIn ssr=SsrMode::Async />
                <Route path=path!("/rooms") view=Rooms ssr=SsrMode::Async />
                <Route path=path!("/rooms/new") view=NewRoom ssr=SsrMode::Async />
                <Route path=path!("/rooms/:room") view=RoomPage ssr=SsrMode::Async />
                <Route path=path!("/rooms/:room/edit") view=EditRoom ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}

/// Who looks at the page.
pub fn viewer() -> RwSignal<Viewer> {
    expect_context()
}
