//! What an AI thinks with, in the studio: its first choice and what it falls back on.

use crate::pages::mind::EDIT;
use crate::visitor::Viewer;
use crate::words;
use leptos::prelude::*;
use model::{MindDraft, Provider, ProviderId, Way};

/// How many it may fall back on.
const FALLBACKS: usize = 3;

/// The fields of it.
#[component]
pub fn Thinking(mind: MindDraft, providers: Vec<Provider>, viewer: Viewer) -> impl IntoView {
    let problem = viewer.problem(EDIT);
    let refused = problem.is_some();
    let chosen = move |viewer: &Viewer, provider: &str, model: &str, now: Way| {
        if refused {
            let typed = Some(viewer.typed(EDIT, model)).filter(|model| !model.is_empty());
            Way { provider: viewer.typed(EDIT, provider).parse().ok(), model: typed }
        } else {
            now
        }
    };
    let first = Way { provider: mind.provider, model: mind.model };
    let first = chosen(&viewer, "provider", "model", first);
    let mut others = Vec::new();
    for at in 0..FALLBACKS {
        let (provider, model) = (format!("fallbacks[{at}][provider]"), format!("fallbacks[{at}][model]"));
        let way = chosen(&viewer, &provider, &model, mind.fallbacks.get(at).cloned().unwrap_or_default());
        let list = format!("models-{at}");
        others.push(view! {
            <div class="beside">
                <select name=provider aria-label=format!("{} ({})", words::FALLBACK, at + 1)>{options(&providers, way.provider, words::NOTHING_ELSE)}</select>
                <input name=model value=way.model placeholder=words::MODEL aria-label=format!("{} ({})", words::MODEL, at + 1) autocomplete="off" list=list.clone() />
                <datalist id=list>{models(&providers, way.provider)}</datalist>
            </div>
        });
    }
    let wrong = |field: &str| {
        let wrong = problem.clone().filter(|problem| problem.field.as_deref() == Some(field));
        wrong.map(|problem| view! { <p class="wrong">{problem.message}</p> })
    };
    view! {
        <div class="field">
            <label for="provider">{words::THINKS_WITH}</label>
            <select id="provider" name="provider">{options(&providers, first.provider, words::SPACES_OWN)}</select>
            {wrong("provider")}
        </div>
        <div class="field">
            <label for="model">{words::MODEL}</label>
            <input id="model" name="model" value=first.model autocomplete="off" list="models" />
            <datalist id="models">{models(&providers, first.provider)}</datalist>
            {wrong("model")}
            <p class="hint">{words::MODEL_HINT}</p>
        </div>
        <fieldset class="fallbacks">
            <legend>{words::FALLBACK}</legend>
            {others}
            {wrong("fallbacks")}
            <p class="hint">{words::FALLBACKS_HINT}</p>
        </fieldset>
    }
}

/// Providers to choose from; `none`: what choosing none means.
fn options(providers: &[Provider], chosen: Option<ProviderId>, none: &'static str) -> impl IntoView + use<> {
    let options = providers.iter().map(|one| {
        let id = one.id.to_string();
        view! { <option value=id selected=chosen == Some(one.id)>{one.draft.name.clone()}</option> }
    });
    let options = options.collect_view();
    view! {
        <option value="">{none}</option>
        {options}
    }
}

/// The models that a provider has told of; of all, where none is chosen.
fn models(providers: &[Provider], chosen: Option<ProviderId>) -> impl IntoView + use<> {
    let asked = providers.iter().filter(|one| chosen.is_none_or(|id| id == one.id));
    let mut models: Vec<String> = asked.flat_map(|one| one.models.iter().cloned()).collect();
    models.sort_unstable();
    models.dedup();
    models.into_iter().map(|model| view! { <option value=model></option> }).collect_view()
}
