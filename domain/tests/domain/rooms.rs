use crate::world::{admin, code, person, room, space};
use domain::channels;
use model::channels::RoomDraft;
use model::{ChannelId, Code};

fn draft(name: &str, capacity: i32) -> RoomDraft {
    RoomDraft { name: name.into(), description: String::new(), capacity }
}

#[tokio::test]
async fn a_hundred_at_once_fill_exactly_the_places_that_are_left() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 5, &[&keeper]).await;
    let first = person(&space, "First").await;
    channels::join(&space, first.id, id).await.unwrap();
    let mut people = Vec::new();
    for n in 0..100 {
        let who = model::EntityId::new();
        sqlx::query("insert into entities (id, kind, name, name_key) values ($1, 'human', $2, $2)")
            .bind(who.0)
            .bind(format!("guest{n}"))
            .execute(&space.db)
            .await
            .unwrap();
        people.push(who);
    }
    let joins = people.iter().map(|who| channels::join(&space, *who, id));
    let done = futures::future::join_all(joins).await;
    let (joined, refused): (Vec<_>, Vec<_>) = done.into_iter().partition(Result::is_ok);
    assert_eq!(joined.len(), 3);
    assert!(refused.into_iter().all(|refused| code(refused) == Code::RoomFull));
    let opened = channels::open(&space, keeper.id, id).await.unwrap();
    assert_eq!(opened.members.len(), 5);
}

#[tokio::test]
async fn leaving_and_coming_back_is_one_row() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 5, &[&keeper]).await;
    let before = channels::open(&space, keeper.id, id).await.unwrap().channel.clock;
    channels::join(&space, keeper.id, id).await.unwrap();
    assert_eq!(
        channels::open(&space, keeper.id, id).await.unwrap().channel.clock,
        before,
        "joining again changes nothing"
    );
    channels::leave(&space, keeper.id, id).await.unwrap();
    channels::leave(&space, keeper.id, id).await.unwrap();
    let opened = channels::open(&space, keeper.id, id).await.unwrap();
    assert!(!opened.joined && opened.members.is_empty() && opened.channel.clock == before + 1);
    channels::join(&space, keeper.id, id).await.unwrap();
    assert!(channels::open(&space, keeper.id, id).await.unwrap().joined);
}

#[tokio::test]
async fn rooms_are_made_changed_and_archived_by_admins() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ada = person(&space, "Ada").await;
    assert_eq!(code(channels::create(&space, ada.id, draft("Mine", 5)).await), Code::AdminOnly);
    let id = channels::create(&space, keeper.id, draft("Attic", 5)).await.unwrap();
    let opened = channels::open(&space, keeper.id, id).await.unwrap();
    assert_eq!((opened.joined, opened.members[0].role), (true, model::Role::Owner));
    assert_eq!(code(channels::create(&space, keeper.id, draft("ATTIC", 5)).await), Code::RoomNameTaken);
    for (wrong, field) in [(draft("x", 5), "name"), (draft("fine", 1), "capacity"), (draft("fine", 10_001), "capacity")]
    {
        let problem = channels::create(&space, keeper.id, wrong).await.unwrap_err().problem();
        assert_eq!((problem.code, problem.field.as_deref()), (Code::InvalidArgument, Some(field)));
    }
    let edited = channels::edit(&space, keeper.id, id, draft("Loft", 6)).await.unwrap();
    assert_eq!((edited.name.as_str(), edited.capacity), ("Loft", 6));
    channels::archive(&space, keeper.id, id, true).await.unwrap();
    assert_eq!(code(channels::join(&space, ada.id, id).await), Code::Archived);
    assert_eq!(code(channels::typing(&space, keeper.id, id, false).await), Code::Archived);
    assert_eq!(code(channels::remove(&space, keeper.id, id, ada.id, true).await), Code::Archived);
    assert_eq!(code(channels::join(&space, ada.id, ChannelId::new()).await), Code::NotFound);
    channels::create(&space, keeper.id, draft("Loft", 5)).await.unwrap();
}

#[tokio::test]
async fn reading_positions_never_move_back() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ada = person(&space, "Ada").await;
    let id = room(&space, &keeper, 5, &[&keeper, &ada]).await;
    for n in 0..3 {
        crate::world::say(&space, keeper.id, id, &format!("line {n}")).await.unwrap();
    }
    let unread = || async {
        let places = channels::places(&space, ada.id).await.unwrap();
        places.into_iter().find(|place| place.channel.id == id).unwrap().unread
    };
    assert_eq!(unread().await, 3);
    channels::read(&space, ada.id, id, 2).await.unwrap();
    channels::read(&space, ada.id, id, 1).await.unwrap();
    assert_eq!(unread().await, 1);
    channels::read(&space, ada.id, id, 99).await.unwrap();
    assert_eq!(unread().await, 0);
}
