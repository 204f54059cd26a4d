use crate::hearing::Hearing;
use crate::world::{admin, person, room, say, space};
use domain::Space;
use model::{Event, Me};
use std::time::Duration;

async fn listen(space: &Space, who: &Me) -> Hearing {
    Hearing::of(space, who.id).await
}

/// The next event in a channel that is not about presence; `None` when the stream has ended.
async fn next(frames: &mut Hearing) -> Option<Event> {
    loop {
        let event = frames.next().await?;
        if !matches!(event, Event::Presence { .. } | Event::Me) {
            return Some(event);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_hears_everything_once_and_in_order() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 50, &[&keeper]).await;
    let mut posters = Vec::new();
    for n in 0..10 {
        let who = person(&space, &format!("p{n}")).await;
        domain::channels::join(&space, who.id, id).await.unwrap();
        posters.push(who);
    }
    let mut streams = Vec::new();
    for who in &posters {
        streams.push(listen(&space, who).await);
    }
    let posting: Vec<_> = posters
        .iter()
        .map(|who| {
            let (space, who) = (space.clone(), who.id);
            tokio::spawn(async move {
                for line in 0..12 {
                    say(&space, who, id, &format!("{line}")).await.unwrap();
                }
            })
        })
        .collect();
    for mut frames in streams {
        assert!(matches!(next(&mut frames).await, Some(Event::Hello { .. })));
        let mut expected = None;
        for seq in 1..=120 {
            let Some(Event::Message { clock, message, .. }) = next(&mut frames).await else { panic!("a message") };
            assert_eq!(message.seq, seq);
            assert!(expected.is_none_or(|expected| clock == expected), "strictly in the order of the clock");
            expected = Some(clock + 1);
        }
    }
    futures::future::join_all(posting).await;
}

#[tokio::test]
async fn a_change_that_nobody_told_is_read_from_the_database() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 5, &[&keeper]).await;
    let mut frames = listen(&space, &keeper).await;
    assert!(matches!(next(&mut frames).await, Some(Event::Hello { .. })));
    // Another server on the same database posts: this one hears no hint of it.
    let elsewhere = Space::new(space.db.clone(), crate::world::policy(), domain::minds::Minds::none());
    say(&elsewhere, keeper.id, id, "unheard").await.unwrap();
    say(&space, keeper.id, id, "heard").await.unwrap();
    for body in ["unheard", "heard"] {
        let Some(Event::Message { message, .. }) = next(&mut frames).await else { panic!("a message") };
        assert_eq!(message.body, body);
    }
    // And where nothing follows, a heartbeat finds it. The session is none that a table knows: it ends the stream, too.
    say(&elsewhere, keeper.id, id, "unheard again").await.unwrap();
    let ada = person(&space, "Ada").await;
    domain::channels::join(&elsewhere, ada.id, id).await.unwrap();
    drop(space.live.expect(id));
    let Some(Event::Message { message, .. }) = next(&mut frames).await else { panic!("a message") };
    assert_eq!(message.body, "unheard again");
}

#[tokio::test]
async fn who_leaves_hears_nothing_more_and_who_joins_hears_from_then_on() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ada = person(&space, "Ada").await;
    let id = room(&space, &keeper, 5, &[&keeper]).await;
    let mut frames = listen(&space, &ada).await;
    assert!(matches!(next(&mut frames).await, Some(Event::Hello { .. })));
    say(&space, keeper.id, id, "before").await.unwrap();
    domain::channels::join(&space, ada.id, id).await.unwrap();
    assert!(matches!(next(&mut frames).await, Some(Event::Member { member, .. }) if member.joined));
    say(&space, keeper.id, id, "inside").await.unwrap();
    assert!(matches!(next(&mut frames).await, Some(Event::Message { message, .. }) if message.body == "inside"));
    domain::channels::leave(&space, ada.id, id).await.unwrap();
    assert!(matches!(next(&mut frames).await, Some(Event::Gone { channel }) if channel == id));
    say(&space, keeper.id, id, "after").await.unwrap();
    let silence = tokio::time::timeout(Duration::from_millis(300), next(&mut frames)).await;
    assert!(silence.is_err(), "{silence:?}");
}

#[tokio::test]
async fn a_slow_reader_is_told_to_resume_and_cut_off() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 5, &[&keeper]).await;
    let mut frames = listen(&space, &keeper).await;
    for n in 0..400 {
        let told = domain::live::Told::event(&Event::Tick { channel: id, clock: n });
        space.live.typing(id, keeper.id, false, told);
    }
    let mut last = None;
    while let Some(event) = next(&mut frames).await {
        last = Some(event);
    }
    assert!(matches!(last, Some(Event::Resume { .. })), "{last:?}");
}

#[tokio::test]
async fn streams_end_with_their_session() {
    let space = space().await;
    let keeper = admin(&space).await;
    let mut frames = listen(&space, &keeper).await;
    assert!(matches!(next(&mut frames).await, Some(Event::Hello { .. })));
    space.live.end(keeper.id, Some(&[1]));
    assert!(next(&mut frames).await.is_none());
    let mut frames = listen(&space, &keeper).await;
    assert!(matches!(next(&mut frames).await, Some(Event::Hello { .. })));
    // No row has this session: the heartbeat sees it though nobody said so.
    space.live.beat().await.unwrap();
    assert!(next(&mut frames).await.is_none());
}
