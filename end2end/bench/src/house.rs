//! A server of its own, and people in it whose sessions are put into the database rather than logged in.

use crate::Failure;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sqlx::PgPool;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use uuid::Uuid;

/// A running server.
pub struct House {
    child: Child,
    data: PathBuf,
    /// Where it listens.
    pub address: String,
    /// Its database, directly.
    pub db: PgPool,
}

/// Somebody with a session.
#[derive(Clone)]
pub struct Person {
    /// Their id.
    pub id: Uuid,
    /// `session=…`
    pub cookie: String,
}

fn needed(name: &str) -> Result<String, Failure> {
    std::env::var(name).map_err(|_| format!("{name} is not set: run `cargo xtask bench`").into())
}

impl House {
    /// Starts one without AIs and without limits on posting.
    pub async fn open() -> Result<Self, Failure> {
        Self::open_with(&[("AI_FEATURES_ENABLED", "false")]).await
    }

    /// Starts one with these settings, without limits on posting.
    pub async fn open_with(settings: &[(&str, &str)]) -> Result<Self, Failure> {
        let data = std::env::temp_dir().join(format!("gathering-bench-{}", Uuid::new_v4().simple()));
        std::fs::create_dir_all(&data)?;
        let mut child = Command::new(needed("SERVER")?)
            .env("DATA_DIR", &data)
            .env("PORT", "0")
            .env("LOG", "warn")
            .env("POSTS_PER_MINUTE", "1000000")
            .env("DATABASE_CONNECTIONS", "32")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let url = output
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("open at ")?.1.trim().to_owned()));
        let address =
            url.as_deref().and_then(|url| url.split("://").nth(1)).ok_or("the server did not start")?.to_owned();
        let options = sqlx::postgres::PgConnectOptions::new_without_pgpass();
        let options = options.socket(data.canonicalize()?.join("run")).username("app").database("postgres");
        let db = domain::database::connect(options, 8).await?;
        Ok(Self { child, data, address, db })
    }

    /// New people with sessions.
    pub async fn people(&self, count: usize) -> Result<Vec<Person>, Failure> {
        let mut people = Vec::with_capacity(count);
        let mut ids = Vec::new();
        let mut keys = Vec::new();
        for _ in 0..count {
            let (id, session) = (Uuid::now_v7(), rand::random::<i128>());
            // The cookie holds the id's bytes from the little end; the table the digest of those from the big end.
            let cookie = format!("session={}", URL_SAFE_NO_PAD.encode(session.to_le_bytes()));
            keys.push(domain::sessions::digest(&URL_SAFE_NO_PAD.encode(session.to_be_bytes())));
            ids.push(id);
            people.push(Person { id, cookie });
        }
        sqlx::query("insert into entities (id, kind, name, name_key) select id, 'human', 'b' || right(id::text, 12), id::text from unnest($1::uuid[]) id")
            .bind(&ids)
            .execute(&self.db)
            .await?;
        sqlx::query("insert into accounts (entity_id, email, email_key, password_hash) select id, id::text, id::text, '' from unnest($1::uuid[]) id")
            .bind(&ids)
            .execute(&self.db)
            .await?;
        sqlx::query(
            "insert into sessions (id, entity_id, data, expires_at)
             select x.key, x.id, jsonb_build_object('entity', x.id, 'renewed', extract(epoch from now())::bigint), now() + interval '1 day'
             from unnest($1::bytea[], $2::uuid[]) as x (key, id)",
        )
        .bind(&keys)
        .bind(&ids)
        .execute(&self.db)
        .await?;
        Ok(people)
    }

    /// A new room with these people in it.
    pub async fn room(&self, people: &[Person]) -> Result<Uuid, Failure> {
        let id = Uuid::now_v7();
        let ids: Vec<Uuid> = people.iter().map(|person| person.id).collect();
        sqlx::query(
            "insert into channels (id, kind, name, name_key, capacity) values ($1, 'room', $1::text, $1::text, 10000)",
        )
        .bind(id)
        .execute(&self.db)
        .await?;
        sqlx::query(
            "insert into memberships (channel_id, entity_id, clock) select $1, id, 0 from unnest($2::uuid[]) id",
        )
        .bind(id)
        .bind(&ids)
        .execute(&self.db)
        .await?;
        Ok(id)
    }

    /// An AI that answers when it is called, in these rooms.
    pub async fn mind(&self, name: &str, rooms: &[Uuid]) -> Result<(), Failure> {
        let id = Uuid::now_v7();
        sqlx::query("insert into entities (id, kind, name, name_key) values ($1, 'ai', $2, lower($2))")
            .bind(id)
            .bind(name)
            .execute(&self.db)
            .await?;
        sqlx::query(
            "insert into minds (entity_id, system_prompt, awake, max_tokens, cooldown_s) values ($1, 'You answer.', true, 4000, 0)",
        )
        .bind(id)
        .execute(&self.db)
        .await?;
        sqlx::query(
            "insert into memberships (channel_id, entity_id, clock) select room, $1, 1 from unnest($2::uuid[]) room",
        )
        .bind(id)
        .bind(rooms)
        .execute(&self.db)
        .await?;
        Ok(())
    }

    /// Processor time of the server's process, and of its database's, so far.
    pub fn worked(&self) -> Duration {
        let postmaster = std::fs::read_to_string(self.data.join("postgres/postmaster.pid")).unwrap_or_default();
        let postmaster: u32 = postmaster.lines().next().and_then(|line| line.parse().ok()).unwrap_or(0);
        let folders = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
        let pids = folders.filter_map(|folder| folder.file_name().to_str()?.parse::<u32>().ok());
        pids.filter_map(|pid| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            // Behind the name in parentheses: state, parent, …, user and system time in hundredths of a second.
            let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
            let parent: u32 = fields.get(1)?.parse().ok()?;
            let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
            let ours = pid == self.child.id() || pid == postmaster || parent == postmaster;
            ours.then_some(Duration::from_millis(ticks * 10))
        })
        .sum()
    }

    /// The folder of the database's socket.
    pub fn socket(&self) -> Result<PathBuf, Failure> {
        Ok(self.data.canonicalize()?.join("run"))
    }

    /// Memory of the server's process, in KiB.
    pub fn memory(&self) -> u64 {
        memory_of(self.child.id())
    }
}

/// Resident memory of a process, in KiB.
pub fn memory_of(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}
