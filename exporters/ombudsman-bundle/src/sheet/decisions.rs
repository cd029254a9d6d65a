//! What was decided and offered: remedies, and the decision record.

use super::{Grid, Sheet, ids, joined, money, words, yes_no};
use crate::case::{Case, Remedy};
use crate::day;

pub(super) fn sheets(case: &Case) -> Vec<Sheet> {
    [remedies(case), decisions(case)]
        .into_iter()
        .flatten()
        .collect()
}

pub(super) fn latest<'a>(dates: impl Iterator<Item = &'a String>, case: &Case) -> String {
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
            ("No", 3),
            ("Remedy", 10),
            ("Description", 17),
            ("Points", 5),
            ("Offered", 9),
            ("Amount", 7),
            ("Worked out from", 12),
            ("Accepted", 7),
            ("Due", 8),
            ("Status", 6),
            ("Completed", 9),
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
                joined(
                    &[
                        &r.stage.map(|s| format!("Stage {s}")).unwrap_or_default(),
                        &day::said(&r.offered_on),
                    ],
                    ", ",
                ),
                r.amount_pence.map(money).unwrap_or_default(),
                worked_out(r),
                yes_no(r.accepted),
                day::on(&r.due),
                words(&r.status),
                day::on(&r.completed_on),
            ]
        })
        .collect();
    grid
}

/// How a sum was reckoned: the rate and how often, the days it is for, and the guidance or policy that it follows.
fn worked_out(r: &Remedy) -> String {
    let times = match (r.quantity, r.unit.as_str()) {
        (None, _) | (_, "lump") => String::new(),
        (Some(1), "day") => "1 day".into(),
        (Some(1), "week") => "1 week".into(),
        (Some(n), "day") => format!("{n} days"),
        (Some(n), "week") => format!("{n} weeks"),
        (Some(n), "percent_of_rent") => format!("{n}% of the rent"),
        (Some(n), _) => format!("{n} times"),
    };
    let rate = r.rate_pence.map(money).unwrap_or_default();
    let between = if r.unit == "each" { " " } else { " at " };
    let days = joined(&[&day::said(&r.from), &day::said(&r.to)], " to ");
    joined(
        &[&joined(&[&times, &rate], between), &days, &r.guidance_ref],
        "\n",
    )
}

/// The versions of the compensation policy that the sums are held against.
fn compensation_policy(case: &Case) -> Grid {
    let mut grid = Grid::new(
        "Compensation policy in force during the complaint",
        &[
            ("Policy", 6),
            ("Version", 2),
            ("In force from", 2),
            ("Until", 2),
        ],
    );
    // The landlord chooses the word: `compensation`, or `compensation_policy`.
    let of = case
        .policies
        .iter()
        .filter(|p| p.kind.to_lowercase().contains("compensation"));
    grid.rows = of
        .map(|p| {
            let (from, to) = (day::on(&p.effective_from), day::on(&p.effective_to));
            vec![p.title.clone(), p.version.clone(), from, to]
        })
        .collect();
    grid
}

/// Promised actions with their completion.
pub(crate) fn actions(case: &Case) -> Grid {
    let mut grid = Grid::new(
        "Actions",
        &[
            ("No", 3),
            ("Action", 13),
            ("Points", 5),
            ("Owner", 7),
            ("Due", 7),
            ("Status", 6),
            ("Completed", 8),
            ("Reason", 9),
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
    sheet.tables = [offers, compensation_policy(case), actions]
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
