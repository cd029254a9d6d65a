//! What was decided and offered: remedies, the decision record, and what came after the final response.

use super::{Grid, Sheet, ids, joined, money, words, yes_no};
use crate::case::Case;
use crate::category::{self, CATEGORIES};
use crate::day;

pub(super) fn sheets(case: &Case) -> Vec<Sheet> {
    [remedies(case), decisions(case), after(case)]
        .into_iter()
        .flatten()
        .collect()
}

fn latest<'a>(dates: impl Iterator<Item = &'a String>, case: &Case) -> String {
    dates
        .map(|d| day::on(d))
        .max()
        .filter(|d| !d.is_empty())
        .unwrap_or_else(|| case.date())
}

/// Offers side by side with when they were made, and whether they were kept.
pub(crate) fn offers(case: &Case) -> Grid {
    let mut grid = Grid::new(
        "Offers and remedies",
        &[
            ("No", 2),
            ("Remedy", 3),
            ("Description", 4),
            ("Points", 2),
            ("Offered at", 2),
            ("Offered", 2),
            ("Amount", 2),
            ("Guidance", 3),
            ("Accepted", 2),
            ("Due", 2),
            ("Status", 2),
            ("Completed", 2),
        ],
    );
    grid.rows = case
        .remedies
        .iter()
        .map(|r| {
            vec![
                r.id.to_string(),
                words(if r.head.is_empty() { &r.kind } else { &r.head }),
                r.description.clone(),
                ids(&r.points),
                r.stage.map(|s| format!("Stage {s}")).unwrap_or_default(),
                day::on(&r.offered_on),
                r.amount_pence.map(money).unwrap_or_default(),
                r.guidance_ref.clone(),
                yes_no(r.accepted),
                day::on(&r.due),
                words(&r.status),
                day::on(&r.completed_on),
            ]
        })
        .collect();
    grid
}

/// Promised actions with their completion.
pub(crate) fn actions(case: &Case) -> Grid {
    let mut grid = Grid::new(
        "Actions",
        &[
            ("No", 2),
            ("Action", 5),
            ("Points", 2),
            ("Owner", 2),
            ("Due", 2),
            ("Status", 2),
            ("Completed", 2),
            ("Reason", 3),
        ],
    );
    grid.rows = case
        .actions
        .iter()
        .map(|a| {
            let (due, done) = (day::on(&a.due), day::on(&a.completed_on));
            let (id, points, status) = (a.id.to_string(), ids(&a.points), words(&a.status));
            vec![
                id,
                a.description.clone(),
                points,
                a.owner.clone(),
                due,
                status,
                done,
                a.reason.clone(),
            ]
        })
        .collect();
    grid
}

fn remedies(case: &Case) -> Option<Sheet> {
    if case.remedies.is_empty() && case.actions.is_empty() {
        return None;
    }
    let (offers, actions) = (offers(case), actions(case));
    let dates = case
        .remedies
        .iter()
        .flat_map(|r| [&r.offered_on, &r.completed_on]);
    let mut sheet = Sheet {
        category: "09",
        date: latest(
            dates.chain(case.actions.iter().map(|a| &a.completed_on)),
            case,
        ),
        title: "Remedies and actions".into(),
        from: case.landlord.name.clone(),
        why: "What was offered at each stage, how it was worked out, and whether it was done",
        landscape: true,
        csv: (!offers.rows.is_empty()).then(|| offers.csv()),
        ..Sheet::default()
    };
    let total: i64 = case
        .remedies
        .iter()
        .filter_map(|r| r.amount_pence)
        .fold(0, i64::saturating_add);
    if total != 0 {
        sheet.fact("Total offered", money(total));
    }
    sheet.tables = [offers, actions]
        .into_iter()
        .filter(|g| !g.rows.is_empty())
        .collect();
    Some(sheet)
}

fn decisions(case: &Case) -> Option<Sheet> {
    let mut points = Grid::new(
        "Decision on each point",
        &[
            ("Point", 2),
            ("Complaint", 4),
            ("Stage", 2),
            ("Decision", 2),
            ("Reasons", 5),
            ("Policy, law, practice", 3),
        ],
    );
    for p in &case.points {
        for o in &p.outcomes {
            let (stage, references) = (o.stage.to_string(), o.references.join("\n"));
            points.rows.push(vec![
                p.id.to_string(),
                p.text.clone(),
                stage,
                words(&o.decision),
                o.reasons.clone(),
                references,
            ]);
        }
    }
    let tables: Vec<Grid> = [points, extensions(case), refusals(case)]
        .into_iter()
        .filter(|g| !g.rows.is_empty())
        .collect();
    if tables.is_empty() {
        return None;
    }
    let stages = case.stages.iter().map(|s| &s.responded_on);
    let refused = case.refusals.iter().map(|r| &r.decided_on);
    Some(Sheet {
        category: "12",
        date: latest(
            stages
                .chain(refused)
                .chain(case.extensions.iter().map(|e| &e.recorded_on)),
            case,
        ),
        title: "Decision record".into(),
        from: case.landlord.name.clone(),
        why: "What was decided, by whom and why",
        tables,
        landscape: true,
        ..Sheet::default()
    })
}

/// Each extension with its reason; one recorded late says so.
pub(crate) fn extensions(case: &Case) -> Grid {
    let mut grid = Grid::new(
        "Extensions",
        &[
            ("Stage", 2),
            ("Recorded", 2),
            ("Old date", 2),
            ("New date", 2),
            ("Reason", 5),
            ("Resident's view", 2),
            ("Approved by", 2),
        ],
    );
    for e in &case.extensions {
        let mut reason = e.reason.clone();
        if !e.good_reason.is_empty() {
            reason += &format!("\nGood reason beyond the limit: {}", e.good_reason);
        }
        if let Some(days) = e.update_every_days {
            reason += &format!("\nUpdates every {days} days.");
        }
        if e.retrospective {
            reason += "\nRecorded after the date had passed: it does not cure the delay.";
        }
        let (recorded, old, new) = (
            day::on(&e.recorded_on),
            day::on(&e.old_due),
            day::on(&e.new_due),
        );
        let (stage, view) = (e.stage.to_string(), words(&e.resident_view));
        grid.rows.push(vec![
            stage,
            recorded,
            old,
            new,
            reason,
            view,
            e.approved_by.clone(),
        ]);
    }
    grid
}

fn refusals(case: &Case) -> Grid {
    let mut grid = Grid::new(
        "Refusals",
        &[
            ("Stage", 2),
            ("Points", 2),
            ("Ground", 3),
            ("Reasons", 5),
            ("Discretion", 4),
            ("Decided", 2),
            ("By", 2),
            ("Approved by", 2),
        ],
    );
    grid.rows = case
        .refusals
        .iter()
        .map(|r| {
            let mut reasons = r.reasons.clone();
            for (label, text) in [("Rests on", &r.evidence), ("Better route", &r.better_route)] {
                if !text.is_empty() {
                    reasons += &format!("\n{label}: {text}");
                }
            }
            let points = if r.points.is_empty() {
                "All".to_owned()
            } else {
                ids(&r.points)
            };
            vec![
                r.stage.to_string(),
                points,
                words(&r.ground),
                reasons,
                r.discretion.clone(),
                day::on(&r.decided_on),
                r.decided_by.clone(),
                r.approved_by.clone(),
            ]
        })
        .collect();
    grid
}

/// The Ombudsman's orders, kept or not.
pub(crate) fn orders(case: &Case) -> Grid {
    let mut grid = Grid::new(
        "Orders of the Ombudsman",
        &[
            ("No", 2),
            ("Kind", 2),
            ("Order", 5),
            ("Amount", 2),
            ("Due", 2),
            ("Status", 2),
            ("Completed", 2),
        ],
    );
    let all = case
        .hos
        .iter()
        .flat_map(|h| &h.determinations)
        .flat_map(|d| &d.orders);
    grid.rows = all
        .map(|o| {
            let amount = o.amount_pence.map(money).unwrap_or_default();
            let (due, done) = (day::on(&o.due), day::on(&o.completed_on));
            vec![
                o.number.to_string(),
                words(&o.kind),
                o.text.clone(),
                amount,
                due,
                words(&o.status),
                done,
            ]
        })
        .collect();
    grid
}

/// The items of a task as people call them.
fn asked(items: &[String]) -> String {
    if items.is_empty() {
        return "Everything".into();
    }
    let known = |item: &String| CATEGORIES.iter().any(|c| c.code == item);
    let one = |item: &String| {
        if known(item) {
            category::label(item)
        } else {
            item.clone()
        }
    };
    items.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn after(case: &Case) -> Option<Sheet> {
    let hos = case.hos.as_ref()?;
    let mut tasks = Grid::new(
        "Evidence asked for",
        &[("Recorded", 2), ("Items", 6), ("Due", 2), ("Completed", 2)],
    );
    for t in &hos.tasks {
        let (due, done) = (day::on(&t.due), day::on(&t.completed_on));
        tasks
            .rows
            .push(vec![day::on(&t.recorded_on), asked(&t.items), due, done]);
    }
    let mut findings = Grid::new(
        "Determination",
        &[
            ("Received", 2),
            ("Head", 5),
            ("Category", 3),
            ("Finding", 3),
        ],
    );
    let mut advice = Grid::new(
        "Recommendations",
        &[
            ("Received", 2),
            ("Recommendation", 6),
            ("Accepted", 2),
            ("Reason", 4),
        ],
    );
    let mut notices = Grid::new(
        "Complaint handling failure orders and notices",
        &[("Issued", 2), ("Kind", 2), ("Text", 6), ("Comply by", 2)],
    );
    for n in &hos.notices {
        let kind = if n.kind == "chfo" { "Order" } else { "Notice" };
        let number = n
            .notice_type
            .map(|t| format!("type {t}"))
            .unwrap_or_default();
        let (issued, comply) = (day::on(&n.issued_on), day::on(&n.comply_by));
        notices.rows.push(vec![
            issued,
            joined(&[kind, &number], ", "),
            n.text.clone(),
            comply,
        ]);
    }
    for d in &hos.determinations {
        let on = day::on(&d.received_on);
        for h in &d.heads {
            findings.rows.push(vec![
                on.clone(),
                h.text.clone(),
                words(&h.category),
                words(&h.finding),
            ]);
        }
        advice.rows.extend(d.recommendations.iter().map(|r| {
            vec![
                on.clone(),
                r.text.clone(),
                yes_no(r.accepted),
                r.reason.clone(),
            ]
        }));
    }
    let dates = hos.determinations.iter().map(|d| &d.received_on);
    let mut sheet = Sheet {
        category: "13",
        date: latest(
            dates
                .chain(hos.tasks.iter().map(|t| &t.recorded_on))
                .chain([&hos.referred_on]),
            case,
        ),
        title: "With the Ombudsman".into(),
        landscape: true,
        from: case.landlord.name.clone(),
        why: "What happened after the complaint went to the Ombudsman",
        ..Sheet::default()
    };
    sheet.fact("Ombudsman reference", &hos.reference);
    sheet.fact("Where it stands", words(&hos.state));
    sheet.fact("How it came to the Ombudsman", words(&hos.route));
    sheet.fact("Referred", day::on(&hos.referred_on));
    sheet.fact(
        "Directed to respond",
        joined(
            &[&day::said(&hos.directed_on), &day::said(&hos.directed_due)],
            ", by ",
        ),
    );
    sheet.tables = [tasks, findings, orders(case), advice, notices]
        .into_iter()
        .filter(|g| !g.rows.is_empty())
        .collect();
    (!sheet.facts.is_empty() || !sheet.tables.is_empty()).then_some(sheet)
}
