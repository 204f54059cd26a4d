use crate::hearing::Hearing;
use crate::world::{admin, circle, code, person, say, space};
use domain::Space;
use domain::channels::{self, invite, leave, mark_unread, mute, put_away, remove, rename, set_role, start};
use domain::entities::blocks;
use domain::messages::{self, Stretch};
use model::channels::CircleDraft;
use model::{ChannelId, ChannelKind, Code, EntityId, Event, History, MessageKind, Place, Position, Role, Synced};

async fn lines(space: &Space, who: EntityId, circle: ChannelId) -> Vec<String> {
    let page = messages::history(space, who, circle, Stretch::Latest).await.unwrap();
    page.messages.iter().map(|message| format!("{} {}", message.author.name, message.body)).collect()
}

async fn place(space: &Space, who: EntityId, id: ChannelId) -> Place {
    let places = channels::places(space, who).await.unwrap();
    places.into_iter().find(|place| place.channel.id == id).expect("the channel is in the list")
}

#[tokio::test]
async fn a_few_find_together_and_what_they_do_is_told_in_lines() {
    let space = space().await;
    let (ann, ben, eve) =
        (person(&space, "Ann").await.id, person(&space, "Ben").await.id, person(&space, "Eve").await.id);
    let id = circle(&space, ann, &[ben, ann, ben], History::Whole).await;
    say(&space, ben, id, "before Eve").await.unwrap();
    assert_eq!(code(invite(&space, eve, id, eve).await), Code::NotFound);
    invite(&space, ben, id, eve).await.unwrap();
    invite(&space, ben, id, eve).await.unwrap();
    rename(&space, eve, id, " The quiet ones ").await.unwrap();
    leave(&space, ben, id).await.unwrap();
    let told = [
        "Ann started this circle with Ben.",
        "Ben before Eve",
        "Ben asked Eve in.",
        "Eve called this circle “The quiet ones”.",
        "Ben left.",
    ];
    assert_eq!(lines(&space, eve, id).await, told);
    let opened = channels::open(&space, eve, id).await.unwrap();
    assert_eq!((opened.channel.kind, opened.channel.name.as_str()), (ChannelKind::Circle, "The quiet ones"));
    assert_eq!(opened.page.messages.iter().filter(|line| line.kind == MessageKind::System).count(), 4);
    rename(&space, ann, id, "").await.unwrap();
    assert_eq!(place(&space, ann, id).await.channel.name, "Eve");
    let nobody = CircleDraft { members: vec![ann], ..CircleDraft::default() };
    assert_eq!(code(start(&space, ann, nobody).await), Code::InvalidArgument);
    let stranger = CircleDraft { members: vec![EntityId::new()], ..CircleDraft::default() };
    assert_eq!(code(start(&space, ann, stranger).await), Code::NotFound);
}

#[tokio::test]
async fn who_was_removed_hears_nothing_newer_and_reads_on_as_the_circle_has_it() {
    let space = space().await;
    let (ann, ben) = (person(&space, "Ann").await.id, person(&space, "Ben").await.id);
    for (history, missed) in [(History::Whole, true), (History::FromJoining, false)] {
        let id = circle(&space, ann, &[ben], history).await;
        let mut hears = Hearing::of(&space, ben).await;
        remove(&space, ann, id, ben, false).await.unwrap();
        say(&space, ann, id, "between").await.unwrap();
        assert_eq!(code(channels::open(&space, ben, id).await), Code::NotFound);
        assert_eq!(code(messages::history(&space, ben, id, Stretch::After(0)).await), Code::NotFound);
        let position = Position { channel: id, clock: 0, epoch: 0 };
        let answer = messages::sync(&space, ben, &[position]).await.unwrap();
        assert_eq!((answer.channels, answer.places), (vec![Synced::Gone { channel: id }], vec![]));
        invite(&space, ann, id, ben).await.unwrap();
        say(&space, ann, id, "after").await.unwrap();
        loop {
            match hears.next().await.expect("an event") {
                Event::Message { message, .. } if message.body == "after" => break,
                Event::Message { message, .. } => assert_ne!(message.body, "between"),
                _ => {}
            }
        }
        let heard = lines(&space, ben, id).await;
        assert_eq!(heard.contains(&"Ann between".to_owned()), missed, "{heard:?}");
        assert_eq!(heard.last().unwrap(), "Ann after");
        let answer = messages::sync(&space, ben, &[position]).await.unwrap();
        assert_eq!(format!("{:?}", answer.channels).contains("between"), missed);
        leave(&space, ann, id).await.unwrap();
        leave(&space, ben, id).await.unwrap();
    }
}

#[tokio::test]
async fn owners_and_admins_may_remove_and_a_circle_always_has_an_owner() {
    let space = space().await;
    let keeper = admin(&space).await.id;
    let (ann, ben, eve) =
        (person(&space, "Ann").await.id, person(&space, "Ben").await.id, person(&space, "Eve").await.id);
    let id = circle(&space, ann, &[ben, eve], History::Whole).await;
    assert_eq!(code(remove(&space, ben, id, eve, false).await), Code::NotYours);
    assert_eq!(code(remove(&space, keeper, id, eve, false).await), Code::NotFound);
    assert_eq!(code(channels::archive(&space, ben, id, true).await), Code::NotYours);
    set_role(&space, ann, id, ben, Role::Admin).await.unwrap();
    assert_eq!(code(set_role(&space, ben, id, eve, Role::Admin).await), Code::NotYours);
    assert_eq!(code(remove(&space, ben, id, ann, false).await), Code::NotYours);
    assert_eq!(code(remove(&space, ben, id, eve, true).await), Code::InvalidArgument);
    remove(&space, ben, id, eve, false).await.unwrap();
    assert_eq!(code(remove(&space, ben, id, eve, false).await), Code::NotFound);
    leave(&space, ann, id).await.unwrap();
    channels::archive(&space, ben, id, true).await.unwrap();
    assert_eq!(code(say(&space, ben, id, "more").await), Code::Archived);
    assert_eq!(code(invite(&space, ben, id, ann).await), Code::Archived);
    assert!(!lines(&space, ben, id).await.is_empty(), "it can still be read");
    channels::archive(&space, ben, id, false).await.unwrap();
    say(&space, ben, id, "again").await.unwrap();
    leave(&space, ben, id).await.unwrap();
    let (archived,): (bool,) = sqlx::query_as("select archived_at is not null from channels where id = $1")
        .bind(id.0)
        .fetch_one(&space.db)
        .await
        .unwrap();
    assert!(archived, "the last human out closes it");
}

#[tokio::test]
async fn a_room_is_closed_to_whom_its_admins_keep_out() {
    let space = space().await;
    let me = admin(&space).await;
    let ben = person(&space, "Ben").await;
    let id = crate::world::room(&space, &me, 5, &[&ben]).await;
    assert_eq!(code(remove(&space, ben.id, id, me.id, true).await), Code::NotYours);
    remove(&space, me.id, id, ben.id, true).await.unwrap();
    assert_eq!(code(channels::join(&space, ben.id, id).await), Code::Banned);
    assert_eq!(code(channels::banned(&space, ben.id, id).await), Code::NotYours);
    assert_eq!(channels::banned(&space, me.id, id).await.unwrap()[0].name, "Ben");
    channels::unban(&space, me.id, id, ben.id).await.unwrap();
    channels::join(&space, ben.id, id).await.unwrap();
    remove(&space, me.id, id, ben.id, false).await.unwrap();
    channels::join(&space, ben.id, id).await.unwrap();
}

#[tokio::test]
async fn a_block_ends_private_contact_and_tells_the_blocked_nothing() {
    let space = space().await;
    let (ann, ben, eve) =
        (person(&space, "Ann").await.id, person(&space, "Ben").await.id, person(&space, "Eve").await.id);
    let chat = channels::chat_with(&space, ann, ben).await.unwrap();
    let both = circle(&space, eve, &[ann, ben], History::Whole).await;
    say(&space, ben, chat, "hello").await.unwrap();
    blocks::block(&space, ann, ben).await.unwrap();
    blocks::block(&space, ann, ben).await.unwrap();
    assert_eq!(code(say(&space, ben, chat, "still there?").await), Code::ContactRefused);
    assert_eq!(code(say(&space, ann, chat, "no").await), Code::ContactRefused);
    let first = messages::history(&space, ben, chat, Stretch::Latest).await.unwrap().messages.remove(0);
    assert_eq!(code(messages::pin(&space, ben, chat, first.id, true).await), Code::ContactRefused);
    let closed = async |who| channels::open(&space, who, chat).await.unwrap().closed.unwrap_or_default();
    assert_eq!(closed(ann).await, "You have blocked Ben. End that on their card first.");
    assert_eq!(closed(ben).await, "Ann is not open to private talk.");
    let asked = Position { channel: chat, clock: 0, epoch: 0 };
    let synced = messages::sync(&space, ben, &[asked]).await.unwrap().channels;
    assert!(matches!(&synced[0], Synced::Changes { closed: Some(_), .. }), "{synced:?}");
    assert_eq!(
        code(start(&space, ben, CircleDraft { members: vec![ann], ..CircleDraft::default() }).await),
        Code::ContactRefused
    );
    assert_eq!(
        code(start(&space, ann, CircleDraft { members: vec![ben], ..CircleDraft::default() }).await),
        Code::ContactRefused
    );
    let (fay, gus) = (person(&space, "Fay").await.id, person(&space, "Gus").await.id);
    blocks::block(&space, fay, gus).await.unwrap();
    assert_eq!(code(channels::chat_with(&space, gus, fay).await), Code::ContactRefused);
    // Where both are with others they go on; the blocked one's words are the reader's to hide.
    // Being asked into a circle is a mention.
    let seen = place(&space, ann, both).await;
    assert_eq!((seen.unread, seen.mentioned), (1, true));
    channels::read(&space, ann, both, 1).await.unwrap();
    channels::read(&space, eve, both, 1).await.unwrap();
    say(&space, ben, both, "to all, and to Ann").await.unwrap();
    let seen = place(&space, ann, both).await;
    assert_eq!((seen.last, seen.unread, seen.mentioned), (None, 0, false));
    assert_eq!(place(&space, eve, both).await.unread, 1);
    let answered = messages::history(&space, eve, both, Stretch::Latest).await.unwrap().messages.pop().unwrap();
    let quoting = messages::Draft { reply_to: Some(answered.id), ..crate::world::draft(both, "indeed") };
    assert_eq!(messages::post(&space, eve, quoting).await.unwrap().quote.unwrap().author_id, Some(ben));
    assert_eq!(place(&space, eve, both).await.last.unwrap().text, "indeed");
    assert_eq!(channels::open(&space, ann, both).await.unwrap().blocked, [ben]);
    // Ann is here, for everybody but Ben.
    let _stream = Hearing::of(&space, ann).await;
    let sees = async |who: EntityId| {
        let opened = channels::open(&space, who, both).await.unwrap();
        opened.members.iter().any(|member| member.entity.id == ann && member.presence.is_here())
    };
    assert_eq!((sees(eve).await, sees(ben).await), (true, false));
    assert!(place(&space, ben, both).await.here.iter().all(|entity| entity.id != ann));
    let about = async |who: EntityId| domain::entities::about(&space, who, ann).await.unwrap().presence.is_here();
    assert_eq!((about(eve).await, about(ben).await), (true, false));
    blocks::unblock(&space, ann, ben).await.unwrap();
    say(&space, ben, chat, "there you are").await.unwrap();
    assert_eq!(closed(ben).await, "");
    assert_eq!(code(blocks::block(&space, ann, ann).await), Code::InvalidArgument);
    assert_eq!(code(blocks::block(&space, ann, EntityId::new()).await), Code::NotFound);
}

#[tokio::test]
async fn typing_and_coming_are_not_told_where_one_has_blocked_the_other() {
    let space = space().await;
    let (ann, ben, eve) =
        (person(&space, "Ann").await.id, person(&space, "Ben").await.id, person(&space, "Eve").await.id);
    let id = circle(&space, eve, &[ann, ben], History::Whole).await;
    blocks::block(&space, ann, ben).await.unwrap();
    let running = tokio::spawn(space.live.clone().run());
    let (mut blocked, mut free) = (Hearing::kept(&space, ben).await, Hearing::kept(&space, eve).await);
    let mut blocker = Hearing::kept(&space, ann).await;
    channels::typing(&space, ann, id, false).await.unwrap();
    channels::typing(&space, ben, id, false).await.unwrap();
    let (mut typed, mut came) = (false, false);
    while !typed || !came {
        match free.next().await.expect("an event") {
            Event::Typing { entity, .. } => typed |= entity.id == ann,
            Event::Presence { changed, .. } => came |= changed.iter().any(|present| present.entity == ann),
            _ => {}
        }
    }
    say(&space, eve, id, "end").await.unwrap();
    loop {
        match blocked.next().await.expect("an event") {
            Event::Message { message, .. } if message.body == "end" => break,
            Event::Typing { entity, .. } => assert_ne!(entity.id, ann),
            Event::Presence { changed, .. } => assert!(changed.iter().all(|present| present.entity != ann)),
            _ => {}
        }
    }
    loop {
        match blocker.next().await.expect("an event") {
            Event::Message { message, .. } if message.body == "end" => break,
            Event::Typing { entity, .. } => assert_ne!(entity.id, ben),
            _ => {}
        }
    }
    running.abort();
}

#[tokio::test]
async fn the_list_says_what_waits_and_hides_what_was_put_away_until_something_is_new() {
    let space = space().await;
    let (ann, ben) = (person(&space, "Ann").await.id, person(&space, "Ben").await.id);
    let chat = channels::chat_with(&space, ann, ben).await.unwrap();
    say(&space, ben, chat, "first").await.unwrap();
    assert!(!place(&space, ann, chat).await.mentioned);
    say(&space, ben, chat, "are you there, @Ann?").await.unwrap();
    let seen = place(&space, ann, chat).await;
    assert_eq!((seen.unread, seen.mentioned, seen.last.unwrap().author.as_str()), (2, true, "Ben"));
    channels::read(&space, ann, chat, 2).await.unwrap();
    let seen = place(&space, ann, chat).await;
    assert_eq!((seen.unread, seen.mentioned), (0, false));
    mark_unread(&space, ann, chat, 2).await.unwrap();
    let seen = place(&space, ann, chat).await;
    assert_eq!((seen.unread, seen.mentioned), (1, true));
    // What one says oneself, by whatever program, does not wait for one; nor does what was taken back.
    say(&space, ann, chat, "I am").await.unwrap();
    assert_eq!(place(&space, ann, chat).await.unread, 1);
    let second = messages::history(&space, ben, chat, Stretch::Around(2)).await.unwrap().messages.remove(1);
    messages::delete(&space, ben, chat, second.id, "").await.unwrap();
    let seen = place(&space, ann, chat).await;
    assert_eq!((seen.unread, seen.mentioned), (0, false));
    put_away(&space, ann, chat, true).await.unwrap();
    assert!(place(&space, ann, chat).await.put_away && !place(&space, ben, chat).await.put_away);
    mute(&space, ann, chat, true).await.unwrap();
    say(&space, ben, chat, "hello?").await.unwrap();
    let seen = place(&space, ann, chat).await;
    assert_eq!((seen.put_away, seen.muted), (false, true));
    let eve = person(&space, "Eve").await.id;
    for refused in [
        put_away(&space, eve, chat, true).await,
        mute(&space, eve, chat, true).await,
        mark_unread(&space, eve, chat, 1).await,
    ] {
        assert_eq!(code(refused), Code::NotFound);
    }
}

#[tokio::test]
async fn a_circle_holds_fifty_and_no_race_lets_more_in() {
    let space = space().await;
    let ann = person(&space, "Ann").await.id;
    let mut others = Vec::new();
    for n in 0..54 {
        let id = EntityId::new();
        sqlx::query("insert into entities (id, kind, name, name_key) values ($1, 'human', $2, $2)")
            .bind(id.0)
            .bind(format!("guest {n}"))
            .execute(&space.db)
            .await
            .unwrap();
        others.push(id);
    }
    let too_many = CircleDraft { members: others[..50].to_vec(), ..CircleDraft::default() };
    assert_eq!(code(start(&space, ann, too_many).await), Code::InvalidArgument);
    let id = circle(&space, ann, &others[..45], History::Whole).await;
    let asked = others[45..].iter().map(|guest| invite(&space, ann, id, *guest));
    let done = futures::future::join_all(asked).await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 4);
    assert_eq!(channels::open(&space, ann, id).await.unwrap().members.len(), 50);
}
