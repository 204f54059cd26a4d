//! Two who do something at once, and what is found out only later.

use crate::hearing::Hearing;
use crate::world::{admin, circle, code, person, policy, room, say, space};
use domain::accounts::{admin as keeping, own};
use domain::channels::{self, invite, leave, mark_unread, remove};
use domain::messages::{self, Stretch, react};
use domain::minds::Minds;
use domain::{Space, entities::blocks};
use model::accounts::Profile;
use model::channels::RoomDraft;
use model::{Code, Event, History, Presence, Present};

/// Another node on the same database, to which nobody tells anything.
fn deaf(space: &Space) -> Space {
    Space::new(space.db.clone(), policy(), Minds::none())
}

/// Everything that a stream tells up to some words.
async fn told_up_to(hears: &mut Hearing, words: &str) -> String {
    let mut told = String::new();
    while !told.contains(words) {
        told += &format!("{:?}", hears.next().await.expect("an event"));
    }
    told
}

#[tokio::test]
async fn who_left_and_came_back_unheard_gets_nothing_of_the_time_between() {
    let space = space().await;
    let (ann, ben) = (person(&space, "Ann").await.id, person(&space, "Ben").await.id);
    let id = circle(&space, ann, &[ben], History::FromJoining).await;
    let other = deaf(&space);
    let mut hears = Hearing::kept(&other, ben).await;
    remove(&space, ann, id, ben, false).await.unwrap();
    let between = say(&space, ann, id, "between us").await.unwrap();
    invite(&space, ann, id, ben).await.unwrap();
    say(&space, ann, id, "welcome back").await.unwrap();
    other.live.beat().await.unwrap();
    let told = told_up_to(&mut hears, "welcome back").await;
    assert!(!told.contains("between us"), "{told}");
    // Nor what becomes of it later.
    react(&space, ann, id, between.id, "🌿", true).await.unwrap();
    say(&space, ann, id, "the end").await.unwrap();
    other.live.beat().await.unwrap();
    let told = told_up_to(&mut hears, "the end").await;
    assert!(!told.contains("between us"), "{told}");
}

#[tokio::test]
async fn a_place_that_nobody_told_of_is_found_at_the_heartbeat_and_so_is_one_that_is_gone() {
    let space = space().await;
    let (ann, ben) = (person(&space, "Ann").await.id, person(&space, "Ben").await.id);
    let other = deaf(&space);
    let mut hears = Hearing::kept(&other, ben).await;
    let id = circle(&space, ann, &[ben], History::Whole).await;
    other.live.beat().await.unwrap();
    while hears.next().await.expect("an event") != Event::Me {}
    remove(&space, ann, id, ben, false).await.unwrap();
    other.live.beat().await.unwrap();
    let mut told = Vec::new();
    while told.last() != Some(&Event::Me) {
        told.push(hears.next().await.expect("an event"));
    }
    assert!(told.contains(&Event::Gone { channel: id }), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_owner_leaves_while_the_next_one_talks() {
    let space = space().await;
    let (ann, ben) = (person(&space, "Ann").await.id, person(&space, "Ben").await.id);
    for _ in 0..8 {
        let id = circle(&space, ann, &[ben], History::Whole).await;
        let talking = {
            let space = space.clone();
            tokio::spawn(async move {
                for n in 0..10 {
                    say(&space, ben, id, &format!("line {n}")).await.unwrap();
                }
            })
        };
        leave(&space, ann, id).await.unwrap();
        talking.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_is_asked_in_twice_at_once_comes_once() {
    let space = space().await;
    let (ann, ben) = (person(&space, "Ann").await.id, person(&space, "Ben").await.id);
    let id = circle(&space, ann, &[ben], History::FromJoining).await;
    for n in 0..8 {
        let guest = person(&space, &format!("Guest {n}")).await.id;
        let (one, other) = tokio::join!(invite(&space, ann, id, guest), invite(&space, ben, id, guest));
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
        let page = messages::history(&space, ann, id, Stretch::Latest).await.unwrap();
        let asked = page.messages.iter().filter(|line| line.body == format!("asked Guest {n} in.")).count();
        assert_eq!(asked, 1);
    }
    // The last place of a room is taken once, by whoever asks twice for it.
    let keeper = admin(&space).await;
    for n in 0..8 {
        let last = room(&space, &keeper, 2, &[&keeper]).await;
        let guest = person(&space, &format!("Last {n}")).await.id;
        let (one, other) = tokio::join!(channels::join(&space, guest, last), channels::join(&space, guest, last));
        assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_admins_who_keep_each_other_out_leave_one() {
    let space = space().await;
    let keeper = admin(&space).await.id;
    let ann = person(&space, "Ann").await.id;
    for round in 0..8 {
        keeping::set_admin(&space, keeper, ann, true).await.unwrap();
        // One is unmade, the other kept out: whichever comes second would leave nobody.
        let (one, other) = tokio::join!(
            keeping::set_active(&space, keeper, ann, false),
            keeping::set_admin(&space, ann, keeper, false)
        );
        let (left,): (i64,) = sqlx::query_as(
            "select count(*) from accounts a join entities e on e.id = a.entity_id
             where a.is_admin and e.deactivated_at is null",
        )
        .fetch_one(&space.db)
        .await
        .unwrap();
        assert!(left >= 1, "round {round}: {one:?} {other:?}");
        sqlx::query("update entities set deactivated_at = null").execute(&space.db).await.unwrap();
        sqlx::query("update accounts set is_admin = entity_id = $1").bind(keeper.0).execute(&space.db).await.unwrap();
    }
}

#[tokio::test]
async fn a_block_is_seen_at_once_by_the_one_who_sees_less() {
    let space = space().await;
    let keeper = admin(&space).await;
    let (ann, ben) = (person(&space, "Ann").await, person(&space, "Ben").await);
    let id = room(&space, &keeper, 5, &[&ann, &ben]).await;
    let _stream = Hearing::kept(&space, ann.id).await;
    let mut hears = Hearing::kept(&space, ben.id).await;
    let there = Present { entity: ann.id, presence: Presence::Available };
    for (blocked, sees) in [(true, false), (false, true)] {
        if blocked {
            blocks::block(&space, ann.id, ben.id).await.unwrap();
        } else {
            blocks::unblock(&space, ann.id, ben.id).await.unwrap();
        }
        while hears.next().await.expect("an event") != Event::Me {}
        let position = model::Position { channel: id, clock: 0, epoch: 0 };
        let answer = messages::sync(&space, ben.id, &[position]).await.unwrap();
        assert!(
            matches!(&answer.channels[0], model::Synced::Changes { present, .. } if present.contains(&there) == sees)
        );
    }
}

#[tokio::test]
async fn numbers_without_end_and_words_that_nobody_sees_are_no_failure() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 5, &[&keeper]).await;
    say(&space, keeper.id, id, "one").await.unwrap();
    for seq in [i64::MIN, -1, 0, i64::MAX] {
        for stretch in [Stretch::Around(seq), Stretch::Before(seq), Stretch::After(seq)] {
            messages::history(&space, keeper.id, id, stretch).await.unwrap();
        }
        mark_unread(&space, keeper.id, id, seq).await.unwrap();
        channels::read(&space, keeper.id, id, seq).await.unwrap();
    }
    let unseen = "\u{200b}".repeat(600);
    let wide = |text: &str| format!("{unseen}{text}{unseen}");
    let profile = Profile { name: "Keeper".into(), language: "en".into(), ..Profile::default() };
    let profile = Profile { status: wide("here"), bio: wide("keeps"), ..profile };
    own::edit_profile(&space, keeper.id, profile).await.unwrap();
    let kept = own::profile(&space, keeper.id).await.unwrap();
    assert_eq!((kept.status.as_str(), kept.bio.as_str()), ("here", "keeps"));
    let draft = RoomDraft { name: wide("A clearing"), description: wide("Quiet."), capacity: 5 };
    channels::create(&space, keeper.id, draft).await.unwrap();
    let draft = RoomDraft { name: unseen.clone(), description: String::new(), capacity: 5 };
    assert_eq!(code(channels::create(&space, keeper.id, draft).await), Code::InvalidArgument);
}
