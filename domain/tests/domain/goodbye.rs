use crate::hearing::Hearing;
use crate::minds::{END, stage, until, words};
use crate::world::{code, guest, room};
use domain::minds::{ModelError, goodbye};
use model::{Code, Event};
use std::collections::HashSet;

#[tokio::test]
async fn a_goodbye_is_said_in_each_place_and_none_depends_on_another() {
    let refused = || vec![Err(ModelError::Refused { status: 401, retry_after: None, text: "no".into() })];
    let stage = stage(vec![vec![words("Silas: Farewell."), END], refused(), vec![words("Until we meet."), END]]).await;
    let opened = domain::channels::open(&stage.space, stage.keeper.id, stage.room).await.unwrap();
    let silas = opened.members.iter().find(|member| member.entity.name == "Silas").unwrap().entity.id;
    for _ in 0..2 {
        let other = room(&stage.space, &stage.keeper, 9, &[&stage.keeper]).await;
        domain::channels::join(&stage.space, silas, other).await.unwrap();
    }
    let stranger = guest(&stage.space, "Guest").await;
    assert_eq!(code(goodbye(&stage.space, stranger, silas).await), Code::AdminOnly);
    assert_eq!(code(goodbye(&stage.space, stage.keeper.id, stranger).await), Code::NotFound);
    let chat = domain::channels::chat_with(&stage.space, stage.keeper.id, silas).await.unwrap();
    let mut frames = Hearing::of(&stage.space, stage.keeper.id).await;
    goodbye(&stage.space, stage.keeper.id, silas).await.unwrap();
    let (mut lines, mut left) = (Vec::new(), HashSet::new());
    until(&mut frames, |event| {
        match event {
            Event::Message { message, .. } if message.author.id == silas => lines.push(message.body.clone()),
            Event::Member { channel, member, .. } if member.entity.id == silas && !member.joined => {
                left.insert(*channel);
            }
            _ => {}
        }
        left.len() == 4
    })
    .await;
    lines.sort();
    assert_eq!(lines, ["Farewell.", "Until we meet."]);
    let card = domain::minds::studio::one(&stage.space, stage.keeper.id, silas).await.unwrap();
    assert_eq!((card.rooms.len(), card.awake), (0, false), "it is gone from everywhere, and sleeps");
    let chat = domain::channels::open(&stage.space, stage.keeper.id, chat).await.unwrap();
    assert!(chat.channel.archived_at.is_some() && chat.members.len() == 1, "from private talk, too");
    let used =
        "select count(*), min(tokens_out) > 0 from usage where entity_id = $1 and caused_by is null and not failed";
    let used: (i64, bool) = sqlx::query_as(used).bind(silas.0).fetch_one(&stage.space.db).await.unwrap();
    assert_eq!(used, (2, true), "each line that was written has cost something");
}
