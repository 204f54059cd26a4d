//! Latencies, and requests at a steady rate.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Latencies, gathered by many.
#[derive(Clone, Default)]
pub struct Latencies(Arc<Mutex<Vec<u64>>>);

impl Latencies {
    /// Adds one.
    pub fn add(&self, latency: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(latency.as_micros() as u64);
    }

    /// Everything that was gathered so far; those who gather begin anew.
    pub fn take(&self) -> Self {
        let all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Self(Arc::new(Mutex::new(all)))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The latency, in milliseconds, that a share of all does not pass.
    pub fn ms(&self, share: f64) -> f64 {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.sort_unstable();
        let at = ((all.len() as f64 * share) as usize).min(all.len().saturating_sub(1));
        rounded(all.get(at).copied().unwrap_or(0) as f64 / 1_000.0)
    }
}

/// Two decimals are more than these machines can tell.
pub fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Does something at a steady rate, whether or not the one before is done, and says how late each was done.
pub async fn at_rate<F: Future<Output = ()> + Send + 'static>(
    per_second: f64,
    span: Duration,
    latencies: &Latencies,
    mut one: impl FnMut(usize) -> F,
) {
    let begun = Instant::now();
    let mut running = Vec::new();
    for n in 0..(per_second * span.as_secs_f64()) as usize {
        let due = begun + Duration::from_secs_f64(n as f64 / per_second);
        tokio::time::sleep_until(due.into()).await;
        let (work, latencies) = (one(n), latencies.clone());
        running.push(tokio::spawn(async move {
            work.await;
            latencies.add(due.elapsed());
        }));
    }
    for one in running {
        let _ = one.await;
    }
}
