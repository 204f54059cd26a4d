//! The page of a room with a full stretch of talk, rendered for each reader.

use crate::Failure;
use crate::figures::{Latencies, at_rate, rounded};
use crate::house::House;
use crate::http::{Connection, request};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use uuid::Uuid;

const READERS: usize = 16;
const SPAN: Duration = Duration::from_secs(8);

/// At 50 pages a second, and as many as there can be.
pub async fn measure() -> Result<Value, Failure> {
    let house = House::open().await?;
    let people = house.people(READERS).await?;
    let room = house.room(&people).await?;
    let mut writer = Connection::open(&house.address).await?;
    for n in 0..60 {
        let body = json!({"channel": room, "client_key": Uuid::new_v4(), "body": format!("line {n} of **some** talk, with a [link](https://a.example)")});
        writer
            .ask(&request("POST", "/api/messages/post", &people[n % READERS].cookie, "*/*", &body.to_string()))
            .await?;
    }
    let path = format!("/rooms/{room}");
    let mut lines = Vec::new();
    for person in &people {
        let page = request("GET", &path, &person.cookie, "text/html", "");
        lines.push((page, Arc::new(Mutex::new(Connection::open(&house.address).await?))));
    }
    let size = lines[0].1.lock().await.ask(&lines[0].0).await?;
    let latencies = Latencies::default();
    at_rate(50.0, SPAN, &latencies, |n| {
        let (page, connection) = lines[n % READERS].clone();
        async move {
            let _ = connection.lock().await.ask(&page).await;
        }
    })
    .await;
    let begun = Instant::now();
    let mut running = Vec::new();
    for (page, connection) in lines {
        running.push(tokio::spawn(async move {
            let mut done = 0_u64;
            while begun.elapsed() < SPAN && connection.lock().await.ask(&page).await.is_ok() {
                done += 1;
            }
            done
        }));
    }
    let mut pages = 0;
    for one in running {
        pages += one.await?;
    }
    Ok(json!({
        "per_s": rounded(pages as f64 / begun.elapsed().as_secs_f64()),
        "p95_ms": latencies.ms(0.95),
        "bytes": size,
    }))
}
