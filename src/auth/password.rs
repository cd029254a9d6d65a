//! Passwords: argon2id, at the same cost whether the account exists or not.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

/// The fewest characters of a new password. Length protects; rules about digits and signs do not.
pub const SHORTEST: usize = 12;
/// The most bytes of a password, so that nobody makes us hash a book.
pub const LONGEST: usize = 1024;

/// Why a password was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short to resist guessing.
    #[error("Choose a password of at least {SHORTEST} characters; three or four words are good.")]
    TooShort,
    /// Longer than anyone types.
    #[error("Choose a password of at most {LONGEST} bytes.")]
    TooLong,
    /// The account's own name, or one letter again and again.
    #[error("This password is too easy to guess. Choose another; three or four words are good.")]
    TooEasy,
    /// The system gave no randomness, or hashing failed.
    #[error("The password could not be kept: {0}. Try again; if it goes on, restart the server.")]
    Unavailable(String),
}

/// Memory 19 MiB, two passes, one lane: the least that current guidance asks for, so that two small cores keep up.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// What unknown accounts are checked against, so that they cost the same.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| {
    let hash = argon2().hash_password(b"nobody has this password").ok()?;
    Some(hash.to_string())
});

/// Whether `password` is good enough to be set for `account`.
///
/// # Errors
/// What is wrong with it, in words for its owner.
pub fn check(password: &str, account: &str) -> Result<(), PasswordError> {
    if password.len() > LONGEST {
        return Err(PasswordError::TooLong);
    }
    if password.chars().count() < SHORTEST {
        return Err(PasswordError::TooShort);
    }
    let lower = password.to_lowercase();
    let mut letters = lower.chars();
    let first = letters.next();
    let one_letter = letters.all(|letter| Some(letter) == first);
    let easy = ["password", "123456789012", "qwertyuiop", "letmein"];
    let is_easy = easy
        .iter()
        .any(|easy| lower.replace(easy, "").chars().count() < 4);
    let account = account.to_lowercase();
    let is_account = !account.is_empty() && lower.replace(&account, "").chars().count() < 4;
    if one_letter || is_easy || is_account {
        return Err(PasswordError::TooEasy);
    }
    Ok(())
}

/// Hashes a password for keeping. Slow on purpose: never on a thread that serves others.
///
/// # Errors
/// When the system gives no randomness.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    argon2()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| PasswordError::Unavailable(error.to_string()))
}

/// Whether `password` is the one that was hashed. Without a hash (no such account) the same work is done and the
/// answer is no. Slow on purpose.
pub fn verify(password: &str, kept: Option<&str>) -> bool {
    let known = kept.is_some();
    let Some(hash) = kept.or(NOBODY.as_deref()) else {
        return false;
    };
    let password = if password.len() > LONGEST {
        ""
    } else {
        password
    };
    let Ok(parsed) = PasswordHash::new(hash) else {
        return false;
    };
    let same = argon2()
        .verify_password(password.as_bytes(), &parsed)
        .is_ok();
    same && known
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_password_is_known_again_and_no_other_is() {
        let kept = hash("correct horse battery").unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert!(verify("correct horse battery", Some(&kept)));
        assert!(!verify("correct horse batterY", Some(&kept)));
        assert!(!verify("", Some(&kept)));
        assert!(!verify("nobody has this password", None));
        assert!(!verify(&"x".repeat(LONGEST + 1), Some(&kept)));
        assert!(!verify("correct horse battery", Some("not a hash")));
        assert_ne!(kept, hash("correct horse battery").unwrap(), "salted");
    }

    #[test]
    fn weak_passwords_are_refused_in_words() {
        use PasswordError::{TooEasy, TooLong, TooShort};
        let cases = [
            ("", Err(TooShort)),
            ("eleven char", Err(TooShort)),
            ("aaaaaaaaaaaaaa", Err(TooEasy)),
            ("Password123", Err(TooShort)),
            ("passwordpassword", Err(TooEasy)),
            ("meera.kapoor1", Err(TooEasy)),
            ("three plain words", Ok(())),
            ("пароль из слов", Ok(())),
        ];
        for (password, expected) in cases {
            assert_eq!(check(password, "meera.kapoor"), expected, "{password}");
        }
        assert_eq!(check(&"x".repeat(2000), "m"), Err(TooLong));
    }
}
