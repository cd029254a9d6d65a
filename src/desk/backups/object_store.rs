//! An object store that speaks the S3 protocol: sending a file to it in parts, listing, removing. Waits for each answer
//! on the thread that calls.

use std::io::{self, Write};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use reqwest::header::{ETAG, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, StatusCode, Url, redirect};
use rusty_s3::actions::{
    AbortMultipartUpload, CompleteMultipartUpload, CompleteMultipartUploadResponse,
    CreateMultipartUpload, DeleteObject, HeadObject, ListObjectsV2, PutObject, S3Action,
    UploadPart,
};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use tokio::runtime::Handle;

/// What is sent at once at least, and held in memory meanwhile.
const PART: u64 = 16 << 20;
/// The most parts of a file; a store takes 10,000.
const PARTS: u64 = 9_000;
/// How long a signature holds.
const SIGNED_FOR: Duration = Duration::from_secs(15 * 60);
/// How long one request may take.
const LONGEST: Duration = Duration::from_secs(10 * 60);
/// How long to wait before each further try.
const TRIES: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_secs(1),
    Duration::from_secs(4),
];
/// The longest answer that is read.
const LONGEST_ANSWER: usize = 4 << 20;
/// The most objects of ours that are looked at.
const MOST: usize = 100_000;

/// Why the store did not do something.
#[derive(Debug, thiserror::Error)]
pub enum ObjectStoreError {
    /// The address makes no sense.
    #[error(
        "“{0}” is no address of an object store. Give it as its provider does, such as \
         https://s3.eu-west-2.amazonaws.com."
    )]
    Address(String),
    /// It would go in the clear.
    #[error(
        "Backups go to an object store over https only; http is for one on this machine itself."
    )]
    Clear,
    /// It does not answer.
    #[error("The object store cannot be reached: {0}. Check the address and the network.")]
    Away(String),
    /// It refuses.
    #[error(
        "The object store answered {status} ({says}). Check the bucket’s name, its region, and what the access key may \
         do: list, read, write and delete."
    )]
    Refused {
        /// Its status.
        status: u16,
        /// Its own word for it.
        says: String,
    },
    /// What it says makes no sense.
    #[error("The object store’s answer makes no sense ({0}). Is it one that speaks S3?")]
    Nonsense(String),
    /// It does not have what was sent.
    #[error("The object store has {found} bytes of {name} where {sent} were sent.")]
    Short {
        /// Which object.
        name: String,
        /// What was sent.
        sent: u64,
        /// What is there.
        found: u64,
    },
}

impl From<ObjectStoreError> for io::Error {
    fn from(error: ObjectStoreError) -> Self {
        Self::other(error)
    }
}

/// Where a store is and how to sign for it.
pub struct Account<'a> {
    /// Its address.
    pub address: &'a str,
    /// Its region, as it is signed for.
    pub region: &'a str,
    /// The bucket.
    pub bucket: &'a str,
    /// The name of the access key.
    pub access_key: &'a str,
    /// Its secret.
    pub secret: &'a str,
}

/// A bucket that can be used.
pub struct ObjectStore {
    client: Client,
    bucket: Bucket,
    credentials: Credentials,
    runtime: Handle,
}

/// An answer that is no refusal.
struct Answer {
    headers: HeaderMap,
    text: String,
}

/// Whether an address is one that backups may be sent to.
///
/// # Errors
/// [`ObjectStoreError::Address`] or [`ObjectStoreError::Clear`].
pub fn check_address(address: &str) -> Result<Url, ObjectStoreError> {
    let wrong = || ObjectStoreError::Address(address.chars().take(100).collect());
    let url: Url = address.parse().map_err(|_| wrong())?;
    let host = url.host_str().ok_or_else(wrong)?.to_owned();
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err(wrong());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if ["localhost", "127.0.0.1", "[::1]"].contains(&host.as_str()) => Ok(url),
        "http" => Err(ObjectStoreError::Clear),
        _ => Err(wrong()),
    }
}

impl ObjectStore {
    /// Gets ready to ask; asks nothing yet. `runtime` does the waiting, so no thread of it may call what follows.
    ///
    /// # Errors
    /// [`ObjectStoreError::Address`] or [`ObjectStoreError::Clear`], or that encryption cannot be set up.
    pub fn new(account: &Account<'_>, runtime: Handle) -> Result<Self, ObjectStoreError> {
        let address = check_address(account.address)?;
        let of_amazon = address
            .host_str()
            .is_some_and(|host| host.ends_with(".amazonaws.com"));
        let style = match of_amazon {
            true => UrlStyle::VirtualHost,
            false => UrlStyle::Path,
        };
        let (name, region) = (account.bucket.to_owned(), account.region.to_owned());
        let bucket = Bucket::new(address, style, name, region)
            .map_err(|error| ObjectStoreError::Address(error.to_string()))?;
        // The client takes the process's provider; whoever was first has set the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("Redress/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(15))
            .timeout(LONGEST)
            .build()
            .map_err(|error| ObjectStoreError::Away(deepest(&error)))?;
        Ok(Self {
            client,
            bucket,
            credentials: Credentials::new(account.access_key, account.secret),
            runtime,
        })
    }

    /// Signs an action and carries it out; what may pass is tried again.
    fn ask<'a, A: S3Action<'a>>(
        &self,
        method: &Method,
        action: &A,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Answer, ObjectStoreError> {
        let mut last = ObjectStoreError::Away("it was not asked".into());
        for wait in TRIES {
            std::thread::sleep(wait);
            let request = self
                .client
                .request(method.clone(), action.sign(SIGNED_FOR))
                .headers(headers.clone())
                .body(body.to_vec());
            match self.runtime.block_on(answered(request)) {
                Ok(answer) => return Ok(answer),
                Err(error) if error.may_pass() => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// Every object whose name begins with `prefix`, with its size in bytes.
    ///
    /// # Errors
    /// What the store or the network says.
    pub fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, ObjectStoreError> {
        let (mut found, mut next) = (Vec::new(), None::<String>);
        while found.len() < MOST {
            let mut list = ListObjectsV2::new(&self.bucket, Some(&self.credentials));
            list.with_prefix(prefix.to_owned());
            if let Some(next) = next.take() {
                list.with_continuation_token(next);
            }
            let answer = self.ask(&Method::GET, &list, &HeaderMap::new(), &[])?;
            let page = ListObjectsV2::parse_response(&answer.text)
                .map_err(|error| ObjectStoreError::Nonsense(error.to_string()))?;
            let objects = page.contents.into_iter();
            found.extend(objects.map(|object| (object.key, object.size.unwrap_or(0))));
            match page.next_continuation_token {
                Some(token) => next = Some(token),
                None => break,
            }
        }
        Ok(found)
    }

    /// Removes an object.
    ///
    /// # Errors
    /// What the store or the network says.
    pub fn remove(&self, name: &str) -> Result<(), ObjectStoreError> {
        let action = DeleteObject::new(&self.bucket, Some(&self.credentials), name);
        self.ask(&Method::DELETE, &action, &HeaderMap::new(), &[])
            .map(drop)
    }

    /// Begins to send an object of about `expected` bytes; it is there once [`Upload::finish`] has said so.
    pub fn send<'a>(&'a self, name: &'a str, expected: u64) -> Upload<'a> {
        // Encryption makes it a little longer than expected.
        let part = (expected / PARTS + 1).next_multiple_of(1 << 20).max(PART);
        Upload {
            store: self,
            name,
            part: usize::try_from(part).unwrap_or(usize::MAX),
            buffer: Vec::new(),
            id: None,
            tags: Vec::new(),
            sent: 0,
        }
    }
}

impl ObjectStoreError {
    fn may_pass(&self) -> bool {
        match self {
            Self::Away(_) => true,
            Self::Refused { status, .. } => *status >= 500 || *status == 429,
            _ => false,
        }
    }
}

async fn answered(request: reqwest::RequestBuilder) -> Result<Answer, ObjectStoreError> {
    // The address holds the signature: it is in no message.
    let away = |error: reqwest::Error| ObjectStoreError::Away(deepest(&error.without_url()));
    let mut response = request.send().await.map_err(away)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(away)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LONGEST_ANSWER {
            return Err(ObjectStoreError::Nonsense("it is endless".into()));
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if status.is_success() {
        return Ok(Answer { headers, text });
    }
    Err(refused(status, &text))
}

/// What a refusal says of itself: `<Code>NoSuchBucket</Code>`.
fn refused(status: StatusCode, text: &str) -> ObjectStoreError {
    let code = text
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"))
        .map(|(code, _)| code.trim())
        .filter(|code| code.len() < 60 && code.chars().all(|c| c.is_ascii_alphanumeric()));
    let says = code.or(status.canonical_reason()).unwrap_or("no reason");
    ObjectStoreError::Refused {
        status: status.as_u16(),
        says: says.to_owned(),
    }
}

fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut why = error;
    while let Some(next) = why.source() {
        why = next;
    }
    why.to_string()
}

/// An object on its way. Dropped before its end, nothing of it stays.
pub struct Upload<'a> {
    store: &'a ObjectStore,
    name: &'a str,
    part: usize,
    buffer: Vec<u8>,
    id: Option<String>,
    tags: Vec<String>,
    sent: u64,
}

/// The digest that the store holds what it got beside.
fn digest(bytes: &[u8]) -> (String, HeaderMap) {
    let md5 = STANDARD.encode(Md5::digest(bytes));
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&md5) {
        headers.insert(HeaderName::from_static("content-md5"), value);
    }
    (md5, headers)
}

impl Upload<'_> {
    fn begun(&mut self) -> Result<String, ObjectStoreError> {
        if let Some(id) = &self.id {
            return Ok(id.clone());
        }
        let (bucket, credentials) = (&self.store.bucket, Some(&self.store.credentials));
        let action = CreateMultipartUpload::new(bucket, credentials, self.name);
        let answer = self
            .store
            .ask(&Method::POST, &action, &HeaderMap::new(), &[])?;
        let begun = CreateMultipartUpload::parse_response(&answer.text)
            .map_err(|error| ObjectStoreError::Nonsense(error.to_string()))?;
        let id = begun.upload_id().to_owned();
        self.id = Some(id.clone());
        Ok(id)
    }

    fn send_part(&mut self) -> Result<(), ObjectStoreError> {
        let id = self.begun()?;
        let number = u16::try_from(self.tags.len() + 1)
            .map_err(|_| ObjectStoreError::Nonsense("the backup has too many parts".into()))?;
        let (bucket, credentials) = (&self.store.bucket, Some(&self.store.credentials));
        let mut action = UploadPart::new(bucket, credentials, self.name, number, &id);
        let (md5, headers) = digest(&self.buffer);
        action.headers_mut().insert("content-md5", md5);
        let answer = self
            .store
            .ask(&Method::PUT, &action, &headers, &self.buffer)?;
        let tag = answer.headers.get(ETAG).and_then(|tag| tag.to_str().ok());
        let tag = tag.ok_or_else(|| ObjectStoreError::Nonsense("a part without a tag".into()))?;
        self.tags.push(tag.to_owned());
        self.sent += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Sends what is left and makes it an object; it is there, whole, when this says so.
    ///
    /// # Errors
    /// What the store or the network says; nothing of the object stays then.
    pub fn finish(mut self) -> Result<(), ObjectStoreError> {
        let (bucket, credentials) = (&self.store.bucket, Some(&self.store.credentials));
        if self.id.is_none() {
            let mut action = PutObject::new(bucket, credentials, self.name);
            let (md5, headers) = digest(&self.buffer);
            action.headers_mut().insert("content-md5", md5);
            self.store
                .ask(&Method::PUT, &action, &headers, &self.buffer)?;
            self.sent = self.buffer.len() as u64;
        } else {
            if !self.buffer.is_empty() {
                self.send_part()?;
            }
            let id = self.begun()?;
            let tags = self.tags.iter().map(String::as_str);
            let action = CompleteMultipartUpload::new(bucket, credentials, self.name, &id, tags);
            let answer = self.store.ask(
                &Method::POST,
                &action,
                &HeaderMap::new(),
                action.clone().body().as_bytes(),
            )?;
            // A store may say 200 and fail all the same.
            CompleteMultipartUploadResponse::parse(&answer.text)
                .map_err(|error| ObjectStoreError::Nonsense(error.to_string()))?;
            self.id = None;
        }
        let action = HeadObject::new(bucket, credentials, self.name);
        let answer = self
            .store
            .ask(&Method::HEAD, &action, &HeaderMap::new(), &[])?;
        let length = answer.headers.get("content-length");
        let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
        match length {
            Some(found) if found != self.sent => Err(ObjectStoreError::Short {
                name: self.name.to_owned(),
                sent: self.sent,
                found,
            }),
            _ => Ok(()),
        }
    }
}

impl Write for Upload<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.part - self.buffer.len();
        let taken = bytes.len().min(room);
        self.buffer.extend_from_slice(&bytes[..taken]);
        if self.buffer.len() == self.part {
            self.send_part()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        let Some(id) = self.id.take() else { return };
        let (bucket, credentials) = (&self.store.bucket, Some(&self.store.credentials));
        let action = AbortMultipartUpload::new(bucket, credentials, self.name, &id);
        let ended = self
            .store
            .ask(&Method::DELETE, &action, &HeaderMap::new(), &[]);
        if let Err(error) = ended {
            tracing::warn!(%error, "parts of a backup stay in the object store");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn backups_go_over_encrypted_lines_only() {
        for good in [
            "https://s3.eu-west-2.amazonaws.com",
            "https://minio.example.org:9000/store",
            "http://127.0.0.1:9000",
            "http://localhost:9000",
        ] {
            assert!(check_address(good).is_ok(), "{good}");
        }
        for clear in [
            "http://minio.example.org:9000",
            "http://127.0.0.1.example.org",
        ] {
            let refused = check_address(clear);
            assert!(matches!(refused, Err(ObjectStoreError::Clear)), "{clear}");
        }
        for wrong in [
            "",
            "s3.amazonaws.com",
            "ftp://x",
            "https://me:secret@x.org",
            "file:///x",
        ] {
            let refused = check_address(wrong);
            assert!(
                matches!(refused, Err(ObjectStoreError::Address(_))),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_refusal_is_told_in_the_stores_own_word_and_nothing_more() {
        let says = |text: &str| refused(StatusCode::FORBIDDEN, text).to_string();
        let known = "<Error><Code>AccessDenied</Code><Message>user AKIA…</Message></Error>";
        assert!(
            says(known).contains("403 (AccessDenied)"),
            "{}",
            says(known)
        );
        assert!(!says(known).contains("AKIA"));
        assert!(says("<Code><script></Code>").contains("403 (Forbidden)"));
    }
}
