//! What AIs remember of somebody, and having it forgotten.

use crate::tasks::ai;
use crate::world::{admin, circle, code, person, room, say, space};
use domain::memory::forgetting::{self, Sought};
use domain::memory::words::Language;
use domain::memory::{Asked, index, recall};
use domain::{Space, channels, messages};
use model::{ChannelId, Code, EntityId, History, MemoryKind, MemoryOfMe, Message};

/// What an AI recalls somewhere, word for word and of what it has kept.
async fn recalled(space: &Space, entity: EntityId, channel: ChannelId, question: &str) -> (Vec<i64>, Vec<String>) {
    let language = Language::of_code("en");
    let asked = Asked {
        entity,
        channel,
        question,
        language,
        beside: &[],
        at: time::OffsetDateTime::now_utc(),
        shown_from: i64::MAX,
        most: 20,
    };
    let found = recall(space, asked).await.unwrap();
    let mut seqs: Vec<i64> = found.messages.iter().filter(|one| one.near.is_near()).map(|one| one.seq).collect();
    seqs.sort_unstable();
    (seqs, found.kept.into_iter().filter(|one| one.near.is_near()).map(|one| one.text).collect())
}

async fn mine(space: &Space, who: EntityId) -> Vec<MemoryOfMe> {
    forgetting::of_me(space, who, &Sought::default()).await.unwrap()
}

/// Half an hour passes, and what is over is kept.
async fn pause(space: &Space) {
    index::catch_up(space).await.unwrap();
    sqlx::query("update recollections set said_at = said_at - interval '31 minutes'").execute(&space.db).await.unwrap();
    index::remember(space).await.unwrap();
}

/// A fact that an AI has noted of these messages.
async fn note(space: &Space, entity: EntityId, channel: ChannelId, seqs: &[i64], about: Option<EntityId>, text: &str) {
    let at = time::OffsetDateTime::now_utc();
    let terms: Vec<String> = domain::memory::words::cut(text, Language::of_code("en")).terms;
    sqlx::query("insert into terms (term) select distinct t from unnest($1::text[]) t on conflict do nothing")
        .bind(&terms)
        .execute(&space.db)
        .await
        .unwrap();
    sqlx::query(
        "insert into memories (id, entity_id, channel_id, kind, first_seq, last_seq, said_from, said_to, edited, language, keywords,
                               text, terms, counts, length, about, importance, sources)
         select gen_random_uuid(), $1, $2, 'fact', $3[1], $3[cardinality($3)], $4, $4, 0, 'en', '{}', $5,
                array_agg(id), array_agg(1::smallint), count(*)::integer, $6, 0.8, $3
         from terms where term = any($7)",
    )
    .bind(entity.0)
    .bind(channel.0)
    .bind(seqs)
    .bind(at)
    .bind(text)
    .bind(about.map(|id| id.0))
    .bind(&terms)
    .execute(&space.db)
    .await
    .unwrap();
}

const TALK: [&str; 4] = [
    "My sister Wanda keeps the zylquist bees behind the mill.",
    "The bees behind the mill need a new hive before the winter.",
    "I could build a hive for the bees this weekend, out of ash.",
    "Wanda will be glad about a new hive for her bees.",
];

/// Ada and Ben talk of bees in the Lobby, where Silas and Luna hear them.
async fn stage() -> (Space, [EntityId; 5], ChannelId, Vec<Message>) {
    let space = space().await;
    let keeper = admin(&space).await;
    let (ada, ben) = (person(&space, "Ada").await, person(&space, "Ben").await);
    let (silas, luna) = (ai(&space, "Silas").await, ai(&space, "Luna").await);
    let lobby = room(&space, &keeper, 9, &[&ada, &ben]).await;
    for one in [silas, luna] {
        channels::join(&space, one, lobby).await.unwrap();
    }
    let mut said = Vec::new();
    for (n, line) in TALK.iter().enumerate() {
        said.push(say(&space, if n % 2 == 0 { ada.id } else { ben.id }, lobby, line).await.unwrap());
    }
    pause(&space).await;
    (space, [keeper.id, ada.id, ben.id, silas, luna], lobby, said)
}

const BEES: &str = "Who keeps the zylquist bees?";

/// What an AI recalls somewhere of the bees, somebody has all of them forget.
async fn forgotten_with(space: &Space, (ai, place): (EntityId, ChannelId), answer: i64, who: EntityId) {
    assert!(recalled(space, ai, place, BEES).await.0.contains(&answer));
    forgetting::forget_all(space, who, None, None).await.unwrap();
    pause(space).await;
}

#[tokio::test]
async fn one_sees_what_is_kept_of_oneself_and_nothing_else() {
    let (space, [keeper, ada, ben, silas, luna], lobby, said) = stage().await;
    let cy = person(&space, "Cy").await;
    let of_ada = mine(&space, ada).await;
    assert_eq!(of_ada.iter().map(|one| one.mind_name.as_str()).collect::<Vec<_>>().len(), 2, "{of_ada:?}");
    assert!(
        of_ada.iter().all(|one| one.channel == lobby && one.kind != MemoryKind::Fact && one.text.contains("zylquist"))
    );
    assert!(mine(&space, cy.id).await.is_empty(), "who was not there does not appear");
    assert!(mine(&space, keeper).await.is_empty(), "an admin sees no more than others");
    let words = |words: &str| Sought { words: words.into(), ..Sought::default() };
    assert_eq!(forgetting::of_me(&space, ada, &words("ZYLQUIST")).await.unwrap().len(), 2);
    assert!(forgetting::of_me(&space, ada, &words("100%")).await.unwrap().is_empty());
    let by = Sought { by: Some(luna), ..Sought::default() };
    assert_eq!(forgetting::of_me(&space, ada, &by).await.unwrap().len(), 1);

    // What was said of her where she could not hear it is not even counted.
    let aside = circle(&space, ben, &[cy.id, silas], History::Whole).await;
    let line = say(&space, ben, aside, "Ada is planning a surprise, but it is a secret.").await.unwrap();
    note(&space, silas, aside, &[line.seq], Some(ada), "Ada plans a surprise.").await;
    assert_eq!(mine(&space, ada).await.len(), 2);
    assert_eq!(mine(&space, ben).await.len(), 3);
    let hidden = mine(&space, ben).await.into_iter().find(|one| one.kind == MemoryKind::Fact).unwrap().id;
    assert_eq!(code(forgetting::forget(&space, ada, hidden).await), Code::NotFound);
    assert_eq!(code(forgetting::correct(&space, ada, hidden, "No.").await), Code::NotFound);

    let known = forgetting::known_by(&space, ada).await.unwrap();
    let names: Vec<&str> = known.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Luna", "Silas"]);
    assert!(known.iter().all(|one| one.remembers && one.places.len() == 1 && one.since.is_some()), "{known:?}");
    assert!(said.len() == 4);
}

#[tokio::test]
async fn what_is_forgotten_by_one_is_remembered_by_another() {
    let (space, [_, ada, ben, silas, luna], lobby, said) = stage().await;
    note(&space, silas, lobby, &[1, 2, 3, 4], Some(ada), "Ada has a sister called Wanda.").await;
    let elsewhere = circle(&space, ada, &[silas, luna], History::Whole).await;
    let bees = "Who keeps zylquist bees behind the mill?";
    assert!(recalled(&space, silas, elsewhere, bees).await.0.contains(&said[0].seq));
    let fact = mine(&space, ada).await.into_iter().find(|one| one.kind == MemoryKind::Fact).unwrap();
    forgetting::forget(&space, ada, fact.id).await.unwrap();
    assert_eq!(code(forgetting::forget(&space, ada, fact.id).await), Code::NotFound);
    let (seqs, kept) = recalled(&space, silas, elsewhere, bees).await;
    assert!(!seqs.contains(&1) && !seqs.contains(&3), "{seqs:?}");
    assert!(kept.is_empty(), "{kept:?}");
    let winter = "Which bees need a new hive before the winter?";
    assert!(recalled(&space, silas, elsewhere, winter).await.0.contains(&2), "what Ben said stays");
    pause(&space).await;
    let (_, kept) = recalled(&space, silas, elsewhere, bees).await;
    assert!(kept.iter().all(|text| !text.contains("zylquist")), "{kept:?}");
    let (seqs, kept) = recalled(&space, luna, elsewhere, bees).await;
    assert!(seqs.contains(&1) && kept[0].contains("zylquist"), "Luna was not asked to: {kept:?}");
    // Nothing brings it back: neither an edit beside it nor indexing all of it again.
    messages::edit(&space, ben, lobby, said[1].id, "The bees of the mill need a hive before winter.").await.unwrap();
    sqlx::query("delete from indexed").execute(&space.db).await.unwrap();
    pause(&space).await;
    let (seqs, kept) = recalled(&space, silas, elsewhere, bees).await;
    assert!(!seqs.contains(&1) && kept.iter().all(|text| !text.contains("zylquist")), "{seqs:?} {kept:?}");
}

/// In which tables a word stands.
async fn found_in(space: &Space, word: &str) -> Vec<String> {
    let tables: Vec<(String,)> = sqlx::query_as(
        "select table_name::text from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    )
    .fetch_all(&space.db)
    .await
    .unwrap();
    let mut found = Vec::new();
    for (table,) in tables {
        let query = format!("select count(*) from \"{table}\" t where t::text ilike '%' || $1 || '%'");
        let (rows,): (i64,) = sqlx::query_as(sqlx::AssertSqlSafe(query)).bind(word).fetch_one(&space.db).await.unwrap();
        if rows > 0 {
            found.push(table);
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn what_all_forget_is_nowhere_but_where_it_was_said() {
    let (space, [_, ada, ben, silas, luna], lobby, _) = stage().await;
    note(&space, luna, lobby, &[1, 2, 3, 4], Some(ada), "Ada's sister keeps zylquist bees.").await;
    assert_eq!(found_in(&space, "zylquist").await, ["memories", "messages", "terms"]);
    forgetting::forget_all(&space, ada, None, None).await.unwrap();
    assert_eq!(found_in(&space, "zylquist").await, ["messages", "terms"], "at once");
    let of_ada = "select count(*) from recollections where author_id = $1";
    let (left,): (i64,) = sqlx::query_as(of_ada).bind(ada.0).fetch_one(&space.db).await.unwrap();
    assert_eq!(left, 0, "nor are its vectors");
    for again in ["delete from indexed", "update channels set clock = clock + 1", "delete from formed"] {
        sqlx::query(again).execute(&space.db).await.unwrap();
        pause(&space).await;
    }
    assert_eq!(found_in(&space, "zylquist").await, ["messages", "terms"], "and it does not come back");
    let (wrong,): (i64,) = sqlx::query_as(
        "select count(*) from terms t where t.df <> (select count(*) from recollections r where r.terms @> array[t.id])",
    )
    .fetch_one(&space.db)
    .await
    .unwrap();
    assert_eq!(wrong, 0, "what is counted is there");
    let elsewhere = circle(&space, ben, &[silas, luna], History::Whole).await;
    let (seqs, _) = recalled(&space, luna, elsewhere, "Which bees need a new hive before the winter?").await;
    assert!(seqs.contains(&2) && !seqs.contains(&3), "what Ben said stays: {seqs:?}");

    // What she says from now on is remembered.
    let line = say(&space, ada, lobby, "The quinces stand in the cellar.").await.unwrap();
    index::catch_up(&space).await.unwrap();
    assert_eq!(recalled(&space, luna, elsewhere, "Where are the quinces?").await.0, [line.seq]);
    // Of one place alone.
    let other = circle(&space, ada, &[ben, luna], History::Whole).await;
    say(&space, ada, other, "The medlars lie in the attic.").await.unwrap();
    index::catch_up(&space).await.unwrap();
    forgetting::forget_all(&space, ada, Some(luna), Some(lobby)).await.unwrap();
    assert!(recalled(&space, luna, other, "Where are the quinces?").await.0.is_empty());
    assert_eq!(recalled(&space, luna, other, "Where are the medlars?").await.0.len(), 1);
    let nowhere = ChannelId::new();
    assert_eq!(code(forgetting::forget_all(&space, ada, None, Some(nowhere)).await), Code::NotFound);
    assert_eq!(code(forgetting::forget_all(&space, ada, Some(ben), None).await), Code::NotFound);
}

#[tokio::test]
async fn who_is_not_to_be_remembered_is_not_until_they_say_otherwise() {
    let (space, [_, ada, ben, silas, luna], lobby, _) = stage().await;
    note(&space, silas, lobby, &[2, 4], None, "Ben: Ada will be glad about a hive.").await;
    note(&space, silas, lobby, &[2, 4], None, "Ben: Adam builds hives.").await;
    forgetting::remember(&space, ada, Some(silas), false).await.unwrap();
    let texts = async || -> Vec<(String,)> {
        sqlx::query_as("select text from memories where entity_id = $1 and kind = 'fact'")
            .bind(silas.0)
            .fetch_all(&space.db)
            .await
            .unwrap()
    };
    assert_eq!(texts().await, [("Ben: Adam builds hives.".to_owned(),)], "what others say of her goes, too");
    let known = forgetting::known_by(&space, ada).await.unwrap();
    assert_eq!(known.iter().map(|one| one.remembers).collect::<Vec<_>>(), [true, false]);
    let elsewhere = circle(&space, ben, &[silas, luna], History::Whole).await;
    say(&space, ada, lobby, "The quinces stand in the cellar.").await.unwrap();
    index::catch_up(&space).await.unwrap();
    let quinces = "Where are the quinces?";
    assert!(recalled(&space, silas, elsewhere, quinces).await.0.is_empty());
    assert_eq!(recalled(&space, luna, elsewhere, quinces).await.0.len(), 1);
    forgetting::remember(&space, ada, Some(silas), true).await.unwrap();
    assert!(recalled(&space, silas, elsewhere, quinces).await.0.is_empty(), "what was said meanwhile stays forgotten");
    say(&space, ada, lobby, "There are quinces in the pantry, too.").await.unwrap();
    index::catch_up(&space).await.unwrap();
    assert_eq!(recalled(&space, silas, elsewhere, quinces).await.0.len(), 1);
}

#[tokio::test]
async fn what_is_put_right_takes_the_place_of_what_was_kept() {
    let (space, [_, ada, ben, silas, _], lobby, said) = stage().await;
    note(&space, silas, lobby, &[1, 2, 3, 4], Some(ada), "Ada has a sister called Wilma.").await;
    let fact = mine(&space, ada).await.into_iter().find(|one| one.kind == MemoryKind::Fact).unwrap();
    assert_eq!(code(forgetting::correct(&space, ada, fact.id, " ").await), Code::InvalidArgument);
    assert_eq!(code(forgetting::correct(&space, ada, fact.id, &"x".repeat(301)).await), Code::InvalidArgument);
    forgetting::correct(&space, ada, fact.id, "My sister is called Wanda.").await.unwrap();
    let facts: Vec<MemoryOfMe> =
        mine(&space, ada).await.into_iter().filter(|one| one.kind == MemoryKind::Fact).collect();
    let [right] = facts.as_slice() else { panic!("{facts:?}") };
    assert!(right.corrected && right.text == "Ada: My sister is called Wanda.", "{right:?}");
    let elsewhere = circle(&space, ada, &[ben, silas], History::Whole).await;
    let (_, kept) = recalled(&space, silas, elsewhere, "What is the sister of Ada called?").await;
    assert!(
        kept.iter().any(|text| text.contains("Wanda")) && !kept.iter().any(|text| text.contains("Wilma")),
        "{kept:?}"
    );
    // It rests on the same talk: where that is taken off the record it goes with it.
    messages::record(&space, ada, lobby, (said[0].seq, said[0].seq), true).await.unwrap();
    index::remember(&space).await.unwrap();
    assert!(mine(&space, ada).await.iter().all(|one| one.kind != MemoryKind::Fact));
}

#[tokio::test]
async fn what_an_ai_had_before_its_eyes_and_said_again_goes_too() {
    let (space, [_, ada, ben, silas, luna], lobby, _) = stage().await;
    // Silas is reminded of nothing: what Ada said stands above the question.
    let asked = say(&space, ben, lobby, "What did she say just now?").await.unwrap();
    let draft = crate::world::draft(lobby, "That somebody keeps zylquist bees.");
    let answer = messages::post(&space, silas, messages::Draft { reply_to: Some(asked.id), ..draft }).await.unwrap();
    let other = say(&space, ben, lobby, "Silas, the kettle sings.").await.unwrap();
    let draft = crate::world::draft(lobby, "Then let us have tea, it is the hour for quinces.");
    let apart = messages::post(&space, silas, messages::Draft { reply_to: Some(other.id), ..draft }).await.unwrap();
    pause(&space).await;
    let elsewhere = circle(&space, ben, &[silas, luna], History::Whole).await;
    forgotten_with(&space, (luna, elsewhere), answer.seq, ada).await;
    for ai in [silas, luna] {
        let (seqs, kept) = recalled(&space, ai, elsewhere, BEES).await;
        assert!(!seqs.contains(&answer.seq) && !kept.iter().any(|text| text.contains("zylquist")), "{seqs:?} {kept:?}");
    }
    let quinces = recalled(&space, luna, elsewhere, "When is the hour for quinces and tea?").await.0;
    assert!(quinces.contains(&apart.seq), "what has nothing of hers stays");
}

#[tokio::test]
async fn of_rooms_one_sees_what_is_kept_though_one_never_was_there() {
    let (space, [_, _, _, silas, _], lobby, _) = stage().await;
    let cy = person(&space, "cy").await;
    note(&space, silas, lobby, &[2], None, "Ben: Cy owes everybody a cake.").await;
    let [owed] = mine(&space, cy.id).await.try_into().unwrap();
    assert!(owed.text.contains("cake"), "as others write the name, too: {owed:?}");
    forgetting::forget(&space, cy.id, owed.id).await.unwrap();
    assert!(mine(&space, cy.id).await.is_empty());
    forgetting::forget_all(&space, cy.id, None, Some(lobby)).await.unwrap();
}

#[tokio::test]
async fn what_was_put_right_is_put_right_once() {
    let (space, [_, ada, _, silas, _], lobby, _) = stage().await;
    note(&space, silas, lobby, &[1], Some(ada), "Ada has a sister called Wilma.").await;
    let fact = mine(&space, ada).await.into_iter().find(|one| one.kind == MemoryKind::Fact).unwrap().id;
    let tries = ["Wanda", "Wenda", "Winona"].map(|name| {
        let space = space.clone();
        tokio::spawn(
            async move { forgetting::correct(&space, ada, fact, &format!("She is called {name}.")).await.is_ok() },
        )
    });
    let mut done = 0;
    for one in tries {
        done += usize::from(one.await.unwrap());
    }
    let facts: Vec<MemoryOfMe> =
        mine(&space, ada).await.into_iter().filter(|one| one.kind == MemoryKind::Fact).collect();
    assert_eq!((done, facts.len()), (1, 1), "{facts:?}");
    // One that is not to remember somebody keeps nothing new of them.
    forgetting::remember(&space, ada, Some(silas), false).await.unwrap();
    note(&space, silas, lobby, &[2], None, "Ben: Ada will come.").await;
    let said = mine(&space, ada).await.into_iter().find(|one| one.kind == MemoryKind::Fact).unwrap().id;
    assert_eq!(code(forgetting::correct(&space, ada, said, "I will not.").await), Code::InvalidArgument);
}

#[tokio::test]
async fn what_had_its_place_taken_does_not_come_back() {
    let (space, [_, ada, _, silas, _], lobby, _) = stage().await;
    note(&space, silas, lobby, &[1], Some(ada), "Ada has a sister called Wilma.").await;
    let fact = async || mine(&space, ada).await.into_iter().find(|one| one.kind == MemoryKind::Fact);
    forgetting::correct(&space, ada, fact().await.unwrap().id, "She is called Wanda.").await.unwrap();
    forgetting::correct(&space, ada, fact().await.unwrap().id, "She is called Wenda.").await.unwrap();
    forgetting::forget(&space, ada, fact().await.unwrap().id).await.unwrap();
    assert_eq!(fact().await, None);
    let (left,): (i64,) = sqlx::query_as("select count(*) from memories where kind = 'fact' and entity_id = $1")
        .bind(silas.0)
        .fetch_one(&space.db)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_wish_takes_nothing_from_others() {
    let (space, [_, ada, ben, silas, luna], lobby, _) = stage().await;
    let (may, cy) = (person(&space, "May").await, person(&space, "Cy").await);
    let aside = circle(&space, cy.id, &[ben, silas], History::Whole).await;
    let line = say(&space, cy.id, aside, "In May we may plant the beans.").await.unwrap();
    note(&space, silas, aside, &[line.seq], None, "In May the beans are planted.").await;
    channels::join(&space, may.id, lobby).await.unwrap();
    note(&space, silas, lobby, &[2, 4], None, "Ben may build a hive.").await;
    note(&space, silas, lobby, &[2, 4], None, "Ben: May likes honey.").await;
    forgetting::remember(&space, may.id, None, false).await.unwrap();
    let facts: Vec<(String,)> = sqlx::query_as("select text from memories where kind = 'fact' order by text")
        .fetch_all(&space.db)
        .await
        .unwrap();
    let facts: Vec<&str> = facts.iter().map(|(text,)| text.as_str()).collect();
    assert_eq!(facts, ["Ben may build a hive.", "In May the beans are planted."], "a name is more than a word");

    // What is about somebody else, or in their words, is theirs.
    note(&space, luna, lobby, &[1, 2, 3, 4], Some(ben), "Ben builds hives of oak.").await;
    let of_ben = mine(&space, ben).await.into_iter().find(|one| one.text.contains("of oak")).unwrap().id;
    forgetting::correct(&space, ada, of_ben, "Ben builds hives of ash.").await.unwrap();
    assert!(mine(&space, ben).await.iter().any(|one| one.id == of_ben), "Ada's word does not take its place");
    forgetting::correct(&space, ben, of_ben, "I build them of ash.").await.unwrap();
    let texts = async || -> Vec<String> { mine(&space, ben).await.into_iter().map(|one| one.text).collect() };
    assert!(!texts().await.iter().any(|text| text.contains("of oak")));
    forgetting::forget_all(&space, ada, None, None).await.unwrap();
    let left = texts().await;
    assert!(left.iter().any(|text| text == "Ben: I build them of ash."), "{left:?}");
    assert!(!left.iter().any(|text| text.starts_with("Ada: ")), "{left:?}");
}

#[tokio::test]
async fn what_was_said_again_by_an_ai_goes_too() {
    let (space, [_, ada, ben, silas, luna], lobby, said) = stage().await;
    // Ben asks, and Silas is reminded of what Ada said.
    let asked = say(&space, ben, lobby, "What do we know of Wanda?").await.unwrap();
    let answer = messages::Draft {
        reply_to: Some(asked.id),
        ..crate::world::draft(lobby, "Wanda keeps the zylquist bees, I was told.")
    };
    let answer = messages::post(&space, silas, answer).await.unwrap();
    sqlx::query("insert into recalls (entity_id, trigger_id, message_id, place) values ($1, $2, $3, 1)")
        .bind(silas.0)
        .bind(asked.id.0)
        .bind(said[0].id.0)
        .execute(&space.db)
        .await
        .unwrap();
    index::catch_up(&space).await.unwrap();
    let elsewhere = circle(&space, ben, &[silas, luna], History::Whole).await;
    forgotten_with(&space, (luna, elsewhere), answer.seq, ada).await;
    for ai in [silas, luna] {
        let (seqs, kept) = recalled(&space, ai, elsewhere, BEES).await;
        assert!(seqs.is_empty() && kept.is_empty(), "{seqs:?} {kept:?}");
    }
}

#[tokio::test]
async fn an_ai_that_is_to_forget_a_whole_talk_comes_to_rest() {
    let (space, [_, ada, _, silas, _], _, _) = stage().await;
    let chat = channels::chat_with(&space, ada, silas).await.unwrap();
    forgetting::remember(&space, ada, Some(silas), false).await.unwrap();
    for n in 0..20 {
        say(&space, ada, chat, &format!("The {n}th jar of honey stands in the cellar.")).await.unwrap();
    }
    let rest = tokio::time::timeout(std::time::Duration::from_secs(20), index::remember(&space)).await;
    rest.expect("it comes to an end").unwrap();
    assert!(!found_in(&space, "jar of honey").await.contains(&"memories".to_owned()));
}
