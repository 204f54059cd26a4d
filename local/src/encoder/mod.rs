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
/// Pieces of several texts that are looked at together: 10 MB of numbers.
const TOGETHER: usize = 512;
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
    /// The vector of each text; `None` where nothing of it is known, as where there are only pictures.
    fn encode(&self, texts: &[String]) -> Vec<Option<Vec<f32>>> {
        let mut vectors = vec![None; texts.len()];
        let mut together: (Vec<usize>, Vec<Vec<u32>>) = Default::default();
        let mut pieces = 0;
        for (at, text) in texts.iter().enumerate() {
            let mut ids = self.pieces.ids(text);
            ids.truncate(LONGEST);
            if ids.iter().all(|id| *id <= 2 || *id == BARE || *id == UNKNOWN) {
                continue;
            }
            if pieces + ids.len() > TOGETHER {
                self.forward(&mut vectors, std::mem::take(&mut together));
                pieces = 0;
            }
            pieces += ids.len();
            together.0.push(at);
            together.1.push(ids);
        }
        self.forward(&mut vectors, together);
        vectors
    }

    fn forward(&self, vectors: &mut [Option<Vec<f32>>], (places, texts): (Vec<usize>, Vec<Vec<u32>>)) {
        for (at, vector) in places.into_iter().zip(forward::forward(&self.weights, &texts)) {
            vectors[at] = Some(vector);
        }
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
        let work = tokio::task::spawn_blocking(move || inner.encode(&texts));
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
        let texts: Vec<String> = known.iter().map(|(text, ..)| text.clone()).collect();
        let together = encoder.encode(&texts);
        for ((text, ids, first), together) in known.into_iter().zip(together) {
            assert_eq!(encoder.pieces.ids(&text), ids, "{text}");
            let vector = one(&encoder, &text).unwrap();
            assert_eq!(vector.len(), 512);
            for (at, (ours, theirs)) in vector.iter().zip(&first).enumerate() {
                assert!((ours - theirs).abs() < 1e-4, "{text}: {ours} and {theirs} at {at}");
            }
            for (alone, together) in vector.iter().zip(together.unwrap()) {
                assert!((alone - together).abs() < 1e-5, "{text}: {alone} alone, {together} among others");
            }
        }
        assert_eq!(encoder.encode(&["🦊 🌙".into(), "  ".into()]), [None, None]);
        assert!(one(&encoder, &"a lamp in the wood ".repeat(500)).is_some());
        let many: Vec<String> = (0..90).map(|at| format!("lamp number {at} in the wood").repeat(at % 7)).collect();
        for (at, vector) in encoder.encode(&many).into_iter().enumerate() {
            let alone = one(&encoder, &many[at]);
            assert_eq!(vector.is_some(), at % 7 > 0);
            let far =
                vector.iter().flatten().zip(alone.iter().flatten()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(far < 1e-5, "{far} at {at}");
        }
    }

    fn one(encoder: &Inner, text: &str) -> Option<Vec<f32>> {
        encoder.encode(&[text.to_owned()]).remove(0)
    }
}
