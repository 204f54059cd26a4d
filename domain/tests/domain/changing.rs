use crate::hearing::Hearing;
use crate::world::{admin, code, draft, person, room, say, space};
use domain::Space;
use domain::channels::{self, chat_with, invite, remove, start};
use domain::entities::blocks;
use domain::messages::{self, Draft, Stretch, delete, edit, pin, pinned, react};
use model::channels::CircleDraft;
use model::messages::Deletion;
use model::{ChannelId, Code, EntityId, Event, History, Message, MessageId, Position, Synced};

async fn read(space: &Space, who: EntityId, channel: ChannelId) -> Vec<Message> {
    messages::history(space, who, channel, Stretch::Latest).await.unwrap().messages
}

async fn reply(space: &Space, who: EntityId, channel: ChannelId, to: MessageId, body: &str) -> Message {
    messages::post(space, who, Draft { reply_to: Some(to), ..draft(channel, body) }).await.unwrap()
}

/// The next message that a stream tells.
async fn told(hears: &mut Hearing) -> Message {
    loop {
        if let Event::Message { message, .. } = hears.next().await.expect("an event") {
            return *message;
        }
    }
}

#[tokio::test]
async fn what_is_edited_is_told_whole_and_so_is_what_quotes_it() {
    let space = space().await;
    let (ann, ben) = (person(&space, "Ann").await.id, person(&space, "Ben").await.id);
    let chat = chat_with(&space, ann, ben).await.unwrap();
    let first = say(&space, ann, chat, "helo @Ben").await.unwrap();
    let answer = reply(&space, ben, chat, first.id, "hm?").await;
    assert_eq!(answer.quote.as_ref().unwrap().text, "helo @Ben");
    let mut hears = Hearing::of(&space, ben).await;
    assert_eq!(code(edit(&space, ben, chat, first.id, "mine now").await), Code::NotYours);
    assert_eq!(code(edit(&space, ann, chat, first.id, " ").await), Code::InvalidArgument);
    let edited = edit(&space, ann, chat, first.id, "hello **you**").await.unwrap();
    assert_eq!((edited.html.as_str(), edited.seq), ("<p>hello <strong>you</strong></p>\n", first.seq));
    assert!(edited.edited_at.is_some() && edited.mentions.is_empty() && first.mentions == [ben]);
    assert_eq!(told(&mut hears).await, edited);
    let quoting = told(&mut hears).await;
    assert_eq!((quoting.id, quoting.quote.as_ref().unwrap().text.as_str()), (answer.id, "hello **you**"));
    assert_eq!(read(&space, ben, chat).await, [edited.clone(), quoting]);
    // The same words once more change nothing.
    assert_eq!(edit(&space, ann, chat, first.id, "hello **you**").await.unwrap(), edited);
}

#[tokio::test]
async fn what_is_deleted_leaves_a_trace_and_nothing_of_what_it_said() {
    let space = space().await;
    let keeper = admin(&space).await;
    let (ann, ben) = (person(&space, "Ann").await, person(&space, "Ben").await);
    let id = room(&space, &keeper, 9, &[&keeper, &ann, &ben]).await;
    let secret = say(&space, ann.id, id, "the secret, @Ben").await.unwrap();
    let quoting = reply(&space, ben.id, id, secret.id, "you should not say that").await;
    react(&space, ben.id, id, secret.id, "👀", true).await.unwrap();
    pin(&space, keeper.id, id, secret.id, true).await.unwrap();
    assert_eq!(code(delete(&space, ben.id, id, secret.id, "because").await), Code::NotYours);
    delete(&space, ann.id, id, secret.id, "").await.unwrap();
    assert_eq!(code(delete(&space, keeper.id, id, quoting.id, "  ").await), Code::InvalidArgument);
    delete(&space, keeper.id, id, quoting.id, "it told on Ann").await.unwrap();
    let left = read(&space, ben.id, id).await;
    assert!(!format!("{left:?}").contains("secret"), "{left:?}");
    assert_eq!(left[0].deletion, Some(Deletion { by: String::new(), why: String::new() }));
    assert_eq!(left[1].deletion, Some(Deletion { by: "Keeper".into(), why: "it told on Ann".into() }));
    assert!(left[0].reactions.is_empty() && left[0].mentions.is_empty() && !left[0].pinned);
    for refused in [
        edit(&space, ann.id, id, secret.id, "again").await.map(|_| ()),
        react(&space, ben.id, id, secret.id, "👀", true).await.map(|_| ()),
        delete(&space, ann.id, id, secret.id, "").await.map(|_| ()),
    ] {
        assert_eq!(code(refused), Code::InvalidArgument);
    }
    let position = Position { channel: id, clock: secret.clock, epoch: 0 };
    let answer = messages::sync(&space, ben.id, &[position]).await.unwrap();
    let [Synced::Changes { events, .. }] = answer.channels.as_slice() else { panic!("{answer:?}") };
    let told: Vec<&Message> = events
        .iter()
        .filter_map(|event| if let Event::Message { message, .. } = event { Some(&**message) } else { None })
        .collect();
    assert_eq!(told, left.iter().collect::<Vec<_>>(), "a sync tells what a fresh look shows");
}

#[tokio::test]
async fn members_react_once_each_and_take_it_back() {
    let space = space().await;
    let (ann, ben) = (person(&space, "Ann").await.id, person(&space, "Ben").await.id);
    let chat = chat_with(&space, ann, ben).await.unwrap();
    let said = say(&space, ann, chat, "look").await.unwrap();
    react(&space, ben, chat, said.id, ":fire:", true).await.unwrap();
    let twice = react(&space, ben, chat, said.id, "🔥", true).await.unwrap();
    let both = react(&space, ann, chat, said.id, "🔥", true).await.unwrap();
    assert_eq!((twice.reactions[0].count, both.reactions[0].count), (1, 2));
    assert_eq!(both.reactions[0].who, [ben, ann]);
    for wrong in ["", "xyz", "fire and water", "<b>"] {
        assert_eq!(code(react(&space, ann, chat, said.id, wrong, true).await), Code::InvalidArgument, "{wrong}");
    }
    react(&space, ben, chat, said.id, "🔥", false).await.unwrap();
    let none = react(&space, ann, chat, said.id, "🔥", false).await.unwrap();
    assert!(none.reactions.is_empty());
    let all: Vec<&str> = emojis();
    for emoji in &all[..20] {
        react(&space, ann, chat, said.id, emoji, true).await.unwrap();
    }
    assert_eq!(code(react(&space, ben, chat, said.id, all[20], true).await), Code::InvalidArgument);
    react(&space, ben, chat, said.id, all[0], true).await.unwrap();
    blocks::block(&space, ann, ben).await.unwrap();
    assert_eq!(code(react(&space, ben, chat, said.id, all[1], true).await), Code::ContactRefused);
    assert_eq!(code(edit(&space, ann, chat, said.id, "in anger").await), Code::ContactRefused);
}

fn emojis() -> Vec<&'static str> {
    "😀 😃 😄 😁 😆 😅 😂 😉 😊 😇 😍 😘 😗 😚 😙 😋 😛 😜 😝 😎 😏".split(' ').collect()
}

#[tokio::test]
async fn pins_are_for_those_who_keep_a_room_and_for_everybody_elsewhere() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ann = person(&space, "Ann").await;
    let id = room(&space, &keeper, 9, &[&keeper, &ann]).await;
    let said = say(&space, ann.id, id, "rules").await.unwrap();
    assert_eq!(code(pin(&space, ann.id, id, said.id, true).await), Code::NotYours);
    pin(&space, keeper.id, id, said.id, true).await.unwrap();
    assert_eq!(pinned(&space, ann.id, id).await.unwrap()[0].id, said.id);
    pin(&space, keeper.id, id, said.id, false).await.unwrap();
    assert!(pinned(&space, ann.id, id).await.unwrap().is_empty());
    let chat = chat_with(&space, ann.id, keeper.id).await.unwrap();
    let said = say(&space, keeper.id, chat, "keep this").await.unwrap();
    assert!(pin(&space, ann.id, chat, said.id, true).await.unwrap().pinned);
}

#[tokio::test]
async fn nobody_learns_by_a_quotation_what_was_said_before_their_time() {
    let space = space().await;
    let (ann, ben, eve) =
        (person(&space, "Ann").await.id, person(&space, "Ben").await.id, person(&space, "Eve").await.id);
    let draft = CircleDraft { members: vec![ben], history: History::FromJoining, ..CircleDraft::default() };
    let id = start(&space, ann, draft).await.unwrap();
    let secret = say(&space, ann, id, "a secret of two").await.unwrap();
    let mut hears = Hearing::of(&space, eve).await;
    invite(&space, ann, id, eve).await.unwrap();
    let answer = reply(&space, ben, id, secret.id, "about that").await;
    assert_eq!(answer.quote.as_ref().unwrap().text, "a secret of two");
    let heard = loop {
        let message = told(&mut hears).await;
        if message.body == "about that" {
            break message;
        }
    };
    let seen = read(&space, eve, id).await.into_iter().find(|one| one.id == answer.id).unwrap();
    assert_eq!(heard, seen);
    assert_eq!(seen.quote.as_ref().unwrap().text, "");
    let position = Position { channel: id, clock: answer.clock - 1, epoch: 0 };
    for told in [
        format!("{:?}", messages::sync(&space, eve, &[position]).await.unwrap()),
        format!("{:?}", messages::history(&space, eve, id, Stretch::Around(secret.seq)).await.unwrap()),
    ] {
        assert!(!told.contains("a secret of two"), "{told}");
    }
    // Nor by the answer to what they do with it.
    let reacted = react(&space, eve, id, answer.id, "🌿", true).await.unwrap();
    let again = react(&space, eve, id, answer.id, "🌿", true).await.unwrap();
    let pinned_one = pin(&space, eve, id, answer.id, true).await.unwrap();
    for told in [reacted, again, pinned_one] {
        assert_eq!(told.quote.unwrap().text, "");
    }
    // What one may not read cannot be answered, edited, reacted to or pinned.
    let unread = Draft { reply_to: Some(secret.id), ..crate::world::draft(id, "what was it?") };
    assert_eq!(code(messages::post(&space, eve, unread).await), Code::InvalidArgument);
    assert_eq!(code(react(&space, eve, id, secret.id, "👀", true).await), Code::NotFound);
    assert_eq!(code(pin(&space, eve, id, secret.id, true).await), Code::NotFound);
    remove(&space, ann, id, eve, false).await.unwrap();
    assert_eq!(code(react(&space, eve, id, answer.id, "👀", true).await), Code::NotFound);
    assert_eq!(code(pinned(&space, eve, id).await), Code::NotFound);
}

#[tokio::test]
async fn a_page_opens_at_a_message_with_what_stands_around_it() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 5, &[&keeper]).await;
    for n in 1..=120 {
        say(&space, keeper.id, id, &format!("line {n}")).await.unwrap();
    }
    let seqs = async |seq: i64| {
        let page = messages::history(&space, keeper.id, id, Stretch::Around(seq)).await.unwrap();
        let (first, last) = (page.messages.first().unwrap().seq, page.messages.last().unwrap().seq);
        (first, last, page.more_before, page.more_after)
    };
    assert_eq!(seqs(60).await, (35, 84, true, true));
    assert_eq!(seqs(3).await, (1, 28, false, true));
    assert_eq!(seqs(118).await, (93, 120, true, false));
    channels::archive(&space, keeper.id, id, true).await.unwrap();
    let last = messages::history(&space, keeper.id, id, Stretch::Latest).await.unwrap().messages.pop().unwrap();
    assert_eq!(code(edit(&space, keeper.id, id, last.id, "too late").await), Code::Archived);
}
