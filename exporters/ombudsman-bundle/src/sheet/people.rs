//! The contact log, and what was known about vulnerability and adjustments.

use super::{Grid, Sheet, joined, words};
use crate::case::Case;
use crate::day;

pub(super) fn sheets(case: &Case) -> Vec<Sheet> {
    [contact_log(case), adjustments(case)]
        .into_iter()
        .flatten()
        .collect()
}

fn contact_log(case: &Case) -> Option<Sheet> {
    let mut log = Grid::new(
        "",
        &[
            ("Date", 2),
            ("Time", 1),
            ("Direction", 2),
            ("Channel", 2),
            ("With", 2),
            ("Summary", 6),
            ("Staff", 2),
        ],
    );
    let mut contacts: Vec<_> = case.contacts.iter().collect();
    contacts.sort_by_cached_key(|c| (day::london(&c.at), c.id.clone()));
    log.rows = contacts
        .iter()
        .map(|c| {
            let (date, time) = day::london(&c.at).unwrap_or_default();
            let (direction, channel) = (words(&c.direction), words(&c.channel));
            vec![
                date,
                time,
                direction,
                channel,
                c.with.clone(),
                c.summary.clone(),
                c.staff.clone(),
            ]
        })
        .collect();
    let last = log.rows.last()?[0].clone();
    let mut sheet = Sheet {
        category: "06",
        date: last,
        title: "Contact log".into(),
        from: case.landlord.name.clone(),
        why: "Every contact recorded on this complaint, in order",
        csv: Some(log.csv()),
        landscape: true,
        ..Sheet::default()
    };
    sheet.fact("Contacts", log.rows.len().to_string());
    sheet.tables.push(log);
    Some(sheet)
}

fn adjustments(case: &Case) -> Option<Sheet> {
    let mut grid = Grid::new(
        "",
        &[
            ("Adjustment", 3),
            ("Agreed", 2),
            ("Review due", 2),
            ("Status", 2),
            ("Note", 4),
        ],
    );
    grid.rows = case
        .adjustments
        .iter()
        .map(|a| {
            let (agreed, review) = (day::on(&a.agreed_on), day::on(&a.review_due));
            vec![
                words(&a.need),
                agreed,
                review,
                words(&a.status),
                a.note.clone(),
            ]
        })
        .collect();
    if grid.rows.is_empty() {
        return None;
    }
    let latest = case
        .adjustments
        .iter()
        .map(|a| day::on(&a.agreed_on))
        .max()
        .filter(|d| !d.is_empty());
    let mut sheet = Sheet {
        category: "07",
        date: latest.unwrap_or_else(|| day::on(&case.received_at)),
        title: "Reasonable adjustments".into(),
        from: case.landlord.name.clone(),
        why: "Adjustments asked for, agreed and reviewed",
        ..Sheet::default()
    };
    sheet.fact(
        "Resident",
        joined(
            &[&case.complainant.name, &case.complainant.preferred_contact],
            ", prefers ",
        ),
    );
    sheet.tables.push(grid);
    Some(sheet)
}
