//! The register of the landlord's policies: versions with effective dates, so that a bundle holds
//! those in force at the time (domain rules §5.3, category 08).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::AsyncRead;

use super::documents::take_in;
use super::keys::{Key, remember, repeated};
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::calendar::london_date;
use crate::domain::case::{Case, DocumentKind, LinkedRecord};
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
    let records = case
        .current_links()
        .filter_map(|link| first_day_of(link, received))
        .min();
    let from = [aware, documents, records]
        .into_iter()
        .flatten()
        .fold(received, NaiveDate::min);
    (from, london_date(case.as_of).max(received))
}

/// When a linked record began that was still running in the year before the complaint. A tenancy is older than any
/// complaint, an alert is about no event, and what ended long before is only history.
fn first_day_of(link: &LinkedRecord, received: NaiveDate) -> Option<NaiveDate> {
    if matches!(
        link.kind.as_str(),
        "tenancy" | "tenure" | "person" | "property" | "alert"
    ) {
        return None;
    }
    let document: Value = serde_json::from_str(&link.document).ok()?;
    let days = |names: &[&str]| -> Vec<NaiveDate> {
        let fields = names
            .iter()
            .filter_map(|name| document["fields"][*name].as_str());
        fields
            .filter_map(|text| text.get(..10)?.parse().ok())
            .collect()
    };
    let began = days(&["reported_on", "opened_on", "inspected_on", "at", "on"])
        .into_iter()
        .min()?;
    let ended = days(&["completed_on", "closed_on"]).into_iter().max();
    let moment = days(&["inspected_on", "at", "on"]).into_iter().max();
    let year_before = received.checked_sub_months(chrono::Months::new(12))?;
    let running = ended.or(moment).is_none_or(|last| last >= year_before);
    running.then_some(began)
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

    /// Which policies the register holds that were in force at some time of the complaint.
    pub(crate) fn policy_kinds_for(&self, case: &Case) -> Result<Vec<String>, DeskError> {
        let policies = self.policies_for(case)?;
        Ok(policies.into_iter().map(|policy| policy.kind).collect())
    }

    /// Adds a version of a policy. The one before it of the same kind ends the day before, and one that is added
    /// later than its successor ends the day before that. With a `key`, a repeated call gives the policy of the first.
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
                let ends = make_room(&mut policies, &about.kind, about.effective_from);
                let added = PolicyDocument {
                    id,
                    kind: about.kind,
                    title: about.title,
                    version: about.version,
                    effective_from: about.effective_from,
                    effective_to: about.effective_to.or(ends),
                    sha256: hex::encode(taken.sha256),
                    size: taken.size,
                    media_type: taken.media_type,
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

/// Ends the version in force when another begins on `from`, and says when that one itself ends for the next.
fn make_room(policies: &mut [PolicyDocument], kind: &str, from: NaiveDate) -> Option<NaiveDate> {
    let own = || |policy: &&PolicyDocument| policy.kind == kind;
    let next = policies
        .iter()
        .filter(own())
        .map(|policy| policy.effective_from)
        .filter(|begins| *begins > from)
        .min();
    let until_next = next.and_then(|begins| begins.pred_opt());
    let earlier = policies
        .iter_mut()
        .filter(|policy| policy.kind == kind && policy.effective_from < from);
    for policy in earlier {
        // An end that only said "until the next version" moves with the next version; one that somebody set stays.
        if policy.effective_to.is_none() || policy.effective_to == until_next {
            policy.effective_to = from.pred_opt();
        }
    }
    until_next
}

fn register(rows: &dyn Rows) -> Result<Vec<PolicyDocument>, DeskError> {
    Ok(rows
        .setting::<Vec<PolicyDocument>>(REGISTER)?
        .unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn policy(from: &str, to: Option<&str>) -> PolicyDocument {
        PolicyDocument {
            id: 1,
            kind: "repairs".into(),
            title: "Repairs".into(),
            version: "1".into(),
            effective_from: day(from),
            effective_to: to.map(day),
            sha256: String::new(),
            size: 0,
            media_type: String::new(),
            file_name: String::new(),
        }
    }

    #[test]
    fn versions_follow_one_another_in_whatever_order_they_are_added() {
        let mut held = vec![policy("2026-01-01", None)];
        assert_eq!(
            make_room(&mut held, "repairs", day("2020-01-01")),
            Some(day("2025-12-31"))
        );
        held.push(policy("2020-01-01", Some("2025-12-31")));
        assert_eq!(
            make_room(&mut held, "repairs", day("2023-01-01")),
            Some(day("2025-12-31"))
        );
        assert_eq!(held[1].effective_to, Some(day("2022-12-31")));
        assert_eq!(make_room(&mut held, "repairs", day("2026-06-01")), None);
        assert_eq!(held[0].effective_to, Some(day("2026-05-31")));
        assert_eq!(make_room(&mut held, "asb", day("2027-01-01")), None);
        assert_eq!(held[0].effective_to, Some(day("2026-05-31")));
    }

    #[test]
    fn a_record_of_the_last_year_or_still_open_belongs_to_the_complaint() {
        let first = |kind: &str, fields: Value| {
            let document = serde_json::json!({ "fields": fields }).to_string();
            let link = serde_json::json!({"id": 1, "source": "s", "external_id": "1", "kind": kind, "title": "t",
                "document": document, "snapshot_at": "2026-11-20T10:00:00Z", "hash": "0", "version": 1});
            let link: LinkedRecord = serde_json::from_value(link).expect("a link");
            first_day_of(&link, day("2026-11-20"))
        };
        let json = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        let open = json(r#"{"reported_on": "2024-03-01"}"#);
        assert_eq!(first("repair", open.clone()), Some(day("2024-03-01")));
        assert_eq!(first("tenancy", open), None);
        let old = json(r#"{"reported_on": "2022-03-01", "completed_on": "2022-04-01"}"#);
        assert_eq!(first("repair", old), None);
        let late = json(r#"{"at": "2026-10-06 11:15"}"#);
        assert_eq!(first("contact", late), Some(day("2026-10-06")));
    }
}
