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
/// The same where it says itself when to come back.
const ASKED: Duration = Duration::from_hours(1);
/// How long the one call that tries it out may take before another one may.
const TRIES: Duration = Duration::from_mins(2);

/// What is known of an endpoint, by this node alone.
#[derive(Debug, Default)]
pub(in crate::minds) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Failures since it last answered.
    failures: u32,
    /// Since when it is left alone, and until when.
    rests: Option<(Instant, Instant)>,
    /// How it failed last.
    why: String,
}

impl Breaker {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long it is left alone from now on; `None` where it may be asked. When a rest is over, one call tries it out, and
    /// the others wait for what comes of that.
    pub fn ask(&self, now: Instant) -> Option<Duration> {
        let mut state = self.state();
        let (_, until) = state.rests?;
        if until > now {
            return Some(until - now);
        }
        state.rests = Some((now, now + TRIES));
        None
    }

    /// How it failed last.
    pub fn why(&self) -> String {
        self.state().why.clone()
    }

    /// How long it is left alone, without asking it.
    pub fn rests(&self, now: Instant) -> Option<Duration> {
        let (_, until) = self.state().rests?;
        until.checked_duration_since(now).filter(|left| !left.is_zero())
    }

    /// It answers.
    pub fn answered(&self) {
        *self.state() = State::default();
    }

    /// A call of it, begun then, is not waited for any more: it says nothing, and another one may be made.
    pub fn let_go(&self, begun: Instant, now: Instant) {
        let_go(&mut self.state(), begun, now);
    }

    /// A call of it, begun then, has failed. What was wrong with the question alone is no failure of the endpoint, and what
    /// was begun before it was left alone says nothing new.
    pub fn failed(&self, cause: &ModelError, begun: Instant, now: Instant) {
        let mut state = self.state();
        match cause {
            ModelError::Resting { .. } => return,
            ModelError::NewCompany => return let_go(&mut state, begun, now),
            // It answers, though not this.
            cause if matches!(cause, ModelError::Wordless) || !cause.may_pass() => {
                *state = State::default();
                return;
            }
            _ if state.rests.is_some_and(|(since, _)| begun < since) => return,
            _ => {}
        }
        state.failures = state.failures.saturating_add(1);
        let again = state.failures.saturating_sub(FAILURES);
        let rest = (state.failures >= FAILURES).then(|| (REST * 2_u32.saturating_pow(again.min(8))).min(LONGEST));
        // Who says when to come back is believed, within reason.
        let until = rest.max(cause.asks_for().map(|asked| asked.min(ASKED))).map(|rest| now + rest);
        state.why = cause.to_string();
        state.rests = until.map(|until| (now, until));
    }
}

fn let_go(state: &mut State, begun: Instant, now: Instant) {
    // Only the call that tries it out is begun while it rests.
    if let Some((since, until)) = &mut state.rests
        && begun > *since
    {
        *until = now.min(*until);
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
    fn a_trial_that_is_let_go_leaves_room_for_another() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..FAILURES {
            breaker.failed(&DOWN, start, start);
        }
        let then = start + REST;
        assert_eq!(breaker.ask(then), None);
        assert!(breaker.ask(then + seconds(1)).is_some(), "one call tries it out");
        breaker.let_go(start, then + seconds(1));
        assert!(breaker.ask(then + seconds(1)).is_some(), "an older call is not the one that tries");
        breaker.let_go(then + Duration::from_millis(1), then + seconds(1));
        assert_eq!(breaker.ask(then + seconds(1)), None);
    }

    #[test]
    fn it_rests_after_three_failures_and_longer_each_time() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..2 {
            breaker.failed(&DOWN, now, now);
            assert_eq!(breaker.ask(now), None);
        }
        breaker.failed(&DOWN, now, now);
        assert_eq!(breaker.ask(now), Some(seconds(5)));
        assert_eq!(breaker.rests(now), Some(seconds(5)));
        // One tries it out.
        let later = now + seconds(5);
        assert_eq!(breaker.rests(later), None);
        assert_eq!(breaker.ask(later), None);
        assert_eq!(breaker.ask(later), Some(TRIES));
        breaker.failed(&DOWN, later, later);
        assert_eq!(breaker.ask(later), Some(seconds(10)));
        for _ in 0..20 {
            breaker.failed(&DOWN, later, later);
        }
        assert_eq!(breaker.ask(later), Some(LONGEST));
        breaker.answered();
        assert_eq!(breaker.ask(later), None);
    }

    #[test]
    fn who_says_when_to_come_back_is_believed() {
        let earlier = Instant::now();
        let (breaker, now) = (Breaker::default(), earlier + seconds(1));
        let refused = |status, after| ModelError::Refused { status, text: String::new(), retry_after: after };
        breaker.failed(&refused(429, Some(seconds(7))), now, now);
        assert_eq!(breaker.ask(now), Some(seconds(7)));
        // A call that was under way then and fails as well takes nothing back.
        breaker.failed(&DOWN, earlier, now);
        assert_eq!(breaker.ask(now), Some(seconds(7)));
        breaker.failed(&refused(503, Some(seconds(86_400))), now, now);
        assert_eq!(breaker.ask(now), Some(ASKED));
        breaker.failed(&ModelError::NewCompany, now, now);
        assert_eq!(breaker.ask(now), Some(ASKED));
        // A wrong key or an unknown model says nothing of the others' questions.
        breaker.failed(&refused(401, None), now, now);
        assert_eq!(breaker.ask(now), None);
    }
}
