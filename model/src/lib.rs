//! Types that every part of the space shares, the browser included: ids, enums, requests, answers, events.
//!
//! Serde only: no I/O, no SQL, no web framework.

pub mod accounts;
pub mod channels;
pub mod documents;
pub mod entities;
pub mod events;
pub mod ids;
pub mod limits;
pub mod memories;
pub mod messages;
pub mod minds;
pub mod presence;
pub mod problem;
pub mod providers;
pub mod usage;

pub use accounts::Me;
pub use channels::{Channel, ChannelKind, History, Member, Place, Role};
pub use documents::{Document, DocumentKind, DocumentState, FoundPassage, Passage, Reading, Unreadable};
pub use entities::{Entity, EntityKind};
pub use events::{Event, Position, SyncAnswer, Synced};
pub use ids::{ChannelId, ClientKey, DocumentId, EntityId, MessageId, ProviderId, ReplyId};
pub use memories::{MemoryKind, MemoryOfMe, Remembering};
pub use messages::{Message, MessageKind, Page};
pub use minds::{
    Decision, MindCard, MindDraft, MindFile, Rehearsed, Remembered, ReplyState, Sampling, Strategy, Writing,
};
pub use presence::{Presence, Present};
pub use problem::{Code, Problem};
pub use providers::{Dialect, FoundServer, Price, Provider, ProviderDraft, Tried, Way};
pub use usage::{Spent, Used, UsedDay};
