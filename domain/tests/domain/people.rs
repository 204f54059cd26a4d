use crate::hearing::Hearing;
use crate::world::{admin, code, person, policy, room, say, space};
use domain::accounts::{self, admin as keeping, own};
use domain::channels::{self, start};
use domain::messages::{self, Stretch};
use domain::minds::Minds;
use domain::{Policy, Space};
use model::accounts::Profile;
use model::channels::CircleDraft;
use model::{Code, Event};

#[tokio::test]
async fn a_rename_keeps_mentions_and_is_told_wherever_one_is() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ann = person(&space, "Ann").await;
    let id = room(&space, &keeper, 9, &[&keeper, &ann]).await;
    let named = say(&space, keeper.id, id, "welcome @Ann").await.unwrap();
    let circle =
        start(&space, keeper.id, CircleDraft { members: vec![ann.id], ..CircleDraft::default() }).await.unwrap();
    let mut hears = Hearing::of(&space, keeper.id).await;
    let draft = Profile { name: "Anna".into(), bio: "Paints.".into(), language: "pl".into(), ..Profile::default() };
    own::edit_profile(&space, ann.id, draft.clone()).await.unwrap();
    let member = loop {
        if let Event::Member { member, .. } = hears.next().await.expect("an event") {
            break member;
        }
    };
    assert_eq!((member.entity.name.as_str(), member.entity.bio.as_str()), ("Anna", "Paints."));
    let kept = messages::history(&space, keeper.id, id, Stretch::Latest).await.unwrap().messages.remove(0);
    assert_eq!((kept.id, kept.mentions), (named.id, vec![ann.id]));
    let line = messages::history(&space, keeper.id, circle, Stretch::Latest).await.unwrap().messages.remove(0);
    assert_eq!(line.body, "started this circle with Anna.");
    // From now on she is called by the new name, and by the old one no more.
    assert_eq!(say(&space, keeper.id, id, "Ann? @anna!").await.unwrap().mentions, [ann.id]);
    assert!(say(&space, keeper.id, id, "Ann?").await.unwrap().mentions.is_empty());
    let taken = Profile { name: "keeper".into(), ..draft.clone() };
    assert_eq!(code(own::edit_profile(&space, ann.id, taken).await), Code::NameTaken);
    for name in ["Кeeper", "A former member"] {
        let looks = Profile { name: name.into(), ..draft.clone() };
        let refused = own::edit_profile(&space, ann.id, looks).await.unwrap_err().problem();
        assert_eq!(refused.field.as_deref(), Some("name"), "{refused:?}");
    }
    let strange = Profile { language: "xx".into(), ..draft };
    assert_eq!(code(own::edit_profile(&space, ann.id, strange).await), Code::InvalidArgument);
}

#[tokio::test]
async fn parallel_posts_do_not_pass_a_weeks_quota() {
    let limited = Policy { weekly_messages: Some(7), ..policy() };
    let fresh = crate::world::fresh_database().await;
    let db = domain::database::connect(fresh, 12).await.unwrap();
    let space = Space::new(db, limited, Minds::none());
    let keeper = admin(&space).await;
    let ann = person(&space, "Ann").await;
    let rooms = [room(&space, &keeper, 9, &[&ann]).await, room(&space, &keeper, 9, &[&ann, &keeper]).await];
    let posts = (0..40).map(|n| say(&space, ann.id, rooms[n % 2], "again"));
    let done = futures::future::join_all(posts).await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 7);
    let refused = done.into_iter().find_map(Result::err).unwrap().problem();
    assert_eq!(refused.code, Code::QuotaReached);
    assert!(refused.retry_after.is_some_and(|after| after > 6 * 86_400) && refused.message.contains("7 days"));
    assert_eq!(accounts::quota(&space, ann.id).await.unwrap().unwrap().left, 0);
    // Others go on, an admin may give more, and a week after the first message a new one begins.
    say(&space, keeper.id, rooms[1], "I still can").await.unwrap();
    keeping::set_quota(&space, keeper.id, ann.id, Some(8)).await.unwrap();
    say(&space, ann.id, rooms[0], "one more").await.unwrap();
    assert_eq!(code(say(&space, ann.id, rooms[0], "and one").await), Code::QuotaReached);
    sqlx::query("update accounts set week_began = week_began - interval '7 days' where entity_id = $1")
        .bind(ann.id.0)
        .execute(&space.db)
        .await
        .unwrap();
    say(&space, ann.id, rooms[0], "a new week").await.unwrap();
    assert_eq!(accounts::quota(&space, ann.id).await.unwrap().unwrap().left, 7);
    assert_eq!(code(keeping::set_quota(&space, ann.id, ann.id, None).await), Code::AdminOnly);
    assert_eq!(code(keeping::set_quota(&space, keeper.id, ann.id, Some(-1)).await), Code::InvalidArgument);
}

#[tokio::test]
async fn what_is_refused_costs_nothing_of_the_week() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ann = person(&space, "Ann").await;
    let id = room(&space, &keeper, 9, &[&ann]).await;
    keeping::set_quota(&space, keeper.id, ann.id, Some(2)).await.unwrap();
    channels::archive(&space, keeper.id, id, true).await.unwrap();
    assert_eq!(code(say(&space, ann.id, id, "closed").await), Code::Archived);
    channels::archive(&space, keeper.id, id, false).await.unwrap();
    let twice = crate::world::draft(id, "once");
    messages::post(&space, ann.id, twice.clone()).await.unwrap();
    messages::post(&space, ann.id, twice).await.unwrap();
    assert_eq!(accounts::quota(&space, ann.id).await.unwrap().unwrap().left, 1);
}

#[tokio::test]
async fn who_is_kept_out_is_out_at_once_and_the_last_admin_stays() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ann = person(&space, "Ann").await;
    let mut hears = Hearing::kept(&space, ann.id).await;
    assert_eq!(code(keeping::set_active(&space, ann.id, keeper.id, false).await), Code::AdminOnly);
    assert_eq!(code(keeping::set_active(&space, keeper.id, keeper.id, false).await), Code::LastAdmin);
    assert_eq!(code(keeping::set_admin(&space, keeper.id, keeper.id, false).await), Code::LastAdmin);
    keeping::set_active(&space, keeper.id, ann.id, false).await.unwrap();
    while hears.next().await.is_some() {}
    assert_eq!(code(accounts::log_in(&space, "Ann", "correct horse".into()).await), Code::WrongCredentials);
    keeping::set_active(&space, keeper.id, ann.id, true).await.unwrap();
    accounts::log_in(&space, "Ann", "correct horse".into()).await.unwrap();
    // Two admins who unmake each other at once: one of them stays.
    keeping::set_admin(&space, keeper.id, ann.id, true).await.unwrap();
    let (one, other) = tokio::join!(
        keeping::set_admin(&space, keeper.id, ann.id, false),
        keeping::set_admin(&space, ann.id, keeper.id, false)
    );
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
}

#[tokio::test]
async fn a_reset_link_works_once_and_ends_what_was_open() {
    let space = space().await;
    let keeper = admin(&space).await;
    let ann = person(&space, "Ann").await;
    let first = keeping::make_reset(&space, keeper.id, ann.id).await.unwrap();
    let token = keeping::make_reset(&space, keeper.id, ann.id).await.unwrap();
    let mut hears = Hearing::kept(&space, ann.id).await;
    assert_eq!(code(keeping::reset(&space, &first, "another horse".into()).await), Code::InvitationInvalid);
    assert_eq!(code(keeping::reset(&space, &token, "short".into()).await), Code::InvalidArgument);
    keeping::reset(&space, &token, "another horse".into()).await.unwrap();
    while hears.next().await.is_some() {}
    assert_eq!(code(keeping::reset(&space, &token, "a third horse".into()).await), Code::InvitationInvalid);
    assert_eq!(code(accounts::log_in(&space, "Ann", "correct horse".into()).await), Code::WrongCredentials);
    accounts::log_in(&space, "Ann", "another horse".into()).await.unwrap();
    assert_eq!(code(keeping::make_reset(&space, ann.id, keeper.id).await), Code::AdminOnly);
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions() {
    let space = space().await;
    let ann = person(&space, "Ann").await;
    let mut elsewhere = Hearing::kept(&space, ann.id).await;
    let wrong = own::change_password(&space, ann.id, "wrong horse".into(), "new password".into(), None).await;
    assert_eq!(code(wrong), Code::WrongCredentials);
    assert_eq!(own::own_sessions(&space, ann.id, None).await.unwrap().len(), 1);
    own::change_password(&space, ann.id, "correct horse".into(), "new password".into(), Some(&[7; 32])).await.unwrap();
    while elsewhere.next().await.is_some() {}
    accounts::log_in(&space, "Ann", "new password".into()).await.unwrap();
    own::change_email(&space, ann.id, "new password".into(), "Ann@Elsewhere.example").await.unwrap();
    accounts::log_in(&space, "ann@elsewhere.example", "new password".into()).await.unwrap();
    let bob = person(&space, "Bob").await;
    let taken = own::change_email(&space, bob.id, "correct horse".into(), "ann@elsewhere.example").await;
    assert_eq!(code(taken), Code::EmailTaken);
    let stranger = own::own_sessions(&space, ann.id, None).await.unwrap();
    for session in stranger {
        assert_eq!(code(own::end_session(&space, bob.id, &session.id).await), Code::NotFound);
    }
}

#[tokio::test]
async fn who_goes_for_good_leaves_no_name_and_if_they_want_no_word() {
    for empty in [false, true] {
        let space = space().await;
        let keeper = admin(&space).await;
        let (ann, ben) = (person(&space, "Ann").await, person(&space, "Ben").await);
        let id = room(&space, &keeper, 9, &[&keeper, &ann]).await;
        let circle =
            start(&space, ann.id, CircleDraft { members: vec![ben.id], ..CircleDraft::default() }).await.unwrap();
        channels::invite(&space, ben.id, circle, keeper.id).await.unwrap();
        let chat = channels::chat_with(&space, ann.id, ben.id).await.unwrap();
        let said = say(&space, ann.id, id, "what I said").await.unwrap();
        let quoting = messages::Draft { reply_to: Some(said.id), ..crate::world::draft(id, "indeed") };
        messages::post(&space, keeper.id, quoting).await.unwrap();
        assert_eq!(code(own::delete(&space, ann.id, "wrong".into(), empty).await), Code::WrongCredentials);
        assert_eq!(code(own::delete(&space, keeper.id, "correct horse".into(), empty).await), Code::LastAdmin);
        own::delete(&space, ann.id, "correct horse".into(), empty).await.unwrap();
        assert_eq!(code(accounts::log_in(&space, "Ann", "correct horse".into()).await), Code::WrongCredentials);
        let left = messages::history(&space, keeper.id, id, Stretch::Latest).await.unwrap().messages;
        assert_eq!(left[0].author.name, "A former member");
        let lines = messages::history(&space, ben.id, circle, Stretch::Latest).await.unwrap().messages;
        let lines: Vec<String> = lines.iter().map(|line| format!("{} {}", line.author.name, line.body)).collect();
        assert_eq!(
            lines,
            ["A former member started this circle with Ben.", "Ben asked Keeper in.", "A former member left."]
        );
        assert_eq!(code(say(&space, ben.id, chat, "are you there?").await), Code::Archived);
        assert_eq!((left[0].body.is_empty(), left[0].deletion.is_some()), (empty, empty));
        assert_eq!(left[1].quote.as_ref().unwrap().text.is_empty(), empty);
        // The circle goes on with somebody else, and the name is free.
        channels::archive(&space, ben.id, circle, true).await.unwrap();
        let another = person(&space, "Ann").await;
        own::delete(&space, another.id, "correct horse".into(), empty).await.unwrap();
    }
}

#[tokio::test]
async fn an_invitation_can_be_withdrawn() {
    let space = space().await;
    let keeper = admin(&space).await;
    let token = accounts::invite(&space, keeper.id).await.unwrap();
    let open = keeping::invitations(&space, keeper.id).await.unwrap();
    assert_eq!((open.len(), open[0].by.as_str()), (1, "Keeper"));
    keeping::withdraw(&space, keeper.id, &open[0].id).await.unwrap();
    assert_eq!(code(keeping::withdraw(&space, keeper.id, &open[0].id).await), Code::NotFound);
    let form = accounts::Registration {
        name: "Eve".into(),
        email: "eve@example.org".into(),
        password: "correct horse".into(),
        invitation: Some(token),
    };
    assert_eq!(code(accounts::register(&space, form).await), Code::InvitationInvalid);
    let people = keeping::people(&space, keeper.id, "").await.unwrap();
    assert_eq!(people.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Keeper"]);
}
