//! What came after the final response: the Ombudsman's requests, findings, orders and notices.

use super::decisions::latest;
use super::{Grid, Sheet, joined, money, words, yes_no};
use crate::case::Case;
use crate::category::{self, CATEGORIES};
use crate::day;

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

/// The Ombudsman's orders and notices of a complaint handling failure, complied with or not.
pub(crate) fn notices(case: &Case) -> Grid {
    let mut grid = Grid::new(
        "Complaint handling failure orders and notices",
        &[
            ("Issued", 3),
            ("Kind", 3),
            ("Text", 9),
            ("Comply by", 3),
            ("Complied", 3),
            ("Published", 3),
        ],
    );
    let all = case.hos.iter().flat_map(|h| &h.notices);
    grid.rows = all
        .map(|n| {
            let published = if n.published { "yes" } else { "no" };
            vec![
                day::on(&n.issued_on),
                n.called(),
                n.text.clone(),
                day::on(&n.comply_by),
                day::on(&n.complied_on),
                published.into(),
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

pub(super) fn sheet(case: &Case) -> Option<Sheet> {
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
                .chain(hos.notices.iter().map(|n| &n.issued_on))
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
    let stands = match hos.state.as_str() {
        "chfn" => "Complaint handling failure: an order or notice to comply with".into(),
        state => words(state),
    };
    sheet.fact("Where it stands", stands);
    sheet.fact("How it came to the Ombudsman", words(&hos.route));
    sheet.fact("Referred", day::on(&hos.referred_on));
    sheet.fact(
        "Directed to respond",
        joined(
            &[&day::said(&hos.directed_on), &day::said(&hos.directed_due)],
            ", by ",
        ),
    );
    sheet.tables = [tasks, findings, orders(case), advice, notices(case)]
        .into_iter()
        .filter(|g| !g.rows.is_empty())
        .collect();
    (!sheet.facts.is_empty() || !sheet.tables.is_empty()).then_some(sheet)
}
