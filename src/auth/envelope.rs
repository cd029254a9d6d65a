//! Backups that leave the machine, encrypted to a public key in the `age` format (`age-encryption.org/v1`), which other
//! tools open too. The private key is made once, printed nowhere, and kept where the backups are not.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use age::stream::StreamReader;
use age::x25519::{Identity, Recipient};

/// How a private key's line begins.
const PRIVATE: &str = "AGE-SECRET-KEY-1";
/// The longest file of a key.
const LONGEST: u64 = 64 * 1024;

/// Why something could not be encrypted or opened.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// No public key.
    #[error(
        "“{0}” is no public key. Give the one that `redress backup-key` printed: it begins with age1."
    )]
    Recipient(String),
    /// No private key in the file.
    #[error(
        "There is no private key in {0}. Give the file that `redress backup-key` made: a line of it begins with \
         AGE-SECRET-KEY-1."
    )]
    Identity(PathBuf),
    /// The key is another one.
    #[error(
        "This backup was encrypted to another key. Give the private key that was made with the public key in the \
         schedule of that time."
    )]
    OtherKey,
    /// Not encrypted, torn, or changed.
    #[error("This is no whole encrypted backup ({0}). Take another copy of it.")]
    Broken(String),
    /// The file or the disk.
    #[error("{0}")]
    Io(#[from] io::Error),
}

fn recipient(text: &str) -> Result<Recipient, EnvelopeError> {
    let text = text.trim();
    text.parse()
        .map_err(|_| EnvelopeError::Recipient(text.chars().take(80).collect()))
}

/// Whether `text` is a public key.
///
/// # Errors
/// [`EnvelopeError::Recipient`].
pub fn check_recipient(text: &str) -> Result<(), EnvelopeError> {
    recipient(text).map(drop)
}

/// Passes everything of `from` to `to`, encrypted to the public key `to_whom`, in constant memory.
///
/// # Errors
/// [`EnvelopeError::Recipient`], or what either side says.
pub fn encrypt(
    from: &mut dyn Read,
    to: &mut dyn Write,
    to_whom: &str,
) -> Result<(), EnvelopeError> {
    let recipient = recipient(to_whom)?;
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as _))
        .map_err(|error| EnvelopeError::Broken(error.to_string()))?;
    let mut sealed = encryptor.wrap_output(to)?;
    io::copy(from, &mut sealed)?;
    sealed.finish()?;
    Ok(())
}

/// Reads what was encrypted to the key of `identity`. What ends early or was changed is an error of the reader, never
/// a short file.
///
/// # Errors
/// [`EnvelopeError::OtherKey`], [`EnvelopeError::Broken`], or what the file says.
pub fn open<R: Read>(from: R, identity: &PrivateKey) -> Result<StreamReader<R>, EnvelopeError> {
    let broken = |error: age::DecryptError| match error {
        age::DecryptError::NoMatchingKeys => EnvelopeError::OtherKey,
        age::DecryptError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            EnvelopeError::Io(error)
        }
        error => EnvelopeError::Broken(error.to_string()),
    };
    let decryptor = age::Decryptor::new(from).map_err(broken)?;
    let identity: &dyn age::Identity = &identity.0;
    decryptor.decrypt(std::iter::once(identity)).map_err(broken)
}

/// A private key, which opens backups.
pub struct PrivateKey(Identity);

impl PrivateKey {
    /// Reads the key out of the file that [`PrivateKey::make`], or another tool of the format, wrote.
    ///
    /// # Errors
    /// [`EnvelopeError::Identity`], or what the file says.
    pub fn read(path: &Path) -> Result<Self, EnvelopeError> {
        let mut text = String::new();
        let file = std::fs::File::open(path).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        })?;
        let none = || EnvelopeError::Identity(path.to_owned());
        file.take(LONGEST)
            .read_to_string(&mut text)
            .map_err(|_| none())?;
        let mut lines = text.lines().map(str::trim);
        let line = lines
            .find(|line| line.starts_with(PRIVATE))
            .ok_or_else(none)?;
        line.parse().map(Self).map_err(|_| none())
    }

    /// Makes a new key and keeps it in a file that does not exist yet, for its owner only; gives the public key.
    ///
    /// # Errors
    /// What the disk says.
    pub fn make(path: &Path) -> Result<String, EnvelopeError> {
        let key = Identity::generate();
        let public = key.to_public().to_string();
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let mut options = OpenOptions::new();
        let options = options.write(true).create_new(true).mode(0o600);
        let mut file = options.open(path).map_err(named)?;
        let secret = key.to_string();
        let text = format!("# public key: {public}\n{}\n", secret.expose_secret());
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        Ok(public)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key(folder: &Path, name: &str) -> (String, PrivateKey) {
        let path = folder.join(name);
        let public = PrivateKey::make(&path).unwrap();
        (public, PrivateKey::read(&path).unwrap())
    }

    fn opened(bytes: &[u8], key: &PrivateKey) -> Result<Vec<u8>, EnvelopeError> {
        let mut out = Vec::new();
        let mut reader = open(bytes, key)?;
        reader
            .read_to_end(&mut out)
            .map_err(|error| EnvelopeError::Broken(error.to_string()))?;
        Ok(out)
    }

    #[test]
    fn only_its_own_key_opens_it_and_only_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (public, private) = key(folder.path(), "a");
        let (_, other) = key(folder.path(), "b");
        let plain: Vec<u8> = (0..200_000u32).map(|n| n as u8).collect();
        let mut sealed = Vec::new();
        encrypt(&mut plain.as_slice(), &mut sealed, &public).unwrap();
        assert!(sealed.starts_with(b"age-encryption.org/v1"));
        assert_eq!(opened(&sealed, &private).unwrap(), plain);
        assert!(matches!(
            opened(&sealed, &other),
            Err(EnvelopeError::OtherKey)
        ));
        for end in [0, 10, 100, 300, 70_000, sealed.len() - 1] {
            let torn = opened(&sealed[..end], &private);
            assert!(matches!(torn, Err(EnvelopeError::Broken(_))), "{end}");
        }
        let middle = sealed.len() / 2;
        sealed[middle] ^= 1;
        assert!(opened(&sealed, &private).is_err());
        assert!(opened(b"plain text", &private).is_err());
    }

    #[test]
    fn a_key_is_for_its_owner_and_never_written_over() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let public = PrivateKey::make(&path).unwrap();
        check_recipient(&public).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(PrivateKey::make(&path).is_err());
        for wrong in ["", "age1", "ssh-ed25519 AAAA", "AGE-SECRET-KEY-1"] {
            assert!(check_recipient(wrong).is_err(), "{wrong}");
        }
        std::fs::write(&path, "# nothing\n").unwrap();
        assert!(matches!(
            PrivateKey::read(&path),
            Err(EnvelopeError::Identity(_))
        ));
    }
}
