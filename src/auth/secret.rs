//! Secrets that machines hold: 256 random bits, shown once, kept only as their SHA-256.
//!
//! They are random enough that a plain hash cannot be turned back, and looking one up by its hash takes the same
//! time whatever was guessed.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// What a token's secret begins with, so that one pasted somewhere is recognised for what it is.
pub const TOKEN_PREFIX: &str = "redress_";

/// A secret as its holder gets it. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// The system gave no randomness.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The system gave no random numbers ({0}). Try again; if it goes on, restart the machine.")]
pub struct NoRandomness(String);

impl Secret {
    /// A new one that begins with `prefix`.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn new(prefix: &str) -> Result<Self, NoRandomness> {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).map_err(|error| NoRandomness(error.to_string()))?;
        Ok(Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bits))))
    }

    /// The text to hand over.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What is kept of a secret: SHA-256 in lower-case hex.
pub fn kept(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// A short code that a person types from one screen into another: `7KQ2-M9XA-4TRB`, 60 bits.
///
/// # Errors
/// When the system gives no randomness.
pub fn code() -> Result<String, NoRandomness> {
    // No letters or digits that look alike; 32 of them, so that no bits are favoured.
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut bits = [0; 12];
    getrandom::fill(&mut bits).map_err(|error| NoRandomness(error.to_string()))?;
    let mut out = String::with_capacity(14);
    for (i, byte) in bits.into_iter().enumerate() {
        if i > 0 && i % 4 == 0 {
            out.push('-');
        }
        out.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    Ok(out)
}

/// Whether a typed code is the one given out, however it was spaced and cased; every letter is looked at.
pub fn same_code(typed: &str, given: &str) -> bool {
    let plain = |text: &str| -> Vec<u8> {
        text.bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|byte| byte.to_ascii_uppercase())
            .collect()
    };
    let (typed, given) = (plain(typed), plain(given));
    let differences = typed
        .iter()
        .zip(&given)
        .fold(0, |seen, (one, other)| seen | (one ^ other));
    typed.len() == given.len() && !given.is_empty() && differences == 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_secret_has_256_bits_and_does_not_show_itself() {
        let secret = Secret::new(TOKEN_PREFIX).unwrap();
        assert_eq!(secret.reveal().len(), TOKEN_PREFIX.len() + 43);
        assert_ne!(secret, Secret::new(TOKEN_PREFIX).unwrap());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(kept("abc").len(), 64);
        assert_ne!(kept(secret.reveal()), secret.reveal());
    }

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let given = code().unwrap();
        assert_eq!(given.len(), 14);
        assert!(same_code(&given.to_lowercase().replace('-', " "), &given));
        assert!(!same_code("", &given));
        assert!(!same_code("", ""));
        assert!(!same_code(&given[1..], &given));
    }
}
