use crate::hearing::Hearing;
use crate::tasks::ai;
use crate::world::{admin, code, person, say, space};
use domain::channels::{self, chat_with};
use domain::messages::{self, Stretch};
use model::channels::RoomDraft;
use model::{ChannelKind, Code, EntityId, Event, Position, Synced};

#[tokio::test]
async fn a_pair_has_one_chat_whoever_asks_and_how_often() {
    let space = space().await;
    let (ann, ben) = (person(&space, "Ann").await.id, person(&space, "Ben").await.id);
    let asked = (0..20).map(|n| if n % 2 == 0 { chat_with(&space, ann, ben) } else { chat_with(&space, ben, ann) });
    let mut ids: Vec<_> = futures::future::join_all(asked).await.into_iter().map(Result::unwrap).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1);
    for (who, other) in [(ann, "Ben"), (ben, "Ann")] {
        let opened = channels::open(&space, who, ids[0]).await.unwrap();
        assert_eq!((opened.channel.kind, opened.channel.name.as_str()), (ChannelKind::Chat, other));
        assert_eq!((opened.joined, opened.members.len()), (true, 2));
        let places = channels::places(&space, who).await.unwrap();
        assert_eq!(places.iter().map(|place| place.channel.name.as_str()).collect::<Vec<_>>(), [other]);
    }
    assert_eq!(code(chat_with(&space, ann, ann).await), Code::InvalidArgument);
    assert_eq!(code(chat_with(&space, ann, EntityId::new()).await), Code::NotFound);
    assert_eq!(code(channels::leave(&space, ann, ids[0]).await), Code::InvalidArgument);
}

#[tokio::test]
async fn the_other_one_hears_at_once_on_a_stream_that_was_open_before() {
    let space = space().await;
    let (ann, ben) = (person(&space, "Ann").await.id, person(&space, "Ben").await.id);
    let mut hears = Hearing::of(&space, ben).await;
    let chat = chat_with(&space, ann, ben).await.unwrap();
    let said = say(&space, ann, chat, "just between us").await.unwrap();
    let mut told_to_look = false;
    loop {
        match hears.next().await.expect("an event") {
            Event::Me => told_to_look = true,
            Event::Message { message, .. } => {
                assert_eq!(*message, said);
                break;
            }
            _ => {}
        }
    }
    assert!(told_to_look, "the list of places has a new one");
}

#[tokio::test]
async fn for_everybody_else_admins_too_a_chat_does_not_exist() {
    let space = space().await;
    let keeper = admin(&space).await.id;
    let (ann, ben) = (person(&space, "Ann").await.id, person(&space, "Ben").await.id);
    let stranger = person(&space, "Carl").await.id;
    let chat = chat_with(&space, ann, ben).await.unwrap();
    let mut hears = Hearing::of(&space, keeper).await;
    let said = say(&space, ann, chat, "nobody else reads this").await.unwrap();
    for who in [keeper, stranger] {
        assert_eq!(code(channels::open(&space, who, chat).await), Code::NotFound);
        assert_eq!(code(channels::join(&space, who, chat).await), Code::NotFound);
        assert_eq!(code(channels::typing(&space, who, chat, false).await), Code::NotFound);
        assert_eq!(code(messages::history(&space, who, chat, Stretch::Latest).await), Code::NotFound);
        assert_eq!(code(domain::minds::decisions(&space, who, chat, said.id).await), Code::NotFound);
        assert_eq!(code(say(&space, who, chat, "let me in").await), Code::NotFound);
        channels::read(&space, who, chat, 1).await.unwrap();
        channels::leave(&space, who, chat).await.unwrap();
        let position = Position { channel: chat, clock: 0, epoch: 0 };
        let answer = messages::sync(&space, who, &[position]).await.unwrap();
        assert_eq!(answer.channels, [Synced::Gone { channel: chat }]);
        assert_eq!(answer.places, []);
    }
    let draft = RoomDraft { name: "taken over".into(), description: String::new(), capacity: 9 };
    assert_eq!(code(channels::edit(&space, keeper, chat, draft).await), Code::NotFound);
    assert_eq!(code(channels::archive(&space, keeper, chat, true).await), Code::NotFound);
    // A line in a room of the keeper's own comes after whatever would have been told of the chat.
    let room = crate::world::room(&space, &domain::accounts::me(&space, keeper).await.unwrap().unwrap(), 5, &[]).await;
    channels::join(&space, keeper, room).await.unwrap();
    say(&space, keeper, room, "end").await.unwrap();
    loop {
        match hears.next().await.expect("an event") {
            Event::Message { message, .. } if message.channel == room => break,
            event => assert!(!format!("{event:?}").contains(&chat.to_string()), "{event:?}"),
        }
    }
}

#[tokio::test]
async fn an_ai_is_taken_out_of_a_private_chat_and_asked_back() {
    let space = space().await;
    let (ann, ben) = (person(&space, "Ann").await.id, person(&space, "Ben").await.id);
    let silas = ai(&space, "Silas").await;
    let chat = chat_with(&space, ann, silas).await.unwrap();
    say(&space, ann, chat, "between us").await.unwrap();
    let remove = async |who, chat, whom| channels::remove(&space, who, chat, whom, false).await;
    assert_eq!(code(remove(ben, chat, silas).await), Code::NotFound, "it is Ann's alone");
    assert_eq!(code(remove(silas, chat, ann).await), Code::InvalidArgument, "and not the AI's");
    let people = chat_with(&space, ann, ben).await.unwrap();
    assert_eq!(code(remove(ann, people, ben).await), Code::InvalidArgument, "people are not taken out");
    for _ in 0..2 {
        remove(ann, chat, silas).await.unwrap();
    }
    let opened = channels::open(&space, ann, chat).await.unwrap();
    assert_eq!((opened.members.len(), opened.page.messages.len()), (1, 1), "what was said can be read");
    assert_eq!(code(say(&space, ann, chat, "is somebody there?").await), Code::Archived);
    sqlx::query("update minds set awake = false").execute(&space.db).await.unwrap();
    assert_eq!(code(chat_with(&space, ann, silas).await), Code::ContactRefused);
    sqlx::query("update minds set awake = true").execute(&space.db).await.unwrap();
    assert_eq!(chat_with(&space, ann, silas).await.unwrap(), chat);
    assert_eq!(channels::open(&space, ann, chat).await.unwrap().members.len(), 2);
    say(&space, ann, chat, "there you are").await.unwrap();
}
