//! A member's page: who they are, and what one may do about them.

use crate::app::viewer;
use crate::components::{Avatar, Trouble};
use crate::failure::Failure;
use crate::pages::trouble;
use crate::visitor::{me, space};
use crate::{when, words};
use domain::entities::About;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::{Channel, ChannelId, ChannelKind, Code, Entity, EntityId, EntityKind, Member, Problem, Role};

/// All that the page shows.
struct Card {
    entity: Entity,
    about: About,
    is_me: bool,
    blocked: bool,
    /// One's own circles: which, its name, and whether they are in it, too.
    circles: Vec<(ChannelId, String, bool)>,
    /// Where one came from: the channel, one's own and their place in it, and whether one is an admin of the space.
    inside: Option<(Channel, Option<Role>, Option<Member>, bool)>,
}

async fn load(id: Option<String>, inside: Option<ChannelId>) -> Result<Card, Failure> {
    let (space, me) = (space()?, me()?);
    let missing = || Failure(Problem::new(Code::NotFound, words::NOT_FOUND));
    let id: EntityId = id.and_then(|id| id.parse().ok()).ok_or_else(missing)?;
    let entity = domain::entities::some(&space, &[id]).await?.pop().ok_or_else(missing)?;
    let blocked = domain::entities::blocks::blocked(&space, me.id).await?.iter().any(|one| one.id == id);
    let inside = match inside {
        Some(channel) => {
            let opened = domain::channels::open(&space, me.id, channel).await?;
            let find = |id: EntityId| opened.members.iter().find(|member| member.entity.id == id);
            let mine = find(me.id).map(|member| member.role);
            let theirs = find(id).cloned();
            Some((opened.channel, mine, theirs, me.is_admin))
        }
        None => None,
    };
    let about = domain::entities::about(&space, me.id, id).await?;
    let circles =
        if me.id == id || blocked { Vec::new() } else { domain::channels::circles_of(&space, me.id, id).await? };
    Ok(Card { entity, about, is_me: me.id == id, blocked, circles, inside })
}

/// The page.
#[component]
pub fn Person() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("member"));
    let inside = use_query_map().with_untracked(|query| query.get("in").and_then(|id| id.parse().ok()));
    view! {
        <Suspense>
            {Suspend::new(async move {
                match load(id, inside).await {
                    Ok(card) => Either::Left(view! { <Show card /> }),
                    Err(failure) => Either::Right(trouble(&failure)),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Show(card: Card) -> impl IntoView {
    let Card { entity, about, is_me, blocked, circles, inside } = card;
    let viewer = viewer().get_untracked();
    let seen = match about.last_seen {
        _ if about.presence.is_here() => words::presence(about.presence).unwrap_or(words::HERE_NOW).to_owned(),
        Some(at) => {
            let day = when::day_name(when::day(at, viewer.zone_minutes), viewer.today);
            format!("{} {day}, {}", words::LAST_HERE, when::clock(at, viewer.zone_minutes))
        }
        None => String::new(),
    };
    let problem = viewer.flash.as_ref().map(|flash| flash.problem.clone());
    let is_ai = entity.kind == EntityKind::Ai;
    let bio = if entity.bio.is_empty() { words::NO_BIO.to_owned() } else { entity.bio.clone() };
    let id = entity.id;
    let back = inside.as_ref().map_or_else(|| "/rooms".to_owned(), |(channel, ..)| format!("/rooms/{}", channel.id));
    let name = entity.name.clone();
    let ways = (!is_me).then(|| {
        view! {
            <div class="ways">
                <form method="post" action="/api/chats/open" hidden=blocked>
                    <input type="hidden" name="with" value=id.to_string() />
                    <button class="primary">{words::CHAT}</button>
                </form>
                <a class="secondary" href=format!("/new?with={id}") hidden=blocked>{words::START_CIRCLE}</a>
                <form method="post" action=if blocked { "/api/people/unblock" } else { "/api/people/block" }>
                    <input type="hidden" name="member" value=id.to_string() />
                    <button class="quiet">{if blocked { words::UNBLOCK } else { words::BLOCK }}</button>
                </form>
            </div>
            <p class="hint">{if blocked { words::BLOCKED_HINT } else { words::BLOCK_HINT }}</p>
        }
    });
    let keeps = viewer.me.as_ref().is_some_and(|me| me.is_admin);
    let studio = (is_ai && keeps)
        .then(|| view! { <p><a class="secondary" href=format!("/studio/{id}")>{words::IN_STUDIO}</a></p> });
    let memories = is_ai.then(|| {
        view! { <p><a class="secondary" href=format!("/me/memories?by={id}#by-{id}")>{words::MEMORIES_OF_YOU}</a></p> }
    });
    let there = inside.filter(|_| !is_me).map(|(channel, mine, theirs, is_admin)| {
        let is_there = theirs.as_ref().is_some_and(|theirs| theirs.joined);
        if channel.kind == ChannelKind::Chat {
            Either::Left((is_ai && is_there).then(|| view! { <TakeOut channel=channel.id member=id /> }))
        } else {
            Either::Right(view! { <Moderate channel mine theirs is_admin member=id /> })
        }
    });
    view! {
        <Title text=name.clone() />
        <main id="main" class="narrow">
            <div class="person-head">
                <Avatar entity=entity.clone() />
                <h1>{name}</h1>
                {is_ai.then(|| view! { <span class="wisp" title=words::AI_MARK>{words::AI_MARK}</span> })}
            </div>
            {(!about.status.is_empty()).then(|| view! { <p>{about.status.clone()}</p> })}
            {(!seen.is_empty()).then(|| view! { <p class="muted">{seen}</p> })}
            <p>{bio}</p>
            <Trouble problem />
            {ways}
            <Circles circles member=id />
            {memories}
            {studio}
            {there}
            <p class="aside"><a href=back>{words::BACK_TO_TALK}</a></p>
        </main>
    }
}

/// The circles that one has with somebody, and those that one can ask them into.
#[component]
fn Circles(circles: Vec<(ChannelId, String, bool)>, member: EntityId) -> impl IntoView {
    let is_none = circles.is_empty();
    let (shared, others): (Vec<_>, Vec<_>) = circles.into_iter().partition(|(.., is_in)| *is_in);
    let shared = (!shared.is_empty()).then(|| {
        let links =
            shared.into_iter().map(|(id, name, _)| view! { <li><a href=format!("/rooms/{id}")>{name}</a></li> });
        view! {
            <p class="hint">{words::CIRCLES_WITH_BOTH}</p>
            <ul>{links.collect_view()}</ul>
        }
    });
    let ask = (!others.is_empty()).then(|| {
        let choices = others.into_iter().map(|(id, name, _)| view! { <option value=id.to_string()>{name}</option> });
        view! {
            <form method="post" action="/api/circles/invite" class="beside">
                <input type="hidden" name="member" value=member.to_string() />
                <select name="circle" aria-label=words::WHICH_CIRCLE>{choices.collect_view()}</select>
                <button class="secondary">{words::INVITE_IN}</button>
            </form>
        }
    });
    (!is_none).then(|| view! { <section class="card"><h2>{words::YOUR_CIRCLES}</h2>{shared}{ask}</section> })
}

/// Takes an AI out of one's private chat with it.
#[component]
fn TakeOut(channel: ChannelId, member: EntityId) -> impl IntoView {
    view! {
        <section class="card">
            <h2>{words::YOUR_CHAT}</h2>
            <p class="hint">{words::TAKE_OUT_HINT}</p>
            <Remove channel member label=words::TAKE_OUT />
        </section>
    }
}

/// Takes somebody out of a channel, or bans them from it.
#[component]
fn Remove(channel: ChannelId, member: EntityId, label: &'static str, #[prop(optional)] ban: bool) -> impl IntoView {
    view! {
        <form method="post" action="/api/channels/remove">
            <input type="hidden" name="channel" value=channel.to_string() />
            <input type="hidden" name="member" value=member.to_string() />
            {ban.then(|| view! { <input type="hidden" name="ban" value="true" /> })}
            <button class="secondary danger">{label}</button>
        </form>
    }
}

/// What the owner and the admins of a channel may do about a member.
#[component]
fn Moderate(
    channel: Channel,
    mine: Option<Role>,
    theirs: Option<Member>,
    is_admin: bool,
    member: EntityId,
) -> impl IntoView {
    let is_room = channel.kind == ChannelKind::Room;
    let over_all = mine == Some(Role::Owner) || (is_room && is_admin);
    let moderates = over_all || mine == Some(Role::Admin);
    let theirs = theirs.filter(|theirs| theirs.joined).map(|theirs| theirs.role);
    let removable = moderates && theirs.is_some_and(|theirs| over_all || theirs == Role::Member);
    let is_there_admin = theirs == Some(Role::Admin);
    let promotable = over_all && theirs.is_some_and(|theirs| theirs != Role::Owner);
    (removable || promotable).then(|| {
        view! {
            <section class="card">
                <h2>{format!("{} {}", words::IN_CHANNEL, if channel.name.is_empty() { words::CIRCLE } else { &channel.name })}</h2>
                {promotable.then(|| view! {
                    <form method="post" action="/api/channels/role">
                        <input type="hidden" name="channel" value=channel.id.to_string() />
                        <input type="hidden" name="member" value=member.to_string() />
                        <input type="hidden" name="role" value=if is_there_admin { "member" } else { "admin" } />
                        <button class="secondary">{if is_there_admin { words::MAKE_MEMBER } else { words::MAKE_ADMIN }}</button>
                    </form>
                })}
                {removable.then(|| view! { <Remove channel=channel.id member label=words::REMOVE /> })}
                {(removable && is_room).then(|| view! { <Remove channel=channel.id member label=words::BAN ban=true /> })}
            </section>
        }
    })
}
