//! What the bundle reads of `redress-case/1` (`plugins/wit/redress-case.md`). Everything has a default,
//! unknown members are ignored and `null` counts as absent, so that the schema can grow.

use serde::Deserialize;
use serde_json::{Map, Value};

macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(default)]
        #[allow(missing_docs, reason = "each member is described in redress-case.md")]
        pub struct $name { $(pub $field: $kind),* }
    )*};
}

shapes! {
    /// One case.
    Case {
        landlord: Landlord, reference: String, hos_reference: String, as_of: String, generator: String,
        mode: String, items: Vec<String>, supplement: u32, state: String, received_at: String, channel: String, heard_by: String,
        handler: String, account: String, outcomes_sought: String, complainant: Party,
        representative: Option<Representative>, root_causes: Vec<String>, learning: String,
        linked_cases: Vec<String>, stages: Vec<Stage>, points: Vec<Point>, clocks: Vec<Clock>, flags: Flags,
        extensions: Vec<Extension>, remedies: Vec<Remedy>, actions: Vec<Action>, letters: Vec<Letter>,
        documents: Vec<Document>, contacts: Vec<Contact>, adjustments: Vec<Adjustment>, links: Vec<Link>,
        sources: Vec<Source>, policies: Vec<Policy>, hos: Option<Hos>, events: Vec<Event>, readiness: Readiness,
        numbers: Vec<Numbered>, refusals: Vec<Refusal>, hazards: Vec<Hazard>, triage: Triage, members: Vec<Member>,
        related: Vec<Related>,
    }
    /// Whose file this is.
    Landlord { name: String }
    /// The complainant.
    Party {
        name: String, tenure: String, email: String, phone: String, address: String, person_ref: String,
        tenancy_ref: String, property_ref: String, preferred_contact: String,
    }
    /// Who speaks for the complainant.
    Representative { name: String, relationship: String, authority: String }
    /// One of the two stages.
    Stage {
        stage: u8, received_at: String, channel: String, account: String, acknowledged_on: String,
        definition: String, outcomes_sought: String, responsible_for: String, not_responsible_for: String,
        handler: String, due: String, responded_on: String, summary: String, outcome: String, approved_by: String,
    }
    /// A refusal of the whole or a part.
    Refusal {
        stage: u8, points: Vec<u32>, ground: String, reasons: String, discretion: String, evidence: String,
        better_route: String, decided_on: String, decided_by: String, approved_by: String,
    }
    /// A hazard with its own clocks.
    Hazard {
        id: u32, description: String, emergency: bool, aware_at: String, made_safe_at: String,
        investigated_at: String, summary_sent_at: String, safety_work_at: String, further_work_at: String,
    }
    /// What was seen when the complaint came in.
    Triage {
        risk: String, complexity: String, vulnerability: bool, safeguarding: bool, child_in_home: bool, note: String,
    }
    /// Another resident of a group complaint.
    Member { name: String, address: String, property_ref: String }
    /// A request of another kind beside the complaint.
    Related { id: u32, kind: String, text: String, received_on: String, answered_on: String }
    /// A head of complaint.
    Point {
        id: u32, text: String, category: String, theme: String, raised_on: String, decision: String, reasons: String,
        references: Vec<String>, outcomes: Vec<PointOutcome>,
    }
    /// What one stage decided on a head.
    PointOutcome { stage: u8, decision: String, reasons: String, references: Vec<String> }
    /// A clock of the Code.
    Clock {
        id: String, name: String, subject: String, start: String, due: String, met_on: String, status: String, in_time: Option<bool>, why: String,
    }
    /// The three in-time flags by stage.
    Flags { stage1: Option<StageFlags>, stage2: Option<StageFlags> }
    /// In time or not, or not known yet.
    StageFlags {
        ack_in_time: Option<bool>, response_in_time_from_ack: Option<bool>, response_in_time_overall: Option<bool>,
    }
    /// More time, with its reason.
    Extension {
        stage: u8, recorded_on: String, old_due: String, new_due: String, reason: String,
        update_every_days: Option<u32>, resident_view: String, good_reason: String, approved_by: String,
        retrospective: bool,
    }
    /// Something offered to put it right.
    Remedy {
        id: u32, kind: String, description: String, points: Vec<u32>, stage: Option<u8>, offered_on: String,
        due: String, owner: String, status: String, amount_pence: Option<i64>, head: String, guidance_ref: String,
        from: String, to: String, quantity: Option<u32>, unit: String, rate_pence: Option<i64>,
        approved_by: String, accepted: Option<bool>, completed_on: String, evidence: Vec<String>,
    }
    /// Something promised.
    Action {
        id: u32, remedy: Option<u32>, description: String, points: Vec<u32>, stage: Option<u8>, due: String,
        owner: String, status: String, reason: String, completed_on: String, evidence: Vec<String>,
    }
    /// A letter that was issued.
    Letter {
        id: String, kind: String, stage: Option<u8>, title: String, to: String, channel: String,
        issued_at: String, proof: String, document: String, text: String,
    }
    /// A document that the case holds.
    Document {
        id: String, title: String, file_name: String, kind: String, category: String, doc_date: String,
        doc_time: String, media_type: String, size: u64, sha256: String, pages: Option<u32>, from: String,
        to: String, why: String, source_system: String, source_id: String, sensitivity: String,
        unreadable: String, redaction: Option<Redaction>,
    }
    /// This document is the redacted copy of another.
    Redaction { id: String, original: String, reason: String }
    /// A contact with the resident or someone else.
    Contact {
        id: String, at: String, direction: String, channel: String, with: String, summary: String, staff: String,
        documents: Vec<String>,
    }
    /// A reasonable adjustment.
    Adjustment { need: String, agreed_on: String, review_due: String, status: String, note: String }
    /// A snapshot of a record in another system.
    Link {
        kind: String, source: String, external_id: String, title: String, snapshot_at: String, hash: String,
        document: Map<String, Value>,
    }
    /// A system that links are read from.
    Source { name: String, last_fetched: String, last_error: String, notes: Vec<String> }
    /// A policy version in force during the complaint.
    Policy {
        kind: String, title: String, version: String, effective_from: String, effective_to: String, document: String,
    }
    /// The Ombudsman branch.
    Hos {
        reference: String, state: String, route: String, referred_on: String, directed_on: String,
        directed_due: String, tasks: Vec<Task>, determinations: Vec<Determination>, notices: Vec<Notice>,
    }
    /// A complaint handling failure order or notice.
    Notice {
        kind: String, notice_type: Option<u8>, text: String, issued_on: String, comply_by: String,
        complied_on: String, published: bool,
    }
    /// A request for evidence.
    Task { items: Vec<String>, due: String, recorded_on: String, completed_on: String }
    /// A decision of the Ombudsman.
    Determination {
        received_on: String, heads: Vec<Finding>, orders: Vec<Order>, recommendations: Vec<Recommendation>,
    }
    /// The finding on one head.
    Finding { text: String, category: String, finding: String }
    /// A binding order.
    Order {
        number: u32, kind: String, text: String, amount_pence: Option<i64>, due: String, status: String,
        completed_on: String,
    }
    /// Advice that does not bind.
    Recommendation { text: String, accepted: Option<bool>, reason: String }
    /// Something that happened.
    Event {
        seq: u64, at: String, recorded_at: String, kind: String, actor: String, sentence: String, source: String,
        record: String, points: Vec<u32>, documents: Vec<String>,
    }
    /// What the file should hold and does not.
    Readiness { missing: Vec<Missing> }
    /// One thing missing, with its explanation if somebody gave one.
    Missing {
        category: String, what: String, why: String, explanation: String, explained_by: String,
        explained_on: String,
    }
    /// A number that an earlier export gave to a document.
    Numbered { id: String, number: String, supplement: u32 }
}

impl Case {
    /// Reads the document; the error says where it does not fit the schema.
    pub fn read(text: &str) -> Result<Case, String> {
        let mut value: Value = serde_json::from_str(text)
            .map_err(|e| format!("the case document is not JSON: {e}"))?;
        drop_nulls(&mut value);
        let case: Case = serde_json::from_value(value)
            .map_err(|e| format!("the case document does not fit redress-case/1: {e}"))?;
        for (what, text) in [("reference", &case.reference), ("as_of", &case.as_of)] {
            if text.is_empty() {
                return Err(format!("the case document has no `{what}`"));
            }
        }
        Ok(case)
    }

    /// True when the person asked for this category.
    pub fn wants(&self, category: &str) -> bool {
        self.mode != "focused" || self.items.iter().any(|item| item == category)
    }

    /// True when only what no earlier export held is wanted.
    pub fn is_supplement(&self) -> bool {
        self.mode == "supplement"
    }

    /// The case without the limits of a bundle: nothing is left out for its size, and a format that no bundle may hold is
    /// planned as a paper.
    pub fn without_limits(&self) -> Case {
        let mut case = self.clone();
        for document in &mut case.documents {
            document.unreadable.clear();
            document.size = 0;
            if crate::name::extension(&document.media_type).is_none() {
                document.media_type = "application/pdf".into();
            }
        }
        case
    }

    /// The date that the bundle carries.
    pub fn date(&self) -> String {
        crate::day::on(&self.as_of)
    }
}

impl Notice {
    /// "Notice, type 2".
    pub fn called(&self) -> String {
        let kind = if self.kind == "chfo" {
            "Order"
        } else {
            "Notice"
        };
        match self.notice_type {
            Some(number) => format!("{kind}, type {number}"),
            None => kind.into(),
        }
    }
}

impl Link {
    /// A known field of the record, or the empty text.
    pub fn field(&self, name: &str) -> String {
        self.document
            .get("fields")
            .and_then(|fields| fields.get(name))
            .map(text)
            .unwrap_or_default()
    }
}

/// A JSON value as a person reads it.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.into(),
        other => other.to_string(),
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_and_unknown_members_do_not_matter() {
        let case = Case::read(
            r#"{"reference":"C-1","as_of":"2026-01-01T00:00:00Z","hos_reference":null,"hos":null,"new":{"a":[null]},
                "complainant":{"email":null,"name":"A"},"documents":[{"id":"d","doc_date":null}]}"#,
        );
        assert_eq!(case.unwrap().complainant.name, "A");
    }

    #[test]
    fn a_case_without_a_time_is_refused() {
        assert!(
            Case::read(r#"{"reference":"C-1"}"#)
                .unwrap_err()
                .contains("as_of")
        );
        assert!(Case::read("[]").is_err());
    }
}
