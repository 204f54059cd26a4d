//! Chance that is always the same for the same seed.

use sha2::{Digest, Sha256};

/// Numbers that follow from a seed.
pub(super) struct Chance {
    state: [u8; 32],
    at: usize,
}

impl Chance {
    pub fn of(seed: &str) -> Self {
        Self { state: Sha256::digest(seed.as_bytes()).into(), at: 0 }
    }

    fn byte(&mut self) -> u8 {
        if self.at == self.state.len() {
            self.state = Sha256::digest(self.state).into();
            self.at = 0;
        }
        self.at += 1;
        self.state[self.at - 1]
    }

    /// A number from `low` up to `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        let share = (f64::from(self.byte()) * 256.0 + f64::from(self.byte())) / 65_536.0;
        low + share * (high - low)
    }

    /// A whole number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.between(0.0, end as f64) as usize).min(end.saturating_sub(1))
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}
