//! What admins see of people: who has an account, and what can be done about it.

use crate::app::viewer;
use crate::components::Trouble;
use crate::failure::Failure;
use crate::pages::trouble;
use crate::visitor::{me, space};
use crate::{when, words};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::EntityId;
use model::accounts::{OpenInvitation, PersonRow};

async fn load(after: String) -> Result<(EntityId, Vec<PersonRow>, Vec<OpenInvitation>), Failure> {
    let (space, me) = (space()?, me()?);
    let people = domain::accounts::admin::people(&space, me.id, &after).await?;
    Ok((me.id, people, domain::accounts::admin::invitations(&space, me.id).await?))
}

/// The page.
#[component]
pub fn Admin() -> impl IntoView {
    let after = use_query_map().with_untracked(|query| query.get("after")).unwrap_or_default();
    view! {
        <Title text=words::ADMIN />
        <Suspense>
            {Suspend::new(async move {
                match load(after).await {
                    Ok((me, people, invitations)) => Either::Left(view! { <Show me people invitations /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Show(me: EntityId, people: Vec<PersonRow>, invitations: Vec<OpenInvitation>) -> impl IntoView {
    let viewer = viewer().get_untracked();
    let problem = viewer.flash.as_ref().map(|flash| flash.problem.clone());
    let more = (people.len() == 100).then(|| people.last().map(|last| last.name.clone())).flatten();
    let more = more.map(|after| view! { <a class="secondary" href=format!("/admin?after={}", encoded(&after))>{words::MORE_PEOPLE}</a> });
    let open = invitations.into_iter().map(|one| {
        let until = when::day_name(when::day(one.expires_at, viewer.zone_minutes), viewer.today);
        view! {
            <li class="choice">
                <span>{format!("{} {}, {} {until}", words::INVITED_BY, one.by, words::GOOD_UNTIL)}</span>
                <form method="post" action="/api/admin/withdraw">
                    <input type="hidden" name="invitation" value=one.id />
                    <button class="quiet">{words::WITHDRAW}</button>
                </form>
            </li>
        }
    });
    view! {
        <main id="main" class="wide">
            <h1>{words::ADMIN}</h1>
            <p class="ways">
                <a class="secondary" href="/studio">{words::STUDIO}</a>
                <a class="secondary" href="/providers">{words::PROVIDERS}</a>
                <a class="secondary" href="/usage">{words::USAGE}</a>
            </p>
            <Trouble problem />
            <section class="card">
                <h2>{words::PEOPLE}</h2>
                <ul class="people">{people.into_iter().map(|person| view! { <Person is_me=person.id == me person /> }).collect_view()}</ul>
                {more}
            </section>
            <section class="card">
                <h2>{words::INVITATIONS}</h2>
                <ul class="choices">{open.collect_view()}</ul>
                <form method="post" action="/api/accounts/invite" data-shows="link">
                    <button class="secondary by-script">{words::INVITE}</button>
                </form>
                <p class="hint">{words::INVITATION}</p>
            </section>
        </main>
    }
}

/// A name as it may stand in an address.
fn encoded(name: &str) -> String {
    name.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

#[component]
fn Person(is_me: bool, person: PersonRow) -> impl IntoView {
    let PersonRow { id, name, email, is_admin, active, weekly_limit, week_count } = person;
    let hidden = move || view! { <input type="hidden" name="person" value=id.to_string() /> };
    let limit = weekly_limit.map(|limit| limit.to_string()).unwrap_or_default();
    view! {
        <li class="person-row" class:out=!active>
            <div>
                <b>{name.clone()}</b> " " <span class="muted">{email}</span>
                {is_admin.then(|| view! { <span class="mark">{words::AN_ADMIN}</span> })}
                {(!active).then(|| view! { <span class="mark">{words::KEPT_OUT}</span> })}
            </div>
            <div class="ways">
                <form class="quota" method="post" action="/api/admin/quota">
                    {hidden()}
                    <label>
                        {words::QUOTA} " "
                        <input name="limit" type="number" min="0" max="1000000" value=limit placeholder=words::AS_FOR_ALL aria-label=format!("{} {name}", words::QUOTA) />
                    </label>
                    <span class="hint">{(week_count > 0).then(|| format!("{week_count} {}", words::USED))}</span>
                    <button class="quiet">{words::SET}</button>
                </form>
                <form method="post" action="/api/admin/reset" data-shows="link">
                    {hidden()}
                    <button class="quiet by-script">{words::RESET}</button>
                </form>
                <form method="post" action="/api/admin/admin">
                    {hidden()}
                    <input type="hidden" name="admin" value=(!is_admin).to_string() />
                    <button class="quiet">{if is_admin { words::UNMAKE_ADMIN } else { words::MAKE_SPACE_ADMIN }}</button>
                </form>
                {(!is_me).then(|| view! {
                    <form method="post" action="/api/admin/active">
                        {hidden()}
                        <input type="hidden" name="active" value=(!active).to_string() />
                        <button class="quiet">{if active { words::KEEP_OUT } else { words::LET_IN }}</button>
                    </form>
                })}
            </div>
        </li>
    }
}
