//! Posting, beside pgbench running the same transaction at the same concurrency on the same database.

use crate::Failure;
use crate::figures::{Latencies, at_rate, rounded};
use crate::house::{House, Person};
use crate::http::{Connection, request};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use uuid::Uuid;

const POSTERS: usize = 16;
const ROOMS: usize = 10;
const SPAN: Duration = Duration::from_secs(10);

fn post(room: Uuid, cookie: &str) -> Vec<u8> {
    let body =
        json!({"channel": room, "client_key": Uuid::new_v4(), "body": "good evening, it is quiet here"}).to_string();
    request("POST", "/api/messages/post", cookie, "*/*", &body)
}

/// What pgbench reaches with the same writes: the counters advanced, the message and nothing else.
fn limit(house: &House, rooms: &[Uuid], people: &[Person]) -> Result<f64, Failure> {
    let rooms: Vec<String> = rooms.iter().map(|room| format!("'{room}'")).collect();
    let people: Vec<String> = people.iter().map(|person| format!("'{}'", person.id)).collect();
    let script = format!(
        "\\set room random(1, {})\n\\set who random(1, {})\n\
         with author as (
            select entity_id from memberships where channel_id = (array[{rooms}]::uuid[])[:room]
              and entity_id = (array[{people}]::uuid[])[:who] and left_seq is null for share
         ), bumped as (
            update channels c set last_seq = c.last_seq + 1, clock = c.clock + 1 from author
            where c.id = (array[{rooms}]::uuid[])[:room] and c.archived_at is null returning c.id, c.last_seq, c.clock
         )
         insert into messages (id, channel_id, seq, clock, author_id, body, html, client_key)
         select gen_random_uuid(), id, last_seq, clock, (array[{people}]::uuid[])[:who], 'good evening, it is quiet here',
                '<p>good evening, it is quiet here</p>', gen_random_uuid() from bumped;\n",
        rooms.len(),
        people.len(),
        rooms = rooms.join(","),
        people = people.join(","),
    );
    let file = std::env::temp_dir().join(format!("gathering-bench-{}.sql", std::process::id()));
    std::fs::write(&file, script)?;
    let programs = std::env::var("PG_BIN").map_err(|_| "PG_BIN is not set: run `cargo xtask bench`")?;
    let output = Command::new(Path::new(&programs).join("pgbench"))
        .args([
            "-n",
            "-c",
            &POSTERS.to_string(),
            "-j",
            "2",
            "-T",
            &SPAN.as_secs().to_string(),
            "-M",
            "prepared",
            "-U",
            "app",
            "-f",
        ])
        .arg(&file)
        .arg("-h")
        .arg(house.socket()?)
        .arg("postgres")
        .output()?;
    let _ = std::fs::remove_file(&file);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let tps = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok());
    tps.ok_or_else(|| format!("pgbench said {said}{}", String::from_utf8_lossy(&output.stderr)).into())
}

async fn saturate(house: &House, rooms: &[Uuid], people: &[Person]) -> Result<f64, Failure> {
    let done = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut running = Vec::new();
    for (n, person) in people.iter().enumerate() {
        let (mut connection, done) = (Connection::open(&house.address).await?, done.clone());
        let (rooms, cookie) = (rooms.to_vec(), person.cookie.clone());
        running.push(tokio::spawn(async move {
            let mut next = n;
            while begun.elapsed() < SPAN {
                if connection.ask(&post(rooms[next % rooms.len()], &cookie)).await.is_err() {
                    return;
                }
                done.fetch_add(1, Ordering::Relaxed);
                next += 1;
            }
        }));
    }
    for one in running {
        one.await?;
    }
    Ok(done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64())
}

/// Measures the limit before and after the space, and takes the mean of both: the machine is not steady.
pub async fn measure() -> Result<Value, Failure> {
    let house = House::open().await?;
    let people = house.people(POSTERS).await?;
    let mut rooms = Vec::new();
    for _ in 0..ROOMS {
        rooms.push(house.room(&people).await?);
    }
    let before = limit(&house, &rooms, &people)?;
    let reached = saturate(&house, &rooms, &people).await?;
    let after = limit(&house, &rooms, &people)?;
    let limit = f64::midpoint(before, after);
    let mut lines = Vec::new();
    for person in &people {
        lines.push((person.cookie.clone(), Arc::new(Mutex::new(Connection::open(&house.address).await?))));
    }
    let latencies = Latencies::default();
    at_rate((limit / 2.0).min(reached * 0.8), SPAN, &latencies, |n| {
        let (cookie, connection) = lines[n % lines.len()].clone();
        let room = rooms[n % rooms.len()];
        async move {
            let _ = connection.lock().await.ask(&post(room, &cookie)).await;
        }
    })
    .await;
    Ok(json!({
        "per_s": reached.round(),
        "p50_ms": latencies.ms(0.5),
        "p99_ms": latencies.ms(0.99),
        "limit_per_s": limit.round(),
        "ratio": rounded(reached / limit),
    }))
}
