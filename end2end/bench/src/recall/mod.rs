//! How fast an AI recalls that has heard 100,000 messages of a million, and whether its vectors find what comparing all of
//! them finds.

mod copy;
mod world;

use crate::Failure;
use crate::eval::{dialogues, fresh};
use crate::figures::{Latencies, rounded};
use domain::memory::{Asked, Embedder, nearest, recall};
use domain::{Space, memory};
use local::Encoder;
use model::ChannelId;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use world::Place;

/// How many questions are asked before it is measured.
const WARM: usize = 60;
/// Of how many it is compared what is nearest.
const COMPARED: usize = 15;
/// How many are wanted, as an answer wants them.
const MOST: usize = 40;

/// Measures recall in a space with a long past.
pub async fn measure() -> Result<Value, Failure> {
    let needed = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set: run `cargo xtask bench`"));
    let encoder: Arc<dyn Embedder> = Arc::new(Encoder::open(Path::new(&needed("ENCODER_DIR")?))?);
    let dialogues = dialogues::read(&needed("DIALOGUES")?)?;
    let space = fresh(&needed("DATABASE")?.parse()?, &encoder).await?;
    let begun = Instant::now();
    let place = world::fill(&space.db, &*encoder, &dialogues).await?;
    let filled = begun.elapsed();
    let questions: Vec<&str> = dialogues.iter().flat_map(|one| &one.questions).map(|one| one.text.as_str()).collect();
    let begun = Instant::now();
    ask(&space, &place, questions.first().copied().unwrap_or_default()).await?;
    let first = begun.elapsed();
    for question in questions.iter().rev().take(WARM) {
        ask(&space, &place, question).await?;
    }
    let latencies = Latencies::default();
    let mut none = 0;
    for question in &questions {
        let begun = Instant::now();
        none += usize::from(ask(&space, &place, question).await? == 0);
        latencies.add(begun.elapsed());
    }
    let (found, exact_ms) = compare(&space, &place, &*encoder, &questions).await?;
    Ok(json!({
        "p50_ms": latencies.ms(0.5),
        "p95_ms": latencies.ms(0.95),
        "vector_recall_at_10": rounded(found),
        "exact_vectors_ms": exact_ms,
        "messages": world::ROOMS * world::IN_EACH,
        "open": world::OPEN * world::IN_EACH,
        "questions": questions.len(),
        "without_an_answer": none,
        "first_ms": rounded(first.as_secs_f64() * 1_000.0),
        "filled_s": rounded(filled.as_secs_f64()),
    }))
}

async fn ask(space: &Space, place: &Place, question: &str) -> Result<usize, Failure> {
    let asked = Asked {
        entity: place.entity,
        channel: place.channel,
        question,
        language: None,
        beside: &[],
        at: world::now(),
        shown_from: i64::MAX,
        most: MOST,
    };
    Ok(recall(space, asked).await?.messages.len())
}

/// What share of the ten nearest vectors of each kind is found, and how long the database takes to compare all of one kind.
async fn compare(
    space: &Space,
    place: &Place,
    embedder: &dyn Embedder,
    questions: &[&str],
) -> Result<(f64, f64), Failure> {
    let (mut found, mut all) = (0_usize, 0_usize);
    let took = Latencies::default();
    for question in questions.iter().step_by((questions.len() / COMPARED).max(1)) {
        let Some(vector) = embedder.embed(vec![(*question).to_owned()]).await?.pop().flatten() else { continue };
        let written = format!("{vector:?}");
        let near: Vec<(ChannelId, i64)> = nearest(space, place.entity, place.channel, &vector, memory::NEAREST).await?;
        for exact in [
            "select r.channel_id, r.seq from recollections r join memberships m on m.channel_id = r.channel_id
             where m.entity_id = $1 order by r.turn <#> $2::halfvec limit 10",
            "select r.channel_id, r.seq from recollections r join memberships m on m.channel_id = r.channel_id
             where m.entity_id = $1 order by r.around <#> $2::halfvec limit 10",
        ] {
            let begun = Instant::now();
            let exact: Vec<(uuid::Uuid, i64)> =
                sqlx::query_as(exact).bind(place.entity.0).bind(&written).fetch_all(&space.db).await?;
            took.add(begun.elapsed());
            all += exact.len();
            found += exact.iter().filter(|(channel, seq)| near.contains(&(ChannelId(*channel), *seq))).count();
        }
    }
    Ok((found as f64 / all.max(1) as f64, took.ms(0.5)))
}
