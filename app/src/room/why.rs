//! Why an AI spoke, and what others made of the same message: one faint line, told on request.

use crate::{api, words};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{ChannelId, MessageId};

/// The line under an AI's answer to a message.
#[component]
pub fn Why(
    /// Where.
    channel: ChannelId,
    /// The message that moved it.
    trigger: MessageId,
) -> impl IntoView {
    let told = RwSignal::new(None::<Vec<String>>);
    let ask = move |_| {
        if told.with_untracked(Option::is_some) {
            return;
        }
        spawn_local(async move {
            let lines = match api::messages::decisions(channel, trigger).await {
                Ok(decisions) if decisions.is_empty() => vec![words::NOBODY_CONSIDERED.to_owned()],
                Ok(decisions) => decisions.into_iter().map(|one| one.reason).collect(),
                Err(failure) => vec![failure.0.message],
            };
            told.try_set(Some(lines));
        });
    };
    let lines = move || told.get().map(|lines| lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view());
    view! {
        <details class="why by-script" on:toggle=ask>
            <summary>{words::WHY}</summary>
            {lines}
        </details>
    }
}
