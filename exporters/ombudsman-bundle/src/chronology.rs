//! The chronology: generated from events, snapshots and clocks, never typed. Every line names its
//! source and record, the days since the complaint, and what the Code's clocks did.

use crate::bundle;
use crate::case::{Case, Clock, Link};
use crate::csv::Table;
use crate::day;
use crate::evidence;
use crate::plan::Plan;
use crate::sheet::{self, words};
use serde_json::{Value, json};

/// One line.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Row {
    /// Date in England.
    pub date: String,
    /// `HH:MM` or empty.
    pub time: String,
    /// What happened.
    pub what: String,
    /// Who did it.
    pub who: String,
    /// The system it was recorded in.
    pub source: String,
    /// Its id there.
    pub record: String,
    /// Numbers of documents in this bundle.
    pub documents: Vec<String>,
    /// "Day 12".
    pub elapsed: String,
    /// What the clocks did.
    pub clock: String,
    kind: String,
}

/// All lines in order of time.
pub fn rows(case: &Case, plan: &Plan) -> Vec<Row> {
    let mut rows: Vec<Row> = case
        .events
        .iter()
        .filter_map(|event| {
            let (date, time) = day::london(&event.at)?;
            let what = if event.sentence.is_empty() {
                words(&event.kind)
            } else {
                event.sentence.clone()
            };
            Some(Row {
                date,
                time,
                what,
                who: event.actor.clone(),
                source: if event.source.is_empty() {
                    "Redress".into()
                } else {
                    event.source.clone()
                },
                record: if event.record.is_empty() {
                    format!("event {}", event.seq)
                } else {
                    event.record.clone()
                },
                documents: evidence::numbers(case, plan, event),
                kind: event.kind.clone(),
                ..Row::default()
            })
        })
        .collect();
    rows.extend(
        case.links
            .iter()
            .filter(|l| l.kind != "alert")
            .flat_map(|link| linked(case, plan, link)),
    );
    // Stable, so that events of one minute keep the order of the record.
    rows.sort_by(|a, b| (&a.date, &a.time).cmp(&(&b.date, &b.time)));
    let mut passed = Vec::new();
    for clock in &case.clocks {
        passed.extend(mark(&mut rows, clock, &clock.start, "start"));
        passed.extend(mark(&mut rows, clock, &clock.met_on, "met"));
        passed.extend(missed(case, clock));
    }
    rows.extend(passed);
    rows.sort_by(|a, b| (&a.date, &a.time).cmp(&(&b.date, &b.time)));
    let received = day::on(&case.received_at);
    for row in &mut rows {
        if let Some(days) = day::between(&received, &row.date).filter(|days| *days >= 0) {
            row.elapsed = format!("Day {days}");
        }
    }
    rows
}

/// What the dates of a snapshot say happened.
fn linked(case: &Case, plan: &Plan, link: &Link) -> Vec<Row> {
    let about = |text: &str| {
        if text.is_empty() {
            link.title.clone()
        } else {
            text.to_owned()
        }
    };
    let description = about(&link.field("description"));
    let id = &link.external_id;
    let outcome = link.field("outcome");
    let tail = |text: &str| {
        if text.is_empty() {
            String::new()
        } else {
            format!(": {text}")
        }
    };
    let mut lines: Vec<(&str, String)> = match link.kind.as_str() {
        "repair" => vec![
            (
                "reported_on",
                format!("Repair {id} reported: {description}"),
            ),
            (
                "appointment_on",
                format!(
                    "Appointment for repair {id}{}",
                    tail(&link.field("appointment_slot"))
                ),
            ),
            (
                "attended_on",
                format!("Repair {id} attended{}", tail(&outcome)),
            ),
            (
                "completed_on",
                format!("Repair {id} completed{}", tail(&outcome)),
            ),
        ],
        "asb" => vec![
            (
                "opened_on",
                format!(
                    "Anti-social behaviour report {id} opened{}",
                    tail(&link.field("category"))
                ),
            ),
            (
                "risk_assessed_on",
                format!(
                    "Risk assessed for report {id}{}",
                    tail(&link.field("risk_score"))
                ),
            ),
            (
                "action_plan_on",
                format!("Action plan agreed for report {id}"),
            ),
            (
                "closed_on",
                format!(
                    "Anti-social behaviour report {id} closed{}",
                    tail(&link.field("closure_reason"))
                ),
            ),
        ],
        "tenancy" | "tenure" => vec![
            (
                "start",
                format!("Tenancy {id} began{}", tail(&link.field("tenure_type"))),
            ),
            ("end", format!("Tenancy {id} ended")),
        ],
        "contact" | "note" => {
            let how = sheet::joined(
                &[&words(&link.field("direction")), &link.field("channel")],
                " ",
            );
            let said = sheet::joined(&[&link.field("subject"), &link.field("summary")], ". ");
            vec![("at", sheet::joined(&[&how, &about(&said)], ": "))]
        }
        _ => vec![
            ("on", link.title.clone()),
            ("at", link.title.clone()),
            ("inspected_on", link.title.clone()),
        ],
    };
    let target = day::date(&link.field("target_on"));
    let done = day::date(&link.field("completed_on"));
    if link.kind == "repair"
        && target
            .as_ref()
            .is_some_and(|t| done.as_ref().unwrap_or(&case.date()) > t)
    {
        lines.push((
            "target_on",
            format!("Target date of repair {id} passed without completion"),
        ));
    }
    let shown_in: Vec<String> = plan
        .paper(&sheet::records_title(&link.kind))
        .cloned()
        .into_iter()
        .collect();
    let row = |(field, what): (&str, String)| {
        let (date, time) = day::london(&link.field(field))?;
        let who = match link.kind.as_str() {
            "repair" => link.field("contractor"),
            _ => link.field("staff"),
        };
        let (source, record) = (link.source.clone(), format!("{} {id}", words(&link.kind)));
        Some(Row {
            date,
            time,
            what,
            who,
            source,
            record,
            documents: shown_in.clone(),
            ..Row::default()
        })
    };
    // A later snapshot of one record repeats what the first said: the newest speaks.
    let newest = case
        .links
        .iter()
        .filter(|l| {
            (&l.kind, &l.source, &l.external_id) == (&link.kind, &link.source, &link.external_id)
        })
        .all(|l| l.snapshot_at <= link.snapshot_at);
    if newest {
        lines.into_iter().filter_map(row).collect()
    } else {
        Vec::new()
    }
}

/// "Stage 1 acknowledgement", or "Promised action: repair the fan".
pub fn clock_name(clock: &Clock) -> String {
    let name = if clock.name.is_empty() {
        words(&clock.id.to_lowercase())
    } else {
        clock.name.clone()
    };
    sheet::joined(&[&name, &clock.subject], ": ")
}

/// What kinds of event start or stop a clock.
fn causes(clock: &str, edge: &str) -> &'static [&'static str] {
    match (clock, edge) {
        ("S1_ACK", "start") => &["complaint_logged", "received_at_corrected", "reopened"],
        ("S2_ACK", "start") => &["escalated"],
        ("S1_ACK" | "S2_ACK", "met") | ("S1_RESPONSE" | "S2_RESPONSE", "start") => {
            &["acknowledged"]
        }
        ("S1_EXTENSION" | "S2_EXTENSION", "start") => &["extended"],
        (
            "S1_RESPONSE" | "S2_RESPONSE" | "S1_EXTENSION" | "S2_EXTENSION" | "HOS_DIRECTED",
            "met",
        ) => &["response_issued"],
        ("HOS_DIRECTED", "start") => &["ombudsman_directed"],
        ("HOS_TASK", "start") => &["hos_task"],
        ("HOS_TASK", "met") => &["hos_evidence"],
        ("HOS_ORDER", "start") => &["determination"],
        ("HOS_ORDER", "met") => &["order_completed"],
        ("ACTION_DUE", "start") => &["action_promised", "remedy_offered"],
        ("ACTION_DUE", "met") => &["action_completed", "compensation_paid", "action_cancelled"],
        ("UPDATE_INTERVAL", "start") => &["extended", "letter_issued"],
        ("UPDATE_INTERVAL", "met") => &["letter_issued", "contact_recorded"],
        ("SERVICE_REQUEST_REVIEW", "start") => {
            &["service_request_logged", "service_request_reviewed"]
        }
        ("SERVICE_REQUEST_REVIEW", "met") => &["service_request_reviewed", "complaint_logged"],
        ("DP_COMPLAINT_ACK" | "SAR" | "STAIRS_REQUEST", "start") => &["related_request_opened"],
        ("DP_COMPLAINT_ACK" | "SAR" | "STAIRS_REQUEST", "met") => &["related_request_answered"],
        ("AWAAB_EMERGENCY" | "AWAAB_INVESTIGATE", "start") => &["hazard_reported"],
        (clock, _) if clock.starts_with("AWAAB") => &["hazard_step"],
        _ => &[],
    }
}

/// Writes a clock's start or end beside the event that caused it. Where none of that day did, it is a line of its own.
fn mark(rows: &mut [Row], clock: &Clock, on: &str, edge: &str) -> Option<Row> {
    let date = day::date(&day::on(on))?;
    let causes = causes(&clock.id, edge);
    let caused =
        |row: &Row| row.date == date && causes.iter().any(|cause| row.kind.starts_with(cause));
    // Two of a kind on one day: the one that says what the clock is about, or its stage.
    let about = match clock.id.get(..2) {
        _ if !clock.subject.is_empty() => clock.subject.clone(),
        Some("S1") => "tage 1".to_owned(),
        Some("S2") => "tage 2".to_owned(),
        _ => String::new(),
    };
    let at = rows
        .iter()
        .position(|row| caused(row) && row.what.contains(&about))
        .or_else(|| rows.iter().position(caused));
    let name = clock_name(clock);
    let due = day::said(&clock.due);
    let text = match (edge, clock.in_time) {
        ("start", _) if due.is_empty() => format!("{name} starts"),
        ("start", _) => format!("{name} starts, due {due}"),
        (_, Some(true)) => format!("{name} met in time"),
        (_, Some(false)) => format!("{name} met late, was due {due}"),
        _ => format!("{name} met"),
    };
    if let Some(row) = at.and_then(|at| rows.get_mut(at)) {
        row.clock = sheet::joined(&[&row.clock, &text], "; ");
        return None;
    }
    Some(Row {
        date,
        // After whatever else happened on that day.
        time: "23:58".into(),
        what: text.clone(),
        source: "Redress".into(),
        record: format!("clock {}", clock.id),
        clock: text,
        ..Row::default()
    })
}

/// A due date that passed is an event too, even when nobody did anything.
fn missed(case: &Case, clock: &Clock) -> Option<Row> {
    let due = day::date(&clock.due)?;
    let until = day::date(&clock.met_on).unwrap_or_else(|| case.date());
    (until > due && clock.status != "not_needed").then(|| Row {
        date: due,
        // After whatever else happened on that day.
        time: "23:59".into(),
        what: format!("{} fell due and had not been done", clock_name(clock)),
        source: "Redress".into(),
        record: format!("clock {}", clock.id),
        clock: format!("{} overdue", clock_name(clock)),
        ..Row::default()
    })
}

/// What the `chronology` template takes.
pub fn json(case: &Case, rows: &[Row], number: &str) -> Value {
    let entries: Vec<Value> = rows
        .iter()
        .map(|r| {
            json!({
                "date": r.date, "time": shown(r), "what": r.what, "who": r.who, "source": r.source,
                "recordId": r.record, "documents": r.documents, "elapsed": r.elapsed, "clock": r.clock,
            })
        })
        .collect();
    json!({
        "document": sheet::document(case, "Chronology", number),
        "facts": bundle::facts(case),
        "entries": entries,
        "notes": ["Made from records; days are counted from the day the complaint was received. Times are English time."],
    })
}

/// The clock lines have no time of their own.
fn shown(row: &Row) -> &str {
    if row.record.starts_with("clock ") {
        ""
    } else {
        &row.time
    }
}

/// One line per event.
pub fn csv(rows: &[Row]) -> Table {
    let mut table = Table::new(&[
        "date",
        "time",
        "what",
        "who",
        "source",
        "record",
        "documents",
        "elapsed",
        "clock",
    ]);
    let line = |r: &Row| {
        let documents = r.documents.join(" ");
        let (time, elapsed) = (shown(r).to_owned(), r.elapsed.clone());
        vec![
            r.date.clone(),
            time,
            r.what.clone(),
            r.who.clone(),
            r.source.clone(),
            r.record.clone(),
            documents,
            elapsed,
            r.clock.clone(),
        ]
    };
    table.rows = rows.iter().map(line).collect();
    table
}
