//! A provider that fails again and again is left alone for a while: nobody waits for what will not come.

use crate::minds::provider::ModelError;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row after which it rests.
const FAILURES: u32 = 3;
/// How long it rests at first; twice as long each time that it fails again after that.
const REST: Duration = Duration::from_secs(5);
/// How long it rests at most.
const LONGEST: Duration = Duration::from_mins(5);
/// How long the one call that tries it out may take before another one may.
const TRIES: Duration = Duration::from_mins(2);

/// What is known of an endpoint, by this node alone.
#[derive(Debug, Default)]
pub(in crate::minds) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Failures since it last answered.
    failures: u32,
    /// Until when it is left alone.
    rests_until: Option<Instant>,
}

impl Breaker {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long it is left alone from now on; `None` where it may be asked. When a rest is over, one call tries it out, and
    /// the others wait for what comes of that.
    pub fn ask(&self, now: Instant) -> Option<Duration> {
        let mut state = self.state();
        let until = state.rests_until?;
        if until > now {
            return Some(until - now);
        }
        state.rests_until = Some(now + TRIES);
        None
    }

    /// How long it is left alone, without asking it.
    pub fn rests(&self, now: Instant) -> Option<Duration> {
        self.state().rests_until?.checked_duration_since(now).filter(|left| !left.is_zero())
    }

    /// It has answered.
    pub fn answered(&self) {
        *self.state() = State::default();
    }

    /// It has failed. What was wrong with the question alone is no failure of the endpoint.
    pub fn failed(&self, cause: &ModelError, now: Instant) {
        let mut state = self.state();
        if !cause.may_pass() {
            // It answers, though not this.
            *state = State::default();
            return;
        }
        state.failures = state.failures.saturating_add(1);
        let again = state.failures.saturating_sub(FAILURES);
        let rest = (state.failures >= FAILURES).then(|| REST * 2_u32.saturating_pow(again.min(8)));
        // Who says when to come back is believed.
        let told = match cause {
            ModelError::Refused { retry_after, .. } => *retry_after,
            _ => None,
        };
        state.rests_until = rest.max(told).map(|rest| now + rest.min(LONGEST));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOWN: ModelError = ModelError::CutOff;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn it_rests_after_three_failures_and_longer_each_time() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..2 {
            breaker.failed(&DOWN, now);
            assert_eq!(breaker.ask(now), None);
        }
        breaker.failed(&DOWN, now);
        assert_eq!(breaker.ask(now), Some(seconds(5)));
        assert_eq!(breaker.rests(now), Some(seconds(5)));
        // One tries it out.
        let later = now + seconds(5);
        assert_eq!(breaker.rests(later), None);
        assert_eq!(breaker.ask(later), None);
        assert_eq!(breaker.ask(later), Some(TRIES));
        breaker.failed(&DOWN, later);
        assert_eq!(breaker.ask(later), Some(seconds(10)));
        for _ in 0..20 {
            breaker.failed(&DOWN, later);
        }
        assert_eq!(breaker.ask(later), Some(LONGEST));
        breaker.answered();
        assert_eq!(breaker.ask(later), None);
    }

    #[test]
    fn who_says_when_to_come_back_is_believed() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        let refused = |status, after| ModelError::Refused { status, text: String::new(), retry_after: after };
        breaker.failed(&refused(429, Some(seconds(7))), now);
        assert_eq!(breaker.ask(now), Some(seconds(7)));
        breaker.failed(&refused(503, Some(seconds(86_400))), now);
        assert_eq!(breaker.ask(now), Some(LONGEST));
        // A wrong key or an unknown model says nothing of the others' questions.
        breaker.failed(&refused(401, None), now);
        assert_eq!(breaker.ask(now), None);
    }
}
