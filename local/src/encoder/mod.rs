//! Text as a vector, on this machine: the same meaning lies close together, in whichever of the space's languages.

mod forward;
mod pieces;
mod weights;

use async_trait::async_trait;
use domain::memory::{Embedder, NoVectors};
use pieces::{Pieces, UNKNOWN};
use std::path::Path;
use std::sync::Arc;
use weights::Weights;

/// Pieces of a text that are looked at: what is longer blurs.
const LONGEST: usize = 256;
/// The piece that is nothing but a space.
const BARE: u32 = 6;

/// Why there is no encoder.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoEncoder(String);

/// The encoder of this machine.
pub struct Encoder {
    inner: Arc<Inner>,
}

struct Inner {
    pieces: Pieces,
    weights: Weights,
}

impl Inner {
    /// The vector of a text; `None` where nothing of it is known, as where there are only pictures.
    fn encode(&self, text: &str) -> Option<Vec<f32>> {
        let mut ids = self.pieces.ids(text);
        if ids.iter().all(|id| *id <= 2 || *id == BARE || *id == UNKNOWN) {
            return None;
        }
        ids.truncate(LONGEST);
        Some(forward::forward(&self.weights, &ids))
    }
}

impl Encoder {
    /// Reads the encoder from the folder that holds its vocabulary (`sp.model`) and its numbers (`weights.npz`): about a
    /// second, and 80 MB of memory.
    pub fn open(folder: &Path) -> Result<Self, NoEncoder> {
        let pieces = Pieces::read(&folder.join("sp.model"))?;
        let weights = Weights::read(&folder.join("weights.npz"))?;
        Ok(Self { inner: Arc::new(Inner { pieces, weights }) })
    }
}

#[async_trait]
impl Embedder for Encoder {
    fn name(&self) -> &'static str {
        "use-multilingual-3"
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Option<Vec<f32>>>, NoVectors> {
        let inner = self.inner.clone();
        let work = tokio::task::spawn_blocking(move || texts.iter().map(|text| inner.encode(text)).collect());
        work.await.map_err(|cause| NoVectors::Failed(cause.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoder() -> Inner {
        let folder = std::env::var("ENCODER_DIR").expect("ENCODER_DIR is set: run `cargo xtask test rules`");
        let folder = Path::new(&folder);
        Inner {
            pieces: Pieces::read(&folder.join("sp.model")).unwrap(),
            weights: Weights::read(&folder.join("weights.npz")).unwrap(),
        }
    }

    /// What the package's own program gives.
    const VECTORS: &str = include_str!("vectors.json");

    #[test]
    fn it_gives_what_the_package_gives() {
        let encoder = encoder();
        let known: Vec<(String, Vec<u32>, Vec<f32>)> = serde_json::from_str(VECTORS).unwrap();
        assert!(known.len() >= 22);
        for (text, ids, first) in known {
            assert_eq!(encoder.pieces.ids(&text), ids, "{text}");
            let vector = encoder.encode(&text).unwrap();
            assert_eq!(vector.len(), 512);
            for (at, (ours, theirs)) in vector.iter().zip(&first).enumerate() {
                assert!((ours - theirs).abs() < 1e-4, "{text}: {ours} and {theirs} at {at}");
            }
        }
        assert_eq!(encoder.encode("🦊 🌙"), None);
        assert_eq!(encoder.encode("  "), None);
        assert!(encoder.encode(&"a lamp in the wood ".repeat(500)).is_some());
    }
}
