//! What one can do with a message: one set of buttons, which stands at the message that is pointed at or focused.

use super::state::Room;
use crate::app::viewer;
use crate::words;
use leptos::html;
use leptos::prelude::*;
use model::{EntityKind, Message};

/// What is mostly reacted with; the message's own page takes any.
const EMOJI: &str = "👍 ❤️ 😂 🔥 🎉 😮 😢 🙏 👀 ✅ 👎 🤔 😊 😍 🥰 😉 😎 🤗 😅 😭 😴 🤯 😱 🥺 🤝 👏 💪 🙌 👋 ✌️ 🫶 💡 ✨ ⭐ 🌙 ☀️ 🌈 🌱 🌿 🍂 🌊 ☕ 🍵 🍞 🍰 🎵 🎨 📚 🔧 🐛 🚀 ⏳ ❓ ❗ 💯 ➕ 🕯️ 🦊 🐈 🦉";

/// Buttons for the message whose number `room.acting` holds.
#[component]
pub fn Actions(room: Room, #[prop(into)] place: NodeRef<html::Div>) -> impl IntoView {
    let message = Memo::new(move |_| room.acting.get().and_then(|seq| room.message(seq)));
    let of = move |read: fn(&Message) -> String| message.with(|message| message.as_ref().map(read).unwrap_or_default());
    let mine = move || message.with(|message| message.as_ref().is_some_and(|message| message.author.id == room.me));
    let page = move || format!("/rooms/{}/messages/{}", room.id, of(|message| message.seq.to_string()));
    let archived = move || room.is_archived();
    let is_admin = viewer().with_untracked(|viewer| viewer.me.as_ref().is_some_and(|me| me.is_admin));
    let asks_again = move || {
        message.with(|message| {
            message.as_ref().is_some_and(|message| match (message.author.kind, message.reply_to) {
                (EntityKind::Ai, Some(question)) => room.has_a_say(question, is_admin),
                (EntityKind::Ai, None) => false,
                (EntityKind::Human, _) => message.author.id == room.me && room.concerns_ais(message.id),
            })
        })
    };
    let answer = move |_| room.begin_answering(message.get_untracked());
    let edit = move |_| room.begin_editing(room.acting.get_untracked());
    let emoji = EMOJI
        .split(' ')
        .map(|emoji| view! { <button class="quiet" name="emoji" value=emoji>{emoji}</button> })
        .collect_view();
    view! {
        <div class="actions" node_ref=place role="group" aria-label=words::ACTIONS hidden=move || message.with(Option::is_none)>
            <button class="quiet" type="button" popovertarget="emoji" hidden=archived>{words::REACT}</button>
            <button class="quiet" type="button" hidden=archived on:click=answer>{words::ANSWER}</button>
            <button class="quiet" type="button" hidden=move || archived() || !mine() on:click=edit>{words::EDIT}</button>
            <form method="post" action="/api/messages/again" data-quietly="" hidden=move || archived() || !asks_again()>
                <input type="hidden" name="channel" value=room.id.to_string() />
                <input type="hidden" name="message" prop:value=move || of(|message| message.id.to_string()) />
                <button class="quiet">{words::ASK_AGAIN}</button>
            </form>
            <a class="quiet" rel="external" href=page>{words::MORE}</a>
        </div>
        <form id="emoji" class="emoji" popover="auto" method="post" action="/api/messages/react" data-quietly="" aria-label=words::REACT>
            <input type="hidden" name="channel" value=room.id.to_string() />
            <input type="hidden" name="message" prop:value=move || of(|message| message.id.to_string()) />
            <input type="hidden" name="on" value="true" />
            {emoji}
        </form>
    }
}
