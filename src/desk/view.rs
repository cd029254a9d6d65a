//! A case as it is shown: state, clocks, flags and readiness together, in the API's shape.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::Book;
use super::links::asked::Heard;
use crate::domain::case::{Case, LinkedRecord, Point, SourceState, Sums};
use crate::domain::clock::{CaseFlags, Clock};
use crate::domain::letter;
use crate::domain::readiness::Readiness;

/// A case with everything that follows from it.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// The case.
    pub case: Case,
    /// Every clock that has started.
    pub clocks: Vec<Clock>,
    /// The three in-time flags of each stage.
    pub flags: CaseFlags,
    /// What a complete file would still need.
    pub readiness: Readiness,
    /// The names people read, by account name.
    pub names: BTreeMap<String, String>,
    /// How each of its sources stands, by name.
    pub heard: BTreeMap<String, Heard>,
    /// When it was looked at.
    pub seen_at: DateTime<Utc>,
}

impl CaseView {
    /// Works out what follows from `case` at `now`; `policies` are the kinds that were in force at its time.
    pub fn of(case: Case, book: &Arc<Book>, policies: &[String], now: DateTime<Utc>) -> Self {
        let clocks = case.clocks(book.calendar(), book.clocks(&case), now);
        let flags = case.flags(book.calendar(), book.clocks(&case), now);
        let mut readiness = crate::domain::readiness::readiness(&case, policies);
        let names: BTreeMap<String, String> = book
            .people()
            .map(|person| (person.id.clone(), person.name.clone()))
            .collect();
        for missing in &mut readiness.missing {
            if let Some(name) = names.get(&missing.who) {
                missing.who.clone_from(name);
            }
        }
        Self {
            case,
            clocks,
            flags,
            readiness,
            names,
            heard: BTreeMap::new(),
            seen_at: now,
        }
    }

    /// The name people read for an account.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.names.get(id).map_or(id, String::as_str)
    }

    /// The open clock that is due first.
    pub fn next_due(&self) -> Option<&Clock> {
        self.clocks
            .iter()
            .filter(|clock| clock.is_open())
            .min_by_key(|clock| clock.due)
    }

    /// What was offered at each stage, and ordered.
    pub fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        for remedy in &self.case.remedies {
            let Some(line) = &remedy.compensation else {
                continue;
            };
            let sum = match remedy.offered_at_stage {
                1 => &mut sums.stage1,
                // What comes after the final response was not offered by the landlord's process.
                _ if remedy.after_response => &mut sums.later,
                _ => &mut sums.stage2,
            };
            sum.0 = sum.0.saturating_add(line.amount.0);
        }
        let ordered = self
            .case
            .ombudsman
            .iter()
            .flat_map(|hos| hos.orders())
            .filter_map(|order| order.amount);
        for amount in ordered {
            sums.ordered.0 = sums.ordered.0.saturating_add(amount.0);
        }
        sums
    }

    /// The case as the API gives it.
    pub fn to_json(&self) -> Value {
        let case = &self.case;
        let points: Vec<Value> = case.points.iter().map(point).collect();
        let last = case.definition();
        let links: Vec<Value> = case
            .current_links()
            .map(|record| link(case, record))
            .collect();
        let mut extensions = Vec::new();
        for run in &case.stages {
            for extension in &run.extensions {
                let mut value = json!(extension);
                value["stage"] = json!(run.stage);
                extensions.push(value);
            }
        }
        json!({
            "reference": case.reference,
            "version": case.version,
            "state": case.state,
            "kind": case.kind,
            "stage": case.stage(),
            "title": case.title(),
            "received_at": case.received_at,
            "recorded_at": case.recorded_at,
            "updated_at": case.updated_at,
            "channel": case.intake.channel,
            "heard_by": case.intake.heard_by,
            "account": case.intake.account,
            "definition": last.map(|run| &run.definition),
            "outcomes_sought": last.map_or(&case.intake.outcomes_sought, |run| &run.outcomes_sought),
            "handler": case.handler(),
            "complainant": case.complainant,
            "representative": case.representative,
            "members": case.members,
            "triage": case.triage,
            "points": points,
            "stages": case.stages,
            "outcome": letter::overall(case, case.stage()),
            "clocks": self.clocks,
            "flags": self.flags,
            "refusals": case.refusals,
            "remedies": case.remedies,
            "compensation": self.sums_json(),
            "actions": case.actions,
            "approvals": case.approvals,
            "extensions": extensions,
            "letters": case.letters,
            "links": links,
            "sources": self.sources_json(),
            "documents": case.documents,
            "contacts": case.contacts,
            "hazards": case.hazards,
            "related": case.related,
            "linked_cases": case.linked_cases,
            "ombudsman": case.ombudsman,
            "root_causes": case.root_causes,
            "closing": case.closing,
            "satisfaction": case.satisfaction,
            "readiness": self.readiness,
            "restricted": case.restricted.is_some(),
        })
    }

    fn sources_json(&self) -> Vec<Value> {
        let one = |state: &SourceState| {
            let heard = self.heard.get(&state.source);
            json!({
                "source": state.source,
                "asked_at": heard.map_or(state.asked_at, |heard| heard.asked_at),
                "fetched_at": heard.map_or(state.fetched_at, |heard| heard.fetched_at),
                "failure": state.failure,
                "notes": state.notes,
                "down_since": heard.and_then(|heard| heard.down_since),
                "next_try": heard.and_then(|heard| heard.next_try),
                "off": heard.is_some_and(|heard| heard.off),
            })
        };
        self.case.sources.iter().map(one).collect()
    }

    fn sums_json(&self) -> Value {
        let sums = self.sums();
        json!({
            "stage1_pence": sums.stage1, "stage2_pence": sums.stage2, "later_pence": sums.later,
            "ordered_pence": sums.ordered,
        })
    }
}

fn point(point: &Point) -> Value {
    let decision = point.decision();
    json!({
        "id": point.id,
        "text": point.text,
        "category": point.category,
        "theme": point.theme,
        "raised_at": point.raised_at,
        "refused": point.refused,
        "accepted": point.accepted,
        "decision": decision.map(|d| d.decision),
        "reasons": decision.map(|d| &d.reasons),
        "references": decision.map(|d| &d.references),
        "decisions": point.decisions,
        "evidence": point.evidence,
    })
}

fn link(case: &Case, record: &LinkedRecord) -> Value {
    let versions: Vec<Value> = case
        .links
        .iter()
        .filter(|other| other.same_record(record))
        .map(|other| json!({ "version": other.version, "snapshot_at": other.snapshot_at, "hash": other.hash }))
        .collect();
    let mut value = json!(record);
    // The record is JSON already; anything else is shown as the text it is.
    value["document"] =
        serde_json::from_str(&record.document).unwrap_or_else(|_| json!(record.document));
    value["versions"] = json!(versions);
    value
}
