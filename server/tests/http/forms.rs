use crate::house::{Client, House};
use model::ClientKey;

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_without_a_script() {
    let house = House::open(&[]).await;
    let mut ada = Client::of(&house);
    let welcome = ada.page("/").await;
    assert!(welcome.status == 200 && welcome.text.contains("A clearing, with lamps"), "{}", welcome.text);
    let refused = ada
        .form(
            "/register",
            "accounts/register",
            &[("name", "alice"), ("email", "ada@example.org"), ("password", "correct horse"), ("invitation", "")],
        )
        .await;
    assert_eq!((refused.status, refused.location()), (303, "/register"));
    let again = ada.page("/register").await.text;
    assert!(
        again.contains("This name is taken") && again.contains("value=\"ada@example.org\""),
        "what was typed comes back: {again}"
    );
    assert!(!again.contains("correct horse"), "but never a password");
    let odd = ada.form("/login", "accounts/login", &[("login", "a\0b"), ("password", "x")]).await;
    assert_eq!((odd.status, odd.location()), (303, "/login"), "what cannot be kept is left out");
    assert!(!ada.page("/register").await.text.contains("This name is taken"), "and once only");
    let done = ada
        .form(
            "/register",
            "accounts/register",
            &[("name", "Ada"), ("email", "ada@example.org"), ("password", "correct horse"), ("invitation", "")],
        )
        .await;
    assert_eq!((done.status, done.location()), (303, "/rooms"));
    let rooms = ada.page("/rooms").await.text;
    assert!(rooms.contains("The Long Table") && rooms.contains("Ada"));
    let lobby = ada.room("Lobby").await;
    let path = format!("/rooms/{lobby}");
    let outside = ada.page(&path).await.text;
    assert!(
        outside.contains("Join to read") && !outside.contains("I followed the lamp"),
        "a room is read after joining"
    );
    let joined = ada.form(&path, "rooms/join", &[("room", &lobby.to_string())]).await;
    assert_eq!((joined.status, joined.location()), (303, path.as_str()));
    assert!(ada.page(&path).await.text.contains("I followed the lamp"));
    let body = "it's <3,\r\n\"so\" & שלום";
    let fields =
        [("channel", lobby.to_string()), ("client_key", ClientKey::new().to_string()), ("body", body.to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let posted = ada.form(&path, "messages/post", &fields).await;
    assert_eq!((posted.status, posted.location()), (303, path.as_str()));
    let page = ada.page(&path).await.text;
    assert!(page.contains("it's &lt;3,<br>") && page.contains("שלום"), "{page}");
    let opened = ada.open(lobby).await;
    assert_eq!(opened.page.messages.last().unwrap().body, "it's <3,\n\"so\" & שלום");
    let long = "x".repeat(4_001);
    let fields = [("channel", lobby.to_string()), ("client_key", ClientKey::new().to_string()), ("body", long)];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    ada.form(&path, "messages/post", &fields).await;
    let page = ada.page(&path).await.text;
    assert!(page.contains("at most 4,000 characters") && page.contains(&"x".repeat(4_001)), "nothing typed is lost");
    let out = ada.form(&path, "accounts/logout", &[]).await;
    assert_eq!((out.status, out.location()), (303, "/"));
    let sent_on = ada.page("/rooms").await;
    assert_eq!((sent_on.status, sent_on.location()), (302, "/login"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_protect_themselves() {
    let house = House::open(&[]).await;
    let mut guest = Client::of(&house);
    let page = guest.page("/login").await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(nonce.len() >= 16, "{policy}");
    for script in page.text.split("<script").skip(1) {
        assert!(script.split('>').next().unwrap().contains(nonce), "every script carries the page's nonce: {script}");
    }
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
    assert!(!page.text.contains(" style=\""));
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    let gone = guest.page("/no/such/page").await;
    assert!(gone.status == 404 && gone.text.contains("No path leads here"), "{gone:?}");
    let stylesheet = page
        .text
        .split("href=\"/pkg/")
        .find_map(|rest| rest.split('"').next().filter(|name| name.contains(".css")))
        .unwrap();
    let style = guest.page(&format!("/pkg/{stylesheet}")).await;
    assert!(style.status == 200 && style.headers["cache-control"].to_str().unwrap().contains("immutable"));
    for path in
        ["/favicon.svg", "/docs/", "/pictures/ai/x.svg", "/pictures/person/x.svg", "/pictures/room/4c.svg", "/healthz"]
    {
        assert_eq!(guest.page(path).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_demonstration_people_come_by_invitation() {
    let house = House::open(&[("PUBLIC_URL", "https://gathering.example")]).await;
    let printed = house.printed();
    let token =
        printed.split("invitation=").nth(1).expect("a set-up link").split_whitespace().next().unwrap().to_owned();
    let mut guest = Client::of(&house);
    assert!(guest.page("/register").await.text.contains("by invitation"));
    let register = |name: &str, invitation: &str| serde_json::json!({"name": name, "email": format!("{name}@example.org"), "password": "correct horse", "invitation": invitation});
    assert_eq!(guest.post("accounts/register", register("eve", "")).await.code(), "invitation_required");
    assert_eq!(
        guest.post("accounts/login", serde_json::json!({"login": "alice", "password": "alice123"})).await.status,
        403,
        "no sample people"
    );
    let answer = guest.post("accounts/register", register("ada", &token)).await;
    assert_eq!(answer.status, 200);
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-") && cookie.contains("Secure") && cookie.contains("HttpOnly"), "{cookie}");
    assert!(answer.headers.contains_key("strict-transport-security"));
    let link: model::accounts::Invitation = guest.call("accounts/invite", serde_json::json!({})).await;
    let token = link.link.split("invitation=").nth(1).unwrap();
    let mut second = Client::of(&house);
    assert_eq!(second.post("accounts/register", register("ben", token)).await.status, 200);
    assert_eq!(Client::of(&house).post("accounts/register", register("dan", token)).await.code(), "invitation_invalid");
}
