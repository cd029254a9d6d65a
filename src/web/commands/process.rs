//! The commands that move a case: from acknowledgement to closing.

use super::{
    Field, Kind, Spec, Subject, always, date, line, long, none, person, points, running, sending,
    stage, tick,
};
use crate::domain::case::{Case, ProposedResponse, State};
use crate::domain::category::RootCause;
use crate::web::form::{Choice, choices};
use crate::web::words::{wire, words};

const GROUP: &str = "The process";

pub(super) const SPECS: &[Spec] = &[
    Spec {
        name: "acknowledge",
        label: "Acknowledge the complaint",
        done: "The complaint is acknowledged and the letter is on the case.",
        intro: "Say what you understand the complaint to be. The response clock starts now.",
        group: GROUP,
        fits: |case| matches!(case.state, State::S1Received | State::S2Requested),
        fields: acknowledge,
        more: |s| {
            let mut fields = vec![
                long("clarification", "What we need to ask the resident")
                    .optional()
                    .rule("5.6"),
                long(
                    "conflict_note",
                    "Why the handler, or a resident who works for us, is no conflict of interest",
                )
                .optional()
                .rule("5.8"),
            ];
            fields.extend(sending(s));
            fields
        },
    },
    Spec {
        name: "decide_point",
        label: "Decide a point",
        done: "The decision is recorded.",
        intro: "Every point needs a decision and reasons before a response can be issued (Code 6.7).",
        group: GROUP,
        fits: running,
        fields: decide_point,
        more: none,
    },
    Spec {
        name: "respond",
        label: "Issue the response",
        done: "The response is issued and cannot be changed.",
        intro: "The letter is made from the decisions, reasons, remedies and actions on the case. Once issued it stays as it is; a correction is a letter of its own.",
        group: GROUP,
        fits: running,
        fields: respond,
        more: sending,
    },
    Spec {
        name: "extend",
        label: "Extend the deadline",
        done: "The deadline is extended and the resident is told.",
        intro: "The resident gets the new date, the reason and how to reach the Ombudsman.",
        group: GROUP,
        fits: running,
        fields: extend,
        more: sending,
    },
    Spec {
        name: "escalate",
        label: "Take to stage 2",
        done: "Stage 2 is requested.",
        intro: "The resident need not say why (Code 6.12).",
        group: GROUP,
        fits: |case| matches!(case.state, State::S1Responded | State::Closed) && case.stage() == 1,
        fields: escalate,
        more: none,
    },
    Spec {
        name: "refuse",
        label: "Refuse the complaint",
        done: "The refusal is recorded and the notice is on the case.",
        intro: "Only for a reason that your policy states, and on this complaint's own merits. Someone else must approve it.",
        group: GROUP,
        fits: running,
        fields: refuse,
        more: refuse_more,
    },
    Spec {
        name: "accept_point",
        label: "Consider a refused point",
        done: "The point is considered after all.",
        intro: "Where the stage it belonged to has been answered, it becomes a complaint of its own.",
        group: GROUP,
        fits: |case| case.state != State::Refused && case.points.iter().any(|p| p.refused),
        fields: |s| {
            let refused = s.case.points.iter().filter(|p| p.refused);
            vec![
                Field::new(Kind::SelectNumber, "point", "Point").of(refused
                    .map(|p| Choice::new(p.id.to_string(), format!("{}. {}", p.id, p.text)))
                    .collect()),
                long("reason", "Why it is considered after all"),
                tick("by_ombudsman", "The Ombudsman directed it"),
            ]
        },
        more: none,
    },
    Spec {
        name: "withdraw",
        label: "Withdraw the complaint",
        done: "The withdrawal is recorded.",
        intro: "Only the resident can withdraw, in their own words. Silence is not a withdrawal.",
        group: GROUP,
        fits: running,
        fields: |_| vec![long("account", "The resident's words")],
        more: none,
    },
    Spec {
        name: "close",
        label: "Close the case",
        done: "The case is closed.",
        intro: "Every promised action must be done with its proof, or cancelled with a reason that the resident knows.",
        group: GROUP,
        fits: |case| {
            matches!(
                case.state,
                State::S1Responded
                    | State::S2Responded
                    | State::ServiceRequest
                    | State::SurveyFeedback
            )
        },
        fields: close,
        more: none,
    },
    Spec {
        name: "reopen",
        label: "Reopen the case",
        done: "The case is open again.",
        intro: "",
        group: GROUP,
        fits: |case| case.state.is_ended(),
        fields: |_| {
            vec![
                long("reason", "Why it is reopened"),
                tick("by_ombudsman", "The Ombudsman directed it"),
            ]
        },
        more: none,
    },
    Spec {
        name: "review_service_request",
        label: "Review the service request",
        done: "The review is recorded.",
        intro: "A service request must be recorded, monitored and reviewed (Code 1.4).",
        group: GROUP,
        fits: |case| case.state == State::ServiceRequest,
        fields: |_| {
            vec![
                long("note", "How far it is"),
                date("next_review", "Next review").optional(),
            ]
        },
        more: none,
    },
    Spec {
        name: "convert_to_complaint",
        label: "Raise a complaint from this",
        done: "A complaint is raised beside this record.",
        intro: "When the resident is unhappy with the response, a complaint must be raised, and the work carries on (Code 1.5).",
        group: GROUP,
        fits: |case| matches!(case.state, State::ServiceRequest | State::SurveyFeedback),
        fields: |_| vec![long("account", "The resident's words")],
        more: none,
    },
    Spec {
        name: "correct_received_at",
        label: "Correct the date received",
        done: "The date received is corrected. Both dates stay in the record.",
        intro: "The clock starts when anyone working for the landlord received it, not when the complaints team saw it.",
        group: GROUP,
        fits: always,
        fields: |_| {
            vec![
                Field::new(Kind::Moment, "received_at", "Received"),
                long("reason", "Why it was wrong"),
            ]
        },
        more: none,
    },
    Spec {
        name: "link_case",
        label: "Link another case",
        done: "The two cases are linked.",
        intro: "Each keeps its own dates.",
        group: GROUP,
        fits: always,
        fields: |_| {
            vec![
                line("reference", "Reference of the other case").hint("Such as C-2026-0042."),
                line("relation", "How they belong together"),
            ]
        },
        more: none,
    },
    Spec {
        name: "merge_duplicate",
        label: "Merge a duplicate",
        done: "The duplicate is merged. The earlier date of receipt counts.",
        intro: "",
        group: GROUP,
        fits: running,
        fields: |_| {
            vec![
                line("reference", "Reference of the other case").hint("Such as C-2026-0042."),
                Field::new(
                    Kind::Moment,
                    "received_at",
                    "When the other case was received",
                ),
                long("reason", "Why they are the same complaint"),
            ]
        },
        more: none,
    },
];

fn acknowledge(s: &Subject) -> Vec<Field> {
    let run = s.case.stages.last();
    let known = s.case.definition();
    let definition = known.map_or_else(
        || {
            s.case
                .points
                .iter()
                .map(|p| p.text.as_str())
                .collect::<Vec<_>>()
                .join("\n")
        },
        |run| run.definition.clone(),
    );
    let wanted = known.map_or(s.case.intake.outcomes_sought.clone(), |run| {
        run.outcomes_sought.clone()
    });
    let handler = run.and_then(|run| run.handler.clone()).unwrap_or_default();
    vec![
        stage(s),
        long("definition", "Our understanding of the complaint")
            .rule("5.6")
            .with(definition),
        long("outcomes_sought", "What the resident wants")
            .rule("5.6")
            .with(wanted),
        person(s, "handler", "Who handles it")
            .rule("6.2")
            .with(handler),
        long("responsible_for", "What we are responsible for")
            .rule("5.7")
            .optional(),
        long(
            "not_responsible_for",
            "What we are not responsible for, and who is",
        )
        .rule("5.7")
        .optional(),
    ]
}

fn decide_point(s: &Subject) -> Vec<Field> {
    let next = s
        .case
        .open_points()
        .find(|p| s.case.decision_at(p.id, s.case.stage()).is_none());
    vec![
        Field::new(Kind::SelectNumber, "point", "Point")
            .of(points(s))
            .with(next.map_or(String::new(), |p| p.id.to_string())),
        Field::new(Kind::Radios, "decision", "Decision")
            .of(choices(&["upheld", "partly_upheld", "not_upheld"]))
            .rule("6.9"),
        long("reasons", "Reasons")
            .rule("6.7")
            .hint("What you found, and which evidence shows it."),
        Field::new(
            Kind::Lines,
            "references",
            "Policy, law and good practice relied on",
        )
        .optional()
        .rule("6.7")
        .hint("One on each line."),
    ]
}

fn respond(s: &Subject) -> Vec<Field> {
    let letters: Vec<Choice> = s
        .case
        .documents
        .iter()
        .map(|d| Choice::new(d.id.to_string(), format!("{}, {}", d.title, d.file_name)))
        .collect();
    let put = s.case.put_letters(s.case.stage()).next_back();
    let put = |part: fn(&ProposedResponse) -> &String| {
        put.map_or(String::new(), |(_, letter)| part(&letter.wording).clone())
    };
    let mut fields = vec![
        stage(s),
        long("summary", "Summary of the findings")
            .hint("The first paragraph of the letter: what happened and what you are sorry for.")
            .with(put(|said| &said.summary)),
        long("learning", "What was learnt, as the resident will read it")
            .optional()
            .rule("9.1")
            .with(put(|said| &said.learning)),
        person(s, "approved_by", "Approved by")
            .optional()
            .hint("Who approved it, or who is to be asked for approval."),
    ];
    if s.case.agreed_letter(s.case.stage()).is_some() {
        fields.push(
            long(
                "changed_since",
                "Why the letter differs from the one that was approved",
            )
            .optional()
            .hint("Only if it does. What differs stays to be seen on the case."),
        );
    }
    if !letters.is_empty() {
        fields.push(
            Field::new(
                Kind::SelectNumber,
                "letter",
                "Your own letter, instead of the one Redress writes",
            )
            .of(letters)
            .optional(),
        );
    }
    fields
}

fn extend(s: &Subject) -> Vec<Field> {
    vec![
        stage(s),
        date("new_due", "New date").rule("6.4"),
        long("reason", "Reason, as the resident will read it").rule("6.4"),
        Field::new(Kind::Number, "update_every_days", "Working days between updates").rule("5.9").with("5"),
        long("done_so_far", "What has been done so far").optional(),
        Field::new(Kind::Radios, "resident_view", "What the resident said").of(choices(&["agreed", "objected", "not_reached"])),
        long("good_reason", "Good reason for going past the limit")
            .optional()
            .hint("Only when the new date is more than 10 working days (stage 1) or 20 (stage 2) after the first."),
        person(s, "approved_by", "Who approved going past the limit").optional(),
    ]
}

fn escalate(_: &Subject) -> Vec<Field> {
    vec![
        Field::new(Kind::Moment, "received_at", "When we received the request")
            .optional()
            .hint("Left empty: now."),
        Field::new(Kind::Select, "channel", "How it came")
            .of(super::channels())
            .optional(),
        long("account", "What the resident said")
            .optional()
            .rule("6.12"),
    ]
}

fn refuse(s: &Subject) -> Vec<Field> {
    let grounds = [
        "older_than_12_months",
        "proceedings_issued",
        "already_considered",
        "not_our_responsibility",
        "other_stated_in_policy",
    ];
    vec![
        Field::new(Kind::Radios, "ground", "Ground")
            .of(choices(&grounds))
            .rule("2.2"),
        long("reasons", "Reasons that are specific to this complaint").rule("2.4"),
        Field::new(Kind::CheckboxNumbers, "part", "Only these points")
            .of(points(s))
            .optional()
            .hint("Tick none to refuse the whole complaint. The other points go on."),
        person(s, "approved_by", "Approved by").hint("Someone other than you."),
        long("better_route", "A better route for the resident")
            .optional()
            .hint("Such as a tribunal, an insurer or the council."),
    ]
}

fn refuse_more(s: &Subject) -> Vec<Field> {
    let mut fields = vec![
        date("date_of_issue", "When the matter happened")
            .optional()
            .hint("For a matter older than 12 months.")
            .rule("2.3"),
        date("date_became_aware", "When the resident became aware of it")
            .optional()
            .rule("2.3"),
        long(
            "discretion.factors",
            "What was weighed in considering discretion",
        )
        .optional()
        .rule("2.3"),
        line("discretion.decision", "What was decided about discretion").optional(),
        date("claim_filed_on", "When the claim was filed at court")
            .optional()
            .hint("A letter before action is not a claim: the complaint stays open."),
    ];
    fields.extend(sending(s));
    fields
}

fn close(case: &Subject) -> Vec<Field> {
    let causes: Vec<Choice> = RootCause::ALL
        .iter()
        .map(wire)
        .map(|v| Choice::new(v.clone(), words(&v)))
        .collect();
    let upheld = |case: &Case| {
        case.points
            .iter()
            .filter_map(|p| p.decision())
            .any(|d| wire(&d.decision) != "not_upheld")
    };
    vec![
        Field::new(Kind::Checkboxes, "root_causes", "Why it happened")
            .of(causes)
            .optional()
            .hint(if upheld(case.case) {
                "At least one: a point was upheld."
            } else {
                ""
            }),
        Field::new(Kind::Radios, "outcome", "How it stands with the resident")
            .of(vec![
                Choice::new("answered", "Answered, and every promise kept"),
                Choice::new("agreed", "Agreed with the resident as settled"),
                Choice::new(
                    "unable_to_contact",
                    "Unable to contact: at least two tries are recorded",
                ),
            ])
            .with("answered"),
        long("learning", "What was learnt and what will change")
            .optional()
            .rule("9.1"),
        satisfaction("satisfaction").optional(),
    ]
}

/// How satisfied the resident was.
pub(super) fn satisfaction(name: &str) -> Field {
    let answers = [
        "very_satisfied",
        "fairly_satisfied",
        "neither",
        "fairly_dissatisfied",
        "very_dissatisfied",
        "dont_know",
    ];
    Field::new(
        Kind::Select,
        name,
        "How satisfied the resident is with the handling",
    )
    .of(choices(&answers))
}
