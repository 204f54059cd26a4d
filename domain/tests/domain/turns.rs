use crate::hearing::Hearing;
use crate::tasks::ai;
use crate::world::{admin, room, say, space_with};
use async_trait::async_trait;
use domain::Space;
use domain::minds::{ChatModel, ChatRequest, Minds, ModelError, Piece, Pieces};
use futures::StreamExt;
use model::{ChannelId, EntityId, EntityKind, Event, Me, Message, Position, ReplyState, Synced};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A model that always has something to say, and notes how many are asked at once.
#[derive(Clone, Default)]
struct Talkative(Arc<Counts>);

#[derive(Default)]
struct Counts {
    now: AtomicUsize,
    most: AtomicUsize,
    asked: AtomicUsize,
    /// Whether it always says the same.
    repeats: AtomicBool,
}

#[async_trait]
impl ChatModel for Talkative {
    async fn answer(&self, _: ChatRequest) -> Result<Pieces, ModelError> {
        let model = self.0.clone();
        let now = model.now.fetch_add(1, Ordering::SeqCst) + 1;
        model.most.fetch_max(now, Ordering::SeqCst);
        let nth = model.asked.fetch_add(1, Ordering::SeqCst);
        let words = if model.repeats.load(Ordering::SeqCst) {
            "I could not agree more, it is just as you say.".to_owned()
        } else {
            format!("Thought {nth} of {nth}1 and {nth}2.")
        };
        let pieces = [Ok(Piece::Words(words)), Ok(Piece::End { cut: false })];
        let stream = futures::stream::iter(pieces).then(move |piece| {
            let model = model.clone();
            async move {
                tokio::time::sleep(Duration::from_millis(40)).await;
                if matches!(piece, Ok(Piece::End { .. })) {
                    model.now.fetch_sub(1, Ordering::SeqCst);
                }
                piece
            }
        });
        Ok(stream.boxed())
    }
    fn name(&self) -> &'static str {
        "talkative"
    }
}

struct Stage {
    space: Space,
    model: Arc<Counts>,
    keeper: Me,
    room: ChannelId,
    ais: Vec<EntityId>,
    frames: Hearing,
    stopping: CancellationToken,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

/// A room with AIs of these names, whose minds are set so.
async fn stage(names: &[&str], set: &'static str) -> Stage {
    let model = Talkative::default();
    let space = space_with(Minds::by_provider(Arc::new(model.clone()))).await;
    let keeper = admin(&space).await;
    let room = room(&space, &keeper, 20, &[&keeper]).await;
    let mut ais = Vec::new();
    for name in names {
        let id = ai(&space, name).await;
        let change = sqlx::AssertSqlSafe(format!("update minds set {set} where entity_id = $1"));
        sqlx::query(change).bind(id.0).execute(&space.db).await.unwrap();
        domain::channels::join(&space, id, room).await.unwrap();
        ais.push(id);
    }
    let stopping = CancellationToken::new();
    tokio::spawn(domain::tasks::run(space.clone(), stopping.clone(), Duration::from_secs(5), true));
    let frames = Hearing::kept(&space, keeper.id).await;
    Stage { space, model: model.0, keeper, room, ais, frames, stopping }
}

impl Stage {
    async fn says(&self, body: &str) -> Message {
        say(&self.space, self.keeper.id, self.room, body).await.unwrap()
    }

    /// The next words of an AI.
    async fn answer(&mut self) -> Message {
        loop {
            if let Some(Event::Message { message, .. }) = self.frames.next().await
                && message.author.kind == EntityKind::Ai
            {
                return *message;
            }
        }
    }

    /// Waits until nothing waits for anybody's turn, and says what AIs have said since a message.
    async fn silence(&self, since: i64) -> Vec<Message> {
        loop {
            let (tasks,): (i64,) =
                sqlx::query_as("select count(*) from tasks").fetch_one(&self.space.db).await.unwrap();
            if tasks == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let opened = domain::channels::open(&self.space, self.keeper.id, self.room).await.unwrap();
        opened.page.messages.into_iter().filter(|m| m.seq > since && m.author.kind == EntityKind::Ai).collect()
    }

    /// How many have considered a message, as it is told.
    async fn considered(&mut self, of: &Message) -> i64 {
        loop {
            if let Some(Event::Considered { seq, considered, .. }) = self.frames.next().await
                && seq == of.seq
            {
                return considered;
            }
        }
    }

    async fn reasons(&self, of: &Message) -> Vec<(String, String)> {
        let found = domain::minds::decisions(&self.space, self.keeper.id, self.room, of.id).await.unwrap();
        found.into_iter().map(|one| (one.outcome, one.reason)).collect()
    }
}

#[tokio::test]
async fn ais_that_would_always_speak_fall_silent_and_speak_one_at_a_time() {
    let stage = stage(&["Silas", "Luna", "Mira"], "strategy_room = 'active'").await;
    let asked = stage.says("what is this place, and who lives in it").await;
    let said = stage.silence(asked.seq).await;
    assert_eq!(said.len(), 3, "as many answers in a row as may be: {said:#?}");
    assert_eq!(stage.model.most.load(Ordering::SeqCst), 1, "one speaks at a time");
    // A human takes it up again.
    let more = stage.says("and what do you all do on a rainy day").await;
    assert_eq!(stage.silence(more.seq).await.len(), 3);
    let (limits,): (i64,) =
        sqlx::query_as("select count(*) from decisions where gate = 'turn' and inputs ->> 'hops' = '3'")
            .fetch_one(&stage.space.db)
            .await
            .unwrap();
    assert!(limits >= 2, "why they fell silent is kept with what was known");
}

#[tokio::test]
async fn who_would_say_again_what_was_said_keeps_silent() {
    let stage = stage(&["Silas", "Luna"], "strategy_room = 'active'").await;
    stage.model.repeats.store(true, Ordering::SeqCst);
    let asked = stage.says("is the winter not the best time of all").await;
    let said = stage.silence(asked.seq).await;
    assert_eq!(said.len(), 1, "{said:#?}");
    let reasons = stage.reasons(&said[0]).await;
    assert!(reasons[0].1.ends_with("would have said again what was said."), "{reasons:?}");
    // A human who asks the same again is answered the same again.
    let again = stage.says("is the winter not the best time of all").await;
    assert_eq!(stage.silence(again.seq).await.len(), 1);
}

#[tokio::test]
async fn whoever_is_called_answers_in_the_order_of_the_calls() {
    let mut stage = stage(&["Ada-1", "Silas", "Luna", "Mira", "Noor"], "cooldown_s = 0").await;
    let asked = stage.says("Mira, Silas, Noor, Luna: one word each").await;
    let mut order = Vec::new();
    for _ in 0..4 {
        order.push(stage.answer().await.author.name);
    }
    assert_eq!(order, ["Mira", "Silas", "Noor", "Luna"]);
    while stage.considered(&asked).await < 4 {}
    let opened = domain::channels::open(&stage.space, stage.keeper.id, stage.room).await.unwrap();
    assert_eq!(opened.page.messages.iter().find(|message| message.id == asked.id).unwrap().considered, 4);
}

#[tokio::test]
async fn unasked_the_most_talkative_comes_first() {
    let mut stage = stage(&["Silas", "Luna", "Mira"], "strategy_room = 'active'").await;
    for (ai, talkativeness) in stage.ais.iter().zip([0.2_f32, 0.9, 0.5]) {
        let change = sqlx::query("update minds set talkativeness = $2 where entity_id = $1").bind(ai.0);
        change.bind(talkativeness).execute(&stage.space.db).await.unwrap();
    }
    stage.says("the lake is frozen this morning").await;
    let mut order = Vec::new();
    for _ in 0..3 {
        order.push(stage.answer().await.author.name);
    }
    assert_eq!(order, ["Luna", "Mira", "Silas"]);
}

#[tokio::test]
async fn a_call_in_a_cooldown_is_answered_when_it_ends() {
    let mut stage = stage(&["Silas"], "cooldown_s = 2, strategy_room = 'active'").await;
    stage.says("silas, are you there").await;
    let first = stage.answer().await;
    let unasked = stage.says("something of substance that nobody was called in").await;
    assert!(stage.silence(unasked.seq).await.is_empty());
    let reasons = stage.reasons(&unasked).await;
    assert_eq!(reasons[0].0, "stayed_silent");
    assert!(reasons[0].1.starts_with("Silas stayed quiet: ") && reasons[0].1.ends_with(" s of its cooldown left."));
    let called = stage.says("@silas, and now?").await;
    let second = stage.answer().await;
    assert!(second.created_at - first.created_at >= time::Duration::seconds(2), "not before its cooldown ended");
    assert_eq!(second.reply_to, Some(called.id));
    let reasons = stage.reasons(&called).await;
    assert_eq!((reasons[0].0.as_str(), reasons[1].0.as_str()), ("waited", "spoke"));
    // What was promised is told as what it was.
    assert_eq!(reasons[0].1, "Silas waited until its cooldown ended.");
    // Whoever missed that it was considered learns it from a sync.
    let opened = domain::channels::open(&stage.space, stage.keeper.id, stage.room).await.unwrap();
    let position = Position { channel: stage.room, clock: opened.channel.clock, epoch: opened.channel.epoch };
    let synced = domain::messages::sync(&stage.space, stage.keeper.id, &[position]).await.unwrap();
    let Synced::Changes { considered, .. } = &synced.channels[0] else { panic!("{synced:?}") };
    let of_call = Event::Considered { channel: stage.room, seq: called.seq, considered: 1 };
    assert!(considered.contains(&of_call), "{considered:?}");
}

#[tokio::test]
async fn a_call_of_a_few_words_is_not_taken_for_what_is_said_behind_it() {
    let mut stage = stage(&["Silas", "Luna"], "cooldown_s = 1").await;
    stage.says("silas, are you there").await;
    stage.answer().await;
    let sing = stage.says("@Silas sing").await;
    let kitchen = stage.says("@Luna where is the kitchen?").await;
    let two = [stage.answer().await, stage.answer().await];
    for (ai, question) in [(stage.ais[0], sing.id), (stage.ais[1], kitchen.id)] {
        assert!(two.iter().any(|one| one.author.id == ai && one.reply_to == Some(question)), "{two:?}");
    }
    // A name alone calls for what its author says next.
    stage.says("Silas!").await;
    let asked = stage.says("which way leads to the lake?").await;
    assert_eq!(stage.answer().await.reply_to, Some(asked.id));
}

#[tokio::test]
async fn whoever_is_called_by_a_changed_question_answers_it_alone() {
    let mut stage = stage(&["Silas", "Luna"], "cooldown_s = 0").await;
    let asked = stage.says("@Silas who are you").await;
    stage.answer().await;
    domain::messages::edit(&stage.space, stage.keeper.id, stage.room, asked.id, "@Luna who are you").await.unwrap();
    domain::minds::again(&stage.space, stage.keeper.id, stage.room, asked.id).await.unwrap();
    let said: Vec<EntityId> = stage.silence(asked.seq).await.into_iter().map(|one| one.author.id).collect();
    assert_eq!(said, stage.ais);
}

#[tokio::test]
async fn who_has_said_nothing_yet_comes_before_who_has_just_spoken() {
    let set = "cooldown_s = 0, strategy_room = 'active', talkativeness = 0.5";
    let mut stage = stage(&["Ada", "Ben", "Cleo"], set).await;
    stage.says("the lamp by the gate has burned all night").await;
    let (mut spoke, mut begun) = (Vec::new(), HashSet::new());
    while spoke.len() < 3 {
        match stage.frames.next().await {
            // Somebody goes on talking while an AI speaks: that keeps the others waiting.
            Some(Event::Reply { writing, .. }) if begun.insert(writing.reply) => {
                stage.says(&format!("and number {} stands by the mill", begun.len())).await;
            }
            Some(Event::Message { message, .. }) if message.author.kind == EntityKind::Ai => {
                spoke.push(message.author.id);
            }
            _ => {}
        }
    }
    spoke.sort_unstable();
    spoke.dedup();
    assert_eq!(spoke.len(), 3, "each in turn");
}

#[tokio::test]
async fn of_two_who_call_one_both_are_answered() {
    let mut stage = stage(&["Silas"], "cooldown_s = 1").await;
    let ann = crate::world::person(&stage.space, "Ann").await;
    domain::channels::join(&stage.space, ann.id, stage.room).await.unwrap();
    let first = stage.says("silas, where is the ladder").await;
    let second = say(&stage.space, ann.id, stage.room, "silas, where is the saw").await.unwrap();
    assert_eq!(stage.answer().await.reply_to, Some(first.id), "who called first comes first");
    assert_eq!(stage.answer().await.reply_to, Some(second.id));
    assert_eq!(stage.silence(0).await.len(), 2, "and nobody is answered twice");
    let outcomes: Vec<String> = stage.reasons(&second).await.into_iter().map(|one| one.0).collect();
    assert_eq!(outcomes, ["waited", "spoke"]);
}

#[tokio::test]
async fn a_bare_call_is_about_what_is_asked_behind_it() {
    let mut stage = stage(&["Silas"], "cooldown_s = 0").await;
    stage.says("@Silas").await;
    let asked = stage.says("what is the best way to dry apples").await;
    assert_eq!(stage.answer().await.reply_to, Some(asked.id));
    assert_eq!(stage.silence(0).await.len(), 1);
}

#[tokio::test]
async fn what_others_say_puts_off_no_call_and_what_was_said_before_puts_none_first() {
    let space = crate::world::space().await;
    let keeper = admin(&space).await;
    let room = room(&space, &keeper, 9, &[&keeper]).await;
    let silas = ai(&space, "Silas").await;
    sqlx::query("update minds set strategy_room = 'active'").execute(&space.db).await.unwrap();
    domain::channels::join(&space, silas, room).await.unwrap();
    let due = async || -> (time::OffsetDateTime,) {
        sqlx::query_as("select run_at from tasks where kind = 'consider'").fetch_one(&space.db).await.unwrap()
    };
    let says = async |body: &str| say(&space, keeper.id, room, body).await.unwrap();
    says("the lake is frozen this morning, all of it").await;
    let unasked = due().await;
    says("@Silas where is the sledge").await;
    let called = due().await;
    assert_ne!(unasked, called, "from now on, as others who are called with it");
    for _ in 0..3 {
        says("and the trees are white as far as one can see").await;
        assert_eq!(due().await, called);
    }
}

#[tokio::test]
async fn smart_goes_on_with_its_own_talk_and_not_with_that_of_others() {
    let stage = stage(&["Silas"], "strategy_chat = 'smart'").await;
    let ann = crate::world::person(&stage.space, "Ann").await;
    let members = [ann.id, stage.ais[0]];
    let place = crate::world::circle(&stage.space, stage.keeper.id, &members, model::History::Whole).await;
    say(&stage.space, stage.keeper.id, place, "silas, where is the sledge").await.unwrap();
    stage.silence(0).await;
    let other = say(&stage.space, ann.id, place, "Keeper, I put the car behind the house.").await.unwrap();
    stage.silence(0).await;
    let found = domain::minds::decisions(&stage.space, stage.keeper.id, place, other.id).await.unwrap();
    assert_eq!(found[0].outcome, "stayed_silent", "{found:?}");
}

#[tokio::test]
async fn who_writes_has_the_floor() {
    let mut stage = stage(&["Silas"], "cooldown_s = 0").await;
    let ann = crate::world::person(&stage.space, "Ann").await;
    domain::channels::join(&stage.space, ann.id, stage.room).await.unwrap();
    domain::channels::typing(&stage.space, ann.id, stage.room, false).await.unwrap();
    stage.says("silas?").await;
    // However long its turn has waited for other things: what counts is how long it has let her write.
    sqlx::query("update tasks set created_at = now() - interval '1 minute'").execute(&stage.space.db).await.unwrap();
    // Many times as long as it would take without her.
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(stage.model.asked.load(Ordering::SeqCst), 0, "somebody is writing");
    let first = say(&stage.space, ann.id, stage.room, "I was first").await.unwrap();
    assert_eq!(stage.answer().await.seq, first.seq + 1, "who has posted no longer writes");
    // Nobody keeps the floor for ever.
    domain::channels::typing(&stage.space, ann.id, stage.room, false).await.unwrap();
    stage.says("silas, again?").await;
    let task = "update tasks set yielded_ms = 20000 where yielded_ms > 0";
    while sqlx::query(task).execute(&stage.space.db).await.unwrap().rows_affected() == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stage.answer().await;
}

#[tokio::test]
async fn strategies_decide_who_takes_part_in_private() {
    let stage = stage(&["Silas"], "strategy_chat = 'on_questions'").await;
    let chat = domain::channels::chat_with(&stage.space, stage.keeper.id, stage.ais[0]).await.unwrap();
    let told = say(&stage.space, stage.keeper.id, chat, "I was at the lake today.").await.unwrap();
    stage.silence(0).await;
    let asked = say(&stage.space, stage.keeper.id, chat, "do you know the one behind the hill").await.unwrap();
    stage.silence(0).await;
    let opened = domain::channels::open(&stage.space, stage.keeper.id, chat).await.unwrap();
    let answers: Vec<_> = opened.page.messages.iter().filter(|m| m.author.kind == EntityKind::Ai).collect();
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].reply_to, Some(asked.id));
    let found = domain::minds::decisions(&stage.space, stage.keeper.id, chat, told.id).await.unwrap();
    assert_eq!(found[0].reason, "Silas answers questions here, and when called by name.");
    assert!(opened.writing.iter().all(|one| one.state != ReplyState::Failed));
}

#[tokio::test]
async fn a_call_is_answered_however_much_is_said_before_its_time() {
    let mut stage = stage(&["Luna"], "strategy_room = 'mention_only', cooldown_s = 3600").await;
    stage.says("@Luna?").await;
    stage.answer().await;
    let called = stage.says("@Luna, and this?").await;
    stage.considered(&called).await;
    for line in 0..110 {
        stage.says(&format!("line {line}")).await;
    }
    let db = &stage.space.db;
    sqlx::query("update minds set cooldown_s = 0").execute(db).await.unwrap();
    sqlx::query("update tasks set run_at = now() where kind = 'consider'").execute(db).await.unwrap();
    stage.says("and one more").await;
    assert_eq!(stage.answer().await.reply_to, Some(called.id));
}

#[tokio::test]
async fn a_word_behind_a_question_does_not_take_its_answer() {
    let mut stage = stage(&["Nova"], "strategy_chat = 'on_questions', cooldown_s = 0").await;
    let (space, keeper, nova) = (stage.space.clone(), stage.keeper.id, stage.ais[0]);
    let chat = domain::channels::chat_with(&space, keeper, nova).await.unwrap();
    let question = say(&space, keeper, chat, "What is the capital of France?").await.unwrap();
    say(&space, keeper, chat, "just curious").await.unwrap();
    assert_eq!(stage.answer().await.reply_to, Some(question.id));
    // What it has considered it does not take up again.
    let later = say(&space, keeper, chat, "thank you, that is all").await.unwrap();
    assert!(stage.silence(later.seq).await.is_empty());
}
