use crate::house::{Client, House, Listening};
use model::{Event, Position, SyncAnswer, Synced};
use serde_json::{Value, json};

async fn greeted(client: &mut Client) -> Listening {
    let mut stream = client.listen().await;
    assert!(matches!(stream.next().await, Some(Event::Hello { .. })), "first a hello");
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_hear_each_other_at_once() {
    let house = House::open(&[]).await;
    let (mut alice, mut carol) = (Client::alice(&house).await, Client::sample(&house, "carol", "carol123").await);
    let lobby = alice.room("Lobby").await;
    let mut heard = greeted(&mut carol).await;
    let said = alice.say(lobby, "good evening").await;
    assert_eq!(heard.message_of("alice").await, said);
    alice.call::<()>("channels/typing", json!({"channel": lobby})).await;
    heard.until(|event| matches!(event, Event::Typing { entity, .. } if entity.name == "alice").then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_away_asks_by_clock_and_misses_nothing() {
    let house = House::open(&[("POSTS_PER_MINUTE", "100000")]).await;
    let (mut alice, mut carol) = (Client::alice(&house).await, Client::sample(&house, "carol", "carol123").await);
    let lobby = alice.room("Lobby").await;
    let stood = carol.open(lobby).await.channel;
    for n in 0..50 {
        alice.say(lobby, &format!("line {n}")).await;
    }
    let mut stream = greeted(&mut carol).await;
    let position = Position { channel: lobby, clock: stood.clock, epoch: stood.epoch };
    let answer: SyncAnswer = carol.call("sync", json!({"positions": [position]})).await;
    let Synced::Changes { up_to, events, .. } = &answer.channels[0] else { panic!("{answer:?}") };
    let bodies: Vec<&str> = events
        .iter()
        .filter_map(|event| match event {
            Event::Message { message, .. } => Some(message.body.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(bodies, (0..50).map(|n| format!("line {n}")).collect::<Vec<_>>());
    assert_eq!(*up_to, stood.clock + 50);
    let next = alice.say(lobby, "and now live").await;
    assert_eq!(stream.message_of("alice").await, next);
    assert_eq!(next.clock, up_to + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ending_sessions_ends_streams() {
    let house = House::open(&[]).await;
    let mut here = Client::alice(&house).await;
    let mut there = Client::alice(&house).await;
    let (mut one, mut other) = (greeted(&mut here).await, greeted(&mut there).await);
    let old = here.clone();
    here.call::<()>("accounts/logout", json!({})).await;
    while one.next().await.is_some() {}
    assert_eq!(old.clone().post("accounts/me", json!({})).await.status, 401, "the old cookie opens nothing");
    let mut third = Client::alice(&house).await;
    third.call::<()>("accounts/logout-everywhere", json!({})).await;
    while other.next().await.is_some() {}
    for client in [&mut there, &mut third] {
        assert_eq!(client.post("accounts/me", json!({})).await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_a_room_silences_it() {
    let house = House::open(&[]).await;
    let (mut alice, mut carol) = (Client::alice(&house).await, Client::sample(&house, "carol", "carol123").await);
    let lobby = alice.room("Lobby").await;
    let mut heard = greeted(&mut carol).await;
    carol.call::<()>("rooms/leave", json!({"room": lobby})).await;
    heard.until(|event| matches!(event, Event::Gone { channel } if *channel == lobby).then_some(())).await;
    alice.say(lobby, "unheard").await;
    carol.call::<Value>("rooms/join", json!({"room": lobby})).await;
    let after = heard
        .until(|event| match event {
            Event::Message { message, .. } => panic!("heard from outside: {message:?}"),
            Event::Member { member, .. } => Some(member.joined),
            _ => None,
        })
        .await;
    assert!(after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stalls_is_cut_off_and_resumes() {
    let house = House::open(&[("POSTS_PER_MINUTE", "1000000")]).await;
    let (mut keeper, mut carol) = (Client::keeper(&house).await, Client::sample(&house, "carol", "carol123").await);
    let lobby = keeper.room("Lobby").await;
    keeper.call::<model::Member>("rooms/join", json!({"room": lobby})).await;
    let mut stalled = greeted(&mut carol).await;
    let body = "x".repeat(3_900);
    // More than the queue and all buffers between hold.
    for _ in 0..1_200 {
        keeper.say(lobby, &body).await;
    }
    let mut resumed = false;
    let mut last = 0;
    while let Some(event) = stalled.next().await {
        match event {
            Event::Resume { .. } => resumed = true,
            Event::Message { clock, .. } => {
                assert!(last == 0 || clock == last + 1, "in order to the end");
                last = clock;
            }
            _ => {}
        }
    }
    assert!(resumed, "it is told to come back");
    let answer: SyncAnswer =
        carol.call("sync", json!({"positions": [Position { channel: lobby, clock: last, epoch: 0 }]})).await;
    assert!(matches!(answer.channels[0], Synced::Changes { .. } | Synced::Reload { .. }), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_get_no_stream() {
    let house = House::open(&[]).await;
    let mut guest = Client::of(&house);
    let answer = guest.page("/api/events").await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "not_logged_in"));
}
