//! What a landlord sets: policy versions and the systems that are linked. Every version is kept with who, when and
//! why; a step is judged by the policy in force at its date.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::book::POLICY;
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::policy::Policy;
use crate::domain::refusal::{bounded, required};
use crate::store::settings::{Change, Version};

/// The setting under which linked systems are kept.
pub const LINKS: &str = "links";

/// A system whose records are linked to cases, through an adapter that runs in the sandbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkSource {
    /// Its name in the record, such as `repairs`; never reused for another system.
    pub key: String,
    /// The adapter that speaks to it, such as `csv-folder`.
    pub plugin: String,
    /// The folder that the adapter may read, and nothing above it.
    #[serde(default)]
    pub folder: Option<String>,
    /// The adapter's own settings: which columns are which.
    #[serde(default)]
    pub settings: Value,
    /// Whether it is asked.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

impl Desk {
    /// Every version of the policy with who set it and why, oldest first.
    ///
    /// # Errors
    /// What the file says.
    pub fn policy_history(&self) -> Result<Vec<Version<Policy>>, DeskError> {
        Ok(self.reader()?.setting_history::<Policy>(POLICY)?)
    }

    /// Sets a new version of the policy, in force from a day on.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or [`DeskError::Invalid`]: clock lengths that break the Code, or a change of the
    /// clocks that reaches back to cases begun under the old one.
    pub async fn set_policy(
        &self,
        by: &Actor,
        mut policy: Policy,
        from: Option<NaiveDate>,
        why: &str,
    ) -> Result<Policy, DeskError> {
        need(by, Permission::Administer)?;
        required(why, "why", "why the policy changes")?;
        required(&policy.landlord.name, "landlord", "the landlord's name")?;
        policy.clocks.check().map_err(|error| DeskError::Invalid {
            field: "clocks",
            detail: error.to_string(),
        })?;
        let (now, today) = (self.now(), london_date(self.now()));
        let book = self.book();
        let reaches_back = from.is_none_or(|from| from < today);
        if policy.clocks != book.latest_policy().clocks && reaches_back {
            return Err(DeskError::Invalid {
                field: "from",
                detail:
                    "Clocks change from today or a later day: cases that have begun keep theirs."
                        .into(),
            });
        }
        if let Some(from) = from {
            policy.effective_from = from;
        }
        let change = Change {
            at: now,
            by: by.id.clone(),
            why: why.trim().to_owned(),
            from,
        };
        let kept = policy.clone();
        policy.version = self
            .store()
            .write_async(move |tx| -> Result<u32, DeskError> {
                Ok(tx.set_setting(POLICY, &kept, &change)?)
            })
            .await?;
        self.reread()?;
        Ok(policy)
    }

    /// The linked systems.
    ///
    /// # Errors
    /// What the file says.
    pub fn link_sources(&self) -> Result<Vec<LinkSource>, DeskError> {
        let kept = self.reader()?.setting::<Vec<LinkSource>>(LINKS)?;
        Ok(kept.unwrap_or_default())
    }

    /// Replaces the linked systems. What was linked before stays on its cases.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or [`DeskError::Invalid`] for a name given twice, or a folder that is not there.
    pub async fn set_link_sources(
        &self,
        by: &Actor,
        sources: Vec<LinkSource>,
        why: &str,
    ) -> Result<Vec<LinkSource>, DeskError> {
        need(by, Permission::Administer)?;
        required(why, "why", "why the linked systems change")?;
        let mut seen = std::collections::BTreeSet::new();
        for source in &sources {
            required(&source.key, "key", "a name for the linked system")?;
            bounded(&source.key, "key")?;
            required(&source.plugin, "plugin", "the adapter, such as csv-folder")?;
            if !seen.insert(source.key.as_str()) {
                return Err(DeskError::Invalid {
                    field: "key",
                    detail: format!("Two linked systems are called {}. Rename one.", source.key),
                });
            }
            let missing = source
                .folder
                .as_deref()
                .filter(|folder| source.enabled && !std::path::Path::new(folder).is_dir());
            if let Some(folder) = missing {
                return Err(DeskError::Invalid {
                    field: "folder",
                    detail: format!(
                        "There is no folder {folder} on the server. Make it, or correct the path."
                    ),
                });
            }
        }
        let change = Change {
            at: self.now(),
            by: by.id.clone(),
            why: why.trim().to_owned(),
            from: None,
        };
        let kept = sources.clone();
        self.store()
            .write_async(move |tx| -> Result<u32, DeskError> {
                Ok(tx.set_setting(LINKS, &kept, &change)?)
            })
            .await?;
        Ok(sources)
    }
}
