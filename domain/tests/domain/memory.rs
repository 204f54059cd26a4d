use crate::tasks::ai;
use crate::world::{self, circle, draft, person, room, say, space};
use async_trait::async_trait;
use domain::memory::{Asked, Embedder, NoVectors, Recalled, index, recall};
use domain::messages::{self, Draft};
use domain::{Space, channels};
use model::{ChannelId, EntityId, History};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is asked of an AI somewhere, as the bodies of what it recalls.
async fn recalled(space: &Space, entity: EntityId, channel: ChannelId, question: &str) -> Vec<String> {
    let asked = Asked {
        entity,
        channel,
        question,
        language: None,
        beside: &[],
        at: time::OffsetDateTime::now_utc(),
        shown_from: i64::MAX,
        most: 20,
    };
    let found: Vec<Recalled> = recall(space, asked).await.unwrap().messages;
    let mut bodies = Vec::new();
    for one in found.iter().filter(|one| one.reasons[0] > 0.0) {
        let (body,): (String,) = sqlx::query_as("select body from messages where id = $1")
            .bind(one.message.0)
            .fetch_one(&space.db)
            .await
            .unwrap();
        bodies.push(body);
    }
    bodies
}

/// The index as it is: how many messages, and for each term that it stands where it is counted.
async fn counted(space: &Space) -> i64 {
    let (told, wrong): (i64, i64) = sqlx::query_as(
        "select (select recollections from space),
                (select count(*) from terms t
                 where t.df <> (select count(*) from recollections r where r.terms @> array[t.id]))",
    )
    .fetch_one(&space.db)
    .await
    .unwrap();
    let (all,): (i64,) = sqlx::query_as("select count(*) from recollections").fetch_one(&space.db).await.unwrap();
    assert_eq!((told, wrong), (all, 0), "what is counted is there");
    all
}

#[tokio::test]
async fn what_is_said_is_indexed_once_and_follows_what_becomes_of_it() {
    let space = space().await;
    let keeper = world::admin(&space).await;
    let silas = ai(&space, "Silas").await;
    let lobby = room(&space, &keeper, 9, &[&keeper]).await;
    channels::join(&space, silas, lobby).await.unwrap();
    let ladder = say(&space, keeper.id, lobby, "The ladder leans behind the apple tree.").await.unwrap();
    let secret = Draft { off_record: true, ..draft(lobby, "The ladder was borrowed without asking.") };
    messages::post(&space, keeper.id, secret).await.unwrap();
    let soup = say(&space, keeper.id, lobby, "Soup at seven, bring a spoon.").await.unwrap();
    assert_eq!(index::catch_up(&space).await.unwrap(), 3);
    assert_eq!(counted(&space).await, 2, "nothing off the record");
    assert_eq!(index::catch_up(&space).await.unwrap(), 0, "once");
    let lean = "The ladder leans behind the apple tree.";
    assert_eq!(recalled(&space, silas, lobby, "Where did somebody put the ladders?").await, [lean]);
    assert!(recalled(&space, silas, lobby, "Who plays the violin?").await.is_empty());

    messages::edit(&space, keeper.id, lobby, ladder.id, "The stepladder hangs in the shed.").await.unwrap();
    messages::delete(&space, keeper.id, lobby, soup.id, "").await.unwrap();
    index::catch_up(&space).await.unwrap();
    assert_eq!(counted(&space).await, 1);
    assert!(recalled(&space, silas, lobby, "apple trees").await.is_empty());
    assert_eq!(recalled(&space, silas, lobby, "where is the stepladder?").await, ["The stepladder hangs in the shed."]);
    messages::record(&space, keeper.id, lobby, (ladder.seq, ladder.seq), true).await.unwrap();
    index::catch_up(&space).await.unwrap();
    assert_eq!(counted(&space).await, 0);
    messages::record(&space, keeper.id, lobby, (ladder.seq, ladder.seq), false).await.unwrap();
    index::catch_up(&space).await.unwrap();
    assert_eq!(counted(&space).await, 1, "back on the record it is remembered again");
}

#[tokio::test]
async fn nobody_hears_what_they_could_not_have_read() {
    let space = space().await;
    let keeper = world::admin(&space).await;
    let (ada, ben, cy) = (person(&space, "Ada").await, person(&space, "Ben").await, person(&space, "Cy").await);
    let (silas, luna) = (ai(&space, "Silas").await, ai(&space, "Luna").await);
    let lobby = room(&space, &keeper, 9, &[&ada, &ben]).await;
    let elsewhere = room(&space, &keeper, 9, &[&ada]).await;
    channels::join(&space, silas, lobby).await.unwrap();
    let both = circle(&space, ada.id, &[ben.id, silas], History::Whole).await;
    let more = circle(&space, ada.id, &[ben.id, cy.id, silas], History::Whole).await;
    let late = circle(&space, ada.id, &[ben.id, silas], History::FromJoining).await;
    for (who, place, body) in [
        (ada.id, lobby, "walnut one, in the room"),
        (ada.id, elsewhere, "walnut two, where Silas is not"),
        (ada.id, both, "walnut three, between Ada and Ben"),
        (ada.id, more, "walnut four, with Cy"),
        (ada.id, late, "walnut five, before Cy came"),
    ] {
        say(&space, who, place, body).await.unwrap();
    }
    channels::invite(&space, ada.id, late, cy.id).await.unwrap();
    say(&space, ben.id, late, "walnut six, since Cy is here").await.unwrap();
    index::catch_up(&space).await.unwrap();
    let heard = async |entity: EntityId, place: ChannelId| {
        let mut bodies = recalled(&space, entity, place, "walnut").await;
        bodies.sort();
        bodies.iter().map(|body| body.split([' ', ',']).nth(1).unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    // In a room everybody hears: only what was said in rooms where Silas was.
    assert_eq!(heard(silas, lobby).await, "one");
    // Ada and Ben have read all of theirs, and what was said with Cy.
    assert_eq!(heard(silas, both).await, "five four one six three");
    // Cy has read neither what was between the two, nor what was said before he came.
    assert_eq!(heard(silas, more).await, "four one six");
    assert_eq!(heard(silas, late).await, "four one six");
    // Who is not there recalls nothing, and Luna was nowhere.
    assert_eq!(heard(luna, lobby).await, "");
    assert_eq!(heard(silas, elsewhere).await, "");
    channels::join(&space, luna, lobby).await.unwrap();
    assert_eq!(heard(luna, lobby).await, "one", "a room's history is open to whoever comes");

    // Ben leaves; what is said then he has not read. Coming back he finds the whole of a circle that says so.
    channels::leave(&space, ben.id, both).await.unwrap();
    say(&space, ada.id, both, "walnut seven, without Ben").await.unwrap();
    index::catch_up(&space).await.unwrap();
    assert_eq!(heard(silas, both).await, "five four one seven six three");
    assert_eq!(heard(silas, more).await, "four one six");
    let chat = channels::chat_with(&space, ben.id, silas).await.unwrap();
    assert_eq!(heard(silas, chat).await, "five four one six three", "Ben had read that, and not what came after");
    // What is edited since, he has not read either.
    let page = messages::history(&space, ada.id, both, messages::Stretch::Latest).await.unwrap();
    let three = page.messages.iter().find(|one| one.body.starts_with("walnut three")).unwrap().id;
    messages::edit(&space, ada.id, both, three, "walnut eight, since Ben is gone").await.unwrap();
    index::catch_up(&space).await.unwrap();
    assert_eq!(heard(silas, chat).await, "five four one six");
    assert_eq!(heard(silas, both).await, "eight five four one seven six");
}

/// A maker of vectors that fails when it is told to: two numbers, for lamps and for boats.
struct Two {
    fails: AtomicBool,
    name: &'static str,
}

#[async_trait]
impl Embedder for Two {
    fn name(&self) -> &str {
        self.name
    }
    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Option<Vec<f32>>>, NoVectors> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(NoVectors::Failed("as told".into()));
        }
        let vector = |text: &String| {
            let about = |words: &[&str]| if words.iter().any(|word| text.contains(word)) { 1.0 } else { 0.0 };
            let (lamps, boats): (f32, f32) = (about(&["lamp", "lantern"]), about(&["boat", "ship"]));
            let length = (lamps + boats).sqrt();
            (length > 0.0).then(|| vec![lamps / length, boats / length])
        };
        Ok(texts.iter().map(vector).collect())
    }
}

#[tokio::test]
async fn vectors_come_behind_and_words_do_without_them() {
    let two = Arc::new(Two { fails: AtomicBool::new(true), name: "two" });
    let space = space().await.embedding(Some(two.clone()));
    let keeper = world::admin(&space).await;
    let silas = ai(&space, "Silas").await;
    let lobby = room(&space, &keeper, 9, &[&keeper]).await;
    channels::join(&space, silas, lobby).await.unwrap();
    for body in ["The lamp is lit.", "Bread is rising.", "Our boat leaks.", "🦊"] {
        say(&space, keeper.id, lobby, body).await.unwrap();
    }
    let first = async |space: &Space, question: &str| {
        let asked = Asked {
            entity: silas,
            channel: lobby,
            question,
            language: None,
            beside: &[],
            at: time::OffsetDateTime::now_utc(),
            shown_from: i64::MAX,
            most: 1,
        };
        recall(space, asked).await.unwrap().messages.first().map(|one| one.seq)
    };
    index::catch_up(&space).await.unwrap();
    assert_eq!(first(&space, "is the bread done?").await, Some(2), "words are found while vectors fail");
    assert_eq!(first(&space, "a lantern").await, None);
    two.fails.store(false, Ordering::Relaxed);
    index::catch_up(&space).await.unwrap();
    assert_eq!(first(&space, "a lantern").await, Some(1));
    assert_eq!(first(&space, "ships").await, Some(3));
    // What stands beside a message is part of its surroundings, which are made anew with it.
    let stale = "select count(*) from recollections where embedder is null";
    let waiting = async || sqlx::query_as::<_, (i64,)>(stale).fetch_one(&space.db).await.unwrap().0;
    assert_eq!(waiting().await, 0);
    two.fails.store(true, Ordering::Relaxed);
    say(&space, keeper.id, lobby, "And the ship sails.").await.unwrap();
    index::catch_up(&space).await.unwrap();
    assert_eq!(waiting().await, 2, "the new one and its neighbour");
}

#[tokio::test]
async fn talk_falls_into_stretches_by_its_pauses() {
    let space = space().await;
    let keeper = world::admin(&space).await;
    let lobby = room(&space, &keeper, 9, &[&keeper]).await;
    for minutes in [0, 5, 50, 55, 60] {
        let said = say(&space, keeper.id, lobby, &format!("minute {minutes}")).await.unwrap();
        sqlx::query("update messages set created_at = '2026-01-01 00:00+00'::timestamptz + $2 * interval '1 minute' where id = $1")
            .bind(said.id.0)
            .bind(minutes)
            .execute(&space.db)
            .await
            .unwrap();
    }
    index::catch_up(&space).await.unwrap();
    let stretches: Vec<(i64, i64)> =
        sqlx::query_as("select seq, stretch from recollections order by seq").fetch_all(&space.db).await.unwrap();
    assert_eq!(stretches, [(1, 1), (2, 1), (3, 3), (4, 3), (5, 3)]);
    for n in 0..80 {
        say(&space, keeper.id, lobby, &format!("line {n}")).await.unwrap();
    }
    index::catch_up(&space).await.unwrap();
    let sizes: Vec<(i64,)> = sqlx::query_as("select count(*) from recollections group by stretch order by stretch")
        .fetch_all(&space.db)
        .await
        .unwrap();
    assert_eq!(sizes.iter().map(|(size,)| *size).collect::<Vec<_>>(), [2, 3, 40, 40]);
}

#[tokio::test]
async fn a_question_names_a_time_and_asks_more_than_one_thing() {
    let space = space().await;
    let keeper = world::admin(&space).await;
    let silas = ai(&space, "Silas").await;
    let lobby = room(&space, &keeper, 9, &[&keeper]).await;
    channels::join(&space, silas, lobby).await.unwrap();
    let lines = [
        "The ladder is lent to the miller.",
        "The ladder is back from the miller.",
        "The kettle was mended by the smith.",
        "Nobody knows where the goat has gone.",
    ];
    for line in lines {
        say(&space, keeper.id, lobby, line).await.unwrap();
    }
    index::catch_up(&space).await.unwrap();
    sqlx::query("update recollections set said_at = said_at - interval '7 days' * (5 - seq)")
        .execute(&space.db)
        .await
        .unwrap();
    let asked = async |question: &str| recalled(&space, silas, lobby, question).await;
    let both = asked("What did the miller do with the ladder?").await;
    assert!(lines[..2].iter().all(|line| both[..2].contains(&(*line).to_owned())), "{both:?}");
    let weeks = asked("What did the miller do with the ladder 4 weeks ago?").await;
    assert_eq!(weeks[0], lines[0], "{weeks:?}");
    let weeks = asked("What did the miller do with the ladder three weeks ago?").await;
    assert_eq!(weeks[0], lines[1], "{weeks:?}");
    // What answers the second part is not crowded out by what answers the first.
    let parts = asked("Where is the ladder of the miller and who mended the kettle?").await;
    assert!(parts[..3].contains(&lines[2].to_owned()), "{parts:?}");
}
