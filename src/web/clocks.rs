//! When is it due? Every deadline of the Code from the dates given, and why; nothing is stored.

use super::form::{Field, Form, Kind, Posted, Problem};
use super::frame::Frame;
use super::words::long_date;
use crate::domain::calendar::Calendar;
use crate::domain::clock::{ClockId, ClockPolicy, DueDate, DueQuery, Receipt, due_dates};
use chrono::NaiveDate;
use serde_json::Value;

/// One deadline.
pub struct DueRow {
    /// The step.
    pub name: &'static str,
    /// The paragraph.
    pub rule: String,
    /// The day.
    pub due: String,
    /// Why.
    pub why: String,
}

/// The page.
#[derive(askama::Template)]
#[template(path = "clocks.html")]
pub struct ClocksPage {
    /// Around it.
    pub frame: Frame,
    /// The dates.
    pub fields: Vec<Field>,
    /// What is wrong with them.
    pub problems: Vec<Problem>,
    /// The deadlines.
    pub rows: Vec<DueRow>,
}

/// The page for these dates; with none given, as if received today.
pub fn page(
    frame: Frame,
    mut asked: Posted,
    today: NaiveDate,
    calendar: &Calendar,
    policy: &ClockPolicy,
) -> ClocksPage {
    if asked.0.iter().all(|(_, value)| value.trim().is_empty()) {
        asked.0 = vec![("received".into(), today.to_string())];
    }
    let date = |name: &str, label: &str| Field::new(Kind::Date, name, label).optional();
    let mut form = Form::new(
        "/clocks",
        "Work it out",
        vec![
            date("received", "Received"),
            date("acknowledged", "Acknowledged"),
            date("escalated", "Stage 2 asked for"),
            date("stage2_acknowledged", "Stage 2 acknowledged"),
        ],
    );
    let rows = match form.read(&asked) {
        Some(answers) => match work_out(&answers, calendar, policy) {
            Ok(rows) => rows,
            Err(text) => {
                form.refuse(None, &text, "", "");
                Vec::new()
            }
        },
        None => Vec::new(),
    };
    let mut frame = frame;
    frame.trouble = !form.problems.is_empty();
    let fields = form
        .sections
        .into_iter()
        .flat_map(|section| section.fields)
        .collect();
    ClocksPage {
        frame,
        fields,
        problems: form.problems,
        rows,
    }
}

fn work_out(
    answers: &Value,
    calendar: &Calendar,
    policy: &ClockPolicy,
) -> Result<Vec<DueRow>, String> {
    let day = |name: &str| {
        answers
            .get(name)
            .and_then(|value| serde_json::from_value::<NaiveDate>(value.clone()).ok())
    };
    let query = DueQuery {
        received: day("received").map(Receipt::On),
        acknowledged: day("acknowledged"),
        escalated: day("escalated").map(Receipt::On),
        stage2_acknowledged: day("stage2_acknowledged"),
    };
    let dates = due_dates(&query, calendar, policy).map_err(|error| error.to_string())?;
    let all = [
        (ClockId::S1Ack, dates.s1_ack),
        (ClockId::S1Response, dates.s1_response),
        (ClockId::S1Extension, dates.s1_extension),
        (ClockId::S2Ack, dates.s2_ack),
        (ClockId::S2Response, dates.s2_response),
        (ClockId::S2Extension, dates.s2_extension),
    ];
    let row = |(id, date): (ClockId, Option<DueDate>)| {
        let DueDate { due, why } = date?;
        Some(DueRow {
            name: id.kind().name,
            rule: format!("Code {}", id.kind().provision),
            due: long_date(due),
            why,
        })
    };
    Ok(all.into_iter().filter_map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::sample::today;

    fn ask(pairs: &[(&str, &str)]) -> ClocksPage {
        let frame = Frame {
            practice: false,
            style: String::new(),
            logo: String::new(),
            landlord: "Redress".into(),
            me: None,
            here: "/clocks",
            done: String::new(),
            amiss: String::new(),
            notices: Vec::new(),
            trouble: false,
        };
        let asked = Posted(
            pairs
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
        );
        page(
            frame,
            asked,
            today(),
            &Calendar::england(),
            &ClockPolicy::default(),
        )
    }

    #[test]
    fn the_first_sight_is_received_today() {
        let page = ask(&[]);
        assert_eq!(page.rows[0].due, "Friday 27 November 2026");
        assert_eq!(page.rows.len(), 3);
    }

    #[test]
    fn dates_the_wrong_way_round_are_said_so() {
        let page = ask(&[("received", "2026-11-20"), ("acknowledged", "2026-11-01")]);
        assert!(
            page.rows.is_empty() && page.problems[0].text.contains("before"),
            "{:?}",
            page.problems
        );
        assert!(
            ask(&[("received", "yesterday")]).problems[0]
                .text
                .contains("Enter a date")
        );
    }
}
