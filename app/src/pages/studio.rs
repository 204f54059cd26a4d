//! The studio: all AIs, and making one.

use crate::app::viewer;
use crate::components::{Avatar, Field, Trouble};
use crate::failure::Failure;
use crate::pages::trouble;
use crate::visitor::{me, space};
use crate::words;
use domain::minds::studio::{self, TEMPLATES};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use model::{Entity, EntityKind, MindCard};

const CREATE: &str = "/api/minds/create";

async fn load() -> Result<Vec<MindCard>, Failure> {
    Ok(studio::all(&space()?, me()?.id).await?)
}

/// The page.
#[component]
pub fn Studio() -> impl IntoView {
    view! {
        <Title text=words::STUDIO />
        <Suspense>
            {Suspend::new(async move {
                match load().await {
                    Ok(minds) => Either::Left(view! { <Show minds /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Show(minds: Vec<MindCard>) -> impl IntoView {
    let viewer = viewer().get_untracked();
    let problem = viewer.problem(CREATE);
    let name = viewer.typed(CREATE, "name");
    let chosen = viewer.typed(CREATE, "template");
    let choices = TEMPLATES.iter().map(|template| {
        view! { <option value=template.key selected=template.key == chosen>{template.label}</option> }
    });
    let rows = minds.into_iter().map(|card| {
        let entity =
            Entity { id: card.id, kind: EntityKind::Ai, name: card.mind.name.clone(), bio: card.mind.bio.clone() };
        view! {
            <li class="person-row" class:asleep=!card.awake>
                <a class="mind" href=format!("/studio/{}", card.id)>
                    <Avatar entity />
                    <span>
                        <b>{card.mind.name.clone()}</b>
                        <span class="mark">{if card.awake { words::AWAKE } else { words::ASLEEP }}</span>
                        <span class="hint">{card.mind.bio.clone()}</span>
                    </span>
                </a>
            </li>
        }
    });
    view! {
        <main id="main" class="wide">
            <h1>{words::STUDIO}</h1>
            <section class="card">
                <h2>{words::MINDS}</h2>
                <ul class="people">{rows.collect_view()}</ul>
            </section>
            <form class="card" method="post" action=CREATE>
                <h2>{words::NEW_MIND}</h2>
                <Trouble problem=problem.clone() fields=&["name"] />
                <div class="field">
                    <label for="template">{words::TEMPLATE}</label>
                    <select id="template" name="template">{choices.collect_view()}</select>
                </div>
                <Field name="name" label=words::NAME_FIELD value=name hint=words::NEW_MIND_HINT problem />
                <button class="primary">{words::MAKE_MIND}</button>
            </form>
            <form class="card by-script" method="post" action="/api/minds/import" data-uploads="file">
                <h2>{words::IMPORT}</h2>
                <p class="hint">{words::IMPORT_HINT}</p>
                <div class="field">
                    <label for="file">{words::FILE}</label>
                    <input id="file" name="file" type="file" accept=".json,.png,application/json,image/png" required=true />
                </div>
                <div class="field">
                    <label for="import-name">{words::IMPORT_NAME}</label>
                    <input id="import-name" name="name" autocomplete="off" aria-describedby="import-hint" />
                    <p class="hint" id="import-hint">{words::IMPORT_NAME_HINT}</p>
                </div>
                <button class="secondary">{words::IMPORT_NOW}</button>
            </form>
            <p class="aside"><a href="/admin">{words::ADMIN}</a></p>
        </main>
    }
}
