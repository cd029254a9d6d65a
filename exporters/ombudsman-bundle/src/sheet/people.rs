//! The contact log, what was known about vulnerability and adjustments, and hazards.

use super::{Grid, Sheet, joined, words};
use crate::case::Case;
use crate::day;

pub(super) fn sheets(case: &Case) -> Vec<Sheet> {
    [
        contact_log(case),
        adjustments(case),
        known(case),
        hazards(case),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn contact_log(case: &Case) -> Option<Sheet> {
    let mut log = Grid::new(
        "",
        &[
            ("Date", 2),
            ("Time", 2),
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
    let mut sheet = needs(
        case,
        "Reasonable adjustments",
        "Adjustments asked for, agreed and reviewed",
    );
    sheet.tables.push(grid);
    Some(sheet)
}

fn needs(case: &Case, title: &str, why: &'static str) -> Sheet {
    let agreed = case.adjustments.iter().map(|a| day::on(&a.agreed_on));
    let latest = agreed.max().filter(|d| !d.is_empty());
    let mut sheet = Sheet {
        category: "07",
        date: latest.unwrap_or_else(|| day::on(&case.received_at)),
        title: title.into(),
        from: case.landlord.name.clone(),
        why,
        ..Sheet::default()
    };
    sheet.fact(
        "Resident",
        joined(
            &[
                &case.complainant.name,
                &words(&case.complainant.preferred_contact).to_lowercase(),
            ],
            ", prefers ",
        ),
    );
    sheet
}

/// What triage noted of the household, and since when each need was known: minimised to what bears on the complaint.
fn known(case: &Case) -> Option<Sheet> {
    let t = &case.triage;
    if !(t.vulnerability || t.safeguarding || t.child_in_home) {
        return None;
    }
    let title = "What we knew of vulnerability";
    let mut sheet = needs(
        case,
        title,
        "What the landlord knew of the household's needs, and since when",
    );
    for (noted, label) in [
        (
            t.vulnerability,
            "Vulnerable in a way that bears on the complaint",
        ),
        (t.child_in_home, "A child lives in the home"),
        (t.safeguarding, "A safeguarding concern was passed on"),
    ] {
        if noted {
            sheet.fact(label, "yes");
        }
    }
    if !t.risk.is_empty() {
        sheet.fact("Risk as noted", words(&t.risk));
    }
    let mut log = Grid::new("When it was noted", &[("Date", 2), ("What", 8), ("Who", 3)]);
    let noted = |kind: &str| kind == "triaged" || kind.starts_with("adjustment");
    log.rows = case
        .events
        .iter()
        .filter(|e| noted(&e.kind))
        .map(|e| vec![day::on(&e.at), e.sentence.clone(), e.actor.clone()])
        .collect();
    if !log.rows.is_empty() {
        sheet.tables.push(log);
    }
    Some(sheet)
}

/// Each hazard with the steps the law asks for, and when each was taken.
fn hazards(case: &Case) -> Option<Sheet> {
    let mut grid = Grid::new(
        "",
        &[
            ("No", 2),
            ("Hazard", 5),
            ("Kind", 3),
            ("Known", 3),
            ("Made safe", 3),
            ("Investigated", 3),
            ("Summary sent", 3),
            ("Safety work", 3),
            ("Further work", 3),
        ],
    );
    let at = |instant: &str| {
        day::london(instant)
            .map(|(date, time)| joined(&[&day::said(&date), &time], ", "))
            .unwrap_or_default()
    };
    grid.rows = case
        .hazards
        .iter()
        .map(|h| {
            vec![
                h.id.to_string(),
                h.description.clone(),
                if h.emergency {
                    "Emergency"
                } else {
                    "Significant"
                }
                .into(),
                at(&h.aware_at),
                at(&h.made_safe_at),
                at(&h.investigated_at),
                at(&h.summary_sent_at),
                at(&h.safety_work_at),
                at(&h.further_work_at),
            ]
        })
        .collect();
    let known = case.hazards.iter().map(|h| day::on(&h.aware_at)).max()?;
    let mut sheet = Sheet {
        category: "04",
        date: known,
        title: "Hazard records".into(),
        from: case.landlord.name.clone(),
        why: "When the landlord knew of each hazard, what it found, told the tenant and did",
        landscape: true,
        ..Sheet::default()
    };
    sheet.tables.push(grid);
    Some(sheet)
}
