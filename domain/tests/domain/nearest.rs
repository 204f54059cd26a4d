//! That what is nearest is found however little of all may be seen.

use crate::tasks::ai;
use crate::world::{admin, guest, room, space};
use async_trait::async_trait;
use domain::Space;
use domain::memory::{Embedder, NoVectors, nearest, sketch};
use model::{ChannelId, EntityId};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use uuid::Uuid;

const DIMENSION: usize = 256;
/// Messages in all.
const ALL: i64 = 20_000;
/// How many are wanted.
const WANTED: usize = 150;

/// Its vectors are put into the database rather than made.
struct Given;

#[async_trait]
impl Embedder for Given {
    fn name(&self) -> &'static str {
        "given"
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Option<Vec<f32>>>, NoVectors> {
        Ok(vec![None; texts.len()])
    }
}

fn noise(random: &mut StdRng) -> Vec<f32> {
    (0..DIMENSION).map(|_| (0..4).map(|_| random.random_range(-1.0..1.0_f32)).sum()).collect()
}

/// A vector around one of some middles, as those of texts are.
fn vector(random: &mut StdRng) -> Vec<f32> {
    let mut middle = StdRng::seed_from_u64(random.random_range(0..60));
    let mut vector: Vec<f32> = noise(&mut middle).iter().zip(noise(random)).map(|(a, b)| a + b).collect();
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|number| *number /= length);
    vector
}

/// Has so many messages said in a channel, and gives them vectors.
async fn fill(space: &Space, random: &mut StdRng, author: EntityId, channel: ChannelId, count: i64) {
    let vectors: Vec<Vec<f32>> = (0..count).map(|_| vector(random)).collect();
    let ids: Vec<Uuid> = (0..count).map(|_| Uuid::now_v7()).collect();
    let mut work = space.db.begin().await.unwrap();
    sqlx::query(
        "insert into messages (id, channel_id, seq, clock, author_id, body, html, client_key)
         select id, $2, n, n, $3, '', '', id from unnest($1::uuid[]) with ordinality as x (id, n)",
    )
    .bind(&ids)
    .bind(channel.0)
    .bind(author.0)
    .execute(&mut *work)
    .await
    .unwrap();
    sqlx::query(
        "insert into recollections (message_id, channel_id, seq, stretch, said_at, author_id, language, terms, counts, length,
                                    embedder, turn, around, turn_sketch, around_sketch, made)
         select id, $2, n, 1, now(), $3, 'en', '{}', '{}', 0, 'given', vector::halfvec, vector::halfvec, sketch, sketch,
                nextval('vectors_made')
         from unnest($1::uuid[], $4::text[], $5::bytea[]) with ordinality as x (id, vector, sketch, n)",
    )
    .bind(&ids)
    .bind(channel.0)
    .bind(author.0)
    .bind(vectors.iter().map(|vector| format!("{vector:?}")).collect::<Vec<String>>())
    .bind(vectors.iter().map(|vector| sketch(vector)).collect::<Vec<Vec<u8>>>())
    .execute(&mut *work)
    .await
    .unwrap();
    work.commit().await.unwrap();
}

/// How many of the ten nearest are found, and how many in all.
async fn found(space: &Space, mind: EntityId, channel: ChannelId, question: &[f32]) -> (usize, usize) {
    let near = nearest(space, mind, channel, question, WANTED).await.unwrap();
    let exact: Vec<(Uuid, i64)> = sqlx::query_as(
        "select r.channel_id, r.seq from recollections r join memberships m on m.channel_id = r.channel_id
         where m.entity_id = $1 and not exists (
            select from forgotten f where f.message_id = r.message_id and f.entity_id = $1)
         order by r.turn <#> $2::halfvec limit 10",
    )
    .bind(mind.0)
    .bind(format!("{question:?}"))
    .fetch_all(&space.db)
    .await
    .unwrap();
    assert!(near.iter().all(|(place, _)| *place == channel), "nothing of elsewhere");
    let known = exact.iter().filter(|(place, seq)| near.contains(&(ChannelId(*place), *seq))).count();
    (known + 10 - exact.len(), near.len())
}

#[tokio::test]
async fn what_is_nearest_is_found_however_little_may_be_seen() {
    let space = space().await.embedding(Some(Arc::new(Given)));
    let mut random = StdRng::seed_from_u64(9);
    let (keeper, ada) = (admin(&space).await, guest(&space, "ada").await);
    let mut minds = Vec::new();
    for (name, share) in [("Tenth", 10), ("Hundredth", 100), ("Thousandth", 1_000)] {
        let channel = room(&space, &keeper, 9, &[&keeper]).await;
        let mind = ai(&space, name).await;
        domain::channels::join(&space, mind, channel).await.unwrap();
        fill(&space, &mut random, ada, channel, ALL / share).await;
        minds.push((mind, channel, (ALL / share) as usize));
    }
    let elsewhere = room(&space, &keeper, 9, &[&keeper]).await;
    fill(&space, &mut random, ada, elsewhere, ALL - ALL / 10 - ALL / 100 - ALL / 1_000).await;
    sqlx::query("analyze").execute(&space.db).await.unwrap();
    for (mind, channel, open) in &minds {
        let mut known = 0;
        for _ in 0..20 {
            let (ten, all) = found(&space, *mind, *channel, &vector(&mut random)).await;
            assert!(all >= WANTED.min(*open), "{all} of {open}");
            known += ten;
        }
        assert!(known >= 196, "{known} of 200, of {open}");
    }

    // Of most of it nothing is known any more, and some of it is gone.
    let (mind, channel, _) = minds[0];
    sqlx::query(
        "insert into forgotten (message_id, entity_id, by_id)
         select message_id, $1, $3 from recollections where channel_id = $2 and seq % 10 <> 0",
    )
    .bind(mind.0)
    .bind(channel.0)
    .bind(ada.0)
    .execute(&space.db)
    .await
    .unwrap();
    sqlx::query("delete from recollections where channel_id = $1 and seq % 20 = 0")
        .bind(channel.0)
        .execute(&space.db)
        .await
        .unwrap();
    let mut known = 0;
    for _ in 0..20 {
        let (ten, all) = found(&space, mind, channel, &vector(&mut random)).await;
        assert_eq!(all, 100, "all that is left");
        known += ten;
    }
    assert!(known >= 196, "{known} of 200");
}
