//! Secrets that the program itself must use, such as the password of another system: sealed in the data file, under a
//! key that is not in it.
//!
//! The key is a small file beside the data file, made the first time something is sealed and readable by its owner
//! alone. A copy of the data file is therefore no copy of anybody's password; a restored data file without its key file
//! works, and says which credentials have to be entered again. What is sealed for one place cannot be opened in another:
//! the place is part of what is authenticated.

use std::fmt;
use std::fs;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A secret in the clear, for as long as it is used. It cannot be printed, and what held it is overwritten.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes a secret that somebody typed or a system gave.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into_bytes())
    }

    /// The text itself: to be put where it is needed and nowhere else.
    pub fn reveal(&self) -> &str {
        // Made from a String only; an empty text is the harmless answer to what cannot happen.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether there is anything in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let differences = self.0.iter().zip(&other.0).fold(0, |d, (a, b)| d | (a ^ b));
        self.0.len() == other.0.len() && differences == 0
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        // Without somebody who looks, the compiler may leave the zeros out.
        black_box(&self.0);
    }
}

/// What a secret belongs to. One that was sealed for one place opens in no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The link, or whatever else has connections.
    pub owner: &'a str,
    /// The connection's name.
    pub connection: &'a str,
    /// Which of its secrets: "token", "password", …
    pub field: &'a str,
}

impl Place<'_> {
    /// Told apart by lengths, so that no two places read alike.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"redress-seal/1".to_vec();
        for part in [self.owner, self.connection, self.field] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

/// A sealed secret, as the data file keeps it: `v1.KEY.DATA`, where KEY tells which key it was sealed under.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// Why a secret could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key file is not there.
    #[error(
        "The key file {0} is missing, so the credentials kept in the data file cannot be read. Put the file back from where it is kept, or enter the credentials again."
    )]
    NoKey(PathBuf),
    /// The key file holds another key.
    #[error(
        "These credentials were sealed under another key than the one in {0}. Put the right key file back, or enter the credentials again."
    )]
    OtherKey(PathBuf),
    /// Other accounts of the machine can read it.
    #[error(
        "The key file {path} can be read by other accounts of this machine (its mode is {mode:o}). Run: chmod 600 {path}"
    )]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is not a key file.
    #[error(
        "The file {0} is not a key file of Redress. Name the right one with --key-file, or move this one away and enter the credentials again."
    )]
    NotAKey(PathBuf),
    /// The system would not read or write it.
    #[error("The key file {path} cannot be used: {error}.")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: String,
    },
    /// The sealed text was changed, or moved from another connection.
    #[error("The credentials of this connection cannot be read; enter them again.")]
    Damaged,
    /// No random numbers.
    #[error(
        "The system gave no random numbers ({0}). Try again; if it goes on, restart the machine."
    )]
    NoRandomness(String),
}

/// Where the key of a data file is kept when nobody says otherwise: beside it, with `.key` after its name.
pub fn key_beside(data: &Path) -> PathBuf {
    let mut name = data.file_name().unwrap_or_default().to_os_string();
    name.push(".key");
    data.with_file_name(name)
}

/// Seals and opens. Nothing is read or made before it is needed, so a missing key never keeps the program from starting.
pub struct Keyring {
    path: PathBuf,
    key: Mutex<Option<Key>>,
}

#[derive(Clone)]
struct Key {
    key: LessSafeKey,
    /// Tells keys apart; a hash, so it tells nothing else.
    name: String,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Keyring {
    /// Uses the key in this file; it is made there when the first secret is sealed.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            key: Mutex::new(None),
        }
    }

    /// The key file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Seals a secret for a place.
    ///
    /// # Errors
    /// When the key file cannot be read or made.
    pub fn seal(&self, place: Place<'_>, secret: &Secret) -> Result<Sealed, SealError> {
        let key = self.key(true)?;
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut bytes = secret.0.clone();
        key.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.bytes()),
                &mut bytes,
            )
            .map_err(|_| SealError::Damaged)?;
        let mut sealed = nonce.to_vec();
        sealed.append(&mut bytes);
        Ok(Sealed(format!(
            "v1.{}.{}",
            key.name,
            URL_SAFE_NO_PAD.encode(sealed)
        )))
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// When the key is missing or another, or the sealed text is not what was sealed for this place. All of them say
    /// that the credentials are to be entered again.
    pub fn open(&self, place: Place<'_>, sealed: &Sealed) -> Result<Secret, SealError> {
        let mut parts = sealed.0.splitn(3, '.');
        let (Some("v1"), Some(name), Some(data)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(SealError::Damaged);
        };
        let key = self.key(false)?;
        if name != key.name {
            return Err(SealError::OtherKey(self.path.clone()));
        }
        let mut bytes = URL_SAFE_NO_PAD
            .decode(data)
            .map_err(|_| SealError::Damaged)?;
        let Some((nonce, sealed)) = bytes.split_first_chunk_mut::<NONCE_LEN>() else {
            return Err(SealError::Damaged);
        };
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = key
            .key
            .open_in_place(nonce, Aad::from(place.bytes()), sealed)
            .map_err(|_| SealError::Damaged)?;
        let secret = String::from_utf8(plain.to_vec()).map_err(|_| SealError::Damaged);
        plain.fill(0);
        Ok(Secret::new(secret?))
    }

    fn key(&self, make: bool) -> Result<Key, SealError> {
        let mut kept = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*kept {
            return Ok(key.clone());
        }
        let key = match self.read() {
            Err(SealError::NoKey(_)) if make => {
                self.make()?;
                // Another program may have made one at the same moment; whichever lies there counts.
                self.read()?
            }
            read => read?,
        };
        *kept = Some(key.clone());
        Ok(key)
    }

    fn read(&self) -> Result<Key, SealError> {
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => SealError::NoKey(self.path.clone()),
            _ => self.file(error),
        };
        let not_a_key = || SealError::NotAKey(self.path.clone());
        let found = fs::metadata(&self.path).map_err(failed)?;
        if !found.is_file() || found.len() > 4096 {
            return Err(not_a_key());
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = found.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                return Err(SealError::Exposed {
                    path: self.path.clone(),
                    mode,
                });
            }
        }
        let text = Secret(fs::read(&self.path).map_err(failed)?);
        let coded = text
            .reveal()
            .lines()
            .find_map(|line| line.strip_prefix(KEY_LINE))
            .ok_or_else(not_a_key)?;
        let bytes = Secret(STANDARD.decode(coded.trim()).map_err(|_| not_a_key())?);
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes.0).map_err(|_| not_a_key())?;
        let mut named = Sha256::new_with_prefix(b"redress-key-name/1");
        named.update(&bytes.0);
        Ok(Key {
            key: LessSafeKey::new(key),
            name: hex::encode(&named.finalize()[..4]),
        })
    }

    /// Writes a new key beside its place and moves it there whole; a key that is there already stays.
    fn make(&self) -> Result<(), SealError> {
        let bits = Secret(random::<32>()?.to_vec());
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let write = || -> io::Result<()> {
            // Readable by its owner alone from the beginning.
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            let text = Secret::new(format!(
                "{KEY_NOTE}{KEY_LINE}{}\n",
                STANDARD.encode(&bits.0)
            ));
            file.write_all(&text.0)?;
            file.as_file().sync_all()?;
            match file.persist_noclobber(&self.path) {
                Err(lost) if lost.error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(lost.error);
                }
                _ => {}
            }
            #[cfg(unix)]
            fs::File::open(folder)?.sync_all()?;
            Ok(())
        };
        write().map_err(|error| self.file(error))
    }

    fn file(&self, error: io::Error) -> SealError {
        SealError::File {
            path: self.path.clone(),
            error: error.to_string(),
        }
    }
}

const KEY_LINE: &str = "redress-key/1 ";
const KEY_NOTE: &str = "# The credentials of connections in the Redress data file are sealed under this key.\n\
     # Keep a copy, but not beside the backups of the data file.\n";

fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| SealError::NoRandomness(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HERE: Place<'_> = Place {
        owner: "L1",
        connection: "repairs",
        field: "token",
    };

    #[test]
    fn what_is_sealed_opens_in_its_own_place_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = key_beside(&folder.path().join("redress.redb"));
        assert!(path.ends_with("redress.redb.key"));
        let keys = Keyring::new(&path);
        let secret = Secret::new("s3cret-Ünïcode");
        let sealed = keys.seal(HERE, &secret).unwrap();
        assert_eq!(keys.open(HERE, &sealed).unwrap().reveal(), "s3cret-Ünïcode");
        // Twice the same secret does not look the same.
        assert_ne!(keys.seal(HERE, &secret).unwrap(), sealed);
        for place in [
            Place {
                owner: "L2",
                ..HERE
            },
            Place {
                connection: "people",
                ..HERE
            },
            Place {
                field: "password",
                ..HERE
            },
            Place {
                owner: "L",
                connection: "1repairs",
                ..HERE
            },
        ] {
            assert_eq!(keys.open(place, &sealed).unwrap_err(), SealError::Damaged);
        }
        // A new start reads the same key, and the data file's text survives its JSON.
        let again: Sealed = serde_json::from_str(&serde_json::to_string(&sealed).unwrap()).unwrap();
        assert_eq!(Keyring::new(&path).open(HERE, &again).unwrap(), secret);
    }

    #[test]
    fn nothing_shows_itself() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keyring::new(folder.path().join("k"));
        let secret = Secret::new("hunter2-hunter2");
        let sealed = keys.seal(HERE, &secret).unwrap();
        let shown = format!("{secret:?} {sealed:?} {keys:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("v1."),
            "{shown}"
        );
        assert!(!serde_json::to_string(&sealed).unwrap().contains("hunter2"));
    }

    #[test]
    fn changed_text_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keyring::new(folder.path().join("k"));
        let sealed = keys.seal(HERE, &Secret::new("a secret")).unwrap();
        for at in [sealed.0.len() - 3, sealed.0.len() / 2] {
            let mut bytes = sealed.0.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = Sealed(String::from_utf8(bytes).unwrap());
            assert_eq!(keys.open(HERE, &changed).unwrap_err(), SealError::Damaged);
        }
        for text in ["", "v1", "v1..", "v2.x.y", "v1.00000000.AAAA"] {
            assert!(keys.open(HERE, &Sealed(text.into())).is_err(), "{text}");
        }
    }

    #[test]
    fn a_lost_key_is_told_and_a_new_one_is_made_for_new_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k");
        let sealed = Keyring::new(&path).seal(HERE, &Secret::new("old")).unwrap();
        fs::remove_file(&path).unwrap();
        let keys = Keyring::new(&path);
        let told = keys.open(HERE, &sealed).unwrap_err();
        assert_eq!(told, SealError::NoKey(path.clone()));
        assert!(
            told.to_string().contains("enter the credentials again"),
            "{told}"
        );
        assert!(!path.exists(), "opening makes no key");
        let new = keys.seal(HERE, &Secret::new("new")).unwrap();
        assert_eq!(keys.open(HERE, &new).unwrap().reveal(), "new");
        let told = keys.open(HERE, &sealed).unwrap_err();
        assert_eq!(told, SealError::OtherKey(path));
        assert!(
            told.to_string().contains("enter the credentials again"),
            "{told}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k");
        Keyring::new(&path).seal(HERE, &Secret::new("x")).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let told = Keyring::new(&path)
            .seal(HERE, &Secret::new("x"))
            .unwrap_err();
        assert!(told.to_string().contains("chmod 600"), "{told}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "something else").unwrap();
        let told = Keyring::new(&path)
            .seal(HERE, &Secret::new("x"))
            .unwrap_err();
        assert_eq!(told, SealError::NotAKey(path));
    }

    #[test]
    fn two_who_make_the_key_at_once_share_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k");
        let sealed: Vec<Sealed> = std::thread::scope(|scope| {
            let path = &path;
            let made: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(move || Keyring::new(path).seal(HERE, &Secret::new("x")).unwrap())
                })
                .collect();
            made.into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let keys = Keyring::new(&path);
        for sealed in sealed {
            assert_eq!(keys.open(HERE, &sealed).unwrap().reveal(), "x");
        }
    }
}
