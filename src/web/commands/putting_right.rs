//! Putting things right (Code 7): remedies, actions, money and who approves it.

use super::{
    Field, Kind, Spec, Subject, date, evidence, line, long, none, person, points, running, tick,
    yes_no,
};
use crate::domain::case::{ApprovalSubject, Case};
use crate::domain::remedy::RemedyKind;
use crate::web::form::{Choice, choices};
use crate::web::words::{wire, words};

const GROUP: &str = "Putting things right";

pub(super) const SPECS: &[Spec] = &[
    Spec {
        name: "offer_remedy",
        label: "Offer a remedy",
        done: "The remedy is offered.",
        intro: "A remedy reflects the effect on the resident and says what will be done and by when (Code 7.2, 7.3).",
        group: GROUP,
        fits: running,
        fields: offer_remedy,
        more: |_| {
            vec![
                long("impact", "Effect on the resident")
                    .optional()
                    .rule("7.2"),
            ]
        },
    },
    Spec {
        name: "answer_remedy",
        label: "Record the answer to a remedy",
        done: "The answer is recorded.",
        intro: "",
        group: GROUP,
        fits: |case| !case.remedies.is_empty(),
        fields: |s| vec![remedy(s), yes_no("accepted", "Did the resident accept it?")],
        more: none,
    },
    Spec {
        name: "record_payment",
        label: "Record a payment",
        done: "The payment is recorded.",
        intro: "",
        group: GROUP,
        fits: |case| case.remedies.iter().any(|r| r.compensation.is_some()),
        fields: |s| {
            vec![
                remedy(s),
                date("paid_on", "Paid on"),
                line("method", "How it was paid"),
                evidence(s),
            ]
        },
        more: |_| {
            vec![
                long(
                    "set_off_agreement",
                    "The resident's written agreement to set it against a debt",
                )
                .optional(),
            ]
        },
    },
    Spec {
        name: "promise_action",
        label: "Promise an action",
        done: "The action is promised.",
        intro: "Who does what, by when (Code 6.9, 7.3).",
        group: GROUP,
        fits: running,
        fields: |s| {
            vec![
                long("what", "What will be done"),
                person(s, "owner", "Who does it"),
                date("due", "By when"),
            ]
        },
        more: none,
    },
    Spec {
        name: "complete_action",
        label: "Complete an action",
        done: "The action is completed.",
        intro: "",
        group: GROUP,
        fits: has_open_action,
        fields: |s| {
            vec![
                action(s),
                evidence(s),
                long("reason", "Why there is no document to prove it").optional(),
                tick("resident_told", "The resident has been told"),
            ]
        },
        more: none,
    },
    Spec {
        name: "cancel_action",
        label: "Cancel an action",
        done: "The action is cancelled.",
        intro: "A promise can be cancelled only for a reason that the resident knows.",
        group: GROUP,
        fits: has_open_action,
        fields: |s| {
            vec![
                action(s),
                long("reason", "Why"),
                tick("resident_told", "The resident has been told"),
                evidence(s),
            ]
        },
        more: none,
    },
    Spec {
        name: "tell_resident",
        label: "Tell the resident of an action",
        done: "It is recorded that the resident was told.",
        intro: "",
        group: GROUP,
        fits: |case| case.actions.iter().any(|a| !a.resident_told),
        fields: |s| vec![any_action(s)],
        more: none,
    },
    Spec {
        name: "request_approval",
        label: "Request approval",
        done: "Approval is requested.",
        intro: "",
        group: GROUP,
        fits: running,
        fields: |s| {
            vec![
                Field::new(Kind::SelectJson, "subject", "Of what").of(approvable(s.case)),
                person(s, "of", "From whom").optional(),
                long("note", "What they should know").optional(),
            ]
        },
        more: none,
    },
    Spec {
        name: "approve",
        label: "Approve",
        done: "The approval is given.",
        intro: "Nobody approves what they proposed themselves.",
        group: GROUP,
        fits: has_open_approval,
        fields: |s| vec![approval(s), long("reason", "Remark").optional()],
        more: none,
    },
    Spec {
        name: "decline_approval",
        label: "Decline approval",
        done: "The approval is declined.",
        intro: "",
        group: GROUP,
        fits: has_open_approval,
        fields: |s| vec![approval(s), long("reason", "Why")],
        more: none,
    },
];

fn has_open_action(case: &Case) -> bool {
    case.open_actions().next().is_some()
}

fn has_open_approval(case: &Case) -> bool {
    case.approvals.iter().any(|a| a.approved.is_none())
}

fn offer_remedy(s: &Subject) -> Vec<Field> {
    let kinds: Vec<String> = RemedyKind::ALL.iter().map(wire).collect();
    let names = |all: &[String]| choices(&all.iter().map(String::as_str).collect::<Vec<_>>());
    vec![
        Field::new(Kind::Select, "kind", "Kind of remedy")
            .of(names(&kinds))
            .rule("7.1"),
        long(
            "description",
            "What is offered, as the resident will read it",
        )
        .rule("7.3"),
        Field::new(Kind::CheckboxNumbers, "points", "For which points")
            .of(points(s))
            .optional(),
        date("due", "By when").optional().rule("7.3"),
        person(s, "owner", "Who carries it out").optional(),
    ]
}

fn remedy(s: &Subject) -> Field {
    let label = |r: &crate::domain::remedy::Remedy| {
        format!("{}. {}: {}", r.id, words(&wire(&r.kind)), r.description)
    };
    Field::new(Kind::SelectNumber, "remedy", "Remedy").of(s
        .case
        .remedies
        .iter()
        .map(|r| Choice::new(r.id.to_string(), label(r)))
        .collect())
}

fn action(s: &Subject) -> Field {
    Field::new(Kind::SelectNumber, "action", "Action").of(s
        .case
        .open_actions()
        .map(|a| Choice::new(a.id.to_string(), format!("{}. {}", a.id, a.what)))
        .collect())
}

fn any_action(s: &Subject) -> Field {
    Field::new(Kind::SelectNumber, "action", "Action").of(s
        .case
        .actions
        .iter()
        .map(|a| Choice::new(a.id.to_string(), format!("{}. {}", a.id, a.what)))
        .collect())
}

/// What may be approved, each as the JSON that names it.
fn approvable(case: &Case) -> Vec<Choice> {
    let stage = case.stage();
    let mut all = vec![
        (
            ApprovalSubject::Response { stage },
            format!("The stage {stage} response"),
        ),
        (
            ApprovalSubject::Extension { stage },
            "An extension past the limit".to_owned(),
        ),
        (ApprovalSubject::Refusal, "A refusal".to_owned()),
    ];
    for remedy in case.remedies.iter().filter(|r| r.compensation.is_some()) {
        all.push((
            ApprovalSubject::Remedy { remedy: remedy.id },
            format!("Remedy {}: {}", remedy.id, remedy.description),
        ));
    }
    all.into_iter()
        .map(|(subject, label)| {
            Choice::new(serde_json::to_string(&subject).unwrap_or_default(), label)
        })
        .collect()
}

fn approval(s: &Subject) -> Field {
    let open = s.case.approvals.iter().filter(|a| a.approved.is_none());
    let label =
        |a: &crate::domain::case::Approval| format!("{}. {}", a.id, approval_words(&a.subject));
    Field::new(Kind::SelectNumber, "approval", "Approval of").of(open
        .map(|a| Choice::new(a.id.to_string(), label(a)))
        .collect())
}

/// What an approval is about.
pub fn approval_words(subject: &ApprovalSubject) -> String {
    match subject {
        ApprovalSubject::Remedy { remedy } => format!("Remedy {remedy}"),
        ApprovalSubject::Response { stage } => format!("The stage {stage} response"),
        ApprovalSubject::Refusal => "A refusal".to_owned(),
        ApprovalSubject::Extension { stage } => {
            format!("An extension of stage {stage} past the limit")
        }
    }
}
