//! What runs beside the complaint: hazards, related requests, the Ombudsman's branch.

use super::Link;
use super::lists::{Row, doing};
use crate::domain::case::{Case, Contribution, RelatedKind};
use crate::web::words::{civil, long_date, moment, short_date, spoken};
use chrono::NaiveDate;

/// Hazards with the steps taken.
pub(super) fn hazards(case: &Case) -> Vec<Row> {
    let row = |h: &crate::domain::case::Hazard| {
        let steps = [
            ("Made safe", h.made_safe_at),
            ("Investigated", h.investigated_at),
            ("Summary sent", h.summary_sent_at),
            ("Safety work done", h.safety_work_at),
            ("Further work arranged", h.further_steps_at),
            ("Further work begun", h.further_work_at),
        ];
        let needless = h
            .not_needed
            .iter()
            .map(|found| format!("{}: not needed. {}", spoken(&found.step), found.reason));
        let done: Vec<String> = steps
            .into_iter()
            .filter_map(|(name, at)| at.map(|at| format!("{name} {}", moment(at))))
            .chain(needless)
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

/// What other teams and contractors were asked, with what came back.
pub(super) fn asked(case: &Case, today: NaiveDate) -> Vec<Row> {
    let row = |c: &Contribution| {
        let open = c.is_open();
        let query = format!("?contribution={}", c.id);
        let answer = c.given.as_ref().map(|given| {
            let who = given.from.as_ref().unwrap_or(&given.by);
            format!("{who}, {}: {}", moment(given.at), given.text)
        });
        let dropped = c.withdrawn.as_ref();
        let parts = [
            answer,
            dropped.map(|why| format!("Not needed any more: {why}")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        Row {
            title: c.what.clone(),
            text: parts.join("\n"),
            by: match &c.of {
                Some(of) => format!("{}, {of}, by {}", c.team, long_date(c.due)),
                None => format!("{}, by {}", c.team, long_date(c.due)),
            },
            state: match (&c.given, dropped) {
                (Some(given), _) => format!("Answered {}", short_date(civil(given.at))),
                (None, Some(_)) => "Withdrawn".into(),
                (None, None) if c.due < today => "Overdue".into(),
                (None, None) => "Asked".into(),
            },
            late: open && c.due < today,
            links: match open {
                true => vec![
                    Link {
                        label: "Make an address for them".into(),
                        href: format!("/cases/{}/invite/{}", case.reference, c.id),
                    },
                    doing(case, "give_contribution", &query),
                    doing(case, "withdraw_contribution", &query),
                ],
                false => Vec::new(),
            },
            ..Row::default()
        }
    };
    case.contributions.iter().map(row).collect()
}

/// Requests under other laws, each with its own clock.
pub(super) fn related(case: &Case) -> Vec<Row> {
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

/// The referral, requests, findings, orders, recommendations and notices.
pub(super) fn ombudsman(case: &Case, today: NaiveDate) -> Vec<Row> {
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
            text: crate::web::forms::folder_names(&t.items),
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
