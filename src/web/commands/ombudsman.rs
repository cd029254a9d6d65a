//! The Ombudsman's branch: it runs beside the stages and never blocks them.

use super::{
    Field, Kind, Spec, Subject, all_categories, always, date, evidence, line, long, none, yes_no,
};
use crate::domain::case::Case;
use crate::domain::ombudsman::HosCase;
use crate::web::form::{Choice, choices};

const GROUP: &str = "Housing Ombudsman";

/// How many rows a form without script offers for heads and orders; more are entered as a second determination.
const ROWS: usize = 4;

const FINDINGS: &[&str] = &[
    "no_maladministration",
    "service_failure",
    "maladministration",
    "severe_maladministration",
    "reasonable_redress",
    "outside_jurisdiction",
    "resolved_with_intervention",
    "withdrawn",
];

const ORDERS: &[&str] = &[
    "compensation",
    "apology",
    "repairs",
    "inspection",
    "policy_review",
    "record_keeping_review",
    "staff_training",
    "action_plan",
    "meeting",
    "monitoring",
    "decant",
    "wider_review",
    "other",
];

const ROUTES: &[&str] = &[
    "enquiry",
    "assessment",
    "focused_investigation",
    "full_investigation",
    "early_resolution",
    "outside_jurisdiction",
    "review",
];

pub(super) const SPECS: &[Spec] = &[
    Spec {
        name: "refer",
        label: "Record the Ombudsman's contact",
        done: "The Ombudsman's branch is open.",
        intro: "",
        group: GROUP,
        fits: always,
        fields: |_| {
            vec![
                line("hos_reference", "The Ombudsman's reference"),
                Field::new(Kind::Select, "route", "What it is").of(choices(ROUTES)),
            ]
        },
        more: none,
    },
    Spec {
        name: "record_hos_direction",
        label: "Record the Ombudsman's direction",
        done: "The direction is recorded.",
        intro: "The Ombudsman has told us to respond by a date.",
        group: GROUP,
        fits: has_branch,
        fields: |_| vec![date("respond_by", "Respond by")],
        more: none,
    },
    Spec {
        name: "record_hos_task",
        label: "Record an evidence request",
        done: "The evidence request is recorded.",
        intro: "",
        group: GROUP,
        fits: has_branch,
        fields: |_| {
            vec![
                Field::new(Kind::Checkboxes, "items", "What is asked for")
                    .of(crate::web::forms::folders()),
                date("due", "Due")
                    .optional()
                    .hint("Left empty: the usual time from today."),
            ]
        },
        more: none,
    },
    Spec {
        name: "send_hos_evidence",
        label: "Send the evidence",
        done: "It is recorded that the evidence was sent.",
        intro: "",
        group: GROUP,
        fits: |case| tasks(case).next().is_some(),
        fields: |s| {
            let label = |t: &crate::domain::ombudsman::HosTask| {
                format!("{}. {}", t.id, crate::web::forms::folder_names(&t.items))
            };
            vec![
                Field::new(Kind::SelectNumber, "task", "Evidence request").of(tasks(s.case)
                    .map(|t| Choice::new(t.id.to_string(), label(t)))
                    .collect()),
                long("note", "Note").optional(),
            ]
        },
        more: none,
    },
    Spec {
        name: "record_determination",
        label: "Record the determination",
        done: "The determination is recorded. Each order has its clock.",
        intro: "One row for each head of complaint and each order; leave the rest empty.",
        group: GROUP,
        fits: has_branch,
        fields: determination,
        more: none,
    },
    Spec {
        name: "complete_order",
        label: "Complete an order",
        done: "The order is completed.",
        intro: "",
        group: GROUP,
        fits: |case| orders(case).next().is_some(),
        fields: |s| {
            vec![
                Field::new(Kind::SelectNumber, "order", "Order").of(orders(s.case)
                    .map(|o| Choice::new(o.id.to_string(), format!("{}. {}", o.id, o.text)))
                    .collect()),
                evidence(s),
            ]
        },
        more: none,
    },
    Spec {
        name: "request_hos_review",
        label: "Record a request for review",
        done: "The request for review is recorded.",
        intro: "Either side may ask the Ombudsman to look at its determination again. Its orders stand meanwhile.",
        group: GROUP,
        fits: |case| branch(case).any(|hos| !hos.determinations.is_empty()),
        fields: |_| {
            vec![
                Field::new(Kind::Radios, "by", "Who asked").of(choices(&["resident", "landlord"])),
                long("reason", "Why").optional(),
            ]
        },
        more: none,
    },
    Spec {
        name: "complete_hos_notice",
        label: "Complete a failure notice",
        done: "The notice is complied with.",
        intro: "",
        group: GROUP,
        fits: |case| notices(case).next().is_some(),
        fields: |s| {
            vec![
                Field::new(Kind::SelectNumber, "notice", "Notice").of(notices(s.case)
                    .map(|(n, notice)| Choice::new(n.to_string(), format!("{n}. {}", notice.text)))
                    .collect()),
                evidence(s),
            ]
        },
        more: none,
    },
    Spec {
        name: "answer_recommendation",
        label: "Answer a recommendation",
        done: "The answer is recorded.",
        intro: "",
        group: GROUP,
        fits: |case| {
            branch(case)
                .flat_map(HosCase::recommendations)
                .next()
                .is_some()
        },
        fields: |s| {
            let all = branch(s.case).flat_map(HosCase::recommendations);
            vec![
                Field::new(Kind::SelectNumber, "recommendation", "Recommendation").of(all
                    .map(|r| Choice::new(r.id.to_string(), format!("{}. {}", r.id, r.text)))
                    .collect()),
                yes_no("accepted", "Do we accept it?"),
                long("reason", "Why, or what we do"),
            ]
        },
        more: none,
    },
    Spec {
        name: "record_hos_notice",
        label: "Record a complaint handling failure notice",
        done: "The notice is recorded.",
        intro: "",
        group: GROUP,
        fits: has_branch,
        fields: |_| {
            vec![
                Field::new(Kind::Radios, "notice.kind", "Kind").of(vec![
                    Choice::new("chfn", "Complaint handling failure notice"),
                    Choice::new("chfo", "Complaint handling failure order"),
                ]),
                Field::new(Kind::Number, "notice.notice_type", "Type").optional(),
                long("notice.text", "What it says"),
                date("notice.issued_on", "Issued on"),
                date("notice.comply_by", "Comply by").optional(),
            ]
        },
        more: none,
    },
];

fn branch(case: &Case) -> impl Iterator<Item = &HosCase> {
    case.ombudsman.iter()
}

fn has_branch(case: &Case) -> bool {
    case.ombudsman.is_some()
}

fn tasks(case: &Case) -> impl Iterator<Item = &crate::domain::ombudsman::HosTask> {
    branch(case)
        .flat_map(|hos| &hos.tasks)
        .filter(|task| task.sent_on.is_none())
}

fn orders(case: &Case) -> impl Iterator<Item = &crate::domain::ombudsman::Order> {
    branch(case)
        .flat_map(HosCase::orders)
        .filter(|order| order.complied_on.is_none())
}

/// The notices not yet complied with, by number.
fn notices(case: &Case) -> impl Iterator<Item = (usize, &crate::domain::ombudsman::HosNotice)> {
    branch(case)
        .flat_map(|hos| (1..).zip(&hos.notices))
        .filter(|(_, notice)| notice.complied_on.is_none())
}

fn determination(s: &Subject) -> Vec<Field> {
    let mut fields = Vec::new();
    for row in 0..ROWS {
        let (name, number) = (|part: &str| format!("heads.{row}.{part}"), row + 1);
        let text = Field::new(
            Kind::Line,
            name("text"),
            format!("Head {number}: what was complained of"),
        );
        fields.push(if row == 0 { text } else { text.optional() });
        let finding = Field::new(
            Kind::Select,
            name("finding"),
            format!("Head {number}: finding"),
        )
        .of(choices(FINDINGS));
        fields.push(if row == 0 {
            finding
        } else {
            finding.optional()
        });
        fields.push(
            Field::new(
                Kind::Select,
                name("category"),
                format!("Head {number}: category"),
            )
            .of(all_categories(s.categories))
            .optional(),
        );
    }
    for row in 0..ROWS {
        let (name, number) = (|part: &str| format!("orders.{row}.{part}"), row + 1);
        fields.push(
            Field::new(Kind::Select, name("kind"), format!("Order {number}: kind"))
                .of(choices(ORDERS))
                .optional(),
        );
        fields.push(
            Field::new(Kind::Line, name("text"), format!("Order {number}: wording")).optional(),
        );
        fields.push(
            Field::new(
                Kind::Money,
                name("amount_pence"),
                format!("Order {number}: sum in pounds"),
            )
            .optional(),
        );
        fields.push(Field::new(Kind::Date, name("due"), format!("Order {number}: due")).optional());
    }
    fields.push(
        Field::new(Kind::Lines, "recommendations", "Recommendations")
            .optional()
            .hint("One on each line."),
    );
    fields
}
