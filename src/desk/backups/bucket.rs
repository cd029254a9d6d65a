//! The object store that backups are sent to: the landlord's settings of it, with the secret sealed, and the sending.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use super::files::{Backup, Names};
use super::object_store::{Account, ObjectStore, ObjectStoreError, check_address};
use super::{Desk, DeskError, Plan, need};
use crate::auth::envelope;
use crate::auth::seal::{Place, Sealed, Secret};
use crate::domain::access::{Actor, Permission};
use crate::domain::refusal::required;
use crate::store::settings::Change;
use crate::store::verify::Step;

/// The setting under which the object store is kept.
const BUCKET: &str = "backup_bucket";
/// What the secret is sealed for.
const PLACE: Place<'static> = Place {
    owner: "backups",
    connection: "bucket",
    field: "secret",
};

/// Where backups are sent to, as the data file keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    on: bool,
    address: String,
    region: String,
    bucket: String,
    folder: String,
    access_key: String,
    secret: Option<Sealed>,
}

/// The same without its secret: for everyone who may see settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BucketView {
    /// Its version; 0 while none was set.
    pub version: u32,
    /// Whether backups are sent.
    pub on: bool,
    /// The store's address.
    pub address: String,
    /// Its region.
    pub region: String,
    /// The bucket's name.
    pub bucket: String,
    /// What the names of our objects begin with; empty for nothing.
    pub folder: String,
    /// The name of the access key.
    pub access_key: String,
    /// Whether there is a secret.
    pub has_secret: bool,
}

/// How an object store is set. It holds a secret in the clear, so it cannot be printed.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct BucketAnswers {
    /// Whether backups are sent.
    pub on: bool,
    /// The store's address, `https://…`.
    pub address: String,
    /// Its region, as requests are signed for it.
    pub region: String,
    /// The bucket's name.
    pub bucket: String,
    /// What the names of our objects begin with.
    pub folder: String,
    /// The name of the access key.
    pub access_key: String,
    /// Its secret; empty leaves the one that is kept.
    pub secret: String,
}

/// What was sent to the object store last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The object.
    pub name: String,
    /// How many backups are kept there.
    pub kept: usize,
}

fn invalid(field: &'static str, detail: impl ToString) -> DeskError {
    DeskError::Invalid {
        field,
        detail: detail.to_string(),
    }
}

impl Kept {
    fn check(&self) -> Result<(), DeskError> {
        check_address(&self.address).map_err(|error| invalid("address", error))?;
        required(&self.region, "region", "the region, such as eu-west-2")?;
        required(&self.bucket, "bucket", "the name of the bucket")?;
        required(&self.access_key, "access_key", "the name of the access key")?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        if !self.folder.chars().all(plain) || self.folder.contains("..") {
            return Err(invalid(
                "folder",
                "A folder’s name has letters, digits, “-”, “_”, “.” and “/” only.",
            ));
        }
        if self.secret.is_none() {
            return Err(invalid("secret", "Give the secret of the access key."));
        }
        Ok(())
    }

    /// How the names of our objects begin.
    fn prefix(&self) -> String {
        match self.folder.trim_matches('/') {
            "" => String::new(),
            folder => format!("{folder}/"),
        }
    }
}

impl Desk {
    /// The object store that backups are sent to.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or what the file says.
    pub fn bucket(&self, by: &Actor) -> Result<BucketView, DeskError> {
        need(by, Permission::Administer)?;
        let kept = self.reader()?.setting_version::<Kept>(BUCKET)?;
        Ok(kept.map_or_else(BucketView::default, |kept| BucketView {
            version: kept.version,
            on: kept.value.on,
            address: kept.value.address,
            region: kept.value.region,
            bucket: kept.value.bucket,
            folder: kept.value.folder,
            access_key: kept.value.access_key,
            has_secret: kept.value.secret.is_some(),
        }))
    }

    /// Replaces version `version` of the object store. One that is switched on is asked for its list first.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::Conflict`] when another was set meanwhile; [`DeskError::Invalid`] for
    /// what is missing, or when the store refuses.
    pub async fn set_bucket(
        &self,
        by: &Actor,
        version: u32,
        answers: BucketAnswers,
        why: &str,
    ) -> Result<u32, DeskError> {
        need(by, Permission::Administer)?;
        required(why, "why", "why the object store changes")?;
        let before = self.reader()?.setting_version::<Kept>(BUCKET)?;
        let same_key = before.as_ref().filter(|before| {
            before.value.access_key == answers.access_key.trim()
                && before.value.address == answers.address.trim()
        });
        let secret = match answers.secret.trim() {
            // A secret is kept for the store it was given for, and sent to no other.
            "" => same_key.and_then(|before| before.value.secret.clone()),
            secret => Some(
                self.inner
                    .keys
                    .seal(PLACE, &Secret::new(secret))
                    .map_err(|error| invalid("secret", error))?,
            ),
        };
        let kept = Kept {
            on: answers.on,
            address: answers.address.trim().to_owned(),
            region: answers.region.trim().to_owned(),
            bucket: answers.bucket.trim().to_owned(),
            folder: answers.folder.trim().to_owned(),
            access_key: answers.access_key.trim().to_owned(),
            secret,
        };
        let kept = if kept.on {
            kept.check()?;
            let runtime = Handle::current();
            self.away(move |desk| {
                let store = desk.object_store(&kept, runtime)?;
                let found = store.list(&kept.prefix());
                found.map_err(|error| match error {
                    ObjectStoreError::Away(_) => invalid("address", error),
                    error => invalid("bucket", error),
                })?;
                Ok(kept)
            })
            .await?
        } else {
            kept
        };
        let change = Change {
            at: self.now(),
            by: by.id.clone(),
            why: why.trim().to_owned(),
            from: None,
        };
        let set = self
            .store()
            .write_async(move |tx| -> Result<u32, DeskError> {
                let before = tx.setting_version::<Kept>(BUCKET)?;
                super::on_version(before.map_or(0, |before| before.version), version)?;
                Ok(tx.set_setting(BUCKET, &kept, &change)?)
            });
        Ok(set.await?)
    }

    fn object_store(&self, kept: &Kept, runtime: Handle) -> Result<ObjectStore, DeskError> {
        let sealed = kept.secret.as_ref();
        let sealed =
            sealed.ok_or_else(|| invalid("secret", "Give the secret of the access key."))?;
        let opened = self.inner.keys.open(PLACE, sealed);
        let secret = opened.map_err(|error| invalid("secret", error))?;
        let account = Account {
            address: &kept.address,
            region: &kept.region,
            bucket: &kept.bucket,
            access_key: &kept.access_key,
            secret: secret.reveal(),
        };
        ObjectStore::new(&account, runtime).map_err(|error| invalid("address", error))
    }

    /// Sends a backup to the object store, if one is switched on, and tidies there as in a folder.
    pub(super) fn back_up_to_bucket(
        &self,
        made: &Backup,
        plan: &Plan,
    ) -> Result<Option<Sent>, DeskError> {
        let kept = self.reader()?.setting::<Kept>(BUCKET)?;
        let Some(kept) = kept.filter(|kept| kept.on) else {
            return Ok(None);
        };
        let store = self.object_store(&kept, Handle::current())?;
        let names = Names::of(self.store().path());
        let sealed = !plan.encrypt_to.is_empty();
        let object = format!("{}{}", kept.prefix(), names.name(made.taken_at, sealed));
        self.send(&store, made, plan, &object)
            .map_err(|error| told(&kept, &error.to_string()))?;
        let there = store.list(&kept.prefix());
        let there = there.map_err(|error| told(&kept, &error.to_string()))?;
        let prefix = kept.prefix();
        let ours: Vec<_> = there
            .into_iter()
            .filter_map(|(key, _)| {
                let at = names.taken_at(key.strip_prefix(&prefix)?)?;
                Some((key, at))
            })
            .collect();
        let times: Vec<_> = ours.iter().map(|(_, at)| *at).collect();
        let gone = plan.let_go(&times, made.taken_at);
        let mut left = ours.len();
        for (key, _) in ours.iter().filter(|(_, at)| gone.contains(at)) {
            let removed = store.remove(key);
            removed.map_err(|error| told(&kept, &error.to_string()))?;
            left -= 1;
        }
        tracing::info!(object, "sent a backup to the object store");
        Ok(Some(Sent {
            name: object,
            kept: left,
        }))
    }

    fn send(
        &self,
        store: &ObjectStore,
        made: &Backup,
        plan: &Plan,
        object: &str,
    ) -> io::Result<()> {
        let keeper = &self.inner.keeper;
        let mut file = std::fs::File::open(&made.path)?;
        let mut source = Watched {
            from: &mut file,
            done: 0,
            tell: &mut |done| keeper.step(Step::Copying(done, made.bytes)),
        };
        let mut upload = store.send(object, made.bytes);
        if plan.encrypt_to.is_empty() {
            io::copy(&mut source, &mut upload)?;
        } else {
            envelope::encrypt(&mut source, &mut upload, &plan.encrypt_to)
                .map_err(io::Error::other)?;
        }
        upload.flush()?;
        Ok(upload.finish()?)
    }
}

fn told(kept: &Kept, why: &str) -> DeskError {
    DeskError::Conflict(format!(
        "The backup was made beside the data file, but not sent to the bucket {}: {why}",
        kept.bucket
    ))
}

/// A reader that tells how much of it was read.
struct Watched<'a> {
    from: &'a mut dyn Read,
    done: u64,
    tell: &'a mut dyn FnMut(u64),
}

impl Read for Watched<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(out)?;
        self.done += read as u64;
        (self.tell)(self.done);
        Ok(read)
    }
}
