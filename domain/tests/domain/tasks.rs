use crate::world::{admin, room, say, space};
use domain::Space;
use model::EntityId;
use uuid::Uuid;

/// An AI that is in no demonstration.
pub async fn ai(space: &Space, name: &str) -> EntityId {
    let id = EntityId::new();
    sqlx::query("insert into entities (id, kind, name, name_key) values ($1, 'ai', $2, lower($2))")
        .bind(id.0)
        .bind(name)
        .execute(&space.db)
        .await
        .unwrap();
    sqlx::query("insert into minds (entity_id, system_prompt) values ($1, 'Be kind.')")
        .bind(id.0)
        .execute(&space.db)
        .await
        .unwrap();
    id
}

async fn waiting(space: &Space) -> Vec<(String, serde_json::Value)> {
    sqlx::query_as("select dedup_key, payload from tasks order by created_at").fetch_all(&space.db).await.unwrap()
}

#[tokio::test]
async fn a_burst_of_mentions_is_one_consideration() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 9, &[&keeper]).await;
    let (silas, luna) = (ai(&space, "Silas").await, ai(&space, "Luna").await);
    for who in [silas, luna] {
        domain::channels::join(&space, who, id).await.unwrap();
    }
    for body in ["nobody is named", "@silas?", "silas again", "`silas`", "Luna and SILAS"] {
        say(&space, keeper.id, id, body).await.unwrap();
    }
    let asked = waiting(&space).await;
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].1["entity"], silas.to_string());
    assert_eq!(asked[1].1["entity"], luna.to_string());
    say(&space, luna, id, "I agree with Silas").await.unwrap();
    let (mentions,): (i64,) = sqlx::query_as("select count(*) from mentions").fetch_one(&space.db).await.unwrap();
    assert_eq!(mentions, 5);
    assert_eq!(waiting(&space).await.len(), 2, "what an AI says waits with the rest");
}

#[tokio::test]
async fn a_task_survives_the_one_who_claimed_it() {
    let space = space().await;
    let keeper = admin(&space).await;
    let id = room(&space, &keeper, 9, &[&keeper]).await;
    let silas = ai(&space, "Silas").await;
    domain::channels::join(&space, silas, id).await.unwrap();
    say(&space, keeper.id, id, "silas?").await.unwrap();
    // Somebody claimed it and died; meanwhile another mention came.
    sqlx::query("update tasks set lease_owner = $1, lease_until = now() - interval '1 second', attempts = 1")
        .bind(Uuid::new_v4())
        .execute(&space.db)
        .await
        .unwrap();
    say(&space, keeper.id, id, "silas!").await.unwrap();
    let stopping = tokio_util::sync::CancellationToken::new();
    let pool =
        tokio::spawn(domain::tasks::run(space.clone(), stopping.clone(), std::time::Duration::from_secs(3), false));
    // There is no model here, so considering it leaves a decision that says so.
    let decided = async {
        loop {
            let found: Option<(String, String)> =
                sqlx::query_as("select gate, reason from decisions").fetch_optional(&space.db).await.unwrap();
            match found {
                Some(found) => return found,
                None => tokio::task::yield_now().await,
            }
        }
    };
    let (gate, reason) = tokio::time::timeout(std::time::Duration::from_secs(20), decided).await.unwrap();
    let told = "Silas cannot answer: it has nothing to think with. An admin has to look at it.";
    assert_eq!((gate.as_str(), reason.as_str()), ("model", told));
    stopping.cancel();
    pool.await.unwrap();
    let (tasks,): (i64,) =
        sqlx::query_as("select count(*) from tasks where lease_owner is not null").fetch_one(&space.db).await.unwrap();
    assert_eq!(tasks, 0);
}
