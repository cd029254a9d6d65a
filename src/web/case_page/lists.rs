//! The sections of the case page that are lists: documents, letters, remedies, actions, extensions, approvals,
//! hazards, the Ombudsman's branch, linked records.

use super::Link;
use crate::domain::case::{Case, RelatedKind};
use crate::domain::letter::LetterKind;
use crate::domain::remedy::ActionStatus;
use crate::web::commands::{approval_words, find};
use crate::web::words::{civil, long_date, moment, short_date, spoken, words};
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
    /// What can be done with it.
    pub links: Vec<Link>,
}

/// Linked records of one kind.
pub struct LinkGroup {
    /// The kind.
    pub title: String,
    /// The icon's name.
    pub icon: &'static str,
    /// The records.
    pub rows: Vec<Row>,
    /// Whether it stands open.
    pub open: bool,
}

fn doing(case: &Case, command: &str, query: &str) -> Link {
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
            documents(case),
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
        listing("hazards", "Hazards", "", nothing(), hazards(case)),
        listing("related", "Related requests", "", nothing(), related(case)),
        listing(
            "ombudsman",
            "Housing Ombudsman",
            "",
            nothing(),
            ombudsman(case, today),
        ),
    ];
    lists.extend(others.into_iter().filter(|list| !list.rows.is_empty()));
    lists
}

fn documents(case: &Case) -> Vec<Row> {
    let row = |d: &crate::domain::case::Document| Row {
        title: d.title.clone(),
        href: format!("/cases/{}/documents/{}", case.reference, d.id),
        text: [
            Some(spoken(&d.kind)),
            Some(d.file_name.clone()),
            Some(size(d.size)),
            d.doc_date.map(short_date),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", "),
        by: format!("{}, {}", d.added_by, moment(d.added_at)),
        state: if crate::web::words::wire(&d.sensitivity) == "ordinary" {
            String::new()
        } else {
            spoken(&d.sensitivity)
        },
        ..Row::default()
    };
    case.documents.iter().rev().map(row).collect()
}

/// `1.4 MB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..=999 => format!("{bytes} bytes"),
        1_000..=999_999 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

fn letters(case: &Case) -> Vec<Row> {
    let row = |l: &crate::domain::case::IssuedLetter| Row {
        title: l.kind.title().to_owned(),
        href: l.document.map_or(String::new(), |d| {
            format!("/cases/{}/documents/{d}", case.reference)
        }),
        text: format!(
            "Sent by {}{}{}",
            spoken(&l.channel).to_lowercase(),
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
            parts.push(format!(
                "{}: {}",
                spoken(&line.head),
                line.guidance_ref.clone().unwrap_or_default()
            ));
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

fn hazards(case: &Case) -> Vec<Row> {
    let row = |h: &crate::domain::case::Hazard| {
        let steps = [
            ("Made safe", h.made_safe_at),
            ("Investigated", h.investigated_at),
            ("Summary sent", h.summary_sent_at),
            ("Safety work done", h.safety_work_at),
            ("Further work begun", h.further_work_at),
        ];
        let done: Vec<String> = steps
            .into_iter()
            .filter_map(|(name, at)| at.map(|at| format!("{name} {}", moment(at))))
            .collect();
        Row {
            title: h.description.clone(),
            text: done.join("\n"),
            by: format!("Aware {}", moment(h.aware_at)),
            state: if h.emergency {
                "Emergency".into()
            } else {
                "Significant".into()
            },
            links: vec![doing(
                case,
                "take_hazard_step",
                &format!("?hazard={}", h.id),
            )],
            ..Row::default()
        }
    };
    case.hazards.iter().map(row).collect()
}

fn related(case: &Case) -> Vec<Row> {
    let row = |r: &crate::domain::case::Related| Row {
        title: match r.kind {
            RelatedKind::DpComplaint => "Data-protection complaint".into(),
            RelatedKind::SubjectAccess => "Request for their own data".into(),
            RelatedKind::StairsRequest => "Request for information about the home (STAIRs)".into(),
        },
        text: r.text.clone(),
        by: format!("Received {}", moment(r.received_at)),
        state: r.answered_at.map_or("Open".into(), |at| {
            format!("Answered {}", short_date(civil(at)))
        }),
        links: if r.answered_at.is_none() {
            vec![doing(case, "answer_related", &format!("?related={}", r.id))]
        } else {
            Vec::new()
        },
        ..Row::default()
    };
    case.related.iter().map(row).collect()
}

fn ombudsman(case: &Case, today: NaiveDate) -> Vec<Row> {
    let Some(hos) = &case.ombudsman else {
        return Vec::new();
    };
    let mut rows = vec![Row {
        title: format!("{}, {}", hos.reference, spoken(&hos.route).to_lowercase()),
        by: format!("Told us {}", moment(hos.notified_at)),
        state: spoken(&hos.state),
        text: hos.directed_due.map_or(String::new(), |due| {
            format!("Directed to respond by {}", long_date(due))
        }),
        ..Row::default()
    }];
    rows.extend(hos.tasks.iter().map(|t| {
        Row {
            title: format!("Evidence request {}", t.id),
            text: t.items.join("\n"),
            by: format!("Due {}", long_date(t.due)),
            state: t
                .sent_on
                .map_or("Open".into(), |on| format!("Sent {}", short_date(on))),
            late: t.sent_on.is_none() && t.due < today,
            links: if t.sent_on.is_none() {
                vec![doing(case, "send_hos_evidence", &format!("?task={}", t.id))]
            } else {
                Vec::new()
            },
            ..Row::default()
        }
    }));
    rows.extend(
        hos.determinations
            .iter()
            .flat_map(|d| &d.heads)
            .map(|h| Row {
                title: h.text.clone(),
                state: spoken(&h.finding),
                ..Row::default()
            }),
    );
    rows.extend(hos.orders().map(|o| {
        Row {
            title: format!(
                "Order {}: {}{}",
                o.id,
                spoken(&o.kind),
                o.amount.map_or(String::new(), |sum| format!(", {sum}"))
            ),
            text: o.text.clone(),
            by: format!("Due {}", long_date(o.due)),
            state: o
                .complied_on
                .map_or("Open".into(), |on| format!("Complied {}", short_date(on))),
            late: o.complied_on.is_none() && o.due < today,
            links: if o.complied_on.is_none() {
                vec![doing(case, "complete_order", &format!("?order={}", o.id))]
            } else {
                Vec::new()
            },
            ..Row::default()
        }
    }));
    rows.extend(hos.recommendations().map(|r| {
        Row {
            title: format!("Recommendation {}", r.id),
            text: [r.text.clone(), r.reason.clone().unwrap_or_default()]
                .join("\n")
                .trim()
                .to_owned(),
            state: match r.accepted {
                None => "No answer yet".into(),
                Some(true) => "Accepted".into(),
                Some(false) => "Not accepted".into(),
            },
            links: if r.accepted.is_none() {
                vec![doing(
                    case,
                    "answer_recommendation",
                    &format!("?recommendation={}", r.id),
                )]
            } else {
                Vec::new()
            },
            ..Row::default()
        }
    }));
    rows.extend(hos.notices.iter().map(|n| Row {
        title: "Complaint handling failure".into(),
        text: n.text.clone(),
        by: format!(
                "Issued {}{}",
                long_date(n.issued_on),
                n.comply_by
                    .map_or(String::new(), |on| format!(", comply by {}", long_date(on)))
            ),
        ..Row::default()
    }));
    rows
}

/// The newest version of each linked record, by kind.
pub fn links(case: &Case) -> Vec<LinkGroup> {
    let mut groups: Vec<LinkGroup> = Vec::new();
    let repairs = case.points.iter().any(|p| {
        p.category.starts_with("property_condition") || p.category.starts_with("health_and_safety")
    });
    for link in case.current_links() {
        let (title, icon) = match link.kind.as_str() {
            "repair" | "repairs" => ("Repairs".to_owned(), "wrench"),
            "asb" => ("Anti-social behaviour".to_owned(), "shield-alert"),
            "tenancy" => ("Tenancy".to_owned(), "key-round"),
            "contact" | "contacts" => ("Contacts".to_owned(), "message-square"),
            other => (words(other), "paperclip"),
        };
        let row = Row {
            title: link.title.clone(),
            text: format!(
                "{} {}, version {}",
                link.source, link.external_id, link.version
            ),
            by: format!("As it was {}", moment(link.snapshot_at)),
            ..Row::default()
        };
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.rows.push(row),
            None => groups.push(LinkGroup {
                open: repairs && title == "Repairs",
                title,
                icon,
                rows: vec![row],
            }),
        }
    }
    groups
}

/// What each source said when it was asked last; a source that is down says so here and blocks nothing.
pub fn sources(case: &Case) -> Vec<String> {
    let told = |s: &crate::domain::case::SourceState| match (&s.failure, s.fetched_at) {
        (Some(failure), _) => format!(
            "{} could not be reached {}: {failure}",
            s.source,
            moment(s.asked_at)
        ),
        (None, Some(at)) => format!("{} asked {}. {}", s.source, moment(at), s.notes.join(" ")),
        (None, None) => format!("{} is being asked.", s.source),
    };
    case.sources.iter().map(told).collect()
}
