//! An AI in the studio: what it is, whether it is awake, where it is, and a rehearsal.

use crate::app::viewer;
use crate::components::{Ask, Field, Trouble};
use crate::failure::Failure;
use crate::pages::thinking::Thinking;
use crate::pages::trouble;
use crate::visitor::{Viewer, me, space};
use crate::words;
use domain::minds::studio;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::{ChannelKind, Code, EntityId, MindCard, MindDraft, Place, Problem, Provider, Strategy, limits};

pub(super) const EDIT: &str = "/api/minds/edit";
/// The fields that say themselves why they were refused.
const FIELDS: &[&str] = &[
    "name",
    "temperature",
    "max_tokens",
    "top_p",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "talkativeness",
    "cooldown_s",
    "model",
    "initiative",
    "daily_tokens",
    "daily_cents",
    "fallbacks",
    "tired_line",
];

async fn load(id: Option<String>) -> Result<(MindCard, Vec<Place>, Vec<Provider>, (i64, i64), bool), Failure> {
    let (space, me) = (space()?, me()?);
    let missing = || Failure(Problem::new(Code::NotFound, words::NOT_FOUND));
    let id: EntityId = id.and_then(|id| id.parse().ok()).ok_or_else(missing)?;
    let card = studio::one(&space, me.id, id).await?;
    let providers = domain::minds::providers::all(&space, me.id).await?;
    let kept = domain::memory::counted(&space, me.id, id).await?;
    let crowds = studio::crowds_out(&space, me.id, id).await?;
    Ok((card, domain::channels::places(&space, me.id).await?, providers, kept, crowds))
}

/// The page.
#[component]
pub fn Mind() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("mind"));
    view! {
        <Suspense>
            {Suspend::new(async move {
                match load(id).await {
                    Ok((card, places, providers, kept, crowds)) => Either::Left(view! { <Show card places providers kept crowds /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Show(card: MindCard, places: Vec<Place>, providers: Vec<Provider>, kept: (i64, i64), crowds: bool) -> impl IntoView {
    let viewer = viewer().get_untracked();
    let MindCard { id, awake, rooms, mind } = card;
    let name = mind.name.clone();
    let elsewhere = viewer.flash.as_ref().filter(|flash| flash.endpoint != EDIT && flash.endpoint != DUPLICATE);
    let problem = elsewhere.map(|flash| flash.problem.clone());
    let open = |place: &Place| place.channel.kind == ChannelKind::Room && place.channel.archived_at.is_none();
    let rows = places.into_iter().filter(open).map(|place| {
        let inside = rooms.contains(&place.channel.id);
        view! {
            <li class="choice">
                <span>{place.channel.name}</span>
                <form method="post" action="/api/minds/place">
                    <input type="hidden" name="mind" value=id.to_string() />
                    <input type="hidden" name="room" value=place.channel.id.to_string() />
                    <input type="hidden" name="inside" value=(!inside).to_string() />
                    <button class="quiet">{if inside { words::TAKE_OUT } else { words::BRING_IN }}</button>
                </form>
            </li>
        }
    });
    view! {
        <Title text=name.clone() />
        <main id="main" class="narrow studio">
            <h1>{name.clone()}</h1>
            <Trouble problem />
            <section class="card">
                <p>{if awake { words::IS_AWAKE } else { words::IS_ASLEEP }}</p>
                <div class="ways">
                    <form method="post" action="/api/minds/wake">
                        <input type="hidden" name="mind" value=id.to_string() />
                        <input type="hidden" name="awake" value=(!awake).to_string() />
                        <button class=if awake { "secondary" } else { "primary" }>{if awake { words::PUT_TO_SLEEP } else { words::WAKE }}</button>
                    </form>
                    <a class="secondary" href=format!("/people/{id}")>{words::CARD}</a>
                </div>
            </section>
            <section class="card">
                <h2>{words::KNOWLEDGE}</h2>
                <p class="hint">{words::KNOWLEDGE_LEAD}</p>
                <p class="hint">{words::has_kept(kept)}</p>
                <a class="secondary" href=format!("/studio/{id}/knowledge")>{words::KNOWLEDGE_OPEN}</a>
            </section>
            <Character id mind providers viewer=viewer.clone() crowds />
            <Rehearsal id name=name.clone() />
            <section class="card">
                <h2>{words::ROOMS}</h2>
                <ul class="choices">{rows.collect_view()}</ul>
            </section>
            <Copy id viewer />
            <p class="aside"><a href="/studio">{words::STUDIO}</a></p>
        </main>
    }
}

/// All the fields.
#[component]
fn Character(id: EntityId, mind: MindDraft, providers: Vec<Provider>, viewer: Viewer, crowds: bool) -> impl IntoView {
    let problem = viewer.problem(EDIT);
    let fill = |field: &str, now: String| if problem.is_some() { viewer.typed(EDIT, field) } else { now };
    let number = |value: Option<f32>| value.map(|value| value.to_string()).unwrap_or_default();
    let sampling = mind.sampling;
    let choice = |field: &'static str, label: &'static str, all: [Strategy; 4], now: Strategy| {
        let now = fill(field, now.as_str().to_owned());
        let options = all.into_iter().map(|one| {
            view! { <option value=one.as_str() selected=one.as_str() == now>{words::strategy(one)}</option> }
        });
        view! {
            <div class="field">
                <label for=field>{label}</label>
                <select id=field name=field>{options.collect_view()}</select>
            </div>
        }
    };
    let spoken = |at: usize, code: &str| match problem {
        Some(_) => viewer.typed(EDIT, &format!("languages[{at}]")) == code,
        None => mind.languages.iter().any(|one| one == code),
    };
    let languages = limits::LANGUAGES.iter().enumerate().map(|(at, (code, name))| {
        view! {
            <label class="choice"><input type="checkbox" name=format!("languages[{at}]") value=*code checked=spoken(at, code) /> {*name}</label>
        }
    });
    let optional = |name: &'static str, label: &'static str, hint: &'static str, now: String| {
        let wrong = problem.clone().filter(|problem| problem.field.as_deref() == Some(name));
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input id=name name=name value=fill(name, now) aria-invalid=wrong.is_some().then_some("true") autocomplete="off" />
                {wrong.map(|problem| view! { <p class="wrong">{problem.message}</p> })}
                <p class="hint">{hint}</p>
            </div>
        }
    };
    // What was refused is not hidden.
    let inside = [
        "model",
        "provider",
        "fallbacks",
        "temperature",
        "max_tokens",
        "top_p",
        "frequency_penalty",
        "presence_penalty",
        "seed",
    ];
    let is_wrong_inside =
        problem.as_ref().and_then(|problem| problem.field.as_deref()).is_some_and(|field| inside.contains(&field));
    let thinking = view! { <Thinking mind=mind.clone() providers viewer=viewer.clone() /> };
    view! {
        <form class="card" method="post" action=EDIT>
            <h2>{words::CHARACTER}</h2>
            <Trouble problem=problem.clone() fields=FIELDS />
            <input type="hidden" name="mind" value=id.to_string() />
            <Field name="name" label=words::NAME_FIELD value=fill("name", mind.name.clone()) problem=problem.clone() />
            <div class="field">
                <label for="bio">{words::MIND_BIO}</label>
                <textarea id="bio" name="bio" rows="2" maxlength="500">{fill("bio", mind.bio.clone())}</textarea>
            </div>
            <div class="field">
                <label for="system_prompt">{words::PROMPT}</label>
                <textarea id="system_prompt" name="system_prompt" rows="14" required=true>{fill("system_prompt", mind.system_prompt.clone())}</textarea>
                <p class="hint">{words::PROMPT_HINT}</p>
                {crowds.then(|| view! { <p class="wrong">{words::PROMPT_CROWDS}</p> })}
            </div>
            {choice("strategy_room", words::IN_ROOMS, Strategy::ROOMS, mind.strategy_room)}
            {choice("strategy_chat", words::IN_PRIVATE, Strategy::PRIVATE, mind.strategy_chat)}
            <Field name="talkativeness" label=words::TALKATIVENESS hint=words::TALKATIVENESS_HINT value=fill("talkativeness", mind.talkativeness.to_string()) problem=problem.clone() />
            <Field name="cooldown_s" kind="number" range=0..=3_600 label=words::COOLDOWN hint=words::COOLDOWN_HINT value=fill("cooldown_s", mind.cooldown_s.to_string()) problem=problem.clone() />
            <fieldset class="choices">
                <legend>{words::SPEAKS}</legend>
                {languages.collect_view()}
                <p class="hint">{words::SPEAKS_HINT}</p>
            </fieldset>
            <Field name="initiative" kind="number" range=0..=24 label=words::INITIATIVE hint=words::INITIATIVE_HINT value=fill("initiative", mind.initiative.to_string()) problem=problem.clone() />
            {optional("daily_tokens", words::DAILY_TOKENS, words::DAILY_TOKENS_HINT, mind.daily_tokens.map(|tokens| tokens.to_string()).unwrap_or_default())}
            {optional("daily_cents", words::DAILY_CENTS, words::DAILY_CENTS_HINT, mind.daily_cents.map(|cents| cents.to_string()).unwrap_or_default())}
            {optional("tired_line", words::TIRED_LINE, words::TIRED_LINE_HINT, mind.tired_line.clone())}
            <details class="more" open=is_wrong_inside>
                <summary>{words::MODEL_AND_WORDS}</summary>
                {thinking}
                <Field name="temperature" label=words::TEMPERATURE hint=words::TEMPERATURE_HINT value=fill("temperature", sampling.temperature.to_string()) problem=problem.clone() />
                <Field name="max_tokens" kind="number" range=1..=32_000 label=words::MAX_TOKENS hint=words::MAX_TOKENS_HINT value=fill("max_tokens", sampling.max_tokens.to_string()) problem=problem.clone() />
                {optional("top_p", words::TOP_P, words::FROM_0_TO_1, number(sampling.top_p))}
                {optional("frequency_penalty", words::FREQUENCY_PENALTY, words::FROM_M2_TO_2, number(sampling.frequency_penalty))}
                {optional("presence_penalty", words::PRESENCE_PENALTY, words::FROM_M2_TO_2, number(sampling.presence_penalty))}
                {optional("seed", words::SEED, words::SEED_HINT, sampling.seed.map(|seed| seed.to_string()).unwrap_or_default())}
            </details>
            <button class="primary">{words::SAVE}</button>
        </form>
    }
}

/// A talk with it of which nothing is kept: page.js asks.
#[component]
fn Rehearsal(id: EntityId, name: String) -> impl IntoView {
    view! {
        <form class="card rehearsal by-script" method="post" action="/api/minds/rehearse" data-rehearses=name>
            <h2>{words::REHEARSAL}</h2>
            <p class="hint">{words::REHEARSAL_HINT}</p>
            <input type="hidden" name="mind" value=id.to_string() />
            <div class="lines" role="log" aria-live="polite"></div>
            <div class="beside">
                <input name="line" aria-label=words::COMPOSER maxlength="4000" required=true autocomplete="off" dir="auto" />
                <button class="secondary">{words::TRY_OUT}</button>
            </div>
        </form>
    }
}

const DUPLICATE: &str = "/api/minds/duplicate";

#[component]
fn Copy(id: EntityId, viewer: Viewer) -> impl IntoView {
    let problem = viewer.problem(DUPLICATE);
    let wrong = problem.clone().map(|problem| view! { <p class="wrong" role="alert">{problem.message}</p> });
    view! {
        <section class="card">
            <h2>{words::MORE_OF_MIND}</h2>
            <form method="post" action=DUPLICATE>
                <input type="hidden" name="mind" value=id.to_string() />
                <div class="field">
                    <label for="copy-name">{words::COPY_NAME}</label>
                    <div class="beside">
                        <input id="copy-name" name="name" required=true autocomplete="off" value=viewer.typed(DUPLICATE, "name") />
                        <button class="secondary">{words::DUPLICATE}</button>
                    </div>
                    {wrong}
                </div>
            </form>
            <form class="by-script" method="post" action="/api/minds/export" data-saves="">
                <input type="hidden" name="mind" value=id.to_string() />
                <p class="hint">{words::EXPORT_HINT}</p>
                <label class="choice"><input type="checkbox" name="knowledge" value="true" /> {words::WITH_KNOWLEDGE}</label>
                <label class="choice"><input type="checkbox" name="memories" value="true" /> {words::WITH_MEMORIES}</label>
                <button class="secondary">{words::EXPORT}</button>
            </form>
            <Ask id="goodbye" label=words::GOODBYE hint=words::GOODBYE_HINT yes=words::GOODBYE_NOW action="/api/minds/goodbye" about=("mind", id.to_string()) />
            <Ask id="retire" label=words::RETIRE hint=words::RETIRE_HINT yes=words::RETIRE_NOW action="/api/minds/retire" about=("mind", id.to_string()) />
        </section>
    }
}
