//! What AIs remember of oneself: how one knows each other, what they have kept, and having it put right or forgotten.

use crate::app::viewer;
use crate::components::Trouble;
use crate::failure::Failure;
use crate::pages::trouble;
use crate::visitor::{me, space};
use crate::{when, words};
use domain::memory::forgetting::{self, PAGE, Sought};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::{EntityId, MemoryKind, MemoryOfMe, Remembering};

const FORGET: &str = "/api/memories/forget";
const CORRECT: &str = "/api/memories/correct";
const FORGET_ALL: &str = "/api/memories/forget-all";
const REMEMBER: &str = "/api/memories/remember";

async fn load(sought: Sought) -> Result<(Vec<Remembering>, Vec<MemoryOfMe>, Sought, bool), Failure> {
    let (space, me) = (space()?, me()?);
    let known = forgetting::known_by(&space, me.id).await?;
    let by_none = forgetting::by_none(&space, me.id).await?;
    Ok((known, forgetting::of_me(&space, me.id, &sought).await?, sought, by_none))
}

/// The page.
#[component]
pub fn Memories() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let by = query.get("by").and_then(|by| by.parse().ok());
    let before = query.get("before").and_then(|before| before.parse().ok());
    let sought = Sought { by, words: query.get("q").unwrap_or_default(), before };
    view! {
        <Title text=words::MEMORIES />
        <Suspense>
            {Suspend::new(async move {
                match load(sought).await {
                    Ok((known, kept, sought, by_all)) => Either::Left(view! { <Show known kept sought by_all /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Show(known: Vec<Remembering>, kept: Vec<MemoryOfMe>, sought: Sought, by_all: bool) -> impl IntoView {
    let viewer = viewer().get_untracked();
    let problem = viewer.flash.as_ref().map(|flash| flash.problem.clone());
    let more = (kept.len() as i64 == PAGE).then(|| kept.last().map(|one| one.id)).flatten();
    let options = known.iter().map(|one| {
        view! { <option value=one.mind.to_string() selected=sought.by == Some(one.mind)>{one.name.clone()}</option> }
    });
    let options = options.collect_view();
    let is_nobody = known.is_empty();
    let cards = known.into_iter().map(|one| view! { <Known one by_all /> }).collect_view();
    let nothing = kept.is_empty().then(|| view! { <p class="hint">{words::NOTHING_KEPT}</p> });
    let rows = kept.into_iter().map(|one| view! { <Kept one /> }).collect_view();
    let older = more.map(|id| {
        let by = sought.by.map(|by| format!("&by={by}")).unwrap_or_default();
        let words: String = sought.words.bytes().map(|byte| format!("%{byte:02X}")).collect();
        view! { <a class="secondary" href=format!("?before={id}{by}&q={words}")>{words::OLDER_MEMORIES}</a> }
    });
    view! {
        <main id="main" class="narrow studio">
            <h1>{words::MEMORIES}</h1>
            <p class="lead">{words::MEMORIES_LEAD}</p>
            <Trouble problem />
            <form class="card" method="get">
                <div class="beside looks">
                    <input name="q" type="search" aria-label=words::LOOK_IN_MEMORIES placeholder=words::LOOK_IN_MEMORIES value=sought.words.clone() maxlength="500" autocomplete="off" dir="auto" />
                    <select name="by" aria-label=words::BY_WHOM>
                        <option value="">{words::BY_ANYBODY}</option>
                        {options}
                    </select>
                    <button class="secondary">{words::LOOK}</button>
                </div>
            </form>
            <section class="card">
                {nothing}
                <ul class="passages">{rows}</ul>
                {older}
            </section>
            {is_nobody.then(|| view! { <p class="hint">{words::KNOWN_BY_NOBODY}</p> })}
            {cards}
            <section class="card">
                <h2>{words::ALL_AIS}</h2>
                <Ways by=None places=Vec::new() remembers=!by_all />
            </section>
            <form class="card by-script" method="post" action="/api/memories/export" data-saves="">
                <p class="hint">{words::EXPORT_MEMORIES_HINT}</p>
                <button class="secondary">{words::EXPORT}</button>
            </form>
            <p class="aside"><a href="/me">{words::MY_PAGE}</a></p>
        </main>
    }
}

/// An AI that one knows.
#[component]
fn Known(one: Remembering, by_all: bool) -> impl IntoView {
    let viewer = viewer().get_untracked();
    let since = one.since.map(|at| {
        format!("{} {}", words::KNOWN_SINCE, when::day_name(when::day(at, viewer.zone_minutes), viewer.today))
    });
    let places = one.places.iter().map(|(channel, name)| {
        view! { <li><a href=format!("/rooms/{channel}")>{name.clone()}</a></li> }
    });
    let places = places.collect_view();
    let meets = !one.places.is_empty();
    view! {
        <section class="card" id=format!("by-{}", one.mind)>
            <h2><a href=format!("/people/{}", one.mind)>{one.name.clone()}</a></h2>
            <div>
                <p>{since.unwrap_or_else(|| words::NEVER_HEARD.to_owned())}</p>
                {meets.then(|| view! { <p>{words::YOU_MEET}</p> <ul class="meets">{places}</ul> })}
            </div>
            {by_all.then(|| view! { <p class="hint">{words::NONE_REMEMBERS}</p> })}
            <Ways by=Some(one.mind) places=one.places remembers=one.remembers || by_all />
        </section>
    }
}

/// Having one AI, or all, forget or not remember.
#[component]
fn Ways(by: Option<EntityId>, places: Vec<(model::ChannelId, String)>, remembers: bool) -> impl IntoView {
    let whose = move || by.map(|by| view! { <input type="hidden" name="by" value=by.to_string() /> });
    let places = places.into_iter().map(|(id, name)| view! { <option value=id.to_string()>{name}</option> });
    let places = places.collect_view();
    view! {
        <details class="more">
            <summary>{words::FORGETTING}</summary>
            <form class="wish" method="post" action=FORGET_ALL>
                {whose()}
                <p class="hint">{words::FORGET_ALL_HINT}</p>
                <div class="beside">
                    <select name="channel" aria-label=words::SAID_WHERE>
                        <option value="">{words::EVERYWHERE}</option>
                        {places}
                    </select>
                    <button class="secondary danger">{words::FORGET_ALL}</button>
                </div>
            </form>
            <form class="wish" method="post" action=REMEMBER>
                {whose()}
                <input type="hidden" name="remembers" value=(!remembers).to_string() />
                <p class="hint">{if remembers { words::NEVER_HINT } else { words::AGAIN_HINT }}</p>
                <button class=if remembers { "secondary danger" } else { "secondary" }>{if remembers { words::NEVER_REMEMBER } else { words::REMEMBER_AGAIN }}</button>
            </form>
        </details>
    }
}

/// Something that an AI has kept.
#[component]
fn Kept(one: MemoryOfMe) -> impl IntoView {
    let viewer = viewer().get_untracked();
    let day = when::day_name(when::day(one.said_at, viewer.zone_minutes), viewer.today);
    let recalled = words::recalled_times(one.recalled);
    let source = format!("/rooms/{}?at={}#m{}", one.channel, one.seq, one.seq);
    let thinks = (one.kind == MemoryKind::Reflection).then(|| view! { <b>{words::thinks(&one.mind_name)}</b> });
    let about = (!one.keywords.is_empty()).then(|| view! { <b>{one.keywords.join(", ")}</b> });
    let label = format!("{}: {}", words::FORGET_IT, one.text.chars().take(60).collect::<String>());
    let memory = one.id.to_string();
    view! {
        <li>
            {thinks}
            {about}
            <p class="written" dir="auto">{one.text.clone()}</p>
            <p class="hint">
                {format!("{} · ", one.mind_name)} <a href=source>{format!("{}, {day}", one.place)}</a> {format!(" · {recalled}")}
            </p>
            <div class="ways">
                <form method="post" action=FORGET>
                    <input type="hidden" name="memory" value=memory.clone() />
                    <button class="quiet" aria-label=label>{words::FORGET_IT}</button>
                </form>
                <details class="more">
                    <summary>{words::PUT_RIGHT}</summary>
                    <form method="post" action=CORRECT>
                        <input type="hidden" name="memory" value=memory />
                        <label>
                            <span class="hint">{words::PUT_RIGHT_HINT}</span>
                            <textarea name="text" rows="3" maxlength="300" required=true dir="auto">{if one.kind == MemoryKind::Fact { one.text } else { String::new() }}</textarea>
                        </label>
                        <button class="secondary">{words::SAVE}</button>
                    </form>
                </details>
            </div>
        </li>
    }
}
