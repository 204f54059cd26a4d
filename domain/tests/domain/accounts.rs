use crate::world::{code, person, space};
use domain::accounts::{self, Registration};
use domain::{Policy, Space, demonstration};
use model::Code;

fn form(name: &str, email: &str, password: &str) -> Registration {
    Registration { name: name.into(), email: email.into(), password: password.into(), invitation: None }
}

#[tokio::test]
async fn names_and_addresses_belong_to_one() {
    let space = space().await;
    person(&space, "Ada").await;
    for name in ["ADA", "ａｄａ", " ada "] {
        assert_eq!(
            code(accounts::register(&space, form(name, "x@y.org", "12345678")).await),
            Code::NameTaken,
            "{name}"
        );
    }
    assert_eq!(code(accounts::register(&space, form("Eve", "ADA@example.org", "12345678")).await), Code::EmailTaken);
    let (one, other) = tokio::join!(
        accounts::register(&space, form("Ben", "b1@y.org", "12345678")),
        accounts::register(&space, form("BEN", "b2@y.org", "12345678")),
    );
    assert!(one.is_ok() ^ other.is_ok(), "of two at once one gets the name");
}

#[tokio::test]
async fn logging_in_by_name_or_address() {
    let space = space().await;
    let ada = person(&space, "Ada").await;
    for login in ["Ada", "ada", "ADA@example.org", " ada@example.org "] {
        assert_eq!(accounts::log_in(&space, login, "correct horse".into()).await.unwrap(), ada);
    }
    let wrong = accounts::log_in(&space, "ada", "wrong horse".into()).await.unwrap_err().problem();
    let nobody = accounts::log_in(&space, "nobody", "correct horse".into()).await.unwrap_err().problem();
    assert_eq!(wrong, nobody, "what was wrong is not told");
}

#[tokio::test]
async fn an_invitation_lets_one_in() {
    let open = space().await;
    let closed = Space::new(
        open.db.clone(),
        Policy { open_registration: false, ..crate::world::policy() },
        domain::minds::Minds::none(),
    );
    assert_eq!(code(accounts::register(&closed, form("Ada", "a@b.org", "12345678")).await), Code::InvitationRequired);
    // Two nodes that start together make a link each.
    let links = [accounts::make_setup_link(&closed).await.unwrap(), accounts::make_setup_link(&closed).await.unwrap()];
    let invited = |name: &str| Registration {
        invitation: Some(links[usize::from(name == "Ben")].clone()),
        ..form(name, &format!("{name}@b.org"), "12345678")
    };
    let (ada, ben) =
        tokio::join!(accounts::register(&closed, invited("Ada")), accounts::register(&closed, invited("Ben")));
    let (admin, refused) = if ada.is_ok() { (ada, ben) } else { (ben, ada) };
    let admin = admin.unwrap();
    assert!(admin.is_admin, "the set-up link makes the first admin");
    assert_eq!(code(refused), Code::InvitationInvalid);
    let link = accounts::invite(&closed, admin.id).await.unwrap();
    let carol =
        accounts::register(&closed, Registration { invitation: Some(link), ..form("Carol", "c@b.org", "12345678") })
            .await
            .unwrap();
    assert!(!carol.is_admin);
    assert_eq!(code(accounts::invite(&closed, carol.id).await), Code::AdminOnly);
    let invented = Registration { invitation: Some("nonsense".into()), ..form("Dan", "d@b.org", "12345678") };
    assert_eq!(code(accounts::register(&closed, invented).await), Code::InvitationInvalid);
}

#[tokio::test]
async fn the_demonstration_is_inhabited() {
    let space = space().await;
    demonstration::open(&space).await.unwrap();
    assert!(demonstration::is_here(&space.db).await.unwrap());
    let keeper = accounts::log_in(&space, "testadmin@thegathering.com", "adminpass".into()).await.unwrap();
    assert!(keeper.is_admin);
    let alice = accounts::log_in(&space, "alice@test.com", "alice123".into()).await.unwrap();
    accounts::log_in(&space, "carol@test.com", "carol123".into()).await.unwrap();
    let places = domain::channels::places(&space, alice.id).await.unwrap();
    assert_eq!(places.len(), 4);
    let lobby = places.iter().find(|place| place.channel.name == "Lobby").unwrap();
    assert!(lobby.joined && lobby.channel.last_seq >= 5);
    let names: Vec<&str> = lobby.here.iter().map(|entity| entity.name.as_str()).collect();
    assert_eq!(names, ["Luna", "Mira", "Silas"]);
    let (tasks,): (i64,) = sqlx::query_as("select count(*) from tasks").fetch_one(&space.db).await.unwrap();
    assert_eq!(tasks, 0, "the talk that is there to be read moves nobody");
}
