//! Documents that AIs know: taken, read by a process of its own whatever is in them, recalled and told.

use crate::house::{Client, House, eventually};
use model::{Decision, Document, DocumentState, EntityId, FoundPassage, MindCard};
use serde_json::{Value, json};
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};
use stub_provider::Script;

/// A PDF of these objects, the first of which is its catalogue.
fn pdf(objects: &[String]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = String::new();
    for (n, object) in objects.iter().enumerate() {
        places.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend(format!("{} 0 obj\n{object}\nendobj\n", n + 1).into_bytes());
    }
    let (at, size) = (file.len(), objects.len() + 1);
    let end = format!(
        "xref\n0 {size}\n0000000000 65535 f \n{places}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n"
    );
    file.extend(end.into_bytes());
    file
}

/// One of pages that say this.
fn pages(pages: &[&str]) -> Vec<u8> {
    let kids: String = (0..pages.len()).map(|n| format!("{} 0 R ", 4 + 2 * n)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{kids}] /Count {} /MediaBox [0 0 612 792] >>", pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for (n, text) in pages.iter().enumerate() {
        let font = "<< /Font << /F1 3 0 R >> >>";
        objects.push(format!("<< /Type /Page /Parent 2 0 R /Resources {font} /Contents {} 0 R >>", 5 + 2 * n));
        let content = format!("BT /F1 12 Tf 72 720 Td ({text}) Tj ET");
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
    }
    pdf(&objects)
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut written = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        written.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        written.write_all(content).unwrap();
    }
    written.finish().unwrap().into_inner()
}

async fn learn(client: &mut Client, mind: EntityId, name: &str, file: Vec<u8>) -> crate::house::Answer {
    let request = client
        .request(reqwest::Method::POST, "/api/minds/learn")
        .query(&[("mind", mind.to_string().as_str()), ("name", name)]);
    client.send(request.header("content-type", "application/octet-stream").body(file)).await
}

/// The document of that name, once it is not waiting any more.
async fn read(client: &mut Client, mind: EntityId, name: &str) -> Document {
    let begun = Instant::now();
    loop {
        let all: Vec<Document> = client.call("minds/documents", json!({"mind": mind})).await;
        let found = all.into_iter().find(|one| one.name == name && one.state != DocumentState::Waiting);
        if let Some(found) = found {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{name} was never read");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn silas(client: &mut Client) -> EntityId {
    let all: Vec<MindCard> = client.call("minds/list", json!({})).await;
    all.iter().find(|one| one.mind.name == "Silas").unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_read_recalled_and_cited_with_its_page() {
    let (house, stub) = House::with_stub(&[("POSTS_PER_MINUTE", "1000")]).await;
    let (mut keeper, mut alice) = (Client::keeper(&house).await, Client::alice(&house).await);
    let silas = silas(&mut keeper).await;
    let book = pages(&["The Russet ripens in October.", "", "A hive is opened on warm days alone."]);
    let answer = learn(&mut keeper, silas, "Garden Book.pdf", book.clone()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let known = read(&mut keeper, silas, "Garden Book.pdf").await;
    assert_eq!(
        (known.state, known.pages, known.passages, known.title.as_str()),
        (DocumentState::Known, Some(3), 2, "Garden Book")
    );

    // What it recalls of it is shown to the model as data, and told under the answer.
    let lobby = alice.room("Lobby").await;
    let mut heard = alice.listen().await;
    stub.script(Script { text: Some("On warm days, says the Garden Book on page 3.".into()), ..Script::default() });
    let asked = alice.say(lobby, "@Silas on which days is a hive opened?").await;
    heard.message_of("Silas").await;
    let shown = stub.requests().last().unwrap()["messages"].to_string();
    assert!(shown.contains("“Garden Book”, page 3: A hive is opened on warm days alone."), "{shown}");
    assert!(!shown.contains("Russet"), "what it was not asked about stays away: {shown}");
    let decisions: Vec<Decision> =
        alice.call("messages/decisions", json!({"channel": lobby, "message": asked.id})).await;
    let recalled = &decisions[0].recalled;
    assert_eq!((recalled[0].author.as_str(), recalled[0].channel), ("“Garden Book”, page 3", None), "{decisions:?}");

    // The same file is one, whatever it is called; another one of its name takes its place.
    learn(&mut keeper, silas, "Bees.pdf", book).await;
    let renamed: Vec<Document> = keeper.call("minds/documents", json!({"mind": silas})).await;
    assert_eq!(renamed.iter().map(|one| (one.name.as_str(), one.id)).collect::<Vec<_>>(), [("Bees.pdf", known.id)]);
    learn(&mut keeper, silas, "Bees.pdf", pages(&["Bees sleep in winter."])).await;
    let newer: Vec<Document> = eventually("the newer file is read", async || {
        let all: Vec<Document> = keeper.call("minds/documents", json!({"mind": silas})).await;
        (all.len() == 1 && all[0].id != known.id).then_some(all)
    })
    .await;
    let found: Vec<FoundPassage> = keeper.call("minds/find", json!({"mind": silas, "question": "opened hive"})).await;
    assert!(found.is_empty(), "{found:?}");

    // It is for admins, and what is wrong is said.
    let refused = |answer: &crate::house::Answer| (answer.status, answer.code());
    assert_eq!(refused(&learn(&mut alice, silas, "a.txt", b"a".to_vec()).await), (403, "admin_only".into()));
    assert_eq!(
        refused(&learn(&mut Client::of(&house), silas, "a.txt", b"a".to_vec()).await),
        (401, "not_logged_in".into())
    );
    assert_eq!(refused(&learn(&mut keeper, silas, "a.exe", b"a".to_vec()).await), (422, "invalid_argument".into()));
    assert_eq!(refused(&learn(&mut keeper, silas, "a.txt", Vec::new()).await), (422, "invalid_argument".into()));
    assert_eq!(refused(&learn(&mut keeper, EntityId::new(), "a.txt", b"a".to_vec()).await), (404, "not_found".into()));
    let big = vec![b'a'; model::limits::DOCUMENT + 1];
    assert_eq!(refused(&learn(&mut keeper, silas, "a.txt", big).await), (413, "too_large".into()));
    let document = json!({"document": newer[0].id});
    assert_eq!(refused(&alice.post("minds/forget", document.clone()).await), (403, "admin_only".into()));
    keeper.call::<Value>("minds/forget", document.clone()).await;
    assert_eq!(refused(&keeper.post("minds/passages", document).await), (404, "not_found".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_document_is_read() {
    let (house, _stub) = House::with_stub(&[("POSTS_PER_MINUTE", "1000")]).await;
    let mut keeper = Client::keeper(&house).await;
    let silas = silas(&mut keeper).await;
    let docx = archive(&[(
        "word/document.xml",
        b"<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>Quinces are hard.</w:t></w:r></w:p></w:body></w:document>",
    )]);
    let epub = archive(&[
        ("META-INF/container.xml", b"<container><rootfiles><rootfile full-path='book.opf'/></rootfiles></container>"),
        (
            "book.opf",
            b"<package><manifest><item id='a' href='a.xhtml'/></manifest><spine><itemref idref='a'/></spine></package>",
        ),
        ("a.xhtml", b"<html><body><h1>Medlars</h1><p>They are eaten soft.</p></body></html>"),
    ]);
    let files: [(&str, Vec<u8>, &str); 6] = [
        ("a.txt", "Żółw śpi.".into(), "Żółw śpi."),
        ("b.md", "# Plums\n\nThey fall in *August*.".into(), "They fall in *August*."),
        ("c.html", "<h1>Figs</h1><p>They need &amp; love sun.<script>no()</script>".into(), "They need & love sun."),
        ("d.docx", docx, "Quinces are hard."),
        ("e.epub", epub, "They are eaten soft."),
        ("f.pdf", pages(&["Nuts keep."]), "Nuts keep."),
    ];
    for (name, file, _) in &files {
        assert_eq!(learn(&mut keeper, silas, name, file.clone()).await.status, 200);
    }
    for (name, _, text) in &files {
        let document = read(&mut keeper, silas, name).await;
        assert_eq!(document.state, DocumentState::Known, "{document:?}");
        let passages: Vec<FoundPassage> = keeper.call("minds/passages", json!({"document": document.id})).await;
        assert_eq!(passages[0].passage.text, *text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_document_fails_alone_and_says_why() {
    let (house, _stub) = House::with_stub(&[("POSTS_PER_MINUTE", "1000")]).await;
    let mut keeper = Client::keeper(&house).await;
    let silas = silas(&mut keeper).await;
    let zeros = vec![b'a'; 200 * 1024 * 1024];
    let bomb = archive(&[("word/document.xml", &zeros)]);
    drop(zeros);
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let catalogue = || "<< /Type /Catalog /Pages 2 0 R >>".to_owned();
    // A tree of pages whose branches lead back to its root.
    let endless = pdf(&[catalogue(), "<< /Type /Pages /Kids [2 0 R 2 0 R 2 0 R] /Count 3 >>".to_owned()]);
    let deep = pdf(&[catalogue(), format!("<< /Type /Pages /Kids {nested} /Count 1 >>")]);
    // A page that draws itself for ever.
    let drawn = "/Do1 Do";
    let itself = pdf(&[
        catalogue(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 9 9] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /Resources << /XObject << /Do1 4 0 R >> >> /Contents 4 0 R >>".to_owned(),
        format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /Do1 4 0 R >> >> /Length {} >>\nstream\n{drawn}\nendstream",
            drawn.len()
        ),
    ]);
    let many = pages(&vec!["x"; 2_001]);
    let wide = format!("<html><body>{}", "<p>".repeat(3_000_000)).into_bytes();
    let entities =
        b"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><a>&b;&b;</a>".to_vec();
    let files: Vec<(&str, Vec<u8>, &str)> = vec![
        ("bomb.docx", bomb, "too long"),
        ("endless.pdf", endless, ""),
        ("deep.pdf", deep, ""),
        ("itself.pdf", itself, ""),
        ("many.pdf", many, "at most 2,000 pages"),
        ("wide.html", wide, "no words"),
        ("entities.docx", archive(&[("word/document.xml", &entities)]), "no words"),
        ("images.pdf", pages(&["", ""]), "only images"),
        ("locked.docx", b"\xd0\xcf\x11\xe0 and so on".to_vec(), "encrypted"),
        ("broken.pdf", b"%PDF-1.7 rubbish".to_vec(), "damaged"),
        ("broken.epub", b"PK\x03\x04 rubbish".to_vec(), "damaged"),
        ("binary.txt", (0..=255).cycle().take(10_000).collect(), "damaged"),
        ("long.txt", b"word ".repeat(2 * 1024 * 1024), "too long"),
    ];
    for (name, file, _) in &files {
        assert_eq!(learn(&mut keeper, silas, name, file.clone()).await.status, 200, "{name}");
    }
    learn(&mut keeper, silas, "good.txt", b"Nuts keep.".to_vec()).await;
    for (name, _, why) in &files {
        let document = read(&mut keeper, silas, name).await;
        assert_eq!(document.state, DocumentState::Failed, "{document:?}");
        let fault = document.fault.unwrap();
        assert!(fault.contains(why) && fault.ends_with('.'), "{name}: {fault}");
        assert_eq!(document.passages, 0);
    }
    assert_eq!(
        read(&mut keeper, silas, "good.txt").await.state,
        DocumentState::Known,
        "the others are read all the same"
    );
    let (kept,): (i64,) = sqlx::query_as("select count(*) from documents where content is not null")
        .fetch_one(&house.database().await)
        .await
        .unwrap();
    assert_eq!(kept, 0, "no file is kept longer than it takes to read it");
}
