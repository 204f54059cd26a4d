//! Conversations that were had elsewhere.

use crate::tasks::ai;
use crate::world::{admin, code, person, space};
use domain::channels;
use domain::channels::history::{History, import};
use domain::memory::index;
use model::{Code, EntityId};
use serde_json::{Value, json};

fn history(value: Value) -> History {
    serde_json::from_value(value).unwrap()
}

fn old() -> Value {
    json!({"room": "The old forum", "description": "Before we came here.", "messages": [
        {"author": "ada", "at": "2024-05-03T18:14:30Z", "text": "Found it, **thank you**.", "reply_to": "17"},
        {"author": "Wanda", "at": "2024-05-03T18:12:00Z", "text": "The ladder leans behind the apple tree.", "id": "17"},
        {"author": "Silas", "at": "2024-05-03T18:20:00Z", "text": "Mind the third rung of the ladder."},
        {"author": "Wanda", "at": "2024-05-03T18:21:00Z", "text": "x ".repeat(3_000)},
    ]})
}

#[tokio::test]
async fn a_conversation_becomes_a_room_and_is_remembered() {
    let space = space().await;
    assert_eq!(code(import(&space, history(old())).await), Code::InvalidArgument, "nobody keeps it yet");
    let keeper = admin(&space).await;
    let ada = person(&space, "Ada").await;
    let silas = ai(&space, "Silas").await;
    let done = import(&space, history(old())).await.unwrap();
    assert_eq!((done.messages, done.authors, done.gone), (5, 3, 1));
    channels::join(&space, ada.id, done.room).await.unwrap();
    let page = channels::open(&space, ada.id, done.room).await.unwrap().page;
    let seen: Vec<(i64, &str, Option<EntityId>)> = page
        .messages
        .iter()
        .filter(|one| one.kind == model::MessageKind::Text)
        .map(|one| (one.seq, one.author.name.as_str(), one.quote.as_ref().map(|_| one.author.id)))
        .collect();
    assert_eq!(
        seen,
        [(1, "Wanda", None), (2, "Ada", Some(ada.id)), (3, "Silas", None), (4, "Wanda", None), (5, "Wanda", None)]
    );
    assert!(page.messages[1].html.contains("<strong>thank you</strong>"));
    assert_eq!(page.messages[2].author.id, silas, "an AI's words are its own");
    // Nobody is kept out by a name of the past.
    person(&space, "Wanda").await;
    channels::join(&space, silas, done.room).await.unwrap();
    index::remember(&space).await.unwrap();
    let (kept,): (String,) = sqlx::query_as("select text from memories where entity_id = $1 and kind = 'episode'")
        .bind(silas.0)
        .fetch_one(&space.db)
        .await
        .unwrap();
    assert!(kept.contains("Wanda: The ladder leans"), "{kept}");
    assert_eq!(code(import(&space, history(old())).await), Code::RoomNameTaken);
    assert!(channels::open(&space, keeper.id, done.room).await.is_ok());
}

#[tokio::test]
async fn what_does_not_fit_is_named_and_nothing_of_it_is_there() {
    let space = space().await;
    admin(&space).await;
    for (at, wrong, named) in [
        (0, json!({"author": "a\nb", "at": "2024-05-03T18:12:00Z", "text": "x"}), "Message 1: "),
        (1, json!({"author": "Ben", "at": "2024-05-03T18:12:00Z", "text": " "}), "Message 2: there are no words"),
        (2, json!({"author": "Ben", "at": "2924-05-03T18:12:00Z", "text": "x"}), "Message 3: it is from the future"),
    ] {
        let mut file = old();
        file["messages"][at] = wrong;
        let problem = import(&space, history(file)).await.unwrap_err().problem();
        assert!(problem.code == Code::InvalidArgument && problem.message.starts_with(named), "{problem:?}");
    }
    let (rooms,): (i64,) = sqlx::query_as("select count(*) from channels").fetch_one(&space.db).await.unwrap();
    assert_eq!(rooms, 0);
}
