//! The register of the landlord's policies: versions with effective dates, so that a bundle holds
//! those in force at the time (domain rules §5.3, category 08).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncRead;

use super::documents::take_in;
use super::keys::{Key, remember, repeated};
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::case::{Case, DocumentKind};
use crate::domain::refusal::required;
use crate::store::Rows;
use crate::store::settings::Change;

const REGISTER: &str = "policy_register";

/// One version of one of the landlord's policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyDocument {
    /// Its number in the register.
    pub id: u32,
    /// Which policy, such as `complaints` or `damp_and_mould`.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Its version, as the landlord numbers it.
    pub version: String,
    /// First day in force.
    pub effective_from: NaiveDate,
    /// Last day in force; none while it is.
    #[serde(default)]
    pub effective_to: Option<NaiveDate>,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// As recognised from the bytes.
    pub media_type: String,
    /// A safe file name.
    pub file_name: String,
}

impl PolicyDocument {
    /// Whether it was in force on any day of `from..=to`.
    pub fn overlaps(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.effective_from <= to && self.effective_to.is_none_or(|end| from <= end)
    }
}

/// What is said of a policy that is added.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    /// Which policy.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: String,
    /// First day in force.
    pub effective_from: NaiveDate,
    /// Last day in force.
    pub effective_to: Option<NaiveDate>,
    /// The name the file came with.
    pub file_name: String,
}

/// The days a complaint is about: from the first dated record of it to its last step.
pub fn complaint_period(case: &Case) -> (NaiveDate, NaiveDate) {
    let received = london_date(case.received_at);
    let aware = case
        .refusals
        .iter()
        .filter_map(|refusal| refusal.date_of_issue)
        .min();
    // An agreement or a plan is older than any complaint: policies of its day have nothing to do with it.
    let about_the_complaint = |kind| {
        !matches!(
            kind,
            DocumentKind::TenancyAgreement | DocumentKind::PropertyRecord | DocumentKind::Policy
        )
    };
    let documents = case
        .documents
        .iter()
        .filter(|document| about_the_complaint(document.kind))
        .filter_map(|document| document.doc_date)
        .min();
    let from = [aware, documents]
        .into_iter()
        .flatten()
        .fold(received, NaiveDate::min);
    (from, london_date(case.as_of).max(received))
}

impl Desk {
    /// Every policy on the register, newest first within its kind.
    ///
    /// # Errors
    /// What the file says.
    pub fn policy_register(&self) -> Result<Vec<PolicyDocument>, DeskError> {
        register(&*self.reader()?)
    }

    /// The policies in force at some time of the complaint.
    ///
    /// # Errors
    /// What the file says.
    pub fn policies_for(&self, case: &Case) -> Result<Vec<PolicyDocument>, DeskError> {
        let (from, to) = complaint_period(case);
        let mut policies = self.policy_register()?;
        policies.retain(|policy| policy.overlaps(from, to));
        Ok(policies)
    }

    pub(crate) fn has_policies_for(&self, case: &Case) -> Result<bool, DeskError> {
        Ok(!self.policies_for(case)?.is_empty())
    }

    /// Adds a version of a policy. An earlier one of the same kind without an end ends the day before. With a `key`,
    /// a repeated call gives the policy of the first.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], [`DeskError::Invalid`], [`DeskError::Conflict`] when the key was used for something
    /// else, or what the disk says.
    pub async fn add_policy(
        &self,
        actor: &Actor,
        about: NewPolicy,
        bytes: impl AsyncRead + Send + Unpin,
        key: Option<&str>,
    ) -> Result<PolicyDocument, DeskError> {
        if !actor.may(Permission::Administer) {
            need(actor, Permission::RunProcess)?;
        }
        required(
            &about.kind,
            "kind",
            "which policy it is, such as complaints",
        )?;
        required(&about.title, "title", "its title")?;
        required(&about.version, "version", "its version")?;
        if about
            .effective_to
            .is_some_and(|to| to < about.effective_from)
        {
            return Err(DeskError::Invalid {
                field: "effective_to",
                detail: "It ends before it begins.".into(),
            });
        }
        let taken = take_in(self, &about.file_name, bytes).await?;
        let now = self.now();
        let what = (
            (&about.kind, &about.title, &about.version),
            (about.effective_from, about.effective_to),
            hex::encode(taken.sha256),
        );
        let key = key.map(|key| Key::of(actor, "policy", key, &what));
        let change = Change {
            at: now,
            by: actor.id.clone(),
            why: format!(
                "{} {} was added to the register",
                about.title, about.version
            ),
            from: None,
        };
        Ok(self
            .store()
            .write_async(move |tx| -> Result<PolicyDocument, DeskError> {
                let mut policies = register(tx)?;
                if let Some(earlier) = repeated(tx, key.as_ref())? {
                    let added = policies.into_iter().find(|p| p.id.to_string() == earlier);
                    return added.ok_or(DeskError::NotFound);
                }
                let id = policies.iter().map(|policy| policy.id).max().unwrap_or(0) + 1;
                let before = about.effective_from.pred_opt();
                for earlier in policies
                    .iter_mut()
                    .filter(|policy| policy.kind == about.kind)
                {
                    if earlier.effective_to.is_none()
                        && earlier.effective_from < about.effective_from
                    {
                        earlier.effective_to = before;
                    }
                }
                let added = PolicyDocument {
                    id,
                    kind: about.kind,
                    title: about.title,
                    version: about.version,
                    effective_from: about.effective_from,
                    effective_to: about.effective_to,
                    sha256: hex::encode(taken.sha256),
                    size: taken.size,
                    media_type: taken.media_type.to_owned(),
                    file_name: taken.file_name,
                };
                tx.keep_document(&taken.sha256)?;
                policies.push(added.clone());
                policies.sort_by(|a, b| {
                    a.kind
                        .cmp(&b.kind)
                        .then(b.effective_from.cmp(&a.effective_from))
                });
                tx.set_setting(REGISTER, &policies, &change)?;
                remember(tx, key, &added.id.to_string(), now)?;
                Ok(added)
            })
            .await?)
    }
}

fn register(rows: &dyn Rows) -> Result<Vec<PolicyDocument>, DeskError> {
    Ok(rows
        .setting::<Vec<PolicyDocument>>(REGISTER)?
        .unwrap_or_default())
}
