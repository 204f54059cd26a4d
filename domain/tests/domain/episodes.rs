//! What AIs keep of talk that is over.

use crate::tasks::ai;
use crate::world::{self, circle, person, room, say, space};
use domain::memory::{Asked, RecalledMemory, index, recall};
use domain::{Space, channels, messages};
use model::{ChannelId, EntityId, History};

const LADDER: [&str; 4] = [
    "The ladder leans behind the apple tree, if anybody looks for it.",
    "I need the ladder on Saturday, to cut the apple tree.",
    "Bring the ladder back to the shed when the apple tree is done.",
    "ok",
];

async fn talk(space: &Space, who: EntityId, place: ChannelId, lines: &[&str]) {
    for line in lines {
        say(space, who, place, line).await.unwrap();
    }
    index::remember(space).await.unwrap();
}

/// Half an hour passes.
async fn pause(space: &Space) {
    sqlx::query("update recollections set said_at = said_at - interval '31 minutes'").execute(&space.db).await.unwrap();
    index::remember(space).await.unwrap();
}

/// The episodes of an AI: the numbers of the messages, and the text.
async fn kept(space: &Space, entity: EntityId) -> Vec<(i64, i64, String)> {
    let kept = "select first_seq, last_seq, text from memories where entity_id = $1 and kind <> 'gist' order by first_seq, channel_id";
    sqlx::query_as(kept).bind(entity.0).fetch_all(&space.db).await.unwrap()
}

async fn numbers(space: &Space, entity: EntityId) -> Vec<(i64, i64)> {
    kept(space, entity).await.into_iter().map(|(first, last, _)| (first, last)).collect()
}

async fn recalled(space: &Space, entity: EntityId, channel: ChannelId, question: &str) -> Vec<RecalledMemory> {
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
    let all = recall(space, asked).await.unwrap().kept;
    all.into_iter().filter(|one| one.near.is_near()).collect()
}

#[tokio::test]
async fn each_stretch_is_kept_once_by_each_ai_that_heard_it() {
    let space = space().await;
    let keeper = world::admin(&space).await;
    let (silas, luna) = (ai(&space, "Silas").await, ai(&space, "Luna").await);
    let lobby = room(&space, &keeper, 9, &[&keeper]).await;
    channels::join(&space, silas, lobby).await.unwrap();
    talk(&space, keeper.id, lobby, &LADDER).await;
    assert!(kept(&space, silas).await.is_empty(), "talk goes on");
    pause(&space).await;
    assert_eq!(numbers(&space, silas).await, [(1, 4)], "a pause ends it");
    channels::join(&space, luna, lobby).await.unwrap();
    index::remember(&space).await.unwrap();
    assert_eq!(numbers(&space, luna).await, [(1, 4)], "a room's history is open to whoever comes");
    let (text, keywords): (String, Vec<String>) =
        sqlx::query_as("select text, keywords from memories where entity_id = $1")
            .bind(silas.0)
            .fetch_one(&space.db)
            .await
            .unwrap();
    assert!(text.contains("Keeper: The ladder leans"), "{text}");
    assert!(keywords.join(" ").to_lowercase().contains("ladder"), "{keywords:?}");

    let many: Vec<String> = (0..41).map(|n| format!("{n} lamps were lit along the river path tonight")).collect();
    talk(&space, keeper.id, lobby, &many.iter().map(String::as_str).collect::<Vec<&str>>()).await;
    assert_eq!(numbers(&space, silas).await, [(1, 4), (5, 44)], "so does its length");
    channels::leave(&space, luna, lobby).await.unwrap();
    index::remember(&space).await.unwrap();
    assert_eq!(numbers(&space, luna).await, [(1, 4), (5, 44), (45, 45)], "and that one leaves");
    let all = [index::remember(&space), index::remember(&space), index::remember(&space)];
    for done in futures::future::join_all(all).await {
        done.unwrap();
    }
    channels::archive(&space, keeper.id, lobby, true).await.unwrap();
    index::remember(&space).await.unwrap();
    assert_eq!(numbers(&space, silas).await, [(1, 4), (5, 44), (45, 45)], "and that its place is closed");
    assert!(kept(&space, silas).await[2].2.is_empty(), "a word in passing is nothing to tell of");
}

#[tokio::test]
async fn what_becomes_of_its_messages_becomes_of_an_episode() {
    let space = space().await;
    let keeper = world::admin(&space).await;
    let silas = ai(&space, "Silas").await;
    let lobby = room(&space, &keeper, 9, &[&keeper]).await;
    channels::join(&space, silas, lobby).await.unwrap();
    talk(&space, keeper.id, lobby, &LADDER).await;
    pause(&space).await;
    let page = messages::history(&space, keeper.id, lobby, messages::Stretch::Latest).await.unwrap().messages;
    messages::edit(&space, keeper.id, lobby, page[0].id, "The wheelbarrow leans behind the pear tree.").await.unwrap();
    messages::delete(&space, keeper.id, lobby, page[1].id, "").await.unwrap();
    index::remember(&space).await.unwrap();
    let text = kept(&space, silas).await.remove(0).2;
    assert!(text.contains("wheelbarrow") && !text.contains("Saturday"), "{text}");
    messages::record(&space, keeper.id, lobby, (1, 1), true).await.unwrap();
    index::remember(&space).await.unwrap();
    assert!(!kept(&space, silas).await[0].2.contains("wheelbarrow"));
    messages::record(&space, keeper.id, lobby, (1, 4), true).await.unwrap();
    index::remember(&space).await.unwrap();
    assert!(kept(&space, silas).await.is_empty(), "off the record nothing is left of it");
    // What answers a talk whose words are taken off the record goes with it, too; nothing else has come of them.
    let (leftover,): (i64,) = sqlx::query_as("select count(*) from recollections").fetch_one(&space.db).await.unwrap();
    assert_eq!(leftover, 0);
}

#[tokio::test]
async fn an_episode_is_told_where_everybody_could_have_read_all_of_it() {
    let space = space().await;
    let keeper = world::admin(&space).await;
    let (ada, ben, cy) =
        (person(&space, "Ada").await.id, person(&space, "Ben").await.id, person(&space, "Cy").await.id);
    let (silas, luna) = (ai(&space, "Silas").await, ai(&space, "Luna").await);
    let lobby = room(&space, &keeper, 9, &[&keeper]).await;
    channels::join(&space, silas, lobby).await.unwrap();
    channels::join(&space, luna, lobby).await.unwrap();
    let late = circle(&space, ada, &[ben, silas], History::FromJoining).await;
    talk(&space, ada, late, &LADDER).await;
    pause(&space).await;
    channels::invite(&space, ada, late, cy).await.unwrap();
    let with_ben = circle(&space, ada, &[ben, silas, luna], History::Whole).await;
    let with_cy = circle(&space, ada, &[ben, cy, silas], History::Whole).await;
    let question = "Who needed the ladder for the apple tree?";
    let found = async |entity, place| recalled(&space, entity, place, question).await.len();
    assert_eq!(found(silas, lobby).await, 0, "in a room everybody hears");
    assert_eq!(found(silas, with_cy).await, 0, "Cy came later");
    assert_eq!(found(silas, late).await, 0, "and is there now");
    assert_eq!(found(silas, with_ben).await, 0, "Luna was not there");
    assert_eq!(found(luna, with_ben).await, 0, "and has nothing of her own");
    let two = circle(&space, ada, &[ben, silas], History::Whole).await;
    let told = recalled(&space, silas, two, question).await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].kept.channel, told[0].seqs), (late, (2, 5)));
    assert!(told[0].text.contains("ladder"), "{told:?}");
    assert_eq!(recalled(&space, silas, two, "Which violin was out of tune?").await, []);
}

/// The gists of an AI: the numbers of the first and the last message, and the text.
async fn gists(space: &Space, entity: EntityId) -> Vec<(i64, i64, String)> {
    let kept = "select first_seq, last_seq, text from memories where entity_id = $1 and kind = 'gist'";
    sqlx::query_as(kept).bind(entity.0).fetch_all(&space.db).await.unwrap()
}

#[tokio::test]
async fn what_goes_on_has_a_gist_that_grows_and_fades() {
    let space = space().await;
    let keeper = world::admin(&space).await;
    let silas = ai(&space, "Silas").await;
    let lobby = room(&space, &keeper, 9, &[&keeper]).await;
    channels::join(&space, silas, lobby).await.unwrap();
    let long: Vec<&str> = LADDER.iter().copied().cycle().take(16).collect();
    talk(&space, keeper.id, lobby, &long[..15]).await;
    assert!(gists(&space, silas).await.is_empty(), "not yet enough");
    talk(&space, keeper.id, lobby, &long[15..]).await;
    let gist = gists(&space, silas).await;
    assert_eq!((gist.len(), gist[0].0, gist[0].1), (1, 1, 16));
    assert!(gist[0].2.contains("apple tree"), "{gist:?}");
    assert!(recalled(&space, silas, lobby, "apple tree ladder").await.is_empty(), "it is no episode");
    talk(&space, keeper.id, lobby, &long).await;
    let gist = gists(&space, silas).await;
    assert_eq!((gist.len(), gist[0].1), (1, 32), "it is replaced");
    // What is taken off the record is out of it.
    messages::record(&space, keeper.id, lobby, (1, 32), true).await.unwrap();
    index::catch_up(&space).await.unwrap();
    assert!(gists(&space, silas).await.is_empty());
    messages::record(&space, keeper.id, lobby, (1, 32), false).await.unwrap();
    index::remember(&space).await.unwrap();
    assert_eq!(gists(&space, silas).await.len(), 1);
    sqlx::query("update memories set said_to = said_to - interval '25 hours' where kind = 'gist'")
        .execute(&space.db)
        .await
        .unwrap();
    sqlx::query("update recollections set said_at = said_at - interval '25 hours'").execute(&space.db).await.unwrap();
    index::remember(&space).await.unwrap();
    assert!(gists(&space, silas).await.is_empty(), "a day later it is gone");
}
