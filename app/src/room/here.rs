//! Who is here: people and AIs in one list.

use super::state::Room;
use crate::components::{Avatar, Close};
use crate::words;
use leptos::prelude::*;
use model::{ChannelKind, Entity, EntityKind, Member, ReplyState};

/// What somebody is doing right now, in words.
fn doing(room: Room, entity: &Entity) -> Option<&'static str> {
    let writes = room.writing.with(|writing| {
        writing.iter().find(|one| one.entity.id == entity.id && !one.state.is_over()).map(|one| one.state)
    });
    match writes {
        Some(ReplyState::Waiting) => Some(words::WAITING),
        Some(ReplyState::Thinking) => Some(words::THINKING),
        Some(_) => Some(words::WRITING),
        None => room.typing.with(|typing| typing.iter().any(|(who, _)| who.id == entity.id)).then_some(words::WRITING),
    }
}

/// The right column; on a phone a drawer.
#[component]
pub fn Here(room: Room) -> impl IntoView {
    let members = Memo::new(move |_| {
        room.picture
            .with(|picture| picture.members.values().filter(|member| member.joined).cloned().collect::<Vec<Member>>())
    });
    let crowd = Memo::new(move |_| room.picture.with(|picture| picture.crowd));
    // In a crowd it is not known who comes and goes: all stand in one list.
    let is_here = move |member: &Member| crowd.get().is_some() || member.presence.is_here();
    let part = move |here: bool| {
        let mut some: Vec<Member> =
            members.with(|members| members.iter().filter(|member| is_here(member) == here).cloned().collect());
        some.sort_by_key(|member| member.entity.name.to_lowercase());
        some
    };
    // A card that is open stays with whom it is about, whoever comes and goes.
    let key = |member: &Member| (member.entity.id, member.entity.name.clone(), member.presence);
    let person = move |member: Member| {
        let with_presence = crowd.with_untracked(Option::is_none);
        view! { <Person room member with_presence /> }
    };
    let offline = Memo::new(move |_| members.with(|members| members.iter().any(|member| !is_here(member))));
    view! {
        <aside id="here" class="side here" popover="auto" aria-label=words::HERE>
            <div class="drawer-head">
                <h2>{words::HERE}</h2>
                <Close drawer="here" />
            </div>
            {move || crowd.get().map(|count| view! { <p class="muted">{format!("{count} {}", words::PEOPLE_HERE)}</p> })}
            <ul><For each=move || part(true) key=key children=person /></ul>
            {move || offline.get().then(|| view! { <h3>{words::MEMBERS_AWAY}</h3> <ul class="away"><For each=move || part(false) key=key children=person /></ul> })}
        </aside>
    }
}

/// Between a phone and a desk: the faces of those who are here, above the talk.
#[component]
pub fn Faces(room: Room) -> impl IntoView {
    let faces = move || {
        let here: Vec<Entity> = room.picture.with(|picture| {
            let here = picture.members.values().filter(|member| member.joined && member.presence.is_here());
            here.map(|member| member.entity.clone()).take(12).collect()
        });
        here.into_iter().map(|entity| view! { <Avatar entity /> }).collect_view()
    };
    view! {
        <button class="strip" type="button" popovertarget="here" aria-label=words::WHO_IS_HERE>
            {faces}
        </button>
    }
}

#[component]
fn Person(room: Room, member: Member, with_presence: bool) -> impl IntoView {
    let entity = member.entity;
    let is_ai = entity.kind == EntityKind::Ai;
    let seen = entity.clone();
    let presence = words::presence(member.presence).filter(|_| with_presence);
    let now = move || doing(room, &seen).or(presence).map(|text| view! { <span class="doing">{text}</span> });
    let chat = (entity.id != room.me && room.kind() != ChannelKind::Chat).then(|| {
        view! {
            <form method="post" action="/api/chats/open">
                <input type="hidden" name="with" value=entity.id.to_string() />
                <button class="quiet" aria-label=format!("{} with {}", words::CHAT, entity.name)>{words::CHAT}</button>
            </form>
        }
    });
    let bio = if entity.bio.is_empty() { words::NO_BIO.to_owned() } else { entity.bio.clone() };
    view! {
        <li>
            <details class="person" class:dim=presence.is_some()>
                <summary>
                    <Avatar entity=entity.clone() />
                    <span class="person-name">{entity.name.clone()}</span>
                    {is_ai.then(|| view! { <span class="wisp" title=words::AI_MARK>{words::AI_MARK}</span> })}
                    {now}
                </summary>
                <div class="person-card">
                    <p>{bio}</p>
                    {chat}
                    {(entity.id != room.me).then(|| view! {
                        <a class="quiet" rel="external" href=format!("/people/{}?in={}", entity.id, room.id) aria-label=format!("{} about {}", words::MORE, entity.name)>{words::MORE}</a>
                    })}
                    {is_ai.then(|| view! { <p class="muted">"Call "<b>{format!("@{}", entity.name)}</b>" and it answers."</p> })}
                </div>
            </details>
        </li>
    }
}
