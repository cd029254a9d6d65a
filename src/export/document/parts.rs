//! The smaller records of `redress-case/1`, each as the API names its fields.

use serde_json::{Value, json};

use super::CaseFile;
use crate::domain::calendar::london_date;
use crate::domain::case::{
    Contact, Event, Extension, IssuedLetter, LinkedRecord, Point, Recorded, RefusalRecord,
    SourceState, StageRun,
};
use crate::domain::ids::DocumentId;
use crate::domain::letter::{LetterKind, ground_words};
use crate::domain::party::Adjustment;
use crate::domain::remedy::{Action, Remedy};

type Person<'a> = &'a (dyn Fn(&str) -> String + Sync);

fn ids(documents: &[DocumentId]) -> Vec<String> {
    documents.iter().map(ToString::to_string).collect()
}

/// The refusal in the words of its record.
fn discretion(d: &crate::domain::case::Discretion) -> String {
    format!("{} {}", d.factors, d.decision).trim().to_owned()
}

impl CaseFile<'_> {
    pub(super) fn stage(&self, run: &StageRun) -> Value {
        let answer_by = self
            .case
            .stage_clocks(
                run.stage,
                self.calendar,
                &self.policy.clocks,
                self.case.as_of,
            )
            .map(|clocks| clocks.answer_by);
        let refusal = self.case.refusals.iter().find(|r| r.stage == run.stage);
        let refusal = refusal.map(|r| self.refusal(r));
        let response = run.response.as_ref();
        json!({
            "stage": run.stage, "received_at": run.received_at, "channel": run.channel, "account": run.account,
            "acknowledged_on": run.acknowledged_at.map(london_date), "definition": run.definition,
            "outcomes_sought": run.outcomes_sought, "responsible_for": run.responsible_for,
            "not_responsible_for": run.not_responsible_for, "handler": run.handler.as_deref().map(self.person),
            "due": answer_by, "responded_on": response.map(|r| london_date(r.at)),
            "summary": response.map(|r| &r.summary), "outcome": response.map(|r| r.outcome),
            "approved_by": response.and_then(|r| r.approved_by.as_deref()).map(self.person),
            "refusal": refusal,
        })
    }

    pub(super) fn refusal(&self, r: &RefusalRecord) -> Value {
        json!({
            "stage": r.stage, "points": r.points, "ground": ground_words(r.ground), "reasons": r.reasons,
            "discretion": r.discretion.as_ref().map(discretion), "evidence": r.evidence,
            "better_route": r.better_route, "decided_on": london_date(r.at),
            "decided_by": (self.person)(&r.decided_by), "approved_by": (self.person)(&r.approved_by),
        })
    }

    pub(super) fn extension(&self, stage: u8, e: &Extension) -> Value {
        json!({
            "stage": stage, "recorded_on": london_date(e.decided_at), "old_due": e.old_due, "new_due": e.new_due,
            "reason": e.reason, "update_every_days": e.update_every_days, "resident_view": e.resident_view,
            "good_reason": e.good_reason, "approved_by": e.approved_by.as_deref().map(self.person),
            "retrospective": e.retrospective,
        })
    }

    pub(super) fn remedy(&self, r: &Remedy) -> Value {
        let money = r.compensation.as_ref();
        let rule = money.and_then(|m| m.rule.as_ref());
        let action = r
            .action
            .and_then(|id| self.case.actions.iter().find(|a| a.id == id));
        let paid = money.and_then(|m| m.paid_on);
        let done = paid.or(action.and_then(|a| a.ended_on));
        // What the letter itself carries out is done when the stage's response went out.
        let response = self
            .case
            .stage_run(r.offered_at_stage)
            .and_then(|s| s.response.as_ref());
        let by_letter = r.kind.done_by_the_letter() && money.is_none();
        let done = done.or(response.filter(|_| by_letter).map(|r| london_date(r.at)));
        let offered = self.events.iter().find_map(|e| match &e.event {
            Event::RemedyOffered { remedy, .. } if remedy.id == r.id => Some(london_date(e.at)),
            _ => None,
        });
        let cancelled =
            action.is_some_and(|a| a.status == crate::domain::remedy::ActionStatus::Cancelled);
        json!({
            "id": r.id, "kind": r.kind, "description": r.description, "points": r.points,
            "stage": r.offered_at_stage, "offered_on": offered, "due": action.map(|a| a.due),
            "owner": action.map(|a| (self.person)(&a.owner)),
            "status": if cancelled { "cancelled" } else if done.is_some() { "done" } else { "open" },
            "amount_pence": money.map(|m| m.amount), "head": money.map(|m| m.head),
            "guidance_ref": money.and_then(|m| m.guidance()),
            "rule_source": rule.map(|r| r.source.words()), "rule_version": rule.map(|r| r.version),
            "from": money.and_then(|m| m.from), "to": money.and_then(|m| m.to),
            "quantity": money.and_then(|m| m.quantity), "unit": money.and_then(|m| m.unit),
            "rate_pence": money.and_then(|m| m.rate),
            "approved_by": money.and_then(|m| m.approved_by.as_deref()).map(self.person),
            "accepted": r.accepted, "completed_on": done.filter(|_| !cancelled),
            "evidence": action.map(|a| ids(&a.evidence)).unwrap_or_default(),
        })
    }

    pub(super) fn action(&self, a: &Action) -> Value {
        let done = a.status == crate::domain::remedy::ActionStatus::Done;
        let remedy = a
            .remedy
            .and_then(|id| self.case.remedies.iter().find(|r| r.id == id));
        json!({
            "id": a.id, "remedy": a.remedy, "description": a.what, "points": remedy.map(|r| r.points.clone()).unwrap_or_default(),
            "stage": remedy.map(|r| r.offered_at_stage), "due": a.due, "owner": (self.person)(&a.owner),
            "status": a.status, "reason": a.reason, "completed_on": a.ended_on.filter(|_| done),
            "resident_told": a.resident_told, "evidence": ids(&a.evidence),
        })
    }
}

pub(super) fn point(p: &Point) -> Value {
    let standing = p.decision();
    let outcomes = [1, 2].into_iter().filter_map(|stage| {
        let d = p.decisions.iter().rev().find(|d| d.stage == stage)?;
        Some(json!({
            "stage": stage, "decision": d.decision, "reasons": d.reasons, "references": d.references,
        }))
    });
    json!({
        "id": p.id, "text": p.text, "category": p.category, "theme": p.theme.as_ref().map(|t| format!("{}: {}", t.top, t.title)), "raised_on": london_date(p.raised_at),
        "decision": standing.map(|d| d.decision), "reasons": standing.map(|d| &d.reasons),
        "references": standing.map(|d| d.references.clone()).unwrap_or_default(),
        "refused": p.refused, "outcomes": outcomes.collect::<Vec<_>>(),
    })
}

pub(super) fn letter(l: &IssuedLetter, to: &str) -> Value {
    let blocks: Vec<String> = l
        .blocks
        .iter()
        .map(|b| format!("{}\n{}", b.heading, b.text).trim().to_owned())
        .collect();
    // A stage 2 complaint's letters say 2 themselves; a correction belongs where its stage says.
    let stage = match l.kind {
        LetterKind::AcknowledgementS2 | LetterKind::ResponseS2 => 2,
        _ => l.stage,
    };
    json!({
        "id": l.id.to_string(), "kind": l.kind, "stage": stage, "title": l.kind.title(), "to": l.to.as_deref().unwrap_or(to),
        "channel": l.channel, "issued_at": l.issued_at, "document": l.document.map(|d| d.to_string()),
        "text": blocks.join("\n\n"),
    })
}

pub(super) fn contact(at: usize, c: &Contact, person: Person<'_>) -> Value {
    json!({
        "id": format!("{}", at + 1), "at": c.at, "direction": c.direction, "channel": c.channel, "with": c.with,
        "summary": c.summary, "staff": person(&c.by), "visible_to_resident": c.visible_to_resident,
    })
}

pub(super) fn adjustment(a: &Adjustment) -> Value {
    json!({
        "need": a.need, "note": a.detail, "agreed_on": a.agreed_on, "review_due": a.review_due,
        "status": a.ended_on.map_or_else(|| "in_force".to_owned(), |on| format!("ended {on}")),
    })
}

pub(super) fn link(l: &LinkedRecord) -> Value {
    let document: Value = serde_json::from_str(&l.document).unwrap_or_default();
    json!({
        "kind": l.kind, "source": l.source, "external_id": l.external_id, "title": l.title,
        "snapshot_at": l.snapshot_at, "hash": l.hash, "version": l.version,
        "document": if document.is_object() { document } else { json!({}) },
    })
}

pub(super) fn source(s: &SourceState) -> Value {
    json!({ "name": s.source, "last_fetched": s.fetched_at, "last_error": s.failure, "notes": s.notes })
}

impl CaseFile<'_> {
    /// The generated sentence always goes with it; `reworded` is how people corrected it, if they did.
    pub(super) fn event(&self, e: &Recorded) -> Value {
        let reworded = self.case.rewording(e.seq).map(|r| {
            json!({
                "wording": r.wording, "reason": r.reason, "by": (self.person)(&r.by), "on": london_date(r.at),
            })
        });
        json!({
            "seq": e.seq, "at": e.at, "recorded_at": e.recorded_at, "kind": e.event.kind(),
            "actor": (self.person)(&e.actor), "sentence": self.sentence(&e.event), "points": points(&e.event),
            "documents": ids(&documents(&e.event)), "reworded": reworded,
        })
    }
}

fn points(event: &Event) -> Vec<u32> {
    let numbers = |points: &[crate::domain::ids::PointId]| points.iter().map(|p| p.0).collect();
    match event {
        Event::PointAdded { point, .. } | Event::PointDecided { point, .. } => vec![point.0],
        Event::RemedyOffered { remedy, .. } => numbers(&remedy.points),
        Event::Refused { refusal } => numbers(&refusal.points),
        _ => Vec::new(),
    }
}

fn documents(event: &Event) -> Vec<DocumentId> {
    match event {
        Event::DocumentAttached { document } => vec![document.id],
        Event::LetterIssued { letter } => letter.document.into_iter().collect(),
        Event::ActionCompleted { evidence, .. }
        | Event::CompensationPaid { evidence, .. }
        | Event::OrderCompleted { evidence, .. } => evidence.clone(),
        _ => Vec::new(),
    }
}
