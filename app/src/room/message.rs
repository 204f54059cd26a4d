//! A message by itself: its link, and everything that one may do with it.

use crate::app::viewer;
use crate::components::{Avatar, Trouble};
use crate::failure::Failure;
use crate::pages::trouble;
use crate::visitor::{me, space};
use crate::words;
use domain::messages::Stretch;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::{ChannelId, ChannelKind, ClientKey, Code, Decision, EntityKind, Message, MessageKind, Problem, Role};

/// All that the page shows.
struct Shown {
    message: Message,
    is_mine: bool,
    moderates: bool,
    is_room: bool,
    /// Whether one may ask for another answer: in place of it, or to it.
    asks_again: bool,
    /// The number of the newest message.
    newest: i64,
    /// Why an AI said it, and what others made of the same message.
    reasons: Vec<String>,
}

async fn load(room: Option<String>, seq: Option<String>) -> Result<Shown, Failure> {
    let (space, me) = (space()?, me()?);
    let missing = || Failure(Problem::new(Code::NotFound, words::NOT_FOUND));
    let id: ChannelId = room.and_then(|room| room.parse().ok()).ok_or_else(missing)?;
    let seq: i64 = seq.and_then(|seq| seq.parse().ok()).ok_or_else(missing)?;
    let page = domain::messages::history(&space, me.id, id, Stretch::After(seq - 1)).await?;
    let message = page.messages.into_iter().find(|message| message.seq == seq).ok_or_else(missing)?;
    let opened = domain::channels::open(&space, me.id, id).await?;
    let role = opened.members.iter().find(|member| member.entity.id == me.id).map(|member| member.role);
    let is_room = opened.channel.kind == ChannelKind::Room;
    let moderates = opened.channel.kind != ChannelKind::Chat
        && (matches!(role, Some(Role::Owner | Role::Admin)) || (is_room && me.is_admin));
    let trigger = message.reply_to.filter(|_| message.author.kind == EntityKind::Ai);
    let considered = trigger.or((message.author.kind == EntityKind::Human).then_some(message.id));
    let reasons = match considered {
        Some(considered) => domain::minds::decisions(&space, me.id, id, considered).await?,
        None => Vec::new(),
    };
    let unmoved = match considered {
        Some(considered) => domain::minds::unmoved(&space, me.id, id, considered).await?,
        None => Vec::new(),
    };
    let is_mine = message.author.id == me.id;
    let asked = message.quote.as_ref().and_then(|quote| quote.author_id) == Some(me.id);
    let asks_again = match trigger {
        Some(_) => asked || moderates || opened.channel.kind == ChannelKind::Chat,
        None => is_mine && message.considered > 0,
    };
    // What went wrong inside is there for admins alone.
    let told = |decision: Decision| match decision.cause {
        Some(cause) => format!("{} — {cause}", decision.reason),
        None => decision.reason,
    };
    let reasons = reasons.into_iter().map(told).chain(unmoved).collect();
    let newest = opened.channel.last_seq;
    Ok(Shown { message, is_mine, moderates, is_room, asks_again, newest, reasons })
}

/// The page.
#[component]
pub fn MessagePage() -> impl IntoView {
    let (room, seq) = use_params_map().with_untracked(|params| (params.get("room"), params.get("seq")));
    view! {
        <Title text=words::MESSAGE />
        <Suspense>
            {Suspend::new(async move {
                match load(room, seq).await {
                    Ok(shown) => Either::Left(view! { <Show shown /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Show(shown: Shown) -> impl IntoView {
    let Shown { message, is_mine, moderates, is_room, asks_again, newest, reasons } = shown;
    let flash = viewer().with_untracked(|viewer| viewer.flash.clone());
    let problem = flash.map(|flash| flash.problem);
    let (channel, seq) = (message.channel, message.seq);
    let link = format!("/rooms/{channel}?at={seq}#m{seq}");
    let alive = message.deletion.is_none() && message.kind == MessageKind::Text;
    let id = message.id.to_string();
    let hidden = move || {
        view! {
            <input type="hidden" name="channel" value=channel.to_string() />
            <input type="hidden" name="message" value=id.clone() />
        }
    };
    let edit = (alive && is_mine).then(|| {
        view! {
            <form class="card" method="post" action="/api/messages/edit">
                {hidden()}
                <div class="field">
                    <label for="body">{words::EDIT}</label>
                    <textarea id="body" name="body" rows="4" dir="auto">{message.body.clone()}</textarea>
                </div>
                <button class="secondary">{words::SAVE}</button>
            </form>
        }
    });
    let answer = alive.then(|| {
        view! {
            <form class="card" method="post" action="/api/messages/post">
                <input type="hidden" name="channel" value=channel.to_string() />
                <input type="hidden" name="client_key" value=ClientKey::new().to_string() />
                <input type="hidden" name="reply_to" value=message.id.to_string() />
                <div class="field">
                    <label for="answer">{words::ANSWER}</label>
                    <textarea id="answer" name="body" rows="2" dir="auto" required=true></textarea>
                </div>
                <button class="secondary">{words::SEND}</button>
            </form>
        }
    });
    let react = alive.then(|| {
        view! {
            <form class="card" method="post" action="/api/messages/react">
                {hidden()}
                <input type="hidden" name="on" value="true" />
                <label for="emoji">{words::EMOJI_FIELD}</label>
                <div class="beside">
                    <input id="emoji" name="emoji" required=true autocomplete="off" />
                    <button class="secondary">{words::REACT}</button>
                </div>
            </form>
        }
    });
    let pinned = message.pinned;
    let pin = (alive && (!is_room || moderates)).then(|| {
        view! {
            <form method="post" action="/api/messages/pin">
                {hidden()}
                <input type="hidden" name="pinned" value=(!pinned).to_string() />
                <button class="secondary">{if pinned { words::UNPIN } else { words::PIN }}</button>
            </form>
        }
    });
    let again = (alive && asks_again).then(|| {
        view! {
            <form method="post" action="/api/messages/again">
                {hidden()}
                <button class="secondary">{words::ASK_AGAIN}</button>
            </form>
        }
    });
    let off = message.off_record;
    let may_record = alive && if off { is_mine } else { is_mine || !is_room || moderates };
    let record = move |to: i64, label: &'static str| {
        view! {
            <form method="post" action="/api/messages/record">
                <input type="hidden" name="channel" value=channel.to_string() />
                <input type="hidden" name="from" value=seq.to_string() />
                <input type="hidden" name="to" value=to.to_string() />
                <input type="hidden" name="off_record" value=(!off).to_string() />
                <button class="secondary">{label}</button>
            </form>
        }
    };
    let with_later = (may_record && !off && newest > seq).then(|| record(newest, words::OFF_RECORD_FROM));
    let this_one = may_record.then(|| record(seq, if off { words::PUT_ON_RECORD } else { words::TAKE_OFF_RECORD }));
    let reasons = (!reasons.is_empty()).then(|| {
        let lines = reasons.into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
        view! { <details class="why"><summary>{words::WHY}</summary>{lines}</details> }
    });
    let why = (!is_mine).then(|| {
        view! {
            <div class="field">
                <label for="why">{words::DELETE_WHY}</label>
                <input id="why" name="why" maxlength="200" required=true />
            </div>
        }
    });
    let delete = (alive && (is_mine || moderates)).then(|| {
        view! {
            <form class="card" method="post" action="/api/messages/delete">
                {hidden()}
                {why}
                <button class="secondary danger">{words::DELETE}</button>
            </form>
        }
    });
    view! {
        <main id="main" class="narrow">
            <h1>{words::MESSAGE}</h1>
            <article class="message head">
                <Avatar entity=message.author.clone() />
                <p class="author"><b>{message.author.name.clone()}</b></p>
                <div class="text" dir="auto" inner_html=message.html.clone()></div>
                {(off && alive).then(|| view! { <p class="marks">{words::OFF_RECORD}</p> })}
                {reasons}
            </article>
            <Trouble problem />
            <div class="card">
                <label for="link">{words::LINK}</label>
                <div class="beside">
                    <input id="link" class="link" readonly=true data-absolute=link.clone() value=link.clone() />
                    <button class="secondary by-script" type="button" data-copies="link">{words::COPY}</button>
                </div>
                <div class="ways">
                    {pin}
                    {again}
                    {this_one}
                    {with_later}
                    <form method="post" action="/api/channels/unread">
                        <input type="hidden" name="channel" value=channel.to_string() />
                        <input type="hidden" name="from" value=seq.to_string() />
                        <button class="secondary">{words::UNREAD_FROM}</button>
                    </form>
                </div>
            </div>
            {react}
            {answer}
            {edit}
            {delete}
            <p class="aside"><a href=link>{words::BACK_TO_TALK}</a></p>
        </main>
    }
}
