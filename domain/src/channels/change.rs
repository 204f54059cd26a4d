//! Changes of one channel that belong together: one transaction, and told in their order once they are on disk.

use super::store::{self, Locked, memberships};
use crate::entities::blocks;
use crate::live::{Expected, Told};
use crate::space::undisturbed;
use crate::{Error, Result, Space, messages};
use memberships::Standing;
use messages::Part;
use model::{Channel, ChannelId, Entity, EntityId, Event, Member, Message, Role};
use sqlx::{PgConnection, Postgres, Transaction};
use std::collections::HashMap;

/// How often memberships are locked at most, where people come in meanwhile.
const LOOKS: usize = 5;

/// What is to be told when it is on disk.
enum Changed {
    Member(EntityId, i64),
    Channel(Box<Channel>),
    Message(Box<Message>),
}

/// A change that is being made.
pub(super) struct Change {
    space: Space,
    id: ChannelId,
    work: Transaction<'static, Postgres>,
    changed: Vec<(Expected, Changed)>,
    /// Whose list of places will look another way.
    concerned: Vec<EntityId>,
}

impl Change {
    pub async fn begin(space: &Space, id: ChannelId) -> Result<Self> {
        let work = space.db.begin().await?;
        Ok(Self { space: space.clone(), id, work, changed: Vec::new(), concerned: Vec::new() })
    }

    pub fn db(&mut self) -> &mut PgConnection {
        &mut self.work
    }

    /// Locks memberships and then the channel. `None` where there is no such channel.
    pub async fn lock(&mut self, who: &[EntityId]) -> Result<Option<(Locked, HashMap<EntityId, Standing>)>> {
        sqlx::query("savepoint before_locks").execute(&mut *self.work).await?;
        for _ in 0..LOOKS {
            let standing = memberships::lock(&mut self.work, self.id, who).await?;
            let Some(channel) = store::lock_channel(&mut self.work, self.id).await? else { return Ok(None) };
            // Who came in for the first time while the channel was waited for has a row that is not locked.
            if memberships::known(&mut self.work, self.id, who).await? == standing.len() as i64 {
                return Ok(Some((channel, standing)));
            }
            sqlx::query("rollback to savepoint before_locks").execute(&mut *self.work).await?;
        }
        Err(Error::Interrupted("changing a channel"))
    }

    fn note(&mut self, changed: Changed) {
        self.changed.push((self.space.live.expect(self.id), changed));
    }

    /// Makes somebody a member.
    pub async fn seat(&mut self, who: EntityId) -> Result<()> {
        let clock = store::advance_clock(&mut self.work, self.id).await?;
        memberships::put(&mut self.work, self.id, who, clock).await?;
        self.note(Changed::Member(who, clock));
        self.concerned.push(who);
        Ok(())
    }

    /// Ends a membership.
    pub async fn unseat(&mut self, who: EntityId) -> Result<()> {
        let clock = store::advance_clock(&mut self.work, self.id).await?;
        memberships::end(&mut self.work, self.id, who, clock).await?;
        self.note(Changed::Member(who, clock));
        self.concerned.push(who);
        Ok(())
    }

    /// Gives a member another role.
    pub async fn set_role(&mut self, who: EntityId, role: Role) -> Result<()> {
        let clock = store::advance_clock(&mut self.work, self.id).await?;
        memberships::set_role(&mut self.work, self.id, who, role, clock).await?;
        self.note(Changed::Member(who, clock));
        Ok(())
    }

    /// Gives a circle a name.
    pub async fn rename(&mut self, name: &str) -> Result<()> {
        let state = store::kinds::rename(&mut self.work, self.id, name).await?;
        self.note(Changed::Channel(Box::new(state)));
        Ok(())
    }

    /// Closes the channel, or opens it again.
    pub async fn archive(&mut self, archived: bool) -> Result<Channel> {
        let state = store::kinds::archive(&mut self.work, self.id, archived).await?;
        self.note(Changed::Channel(Box::new(state.clone())));
        Ok(state)
    }

    /// Takes what is said from now on off the record, or puts it back on. `false` where it is so already.
    pub async fn set_record(&mut self, off_record: bool) -> Result<bool> {
        let Some(state) = store::kinds::set_record(&mut self.work, self.id, off_record).await? else {
            return Ok(false);
        };
        self.note(Changed::Channel(Box::new(state)));
        Ok(true)
    }

    /// Adds a line about what somebody did.
    pub async fn line(&mut self, author: &Entity, words: &[Part<'_>]) -> Result<()> {
        let message = messages::system_line(&mut self.work, self.id, author, words).await?;
        self.note(Changed::Message(Box::new(message)));
        Ok(())
    }

    /// Puts it on disk and tells everybody. A task of its own: a request that is given up leaves nobody untold.
    pub async fn commit(self) -> Result<()> {
        undisturbed("changing a channel", self.commit_now()).await
    }

    async fn commit_now(self) -> Result<()> {
        let Self { space, id, work, changed, concerned } = self;
        work.commit().await?;
        for (telling, changed) in changed {
            match changed {
                Changed::Member(who, clock) => {
                    tell_member(&space, id, who, clock, telling).await;
                }
                Changed::Channel(state) => {
                    telling.tell(Told::event(&Event::Channel { channel: id, clock: state.clock, state: *state }));
                }
                Changed::Message(message) => telling.tell(messages::told(&message)),
            }
        }
        for who in concerned {
            space.live.tell_person(who, &Event::Me);
        }
        Ok(())
    }
}

async fn tell_member(space: &Space, id: ChannelId, who: EntityId, clock: i64, telling: Expected) {
    match member_now(space, id, who).await {
        Ok(Some(member)) if member.clock == clock => {
            telling.tell(Told::event(&Event::Member { channel: id, clock, member }));
        }
        // A newer change of the same row has come between, or it could not be read: the database tells it.
        _ => telling.untold(),
    }
}

async fn member_now(space: &Space, id: ChannelId, who: EntityId) -> Result<Option<Member>> {
    store::member(&space.db, id, who, &blocks::present_to_all(&space.db, &space.live).await?).await
}
