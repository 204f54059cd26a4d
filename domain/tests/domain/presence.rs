//! Who is here and how: told by streams and by what people do.

use crate::hearing::Hearing;
use crate::world::{admin, fresh_database, guest, person, policy, room, say, space};
use domain::accounts::own;
use domain::minds::Minds;
use domain::{Policy, Space, channels, database};
use model::{ChannelId, EntityId, Event, Presence, Present};
use std::time::Duration;
use tokio::task::JoinHandle;

/// The next event about presence: whose changed, and how many they are in a crowd.
async fn told(frames: &mut Hearing) -> (Vec<Present>, Option<i64>) {
    loop {
        if let Event::Presence { changed, crowd, .. } = frames.next().await.expect("an event") {
            return (changed, crowd);
        }
    }
}

/// Listens until somebody is told to be so.
async fn until(frames: &mut Hearing, entity: EntityId, presence: Presence) {
    while !told(frames).await.0.contains(&Present { entity, presence }) {}
}

/// Somebody in a room, and what its keeper hears of them.
struct Watched {
    keeper: EntityId,
    ann: EntityId,
    id: ChannelId,
    running: JoinHandle<()>,
    frames: Hearing,
}

async fn watched(space: &Space) -> Watched {
    let (keeper, ann) = (admin(space).await, person(space, "Ann").await);
    let id = room(space, &keeper, 5, &[&keeper, &ann]).await;
    let running = tokio::spawn(space.live.clone().run());
    let frames = Hearing::kept(space, keeper.id).await;
    Watched { keeper: keeper.id, ann: ann.id, id, running, frames }
}

#[tokio::test]
async fn presence_follows_the_streams() {
    let space = space().await;
    let keeper = admin(&space).await.id;
    assert_eq!(space.live.present().of(keeper), Presence::Offline);
    let frames = Hearing::of(&space, keeper).await;
    assert_eq!(space.live.present().of(keeper), Presence::Available);
    assert_eq!(space.live.present().of(EntityId::new()), Presence::Offline);
    drop(frames);
    assert!(space.live.present().of(keeper).is_here(), "a page that reloads does not make its reader come and go");
}

#[tokio::test]
async fn who_does_nothing_is_away_until_they_do_something() {
    let db = database::connect(fresh_database().await, 12).await.unwrap();
    let space = Space::new(db, Policy { away_after: Duration::from_secs(1), ..policy() }, Minds::none());
    let Watched { ann, id, running, mut frames, .. } = watched(&space).await;
    let _stream = Hearing::kept(&space, ann).await;
    until(&mut frames, ann, Presence::Away).await;
    // A second stream is no sign of life: a browser opens one by itself.
    let again = Hearing::kept(&space, ann).await;
    assert_eq!(space.live.present().of(ann), Presence::Away);
    drop(again);
    say(&space, ann, id, "back").await.unwrap();
    assert_eq!(space.live.present().of(ann), Presence::Available);
    running.abort();
}

#[tokio::test]
async fn who_is_busy_says_so_themselves() {
    let space = space().await;
    let Watched { keeper, ann, id, running, mut frames } = watched(&space).await;
    let stream = Hearing::kept(&space, ann).await;
    let profile = own::profile(&space, ann).await.unwrap();
    own::edit_profile(&space, ann, model::accounts::Profile { busy: true, ..profile }).await.unwrap();
    until(&mut frames, ann, Presence::Busy).await;
    let seen = async |by: EntityId| {
        let opened = channels::open(&space, by, id).await.unwrap();
        opened.members.iter().find(|member| member.entity.id == ann).unwrap().presence
    };
    assert_eq!(seen(keeper).await, Presence::Busy);
    assert!(own::profile(&space, ann).await.unwrap().busy);
    // It outlasts the streams and the node.
    drop(stream);
    let other = Space::new(space.db.clone(), policy(), Minds::none());
    let _stream = Hearing::kept(&other, ann).await;
    assert_eq!(other.live.present().of(ann), Presence::Busy);
    running.abort();
}

#[tokio::test]
async fn a_crowd_is_told_as_a_count() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 200, &[&keeper]).await;
    let running = tokio::spawn(space.live.clone().run());
    let mut frames = Hearing::kept(&space, keeper.id).await;
    let mut guests = Vec::new();
    for n in 0..100 {
        let who = guest(&space, &format!("guest {n}")).await;
        channels::join(&space, who, id).await.unwrap();
        guests.push(Hearing::kept(&space, who).await);
    }
    while told(&mut frames).await != (vec![], Some(101)) {}
    let opened = channels::open(&space, keeper.id, id).await.unwrap();
    assert_eq!(opened.crowd, Some(101));
    let position = model::Position { channel: id, clock: opened.channel.clock, epoch: 0 };
    let synced = domain::messages::sync(&space, keeper.id, &[position]).await.unwrap();
    assert!(
        matches!(&synced.channels[0], model::Synced::Changes { present, crowd: Some(101), .. } if present.is_empty()),
        "{synced:?}"
    );
    running.abort();
}

#[tokio::test]
async fn whoever_comes_back_learns_who_is_there() {
    let space = space().await;
    let keeper = admin(&space).await;
    let (ann, ben) = (person(&space, "Ann").await.id, person(&space, "Ben").await.id);
    let id = room(&space, &keeper, 5, &[&keeper]).await;
    for who in [ann, ben] {
        channels::join(&space, who, id).await.unwrap();
    }
    domain::entities::blocks::block(&space, ann, ben).await.unwrap();
    let _streams = (Hearing::kept(&space, ann).await, Hearing::kept(&space, keeper.id).await);
    let seen = async |by: EntityId| {
        let position = model::Position { channel: id, clock: 0, epoch: 0 };
        let synced = domain::messages::sync(&space, by, &[position]).await.unwrap();
        let model::Synced::Changes { present, events, .. } = &synced.channels[0] else { panic!("{synced:?}") };
        let told = events.iter().any(|event| {
            matches!(event, Event::Member { member, .. } if member.entity.id == ann && member.presence.is_here())
        });
        (present.contains(&Present { entity: ann, presence: Presence::Available }), told)
    };
    assert_eq!(seen(keeper.id).await, (true, true));
    assert_eq!(seen(ben).await, (false, false), "whoever is blocked does not");
}
