//! A connection as the operator granted it: one decision about an address, how to sign in there, and how much.

use std::fmt;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::reach::PrivateNetworks;
use super::target::{Base, literal};
use crate::auth::seal::Secret;

/// One named connection, with its secrets in the clear: made from what the data file keeps for as long as runs need it.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    /// The name in the plugin's manifest.
    pub name: String,
    /// Where it leads, such as `https://repairs.example.org/api/v2`. Nothing outside this origin and path is reached.
    pub base: String,
    /// GET and what else may be sent.
    pub methods: Vec<String>,
    /// How the host signs in.
    pub credentials: Credentials,
    /// Further headers of each request.
    pub headers: Vec<(String, String)>,
    /// Certificates, as PEM, that are trusted besides the machine's own.
    pub private_ca: Option<String>,
    /// Host names, addresses and networks that may be reached although they are not on the public internet.
    pub private_network: Vec<String>,
    /// Unencrypted HTTP although the host is not one of a private network.
    pub plain_http: bool,
    /// How much and how long.
    pub limits: HttpLimits,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers may be secrets too, and authorities are long.
        f.debug_struct("Grant")
            .field("name", &self.name)
            .field("base", &self.base)
            .field("methods", &self.methods)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Grant {
    /// A connection that reads, without credentials, with the usual limits.
    pub fn new(name: impl Into<String>, base: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            base: base.into(),
            methods: vec!["GET".into()],
            credentials: Credentials::None,
            headers: Vec::new(),
            private_ca: None,
            private_network: Vec::new(),
            plain_http: false,
            limits: HttpLimits::default(),
        }
    }

    /// Whether requests could be sent as it stands; for the form on which an operator fills it in.
    ///
    /// # Errors
    /// The first thing that is wrong, and in which field.
    pub fn check(&self) -> Result<(), GrantError> {
        self.read().map(drop)
    }

    pub(super) fn read(&self) -> Result<Checked, GrantError> {
        let private =
            PrivateNetworks::read(&self.private_network).map_err(wrong("private_network"))?;
        let base = Base::read(&self.base).map_err(wrong("base"))?;
        self.guard("base", &base, &private)?;
        for method in &self.methods {
            if !METHODS.contains(&method.as_str()) {
                let why = format!(
                    "\"{}\" is not one of {}",
                    method.escape_debug(),
                    METHODS.join(", ")
                );
                return Err(GrantError {
                    field: "methods",
                    why,
                });
            }
        }
        if self.methods.is_empty() {
            return Err(GrantError {
                field: "methods",
                why: "name a method, such as GET".into(),
            });
        }
        let mut headers = Vec::new();
        for (name, value) in &self.headers {
            headers.push(header(name, value).map_err(wrong("headers"))?);
        }
        let token_url = match &self.credentials {
            Credentials::OAuth(oauth) => {
                let url = Base::read(&oauth.token_url).map_err(wrong("token_url"))?;
                self.guard("token_url", &url, &private)?;
                if oauth.client_id.is_empty() {
                    return Err(GrantError {
                        field: "client_id",
                        why: "the client id is missing".into(),
                    });
                }
                Some(url)
            }
            Credentials::Header { name, value } => {
                header(name, value.reveal()).map_err(wrong("credentials"))?;
                None
            }
            Credentials::Bearer(token) => {
                header("authorization", &format!("Bearer {}", token.reveal()))
                    .map_err(wrong("credentials"))?;
                None
            }
            Credentials::None | Credentials::Basic { .. } => None,
        };
        self.limits.check()?;
        let authorities = match &self.private_ca {
            Some(pem) => certificates(pem).map_err(wrong("private_ca"))?,
            None => Vec::new(),
        };
        Ok(Checked {
            base,
            private,
            headers,
            token_url,
            authorities,
        })
    }

    /// What is checked of an address before any name of it is resolved.
    fn guard(
        &self,
        field: &'static str,
        base: &Base,
        private: &PrivateNetworks,
    ) -> Result<(), GrantError> {
        let url = base.url();
        literal(url, private).map_err(wrong(field))?;
        let granted = private.names(url.host_str().unwrap_or_default());
        if url.scheme() == "http" && !self.plain_http && !granted {
            let why = "http:// is not encrypted: use https://, or say that plain HTTP is accepted, or grant this host as one of a private network";
            return Err(GrantError {
                field,
                why: why.into(),
            });
        }
        Ok(())
    }
}

/// How the host signs in. The plugin never sees any of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// Not at all.
    None,
    /// A header of the other system's own, such as `x-api-key`.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: Secret,
    },
    /// `Authorization: Bearer …`
    Bearer(Secret),
    /// `Authorization: Basic …`
    Basic {
        /// The account.
        user: String,
        /// Its password.
        password: Secret,
    },
    /// A token that the host fetches, keeps until it ends, and fetches anew when it is refused.
    OAuth(OAuth),
}

/// OAuth 2.0, the client's own credentials (RFC 6749, 4.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuth {
    /// Where tokens are fetched.
    pub token_url: String,
    /// The client's name.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// What to ask for; some servers want it.
    pub scope: Option<String>,
    /// Whom the token is for; a few servers want it.
    pub audience: Option<String>,
    /// The client's name and secret go into the form instead of the header, as some servers want it.
    pub in_body: bool,
}

/// How much a connection may do, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpLimits {
    /// To connect.
    pub connect: Duration,
    /// From sending to the last byte of an answer; documents have [`document`](Self::document).
    pub timeout: Duration,
    /// The same for a document that is fetched as evidence.
    pub document: Duration,
    /// Within this time some of the answer must come.
    pub stall: Duration,
    /// Bytes of an answer for the plugin.
    pub largest_body: u64,
    /// Bytes of a document.
    pub largest_document: u64,
    /// Requests of one run over this connection; a new try after a failure and a redirect count.
    pub requests: u32,
    /// Requests a second of all runs together.
    pub per_second: u32,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
            document: Duration::from_secs(300),
            stall: Duration::from_secs(10),
            largest_body: 4 << 20,
            largest_document: 256 << 20,
            // The run's own limit is the lower one, unless this connection is to have less.
            requests: 5_000,
            per_second: 10,
        }
    }
}

impl HttpLimits {
    fn check(&self) -> Result<(), GrantError> {
        let fault = |why: &str| {
            Err(GrantError {
                field: "limits",
                why: why.into(),
            })
        };
        let all = [self.connect, self.timeout, self.document, self.stall];
        if all.iter().any(Duration::is_zero) || self.requests == 0 || self.per_second == 0 {
            return fault("a limit of nothing lets nothing through");
        }
        if self.timeout > Duration::from_secs(120) || self.document > Duration::from_secs(3600) {
            return fault("an answer may take two minutes and a document an hour, not more");
        }
        if self.largest_body > 64 << 20 {
            return fault("an answer of more than 64 MB has no place in a plugin's memory");
        }
        Ok(())
    }
}

/// What is wrong with a grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct GrantError {
    /// The field, as [`Grant`] names it.
    pub field: &'static str,
    /// A sentence without its full stop.
    pub why: String,
}

fn wrong(field: &'static str) -> impl Fn(String) -> GrantError {
    move |why| GrantError { field, why }
}

/// What may be granted. Nothing opens a tunnel.
const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

/// A grant that was read.
pub(super) struct Checked {
    pub(super) base: Base,
    pub(super) private: PrivateNetworks,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) token_url: Option<Base>,
    pub(super) authorities: Vec<CertificateDer<'static>>,
}

/// The host's own headers, and those that say where a request ends.
const OURS: [&str; 10] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "keep-alive",
    "x-correlation-id",
    "accept-encoding",
];

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let shown = name.escape_debug();
    let read = HeaderName::from_bytes(name.trim().as_bytes())
        .map_err(|_| format!("\"{shown}\" is not the name of a header"))?;
    if OURS.contains(&read.as_str()) || read.as_str().starts_with("proxy-") {
        return Err(format!("the header {read} is set by Redress itself"));
    }
    if value.trim().is_empty() {
        return Err(format!("the header {read} has no value"));
    }
    let mut value = HeaderValue::from_str(value.trim()).map_err(|_| {
        format!("the value of the header {read} has characters that no header may have")
    })?;
    // Kept out of whatever the client prints.
    value.set_sensitive(true);
    Ok((read, value))
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let found = read.map_err(|error| format!("the private CA is not PEM: {error}"))?;
    if found.is_empty() {
        return Err(
            "there is no certificate in the private CA; it begins with -----BEGIN CERTIFICATE-----"
                .into(),
        );
    }
    let mut roots = rustls::RootCertStore::empty();
    for certificate in &found {
        roots
            .add(certificate.clone())
            .map_err(|error| format!("the private CA cannot be used: {error}"))?;
    }
    Ok(found)
}
