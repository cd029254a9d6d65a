//! What the list of all cases may be narrowed to by choosing, and what was chosen as filters that could be typed.

use super::command_page::people;
use super::commands::all_categories;
use super::form::{Choice, Field, Form, Kind, Posted, choices};
use super::shell::Web;
use super::words::wire;
use crate::desk::lists::ListOrder;
use crate::desk::typed::{LINKED, write};
use crate::domain::case::State as CaseState;

/// The questions, filled with what was chosen.
pub fn fields(web: &Web, asked: &Posted) -> Vec<Field> {
    let sections = form(web).sections.into_iter();
    let mut fields: Vec<Field> = sections.flat_map(|section| section.fields).collect();
    for field in &mut fields {
        field.values = asked.all(&field.name);
    }
    fields
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
            field(Kind::Select, "handler", "Owner").of(people(web)),
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
        ("due_before", "due", "<"),
        ("received_from", "received", ">="),
        ("received_to", "received", "<="),
    ];
    let chosen = filters.into_iter().filter_map(|(field, name, sign)| {
        let value = asked.get(field);
        (!value.is_empty()).then(|| write(name, &format!("{sign}{value}")))
    });
    let refused = (asked.get("refused") == "true").then(|| "is:refused".to_owned());
    let typed = Some(asked.get("q").to_owned()).filter(|typed| !typed.is_empty());
    let all: Vec<String> = chosen.chain(refused).chain(typed).collect();
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
