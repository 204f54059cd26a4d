use crate::hearing::Hearing;
use crate::world::{admin, circle, code, person, room, say, space_with};
use async_trait::async_trait;
use domain::minds::studio::{self, TEMPLATES, With};
use domain::minds::{ChatModel, ChatRequest, Minds, ModelError, Piece, Pieces, Speaker};
use domain::{Space, channels, messages};
use futures::StreamExt;
use model::{Code, EntityId, Event, History, Me, MindDraft, Strategy};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A model that says how many lines it was shown, and keeps what it was asked.
#[derive(Default)]
struct Counting(Mutex<Vec<ChatRequest>>);

#[async_trait]
impl ChatModel for Counting {
    async fn answer(&self, request: ChatRequest) -> Result<Pieces, ModelError> {
        let said = format!("Nova: I was shown {} lines.", request.turns.len() - 2);
        self.0.lock().unwrap().push(request);
        Ok(futures::stream::iter([Ok(Piece::Words(said)), Ok(Piece::End { cut: false })]).boxed())
    }
    fn name(&self) -> &'static str {
        "counting"
    }
}

impl Counting {
    fn last(&self) -> ChatRequest {
        self.0.lock().unwrap().last().expect("it was asked").clone()
    }
}

async fn stage() -> (Space, Arc<Counting>, Me, EntityId) {
    let model = Arc::new(Counting::default());
    let space = space_with(Minds::by_provider(model.clone())).await;
    let keeper = admin(&space).await;
    let nova = studio::create(&space, keeper.id, "companion", "Nova").await.unwrap();
    (space, model, keeper, nova)
}

async fn draft(space: &Space, keeper: &Me, id: EntityId) -> MindDraft {
    studio::one(space, keeper.id, id).await.unwrap().mind
}

#[tokio::test]
async fn the_studio_is_for_admins_and_says_which_field_is_wrong() {
    let (space, _, keeper, nova) = stage().await;
    let ann = person(&space, "Ann").await;
    let mind = draft(&space, &keeper, nova).await;
    assert_eq!(code(studio::all(&space, ann.id).await), Code::AdminOnly);
    assert_eq!(code(studio::create(&space, ann.id, "companion", "Mine").await), Code::AdminOnly);
    assert_eq!(code(studio::edit(&space, ann.id, nova, mind.clone()).await), Code::AdminOnly);
    assert_eq!(code(studio::wake(&space, ann.id, nova, true).await), Code::AdminOnly);
    assert_eq!(code(studio::retire(&space, ann.id, nova).await), Code::AdminOnly);
    assert_eq!(code(studio::rehearse(&space, ann.id, nova, &["hello".into()]).await), Code::AdminOnly);
    assert_eq!(code(studio::create(&space, keeper.id, "companion", "ann").await), Code::NameTaken);
    assert_eq!(code(studio::create(&space, keeper.id, "emperor", "Rex").await), Code::InvalidArgument);
    assert_eq!(code(studio::one(&space, keeper.id, ann.id).await), Code::NotFound);
    let wrong: [(&str, MindDraft); 3] = [
        ("name", MindDraft { name: "@".into(), ..mind.clone() }),
        ("talkativeness", MindDraft { talkativeness: 1.5, ..mind.clone() }),
        ("strategy_chat", MindDraft { strategy_chat: Strategy::Active, ..mind.clone() }),
    ];
    for (field, wrong) in wrong {
        let problem = studio::edit(&space, keeper.id, nova, wrong).await.unwrap_err().problem();
        assert_eq!((problem.code, problem.field.as_deref()), (Code::InvalidArgument, Some(field)));
    }
    assert_eq!(draft(&space, &keeper, nova).await, mind);
}

#[tokio::test]
async fn whatever_is_written_is_kept_and_a_copy_has_all_of_it() {
    let (space, _, keeper, nova) = stage().await;
    let mut mind = draft(&space, &keeper, nova).await;
    mind.bio = "Reads the stars.".into();
    mind.system_prompt = "x".repeat(50_000);
    mind.model = Some("large".into());
    mind.sampling.top_p = Some(0.5);
    mind.sampling.frequency_penalty = Some(-1.5);
    mind.sampling.presence_penalty = Some(2.0);
    mind.sampling.seed = Some(i64::MAX);
    mind.strategy_room = Strategy::Active;
    mind.strategy_chat = Strategy::OnQuestions;
    mind.talkativeness = 1.0;
    mind.cooldown_s = 3_600;
    mind.languages = vec!["pl".into(), "ja".into()];
    studio::edit(&space, keeper.id, nova, mind.clone()).await.unwrap();
    assert_eq!(draft(&space, &keeper, nova).await, mind);
    let vega = studio::duplicate(&space, keeper.id, nova, "Vega").await.unwrap();
    assert_eq!(draft(&space, &keeper, vega).await, MindDraft { name: "Vega".into(), ..mind });
    assert_eq!(code(studio::duplicate(&space, keeper.id, nova, "Nova").await), Code::NameTaken);
    let names: Vec<String> =
        studio::all(&space, keeper.id).await.unwrap().into_iter().map(|card| card.mind.name).collect();
    assert_eq!(names, ["Nova", "Vega"]);
}

#[tokio::test]
async fn a_rehearsal_shows_the_character_and_leaves_no_trace_but_its_cost() {
    let (space, model, keeper, nova) = stage().await;
    let mind = MindDraft { system_prompt: "You are Nova, a star.".into(), ..draft(&space, &keeper, nova).await };
    studio::edit(&space, keeper.id, nova, mind).await.unwrap();
    let talk = ["hello".to_owned(), "I was shown 1 lines.".to_owned(), "and now?".to_owned()];
    let answer = studio::rehearse(&space, keeper.id, nova, &talk).await.unwrap();
    assert_eq!(answer, "I was shown 3 lines.");
    let asked = model.last();
    assert!(asked.turns[0].text.starts_with("You are Nova, a star."), "{asked:?}");
    assert!(asked.turns[1].text.starts_with("Keeper (") && asked.turns[1].text.ends_with("): hello"), "{asked:?}");
    assert_eq!(asked.turns[2].speaker, Speaker::Itself);
    for wrong in [&talk[..2], &[]] {
        assert_eq!(code(studio::rehearse(&space, keeper.id, nova, wrong).await), Code::InvalidArgument);
    }
    for table in ["messages", "replies", "decisions", "reserved", "tasks", "channels"] {
        let (rows,): (i64,) = sqlx::query_as(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&space.db)
            .await
            .unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    let used = domain::minds::usage::all(&space, keeper.id, 1).await.unwrap();
    let lines: Vec<(&str, i64)> = used.places.iter().map(|line| (line.name.as_str(), line.replies)).collect();
    assert_eq!(lines, [("Rehearsals in the studio", 1)]);
    // It is paid like all else.
    sqlx::query("update minds set daily_tokens = 1").execute(&space.db).await.unwrap();
    assert_eq!(code(studio::rehearse(&space, keeper.id, nova, &talk).await), Code::QuotaReached);
}

#[tokio::test]
async fn a_change_is_in_the_next_answer_and_who_sleeps_says_nothing() {
    let (space, model, keeper, nova) = stage().await;
    let id = room(&space, &keeper, 9, &[&keeper]).await;
    studio::place(&space, keeper.id, nova, id, true).await.unwrap();
    assert_eq!(studio::one(&space, keeper.id, nova).await.unwrap().rooms, [id]);
    let stopping = CancellationToken::new();
    let _stop = stopping.clone().drop_guard();
    tokio::spawn(domain::tasks::run(space.clone(), stopping, Duration::from_secs(5), true));
    let mut hears = Hearing::of(&space, keeper.id).await;
    let asked = say(&space, keeper.id, id, "@Nova, are you there?").await.unwrap();
    let reason = async |message| loop {
        let decided = messages_decided(&space, keeper.id, id, message).await;
        match decided.into_iter().next() {
            Some(reason) => break reason,
            None => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    assert_eq!(reason(asked.id).await, "Nova is asleep.");
    studio::wake(&space, keeper.id, nova, true).await.unwrap();
    let changed = MindDraft {
        name: "Stella".into(),
        system_prompt: "You are Stella.".into(),
        strategy_room: Strategy::Active,
        ..draft(&space, &keeper, nova).await
    };
    studio::edit(&space, keeper.id, nova, changed).await.unwrap();
    // Unasked, by the strategy of now and under the name of now.
    say(&space, keeper.id, id, "The night is clear and full of stars.").await.unwrap();
    let answer = loop {
        match hears.next().await.expect("an event") {
            Event::Message { message, .. } if message.author.id == nova => break message,
            _ => {}
        }
    };
    assert_eq!(answer.author.name, "Stella");
    assert!(model.last().turns[0].text.starts_with("You are Stella."));
    studio::place(&space, keeper.id, nova, id, false).await.unwrap();
    assert!(studio::one(&space, keeper.id, nova).await.unwrap().rooms.is_empty());
}

async fn messages_decided(
    space: &Space,
    who: EntityId,
    id: model::ChannelId,
    message: model::MessageId,
) -> Vec<String> {
    let decisions = domain::minds::decisions(space, who, id, message).await.unwrap();
    decisions.into_iter().map(|decision| decision.reason).collect()
}

#[tokio::test]
async fn an_ai_goes_into_a_file_and_comes_back_under_another_name() {
    let (space, _, keeper, nova) = stage().await;
    let ann = person(&space, "Ann").await;
    let file = studio::export(&space, keeper.id, nova, With::default()).await.unwrap();
    assert_eq!(file.name, "Nova.json");
    assert_eq!(code(studio::export(&space, ann.id, nova, With::default()).await), Code::AdminOnly);
    assert_eq!(code(studio::import(&space, ann.id, file.content.clone(), None).await), Code::AdminOnly);
    assert_eq!(code(studio::import(&space, keeper.id, file.content.clone(), None).await), Code::NameTaken);
    let vega = studio::import(&space, keeper.id, file.content.clone(), Some("Vega")).await.unwrap();
    let mind = draft(&space, &keeper, nova).await;
    assert_eq!(draft(&space, &keeper, vega).await, MindDraft { name: "Vega".into(), ..mind });
    for wrong in [
        "",
        "{}",
        "no base64!",
        &file.content.replace("\"temperature\": 0.8", "\"temperature\": 80"),
        &file.content.replace("\"strategy_room\": \"", "\"strategy_room\": \"x"),
    ] {
        let problem = studio::import(&space, keeper.id, wrong.into(), Some("Rigel")).await.unwrap_err().problem();
        assert_eq!((problem.code, problem.field.as_deref()), (Code::InvalidArgument, Some("file")), "{wrong}");
    }
}

#[tokio::test]
async fn nobody_finds_or_asks_in_who_sleeps() {
    let (space, _, keeper, nova) = stage().await;
    let ann = person(&space, "Ann").await;
    let found = async || domain::entities::find(&space, ann.id, "nov").await.unwrap().len();
    let few = circle(&space, ann.id, &[keeper.id], History::Whole).await;
    assert_eq!(found().await, 0);
    assert_eq!(code(channels::chat_with(&space, ann.id, nova).await), Code::ContactRefused);
    assert_eq!(code(channels::invite(&space, ann.id, few, nova).await), Code::ContactRefused);
    studio::wake(&space, keeper.id, nova, true).await.unwrap();
    assert_eq!(found().await, 1);
    channels::chat_with(&space, ann.id, nova).await.unwrap();
    channels::invite(&space, ann.id, few, nova).await.unwrap();
}

#[tokio::test]
async fn who_is_retired_leaves_its_places_and_its_name_and_what_it_said_stays() {
    let (space, _, keeper, nova) = stage().await;
    let ann = person(&space, "Ann").await;
    studio::wake(&space, keeper.id, nova, true).await.unwrap();
    let id = room(&space, &keeper, 9, &[&keeper]).await;
    studio::place(&space, keeper.id, nova, id, true).await.unwrap();
    let few = circle(&space, ann.id, &[nova], History::Whole).await;
    let chat = channels::chat_with(&space, ann.id, nova).await.unwrap();
    assert_eq!(code(studio::place(&space, keeper.id, nova, few, false).await), Code::NotFound);
    say(&space, nova, id, "I was here.").await.unwrap();
    studio::retire(&space, keeper.id, nova).await.unwrap();
    assert_eq!(code(studio::retire(&space, keeper.id, nova).await), Code::NotFound);
    assert_eq!(code(studio::rehearse(&space, keeper.id, nova, &["hello".into()]).await), Code::NotFound);
    assert_eq!(code(studio::wake(&space, keeper.id, nova, true).await), Code::NotFound);
    let seen = messages::history(&space, keeper.id, id, messages::Stretch::Latest).await.unwrap().messages;
    assert_eq!((seen[0].author.name.as_str(), seen[0].body.as_str()), ("Nova", "I was here."));
    let members = channels::open(&space, ann.id, few).await.unwrap().members;
    assert!(members.iter().all(|member| member.entity.id != nova), "{members:?}");
    assert_eq!(code(say(&space, ann.id, chat, "are you there?").await), Code::Archived);
    assert_eq!(code(channels::chat_with(&space, keeper.id, nova).await), Code::NotFound);
    let another = studio::create(&space, keeper.id, TEMPLATES[1].key, "Nova").await.unwrap();
    assert_ne!(another, nova);
}
