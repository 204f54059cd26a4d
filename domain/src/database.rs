//! Reaching the database and bringing its tables up to date.

use crate::Result;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, SqlSafeStr};
use std::borrow::Cow;
use std::time::Duration;

macro_rules! migrations {
    ($($version:literal $name:literal),* $(,)?) => {
        &[$(($version, $name, include_str!(concat!("../../migrations/", $name, ".sql")))),*]
    };
}

const MIGRATIONS: &[(i64, &str, &str)] = migrations![1 "0001_members", 2 "0002_channels", 3 "0003_minds", 4 "0004_space", 5 "0005_chats", 6 "0006_circles", 7 "0007_messages", 8 "0008_people", 9 "0009_presence", 10 "0010_turns", 11 "0011_looks", 12 "0012_studio", 13 "0013_answers", 14 "0014_budgets", 15 "0015_initiative", 16 "0016_record", 17 "0017_providers", 18 "0018_memory", 19 "0019_turns", 20 "0020_episodes", 21 "0021_facts", 22 "0022_knowledge", 23 "0023_forgetting", 24 "0024_gists", 25 "0025_tired", 26 "0026_unsaid", 27 "0027_sketches", 28 "0028_reflections", 29 "0029_said", 30 "0030_open_calls", 31 "0031_unindexed"];

/// Opens a pool. The first connection is made at once, so a wrong address is an error here.
pub async fn connect(options: PgConnectOptions, connections: u32) -> Result<PgPool> {
    // A pool only says that it waited in vain; one connection says why.
    PgConnection::connect_with(&options).await?.close().await?;
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        // What a lost connection cost is one failed statement; a ping before each would cost a round trip for all.
        .test_before_acquire(false)
        // Each statement is a fixed string that finds its rows by an index whatever its values are: one plan does for
        // all of them, and making another each time cost posting a tenth.
        .connect_with(options.options([("jit", "off"), ("plan_cache_mode", "force_generic_plan")]))
        .await?;
    Ok(pool)
}

/// Brings the tables up to date, forward only. An advisory lock lets several nodes start together.
pub async fn migrate(db: &PgPool) -> Result<()> {
    let migrations = MIGRATIONS
        .iter()
        .map(|(version, name, sql)| {
            Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, sql.into_sql_str(), false)
        })
        .collect();
    Migrator::with_migrations(migrations).run(db).await?;
    Ok(())
}

/// Whether the database answers.
pub async fn answers(db: &PgPool) -> Result<()> {
    sqlx::query("select 1").execute(db).await?;
    Ok(())
}

/// Whether nobody has ever been here.
pub async fn is_empty(db: &PgPool) -> Result<bool> {
    let (somebody,): (bool,) = sqlx::query_as("select exists (select from entities)").fetch_one(db).await?;
    Ok(!somebody)
}

/// What the space on this database is called: the same for all its nodes. A copy of the database has the same name, so
/// it must not share a Redis with the first.
pub async fn space_id(db: &PgPool) -> Result<uuid::Uuid> {
    let (id,) = sqlx::query_as("select id from space").fetch_one(db).await?;
    Ok(id)
}

/// Creates a database next to the one that `db` is connected to, from a template if one is named.
pub async fn create(db: &PgPool, name: &str, template: Option<&str>) -> Result<()> {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let template = template.map(|name| format!(" template {}", quoted(name))).unwrap_or_default();
    let statement = format!("create database {}{template}", quoted(name));
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(db).await?;
    Ok(())
}
