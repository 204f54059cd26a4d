//! Registering and logging in: plain forms, before and without the wasm.

use crate::app::viewer;
use crate::components::{Field, Trouble};
use crate::words;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

const REGISTER: &str = "/api/accounts/register";
const LOG_IN: &str = "/api/accounts/login";
const RESET: &str = "/api/accounts/reset";

/// Who is in already goes on to the rooms.
fn in_already() {
    if viewer().with_untracked(|viewer| viewer.me.is_some()) {
        leptos_axum::redirect("/rooms");
    }
}

/// The form for those who are new.
#[component]
pub fn Register() -> impl IntoView {
    in_already();
    let viewer = viewer().get_untracked();
    let invitation = use_query_map().with_untracked(|query| query.get("invitation")).unwrap_or_default();
    let problem = viewer.problem(REGISTER);
    let by_invitation = invitation.is_empty() && !viewer.doors.open;
    view! {
        <Title text=words::REGISTER_TITLE />
        <main id="main" class="narrow">
            <h1>{words::REGISTER_TITLE}</h1>
            {by_invitation.then(|| view! { <p class="notice">{words::BY_INVITATION}</p> })}
            <form class="card" method="post" action=REGISTER hidden=by_invitation>
                <Trouble problem=problem.clone() fields=&["name", "email", "password"] />
                <Field name="name" label=words::NAME_FIELD hint=words::NAME_HINT autocomplete="nickname" value=viewer.typed(REGISTER, "name") problem=problem.clone() />
                <Field name="email" kind="email" label=words::EMAIL_FIELD hint=words::EMAIL_HINT autocomplete="email" value=viewer.typed(REGISTER, "email") problem=problem.clone() />
                <Field name="password" kind="password" label=words::PASSWORD_FIELD hint=words::PASSWORD_HINT autocomplete="new-password" problem=problem />
                <input type="hidden" name="invitation" value=invitation />
                <button class="primary">{words::REGISTER}</button>
            </form>
            <p class="aside">{words::HAVE_ACCOUNT} " " <a href="/login">{words::LOG_IN}</a></p>
        </main>
    }
}

/// The form for those who have been here.
#[component]
pub fn LogIn() -> impl IntoView {
    in_already();
    let viewer = viewer().get_untracked();
    let problem = viewer.problem(LOG_IN);
    let samples = viewer.doors.demonstration.then(|| {
        view! {
            <section class="notice">
                <p>{words::SAMPLES}</p>
                <ul>
                    <li>"alice@test.com · alice123"</li>
                    <li>"carol@test.com · carol123"</li>
                    <li>"testadmin@thegathering.com · adminpass"</li>
                </ul>
            </section>
        }
    });
    view! {
        <Title text=words::LOG_IN />
        <main id="main" class="narrow">
            <h1>{words::LOG_IN}</h1>
            <form class="card" method="post" action=LOG_IN>
                <Trouble problem=problem.clone() fields=&["login", "password"] />
                <Field name="login" label=words::LOGIN_FIELD autocomplete="username" value=viewer.typed(LOG_IN, "login") problem=problem.clone() />
                <Field name="password" kind="password" label=words::PASSWORD_FIELD autocomplete="current-password" problem=problem />
                <button class="primary">{words::LOG_IN}</button>
            </form>
            {samples}
            <p class="aside">{words::NO_ACCOUNT} " " <a href="/register">{words::REGISTER}</a></p>
        </main>
    }
}

/// The form behind a link from an admin: a new password.
#[component]
pub fn Reset() -> impl IntoView {
    let viewer = viewer().get_untracked();
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let problem = viewer.problem(RESET);
    view! {
        <Title text=words::RESET_TITLE />
        <main id="main" class="narrow">
            <h1>{words::RESET_TITLE}</h1>
            <form class="card" method="post" action=RESET>
                <Trouble problem=problem.clone() fields=&["password"] />
                <Field name="password" kind="password" label=words::NEW_PASSWORD hint=words::PASSWORD_HINT autocomplete="new-password" problem=problem />
                <input type="hidden" name="token" value=token />
                <button class="primary">{words::SAVE}</button>
            </form>
        </main>
    }
}
