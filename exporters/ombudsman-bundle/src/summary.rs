//! The case summary, laid out per head of complaint as the Ombudsman's decisions are: the complaint,
//! what happened, what we did, the outcome at each stage, the offer, what is outstanding.

use crate::bundle;
use crate::case::{Case, Point, Remedy};
use crate::chronology::clock_name;
use crate::day;
use crate::plan::Plan;
use crate::sheet::{self, Grid, joined, money, words, yes_no};
use serde_json::{Value, json};

/// What an upright page has room for; the paper of remedies has the rest.
const OFFERS: [&str; 8] = [
    "No",
    "Remedy",
    "Description",
    "Offered",
    "Amount",
    "Accepted",
    "Due",
    "Completed",
];

/// What the `case-summary` template takes.
pub fn json(case: &Case, plan: &Plan, number: &str) -> Value {
    let last = case.stages.iter().rev().find(|s| !s.definition.is_empty());
    let outcomes = last
        .map(|s| s.outcomes_sought.as_str())
        .filter(|o| !o.is_empty());
    let tables = [
        stages(case),
        clocks(case),
        sheet::offers(case).only(&OFFERS),
        own_actions(case),
        sheet::extensions(case),
        sheet::orders(case),
        sheet::notices(case),
        beside(case),
    ];
    json!({
        "document": sheet::document(case, "Case summary", number),
        "facts": facts(case),
        "summary": last.map_or(case.account.as_str(), |s| s.definition.as_str()),
        "outcomeSought": outcomes.unwrap_or(&case.outcomes_sought),
        "heads": case.points.iter().map(|p| head(case, plan, p)).collect::<Vec<_>>(),
        "tables": tables.iter().filter(|g| !g.rows.is_empty()).map(Grid::json).collect::<Vec<_>>(),
        "outstanding": outstanding(case, None),
        "notes": notes(case),
    })
}

fn facts(case: &Case) -> Value {
    let mut facts = bundle::facts(case);
    let received = day::london(&case.received_at)
        .map(|(date, time)| format!("{} {time}", day::said(&date)))
        .unwrap_or_default();
    let by = case
        .representative
        .as_ref()
        .map(|r| joined(&[&r.name, &r.relationship, &r.authority], ", "));
    let more = [
        ("Tenure", words(&case.complainant.tenure)),
        ("Representative", by.unwrap_or_default()),
        (
            "Complaint received",
            joined(&[received.trim(), &words(&case.channel)], ", "),
        ),
        ("Where the case stands", words(&case.state)),
        ("Handler", case.handler.clone()),
        (
            "Others complaining",
            case.members
                .iter()
                .map(|m| joined(&[&m.name, &m.address], ", "))
                .collect::<Vec<_>>()
                .join("; "),
        ),
        ("Linked complaints", case.linked_cases.join(", ")),
        (
            "Root causes",
            case.root_causes
                .iter()
                .map(|c| words(c))
                .collect::<Vec<_>>()
                .join("; "),
        ),
        ("Learning", case.learning.clone()),
    ];
    if let Some(list) = facts.as_array_mut() {
        let shown = more.iter().filter(|(_, value)| !value.is_empty());
        list.extend(shown.map(|(label, value)| json!({"label": label, "value": value})));
    }
    facts
}

fn head(case: &Case, plan: &Plan, point: &Point) -> Value {
    let events: Vec<_> = case
        .events
        .iter()
        .filter(|e| e.points.contains(&point.id))
        .collect();
    let happened: Vec<String> = events
        .iter()
        .map(|e| joined(&[&day::said(&e.at), &e.sentence], ": "))
        .collect();
    let done = case
        .actions
        .iter()
        .filter(|a| a.remedy.is_none() && a.points.contains(&point.id));
    let done = done.map(|a| (day::on(&a.completed_on), &a.description));
    let remedied = of_point(case, point).map(|r| (day::on(&r.completed_on), &r.description));
    let mut did: Vec<(String, &String)> = done
        .chain(remedied)
        .filter(|(on, _)| !on.is_empty())
        .collect();
    did.sort();
    let did: Vec<String> = did
        .iter()
        .map(|(on, what)| format!("{}: {what}", day::said(on)))
        .collect();
    let mut documents: Vec<String> = Vec::new();
    let evidence = case
        .remedies
        .iter()
        .filter(|r| r.points.contains(&point.id))
        .flat_map(|r| &r.evidence);
    let evidence = evidence
        .chain(
            case.actions
                .iter()
                .filter(|a| a.points.contains(&point.id))
                .flat_map(|a| &a.evidence),
        )
        .chain(events.iter().flat_map(|e| &e.documents));
    documents.extend(evidence.filter_map(|id| plan.numbers.get(id).cloned()));
    documents.sort();
    documents.dedup();
    let outcomes: Vec<Value> = point
        .outcomes
        .iter()
        .map(|o| {
            let references = if o.references.is_empty() {
                String::new()
            } else {
                format!("({})", o.references.join("; "))
            };
            let text = joined(
                &[
                    &joined(&[&words(&o.decision), &o.reasons], ": "),
                    &references,
                ],
                " ",
            );
            json!({"label": format!("Stage {}", o.stage), "value": text})
        })
        .collect();
    let offers: Vec<String> = of_point(case, point).map(offer).collect();
    json!({
        "number": point.id.to_string(),
        "complaint": joined(&[&point.text, &format!("({})", words(&point.category))], " "),
        "whatHappened": happened.join("\n"),
        "whatWeDid": did.join("\n"),
        "outcomes": outcomes,
        "offer": offers.join("\n"),
        "outstanding": outstanding(case, Some(point.id)).join("\n"),
        "documents": documents,
    })
}

fn of_point<'a>(case: &'a Case, point: &'a Point) -> impl Iterator<Item = &'a Remedy> {
    case.remedies
        .iter()
        .filter(|r| r.points.contains(&point.id))
}

/// Promised actions that carry through no remedy: the others stand with their remedy.
fn own_actions(case: &Case) -> Grid {
    let mut grid = sheet::actions(case);
    let own = case.actions.iter().map(|a| a.remedy.is_none());
    let mut own = own.collect::<Vec<_>>().into_iter();
    grid.rows.retain(|_| own.next().unwrap_or(true));
    grid
}

/// Requests of another kind that came with the complaint and run on their own clocks.
fn beside(case: &Case) -> Grid {
    let mut grid = Grid::new(
        "Beside the complaint",
        &[
            ("Request", 3),
            ("Text", 6),
            ("Received", 2),
            ("Answered", 2),
        ],
    );
    grid.rows = case
        .related
        .iter()
        .map(|r| {
            let (received, answered) = (day::on(&r.received_on), day::on(&r.answered_on));
            vec![words(&r.kind), r.text.clone(), received, answered]
        })
        .collect();
    grid
}

fn offer(r: &Remedy) -> String {
    let stage = r.stage.map(|s| format!("Stage {s}")).unwrap_or_default();
    let amount = r.amount_pence.map(money).unwrap_or_default();
    let accepted = r
        .accepted
        .map(|yes| if yes { "accepted" } else { "not accepted" })
        .unwrap_or_default();
    joined(
        &[
            &stage,
            &joined(&[&words(&r.kind), &r.description, &amount, accepted], ", "),
        ],
        ": ",
    )
}

/// What is promised and not done, of one point or of all.
fn outstanding(case: &Case, point: Option<u32>) -> Vec<String> {
    let about = |points: &[u32]| point.is_none_or(|id| points.contains(&id));
    let open = |status: &str, completed: &str| {
        completed.is_empty() && !status.starts_with("cancel") && status != "done"
    };
    let by = |due: &str| {
        if due.is_empty() {
            String::new()
        } else {
            format!(" (by {})", day::said(due))
        }
    };
    let actions = case
        .actions
        .iter()
        .filter(|a| a.remedy.is_none() && about(&a.points) && open(&a.status, &a.completed_on));
    let remedies = case
        .remedies
        .iter()
        .filter(|r| about(&r.points) && open(&r.status, &r.completed_on));
    let orders = case
        .hos
        .iter()
        .flat_map(|h| &h.determinations)
        .flat_map(|d| &d.orders);
    let orders = orders.filter(|o| point.is_none() && open(&o.status, &o.completed_on));
    let notices = case.hos.iter().flat_map(|h| &h.notices);
    let notices = notices.filter(|n| point.is_none() && n.complied_on.is_empty());
    let mut all: Vec<(String, String)> = actions
        .map(|a| (day::on(&a.due), format!("{}{}", a.description, by(&a.due))))
        .chain(remedies.map(|r| {
            (
                day::on(&r.due),
                format!("{}: {}{}", words(&r.kind), r.description, by(&r.due)),
            )
        }))
        .chain(orders.map(|o| {
            (
                day::on(&o.due),
                format!("Order {}: {}{}", o.number, o.text, by(&o.due)),
            )
        }))
        .chain(notices.map(|n| {
            let what = joined(&[&n.called(), &n.text], ": ");
            (
                day::on(&n.comply_by),
                format!("Complaint handling failure. {what}{}", by(&n.comply_by)),
            )
        }))
        .collect();
    // What is due first stands first; what has no date, last.
    all.sort_by_key(|(due, _)| (due.is_empty(), due.clone()));
    all.into_iter().map(|(_, line)| line).collect()
}

fn stages(case: &Case) -> Grid {
    let mut grid = Grid::new(
        "Stages",
        &[
            ("Stage", 2),
            ("Received", 2),
            ("Acknowledged", 2),
            ("Due", 2),
            ("Responded", 2),
            ("Outcome", 2),
            ("By", 2),
            ("Acknowledged in time", 2),
            ("Response in time", 2),
        ],
    );
    for s in &case.stages {
        let flags = if s.stage == 2 {
            &case.flags.stage2
        } else {
            &case.flags.stage1
        };
        let flag =
            |of: fn(&crate::case::StageFlags) -> Option<bool>| yes_no(flags.as_ref().and_then(of));
        grid.rows.push(vec![
            s.stage.to_string(),
            day::on(&s.received_at),
            day::on(&s.acknowledged_on),
            day::on(&s.due),
            day::on(&s.responded_on),
            words(&s.outcome),
            s.handler.clone(),
            flag(|f| f.ack_in_time),
            flag(|f| f.response_in_time_overall),
        ]);
    }
    grid
}

fn clocks(case: &Case) -> Grid {
    let mut grid = Grid::new(
        "Clocks of the Code",
        &[
            ("Clock", 3),
            ("Started", 2),
            ("Due", 2),
            ("Met", 2),
            ("In time", 2),
            ("How it was counted", 6),
        ],
    );
    grid.rows = case
        .clocks
        .iter()
        .map(|c| {
            let (start, due, met) = (day::on(&c.start), day::on(&c.due), day::on(&c.met_on));
            vec![
                clock_name(c),
                start,
                due,
                met,
                yes_no(c.in_time),
                c.why.clone(),
            ]
        })
        .collect();
    grid
}

fn notes(case: &Case) -> Vec<String> {
    let sum = |stage| {
        let of = case
            .remedies
            .iter()
            .filter(|r| r.stage == Some(stage))
            .filter_map(|r| r.amount_pence);
        of.fold(0i64, i64::saturating_add)
    };
    let orders = case
        .hos
        .iter()
        .flat_map(|h| &h.determinations)
        .flat_map(|d| &d.orders);
    let ordered = orders
        .filter_map(|o| o.amount_pence)
        .fold(0i64, i64::saturating_add);
    let (first, second) = (money(sum(1)), money(sum(2)));
    vec![format!(
        "Offered at stage 1: {first}. Offered at stage 2: {second}. Ordered by the Ombudsman: {}.",
        money(ordered)
    )]
}
