//! What the list of all cases may be narrowed to by choosing, and what was chosen as filters that could be typed.

use super::command_page::people;
use super::commands::all_categories;
use super::form::{Choice, Field, Form, Kind, Posted, choices};
use super::shell::Web;
use super::words::{spoken, wire};
use crate::desk::lists::{ListOrder, ListQuery};
use crate::desk::typed::{LINKED, write};
use crate::domain::case::State as CaseState;
use crate::domain::category::RootCause;
use crate::domain::intake::Risk;
use crate::domain::measure::{Measure, Span};
use chrono::NaiveDate;

/// The questions, filled with what was chosen.
pub fn fields(web: &Web, asked: &Posted) -> Vec<Field> {
    let sections = form(web).sections.into_iter();
    let mut fields: Vec<Field> = sections.flat_map(|section| section.fields).collect();
    fields.extend(from_the_board(asked));
    for field in &mut fields {
        field.values = asked.all(&field.name);
        let top = asked.get("category");
        if field.name == "category" && !top.is_empty() && !top.contains('.') {
            let name = super::board::theme(web.desk.book().categories(), top);
            let all = Choice::new(top, format!("All of {name}"));
            field.choices.insert(0, all);
        }
    }
    fields
}

/// What links of the board narrow the list by besides; shown only when they did, because the form is long.
fn from_the_board(asked: &Posted) -> Vec<Field> {
    let measures = Measure::all().map(|measure| Choice::new(measure.wire(), measure.words()));
    let causes = RootCause::ALL.map(|cause| Choice::new(wire(&cause), spoken(&cause)));
    let risks = Risk::ALL.map(|risk| Choice::new(wire(&risk), spoken(&risk)));
    let fields = [
        Field::new(Kind::Select, "measure", "Counted as").of(measures.collect()),
        Field::new(Kind::Date, "measure_from", "Counted from"),
        Field::new(Kind::Date, "measure_to", "Counted to"),
        Field::new(Kind::Select, "root_cause", "Root cause").of(causes.into()),
        Field::new(Kind::Select, "risk", "Watched").of(risks.into()),
        Field::new(Kind::Date, "due_from", "Due from"),
        Field::new(Kind::Select, "undated", "Deadline")
            .of(vec![Choice::new("true", "Without one")]),
    ];
    let given = |field: &Field| !asked.get(&field.name).is_empty();
    let given = fields.into_iter().filter(given);
    given.map(Field::or_any).collect()
}

/// The query narrowed to the complaints that a measure of the board counts, where one was chosen.
pub fn during(asked: &Posted, query: ListQuery) -> ListQuery {
    let day = |name| NaiveDate::parse_from_str(asked.get(name), "%Y-%m-%d").ok();
    let Some(measure) = Measure::from_wire(asked.get("measure")) else {
        return query;
    };
    let from = day("measure_from").unwrap_or(NaiveDate::MIN);
    let to = day("measure_to").unwrap_or(NaiveDate::MAX);
    query.during(measure, Span { from, to })
}

fn form(web: &Web) -> Form {
    let states: Vec<String> = CaseState::ALL.iter().map(wire).collect();
    let field = |kind, name: &str, label: &str| Field::new(kind, name, label).or_any();
    Form::new(
        "/cases",
        "Apply",
        vec![
            field(
                Kind::Line,
                "q",
                "Name, address, reference, linked record or filter",
            ),
            field(Kind::Select, "state", "Where it stands").of(choices(
                &states.iter().map(String::as_str).collect::<Vec<_>>(),
            )),
            field(Kind::Select, "stage", "Stage").of(vec![
                Choice::new("1", "Stage 1"),
                Choice::new("2", "Stage 2"),
            ]),
            field(Kind::Select, "category", "Theme")
                .of(all_categories(web.desk.book().categories())),
            field(Kind::Select, "handler", "Owner").of([Choice::new("none", "Nobody")]
                .into_iter()
                .chain(people(web))
                .collect()),
            field(Kind::Select, "ended", "Open or ended").of(vec![
                Choice::new("false", "Open"),
                Choice::new("true", "Ended"),
            ]),
            field(Kind::Select, "linked", "Linked records").of(choices(&LINKED)),
            field(Kind::Select, "refused", "Refused")
                .of(vec![Choice::new("true", "Refused, wholly or in part")]),
            field(Kind::Date, "due_before", "Due before"),
            field(Kind::Date, "received_from", "Received from"),
            field(Kind::Date, "received_to", "Received to"),
            Field {
                blank: "Received, newest first",
                ..Field::new(Kind::Select, "sort", "Sort by")
            }
            .of(vec![
                Choice::new("due", "Deadline, soonest first"),
                Choice::new("updated", "Changed, newest first"),
            ]),
        ],
    )
}

/// What was chosen and typed, as one text of filters.
pub fn words(asked: &Posted) -> String {
    let filters = [
        ("state", "state", ""),
        ("stage", "stage", ""),
        ("category", "theme", ""),
        ("handler", "owner", ""),
        ("linked", "linked", ""),
        ("root_cause", "cause", ""),
        ("risk", "risk", ""),
        ("due_from", "due", ">="),
        ("due_before", "due", "<"),
        ("received_from", "received", ">="),
        ("received_to", "received", "<="),
    ];
    let chosen = filters.into_iter().filter_map(|(field, name, sign)| {
        let value = asked.get(field);
        (!value.is_empty()).then(|| write(name, &format!("{sign}{value}")))
    });
    let refused = (asked.get("refused") == "true").then(|| "is:refused".to_owned());
    let ended = match asked.get("ended") {
        "true" => Some("is:ended".to_owned()),
        "false" => Some("is:open".to_owned()),
        _ => None,
    };
    let typed = Some(asked.get("q").to_owned()).filter(|typed| !typed.is_empty());
    let all: Vec<String> = chosen.chain(refused).chain(ended).chain(typed).collect();
    all.join(" ")
}

/// The order that was chosen, or else `usual`.
pub fn order(asked: &Posted, usual: ListOrder) -> ListOrder {
    match asked.get("sort") {
        "due" => ListOrder::Due,
        "received" => ListOrder::Received,
        "updated" => ListOrder::Updated,
        _ => usual,
    }
}
