//! TLS of our own: the landlord's certificate and key from two files, taken up again when they are renewed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const ROUND: Duration = Duration::from_secs(60);

/// What tells one state of the two files from another.
type Stamp = [(SystemTime, u64); 2];

/// A certificate in use.
#[derive(Clone)]
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    now: Arc<RwLock<(TlsAcceptor, Stamp)>>,
}

impl Tls {
    /// Reads the certificate, with those that signed it after it, and its key, both in PEM.
    ///
    /// # Errors
    /// Which file is missing, is none, or does not belong to the other.
    pub fn read(certificate: &Path, key: &Path) -> anyhow::Result<Self> {
        let stamp = stamp(certificate, key)?;
        let acceptor = acceptor(certificate, key)?;
        Ok(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            now: Arc::new(RwLock::new((acceptor, stamp))),
        })
    }

    /// What greets the next connection.
    pub fn acceptor(&self) -> TlsAcceptor {
        self.now
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .clone()
    }

    /// Takes up renewed files, for as long as it is awaited. Files that do not fit leave the old ones in use.
    pub async fn keep_fresh(&self) {
        loop {
            tokio::time::sleep(ROUND).await;
            let tls = self.clone();
            let looked = tokio::task::spawn_blocking(move || tls.look()).await;
            match looked {
                Ok(Ok(true)) => tracing::info!("the renewed certificate is in use"),
                Ok(Ok(false)) => {}
                Ok(Err(error)) => tracing::error!(
                    error = format!("{error:#}"),
                    "the certificate was changed and cannot be used; the one before stays in use"
                ),
                Err(error) => tracing::error!(%error, "the certificate was not looked at"),
            }
        }
    }

    /// Takes up renewed files; tells whether there were any.
    fn look(&self) -> anyhow::Result<bool> {
        let found = stamp(&self.certificate, &self.key)?;
        let known = self.now.read().unwrap_or_else(PoisonError::into_inner).1;
        if found == known {
            return Ok(false);
        }
        let fresh = acceptor(&self.certificate, &self.key)?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = (fresh, found);
        Ok(true)
    }
}

fn stamp(certificate: &Path, key: &Path) -> anyhow::Result<Stamp> {
    let one = |path: &Path| -> anyhow::Result<(SystemTime, u64)> {
        let about = fs::metadata(path)
            .with_context(|| format!("the file {} cannot be read", path.display()))?;
        Ok((about.modified()?, about.len()))
    };
    Ok([one(certificate)?, one(key)?])
}

fn acceptor(certificate: &Path, key: &Path) -> anyhow::Result<TlsAcceptor> {
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .with_context(|| {
            format!(
                "there is no certificate in PEM in {}",
                certificate.display()
            )
        })?;
    if chain.is_empty() {
        bail!(
            "there is no certificate in PEM in {}",
            certificate.display()
        );
    }
    let secret = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("there is no private key in PEM in {}", key.display()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .with_context(|| {
            format!(
                "the key in {} does not belong to the certificate in {}",
                key.display(),
                certificate.display()
            )
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls");

    #[test]
    fn renewed_files_are_taken_up_and_files_that_do_not_fit_change_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (
            folder.path().join("cert.pem"),
            folder.path().join("key.pem"),
        );
        let put = |name: &str, to: &Path| {
            fs::copy(format!("{FIXTURES}/{name}"), to).unwrap();
        };
        put("server.pem", &certificate);
        put("server.key", &key);
        let tls = Tls::read(&certificate, &key).unwrap();
        assert!(!tls.look().unwrap(), "nothing is new");
        // The new certificate is there before its key.
        put("renewed.pem", &certificate);
        assert!(tls.look().is_err());
        put("renewed.key", &key);
        assert!(tls.look().unwrap());
        assert!(!tls.look().unwrap());
        fs::write(&certificate, "not a certificate").unwrap();
        assert!(tls.look().is_err());
        let refused = Tls::read(&certificate, &key).err().unwrap();
        assert!(
            refused.to_string().contains("no certificate in PEM"),
            "{refused}"
        );
        let missing = Tls::read(&folder.path().join("none"), &key).err().unwrap();
        assert!(missing.to_string().contains("cannot be read"), "{missing}");
    }
}
