//! What AIs have spent: charts by day, and tables by AI, place, person and model. For admins.

use crate::components::{Bars, SpentTable, count, money, seconds};
use crate::failure::Failure;
use crate::pages::trouble;
use crate::visitor::{me, space};
use crate::words;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use model::Used;

/// The stretches that one can choose from, in days.
const STRETCHES: [i32; 3] = [7, 30, 90];

async fn load(days: i32) -> Result<Used, Failure> {
    Ok(domain::minds::usage::all(&space()?, me()?.id, days).await?)
}

/// The page.
#[component]
pub fn Usage() -> impl IntoView {
    let days = use_query_map().with_untracked(|query| query.get("days")).and_then(|days| days.parse().ok());
    let days = days.filter(|days| STRETCHES.contains(days)).unwrap_or(30);
    view! {
        <Title text=words::USAGE />
        <Suspense>
            {Suspend::new(async move {
                match load(days).await {
                    Ok(used) => Either::Left(view! { <Show used days /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Show(used: Used, days: i32) -> impl IntoView {
    let Used { all, days: by_day, minds, places, people, models } = used;
    let stretches = STRETCHES.map(|one| {
        let now = (one == days).then_some("page");
        view! { <a class="secondary" href=format!("/usage?days={one}") aria-current=now>{format!("{one} {}", words::DAYS)}</a> }
    });
    let sum = format!(
        "{} {}, {} {}, {}, {} {}.",
        count(all.replies),
        if all.replies == 1 { words::SUM_REPLY } else { words::SUM_REPLIES },
        count(all.tokens_in + all.tokens_out),
        words::SUM_TOKENS,
        money(all.micros),
        count(all.failures),
        words::SUM_FAILURES,
    );
    view! {
        <main id="main" class="wide">
            <h1>{words::USAGE}</h1>
            <nav class="ways" aria-label=words::STRETCH>{stretches}</nav>
            <p class="lead">{sum}</p>
            <section class="card charts">
                <Bars label=words::TOKENS days=by_day.clone() of=|spent| spent.tokens_in + spent.tokens_out said=count />
                <Bars label=words::MONEY days=by_day.clone() of=|spent| spent.micros said=money />
                <Bars label=words::REPLIES days=by_day.clone() of=|spent| spent.replies said=count />
                <Bars label=words::FIRST_WORD days=by_day.clone() of=|spent| spent.first_word_ms.unwrap_or(0) said=seconds />
                <Bars label=words::FAILURES days=by_day of=|spent| spent.failures said=count />
            </section>
            <SpentTable caption=words::BY_MIND lines=minds />
            <SpentTable caption=words::BY_PLACE lines=places />
            <SpentTable caption=words::BY_PERSON lines=people />
            <SpentTable caption=words::BY_MODEL lines=models />
            <p class="hint">{words::USAGE_HINT}</p>
            <p class="aside"><a href="/providers">{words::PROVIDERS}</a></p>
        </main>
    }
}
