//! The space as a whole: what every function of it works with.

use crate::accounts::Passwords;
use crate::knowledge::Reader;
use crate::live::Hub;
use crate::memory::{Embedder, Sketches};
use crate::messages::insert::Given;
use crate::messages::roster::Rosters;
use crate::messages::writer::Writers;
use crate::minds::Minds;
use crate::pace::Pace;
use crate::tasks::Bell;
use crate::wire::{Hint, Nodes, Wire};
use crate::{Error, Result};
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;

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
    /// Messages that one person may post in a week, unless an admin has said otherwise; `None` for no limit.
    pub weekly_messages: Option<i32>,
    /// After how long without a sign somebody is away.
    pub away_after: Duration,
    /// How long AIs wait for what else is said before they consider it; a fifth of it where one is called by name.
    pub pause: Duration,
    /// Answers of AIs in a row, with no human between them, after which they let people speak.
    pub hops: u32,
    /// Most messages of AIs in a channel within a minute, if nobody calls them.
    pub ais_per_minute: u32,
    /// How long a room is silent before an AI with initiative may say something into it; `None`: AIs never begin.
    pub silence: Option<Duration>,
    /// Most tokens of a talk that an AI is shown, its character included.
    pub context_tokens: usize,
    /// Most tokens in a day that AIs may spend in one channel; `None` for no limit.
    pub channel_tokens: Option<i64>,
    /// Most tokens in a day that AIs may spend on what one person says; `None` for no limit.
    pub person_tokens: Option<i64>,
    /// Most money in a day, in US cents, that AIs may spend in one channel; `None` for no limit.
    pub channel_cents: Option<i64>,
    /// Most money in a day, in US cents, that AIs may spend on what one person says; `None` for no limit.
    pub person_cents: Option<i64>,
    /// How much an AI notes of a place, by the sum of its facts' importance, before it thinks about it; 0: it never does.
    pub reflects_after: f32,
    /// Where servers of models may run on this machine; what is found there is offered to admins.
    pub local_servers: Vec<String>,
}

impl Policy {
    /// What every post is given.
    pub(crate) const fn given(&self) -> Given {
        Given { weekly: self.weekly_messages, pause: self.pause }
    }
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
    /// What turns text into vectors, where there is something.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// What reads documents, where there is something.
    pub reader: Option<Arc<Reader>>,
    /// How fast is too fast.
    pub pace: Arc<Pace>,
    /// What was decided.
    pub policy: Arc<Policy>,
    /// Who can be named where.
    pub(crate) rosters: Arc<Rosters>,
    /// Who writes where.
    pub(crate) writers: Arc<Writers>,
    /// The vectors of what is remembered, as this node compares them.
    pub(crate) sketches: Arc<Sketches>,
    /// This node among the others.
    pub(crate) nodes: Arc<Nodes>,
}

impl Space {
    /// A space on this database, of which this is the only node.
    pub fn new(db: PgPool, policy: Policy, minds: Minds) -> Self {
        Self::with_nodes(db, policy, minds, Nodes::alone())
    }

    /// A space that has several nodes: they hear of each other by this wire.
    pub fn on_wire(db: PgPool, policy: Policy, minds: Minds, wire: Box<dyn Wire>) -> Self {
        Self::with_nodes(db, policy, minds, Nodes::on(wire))
    }

    fn with_nodes(db: PgPool, policy: Policy, minds: Minds, nodes: Nodes) -> Self {
        let nodes = Arc::new(nodes);
        Self {
            live: Hub::new(db.clone(), nodes.clone(), policy.away_after),
            db,
            passwords: Arc::new(Passwords::new()),
            bell: Arc::new(Bell::default()),
            minds: Arc::new(minds),
            embedder: None,
            reader: None,
            pace: Arc::new(Pace::new(policy.posts_per_minute, nodes.clone())),
            policy: Arc::new(policy),
            rosters: Arc::default(),
            writers: Arc::default(),
            sketches: Arc::default(),
            nodes,
        }
    }

    /// The same, with something that turns text into vectors.
    #[must_use]
    pub fn embedding(self, embedder: Option<Arc<dyn Embedder>>) -> Self {
        Self { embedder, ..self }
    }

    /// The same, with something that reads documents.
    #[must_use]
    pub fn reading(self, reader: Reader) -> Self {
        Self { reader: Some(Arc::new(reader)), ..self }
    }

    /// Tasks are waiting: whichever node has time takes them.
    pub fn ring(&self) {
        self.bell.ring();
        self.nodes.tell(&Hint::Ring, &[]);
    }
}

/// Does all of a piece of work though the request that it is for is given up: it is on disk and told, or neither.
pub(crate) async fn undisturbed<T: Send + 'static>(
    what: &'static str,
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    tokio::spawn(work).await.map_err(|_| Error::Interrupted(what))?
}
