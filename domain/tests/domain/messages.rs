use crate::world::{admin, code, draft, person, room, say, space};
use domain::messages::{self, Stretch};
use model::{ChannelId, Code, Event, Position, Synced};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_two_at_once_are_numbered_without_gaps_in_the_order_of_their_commits() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 50, &[&keeper]).await;
    let before = domain::channels::open(&space, keeper.id, id).await.unwrap().channel.clock;
    let mut posters = Vec::new();
    for n in 0..32 {
        let (space, who) = (space.clone(), person(&space, &format!("p{n}")).await);
        domain::channels::join(&space, who.id, id).await.unwrap();
        posters.push(tokio::spawn(async move {
            for line in 0..5 {
                say(&space, who.id, id, &format!("{n} {line}")).await.unwrap();
            }
        }));
    }
    for poster in posters {
        poster.await.unwrap();
    }
    let rows: Vec<(i64, i64)> = sqlx::query_as("select seq, clock from messages where channel_id = $1 order by seq")
        .bind(id.0)
        .fetch_all(&space.db)
        .await
        .unwrap();
    let seqs: Vec<i64> = rows.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(seqs, (1..=160).collect::<Vec<_>>());
    assert!(rows.windows(2).all(|pair| pair[0].1 < pair[1].1), "the clock goes with the seq");
    let channel = domain::channels::open(&space, keeper.id, id).await.unwrap().channel;
    assert_eq!((channel.last_seq, channel.clock), (160, before + 32 + 160));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_key_posts_once() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 5, &[&keeper]).await;
    let same = draft(id, "once");
    let posts = (0..8).map(|_| {
        let (space, same) = (space.clone(), same.clone());
        tokio::spawn(async move { messages::post(&space, keeper.id, same).await.unwrap() })
    });
    let answers: Vec<_> =
        futures::future::join_all(posts.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).collect();
    assert!(answers.iter().all(|message| message.seq == 1 && message.id == answers[0].id));
    let other = messages::Draft { body: "another".into(), ..same };
    assert_eq!(code(messages::post(&space, keeper.id, other).await), Code::ClientKeyReused);
    assert_eq!(say(&space, keeper.id, id, "next").await.unwrap().seq, 2, "a refused post leaves no gap");
}

#[tokio::test]
async fn words_come_back_exactly_as_they_were_sent() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 5, &[&keeper]).await;
    let long = "ß".repeat(4_000);
    for body in
        ["it's <3 & \"so\"", "שלום عليكم", "👩‍👩‍👧 e\u{301}", "  indented\n\n", long.as_str(), "back\\slash \\' %s $1 {}"]
    {
        say(&space, keeper.id, id, body).await.unwrap();
        let page = messages::history(&space, keeper.id, id, Stretch::Latest).await.unwrap();
        assert_eq!(page.messages.last().unwrap().body, body);
    }
    for body in ["", "   \n", "a\0b", &"x".repeat(4_001)] {
        let problem = say(&space, keeper.id, id, body).await.unwrap_err().problem();
        assert_eq!((problem.code, problem.field.as_deref()), (Code::InvalidArgument, Some("body")));
    }
}

#[tokio::test]
async fn only_members_read_and_post() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ada = person(&space, "Ada").await;
    let id = room(&space, &keeper, 5, &[&keeper]).await;
    assert_eq!(code(say(&space, ada.id, id, "hello").await), Code::NotAMember);
    assert_eq!(code(messages::history(&space, ada.id, id, Stretch::Latest).await), Code::NotAMember);
    assert_eq!(code(say(&space, ada.id, ChannelId::new(), "hello").await), Code::NotFound);
    domain::channels::archive(&space, keeper.id, id, true).await.unwrap();
    assert_eq!(code(say(&space, keeper.id, id, "hello").await), Code::Archived);
    messages::history(&space, keeper.id, id, Stretch::Latest).await.unwrap();
}

#[tokio::test]
async fn history_goes_back_page_by_page() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 5, &[&keeper]).await;
    for n in 1..=120 {
        say(&space, keeper.id, id, &format!("{n}")).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut stretch = Stretch::Latest;
    loop {
        let page = messages::history(&space, keeper.id, id, stretch).await.unwrap();
        seen.splice(0..0, page.messages.iter().map(|message| message.seq));
        stretch = Stretch::Before(page.messages[0].seq);
        if !page.more_before {
            break;
        }
    }
    assert_eq!(seen, (1..=120).collect::<Vec<_>>());
    let after = messages::history(&space, keeper.id, id, Stretch::After(100)).await.unwrap();
    assert_eq!((after.messages.len(), after.more_before, after.more_after), (20, true, false));
}

#[tokio::test]
async fn what_changed_since_is_one_question() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ada = person(&space, "Ada").await;
    let id = room(&space, &keeper, 5, &[&keeper]).await;
    let stood = domain::channels::open(&space, keeper.id, id).await.unwrap().channel;
    say(&space, keeper.id, id, "one").await.unwrap();
    domain::channels::join(&space, ada.id, id).await.unwrap();
    say(&space, ada.id, id, "two").await.unwrap();
    let position = Position { channel: id, clock: stood.clock, epoch: stood.epoch };
    let answer = messages::sync(&space, keeper.id, &[position]).await.unwrap();
    let Synced::Changes { up_to, events, .. } = &answer.channels[0] else { panic!("{answer:?}") };
    assert_eq!(*up_to, stood.clock + 3);
    let told: Vec<&str> = events
        .iter()
        .map(|event| match event {
            Event::Message { message, .. } => message.body.as_str(),
            Event::Member { member, .. } => member.entity.name.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, ["one", "Ada", "two"]);
    let stranger = person(&space, "Eve").await;
    let answer = messages::sync(&space, stranger.id, &[position]).await.unwrap();
    assert!(matches!(answer.channels[0], Synced::Gone { .. }));
    let other_epoch = Position { epoch: 7, ..position };
    let answer = messages::sync(&space, keeper.id, &[other_epoch]).await.unwrap();
    assert!(matches!(answer.channels[0], Synced::Reload { .. }));
}

/// Posts that had to wait for one channel are written together: each as if it had come alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn posts_that_wait_together_are_taken_or_refused_one_by_one() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ada = person(&space, "Ada").await;
    let id = room(&space, &keeper, 50, &[&keeper, &ada]).await;
    // From here on whoever writes to the room waits.
    let mut held = space.db.begin().await.unwrap();
    sqlx::query("select from channels where id = $1 for update").bind(id.0).execute(&mut *held).await.unwrap();
    let twice = draft(id, "said twice");
    let other = messages::Draft { body: "said otherwise".into(), ..twice.clone() };
    let nowhere = messages::Draft { reply_to: None, ..draft(id, "hello @Ada, and ADA") };
    let mut posts = Vec::new();
    for post in [draft(id, "first"), twice.clone(), twice, other, nowhere] {
        let space = space.clone();
        posts.push(tokio::spawn(async move { messages::post(&space, keeper.id, post).await }));
    }
    for n in 0..100 {
        let (space, post) = (space.clone(), draft(id, &format!("line {n}")));
        posts.push(tokio::spawn(async move { messages::post(&space, ada.id, post).await }));
    }
    // The first one has reached the lock; the others had all the time that it takes to queue behind it.
    loop {
        let (waiting,): (i64,) = sqlx::query_as("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
            .fetch_one(&space.db)
            .await
            .unwrap();
        if waiting > 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    held.commit().await.unwrap();
    let mut taken = Vec::new();
    let mut refused = Vec::new();
    for post in posts {
        match post.await.unwrap() {
            Ok(message) => taken.push((message.seq, message.body)),
            Err(cause) => refused.push(cause.problem().code),
        }
    }
    // One key was said three times, in two wordings: whichever came first is the message.
    assert!(matches!(refused.as_slice(), [Code::ClientKeyReused] | [Code::ClientKeyReused, Code::ClientKeyReused]));
    taken.sort();
    taken.dedup();
    assert_eq!(taken.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), (1..=103).collect::<Vec<_>>());
    let named: Vec<(i32, i32)> =
        sqlx::query_as("select start, length from mentions order by start").fetch_all(&space.db).await.unwrap();
    assert_eq!(named, [(6, 4), (16, 3)]);
    let page = messages::history(&space, keeper.id, id, Stretch::Latest).await.unwrap();
    assert!(page.messages.windows(2).all(|pair| pair[0].clock < pair[1].clock));
}

#[tokio::test]
async fn what_was_posted_is_answered_again_after_its_author_has_left() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ada = person(&space, "Ada").await;
    let id = room(&space, &keeper, 5, &[&keeper, &ada]).await;
    let sent = draft(id, "did this arrive?");
    let first = messages::post(&space, ada.id, sent.clone()).await.unwrap();
    domain::channels::leave(&space, ada.id, id).await.unwrap();
    assert_eq!(messages::post(&space, ada.id, sent.clone()).await.unwrap(), first);
    let other = messages::Draft { body: "something else".into(), ..sent.clone() };
    assert_eq!(code(messages::post(&space, ada.id, other).await), Code::NotAMember);
    domain::channels::join(&space, ada.id, id).await.unwrap();
    domain::channels::archive(&space, keeper.id, id, true).await.unwrap();
    assert_eq!(messages::post(&space, ada.id, sent).await.unwrap(), first);
    assert_eq!(code(say(&space, ada.id, id, "anybody?").await), Code::Archived);
}
