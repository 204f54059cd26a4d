//! Who is logged in where. Rows that can be ended from anywhere; the cookie's value itself is never stored.

mod lookup;
pub mod store;

pub use lookup::Lookup;

use crate::{Result, Space};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{EntityId, Me};
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// A random token of 256 bits, in letters that fit a URL.
pub fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is stored in a token's place.
pub fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A stored id as people and programs may see it.
pub(crate) fn show_id(id: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

/// A stored id as it was shown.
pub(crate) fn parse_id(shown: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(shown).ok().filter(|id| id.len() == 32)
}

/// Whether a session is still somebody's; `id` is its digest.
pub async fn is_good(space: &Space, who: EntityId, id: Vec<u8>) -> Result<bool> {
    Ok(store::still_good(&space.db, &[id]).await?.iter().any(|(_, whose)| *whose == who.0))
}

/// A session that has not expired.
#[derive(Clone, Debug)]
pub struct Session {
    /// What was kept in it.
    pub data: Value,
    /// When it expires.
    pub expires: OffsetDateTime,
    /// Whose it is, as they are now, if they may still come in.
    pub me: Option<Me>,
}
