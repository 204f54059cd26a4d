//! Beginning to talk: with whom, found by name, or with those who are in a room right now.

use crate::app::viewer;
use crate::components::{Avatar, Trouble};
use crate::failure::Failure;
use crate::pages::trouble;
use crate::visitor::{me, space};
use crate::words;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::{Entity, EntityId, EntityKind, limits};

const BEGIN: &str = "/api/chats/begin";

/// What the address asks for.
#[derive(Clone, Default)]
struct Asked {
    letters: String,
    name: String,
    chosen: Vec<EntityId>,
    /// A room to step aside from, with those who are there.
    aside: Option<model::ChannelId>,
}

/// Whom one may choose from, and who is chosen.
async fn choice(asked: Asked) -> Result<Vec<(Entity, bool)>, Failure> {
    let (space, me) = (space()?, me()?);
    let mut chosen = asked.chosen;
    if let Some(room) = asked.aside {
        let opened = domain::channels::open(&space, me.id, room).await?;
        chosen.extend(opened.members.iter().filter(|member| member.presence.is_here()).map(|member| member.entity.id));
    }
    chosen.retain(|id| *id != me.id);
    chosen.truncate(*limits::CIRCLE.end() - 1);
    let mut all: Vec<(Entity, bool)> =
        domain::entities::some(&space, &chosen).await?.into_iter().map(|entity| (entity, true)).collect();
    for found in domain::entities::find(&space, me.id, &asked.letters).await? {
        if !all.iter().any(|(known, _)| known.id == found.id) {
            all.push((found, false));
        }
    }
    Ok(all)
}

/// The page.
#[component]
pub fn Begin() -> impl IntoView {
    let asked = use_query_map().with_untracked(|query| Asked {
        letters: query.get("letters").unwrap_or_default(),
        name: query.get("name").unwrap_or_default(),
        chosen: query
            .get_all("members[]")
            .into_iter()
            .flatten()
            .filter_map(|id| id.parse().ok())
            .chain(query.get("with").and_then(|id| id.parse().ok()))
            .collect(),
        aside: query.get("aside").and_then(|id| id.parse().ok()),
    });
    view! {
        <Title text=words::BEGIN />
        <Suspense>
            {Suspend::new(async move {
                let typed = asked.clone();
                match choice(asked).await {
                    Ok(choice) => Either::Left(view! { <Form typed choice /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Form(typed: Asked, choice: Vec<(Entity, bool)>) -> impl IntoView {
    let problem = viewer().with_untracked(|viewer| viewer.problem(BEGIN));
    let nobody = choice.is_empty().then(|| view! { <p class="notice">{words::NOBODY_FOUND}</p> });
    let people = choice.into_iter().map(|(entity, chosen)| {
        let is_ai = entity.kind == EntityKind::Ai;
        view! {
            <li>
                <label class="choice">
                    <input type="checkbox" name="members[]" value=entity.id.to_string() checked=chosen />
                    <Avatar entity=entity.clone() />
                    <span class="person-name">{entity.name}</span>
                    {is_ai.then(|| view! { <span class="wisp" title=words::AI_MARK>{words::AI_MARK}</span> })}
                </label>
            </li>
        }
    });
    view! {
        <main id="main" class="narrow">
            <h1>{words::BEGIN}</h1>
            <p>{words::BEGIN_HINT}</p>
            <Trouble problem />
            <form class="card" method="get" action="/new">
                <div class="field">
                    <label for="letters">{words::FIND}</label>
                    <div class="beside">
                        <input id="letters" name="letters" type="search" value=typed.letters autocomplete="off" />
                        <button class="secondary">{words::FIND_NOW}</button>
                    </div>
                </div>
                {nobody}
                <ul class="choices">{people.collect_view()}</ul>
                <div class="field">
                    <label for="name">{words::CIRCLE_NAME}</label>
                    <input id="name" name="name" value=typed.name maxlength="48" aria-describedby="name-hint" />
                    <p class="hint" id="name-hint">{words::CIRCLE_NAME_HINT}</p>
                </div>
                <fieldset class="field">
                    <legend>{words::HISTORY}</legend>
                    <label><input type="radio" name="history" value="whole" checked=true /> {words::HISTORY_WHOLE}</label>
                    <label><input type="radio" name="history" value="from_joining" /> {words::HISTORY_FROM_JOINING}</label>
                </fieldset>
                <button class="primary" formmethod="post" formaction=BEGIN>{words::BEGIN_NOW}</button>
            </form>
        </main>
    }
}
