//! One's own page: profile, ways in, where one is logged in, whom one has blocked, and going for good.

use crate::app::viewer;
use crate::components::{Bars, Field, SpentTable, Trouble, count};
use crate::failure::Failure;
use crate::pages::trouble;
use crate::visitor::{me, space, visitor};
use crate::{when, words};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use model::accounts::{OwnSession, Profile, Quota};
use model::{Entity, Me, Used, limits};

const EDIT: &str = "/api/accounts/edit";
const PASSWORD: &str = "/api/accounts/password";
const EMAIL: &str = "/api/accounts/email";
const DELETE: &str = "/api/accounts/delete";

/// All that the page shows.
struct Shown {
    me: Me,
    profile: Profile,
    sessions: Vec<OwnSession>,
    blocked: Vec<Entity>,
    quota: Option<Quota>,
    used: Used,
}

async fn load() -> Result<Shown, Failure> {
    let (space, me, visitor) = (space()?, me()?, visitor());
    Ok(Shown {
        profile: domain::accounts::own::profile(&space, me.id).await?,
        sessions: domain::accounts::own::own_sessions(&space, me.id, visitor.session.as_deref()).await?,
        blocked: domain::entities::blocks::blocked(&space, me.id).await?,
        quota: domain::accounts::quota(&space, me.id).await?,
        used: domain::minds::usage::own(&space, me.id, 30).await?,
        me,
    })
}

/// The page.
#[component]
pub fn MyPage() -> impl IntoView {
    view! {
        <Title text=words::MY_PAGE />
        <Suspense>
            {Suspend::new(async move {
                match load().await {
                    Ok(shown) => Either::Left(view! { <Show shown /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Show(shown: Shown) -> impl IntoView {
    let Shown { me, profile, sessions, blocked, quota, used } = shown;
    let viewer = viewer().get_untracked();
    let left = quota.map(|Quota { limit, left }| {
        view! { <p class="notice">{format!("{left} of your {limit} messages of this week are left.")}</p> }
    });
    let admin = me.is_admin.then(|| view! { <p><a class="secondary" href="/admin">{words::ADMIN}</a></p> });
    let password = viewer.problem(PASSWORD);
    let email = viewer.problem(EMAIL);
    let delete = viewer.problem(DELETE);
    view! {
        <main id="main" class="narrow">
            <h1>{words::MY_PAGE}</h1>
            {admin}
            {left}
            <p><a class="secondary" href="/me/memories">{words::MEMORIES_OPEN}</a></p>
            <ProfileForm profile=profile.clone() />
            <form class="card" method="post" action=PASSWORD>
                <h2>{words::CHANGE_PASSWORD}</h2>
                <Trouble problem=password.clone() fields=&["password", "new_password"] />
                <Field name="password" kind="password" label=words::PRESENT_PASSWORD autocomplete="current-password" problem=password.clone() />
                <Field name="new_password" kind="password" label=words::NEW_PASSWORD hint=words::PASSWORD_HINT autocomplete="new-password" problem=password />
                <p class="hint">{words::CHANGE_PASSWORD_HINT}</p>
                <button class="secondary">{words::SAVE}</button>
            </form>
            <form class="card" method="post" action=EMAIL>
                <h2>{words::CHANGE_EMAIL}</h2>
                <Trouble problem=email.clone() fields=&["email"] />
                <div class="field">
                    <label for="email">{words::EMAIL_FIELD}</label>
                    <input id="email" name="email" type="email" required=true value=if email.is_some() { viewer.typed(EMAIL, "email") } else { profile.email } />
                    {email.filter(|problem| problem.field.as_deref() == Some("email")).map(|problem| view! { <p class="wrong" role="alert">{problem.message}</p> })}
                </div>
                <div class="field">
                    <label for="email-password">{words::PRESENT_PASSWORD}</label>
                    <input id="email-password" name="password" type="password" required=true autocomplete="current-password" />
                </div>
                <button class="secondary">{words::SAVE}</button>
            </form>
            <Sessions sessions />
            <Blocked blocked />
            {(!used.minds.is_empty()).then(|| view! {
                <section class="card charts" id="spent">
                    <Bars label=words::TOKENS days=used.days.clone() of=|spent| spent.tokens_in + spent.tokens_out said=count />
                    <Bars label=words::REPLIES days=used.days.clone() of=|spent| spent.replies said=count />
                </section>
            })}
            <SpentTable caption=words::OWN_USAGE lines=used.minds.clone() />
            <form class="card" method="post" action=DELETE>
                <h2>{words::DELETE_ACCOUNT}</h2>
                <p>{words::DELETE_ACCOUNT_HINT}</p>
                <Trouble problem=delete />
                <label><input type="checkbox" name="empty" value="true" /> {words::DELETE_EMPTY}</label>
                <div class="field">
                    <label for="delete-password">{words::PRESENT_PASSWORD}</label>
                    <input id="delete-password" name="password" type="password" required=true autocomplete="current-password" />
                </div>
                <button class="secondary danger">{words::DELETE_ACCOUNT_NOW}</button>
            </form>
        </main>
    }
}

#[component]
fn ProfileForm(profile: Profile) -> impl IntoView {
    let viewer = viewer().get_untracked();
    let problem = viewer.problem(EDIT);
    let fill = |field: &str, now: String| if problem.is_some() { viewer.typed(EDIT, field) } else { now };
    let busy = if problem.is_some() { !viewer.typed(EDIT, "busy").is_empty() } else { profile.busy };
    let language = fill("language", profile.language);
    let languages = limits::LANGUAGES.iter().map(|(code, name)| {
        view! { <option value=*code selected=*code == language>{*name}</option> }
    });
    view! {
        <form class="card" method="post" action=EDIT>
            <h2>{words::PROFILE}</h2>
            <Trouble problem=problem.clone() fields=&["name", "status"] />
            <Field name="name" label=words::NAME_FIELD hint=words::NAME_HINT value=fill("name", profile.name) problem=problem.clone() />
            <div class="field">
                <label for="status">{words::STATUS}</label>
                <input id="status" name="status" maxlength="80" value=fill("status", profile.status) />
            </div>
            <label class="choice"><input type="checkbox" name="busy" value="true" checked=busy /> {words::BUSY_NOW}</label>
            <div class="field">
                <label for="bio">{words::BIO}</label>
                <textarea id="bio" name="bio" rows="3" maxlength="500">{fill("bio", profile.bio)}</textarea>
            </div>
            <div class="field">
                <label for="language">{words::LANGUAGE}</label>
                <select id="language" name="language">{languages.collect_view()}</select>
            </div>
            <button class="primary">{words::SAVE}</button>
        </form>
    }
}

#[component]
fn Sessions(sessions: Vec<OwnSession>) -> impl IntoView {
    let viewer = viewer().get_untracked();
    let at = |at| {
        format!(
            "{}, {}",
            when::day_name(when::day(at, viewer.zone_minutes), viewer.today),
            when::clock(at, viewer.zone_minutes)
        )
    };
    let list = sessions.into_iter().map(|session| {
        let about = if session.about.is_empty() { words::UNKNOWN_BROWSER.to_owned() } else { session.about };
        let end = if session.current {
            Either::Left(view! { <span class="muted">{words::THIS_ONE}</span> })
        } else {
            Either::Right(view! {
                <form method="post" action="/api/accounts/end-session">
                    <input type="hidden" name="session" value=session.id />
                    <button class="quiet">{words::END_SESSION}</button>
                </form>
            })
        };
        view! {
            <li class="choice">
                <span><span class="about">{about}</span> <span class="hint">{format!("{} {}", words::SEEN, at(session.seen_at))}</span></span>
                {end}
            </li>
        }
    });
    view! {
        <section class="card">
            <h2>{words::SESSIONS}</h2>
            <ul class="choices">{list.collect_view()}</ul>
            <form method="post" action="/api/accounts/logout-everywhere">
                <button class="secondary">{words::LOG_OUT_EVERYWHERE}</button>
            </form>
        </section>
    }
}

#[component]
fn Blocked(blocked: Vec<Entity>) -> impl IntoView {
    (!blocked.is_empty()).then(|| {
        let list = blocked.into_iter().map(|entity| {
            view! {
                <li class="choice">
                    <span class="person-name">{entity.name}</span>
                    <form method="post" action="/api/people/unblock">
                        <input type="hidden" name="member" value=entity.id.to_string() />
                        <button class="quiet">{words::UNBLOCK}</button>
                    </form>
                </li>
            }
        });
        view! { <section class="card"><h2>{words::BLOCKED}</h2><ul class="choices">{list.collect_view()}</ul></section> }
    })
}
