//! Keys of providers at rest: sealed by the space's secret, each to the provider and the address that it is for.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use secrecy::{ExposeSecret, SecretString};

/// What the key is made for: nothing else that comes from the same secret is alike.
const PURPOSE: &[u8] = b"the gathering: keys of providers";

/// Seals and opens keys.
pub struct Seal(RandomizedNonceKey);

impl Seal {
    /// By a secret of the space: what was sealed by another one cannot be opened.
    pub fn new(secret: &SecretString) -> Self {
        let mut key = [0; 32];
        let source = Salt::new(HKDF_SHA256, PURPOSE).extract(secret.expose_secret().as_bytes());
        let filled = source.expand(&[b"AES-256-GCM"], HKDF_SHA256).and_then(|material| material.fill(&mut key));
        let made = filled.and_then(|()| RandomizedNonceKey::new(&AES_256_GCM, &key));
        // 32 bytes are asked of a function that gives up to 8,160, for an algorithm that takes 32.
        #[expect(clippy::expect_used, reason = "the lengths are constants that fit")]
        Self(made.expect("a key of 32 bytes"))
    }

    /// Seals a key for a purpose: nonce, then the sealed bytes. `None` where there is no randomness to be had.
    pub fn seal(&self, key: &str, purpose: &str) -> Option<Vec<u8>> {
        let mut bytes = key.as_bytes().to_vec();
        let nonce = self.0.seal_in_place_append_tag(Aad::from(purpose.as_bytes()), &mut bytes).ok()?;
        Some([nonce.as_ref().as_slice(), &bytes].concat())
    }

    /// The key that was sealed for this purpose by the same secret.
    pub fn open(&self, sealed: &[u8], purpose: &str) -> Option<SecretString> {
        let (nonce, bytes) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut bytes = bytes.to_vec();
        let opened = self.0.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut bytes).ok()?;
        String::from_utf8(opened.to_vec()).ok().map(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_by_its_secret_and_for_its_purpose_alone() {
        let seal = Seal::new(&"s".repeat(32).into());
        let sealed = seal.seal("sk-sesame", "here").unwrap();
        assert!(!sealed.windows(6).any(|bytes| bytes == b"sesame"));
        assert_ne!(sealed, seal.seal("sk-sesame", "here").unwrap());
        assert_eq!(seal.open(&sealed, "here").unwrap().expose_secret(), "sk-sesame");
        assert!(seal.open(&sealed, "there").is_none());
        assert!(Seal::new(&"t".repeat(32).into()).open(&sealed, "here").is_none());
        assert!(seal.open(&sealed[..20], "here").is_none() && seal.open(&[], "here").is_none());
    }
}
