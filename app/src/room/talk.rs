//! The talk: newest at the bottom and kept there, older above.

use super::actions::Actions;
use super::live::Live;
use super::outbox::{Sending, Unsent};
use super::picture::Picture;
use super::state::Room;
use crate::app::viewer;
use crate::components::Avatar;
use crate::{when, words};
use leptos::either::{Either, EitherOf3};
use leptos::html;
use leptos::prelude::*;
use model::messages::{REPLACED, Reaction};
use model::{ChannelId, Entity, EntityId, EntityKind, Message, MessageId, MessageKind, ReplyState, Writing};
use std::sync::Arc;

/// Minutes after which the same author's next message has a head of its own.
const RUN_MINUTES: i64 = 10;
/// Bytes of a message from which on it is folded, and lines.
const LONG: usize = 1_500;
const LINES: usize = 18;
/// How close to the upper edge older messages are asked for, in pixels.
const NEAR: i32 = 600;

/// A message with what its neighbours decide.
#[derive(Clone, PartialEq)]
struct Row {
    message: Arc<Message>,
    /// Whether it shows its author.
    head: bool,
    /// The day that begins with it.
    day: Option<i64>,
    /// Whether it is by somebody whom the reader has blocked.
    hidden: bool,
    /// Whether what it quotes is.
    quotes_hidden: bool,
    /// Whether the unread begin with it.
    first_new: bool,
}

/// What a row's line is made anew for.
type Key = (MessageId, [i64; 2], Option<i64>, [bool; 4]);

impl Row {
    fn key(&self) -> Key {
        let marks = [self.head, self.hidden, self.quotes_hidden, self.first_new];
        (self.message.id, [self.message.clock, self.message.considered], self.day, marks)
    }
}

fn rows<'a>(
    messages: impl Iterator<Item = &'a Arc<Message>>,
    zone: i32,
    (me, blocked): (EntityId, &[EntityId]),
    new_from: i64,
    more_before: bool,
) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut marked = false;
    for message in messages {
        let day = when::day(message.created_at, zone);
        let before = rows.last().map(|row| &row.message);
        let new_day = before.is_none_or(|before| when::day(before.created_at, zone) != day);
        let runs_on = before.is_some_and(|before| {
            before.author.id == message.author.id
                && before.kind == message.kind
                && (message.created_at - before.created_at).whole_minutes() < RUN_MINUTES
        });
        let hidden = blocked.contains(&message.author.id);
        let quotes_hidden =
            message.quote.as_ref().and_then(|quote| quote.author_id).is_some_and(|author| blocked.contains(&author));
        // What one said oneself, and what one does not want to hear, is not new.
        let is_new = message.seq >= new_from && message.author.id != me && !hidden;
        let first_new = is_new && !marked && (before.is_some() || more_before);
        marked |= is_new;
        let head = new_day || !runs_on || first_new || message.quote.is_some();
        rows.push(Row {
            message: message.clone(),
            head,
            day: new_day.then_some(day),
            hidden,
            quotes_hidden,
            first_new,
        });
    }
    rows
}

/// The list of messages, with what is on its way.
#[component]
pub fn Talk(room: Room) -> impl IntoView {
    let viewer = viewer();
    let live: Live = expect_context();
    let zone = Memo::new(move |_| viewer.with(|viewer| viewer.zone_minutes));
    // Whom one blocks is known to all pages: this may run once more after the room is left.
    let rows = Memo::new(move |_| {
        let (blocked, new_from) = (live.blocked.get(), room.new_from.try_get().unwrap_or(i64::MAX));
        room.picture
            .try_with(|picture| {
                rows(picture.messages.values(), zone.get(), (room.me, &blocked), new_from, picture.more_before)
            })
            .unwrap_or_default()
    });
    let growing = move || {
        let mut writing = room.writing.try_get().unwrap_or_default();
        live.blocked.with(|blocked| writing.retain(|one| !blocked.contains(&one.entity.id)));
        writing
    };
    let scroller = NodeRef::<html::Div>::new();
    let away_from_end = RwSignal::new(false);
    let on_scroll = move |_| {
        if let Some(scroller) = scroller.get_untracked() {
            // The list is turned round, so its end is at 0 and older messages have negative places.
            let from_end = -scroller.scroll_top();
            away_from_end.set(from_end > 300);
            if scroller.scroll_height() - scroller.client_height() - from_end < NEAR {
                room.earlier();
            }
            if from_end < NEAR {
                room.later();
            }
            if from_end < 20 {
                room.read();
            }
        }
    };
    // What is added below must not push away what is read. (The browser's own way is off: it takes older lines for newer
    // ones in a list that is turned round.)
    let lines = NodeRef::<html::Div>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        if let (Some(scroller), Some(lines)) = (scroller.get(), lines.get()) {
            let shown = move || room.picture.try_with_untracked(|picture| (picture.first(), picture.at_end));
            crate::browser::keep_place(&scroller, &lines, move || shown().unwrap_or((None, true)));
        }
    });
    // A page that stays open does not grow without end.
    Effect::new(move |_| {
        if room.picture.with(Picture::is_long) {
            let away = away_from_end.get_untracked();
            room.picture.update(if away { Picture::let_go_of_newest } else { Picture::let_go_of_oldest });
        }
    });
    let to_end = move |event: leptos::ev::MouseEvent| {
        if live.began.get_untracked()
            && let Some(scroller) = scroller.get_untracked()
        {
            event.prevent_default();
            room.to_newest(move || scroller.set_scroll_top(0));
        }
    };
    // What one says oneself is always in sight.
    Effect::new(move |before: Option<usize>| {
        let mine = room.unsent.with(Vec::len);
        if before.is_some_and(|before| mine > before)
            && let Some(scroller) = scroller.get_untracked()
        {
            scroller.set_scroll_top(0);
        }
        mine
    });
    let actions = NodeRef::<html::Div>::new();
    // The buttons go to whichever message is pointed at or focused.
    #[cfg(feature = "hydrate")]
    let point = move |target: Option<web_sys::EventTarget>| {
        use wasm_bindgen::JsCast;
        // Whoever chooses an emoji, or has come to the buttons by keys, is not led astray by what lies under the pointer.
        if crate::browser::is_there("#emoji:popover-open, .actions :focus-visible") {
            return;
        }
        let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let message = element.and_then(|element| element.closest("article[data-seq]").ok().flatten());
        let Some(message) = message else { return };
        let seq = message.get_attribute("data-seq").and_then(|seq| seq.parse::<i64>().ok());
        if room.acting.get_untracked() != seq
            && room.message(seq.unwrap_or_default()).is_some_and(|one| one.deletion.is_none())
        {
            room.acting.set(seq);
        }
        if room.acting.get_untracked() == seq
            && let Some(actions) = actions.get_untracked()
            && actions.parent_element().as_ref() != Some(&message)
        {
            let _ = message.append_child(&actions);
        }
    };
    #[cfg(not(feature = "hydrate"))]
    let point = |_: Option<leptos::web_sys::EventTarget>| {};
    let earlier = move || {
        let first = room.picture.with(|picture| {
            picture.more_before.then(|| picture.messages.first_key_value().map(|(seq, _)| *seq)).flatten()
        });
        first.map(|seq| {
            let load = move |event: leptos::ev::MouseEvent| {
                if live.began.get_untracked() {
                    event.prevent_default();
                    room.earlier();
                }
            };
            view! { <a class="earlier" href=format!("/rooms/{}?before={seq}", room.id) on:click=load>{words::EARLIER}</a> }
        })
    };
    let latest = move || {
        let at_end = room.picture.with(|picture| picture.at_end);
        (!at_end || away_from_end.get())
            .then(|| view! { <a class="to-latest" href=format!("/rooms/{}", room.id) rel=(!at_end).then_some("external") on:click=to_end>{words::TO_LATEST}</a> })
    };
    let empty = move || {
        let nothing = rows.with(Vec::is_empty) && room.unsent.with(Vec::is_empty);
        nothing.then(|| view! { <p class="empty">{words::EMPTY_ROOM}</p> })
    };
    view! {
        <div class="talk" node_ref=scroller on:scroll=on_scroll tabindex="0" role="log" aria-label="Talk" aria-live="off">
            <div class="lines" node_ref=lines on:pointerover=move |event| point(event.target()) on:focusin=move |event| point(event.target())>
                {earlier}
                {empty}
                <For each=move || rows.get() key=Row::key let:row>
                    <Line row room />
                </For>
                <For each=growing key=|writing| writing.reply let:writing>
                    <Growing room writing />
                </For>
                <For each=move || room.unsent.get() key=|unsent| (unsent.client_key, unsent.sending.clone() != Sending::Pending) let:unsent>
                    <Pending room unsent />
                </For>
            </div>
        </div>
        <p class="spoken" aria-live="polite">{move || live.said.get()}</p>
        <Actions room place=actions />
        {latest}
    }
}

#[component]
fn Line(row: Row, room: Room) -> impl IntoView {
    let viewer = viewer();
    let Row { message, head, day, hidden, quotes_hidden, first_new } = row;
    let message = Arc::unwrap_or_clone(message);
    let seq = message.seq;
    let day = day.map(|day| {
        let name = move || viewer.with(|viewer| when::day_name(day, viewer.today));
        view! { <p class="day"><span>{name}</span></p> }
    });
    let day = view! { {day} {first_new.then(|| view! { <p class="day new" role="separator"><span>{words::NEW}</span></p> })} };
    if hidden {
        return EitherOf3::C(view! {
            {day}
            <details class="blocked system" id=format!("m{}", message.seq)>
                <summary>{words::HIDDEN} " " {words::SHOW}</summary>
                <p>{message.author.name}</p>
                <div class="text" dir="auto" inner_html=message.html></div>
            </details>
        });
    }
    if message.kind == MessageKind::System {
        return EitherOf3::A(
            view! { {day} <p class="system" id=format!("m{}", message.seq)>{message.author.name} " " {message.body}</p> },
        );
    }
    let at = message.created_at;
    let time = move || viewer.with(|viewer| when::clock(at, viewer.zone_minutes));
    let is_ai = message.author.kind == EntityKind::Ai;
    let heading = head.then(|| {
        view! {
            <Avatar entity=message.author.clone() />
            <p class="author">
                <b>{message.author.name.clone()}</b>
                {is_ai.then(|| view! { <span class="wisp" title=words::AI_MARK>{words::AI_MARK}</span> })}
                <time datetime=when::iso(at)>{time}</time>
            </p>
        }
    });
    // Why it spoke is told on request: page.js asks.
    let why = message.reply_to.filter(|_| is_ai).map(|trigger| {
        view! {
            <details class="why by-script" data-message=trigger.to_string()>
                <summary>{words::WHY}</summary>
            </details>
        }
    });
    let considered = (message.considered > 0 && message.deletion.is_none()).then(|| {
        view! {
            <details class="why by-script" data-message=message.id.to_string()>
                <summary>{message.considered} " " {words::CONSIDERED}</summary>
            </details>
        }
    });
    // A reply right after what it answers needs no quotation.
    let quote = message.quote.filter(|quote| quote.seq != seq - 1 && message.deletion.is_none()).map(|quote| {
        let (author, text) = match quote {
            _ if quotes_hidden => (String::new(), words::QUOTE_HIDDEN.to_owned()),
            ref gone if gone.text.is_empty() => (quote.author, words::QUOTE_GONE.to_owned()),
            _ => (quote.author, quote.text),
        };
        view! {
            <a class="quote" rel="external" href=format!("/rooms/{}?at={}#m{}", message.channel, quote.seq, quote.seq)>
                <b>{author}</b> " " {text}
            </a>
        }
    });
    let marks = [
        message.edited_at.map(|_| words::EDITED),
        message.pinned.then_some(words::PINNED),
        (message.off_record && message.deletion.is_none()).then_some(words::OFF_RECORD),
    ];
    let marks: Vec<&str> = marks.into_iter().flatten().collect();
    let marks = (!marks.is_empty()).then(|| view! { <p class="marks">{marks.join(" · ")}</p> });
    let reactions = (!message.reactions.is_empty())
        .then(|| view! { <Reactions room channel=message.channel message=message.id reactions=message.reactions /> });
    let is_replaced = message.deletion.as_ref().is_some_and(|trace| trace.why == REPLACED);
    let text = if let Some(trace) = message.deletion {
        let by = if trace.by.is_empty() {
            words::DELETED.to_owned()
        } else {
            format!("{} {}: {}", words::DELETED_BY, trace.by, trace.why)
        };
        Either::Left(view! { <p class="trace">{by}</p> })
    } else {
        let long = message.body.len() > LONG || message.body.lines().count() > LINES;
        let fold =
            long.then(|| view! { <button class="quiet fold by-script" type="button">{words::SHOW_ALL}</button> });
        Either::Right(view! {
            <div class="text" class:long=long dir="auto" inner_html=message.html></div>
            {fold}
        })
    };
    let class = match (head, is_replaced) {
        (_, true) => "message replaced",
        (true, false) => "message head",
        (false, false) => "message",
    };
    let page = format!("/rooms/{}/messages/{seq}", room.id);
    EitherOf3::B(view! {
        {day}
        <article class=class id=format!("m{seq}") tabindex="-1" data-seq=seq data-channel=message.channel.to_string()>
            {heading}
            <a class="without-script quiet" href=page>{words::MORE}</a>
            {quote}
            {text}
            {marks}
            {reactions}
            {why}
            {considered}
        </article>
    })
}

/// How members react to a message; a click joins in or takes back.
#[component]
fn Reactions(room: Room, channel: ChannelId, message: MessageId, reactions: Vec<Reaction>) -> impl IntoView {
    let chips = reactions.into_iter().map(|reaction| {
        let mine = reaction.who.contains(&room.me);
        let names = room.picture.try_with_untracked(|picture| {
            let name = |id: &EntityId| picture.members.get(id).map(|member| member.entity.name.clone());
            reaction.who.iter().filter_map(name).collect::<Vec<String>>().join(", ")
        });
        view! {
            <form method="post" action="/api/messages/react" data-quietly="">
                <input type="hidden" name="channel" value=channel.to_string() />
                <input type="hidden" name="message" value=message.to_string() />
                <input type="hidden" name="on" value=(!mine).to_string() />
                <button class="reaction" name="emoji" value=reaction.emoji.clone() aria-pressed=mine.to_string() title=names.unwrap_or_default()>
                    {reaction.emoji.clone()} " " {reaction.count}
                </button>
            </form>
        }
    });
    view! { <div class="reactions">{chips.collect_view()}</div> }
}

/// An AI's reply as it grows.
#[component]
fn Growing(room: Room, writing: Writing) -> impl IntoView {
    let id = writing.reply;
    let entity = writing.entity.clone();
    let first = writing.clone();
    let now = Memo::new(move |_| {
        room.writing.with(|all| all.iter().find(|one| one.reply == id).cloned()).unwrap_or_else(|| first.clone())
    });
    let failed = move || now.with(|writing| writing.state == ReplyState::Failed);
    let class = move || {
        now.with(|writing| match writing.state {
            ReplyState::Failed => "failed",
            ReplyState::Waiting => "thinking",
            _ if writing.text.is_empty() => "thinking dots",
            _ => "text growing",
        })
    };
    let body = move || {
        now.with(|writing| match (writing.state, &writing.notice) {
            (ReplyState::Failed, notice) => notice.clone().unwrap_or_default(),
            (ReplyState::Waiting, Some(notice)) if !notice.is_empty() => format!("{} · {notice}", words::WAITING),
            (ReplyState::Waiting, _) => words::WAITING.to_owned(),
            _ if writing.text.is_empty() => words::THINKING.to_owned(),
            _ => writing.text.clone(),
        })
    };
    let is_admin = viewer().with_untracked(|viewer| viewer.me.as_ref().is_some_and(|me| me.is_admin));
    let may_stop = Memo::new(move |_| !failed() && room.has_a_say(writing.trigger, is_admin));
    let stop = move || {
        may_stop.get().then(|| {
            view! {
                <form method="post" action="/api/replies/stop" data-quietly="">
                    <input type="hidden" name="channel" value=room.id.to_string() />
                    <input type="hidden" name="reply" value=id.to_string() />
                    <button class="quiet stop">{words::STOP}</button>
                </form>
            }
        })
    };
    view! {
        <article class="message head" class:breathing=move || !failed() aria-busy=move || (!failed()).then_some("true")>
            <Avatar entity=entity.clone() />
            <p class="author">
                <b>{entity.name.clone()}</b>
                <span class="wisp" title=words::AI_MARK>{words::AI_MARK}</span>
            </p>
            <div class=class dir="auto" role=move || failed().then_some("status")>{body}</div>
            {stop}
        </article>
    }
}

/// One's own message that is not posted yet.
#[component]
fn Pending(room: Room, unsent: Unsent) -> impl IntoView {
    let viewer = viewer();
    let Unsent { client_key, body, sending, .. } = unsent;
    let me = viewer.with_untracked(|viewer| viewer.me.clone());
    let me = me.map(|me| Entity { id: me.id, kind: EntityKind::Human, name: me.name, bio: String::new() });
    let name = me.as_ref().map(|me| me.name.clone());
    let note = match sending {
        Sending::Pending => Either::Left(view! { <p class="pending-note">{words::PENDING}</p> }),
        Sending::Refused(why) => {
            let take_back = move || {
                (!room.is_archived()).then(|| {
                    view! { <button class="quiet" type="button" on:click=move |_| room.take_back(client_key)>{words::TAKE_BACK}</button> }
                })
            };
            Either::Right(view! {
                <p class="failed" role="alert">
                    {words::NOT_SENT} " " {why} " "
                    <button class="quiet" type="button" on:click=move |_| room.try_again(client_key)>{words::TRY_AGAIN}</button>
                    {take_back}
                </p>
            })
        }
    };
    view! {
        <article class="message head pending">
            {me.map(|entity| view! { <Avatar entity /> })}
            <p class="author"><b>{name}</b></p>
            <div class="text plain" dir="auto">{body}</div>
            {note}
        </article>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::ClientKey;
    use time::{Duration, OffsetDateTime};

    #[test]
    fn runs_are_grouped_and_days_are_separated() {
        let (ada, ben) = (EntityId::new(), EntityId::new());
        let start = OffsetDateTime::UNIX_EPOCH + Duration::hours(22);
        let said = |who: EntityId, minutes: i64| Message {
            id: MessageId::new(),
            channel: ChannelId::new(),
            seq: 1,
            clock: 1,
            author: Entity { id: who, kind: EntityKind::Human, name: "x".into(), bio: String::new() },
            kind: MessageKind::Text,
            body: String::new(),
            html: String::new(),
            reply_to: None,
            quote: None,
            mentions: vec![],
            reactions: vec![],
            client_key: ClientKey::new(),
            created_at: start + Duration::minutes(minutes),
            edited_at: None,
            pinned: false,
            considered: 0,
            off_record: false,
            deletion: None,
        };
        let talk =
            [said(ada, 0), said(ada, 5), said(ben, 6), said(ada, 7), said(ada, 30), said(ada, 125)].map(Arc::new);
        let heads: Vec<(bool, bool)> = rows(talk.iter(), 0, (EntityId::new(), &[]), i64::MAX, false)
            .iter()
            .map(|row| (row.head, row.day.is_some()))
            .collect();
        assert_eq!(heads, [(true, true), (false, false), (true, false), (true, false), (true, false), (true, true)]);
    }
}
