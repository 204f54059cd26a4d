//! Forms that come back with what was typed and what was wrong with it.

use leptos::prelude::*;
use model::Problem;
#[cfg(feature = "ssr")]
use std::ops::RangeInclusive;

/// A labelled input with its hint and, when it was refused, why.
#[cfg(feature = "ssr")]
#[component]
pub fn Field(
    /// The argument's name.
    name: &'static str,
    /// What people read.
    label: &'static str,
    /// `text`, `email`, `password`, `number`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What stands in it.
    #[prop(into, default = String::new())]
    value: String,
    /// What helps to fill it in.
    #[prop(default = "")]
    hint: &'static str,
    /// For password managers.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The least and the most that a number may be. Without the least a browser counts its steps from what stood in
    /// the field before, wrong as that was.
    #[prop(optional)]
    range: Option<RangeInclusive<i32>>,
    /// Why the form was refused.
    #[prop(default = None)]
    problem: Option<Problem>,
) -> impl IntoView {
    let (min, max) = range.map(RangeInclusive::into_inner).unzip();
    let wrong = problem.filter(|problem| problem.field.as_deref() == Some(name)).map(|problem| problem.message);
    let is_wrong = wrong.is_some();
    let told =
        if is_wrong { Some(format!("{name}-wrong")) } else { (!hint.is_empty()).then(|| format!("{name}-hint")) };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type=kind
                min=min
                max=max
                value=value
                autocomplete=autocomplete
                required=true
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=told
            />
            {wrong.map(|text| view! { <p class="wrong" id=format!("{name}-wrong")>{text}</p> })}
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> })}
        </div>
    }
}

/// What was wrong with a form as a whole, or with a field that it does not show.
#[component]
pub fn Trouble(
    /// Why it was refused.
    problem: Option<Problem>,
    /// The fields that say it themselves.
    #[prop(default = &[])]
    fields: &'static [&'static str],
) -> impl IntoView {
    let said = problem.filter(|problem| problem.field.as_deref().is_none_or(|field| !fields.contains(&field)));
    said.map(|problem| view! { <p class="wrong" role="alert">{problem.message}</p> })
}
