//! What AIs know from documents.

use crate::tasks::ai;
use crate::world::{admin, code, person, room, say, space};
use domain::memory::words::Language;
use domain::memory::{Asked, RecalledPassage, index, recall};
use domain::minds::studio::{self, With};
use domain::{Space, channels, knowledge};
use model::{ChannelId, Code, DocumentState, EntityId, Me};
use serde_json::{Value, json};

/// A character's file whose AI knows a book.
fn file(name: &str) -> String {
    let passage = |page: i32, heading: &str, text: &str| json!({"page": page, "heading": heading, "text": text});
    let known = json!([{"name": "garden.pdf", "title": "The Garden Book", "pages": 3, "passages": [
        passage(1, "Apples", "The Russet ripens in October and keeps until April."),
        passage(2, "Pears", "Pears are picked before they are ripe."),
        passage(3, "Bees", "A hive is opened on warm days alone."),
    ]}]);
    let mut file: Value = json!({"spec": "chara_card_v2", "data": {"name": name, "description": "A gardener."}});
    let mind = json!({
        "name": name, "bio": "", "system_prompt": "A gardener.", "sampling": {"temperature": 0.5, "max_tokens": 100},
        "strategy_room": "mention_only", "strategy_chat": "every_message", "talkativeness": 0.5, "cooldown_s": 0,
        "languages": [], "initiative": 0, "tired_line": "",
    });
    file["data"]["extensions"] = json!({"the_gathering": mind, "the_gathering_knowledge": known});
    file.to_string()
}

async fn gardener(space: &Space, keeper: &Me) -> EntityId {
    let id = studio::import(space, keeper.id, file("Flora"), None).await.unwrap();
    studio::wake(space, keeper.id, id, true).await.unwrap();
    id
}

/// What an AI recalls from documents, as titles, pages and texts.
async fn recalled(space: &Space, entity: EntityId, channel: ChannelId, question: &str) -> Vec<(Option<i32>, String)> {
    let asked = Asked {
        entity,
        channel,
        question,
        language: Language::of_code("en"),
        beside: &[],
        at: time::OffsetDateTime::now_utc(),
        shown_from: i64::MAX,
        most: 20,
    };
    let found: Vec<RecalledPassage> = recall(space, asked).await.unwrap().passages;
    let near = found.into_iter().filter(|one| one.near.is_near()).map(|one| one.passage.passage);
    near.map(|passage| (passage.page, passage.text)).collect()
}

#[tokio::test]
async fn what_documents_say_is_recalled_wherever_the_ai_is() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ada = person(&space, "Ada").await;
    let flora = gardener(&space, &keeper).await;
    let silas = ai(&space, "Silas").await;
    let (lobby, elsewhere) = (room(&space, &keeper, 9, &[&ada]).await, room(&space, &keeper, 9, &[&ada]).await);
    channels::join(&space, flora, lobby).await.unwrap();
    channels::join(&space, silas, lobby).await.unwrap();
    let chat = channels::chat_with(&space, ada.id, flora).await.unwrap();
    let russet = (Some(1), "The Russet ripens in October and keeps until April.".to_owned());
    for place in [lobby, chat] {
        assert_eq!(recalled(&space, flora, place, "When do russets ripen?").await, std::slice::from_ref(&russet));
        assert!(recalled(&space, flora, place, "Who plays the violin?").await.is_empty());
    }
    // By the title and the headings, too.
    let hive = recalled(&space, flora, lobby, "what does the garden book say of bees").await;
    assert_eq!(hive[0].0, Some(3), "{hive:?}");
    assert!(recalled(&space, silas, lobby, "When do russets ripen?").await.is_empty(), "it is Flora's book");
    assert!(recalled(&space, flora, elsewhere, "When do russets ripen?").await.is_empty(), "she is not there");

    let found = knowledge::find(&space, keeper.id, flora, "When are pears picked?").await.unwrap();
    assert_eq!((found[0].title.as_str(), found[0].place), ("The Garden Book", 2));
    assert_eq!(code(knowledge::find(&space, ada.id, flora, "pears").await), Code::AdminOnly);
    assert_eq!(code(knowledge::find(&space, keeper.id, flora, " ").await), Code::InvalidArgument);

    let documents = knowledge::all(&space, keeper.id, flora).await.unwrap();
    let [document] = documents.as_slice() else { panic!("{documents:?}") };
    assert_eq!((document.state, document.passages, document.pages), (DocumentState::Known, 3, Some(3)));
    assert_eq!(knowledge::passages(&space, keeper.id, document.id, 1).await.unwrap().len(), 2);
    assert_eq!(code(knowledge::remove(&space, ada.id, document.id).await), Code::AdminOnly);
    knowledge::remove(&space, keeper.id, document.id).await.unwrap();
    assert_eq!(code(knowledge::remove(&space, keeper.id, document.id).await), Code::NotFound);
    assert!(recalled(&space, flora, lobby, "When do russets ripen?").await.is_empty());
    let (left,): (i64,) = sqlx::query_as("select count(*) from passages").fetch_one(&space.db).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn what_an_ai_knows_goes_with_it() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ada = person(&space, "Ada").await;
    let flora = gardener(&space, &keeper).await;
    let copy = studio::duplicate(&space, keeper.id, flora, "Pomona").await.unwrap();
    assert_eq!(knowledge::all(&space, keeper.id, copy).await.unwrap()[0].passages, 3);

    let lobby = room(&space, &keeper, 9, &[&ada]).await;
    channels::join(&space, flora, lobby).await.unwrap();
    let chat = channels::chat_with(&space, ada.id, flora).await.unwrap();
    let lines = [
        "The ladder leans behind the apple tree, if anybody looks for it.",
        "I need the ladder on Saturday, to cut the apple tree.",
        "Bring the ladder back to the shed when the apple tree is done.",
        "ok",
    ];
    for line in lines {
        say(&space, ada.id, lobby, line).await.unwrap();
        say(&space, ada.id, chat, &line.replace("ladder", "treasure")).await.unwrap();
    }
    index::catch_up(&space).await.unwrap();
    sqlx::query("update recollections set said_at = said_at - interval '1 hour'").execute(&space.db).await.unwrap();
    index::remember(&space).await.unwrap();
    let carried = async |with: With| {
        let file = studio::export(&space, keeper.id, flora, with).await.unwrap().content;
        assert!(!file.contains("treasure"), "what was said in private stays");
        (file.contains("Russet"), file.contains("Ada: The ladder"), file)
    };
    let (knows, remembers, _) = carried(With::default()).await;
    assert!(!knows && !remembers, "only when it is asked for");
    let (knows, remembers, _) = carried(With { memories: true, ..With::default() }).await;
    assert!(!knows && remembers);
    let (knows, remembers, file) = carried(With { knowledge: true, memories: true }).await;
    assert!(knows && remembers);
    let vega = studio::import(&space, keeper.id, file, Some("Vega")).await.unwrap();
    let titles: Vec<String> =
        knowledge::all(&space, keeper.id, vega).await.unwrap().into_iter().map(|one| one.title).collect();
    assert_eq!(titles.len(), 2, "{titles:?}");
    assert!(titles.contains(&"What Flora remembers".to_owned()), "{titles:?}");
    let ladder = knowledge::find(&space, keeper.id, vega, "Where does the ladder lean?").await.unwrap();
    assert!(ladder[0].passage.text.contains("behind the apple tree"), "{ladder:?}");

    studio::retire(&space, keeper.id, vega).await.unwrap();
    let (left,): (i64,) = sqlx::query_as("select count(*) from documents where entity_id = $1")
        .bind(vega.0)
        .fetch_one(&space.db)
        .await
        .unwrap();
    assert_eq!(left, 0, "who is gone knows nothing any more");
}
