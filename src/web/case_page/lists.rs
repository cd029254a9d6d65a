//! The sections of the case page that are lists: documents, letters, remedies, actions, extensions, approvals,
//! hazards, the Ombudsman's branch, linked records.

use super::{Link, branches, papers};
use crate::domain::case::Case;
use crate::domain::letter::LetterKind;
use crate::domain::remedy::ActionStatus;
use crate::web::commands::{approval_words, find};
use crate::web::document_page;
use crate::web::words::{long_date, moment, short_date, spoken};
use chrono::NaiveDate;

/// A section with rows.
pub struct Listing {
    /// Its anchor.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What it says when empty.
    pub empty: &'static str,
    /// The way to add to it; empty address for none.
    pub add: Link,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Default)]
pub struct Row {
    /// What it is.
    pub title: String,
    /// Where its title leads; empty for nowhere.
    pub href: String,
    /// More about it.
    pub text: String,
    /// Who and when.
    pub by: String,
    /// Its state in a word or two; empty for none.
    pub state: String,
    /// Whether its day has passed.
    pub late: bool,
    /// A small picture of it; empty for none.
    pub picture: String,
    /// What can be done with it.
    pub links: Vec<Link>,
}

/// A command of the case as a link.
pub(super) fn doing(case: &Case, command: &str, query: &str) -> Link {
    let label = find(command).map_or(String::new(), |spec| spec.label.to_owned());
    Link {
        label,
        href: format!("/cases/{}/do/{command}{query}", case.reference),
    }
}

/// Every list, in the order of the page; empty ones only where something can be added at once.
pub fn all(case: &Case, today: NaiveDate) -> Vec<Listing> {
    let listing = |id, title, empty, add, rows| Listing {
        id,
        title,
        empty,
        add,
        rows,
    };
    let nothing = || Link {
        label: String::new(),
        href: String::new(),
    };
    let mut lists = vec![
        listing(
            "documents",
            "Documents",
            "No document yet.",
            Link {
                label: "Add a document".into(),
                href: format!("/cases/{}/documents", case.reference),
            },
            papers::documents(case),
        ),
        listing(
            "letters",
            "Letters",
            "No letter has been issued.",
            doing(case, "issue_letter", ""),
            letters(case),
        ),
        listing(
            "remedies",
            "Remedies",
            "No remedy is offered yet.",
            doing(case, "offer_remedy", ""),
            remedies(case),
        ),
        listing(
            "actions",
            "Actions",
            "No action is promised.",
            doing(case, "promise_action", ""),
            actions(case, today),
        ),
    ];
    let others = [
        listing("extensions", "Extensions", "", nothing(), extensions(case)),
        listing("refusals", "Refusals", "", nothing(), refusals(case)),
        listing("approvals", "Approvals", "", nothing(), approvals(case)),
        listing("hazards", "Hazards", "", nothing(), branches::hazards(case)),
        listing(
            "asked",
            "Asked of others",
            "",
            doing(case, "ask_contribution", ""),
            branches::asked(case, today),
        ),
        listing(
            "related",
            "Related requests",
            "",
            nothing(),
            branches::related(case),
        ),
        listing(
            "ombudsman",
            "Housing Ombudsman",
            "",
            nothing(),
            branches::ombudsman(case, today),
        ),
    ];
    lists.extend(others.into_iter().filter(|list| !list.rows.is_empty()));
    lists
}

fn letters(case: &Case) -> Vec<Row> {
    let row = |l: &crate::domain::case::IssuedLetter| Row {
        title: l.kind.title().to_owned(),
        href: l.document.map_or(String::new(), |d| {
            document_page::address(&case.reference, d)
        }),
        text: format!(
            "Sent by {}{}{}{}",
            spoken(&l.channel).to_lowercase(),
            l.to.as_ref()
                .map_or(String::new(), |to| format!(" to {to}")),
            if l.large_print {
                ", in large print"
            } else {
                ""
            },
            l.adjustments_note
                .as_ref()
                .map_or(String::new(), |note| format!(". {note}"))
        ),
        by: format!("{}, {}", l.issued_by, moment(l.issued_at)),
        state: if l.kind == LetterKind::Addendum {
            "Correction".into()
        } else {
            String::new()
        },
        ..Row::default()
    };
    case.letters.iter().rev().map(row).collect()
}

fn remedies(case: &Case) -> Vec<Row> {
    let row = |r: &crate::domain::remedy::Remedy| {
        let money = r.compensation.as_ref();
        let mut parts = vec![r.description.clone()];
        if let Some(line) = money {
            parts.push(match line.guidance() {
                Some(guidance) => format!("{}: {guidance}", spoken(&line.head)),
                None => spoken(&line.head),
            });
            if let Some(by) = &line.approved_by {
                parts.push(format!("Approved by {by}"));
            }
        }
        Row {
            title: format!(
                "{}{}",
                spoken(&r.kind),
                money.map_or(String::new(), |line| format!(", {}", line.amount))
            ),
            text: parts
                .into_iter()
                .filter(|p| !p.trim_end_matches([':', ' ']).is_empty())
                .collect::<Vec<_>>()
                .join("\n"),
            by: format!("{}, stage {}", r.proposed_by, r.offered_at_stage),
            state: match (money.and_then(|line| line.paid_on), r.accepted) {
                (Some(on), _) => format!("Paid {}", short_date(on)),
                (None, Some(true)) => "Accepted".into(),
                (None, Some(false)) => "Not accepted".into(),
                (None, None) => "Offered".into(),
            },
            links: vec![doing(case, "answer_remedy", &format!("?remedy={}", r.id))],
            ..Row::default()
        }
    };
    case.remedies.iter().map(row).collect()
}

fn actions(case: &Case, today: NaiveDate) -> Vec<Row> {
    let row = |a: &crate::domain::remedy::Action| {
        let open = a.status == ActionStatus::Open;
        let query = format!("?action={}", a.id);
        Row {
            title: a.what.clone(),
            text: a.reason.clone().unwrap_or_default(),
            by: format!("{}, by {}", a.owner, long_date(a.due)),
            state: match (a.status, a.ended_on) {
                (ActionStatus::Open, _) if a.due < today => "Overdue".into(),
                (ActionStatus::Open, _) => "Open".into(),
                (status, on) => format!(
                    "{} {}",
                    spoken(&status),
                    on.map(short_date).unwrap_or_default()
                ),
            },
            late: open && a.due < today,
            links: if open {
                vec![
                    doing(case, "complete_action", &query),
                    doing(case, "cancel_action", &query),
                ]
            } else {
                Vec::new()
            },
            ..Row::default()
        }
    };
    case.actions.iter().map(row).collect()
}

fn extensions(case: &Case) -> Vec<Row> {
    let runs = case
        .stages
        .iter()
        .flat_map(|run| run.extensions.iter().map(move |e| (run.stage, e)));
    runs.map(|(stage, e)| Row {
        title: format!(
            "Stage {stage}: {} to {}",
            short_date(e.old_due),
            short_date(e.new_due)
        ),
        text: e.reason.clone(),
        by: format!(
            "{}; resident: {}; updates every {} working days",
            moment(e.decided_at),
            spoken(&e.resident_view).to_lowercase(),
            e.update_every_days
        ),
        state: if e.retrospective {
            "After the due date".into()
        } else if e.over_cap {
            "Past the limit, approved".into()
        } else {
            String::new()
        },
        ..Row::default()
    })
    .collect()
}

fn refusals(case: &Case) -> Vec<Row> {
    let row = |r: &crate::domain::case::RefusalRecord| Row {
        title: format!(
            "{}{}",
            spoken(&r.ground),
            if r.points.is_empty() {
                ", whole complaint"
            } else {
                ", in part"
            }
        ),
        text: r.reasons.clone(),
        by: format!(
            "{}, approved by {}, {}",
            r.decided_by,
            r.approved_by,
            moment(r.at)
        ),
        ..Row::default()
    };
    case.refusals.iter().map(row).collect()
}

fn approvals(case: &Case) -> Vec<Row> {
    let row = |a: &crate::domain::case::Approval| Row {
        title: approval_words(&a.subject),
        href: match a.letter {
            Some(_) => format!("/cases/{}/approvals/{}", case.reference, a.id),
            None => String::new(),
        },
        text: [a.note.clone(), a.reason.clone()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n"),
        by: format!("Asked by {}, {}", a.requested_by, moment(a.requested_at)),
        state: match a.approved {
            None => format!(
                "Waiting{}",
                a.requested_of
                    .as_ref()
                    .map_or(String::new(), |who| format!(" for {who}"))
            ),
            Some(true) => format!("Approved by {}", a.answered_by.clone().unwrap_or_default()),
            Some(false) => format!("Declined by {}", a.answered_by.clone().unwrap_or_default()),
        },
        links: if a.approved.is_none() {
            let query = format!("?approval={}", a.id);
            vec![
                doing(case, "approve", &query),
                doing(case, "decline_approval", &query),
            ]
        } else {
            Vec::new()
        },
        ..Row::default()
    };
    case.approvals.iter().map(row).collect()
}
