//! What runs beside the complaint and what must stay inside: hazards, triage, other people, requests of
//! another kind, the Ombudsman's notices; and which events may be told outside at all.

use serde_json::{Value, json};

use super::paper::is_privileged;
use crate::domain::calendar::london_date;
use crate::domain::case::{Case, Event, Hazard, LinkedRecord, Related};
use crate::domain::intake::Triage;
use crate::domain::ombudsman::HosCase;
use crate::domain::party::Party;

/// A cautionary alert protects visiting staff and never leaves.
pub(super) fn leaves(link: &LinkedRecord) -> bool {
    link.kind != "alert" && link.unlinked_at.is_none()
}

/// Whether an event may stand in a chronology for others: nothing of legal advice, of alerts, or of a record that
/// turned out not to belong to this case.
pub(super) fn may_be_told(case: &Case, event: &Event) -> bool {
    match event {
        Event::DocumentAttached { document } => !is_privileged(document),
        Event::RecordLinked { link } => case.links.iter().any(|l| {
            leaves(l)
                && (&l.source, &l.external_id, &l.kind)
                    == (&link.source, &link.external_id, &link.kind)
        }),
        // How the landlord weighs its own file is not part of it.
        Event::RecordUnlinked { .. } | Event::EvidenceChosen { .. } => false,
        event => event.is_substance(),
    }
}

pub(super) fn hazard(h: &Hazard) -> Value {
    json!({
        "id": h.id.0, "description": h.description, "emergency": h.emergency, "aware_at": h.aware_at,
        "made_safe_at": h.made_safe_at, "investigated_at": h.investigated_at, "summary_sent_at": h.summary_sent_at,
        "safety_work_at": h.safety_work_at, "further_work_at": h.further_work_at,
    })
}

pub(super) fn triage(case: &Case) -> Value {
    let t: &Triage = &case.triage;
    json!({
        "risk": t.risk, "complexity": t.complexity, "vulnerability": t.vulnerability, "safeguarding": t.safeguarding,
        "child_in_home": t.child_in_home, "note": t.note,
    })
}

pub(super) fn member(p: &Party) -> Value {
    json!({ "name": p.name, "address": p.address, "property_ref": p.property_ref })
}

pub(super) fn related(r: &Related) -> Value {
    json!({
        "id": r.id.0, "kind": r.kind, "text": r.text, "received_on": london_date(r.received_at),
        "answered_on": r.answered_at.map(london_date),
    })
}

pub(super) fn ombudsman(h: &HosCase) -> Value {
    let determinations = h.determinations.iter().map(|d| {
        let orders = d.orders.iter().map(|o| {
            json!({
                "number": o.id, "kind": o.kind, "text": o.text, "amount_pence": o.amount, "due": o.due,
                "status": if o.complied_on.is_some() { "done" } else { "open" }, "completed_on": o.complied_on,
            })
        });
        json!({
            "received_on": d.received_on, "heads": d.heads, "orders": orders.collect::<Vec<_>>(),
            "recommendations": d.recommendations,
        })
    });
    let tasks = h.tasks.iter().map(|t| {
        json!({ "items": t.items, "due": t.due, "recorded_on": t.set_on, "completed_on": t.sent_on })
    });
    json!({
        "reference": h.reference, "state": h.state, "route": h.route, "referred_on": london_date(h.notified_at),
        "directed_on": h.directed_at.map(london_date), "directed_due": h.directed_due,
        "tasks": tasks.collect::<Vec<_>>(), "determinations": determinations.collect::<Vec<_>>(),
        "notices": h.notices,
    })
}
