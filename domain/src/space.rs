//! The space as a whole: what every function of it works with.

use crate::accounts::Passwords;
use crate::live::Hub;
use crate::messages::roster::Rosters;
use crate::messages::writer::Writers;
use crate::minds::Minds;
use crate::pace::Pace;
use crate::tasks::Bell;
use sqlx::PgPool;
use std::sync::Arc;

/// What the one who runs the space has decided.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Anybody may register, without an invitation.
    pub open_registration: bool,
    /// The sample people are here, and the pages may say so.
    pub demonstration: bool,
    /// AIs may speak.
    pub ai_enabled: bool,
    /// Messages that one member may post in a minute.
    pub posts_per_minute: u32,
}

/// The space: its database, its live streams, its minds. Cheap to clone.
#[derive(Clone)]
pub struct Space {
    /// The truth.
    pub db: PgPool,
    /// Who listens right now.
    pub live: Arc<Hub>,
    /// Hashes passwords without standing in anybody's way.
    pub passwords: Arc<Passwords>,
    /// Wakes the task pool.
    pub bell: Arc<Bell>,
    /// What AIs think with.
    pub minds: Arc<Minds>,
    /// How fast is too fast.
    pub pace: Arc<Pace>,
    /// What was decided.
    pub policy: Arc<Policy>,
    /// Who can be named where.
    pub(crate) rosters: Arc<Rosters>,
    /// Who writes where.
    pub(crate) writers: Arc<Writers>,
}

impl Space {
    /// A space on this database.
    pub fn new(db: PgPool, policy: Policy, minds: Minds) -> Self {
        Self {
            live: Hub::new(db.clone()),
            db,
            passwords: Arc::new(Passwords::new()),
            bell: Arc::new(Bell::default()),
            minds: Arc::new(minds),
            pace: Arc::new(Pace::new(policy.posts_per_minute)),
            policy: Arc::new(policy),
            rosters: Arc::default(),
            writers: Arc::default(),
        }
    }
}
