//! Passwords: argon2id, a few at a time, off the async threads.

use crate::{Error, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use model::{Code, Problem, limits};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane.
/// <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>
static ARGON2: LazyLock<Argon2<'static>> = LazyLock::new(|| {
    #[expect(clippy::unwrap_used, reason = "constants within argon2's ranges")]
    let params = Params::new(19 * 1024, 2, 1, None).unwrap();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
});

/// How many may wait for a hash before the next one is asked to come later.
const WAITING: usize = 512;

/// Checks a password's length; any characters are fine.
pub(super) fn check(password: &str) -> Result<(), Problem> {
    if limits::PASSWORD.contains(&password.chars().count()) {
        Ok(())
    } else {
        Err(Problem::argument("password", "A password has 8 to 128 characters."))
    }
}

/// Hashes and verifies passwords. At most half of the cores do so at a time: a storm of log-ins costs bounded memory
/// (19 MiB for each) and leaves the other cores to everybody else.
pub struct Passwords {
    turns: Semaphore,
    queue: Semaphore,
    /// What is verified when there is no such account, so that the answer takes as long.
    nobody: tokio::sync::OnceCell<String>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

impl Passwords {
    /// One turn for every two cores.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            turns: Semaphore::new((cores / 2).clamp(1, 8)),
            queue: Semaphore::new(WAITING),
            nobody: tokio::sync::OnceCell::new(),
        }
    }

    /// The PHC string of a password.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.in_turn(move || {
            let hash = ARGON2.hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|cause| Error::Password(cause.to_string()))
        })
        .await?
    }

    /// Whether a password belongs to a hash; without one, `false` after the same time.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => self.nobody.get_or_try_init(|| self.hash("nobody has this".to_owned())).await?.clone(),
        };
        let right = self
            .in_turn(move || {
                PasswordHash::new(&hash).is_ok_and(|hash| ARGON2.verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(right && known)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let Ok(_place) = self.queue.try_acquire() else {
            return Err(Problem::new(Code::Busy, "Many people are coming in at once. Try again in a moment.")
                .after(5)
                .into());
        };
        let _turn = self.turns.acquire().await.map_err(|_| Error::Interrupted("hashing"))?;
        tokio::task::spawn_blocking(work).await.map_err(|_| Error::Interrupted("hashing"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_and_no_other() {
        let passwords = Passwords::new();
        let hash = passwords.hash("pass wörd 🔑".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("pass wörd 🔑".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("pass word".to_owned(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("nobody has this".to_owned(), None).await.unwrap());
    }

    #[test]
    fn lengths() {
        assert!(check("1234567").is_err());
        assert!(check("12345678").is_ok());
        assert!(check(&"é".repeat(128)).is_ok());
        assert!(check(&"é".repeat(129)).is_err());
    }
}
