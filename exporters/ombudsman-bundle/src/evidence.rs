//! Which paper of the bundle shows an event of the chronology, beside the documents that the event names.

use crate::case::{Case, Event, Letter};
use crate::plan::Plan;
use crate::sheet;

/// The numbers of an event's documents in this bundle.
pub fn numbers(case: &Case, plan: &Plan, event: &Event) -> Vec<String> {
    let named = event.documents.iter().filter_map(|id| plan.numbers.get(id));
    let letter = letter(case, event).and_then(|l| number_of(plan, l));
    let paper = paper(case, event).and_then(|title| plan.paper(&title));
    let mut numbers: Vec<String> = Vec::new();
    for number in named.chain(letter).chain(paper) {
        if !numbers.contains(number) {
            numbers.push(number.clone());
        }
    }
    numbers
}

/// The letter that went out with an event: the one of its kind at the same instant.
fn letter<'a>(case: &'a Case, event: &Event) -> Option<&'a Letter> {
    let kind = match event.kind.as_str() {
        "acknowledged" => "acknowledgement",
        "response_issued" => "response",
        "extended" => "extension",
        "refused" => "refusal",
        "closed" => "closing",
        "letter_issued" => "",
        _ => return None,
    };
    let sent = |l: &&Letter| l.issued_at == event.at && l.kind.starts_with(kind);
    case.letters.iter().find(sent)
}

fn number_of<'a>(plan: &'a Plan, letter: &Letter) -> Option<&'a String> {
    match letter.document.as_str() {
        "" => plan.paper(&sheet::letter_title(letter)),
        id => plan.numbers.get(id),
    }
}

fn paper(case: &Case, event: &Event) -> Option<String> {
    let kind = event.kind.as_str();
    let starts = |prefixes: &[&str]| prefixes.iter().any(|p| kind.starts_with(p));
    let title = match kind {
        "complaint_logged"
        | "service_request_logged"
        | "survey_feedback_logged"
        | "point_added"
        | "member_added" => "Complaint as received",
        "escalated" => "Escalation request as received",
        "contact_recorded" | "note_added" => "Contact log",
        "point_decided" | "extended" | "refused" => "Decision record",
        "triaged" => "What we knew of vulnerability",
        "record_linked" => {
            let of_event = |l: &&crate::case::Link| {
                l.snapshot_at == event.at && event.sentence.contains(&l.external_id)
            };
            return case
                .links
                .iter()
                .find(of_event)
                .map(|l| sheet::records_title(&l.kind));
        }
        _ if starts(&[
            "remedy",
            "action",
            "compensation",
            "resident_told_of_action",
        ]) =>
        {
            "Remedies and actions"
        }
        _ if starts(&[
            "hos_",
            "determination",
            "referred_to_ombudsman",
            "ombudsman_",
            "order_",
            "recommendation_",
        ]) =>
        {
            "With the Ombudsman"
        }
        _ if starts(&["adjustment"]) => "Reasonable adjustments",
        _ if starts(&["hazard"]) => "Hazard records",
        _ => return None,
    };
    Some(title.to_owned())
}
