//! What AIs think with: providers, those that were found on this machine, and what models cost. For admins.

use crate::app::viewer;
use crate::components::Trouble;
use crate::failure::Failure;
use crate::pages::trouble;
use crate::visitor::{Viewer, me, space};
use crate::{when, words};
use domain::memory;
use domain::minds::providers;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use model::{Dialect, FoundServer, Price, Problem, Provider, ProviderDraft};

const ADD: &str = "/api/providers/add";
const EDIT: &str = "/api/providers/edit";
const PRICE: &str = "/api/prices/set";
/// The fields that say themselves why they were refused.
const FIELDS: &[&str] = &["name", "base_url", "model", "api_version", "patience_s", "key"];

/// All that the page shows.
struct Shown {
    providers: Vec<Provider>,
    found: Vec<FoundServer>,
    prices: Vec<Price>,
    /// How far what is remembered has vectors.
    remembered: Option<memory::Progress>,
    /// What AIs think with that name nothing, where none of the providers is preferred.
    own: &'static str,
}

async fn load() -> Result<Shown, Failure> {
    let (space, me) = (space()?, me()?);
    Ok(Shown {
        providers: providers::all(&space, me.id).await?,
        found: providers::found(&space, me.id).await?,
        prices: providers::prices(&space, me.id).await?,
        remembered: memory::progress(&space, me.id).await?,
        own: match space.minds.configured() {
            None => words::THINK_WITH_NOTHING,
            Some(true) => words::THINK_LOCALLY,
            Some(false) => words::THINK_AS_CONFIGURED,
        },
    })
}

/// The page.
#[component]
pub fn Providers() -> impl IntoView {
    view! {
        <Title text=words::PROVIDERS />
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
    let Shown { providers, found, prices, remembered, own } = shown;
    let viewer = viewer().get_untracked();
    let elsewhere = viewer.flash.as_ref().filter(|flash| ![ADD, EDIT, PRICE].contains(&flash.endpoint.as_str()));
    let problem = elsewhere.map(|flash| flash.problem.clone());
    let preferred = providers.iter().find(|one| one.preferred).map(|one| one.draft.name.clone());
    let back = preferred.is_some().then(|| {
        view! {
            <form method="post" action="/api/providers/prefer">
                <button class="quiet">{format!("{} {own}", words::RATHER)}</button>
            </form>
        }
    });
    let now = preferred.unwrap_or_else(|| own.to_owned());
    let offers = found.into_iter().map(|server| view! { <Offer server /> }).collect_view();
    let cards = providers.into_iter().map(|provider| view! { <Card provider viewer=viewer.clone() /> }).collect_view();
    let blank = ProviderDraft { patience_s: 60, ..ProviderDraft::default() };
    let wrong = viewer.problem(ADD);
    let open = wrong.is_some();
    view! {
        <main id="main" class="narrow studio">
            <h1>{words::PROVIDERS}</h1>
            <Trouble problem />
            <section class="card">
                <p>{words::PROVIDERS_HINT}</p>
                <p>{words::THINK_WITH} " " <b>{now}</b>"."</p>
                {back}
                <p class="hint">{words::remembered_by(remembered.map(|one| (one.by, one.done, one.all)))}</p>
            </section>
            {offers}
            {cards}
            <details class="card" open=open>
                <summary><h2>{words::NEW_PROVIDER}</h2></summary>
                <form method="post" action=ADD>
                    <Trouble problem=wrong.clone() fields=FIELDS />
                    <Fields about="new".to_owned() draft=blank has_key=false problem=wrong typed=open.then(|| viewer.clone()) endpoint=ADD models=Vec::new() />
                    <button class="primary">{words::ADD_PROVIDER}</button>
                </form>
            </details>
            <Prices prices viewer=viewer.clone() />
            <p class="aside"><a href="/usage">{words::USAGE}</a> " " <a href="/studio">{words::STUDIO}</a></p>
        </main>
    }
}

/// A server of this machine, to be taken with one click.
#[component]
fn Offer(server: FoundServer) -> impl IntoView {
    let FoundServer { name, base_url, models } = server;
    let options =
        models.iter().map(|model| view! { <option value=model.clone()>{model.clone()}</option> }).collect_view();
    let told = format!("{name} {} {base_url}.", words::IS_FOUND);
    if models.is_empty() {
        return Either::Left(view! { <section class="card"><p>{told} " " {words::NO_MODELS}</p></section> });
    }
    Either::Right(view! {
        <form class="card" method="post" action=ADD>
            <p>{told}</p>
            <input type="hidden" name="name" value=name />
            <input type="hidden" name="base_url" value=base_url.clone() />
            <input type="hidden" name="free" value="true" />
            <input type="hidden" name="patience_s" value="120" />
            <div class="field">
                <label for=base_url.clone()>{words::MODEL}</label>
                <select id=base_url name="model">{options}</select>
            </div>
            <button class="primary">{words::USE_IT}</button>
        </form>
    })
}

/// A provider: how it is, what can be done with it, and its fields.
#[component]
fn Card(provider: Provider, viewer: Viewer) -> impl IntoView {
    let Provider { id, draft, has_key, preferred, models, tried_at, tried, rests_s, key_lost, used_by } = provider;
    let mine = viewer.typed(EDIT, "provider") == id.to_string();
    let wrong = viewer.problem(EDIT).filter(|_| mine);
    let hidden = move || view! { <input type="hidden" name="provider" value=id.to_string() /> };
    let tried = tried_at.map(|at| {
        let day = when::day_name(when::day(at, viewer.zone_minutes), viewer.today);
        view! { <p role="status"><b>{format!("{day}, {}:", when::clock(at, viewer.zone_minutes))}</b> " " {tried}</p> }
    });
    let key_lost = key_lost.then(|| view! { <p class="wrong">{words::KEY_LOST}</p> });
    let rests = (rests_s > 0).then(|| view! { <p class="wrong">{format!("{} {rests_s} s.", words::RESTS)}</p> });
    let users = (!used_by.is_empty())
        .then(|| view! { <p class="hint">{format!("{} {}", words::USED_BY, used_by.join(", "))}</p> });
    let prefer = (!preferred).then(|| {
        view! { <form method="post" action="/api/providers/prefer">{hidden()}<button class="secondary">{words::PREFER}</button></form> }
    });
    let open = wrong.is_some();
    let typed = open.then(|| viewer.clone());
    view! {
        <section class="card" id=format!("p{id}")>
            <h2>
                {draft.name.clone()} {preferred.then(|| view! { <span class="mark">{words::PREFERRED}</span> })}
                {draft.free.then(|| view! { <span class="mark">{words::COSTS_NOTHING}</span> })}
            </h2>
            <p class="hint">{draft.base_url.clone()} " · " {draft.model.clone()}</p>
            {users}
            {rests}
            {key_lost}
            {tried}
            <div class="ways">
                <form method="post" action="/api/providers/test">{hidden()}<button class="secondary">{words::TRY_PROVIDER}</button></form>
                {prefer}
            </div>
            <details class="more" open=open>
                <summary>{words::CHANGE_PROVIDER}</summary>
                <form method="post" action=EDIT>
                    <Trouble problem=wrong.clone() fields=FIELDS />
                    {hidden()}
                    <Fields about=id.to_string() draft has_key problem=wrong typed endpoint=EDIT models />
                    <button class="primary">{words::SAVE}</button>
                </form>
                <form method="post" action="/api/providers/remove">{hidden()}<button class="quiet danger">{words::REMOVE_PROVIDER}</button></form>
            </details>
        </section>
    }
}

/// The fields of a provider. `typed`: what was refused, in place of what it is.
#[component]
fn Fields(
    about: String,
    draft: ProviderDraft,
    has_key: bool,
    problem: Option<Problem>,
    typed: Option<Viewer>,
    endpoint: &'static str,
    models: Vec<String>,
) -> impl IntoView {
    let fill = |field: &str, now: String| typed.as_ref().map_or(now, |viewer| viewer.typed(endpoint, field));
    let field = |name: &'static str,
                 kind: &'static str,
                 label: &'static str,
                 hint: &'static str,
                 now: String,
                 list: Option<String>| {
        let id = format!("{name}-{about}");
        let wrong = problem.clone().filter(|problem| problem.field.as_deref() == Some(name));
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input id=id name=name type=kind value=now aria-invalid=wrong.is_some().then_some("true") autocomplete="off" list=list />
                {wrong.map(|problem| view! { <p class="wrong">{problem.message}</p> })}
                {(!hint.is_empty()).then(|| view! { <p class="hint">{hint}</p> })}
            </div>
        }
    };
    let list = format!("models-{about}");
    let options = models.into_iter().map(|model| view! { <option value=model></option> }).collect_view();
    let azure = fill("dialect", draft.dialect.as_str().to_owned()) == Dialect::Azure.as_str();
    let free = match &typed {
        Some(viewer) => viewer.typed(endpoint, "free") == "true",
        None => draft.free,
    };
    let forget = has_key.then(|| {
        view! { <label class="choice"><input type="checkbox" name="forget_key" value="true" /> {words::FORGET_KEY}</label> }
    });
    let key_hint = if has_key { words::KEY_KEPT } else { words::KEY_HINT };
    let select = format!("dialect-{about}");
    view! {
        {field("name", "text", words::NAME_FIELD, "", fill("name", draft.name), None)}
        {field("base_url", "url", words::ADDRESS, words::ADDRESS_HINT, fill("base_url", draft.base_url), None)}
        {field("key", "password", words::KEY, key_hint, String::new(), None)}
        {forget}
        {field("model", "text", words::MODEL, words::PROVIDER_MODEL_HINT, fill("model", draft.model), Some(list.clone()))}
        <datalist id=list>{options}</datalist>
        <div class="field">
            <label for=select.clone()>{words::DIALECT}</label>
            <select id=select name="dialect">
                <option value="open_ai" selected=!azure>{words::DIALECT_OPENAI}</option>
                <option value="azure" selected=azure>{words::DIALECT_AZURE}</option>
            </select>
        </div>
        {field("api_version", "text", words::API_VERSION, words::API_VERSION_HINT, fill("api_version", draft.api_version), None)}
        {field("patience_s", "number", words::PATIENCE, words::PATIENCE_HINT, fill("patience_s", draft.patience_s.to_string()), None)}
        <label class="choice"><input type="checkbox" name="free" value="true" checked=free /> {words::FREE}</label>
    }
}

/// What models cost.
#[component]
fn Prices(prices: Vec<Price>, viewer: Viewer) -> impl IntoView {
    let wrong = viewer.problem(PRICE);
    let dollars = |micros: i64| format!("{}", micros as f64 / 1e6);
    let rows = prices.into_iter().map(|price| {
        let name = price.model.clone();
        view! {
            <li class="price">
                <form class="beside" method="post" action=PRICE>
                    <input type="hidden" name="model" value=price.model.clone() />
                    <span>{price.model.clone()}</span>
                    <input name="dollars_in" inputmode="decimal" value=dollars(price.input) aria-label=format!("{name}: {}", words::DOLLARS_IN) />
                    <input name="dollars_out" inputmode="decimal" value=dollars(price.output) aria-label=format!("{name}: {}", words::DOLLARS_OUT) />
                    <button class="quiet">{words::SET}</button>
                </form>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="card" id="prices">
            <h2>{words::PRICES}</h2>
            <p class="hint">{words::PRICES_HINT}</p>
            <Trouble problem=wrong />
            <ul class="prices">{rows}</ul>
            <form class="beside" method="post" action=PRICE>
                <input name="model" required=true autocomplete="off" placeholder=words::MODEL aria-label=words::MODEL value=viewer.typed(PRICE, "model") />
                <input name="dollars_in" required=true inputmode="decimal" placeholder=words::DOLLARS_IN aria-label=words::DOLLARS_IN value=viewer.typed(PRICE, "dollars_in") />
                <input name="dollars_out" required=true inputmode="decimal" placeholder=words::DOLLARS_OUT aria-label=words::DOLLARS_OUT value=viewer.typed(PRICE, "dollars_out") />
                <button class="secondary">{words::SET}</button>
            </form>
        </section>
    }
}
