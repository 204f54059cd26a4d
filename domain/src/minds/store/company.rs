//! Who would hear an answer.

use crate::Result;
use model::ChannelId;
use sqlx::PgExecutor;

/// Those who are in a channel, as far as an answer depends on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::minds) struct Company {
    /// From which message on all of them can read.
    pub from: i64,
    /// The newest clock of the memberships: another one, and somebody has come or gone.
    clock: i64,
}

/// What an answer rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::minds) struct Rests {
    /// For whom it was chosen.
    pub company: Company,
    /// Whether something that was said elsewhere in private is among it.
    pub private: bool,
}

impl Rests {
    /// Whether those who are there now may hear it, too.
    pub fn hold(self, now: Company) -> bool {
        now.from <= self.company.from && (!self.private || now.clock == self.company.clock)
    }
}

/// Who is in a channel now.
pub(in crate::minds) async fn company(db: impl PgExecutor<'_>, channel: ChannelId) -> Result<Company> {
    let (from, clock) = sqlx::query_as(
        "select coalesce(max(visible_from) filter (where left_seq is null), 1), coalesce(max(clock), 0)
         from memberships where channel_id = $1",
    )
    .bind(channel.0)
    .fetch_one(db)
    .await?;
    Ok(Company { from, clock })
}
