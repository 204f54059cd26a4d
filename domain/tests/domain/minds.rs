use crate::hearing::Hearing;
use crate::tasks::ai;
use crate::world::{admin, room, say, space_with};
use async_trait::async_trait;
use domain::Space;
use domain::minds::openai::{Endpoint, OpenAi};
use domain::minds::{ChatModel, ChatRequest, Minds, ModelError, Piece, Pieces, Speaker};
use futures::StreamExt;
use model::{EntityKind, Event, Me, ReplyState};
use std::io::{Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub type Answer = Vec<Result<Piece, ModelError>>;

/// A model that says what it is handed, one answer after the other.
#[derive(Default)]
pub struct Scripted {
    answers: Mutex<Vec<Answer>>,
    pub asked: Mutex<Vec<ChatRequest>>,
}

#[async_trait]
impl ChatModel for Scripted {
    async fn answer(&self, request: ChatRequest) -> Result<Pieces, ModelError> {
        self.asked.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop().ok_or(ModelError::Silent(Duration::ZERO))?;
        // What has no end hangs.
        let hangs = !matches!(answer.last(), Some(Ok(Piece::End { .. }) | Err(_)));
        let rest = if hangs { futures::stream::pending().boxed() } else { futures::stream::empty().boxed() };
        Ok(futures::stream::iter(answer).chain(rest).boxed())
    }
    fn name(&self) -> &'static str {
        "scripted"
    }
}

#[expect(clippy::unnecessary_wraps, reason = "stands beside errors in a script")]
pub fn words(text: &str) -> Result<Piece, ModelError> {
    Ok(Piece::Words(text.into()))
}

pub const END: Result<Piece, ModelError> = Ok(Piece::End { cut: false });

pub struct Stage {
    pub space: Space,
    pub model: Arc<Scripted>,
    pub keeper: Me,
    pub room: model::ChannelId,
    stopping: CancellationToken,
    working: JoinHandle<()>,
}

/// A room with Silas, whose next answers are these.
pub async fn stage(mut answers: Vec<Answer>) -> Stage {
    answers.reverse();
    let model = Arc::new(Scripted { answers: Mutex::new(answers), asked: Mutex::default() });
    let space = space_with(Minds::by_provider(model.clone())).await;
    let keeper = admin(&space).await;
    let room = room(&space, &keeper, 9, &[&keeper]).await;
    let silas = ai(&space, "Silas").await;
    domain::channels::join(&space, silas, room).await.unwrap();
    let stopping = CancellationToken::new();
    let working = working(&space, &stopping);
    Stage { space, model, keeper, room, stopping, working }
}

fn working(space: &Space, stopping: &CancellationToken) -> JoinHandle<()> {
    tokio::spawn(domain::tasks::run(space.clone(), stopping.clone(), Duration::from_secs(5), true))
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

impl Stage {
    /// No task is done from now on.
    pub async fn pause(&mut self) {
        self.stopping.cancel();
        (&mut self.working).await.unwrap();
    }

    /// Tasks are done again.
    pub fn go_on(&mut self) {
        self.stopping = CancellationToken::new();
        self.working = working(&self.space, &self.stopping);
    }

    pub async fn listen(&self) -> Hearing {
        Hearing::of(&self.space, self.keeper.id).await
    }
}

pub async fn until(frames: &mut Hearing, mut found: impl FnMut(&Event) -> bool) -> Vec<Event> {
    let mut seen = Vec::new();
    loop {
        let event = frames.next().await.expect("an event");
        let last = found(&event);
        seen.push(event);
        if last {
            return seen;
        }
    }
}

#[tokio::test]
async fn an_answer_grows_and_is_posted_once() {
    let stage = stage(vec![vec![words("Silas: A clear"), words("ing."), END]]).await;
    let mut frames = stage.listen().await;
    let asked = say(&stage.space, stage.keeper.id, stage.room, "@Silas what is this place?").await.unwrap();
    let seen =
        until(&mut frames, |event| matches!(event, Event::Reply { writing, .. } if writing.state == ReplyState::Done))
            .await;
    let mut grown = String::new();
    let mut posted = Vec::new();
    for event in &seen {
        match event {
            Event::Reply { writing, .. } if !writing.state.is_over() => {
                grown.truncate(writing.offset);
                grown.push_str(&writing.text);
            }
            Event::Message { message, .. } if message.id != asked.id => posted.push(message.clone()),
            _ => {}
        }
    }
    assert_eq!(grown, "A clearing.");
    assert_eq!(posted.len(), 1);
    assert_eq!((posted[0].body.as_str(), posted[0].reply_to), ("A clearing.", Some(asked.id)));
    let request = stage.model.asked.lock().unwrap()[0].clone();
    assert_eq!(request.turns[0].speaker, Speaker::System);
    let line = &request.turns.last().unwrap().text;
    assert!(line.starts_with("Keeper (20") && line.ends_with("): @Silas what is this place?"), "{line}");
    let decisions = domain::minds::decisions(&stage.space, stage.keeper.id, stage.room, asked.id).await.unwrap();
    assert_eq!((decisions.len(), decisions[0].outcome.as_str()), (1, "spoke"));
    let (tasks, usage): (i64, i64) =
        sqlx::query_as("select (select count(*) from tasks), (select count(*) from usage)")
            .fetch_one(&stage.space.db)
            .await
            .unwrap();
    assert_eq!((tasks, usage), (0, 1));
}

#[tokio::test]
async fn in_private_it_answers_what_does_not_name_it() {
    let stage = stage(vec![vec![words("Only the two of us."), END], vec![words("And still here."), END]]).await;
    let opened = domain::channels::open(&stage.space, stage.keeper.id, stage.room).await.unwrap();
    let silas = opened.members.iter().find(|member| member.entity.name == "Silas").unwrap().entity.id;
    let chat = domain::channels::chat_with(&stage.space, stage.keeper.id, silas).await.unwrap();
    let mut frames = stage.listen().await;
    for (line, answer) in [("who hears this?", "Only the two of us."), ("Silas, are you there?", "And still here.")] {
        let asked = say(&stage.space, stage.keeper.id, chat, line).await.unwrap();
        let said = |event: &Event| matches!(event, Event::Message { message, .. } if message.author.id == silas);
        let seen = until(&mut frames, said).await;
        let Some(Event::Message { message, .. }) = seen.last() else { panic!("a message") };
        assert_eq!((message.body.as_str(), message.reply_to, message.channel), (answer, Some(asked.id), chat));
    }
    say(&stage.space, stage.keeper.id, stage.room, "nobody is called here").await.unwrap();
    assert_eq!(stage.model.asked.lock().unwrap().len(), 2, "its own words and other rooms move it to nothing");
    assert!(stage.model.asked.lock().unwrap()[0].turns[0].text.contains("in a private talk"));
}

#[tokio::test]
async fn a_cut_off_answer_is_tried_again_from_the_beginning() {
    let cut = vec![words("A clea"), Err(ModelError::CutOff)];
    let stage = stage(vec![cut, vec![words("A grove."), END]]).await;
    let mut frames = stage.listen().await;
    say(&stage.space, stage.keeper.id, stage.room, "silas?").await.unwrap();
    let seen =
        until(&mut frames, |event| matches!(event, Event::Message { message, .. } if message.author.name == "Silas"))
            .await;
    let Some(Event::Message { message, .. }) = seen.last() else { panic!("a message") };
    assert_eq!(message.body, "A grove.");
    assert!(
        seen.iter().any(|event| matches!(event, Event::Reply { writing, .. } if writing.state == ReplyState::Waiting))
    );
}

#[tokio::test]
async fn after_three_tries_people_are_told() {
    let stage = stage(vec![]).await;
    let mut frames = stage.listen().await;
    let asked = say(&stage.space, stage.keeper.id, stage.room, "silas?").await.unwrap();
    let seen = until(
        &mut frames,
        |event| matches!(event, Event::Reply { writing, .. } if writing.state == ReplyState::Failed),
    )
    .await;
    let Some(Event::Reply { writing, .. }) = seen.last() else { panic!("a reply") };
    assert!(writing.notice.as_deref().unwrap().contains("Silas could not answer"));
    assert_eq!(stage.model.asked.lock().unwrap().len(), 3);
    let decisions = domain::minds::decisions(&stage.space, stage.keeper.id, stage.room, asked.id).await.unwrap();
    assert_eq!(decisions[0].outcome, "failed");
    assert!(!decisions[0].reason.contains("no answer within"), "the cause inside is not for people");
    let opened = domain::channels::open(&stage.space, stage.keeper.id, stage.room).await.unwrap();
    assert_eq!(opened.writing[0].state, ReplyState::Failed, "who comes later sees it too");
}

#[tokio::test]
async fn what_ends_its_process_each_time_is_given_up_in_sight_of_everybody() {
    let mut stage = stage(vec![vec![words("A clea")]]).await;
    let mut frames = stage.listen().await;
    let asked = say(&stage.space, stage.keeper.id, stage.room, "silas?").await.unwrap();
    until(&mut frames, |event| matches!(event, Event::Reply { writing, .. } if !writing.text.is_empty())).await;
    stage.pause().await;
    sqlx::query("update tasks set attempts = 3").execute(&stage.space.db).await.unwrap();
    stage.go_on();
    until(&mut frames, |event| matches!(event, Event::Reply { writing, .. } if writing.state == ReplyState::Failed))
        .await;
    let decisions = domain::minds::decisions(&stage.space, stage.keeper.id, stage.room, asked.id).await.unwrap();
    assert_eq!(decisions[0].outcome, "failed");
    assert_eq!(stage.model.asked.lock().unwrap().len(), 1, "it is not tried once more");
}

#[tokio::test]
async fn a_mention_during_a_retry_is_answered_too() {
    let cut = vec![words("A clea"), Err(ModelError::CutOff)];
    let stage = stage(vec![cut, vec![words("First."), END], vec![words("Second."), END]]).await;
    let mut frames = stage.listen().await;
    say(&stage.space, stage.keeper.id, stage.room, "silas one?").await.unwrap();
    until(&mut frames, |event| matches!(event, Event::Reply { writing, .. } if writing.state == ReplyState::Waiting))
        .await;
    say(&stage.space, stage.keeper.id, stage.room, "silas two?").await.unwrap();
    let said = |body: &'static str| move |event: &Event| matches!(event, Event::Message { message, .. } if message.body == body);
    until(&mut frames, said("First.")).await;
    until(&mut frames, said("Second.")).await;
}

#[tokio::test]
async fn what_fails_inside_leaves_no_spinner() {
    let stage = stage((0..3).map(|_| vec![words("never kept"), END]).collect()).await;
    // The table that every answer is recorded in refuses everything.
    sqlx::query("alter table usage add check (tokens_in > 1000) not valid").execute(&stage.space.db).await.unwrap();
    let mut frames = stage.listen().await;
    say(&stage.space, stage.keeper.id, stage.room, "silas?").await.unwrap();
    until(&mut frames, |event| matches!(event, Event::Reply { writing, .. } if writing.state == ReplyState::Failed))
        .await;
    let opened = domain::channels::open(&stage.space, stage.keeper.id, stage.room).await.unwrap();
    assert!(opened.writing.iter().all(|writing| writing.state == ReplyState::Failed), "{:?}", opened.writing);
    assert!(opened.page.messages.iter().all(|message| message.author.name != "Silas"), "nothing half-posted");
}

#[tokio::test]
async fn what_writes_more_than_it_was_asked_for_is_cut_short() {
    let endless: Answer = (0..40).map(|_| words("One more word and then another one. ")).chain([END]).collect();
    let stage = stage(vec![endless]).await;
    sqlx::query("update minds set max_tokens = 20").execute(&stage.space.db).await.unwrap();
    let mut frames = stage.listen().await;
    say(&stage.space, stage.keeper.id, stage.room, "@Silas tell us all").await.unwrap();
    let is_said =
        |event: &Event| matches!(event, Event::Message { message, .. } if message.author.kind == EntityKind::Ai);
    let Some(Event::Message { message, .. }) = until(&mut frames, is_said).await.pop() else { panic!("a message") };
    assert!(message.body.len() < 400 && message.body.ends_with("another one."), "{}", message.body);
}

#[tokio::test]
async fn nothing_to_say_is_not_posted() {
    let stage = stage(vec![vec![words("  "), END]]).await;
    let mut frames = stage.listen().await;
    let asked = say(&stage.space, stage.keeper.id, stage.room, "silas?").await.unwrap();
    until(&mut frames, |event| matches!(event, Event::Reply { writing, .. } if writing.state == ReplyState::Silent))
        .await;
    let decisions = domain::minds::decisions(&stage.space, stage.keeper.id, stage.room, asked.id).await.unwrap();
    assert_eq!(decisions[0].reason, "Silas had nothing to say.");
}

#[tokio::test]
async fn endless_blanks_are_given_up() {
    let blanks = || (0..40).map(|_| words(&" ".repeat(1_000))).collect();
    let stage = stage((0..3).map(|_| blanks()).collect()).await;
    let mut frames = stage.listen().await;
    say(&stage.space, stage.keeper.id, stage.room, "silas?").await.unwrap();
    until(&mut frames, |event| matches!(event, Event::Reply { writing, .. } if writing.state == ReplyState::Failed))
        .await;
    assert_eq!(stage.model.asked.lock().unwrap().len(), 1);
}

/// A provider that answers with this head and then without end. Its address, and how many bytes it could send.
fn endless(head: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (url, sent) = (format!("http://{}/v1", listener.local_addr().unwrap()), Arc::new(AtomicUsize::new(0)));
    let counted = sent.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(head.as_bytes());
            let piece = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
            while stream.write_all(piece.as_bytes()).is_ok() {
                counted.fetch_add(0x4000, Ordering::Relaxed);
            }
        }
    });
    (url, sent)
}

async fn asked(url: String) -> Result<Pieces, ModelError> {
    asked_of(Endpoint::new(url, None, "endless")).await
}

async fn asked_of(endpoint: Endpoint) -> Result<Pieces, ModelError> {
    let model = OpenAi::new(&endpoint).unwrap();
    let turns = vec![domain::minds::Turn { speaker: Speaker::System, text: "You are endless.".into() }];
    let sampling = domain::minds::studio::TEMPLATES[0].draft().sampling;
    model.answer(ChatRequest { model: None, turns, sampling, form: None }).await
}

#[tokio::test]
async fn no_more_is_read_of_a_provider_than_could_be_used() {
    let (url, sent) = endless("HTTP/1.1 500 Oh\r\ntransfer-encoding: chunked\r\n\r\n");
    let Err(ModelError::Refused { status, text, .. }) = asked(url).await else { panic!("it refuses") };
    assert!(status == 500 && text.len() <= 300, "{text}");
    let (url, much) =
        endless("HTTP/1.1 200 Fine\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
    let first = asked(url).await.unwrap().next().await;
    assert!(matches!(first, Some(Err(_))), "{first:?}");
    // What lies in the sockets between is not ours.
    assert!(sent.load(Ordering::Relaxed) < 16 << 20, "{sent:?}");
    assert!(much.load(Ordering::Relaxed) < 16 << 20, "{much:?}");
}

#[tokio::test]
async fn who_is_asleep_stays_quiet_and_says_why() {
    let stage = stage(vec![vec![words("no"), END]]).await;
    sqlx::query("update minds set awake = false").execute(&stage.space.db).await.unwrap();
    let asked = say(&stage.space, stage.keeper.id, stage.room, "silas?").await.unwrap();
    let reason = async {
        loop {
            let found = domain::minds::decisions(&stage.space, stage.keeper.id, stage.room, asked.id).await.unwrap();
            if let Some(decision) = found.into_iter().next() {
                return decision.reason;
            }
            tokio::task::yield_now().await;
        }
    };
    assert_eq!(tokio::time::timeout(Duration::from_secs(20), reason).await.unwrap(), "Silas is asleep.");
    assert!(stage.model.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn who_considers_only_what_calls_them_is_told_of_too() {
    let stage = stage(vec![]).await;
    let reason = async |of: &model::Message| {
        domain::minds::unmoved(&stage.space, stage.keeper.id, stage.room, of.id).await.unwrap()
    };
    let said = say(&stage.space, stage.keeper.id, stage.room, "What is this place?").await.unwrap();
    assert_eq!(reason(&said).await, ["Silas speaks here when called by name."]);
    sqlx::query("update minds set strategy_room = 'silent'").execute(&stage.space.db).await.unwrap();
    assert_eq!(reason(&said).await, ["Silas is here to listen."]);
    sqlx::query("update minds set awake = false").execute(&stage.space.db).await.unwrap();
    assert_eq!(reason(&said).await, ["Silas is asleep."]);
    let considered: (i64,) = sqlx::query_as("select count(*) from decisions").fetch_one(&stage.space.db).await.unwrap();
    assert_eq!(considered.0, 0, "it did not consider it");
}

/// A provider that answers each question with this body and then says nothing more, and does not go either.
fn saying(body: &'static str) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
            let _ = stream.write_all(format!("{head}{:x}\r\n{body}\r\n", body.len()).as_bytes());
            open.push(stream);
        }
    });
    url
}

#[tokio::test]
async fn an_answer_is_over_when_the_model_says_so() {
    let body = concat!(
        "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm, hm\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"In \"},{\"type\":\"text\",\"text\":\"parts.\"}]}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    );
    let pieces: Vec<_> = tokio::time::timeout(Duration::from_secs(20), asked(saying(body)).await.unwrap().collect())
        .await
        .expect("an end");
    let (mut said, mut thoughts, mut ended) = (String::new(), 0, false);
    for piece in pieces {
        match piece.unwrap() {
            Piece::Words(more) => said.push_str(&more),
            Piece::Thoughts(more) => thoughts += more,
            Piece::End { cut } => ended = !cut,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((said.as_str(), thoughts, ended), ("In parts.", 6, true));
}

#[tokio::test]
async fn what_complains_in_the_middle_repeats_no_key() {
    let complains = "data: {\"error\":{\"message\":\"wrong key: sk-very-secret, sk-very-secret\"}}\n\n";
    let key = Some("sk-very-secret".to_owned().into());
    let pieces: Vec<_> = asked_of(Endpoint::new(saying(complains), key, "leaky")).await.unwrap().collect().await;
    let Some(Err(cause)) = pieces.into_iter().next() else { panic!("no complaint") };
    let told = cause.to_string();
    assert!(told.contains("wrong key") && !told.contains("secret"), "{told}");
}
