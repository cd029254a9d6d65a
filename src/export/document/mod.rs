//! The case as an exporter sees it: `redress-case/1`, described in `plugins/wit/redress-case.md`.
//!
//! The same case gives the same text. Clocks are seen from the last event that changed the case, and what
//! only looks at a case is left out.

mod parts;
mod sentence;

use chrono::{NaiveDate, SecondsFormat};
use serde_json::{Value, json};

use crate::domain::calendar::{Calendar, london_date};
use crate::domain::case::{Case, GapExplanation, Recorded};
use crate::domain::policy::Policy;
use crate::domain::readiness::readiness;

pub use sentence::sentence;

/// Which categories go in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Mode {
    /// Everything.
    #[default]
    Full,
    /// The ticked categories only, `01` to `14`.
    Focused(Vec<String>),
}

/// One version of a policy in the landlord's register, with the document that holds its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDocument {
    /// Its id in the export: `policy-3`.
    pub id: String,
    /// "Complaints policy".
    pub title: String,
    /// "3.1".
    pub version: String,
    /// First day in force.
    pub effective_from: NaiveDate,
    /// Last day in force, when another followed.
    pub effective_to: Option<NaiveDate>,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Size.
    pub size: u64,
    /// Media type.
    pub media_type: String,
    /// File name.
    pub file_name: String,
}

/// All that the document is made of.
pub struct CaseFile<'a> {
    /// The case.
    pub case: &'a Case,
    /// Its events, in order.
    pub events: &'a [Recorded],
    /// The working days.
    pub calendar: &'a Calendar,
    /// The landlord's policy.
    pub policy: &'a Policy,
    /// The versions of the landlord's policies in force at some time of the complaint.
    pub policies: &'a [PolicyDocument],
    /// Numbers that earlier exports gave; see [`super::numbers`].
    pub numbers: &'a [(String, String)],
    /// An account name as people know it.
    pub person: &'a (dyn Fn(&str) -> String + Sync),
}

impl CaseFile<'_> {
    /// The document.
    pub fn json(&self, mode: &Mode) -> Value {
        let case = self.case;
        let intake = &case.intake;
        let policies = self.policies;
        let (mode, items) = match mode {
            Mode::Full => ("full", Vec::new()),
            Mode::Focused(items) => ("focused", items.clone()),
        };
        let now = case.as_of;
        let party = &case.complainant;
        let documents: Vec<Value> = case
            .documents
            .iter()
            .map(|d| parts::document(d, self.person))
            .chain(policies.iter().map(parts::policy_document))
            .collect();
        let events = self.events.iter().filter(|e| e.event.is_substance());
        let mut value = json!({
            "schema": "redress-case/1",
            "landlord": { "name": self.policy.landlord.name },
            "reference": case.reference.to_string(),
            "hos_reference": case.ombudsman.as_ref().map(|h| &h.reference),
            "as_of": case.as_of.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            "generator": super::TOOL,
            "mode": mode,
            "items": items,
            "state": case.state,
            "stage": case.stage(),
            "received_at": case.received_at,
            "channel": intake.channel,
            "heard_by": intake.heard_by,
            "handler": case.handler().map(self.person),
            "account": intake.account,
            "outcomes_sought": intake.outcomes_sought,
            "complainant": {
                "name": party.name, "tenure": party.tenure, "email": party.email, "phone": party.phone,
                "address": party.address, "person_ref": party.person_ref, "tenancy_ref": party.tenancy_ref,
                "property_ref": party.property_ref, "preferred_contact": party.preferred_contact,
            },
            "representative": case.representative.as_ref().map(|r| json!({
                "name": r.name, "relationship": r.kind, "authority": r.authority_evidence,
            })),
            "root_causes": case.root_causes,
            "learning": case.closing.as_ref().map(|c| &c.learning),
            "linked_cases": case.linked_cases,
        });
        value["stages"] = case.stages.iter().map(|s| self.stage(s)).collect();
        value["points"] = case.points.iter().map(parts::point).collect();
        value["clocks"] = self.clocks().into();
        value["flags"] = json!(case.flags(self.calendar, &self.policy.clocks, now));
        value["extensions"] = case
            .stages
            .iter()
            .flat_map(|s| s.extensions.iter().map(|e| self.extension(s.stage, e)))
            .collect();
        value["remedies"] = case.remedies.iter().map(|r| self.remedy(r)).collect();
        value["actions"] = case.actions.iter().map(|a| self.action(a)).collect();
        value["letters"] = case
            .letters
            .iter()
            .map(|l| parts::letter(l, &party.name))
            .collect();
        value["documents"] = documents.into();
        value["contacts"] = case
            .contacts
            .iter()
            .enumerate()
            .map(|(at, c)| parts::contact(at, c, self.person))
            .collect();
        value["adjustments"] = party.adjustments.iter().map(parts::adjustment).collect();
        value["links"] = case
            .links
            .iter()
            .filter(|l| l.unlinked_at.is_none())
            .map(parts::link)
            .collect();
        value["sources"] = case.sources.iter().map(parts::source).collect();
        value["policies"] = policies.iter().map(parts::policy).collect();
        value["hos"] = json!(case.ombudsman.as_ref().map(parts::ombudsman));
        value["events"] = events
            .map(|e| parts::event(e, case.rewording(e.seq), self.person))
            .collect();
        value["readiness"] = self.readiness(!policies.is_empty());
        value["numbers"] = self
            .numbers
            .iter()
            .map(|(id, number)| json!({"id": id, "number": number}))
            .collect();
        value
    }

    fn clocks(&self) -> Vec<Value> {
        let clocks = self
            .case
            .clocks(self.calendar, &self.policy.clocks, self.case.as_of);
        let one = |clock: &crate::domain::clock::Clock| {
            let mut value = serde_json::to_value(clock).unwrap_or_default();
            value["name"] = clock.id.kind().name.into();
            value
        };
        clocks.iter().map(one).collect()
    }

    fn readiness(&self, policies_on_file: bool) -> Value {
        let readiness = readiness(self.case, policies_on_file);
        let missing = readiness.missing.iter().map(|m| {
            let told = |e: &&GapExplanation| e.category == m.category && e.what == m.what;
            let told = self.case.explanations.iter().rev().find(told);
            json!({
                "category": m.category, "what": m.what, "why": m.why,
                "explanation": told.map(|e| &e.text), "explained_by": told.map(|e| (self.person)(&e.by)),
                "explained_on": told.map(|e| london_date(e.at)),
            })
        });
        json!({ "score": readiness.score, "missing": missing.collect::<Vec<_>>() })
    }
}
