//! The complaint and the escalation as they were received, and letters that are held as text.

use super::{Grid, Sheet, joined, words};
use crate::case::{Case, Letter};
use crate::day;

pub(super) fn sheets(case: &Case) -> Vec<Sheet> {
    let mut sheets = vec![received(case)];
    sheets.extend(escalation(case));
    sheets.extend(letters(case));
    sheets
}

fn at(sheet: &mut Sheet, label: &str, instant: &str) {
    if let Some((date, time)) = day::london(instant) {
        sheet.fact(label, joined(&[&day::said(&date), &time], ", "));
        (sheet.date, sheet.time) = (date, time);
    }
}

fn received(case: &Case) -> Sheet {
    let mut sheet = Sheet {
        category: "01",
        title: "Complaint as received".into(),
        from: case.complainant.name.clone(),
        to: case.landlord.name.clone(),
        why: "The complaint in the resident's own words, with its date and channel",
        text: case.account.clone(),
        ..Sheet::default()
    };
    at(&mut sheet, "Received", &case.received_at);
    sheet.fact("How", words(&case.channel));
    sheet.fact("Heard by", &case.heard_by);
    sheet.fact("Complainant", &case.complainant.name);
    sheet.fact("Address", &case.complainant.address);
    sheet.fact("Property reference", &case.complainant.property_ref);
    if let Some(by) = &case.representative {
        sheet.fact(
            "Representative",
            joined(&[&by.name, &by.relationship, &by.authority], ", "),
        );
    }
    for m in &case.members {
        sheet.fact("Also complaining", joined(&[&m.name, &m.address], ", "));
    }
    sheet.fact("Outcomes sought", &case.outcomes_sought);
    let mut points = Grid::new(
        "Points raised",
        &[
            ("Point", 2),
            ("Complaint", 5),
            ("Category", 2),
            ("Raised", 2),
        ],
    );
    points.rows = case
        .points
        .iter()
        .map(|p| {
            vec![
                p.id.to_string(),
                p.text.clone(),
                match p.theme.as_str() {
                    "" => words(&p.category),
                    theme => theme.to_owned(),
                },
                day::on(&p.raised_on),
            ]
        })
        .collect();
    sheet.tables.push(points);
    sheet
}

fn escalation(case: &Case) -> Option<Sheet> {
    let stage = case.stages.iter().find(|s| s.stage == 2)?;
    let mut sheet = Sheet {
        category: "02",
        title: "Escalation request as received".into(),
        from: case.complainant.name.clone(),
        to: case.landlord.name.clone(),
        why: "When and how the resident asked for stage 2; no reason is ever required",
        text: if stage.account.is_empty() {
            "The resident gave no reasons.".into()
        } else {
            stage.account.clone()
        },
        ..Sheet::default()
    };
    at(&mut sheet, "Received", &stage.received_at);
    sheet.fact("How", words(&stage.channel));
    Some(sheet)
}

/// Two notices of one kind are two papers: the letter's own number tells them apart, in every export.
pub(crate) fn letter_title(letter: &Letter) -> String {
    let title = if letter.title.is_empty() {
        words(&letter.kind)
    } else {
        letter.title.clone()
    };
    if letter.id.is_empty() {
        title
    } else {
        format!("{title}, letter {}", letter.id)
    }
}

fn letters(case: &Case) -> impl Iterator<Item = Sheet> {
    let as_text = case
        .letters
        .iter()
        .filter(|l| l.document.is_empty() && !l.text.is_empty());
    as_text.map(|letter| {
        let title = letter_title(letter);
        let mut sheet = Sheet {
            category: if letter.stage == Some(2) { "02" } else { "01" },
            title,
            from: case.landlord.name.clone(),
            to: letter.to.clone(),
            why: "Letter to the resident",
            text: letter.text.clone(),
            ..Sheet::default()
        };
        at(&mut sheet, "Issued", &letter.issued_at);
        sheet.fact("To", &letter.to);
        sheet.fact("Sent by", words(&letter.channel));
        sheet.fact("Proof of sending", &letter.proof);
        sheet
    })
}
