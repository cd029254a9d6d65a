//! The case as an exporter sees it: `redress-case/1`, described in `plugins/wit/redress-case.md`.
//!
//! The same case gives the same text. Clocks are seen from the last event that changed the case, and what
//! only looks at a case is left out.

mod beside;
mod paper;
mod parts;
mod sentence;
mod words;

use chrono::{NaiveDate, SecondsFormat};
use serde_json::{Value, json};

use crate::domain::calendar::{Calendar, london_date};
use crate::domain::case::{Case, GapExplanation, Recorded};
use crate::domain::policy::Policy;
use crate::domain::readiness::{found, readiness};

/// Which categories go in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Mode {
    /// Everything.
    #[default]
    Full,
    /// The ticked categories only, `01` to `14`.
    Focused(Vec<String>),
    /// Only what no earlier export held, as the supplement of this number.
    Supplement(u32),
}

impl Mode {
    /// As the wire spells it: the mode, its categories, the supplement's number.
    pub fn words(&self) -> (&'static str, Vec<String>, u32) {
        match self {
            Mode::Full => ("full", Vec::new(), 0),
            Mode::Focused(items) => ("focused", items.clone(), 0),
            Mode::Supplement(number) => ("supplement", Vec::new(), *number),
        }
    }
}

/// One version of a policy in the landlord's register, with the document that holds its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDocument {
    /// Its id in the export: `policy-3`.
    pub id: String,
    /// Which policy, such as `complaints`.
    pub kind: String,
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
    /// Numbers that were first given in a supplement, with its number.
    pub supplements: &'a [(String, u32)],
    /// An account name as people know it.
    pub person: &'a (dyn Fn(&str) -> String + Sync),
}

impl CaseFile<'_> {
    /// The document.
    pub fn json(&self, mode: &Mode) -> Value {
        let case = self.case;
        let intake = &case.intake;
        let policies = self.policies;
        let (mode, items, supplement) = mode.words();
        let now = case.as_of;
        let party = &case.complainant;
        let documents: Vec<Value> = case
            .documents
            .iter()
            .map(|d| self.document(d))
            .chain(
                policies
                    .iter()
                    .map(|p| paper::policy_document(p, &self.policy.landlord.name)),
            )
            .collect();
        let events = self
            .events
            .iter()
            .filter(|e| beside::may_be_told(case, &e.event));
        let mut value = json!({
            "schema": "redress-case/1",
            "landlord": { "name": self.policy.landlord.name },
            "reference": case.reference.to_string(),
            "hos_reference": case.ombudsman.as_ref().map(|h| &h.reference),
            "as_of": case.as_of.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            "generator": super::TOOL,
            "mode": mode,
            "items": items,
            "supplement": supplement,
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
        value["people"] = people(case).into();
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
            .filter(|l| beside::leaves(l))
            .map(parts::link)
            .collect();
        value["sources"] = case.sources.iter().map(parts::source).collect();
        value["policies"] = policies.iter().map(paper::policy).collect();
        value["hos"] = json!(case.ombudsman.as_ref().map(beside::ombudsman));
        value["refusals"] = case.refusals.iter().map(|r| self.refusal(r)).collect();
        value["hazards"] = case.hazards.iter().map(beside::hazard).collect();
        value["triage"] = beside::triage(case);
        value["members"] = case.members.iter().map(beside::member).collect();
        value["related"] = case.related.iter().map(beside::related).collect();
        value["events"] = events.map(|e| self.event(e)).collect();
        value["readiness"] = self.readiness();
        value["numbers"] = self
            .numbers
            .iter()
            .map(|(id, number)| {
                let first = self.supplements.iter().find(|(of, _)| of == number);
                json!({"id": id, "number": number, "supplement": first.map_or(0, |(_, n)| *n)})
            })
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

    fn readiness(&self) -> Value {
        let kinds: Vec<String> = self.policies.iter().map(|p| p.kind.clone()).collect();
        let readiness = readiness(self.case, &kinds);
        // What people explained beyond what we look for ourselves is told too, each thing once, as last explained.
        let found = found(self.case, &kinds);
        let own = |e: &&GapExplanation| {
            let same = |category: &str, what: &str| e.category == category && e.what == what;
            !readiness.missing.iter().any(|m| same(&m.category, &m.what))
                && !found.iter().any(|(category, what)| same(category, what))
        };
        let mut seen = std::collections::BTreeSet::new();
        let mut further: Vec<&GapExplanation> = self
            .case
            .explanations
            .iter()
            .rev()
            .filter(own)
            .filter(|e| seen.insert((&e.category, &e.what)))
            .collect();
        further.reverse();
        let further = further.into_iter().map(|e| {
            json!({
                "category": e.category, "what": e.what, "why": "Named and explained by the landlord",
                "explanation": e.text, "explained_by": (self.person)(&e.by), "explained_on": london_date(e.at),
            })
        });
        let missing = readiness.missing.iter().map(|m| {
            let told = |e: &&GapExplanation| e.category == m.category && e.what == m.what;
            let told = self.case.explanations.iter().rev().find(told);
            json!({
                "category": m.category, "what": m.what, "why": m.why,
                "explanation": told.map(|e| &e.text), "explained_by": told.map(|e| (self.person)(&e.by)),
                "explained_on": told.map(|e| london_date(e.at)),
            })
        });
        json!({ "score": readiness.score, "missing": missing.chain(further).collect::<Vec<_>>() })
    }
}

/// The people of a case whose data somebody may ask for, by the ids that a request takes.
pub fn people(case: &Case) -> Vec<Value> {
    let party = &case.complainant;
    let complainant =
        json!({"id": "complainant", "name": party.name, "role": "The resident who complained"});
    let representative = case.representative.as_ref().map(
        |r| json!({"id": "representative", "name": r.name, "role": "Speaks for the resident"}),
    );
    let members = case.members.iter().zip(1..).map(|(member, at)| {
        json!({"id": format!("member-{at}"), "name": member.name, "role": "Another resident of the complaint"})
    });
    std::iter::once(complainant)
        .chain(representative)
        .chain(members)
        .collect()
}
