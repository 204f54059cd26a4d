//! Who can be named in a channel: read once and kept until its members change.

use super::{mentions, store};
use crate::Result;
use model::{ChannelId, Entity, EntityId};
use sqlx::{PgExecutor, PgPool};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Most members, over all channels, that are kept.
const KEPT: usize = 200_000;

/// A channel's members at a moment.
pub(crate) struct Roster {
    /// The newest clock of its memberships: whatever changes one of them raises it.
    pub clock: i64,
    /// AIs that consider everything that is said there, called or not.
    pub unasked: Vec<EntityId>,
    /// Members, each with what their name is looked up by.
    pub members: Vec<(Entity, String)>,
}

impl Roster {
    /// A member.
    pub fn member(&self, id: EntityId) -> Option<&Entity> {
        self.members.iter().map(|(entity, _)| entity).find(|entity| entity.id == id)
    }

    /// Whom a body names, with where.
    pub fn named(&self, body: &str) -> Vec<(&Entity, mentions::Mention)> {
        let folded = mentions::fold(body);
        let candidates: Vec<&Entity> =
            self.members.iter().filter(|(_, key)| folded.contains(key.as_str())).map(|(entity, _)| entity).collect();
        if candidates.is_empty() {
            return Vec::new();
        }
        let found = mentions::find(body, candidates.iter().map(|entity| (entity.id, entity.name.as_str())));
        let who = |id| candidates.iter().copied().find(|entity| entity.id == id);
        found.into_iter().filter_map(|mention| Some((who(mention.entity)?, mention))).collect()
    }
}

/// The rosters that this node keeps. One that is out of date does no harm: a message says by its clock which one it was
/// prepared with, and is not inserted where that is not the newest.
#[derive(Default)]
pub(crate) struct Rosters(Mutex<HashMap<ChannelId, Arc<Roster>>>);

impl Rosters {
    /// A channel's roster, as it was read last or now.
    pub async fn known(&self, db: &PgPool, channel: ChannelId) -> Result<Arc<Roster>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&channel).cloned();
        match known {
            Some(known) => Ok(known),
            None => self.newest(db, channel).await,
        }
    }

    /// A channel's roster as it is now.
    pub async fn newest(&self, db: impl PgExecutor<'_>, channel: ChannelId) -> Result<Arc<Roster>> {
        let roster = Arc::new(store::roster(db, channel).await?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let others: usize = kept.values().map(|other| other.members.len() + 1).sum();
        if others + roster.members.len() > KEPT {
            kept.clear();
        }
        kept.insert(channel, roster.clone());
        Ok(roster)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::EntityKind;

    #[test]
    fn whoever_is_named_is_found_however_it_is_written() {
        let member = |name: &str| {
            let bio = String::new();
            (Entity { id: EntityId::new(), kind: EntityKind::Ai, name: name.into(), bio }, mentions::fold(name))
        };
        for (name, body) in [
            ("Işıl", "@ışıl merhaba"),
            ("Strauß", "STRAUSS?"),
            ("İpek", "ipek"),
            ("Σίλας", "ΣΊΛΑΣ"),
            ("José", "jose\u{301}"),
        ] {
            let roster = Roster { clock: 1, unasked: Vec::new(), members: vec![member(name), member("Ada")] };
            let named: Vec<&str> = roster.named(body).into_iter().map(|(entity, _)| entity.name.as_str()).collect();
            assert_eq!(named, [name], "{body}");
        }
    }
}
