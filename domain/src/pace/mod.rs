//! How fast is too fast, by address, account and member. Each node counts, and tells the others what it counted: so the
//! limits hold for the space, and while the wire is down at least for each node.

use crate::wire::{Hint, Nodes};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use model::{Code, EntityId, Problem};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// A name or an address as it is counted: nobody else needs to read it.
type Known = [u8; 16];

/// What was counted for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Counted {
    /// A log-in, from where and as whom.
    LogIn(IpAddr, Known),
    /// A registration.
    Register(IpAddr, Known),
    /// A post.
    Post(EntityId),
}

fn known(name: &str) -> Known {
    let digest = Sha256::digest(crate::entities::key(name).as_bytes());
    std::array::from_fn(|n| digest[n])
}

/// The limits.
pub struct Pace {
    nodes: Arc<Nodes>,
    log_in_from: DefaultKeyedRateLimiter<IpAddr>,
    log_in_as: DefaultKeyedRateLimiter<Known>,
    register_from: DefaultKeyedRateLimiter<IpAddr>,
    register_as: DefaultKeyedRateLimiter<Known>,
    post: DefaultKeyedRateLimiter<EntityId>,
    typing: DefaultKeyedRateLimiter<EntityId>,
    sync: DefaultKeyedRateLimiter<EntityId>,
}

/// `burst` at once, then one for each `every`.
fn limiter<K: Hash + Eq + Clone>(burst: u32, every: Duration) -> DefaultKeyedRateLimiter<K> {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::with_period(every).unwrap_or_else(|| Quota::per_second(burst)).allow_burst(burst);
    RateLimiter::keyed(quota)
}

fn check<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K, message: &str) -> Result<(), Problem> {
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        let seconds = wait.as_secs() as u32 + 1;
        Problem::new(Code::RateLimited, format!("{message} Try again in {seconds} s.")).after(seconds)
    })
}

impl Pace {
    /// The usual limits, with so many posts a minute for each member.
    pub(crate) fn new(posts_per_minute: u32, nodes: Arc<Nodes>) -> Self {
        let posts = posts_per_minute.max(1);
        Self {
            nodes,
            log_in_from: limiter(30, Duration::from_secs(2)),
            log_in_as: limiter(10, Duration::from_secs(6)),
            register_from: limiter(20, Duration::from_secs(30)),
            register_as: limiter(10, Duration::from_secs(30)),
            post: limiter(posts.div_ceil(3), Duration::from_mins(1) / posts),
            typing: limiter(5, Duration::from_secs(1)),
            sync: limiter(60, Duration::from_millis(200)),
        }
    }

    /// Before a password is looked at. An IPv6 address counts as its /64: one household, one provider's customer.
    pub fn log_in(&self, from: IpAddr, login: &str) -> Result<(), Problem> {
        let (from, login) = (household(from), known(login));
        check(&self.log_in_from, &from, "Too many log-ins from this address.")?;
        check(&self.log_in_as, &login, "Too many log-ins with this name.")?;
        self.tell(Counted::LogIn(from, login));
        Ok(())
    }

    /// Before the password of somebody who is logged in is looked at once more.
    pub(crate) fn log_in_as(&self, who: &str) -> Result<(), Problem> {
        check(&self.log_in_as, &known(who), "Too many tries.")
    }

    /// Before a registration is looked at.
    pub fn register(&self, from: IpAddr, email: &str) -> Result<(), Problem> {
        let (from, email) = (household(from), known(email));
        check(&self.register_from, &from, "Too many registrations from this address.")?;
        check(&self.register_as, &email, "Too many registrations with this e-mail address.")?;
        self.tell(Counted::Register(from, email));
        Ok(())
    }

    /// Before a message is looked at.
    pub fn post(&self, who: EntityId) -> Result<(), Problem> {
        check(&self.post, &who, "That was a lot at once.")?;
        self.tell(Counted::Post(who));
        Ok(())
    }

    fn tell(&self, what: Counted) {
        self.nodes.tell(&Hint::Counted { what }, &[]);
    }

    /// Counts what another node has let pass.
    pub(crate) fn count(&self, what: &Counted) {
        match what {
            Counted::LogIn(from, login) => {
                let _ = self.log_in_from.check_key(from);
                let _ = self.log_in_as.check_key(login);
            }
            Counted::Register(from, email) => {
                let _ = self.register_from.check_key(from);
                let _ = self.register_as.check_key(email);
            }
            Counted::Post(who) => {
                let _ = self.post.check_key(who);
            }
        }
    }

    /// Before others are told that somebody writes.
    pub fn typing(&self, who: EntityId) -> Result<(), Problem> {
        check(&self.typing, &who, "Others know that you are writing.")
    }

    /// Before a browser is brought up to date.
    pub fn sync(&self, who: EntityId) -> Result<(), Problem> {
        check(&self.sync, &who, "That was asked too often.")
    }

    /// Forgets those who have not been seen for as long as their limit remembers.
    pub fn forget(&self) {
        self.log_in_from.retain_recent();
        self.log_in_as.retain_recent();
        self.register_from.retain_recent();
        self.register_as.retain_recent();
        self.post.retain_recent();
        self.typing.retain_recent();
        self.sync.retain_recent();
    }
}

fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let mut segments = v6.segments();
            segments[4..].fill(0);
            IpAddr::V6(segments.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_by_address_and_by_account() {
        let pace = Pace::new(6, Arc::new(Nodes::alone()));
        let home: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..10 {
            pace.log_in(home, "Ada").unwrap();
        }
        let refused = pace.log_in(home, " ADA ").unwrap_err();
        assert_eq!(refused.code, Code::RateLimited);
        assert!(refused.retry_after.is_some_and(|s| (1..=7).contains(&s)));
        pace.log_in(home, "Ben").unwrap();
        for _ in 0..10 {
            pace.register(home, "ada@example.org").unwrap();
        }
        assert!(pace.register("192.0.2.2".parse().unwrap(), "ADA@example.org").is_err());
        pace.register(home, "ben@example.org").unwrap();
        let (who, other, elsewhere) = (EntityId::new(), EntityId::new(), EntityId::new());
        pace.count(&Counted::Post(elsewhere));
        pace.post(elsewhere).unwrap();
        assert!(pace.post(elsewhere).is_err(), "what another node let pass counts here too");
        pace.post(who).unwrap();
        pace.post(who).unwrap();
        assert!(pace.post(who).is_err());
        pace.post(other).unwrap();
        assert_eq!(household("2001:db8::1".parse().unwrap()), household("2001:db8::2".parse().unwrap()));
        assert_eq!(household("::ffff:192.0.2.1".parse().unwrap()), home);
    }
}
