//! A connection as the data file keeps it: the operator's one decision about an address, how to sign in there, and what
//! may be sent. Secrets are sealed; nothing that leaves the desk, as JSON or in an error, has them.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::auth::seal::{Keyring, Place, SealError, Sealed, Secret};
use crate::desk::DeskError;
use crate::plugins::http::{Credentials, Grant, HttpLimits, OAuth};
use crate::plugins::manifest::Wanted;

/// What stands for a secret that is kept and not told.
pub const KEPT: &str = "(kept)";

/// A secret of a connection: typed by somebody, or sealed in the data file, or none.
///
/// As JSON it is [`KEPT`] or empty, whatever it holds, and whoever sends that back means "as it was". Only the data
/// file's own encoding has the sealed text.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Hidden {
    /// There is none.
    #[default]
    None,
    /// As it is kept.
    Sealed(Sealed),
    /// As somebody typed it; never stored so.
    Typed(Secret),
    /// Whatever is kept for this connection.
    AsItWas,
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_none() { "None" } else { "…" })
    }
}

impl Hidden {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

impl Serialize for Hidden {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_none(),
            _ if serializer.is_human_readable() => serializer.serialize_some(KEPT),
            Self::Sealed(sealed) => serializer.serialize_some(sealed),
            Self::Typed(_) | Self::AsItWas => Err(serde::ser::Error::custom(
                "a secret must be sealed before it is kept",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            let sealed = Option::<Sealed>::deserialize(deserializer)?;
            return Ok(sealed.map_or(Self::None, Self::Sealed));
        }
        Ok(match Option::<String>::deserialize(deserializer)? {
            None => Self::None,
            Some(text) if text.is_empty() => Self::None,
            Some(text) if text == KEPT => Self::AsItWas,
            Some(text) => Self::Typed(Secret::new(text)),
        })
    }
}

/// How the host signs in to the other system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// Not at all.
    #[default]
    None,
    /// A header of the other system's own; `name` is the header's, `secret` its value.
    Header,
    /// `Authorization: Bearer`, with `secret`.
    Bearer,
    /// `Authorization: Basic`, with `name` and `secret`.
    Basic,
    /// OAuth 2.0 client credentials: `name` is the client, `secret` its secret, `token_url` where tokens are fetched.
    Oauth,
}

impl SignIn {
    /// What the secret is called, where there must be one. A password may be empty: some systems want a key as the
    /// account's name and nothing behind it.
    const fn secret(self) -> Option<&'static str> {
        match self {
            Self::None | Self::Basic => None,
            Self::Header => Some("value of the header"),
            Self::Bearer => Some("token"),
            Self::Oauth => Some("client's secret"),
        }
    }
}

/// A further header that goes with every request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedHeader {
    /// Its name.
    pub name: String,
    /// Its value, kept like a secret: it often is one.
    #[serde(default)]
    pub value: Hidden,
}

/// One granted connection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Connection {
    /// The name in the plugin's manifest.
    pub name: String,
    /// Nothing outside this origin and path is reached.
    pub base_url: String,
    /// What may be sent; what the manifest asks for where empty.
    pub methods: Vec<String>,
    /// How the host signs in.
    pub sign_in: SignIn,
    /// The header's, account's or client's name.
    pub sign_in_name: String,
    /// The token, password or value.
    pub secret: Hidden,
    /// Where OAuth tokens are fetched.
    pub token_url: String,
    /// What OAuth asks for.
    pub scope: String,
    /// Whom an OAuth token is for.
    pub audience: String,
    /// Client and secret go into the form of the token request.
    pub secret_in_body: bool,
    /// Further headers.
    pub headers: Vec<FixedHeader>,
    /// Certificates, as PEM, trusted besides the machine's own.
    pub private_ca: String,
    /// Hosts and networks that may be reached although they are not on the public internet.
    pub private_network: Vec<String>,
    /// Unencrypted HTTP is accepted.
    pub plain_http: bool,
    /// Seconds for an answer; the usual where nothing is said.
    pub timeout_seconds: Option<u32>,
    /// Requests a second of all runs together; the usual where nothing is said.
    pub per_second: Option<u32>,
}

impl Connection {
    fn place<'a>(&'a self, link: &'a str, field: &'a str) -> Place<'a> {
        Place {
            owner: link,
            connection: &self.name,
            field,
        }
    }

    /// Seals what was typed, and takes what is meant to stay from `earlier`. A secret stays only while it goes to the
    /// same place: whoever changes the address must know it.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] that says which secret has to be entered.
    pub(in crate::desk) fn seal(
        &mut self,
        link: &str,
        earlier: Option<&Self>,
        keys: &Keyring,
    ) -> Result<(), DeskError> {
        let same = earlier.filter(|earlier| earlier.goes_where(self));
        let secret = std::mem::take(&mut self.secret);
        let kept = same.map(|earlier| &earlier.secret);
        self.secret = sealed(secret, kept, self.place(link, "secret"), keys, &self.name)?;
        if let Some(what) = self.sign_in.secret().filter(|_| self.secret.is_none()) {
            return Err(DeskError::Invalid {
                field: "connections",
                detail: format!(
                    "Enter the {what} of the connection {}, or choose that it needs no sign-in.",
                    self.name
                ),
            });
        }
        let mut headers = std::mem::take(&mut self.headers);
        for header in &mut headers {
            let field = header_field(&header.name);
            let kept = same.and_then(|earlier| earlier.header(&header.name));
            let value = std::mem::take(&mut header.value);
            header.value = sealed(value, kept, self.place(link, &field), keys, &self.name)?;
        }
        self.headers = headers;
        Ok(())
    }

    fn header(&self, name: &str) -> Option<&Hidden> {
        let header = self.headers.iter().find(|header| header.name == name);
        header.map(|header| &header.value)
    }

    /// Whether secrets go to the same servers, in the same way.
    fn goes_where(&self, other: &Self) -> bool {
        let origin = |url: &str| reqwest::Url::parse(url).ok().map(|url| url.origin());
        self.sign_in == other.sign_in
            && origin(&self.base_url) == origin(&other.base_url)
            && origin(&self.token_url) == origin(&other.token_url)
    }

    /// The connection with its secrets in the clear, for a run. Where nothing is said of methods, those of the manifest.
    ///
    /// # Errors
    /// A sentence for the administrator: the key is not there, or something does not fit.
    pub(in crate::desk) fn grant(
        &self,
        link: &str,
        wanted: Option<&Wanted>,
        keys: &Keyring,
    ) -> Result<Grant, String> {
        let open = |hidden: &Hidden, field: &str| match hidden {
            Hidden::Typed(secret) => Ok(secret.clone()),
            Hidden::Sealed(sealed) => keys.open(self.place(link, field), sealed),
            Hidden::None | Hidden::AsItWas => Ok(Secret::new("")),
        };
        let told = |error: SealError| format!("Connection {}: {error}", self.name);
        let secret = open(&self.secret, "secret").map_err(told)?;
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let credentials = match self.sign_in {
            SignIn::None => Credentials::None,
            SignIn::Header => Credentials::Header {
                name: self.sign_in_name.clone(),
                value: secret,
            },
            SignIn::Bearer => Credentials::Bearer(secret),
            SignIn::Basic => Credentials::Basic {
                user: self.sign_in_name.clone(),
                password: secret,
            },
            SignIn::Oauth => Credentials::OAuth(OAuth {
                token_url: self.token_url.clone(),
                client_id: self.sign_in_name.clone(),
                client_secret: secret,
                scope: given(&self.scope),
                audience: given(&self.audience),
                in_body: self.secret_in_body,
            }),
        };
        let mut headers = Vec::new();
        for header in &self.headers {
            let value = open(&header.value, &header_field(&header.name)).map_err(told)?;
            headers.push((header.name.clone(), value.reveal().to_owned()));
        }
        let methods = match wanted {
            Some(wanted) if self.methods.is_empty() => wanted.methods.clone(),
            _ if self.methods.is_empty() => vec!["GET".into()],
            _ => self.methods.clone(),
        };
        let usual = HttpLimits::default();
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let limits = HttpLimits {
            timeout: self.timeout_seconds.map_or(usual.timeout, seconds),
            per_second: self.per_second.unwrap_or(usual.per_second),
            ..usual
        };
        let grant = Grant {
            name: self.name.clone(),
            base: self.base_url.clone(),
            methods,
            credentials,
            headers,
            private_ca: given(&self.private_ca),
            private_network: self.private_network.clone(),
            plain_http: self.plain_http,
            limits,
        };
        match grant.check() {
            Ok(()) => Ok(grant),
            Err(error) => Err(format!("Connection {}: {}.", self.name, error.why)),
        }
    }
}

fn header_field(name: &str) -> String {
    format!("header:{}", name.to_ascii_lowercase())
}

fn sealed(
    given: Hidden,
    kept: Option<&Hidden>,
    place: Place<'_>,
    keys: &Keyring,
    connection: &str,
) -> Result<Hidden, DeskError> {
    match given {
        Hidden::None => Ok(Hidden::None),
        Hidden::Typed(secret) => {
            let sealed = keys.seal(place, &secret);
            sealed
                .map(Hidden::Sealed)
                .map_err(|error| DeskError::Invalid {
                    field: "connections",
                    detail: error.to_string(),
                })
        }
        Hidden::Sealed(_) | Hidden::AsItWas => match kept {
            Some(Hidden::Sealed(kept)) => Ok(Hidden::Sealed(kept.clone())),
            _ => Err(DeskError::Invalid {
                field: "connections",
                detail: format!(
                    "Enter the credentials of the connection {connection} again: they are new, or its address or \
                     way to sign in has changed."
                ),
            }),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn typed(base_url: &str) -> Connection {
        let json = serde_json::json!({
            "name": "repairs", "base_url": base_url, "sign_in": "header", "sign_in_name": "x-api-key",
            "secret": "hunter2", "headers": [{"name": "x-user", "value": "jwt"}]
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_way_to_sign_in_that_needs_a_secret_is_not_taken_without() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keyring::new(folder.path().join("keys"));
        for (sign_in, wanted) in [
            (SignIn::Header, Some("value of the header")),
            (SignIn::Bearer, Some("token")),
            (SignIn::Oauth, Some("client's secret")),
            (SignIn::Basic, None),
            (SignIn::None, None),
        ] {
            let mut connection = typed("https://repairs.example.org");
            (connection.sign_in, connection.secret) = (sign_in, Hidden::None);
            let refused = connection.seal("link", None, &keys).err();
            match (refused, wanted) {
                (Some(refused), Some(wanted)) => {
                    assert!(refused.to_string().contains(wanted), "{refused}");
                }
                (refused, wanted) => assert!(refused.is_none() && wanted.is_none()),
            }
        }
    }

    #[test]
    fn secrets_are_sealed_kept_while_they_go_to_the_same_place_and_never_told() {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keyring::new(folder.path().join("keys"));
        let mut first = typed("https://repairs.example.org/api");
        first.seal("link", None, &keys).unwrap();
        let json = serde_json::to_string(&first).unwrap();
        assert!(json.contains(KEPT) && !json.contains("hunter2"), "{json}");
        assert!(!format!("{first:?}").contains("v1."), "{first:?}");

        // Through the data file's encoding and back it is the same.
        let bytes = rmp_serde::to_vec_named(&first).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("hunter2"));
        let stored: Connection = rmp_serde::from_slice(&bytes).unwrap();
        let grant = stored.grant("link", None, &keys).unwrap();
        assert!(
            matches!(&grant.credentials, Credentials::Header { value, .. } if value.reveal() == "hunter2")
        );
        assert_eq!(grant.headers, [("x-user".to_owned(), "jwt".to_owned())]);

        // Sent back as it was told, it stays; sent elsewhere, it does not.
        let mut again: Connection = serde_json::from_str(&json).unwrap();
        again.base_url = "https://repairs.example.org/api/v2".into();
        again.seal("link", Some(&stored), &keys).unwrap();
        assert_eq!(again.secret, stored.secret);
        let mut elsewhere: Connection = serde_json::from_str(&json).unwrap();
        elsewhere.base_url = "https://evil.example.com/api".into();
        let refused = elsewhere.seal("link", Some(&stored), &keys).unwrap_err();
        assert!(
            refused.to_string().contains("Enter the credentials"),
            "{refused}"
        );

        // What was sealed for one link opens in no other.
        assert!(stored.grant("other", None, &keys).is_err());
    }

    #[test]
    fn a_typed_secret_is_never_stored() {
        assert!(rmp_serde::to_vec_named(&typed("https://a.example.org")).is_err());
    }
}
