//! What a channel is and who is asked in: the page behind its “Settings”.

use super::forms::RoomForm;
use super::picture::Picture;
use crate::app::viewer;
use crate::components::{Ask, Avatar, Trouble};
use crate::failure::Failure;
use crate::pages::trouble;
use crate::visitor::{me, space};
use crate::words;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::channels::Opened;
use model::{
    Channel, ChannelId, ChannelKind, Code, Entity, EntityId, EntityKind, History, Message, Page, Problem, Role, limits,
};

/// All that the page shows.
struct Shown {
    me: EntityId,
    opened: Opened,
    /// What the one who asks is in the channel.
    role: Option<Role>,
    is_admin: bool,
    /// To whom a room is closed.
    banned: Vec<Entity>,
    /// What is pinned.
    pins: Vec<Message>,
    /// Whom one might ask in.
    found: Vec<Entity>,
    letters: String,
}

async fn load(room: Option<String>, letters: String) -> Result<Shown, Failure> {
    let (space, me) = (space()?, me()?);
    let missing = || Failure(Problem::new(Code::NotFound, words::NOT_FOUND));
    let id: ChannelId = room.and_then(|room| room.parse().ok()).ok_or_else(missing)?;
    let opened = domain::channels::open(&space, me.id, id).await?;
    let role = opened.members.iter().find(|member| member.entity.id == me.id).map(|member| member.role);
    let is_admin = me.is_admin && opened.channel.kind == ChannelKind::Room;
    if !opened.joined && !is_admin {
        return Err(Failure(Problem::new(
            Code::NotYours,
            "Join the room first; its owner and the admins can change it.",
        )));
    }
    let moderates = is_admin || matches!(role, Some(Role::Owner | Role::Admin));
    let banned = match opened.channel.kind {
        ChannelKind::Room if moderates => domain::channels::banned(&space, me.id, id).await?,
        _ => Vec::new(),
    };
    let found = match opened.channel.kind {
        ChannelKind::Circle => domain::entities::find(&space, me.id, &letters).await?,
        _ => Vec::new(),
    };
    let pins = if opened.joined { domain::messages::pinned(&space, me.id, id).await? } else { Vec::new() };
    let is_in = |one: &Entity| opened.members.iter().any(|member| member.entity.id == one.id);
    let found = found.into_iter().filter(|one| !is_in(one)).collect();
    Ok(Shown { me: me.id, opened, role, is_admin, banned, pins, found, letters })
}

/// The page.
#[component]
pub fn Settings() -> impl IntoView {
    let room = use_params_map().with_untracked(|params| params.get("room"));
    let letters = use_query_map().with_untracked(|query| query.get("letters")).unwrap_or_default();
    view! {
        <Title text=words::SETTINGS />
        <Suspense>
            {Suspend::new(async move {
                match load(room, letters).await {
                    Ok(shown) => Either::Left(view! { <Show shown /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Show(shown: Shown) -> impl IntoView {
    let Shown { me, opened, role, is_admin, banned, pins, found, letters } = shown;
    let Opened { channel, members, muted, put_away, joined, .. } = opened;
    let problem = viewer().with_untracked(|viewer| viewer.flash.as_ref().map(|flash| flash.problem.clone()));
    let (id, is_open) = (channel.id, channel.archived_at.is_none());
    let is_circle = channel.kind == ChannelKind::Circle;
    let is_chat = channel.kind == ChannelKind::Chat;
    let owns = !is_chat && (role == Some(Role::Owner) || is_admin);
    let title = Picture::new(channel.clone(), members, Page::default()).title(me);
    let edit = (is_admin && is_open).then(|| {
        let now = (channel.name.clone(), channel.description.clone(), channel.capacity.to_string());
        view! { <RoomForm action="/api/rooms/edit" room=Some(id) now /> }
    });
    let circle = (is_circle && is_open).then(|| view! { <Circle channel=channel.clone() found letters /> });
    // What AIs may remember is the affair of all in private, and of those who moderate in rooms.
    let moderates = is_admin || matches!(role, Some(Role::Owner | Role::Admin));
    let off = channel.off_record;
    let record = (joined && is_open && (channel.kind != ChannelKind::Room || moderates)).then(|| {
        view! {
            <section class="card">
                <h2>{words::RECORD}</h2>
                <p class="hint">{words::RECORD_HINT}</p>
                <Switch action="/api/channels/record" id name="off_record" value=!off label=if off { words::PUT_ON_RECORD } else { words::TAKE_OFF_RECORD } />
            </section>
        }
    });
    // Rooms stand in the list for all, joined or not.
    let can_be_put_away = channel.kind != ChannelKind::Room;
    let own = joined.then(|| {
        view! {
            <section class="card">
                <h2>{words::FOR_YOU}</h2>
                <div class="ways">
                    <Switch action="/api/channels/mute" id name="muted" value=!muted label=if muted { words::UNMUTE } else { words::MUTE } />
                    {can_be_put_away.then(|| view! { <Switch action="/api/channels/put-away" id name="away" value=!put_away label=if put_away { words::BRING_BACK } else { words::PUT_AWAY } /> })}
                </div>
                {can_be_put_away.then(|| view! { <p class="hint">{words::PUT_AWAY_HINT}</p> })}
            </section>
        }
    });
    let archive = owns.then(|| {
        if is_open {
            Either::Left(view! { <Ask id="archive" label=words::ARCHIVE hint=words::ARCHIVE_HINT yes=words::ARCHIVE_NOW action="/api/rooms/archive" about=("room", id.to_string()) /> })
        } else {
            Either::Right(view! {
                <form method="post" action="/api/rooms/restore">
                    <input type="hidden" name="room" value=id.to_string() />
                    <button class="secondary">{words::RESTORE}</button>
                </form>
            })
        }
    });
    view! {
        <main id="main" class="narrow">
            <h1>{format!("{}: {title}", words::SETTINGS)}</h1>
            <Trouble problem />
            {edit}
            <Pins pins />
            {circle}
            {own}
            {record}
            <Banned channel=id banned />
            {archive}
            <p class="aside"><a href=format!("/rooms/{id}")>{words::BACK_TO_TALK}</a></p>
        </main>
    }
}

/// What is pinned, with the way to it.
#[component]
fn Pins(pins: Vec<Message>) -> impl IntoView {
    (!pins.is_empty()).then(|| {
        let list = pins.into_iter().map(|pin| {
            let text: String = pin.body.chars().take(limits::LAST_LINE).collect();
            let place = format!("/rooms/{}?at={}#m{}", pin.channel, pin.seq, pin.seq);
            view! { <li><a class="quote" href=place><b>{pin.author.name}</b> " " {text}</a></li> }
        });
        view! { <section class="card"><h2>{words::PINS}</h2><ul class="choices">{list.collect_view()}</ul></section> }
    })
}

/// A form with one button that sets something.
#[component]
fn Switch(action: &'static str, id: ChannelId, name: &'static str, value: bool, label: &'static str) -> impl IntoView {
    view! {
        <form method="post" action=action>
            <input type="hidden" name="channel" value=id.to_string() />
            <input type="hidden" name=name value=value.to_string() />
            <button class="secondary">{label}</button>
        </form>
    }
}

/// A circle's name, and whom to ask in.
#[component]
fn Circle(channel: Channel, found: Vec<Entity>, letters: String) -> impl IntoView {
    let id = channel.id;
    let promise = if channel.history == History::Whole { words::PROMISE_WHOLE } else { words::PROMISE_FROM_JOINING };
    let guests = found.into_iter().map(|entity| {
        let label = format!("{} {}", words::INVITE_IN, entity.name);
        let is_ai = entity.kind == EntityKind::Ai;
        view! {
            <li class="choice">
                <Avatar entity=entity.clone() />
                <span class="person-name">{entity.name}</span>
                {is_ai.then(|| view! { <span class="wisp" title=words::AI_MARK>{words::AI_MARK}</span> })}
                <form method="post" action="/api/circles/invite">
                    <input type="hidden" name="circle" value=id.to_string() />
                    <input type="hidden" name="member" value=entity.id.to_string() />
                    <button class="quiet" aria-label=label>{words::INVITE_IN}</button>
                </form>
            </li>
        }
    });
    view! {
        <form class="card" method="post" action="/api/circles/rename">
            <input type="hidden" name="circle" value=id.to_string() />
            <div class="field">
                <label for="name">{words::CIRCLE_NAME}</label>
                <input id="name" name="name" value=channel.name.clone() maxlength="48" aria-describedby="name-hint" />
                <p class="hint" id="name-hint">{words::CIRCLE_NAME_HINT}</p>
            </div>
            <button class="secondary">{words::SAVE}</button>
        </form>
        <section class="card">
            <h2>{words::INVITE_IN}</h2>
            <p class="hint">{promise}</p>
            <form method="get" class="beside">
                <input name="letters" type="search" aria-label=words::FIND value=letters autocomplete="off" />
                <button class="secondary">{words::FIND_NOW}</button>
            </form>
            <ul class="choices">{guests.collect_view()}</ul>
        </section>
    }
}

/// To whom a room is closed, and the way back.
#[component]
fn Banned(channel: ChannelId, banned: Vec<Entity>) -> impl IntoView {
    (!banned.is_empty()).then(|| {
        let people = banned.into_iter().map(|entity| {
            view! {
                <li class="choice">
                    <Avatar entity=entity.clone() />
                    <span class="person-name">{entity.name}</span>
                    <form method="post" action="/api/channels/unban">
                        <input type="hidden" name="channel" value=channel.to_string() />
                        <input type="hidden" name="member" value=entity.id.to_string() />
                        <button class="quiet">{words::UNBAN}</button>
                    </form>
                </li>
            }
        });
        view! {
            <section class="card">
                <h2>{words::BANNED}</h2>
                <ul class="choices">{people.collect_view()}</ul>
            </section>
        }
    })
}
