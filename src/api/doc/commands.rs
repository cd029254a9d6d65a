//! The commands of the API as one table: what each is for, and its fields. The OpenAPI document and the check for
//! unknown fields both read it; a test holds it against the domain's own reading of each command.
//!
//! A field is `name:kind`; `name=:kind` may be left out, `name?:kind` may also be `null`. Kinds in lower case are plain JSON; the others
//! are shapes of the domain. Every command may also say `at`.

use serde_json::{Map, Value, json};

use super::trace::{named, or_null};

/// Name, purpose, fields.
pub type Row = (&'static str, &'static str, &'static str);

const SENDING: &str = " sent_by?:Channel adjustments_note?:text";

/// Every command that can be posted to a case.
#[rustfmt::skip]
pub const COMMANDS: &[Row] = &[
    ("assign", "Gives a stage, by default the current one, to a person.", "stage?:stage handler:text conflict_note?:text"),
    ("declare_conflict", "Says that a person may not handle this case (Code 5.8).", "person:text reason:text"),
    ("triage", "Records risk, vulnerability and what else makes the case delicate (Code 6.1).", "triage:Triage"),
    ("acknowledge", "Acknowledges and defines the complaint; starts the response clock (Code 5.6, 6.2, 6.11).",
     "stage:stage definition=:text outcomes_sought=:text handler=:text responsible_for=:text not_responsible_for=:text clarification=:text conflict_note?:text +"),
    ("refuse", "Refuses the complaint or points of it, with a second person and the discretion record (Code 2).",
     "ground:RefusalGround reasons=:text part?:Part claim_filed_on?:date date_of_issue?:date date_became_aware?:date discretion?:Discretion approved_by?:text better_route?:text evidence=:text +"),
    ("add_point", "Adds a point: folded in, or a new linked case (Code 6.8).",
     "text:text category:text related=:flag unreasonable_delay=:flag"),
    ("accept_point", "Considers a refused point after all; once the stage it belonged to is answered, as a complaint of its own (Code 2.4).",
     "point:number reason:text by_ombudsman=:flag"),
    ("decide_point", "Decides one point at the current stage, with reasons (Code 6.9).",
     "point:number decision:Decision reasons=:text references=:texts"),
    ("offer_remedy", "Offers a remedy (Code 7); a sum waits for a second person's approval. `rate` names a rate of the table that is in force on the day of the offer: head, unit, rate and sum are filled in from it and kept, with its source and version. A sum above it may be given; one below it needs `rate_reason`.",
     "kind:RemedyKind description=:text points=:numbers due?:date owner?:text amount_pence?:money head?:CompensationHead guidance_ref?:text impact?:text from?:date to?:date quantity?:number unit?:CompensationUnit rate_pence?:money rate?:text rate_reason?:text"),
    ("answer_remedy", "Records whether the resident accepts a remedy.", "remedy:number accepted:flag"),
    ("record_payment", "Records that a sum was paid.",
     "remedy:number paid_on:date method:text evidence=:numbers set_off_agreement?:text"),
    ("promise_action", "Promises an action with an owner and a date (Code 6.6).", "what:text owner:text due:date"),
    ("complete_action", "Completes a promised action with its evidence (Code 6.17, 7.3).",
     "action:number evidence=:numbers reason?:text resident_told=:flag"),
    ("cancel_action", "Cancels a promised action, with the reason.",
     "action:number evidence=:numbers reason?:text resident_told=:flag"),
    ("tell_resident", "Records that the resident was told how an action ended.", "action:number"),
    ("request_approval", "Asks a second person to approve. Of a response, `response` says what its letter would say: the letter is kept with the approval as it is put to them.", "subject:ApprovalSubject of?:text note?:text response?:ProposedResponse"),
    ("approve", "Approves; never one's own proposal, never above one's limit.", "approval:number reason?:text"),
    ("decline_approval", "Declines to approve, with the reason.", "approval:number reason=:text"),
    ("extend", "Extends a response with reason, new date and update interval (Code 6.4, 6.15).",
     "stage:stage new_due?:date reason=:text update_every_days?:number resident_view=:ResidentView done_so_far=:text good_reason?:text approved_by?:text +"),
    ("respond", "Issues a stage's response: the landlord's own letter, or one written from the record (Code 6.9, 6.19).",
     "stage:stage summary=:text learning=:text letter?:number approved_by?:text changed_since?:text +"),
    ("escalate", "Takes the complaint to stage 2; no reason is ever required (Code 6.12).",
     "received_at?:time channel?:Channel account?:text"),
    ("pause", "Always refused with E09: the Code's clocks never pause. Also known as `hold` and `stop_clock`.", "reason=:text"),
    ("withdraw", "Withdraws the complaint in the resident's words.", "account=:text"),
    ("close", "Closes the case once every action is evidenced or cancelled.",
     "root_causes=:RootCause[] learning=:text satisfaction?:SatisfactionAnswer outcome=:ClosingOutcome"),
    ("reopen", "Reopens a closed case.", "reason=:text by_ombudsman=:flag"),
    ("record_contact", "Records a contact with the resident or someone else.",
     "direction:Direction channel:Channel with?:text summary:text visible_to_resident=:flag adjustments_note?:text"),
    ("note", "Adds a note.", "text:text"),
    ("explain_gap", "Explains why something a complete file would have is missing.",
     "category:text what:text explanation:text"),
    ("reword_entry", "Corrects the wording of an entry of the chronology; the original is kept beside it.",
     "seq:number wording:text reason:text"),
    ("pair_photos", "Says which photo shows the same place before the work that another shows done; without one, takes them apart.",
     "after:number before?:number"),
    ("issue_letter", "Issues a further letter: an update, a confirmation, a restriction of contact, or an addendum to an issued one.",
     "kind:LetterKind text:text addendum_to?:number next_update?:date restriction?:ContactRestriction +"),
    ("link_record", "Links a record of another system; its present content is fetched and kept.",
     "source:text external_id:text"),
    ("unlink_record", "Takes a link away; the history stays.", "source:text external_id:text reason?:text"),
    ("choose_evidence", "Says which documents and linked records bear on a point, instead of what was chosen before.",
     "point:number documents=:numbers records=:RecordKey[]"),
    ("update_complainant", "Corrects what is known of the resident.", "complainant:Party"),
    ("record_adjustment", "Records a reasonable adjustment (Code 5.10).", "adjustment:Adjustment"),
    ("end_adjustment", "Ends an adjustment that is no longer needed.", "need:text reason:text"),
    ("appoint_representative", "Records who speaks for the resident (Code 3.6).", "representative:Representative"),
    ("end_representative", "Ends a representation.", "reason?:text"),
    ("add_member", "Adds a resident to a group complaint (Code 1.2).", "member:Party"),
    ("set_member_letters", "Says whether a member of the group, by name, wants its letters (Code 1.2).", "member:text wanted:flag"),
    ("report_hazard", "Reports a hazard; its own clocks start at once (Awaab's Law).", "hazard:NewHazard"),
    ("take_hazard_step", "Records a step on a hazard, or why nothing calls for it.", "hazard:number step:HazardStep not_needed?:text"),
    ("open_related", "Records a request with a clock of its own beside the complaint.",
     "request:RelatedKind text:text received_at?:time"),
    ("answer_related", "Records that a related request was answered.", "related:number"),
    ("extend_related", "Takes the law's two further months for a complex subject access request.", "related:number reason:text"),
    ("review_service_request", "Records the review of a service request (Code 1.4).", "note:text next_review?:date"),
    ("convert_to_complaint", "Opens a complaint beside a service request (Code 1.5).", "account:text"),
    ("ask_contribution", "Asks another team or a contractor for something by a day.", "team:text what:text of?:text due:date"),
    ("give_contribution", "Records what came back of what others were asked.",
     "contribution:number text:text evidence=:numbers from?:text"),
    ("withdraw_contribution", "Asks no longer.", "contribution:number reason:text"),
    ("refer", "Records that the Ombudsman has the case.", "hos_reference:text route:HosRoute"),
    ("record_hos_direction", "Records a date by which the Ombudsman directs a response.", "respond_by:date"),
    ("record_hos_task", "Records a request for evidence.", "items=:texts due?:date"),
    ("send_hos_evidence", "Records that the evidence was sent.", "task:number note?:text"),
    ("record_determination", "Records a determination with its findings, orders and recommendations.",
     "heads:DeterminedHead[] orders=:NewOrder[] recommendations=:texts"),
    ("complete_order", "Records compliance with an order, with the proof.", "order:number evidence=:numbers"),
    ("request_hos_review", "Records that the Ombudsman was asked to look at a determination again.", "by:ReviewRequestedBy reason?:text"),
    ("complete_hos_notice", "Records compliance with a failure notice, with the proof.", "notice:number evidence=:numbers"),
    ("answer_recommendation", "Answers a recommendation.", "recommendation:number accepted:flag reason:text"),
    ("record_hos_notice", "Records a complaint handling failure order or notice.", "notice:HosNotice"),
    ("record_satisfaction", "Records what the resident thought of the handling.",
     "stage:stage answer:SatisfactionAnswer comment?:text"),
    ("restrict", "Restricts the case to the named people.", "people:texts reason:text"),
    ("lift_restriction", "Opens a restricted case again.", "reason:text"),
    ("correct_received_at", "Corrects the moment of receipt, with the reason; the audit keeps both.",
     "received_at:time reason=:text"),
    ("link_case", "Says on both cases that they belong together.", "reference:text relation:text"),
    ("merge_duplicate", "Records that another case is this one; the earliest receipt is kept.",
     "reference:text received_at:time reason:text"),
];

/// Commands that have a route of their own, with the way there.
pub const ELSEWHERE: &[(&str, &str)] = &[
    ("log", "Log a complaint with POST /api/v1/cases."),
    (
        "attach",
        "Attach a document with POST /api/v1/cases/{reference}/documents.",
    ),
    (
        "take_snapshots",
        "Ask the linked systems again with POST /api/v1/cases/{reference}/links/refresh.",
    ),
];

/// One field of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether the command cannot do without it.
    pub required: bool,
    /// Whether it may be `null`, which is as if it were left out.
    pub takes_null: bool,
    /// What it holds.
    pub kind: &'static str,
}

/// The row of a command.
pub fn row(name: &str) -> Option<&'static Row> {
    let name = match name {
        "hold" | "stop_clock" => "pause",
        name => name,
    };
    COMMANDS.iter().find(|(command, ..)| *command == name)
}

/// The fields of a row; `+` stands for how its letter is sent.
pub fn fields(row: &Row) -> impl Iterator<Item = Field> + use<> {
    let sending = if row.2.ends_with('+') { SENDING } else { "" };
    row.2
        .trim_end_matches('+')
        .split_whitespace()
        .chain(sending.split_whitespace())
        .filter_map(|field| {
            let (name, kind) = field.split_once(':')?;
            Some(Field {
                name: name.trim_end_matches(['?', '=']),
                required: !name.ends_with(['?', '=']),
                takes_null: name.ends_with('?'),
                kind,
            })
        })
}

/// The shape of a kind of field.
pub fn kind(kind: &str) -> Value {
    match kind {
        "text" => json!({"type": "string"}),
        "texts" => json!({"type": "array", "items": {"type": "string"}}),
        "flag" => json!({"type": "boolean"}),
        "number" => json!({"type": "integer", "minimum": 0}),
        "numbers" => json!({"type": "array", "items": {"type": "integer", "minimum": 0}}),
        "stage" => json!({"type": "integer", "minimum": 1, "maximum": 2}),
        "integer" => json!({"type": "integer"}),
        "any" => json!({}),
        "money" => json!({"type": "integer", "description": "pence"}),
        "date" => json!({"type": "string", "format": "date"}),
        "time" => json!({"type": "string", "format": "date-time"}),
        list if list.ends_with("[]") => {
            json!({"type": "array", "items": named(list.trim_end_matches("[]"))})
        }
        shape => named(shape),
    }
}

/// The name of a command's shape: `decide_point` is `DecidePointCommand`.
pub fn shape_name(command: &str) -> String {
    let words = command.split('_').map(|word| {
        let (first, rest) = word.split_at(1.min(word.len()));
        first.to_uppercase() + rest
    });
    words.collect::<String>() + "Command"
}

/// The shape of one command.
pub fn shape(row: &Row) -> Value {
    let mut properties = Map::new();
    properties.insert("command".into(), json!({"type": "string", "enum": [row.0]}));
    let at = "When it happened, if not now; never in the future.";
    properties.insert(
        "at".into(),
        json!({"type": ["string", "null"], "format": "date-time", "description": at}),
    );
    let mut required = vec!["command"];
    for field in fields(row) {
        let shape = kind(field.kind);
        let shape = if field.takes_null {
            or_null(shape)
        } else {
            shape
        };
        properties.insert(field.name.into(), shape);
        if field.required {
            required.push(field.name);
        }
    }
    json!({"type": "object", "description": row.1, "properties": properties, "required": required})
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::api::doc::sample::Sampler;
    use crate::api::doc::shapes;
    use crate::domain::case::Command;

    /// What the domain's reader says when it does not know a command.
    fn known_to_the_domain() -> Vec<String> {
        let error = serde_json::from_value::<Command>(json!({"command": "?"}))
            .unwrap_err()
            .to_string();
        let names = error.split('`').skip(3).step_by(2).map(str::to_owned);
        names.collect()
    }

    #[test]
    fn every_command_of_the_domain_is_in_the_table_or_elsewhere() {
        let known = known_to_the_domain();
        assert!(known.len() > 50, "{known:?}");
        for name in &known {
            let elsewhere = ELSEWHERE.iter().any(|(command, _)| command == name);
            assert!(row(name).is_some() != elsewhere, "{name}");
        }
        for (name, ..) in COMMANDS {
            assert!(known.iter().any(|known| known == name), "{name}");
        }
    }

    #[test]
    fn the_table_says_what_the_domain_reads() {
        let sampler = Sampler::new(shapes());
        for row in COMMANDS {
            let whole = sampler.full(&shape(row));
            let mut given = whole.as_object().unwrap().clone();
            given.remove("at");
            let read = serde_json::from_value::<Command>(json!(given))
                .unwrap_or_else(|error| panic!("{}: {error}\n{given:?}", row.0));
            let mut written = serde_json::to_value(&read).unwrap();
            // The desk brings the content of a linked record, never the caller.
            written.as_object_mut().unwrap().remove("found");
            let names = |object: &Map<String, Value>| -> Vec<String> {
                let mut names: Vec<_> = object.keys().cloned().collect();
                names.sort();
                names
            };
            assert_eq!(
                names(&given),
                names(written.as_object().unwrap()),
                "{}",
                row.0
            );
            for field in fields(row) {
                let mut less = given.clone();
                less.remove(field.name);
                let read = serde_json::from_value::<Command>(json!(less));
                assert_eq!(
                    read.is_err(),
                    field.required,
                    "{} without {}",
                    row.0,
                    field.name
                );
                less.insert(field.name.into(), Value::Null);
                let read = serde_json::from_value::<Command>(json!(less));
                assert_eq!(
                    read.is_ok(),
                    field.takes_null,
                    "{} with null {}",
                    row.0,
                    field.name
                );
            }
        }
    }
}
