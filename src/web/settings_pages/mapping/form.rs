//! The mapping of one kind as questions, and back. The names of the questions are the places in the settings, so that
//! what the adapter says of a place stands at its question.

use crate::desk::mapping::Trial;
use crate::web::form::{Choice, Field, Form, Kind, Posted};
use serde_json::{Map, Value, json};

/// What tells whose a record is.
const REFS: [(&str, &str); 5] = [
    ("property_ref", "Property reference"),
    ("tenancy_ref", "Tenancy reference"),
    ("person_ref", "Person reference"),
    ("name", "Resident's name"),
    ("address", "Address"),
];

/// What a trial may ask for.
const ASKED: [(&str, &str); 7] = [
    ("property_ref", "Property reference"),
    ("tenancy_ref", "Tenancy reference"),
    ("person_ref", "Person reference"),
    ("name", "Resident's name"),
    ("address", "Address"),
    ("since", "Not before"),
    ("text", "What somebody types who looks for a resident"),
];

const DOCUMENTS: [(&str, &str); 7] = [
    ("list", "Where their list stands in a record"),
    ("id", "Identifier"),
    ("name", "File name"),
    ("path", "Address of the file"),
    ("title", "Title"),
    ("media_type", "Media type"),
    ("taken_on", "Day"),
];

/// The fields of `redress-link-record/1`.
fn fields_of(kind: &str) -> &'static [&'static str] {
    match kind {
        "person" => &[
            "name",
            "preferred_name",
            "title",
            "address",
            "email",
            "phone",
            "preferred_channel",
            "language",
            "adjustments",
            "tenure_type",
        ],
        "repair" => &[
            "description",
            "status",
            "reported_on",
            "target_on",
            "completed_on",
            "appointment_on",
            "appointment_slot",
            "attended_on",
            "trade",
            "priority",
            "contractor",
            "outcome",
            "follow_on_of",
            "hazard",
            "notes",
        ],
        "asb" => &[
            "description",
            "category",
            "status",
            "opened_on",
            "closed_on",
            "hate_incident",
            "risk_score",
            "risk_assessed_on",
            "action_plan_on",
            "actions",
            "last_contact_on",
            "outcome",
            "closure_reason",
        ],
        "tenancy" => &[
            "tenure_type",
            "start",
            "end",
            "joint_with_refs",
            "population",
            "payment_ref",
            "name",
            "address",
            "email",
            "phone",
        ],
        "property" => &[
            "address",
            "type",
            "uprn",
            "bedrooms",
            "floor",
            "built_year",
            "patch",
            "estate",
            "owner",
            "managing_org",
        ],
        "contact" => &["at", "direction", "channel", "subject", "summary", "staff"],
        _ => &[],
    }
}

fn line(name: &str, label: &str) -> Field {
    Field::new(Kind::Line, name, label).optional()
}

fn spoken(name: &str) -> String {
    let words = name.replace("_on", " on").replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The questions about a kind, answered as the settings have them.
pub fn of(action: &str, kind: &str, settings: &Value) -> Form {
    let methods = vec![Choice::new("GET", "GET"), Choice::new("POST", "POST")];
    let styles = vec![
        Choice::new("page", "Numbered pages"),
        Choice::new("offset", "How many to leave out"),
        Choice::new("next", "The answer holds the next address"),
        Choice::new("token", "The answer holds a token"),
    ];
    let asked = ASKED
        .iter()
        .map(|(name, label)| line(&format!("try.{name}"), label))
        .collect();
    let request = vec![
        line("request.path", "Address below the connection's").hint(
            "Such as jobs?property={property_ref}&from={since?}. A place with ? may stay empty.",
        ),
        line("list", "Where the list stands in the answer")
            .hint("Such as results.jobs. Empty: the answer is the list."),
        Field::new(Kind::Select, "request.method", "Method")
            .optional()
            .of(methods.clone())
            .with("GET"),
        line("none", "Statuses that mean there is nothing").hint("404 unless you say otherwise."),
    ];
    let refs = REFS
        .iter()
        .map(|(name, label)| line(&format!("refs.{name}"), label))
        .collect();
    let mut form = Form::new(action, "Save the mapping", Vec::new())
        .section(
            "Try it with",
            "A reference that you know. It is sent to the other system and nothing is kept.",
            false,
            asked,
        )
        .section("What is asked", "", false, request)
        .section(
            "What identifies a record",
            "",
            false,
            vec![
                line("id", "Identifier").hint("It must never change."),
                line("title", "Title").hint("Such as {description} ({trade.name}). Empty: the description, subject or name."),
            ],
        )
        .section(
            "Whose it is",
            "A record that says nothing of it is left out. Where the answer does not repeat what was asked with, write {property_ref}.",
            false,
            refs,
        );
    let known = fields_of(kind);
    let own: Vec<Field> = known
        .iter()
        .map(|name| line(&format!("fields.{name}"), &spoken(name)))
        .collect();
    if !own.is_empty() {
        form = form.section(
            "What means what",
            "A path such as trade.name, or more: raised | dmy, mobile ?? home, join(\", \", line1, postcode), state | map(O = Open, C = Completed).",
            false,
            own,
        );
    }
    form = form
        .section(
            "Anything else",
            "",
            true,
            vec![
                Field::new(Kind::Text, "other", "One a line: our name = their path")
                    .optional()
                    .hint("Such as Cost centre = costCentre."),
            ],
        )
        .section(
            "More pages",
            "",
            true,
            vec![
                Field::new(
                    Kind::Select,
                    "paging.style",
                    "How the next page is asked for",
                )
                .optional()
                .of(styles),
                line("paging.per_page", "Records on a page"),
                line("paging.page", "Parameter of the page"),
                line("paging.offset", "Parameter of how many to leave out"),
                line("paging.size", "Parameter of how many come"),
                line("paging.first", "Number of the first page"),
                line("paging.at", "Where the next address or token stands")
                    .hint("Such as links.next."),
                line("paging.name", "Parameter that the token is sent as"),
            ],
        )
        .section(
            "More about each record",
            "A request for each record. What it answers is the record's member detail.",
            true,
            vec![
                line("detail.path", "Address").hint("Such as jobs/{jobNo}."),
                line("detail.at", "Where it stands in the answer"),
            ],
        )
        .section(
            "Photos and reports",
            "Paths start at the photo; $ is the record that it belongs to.",
            true,
            DOCUMENTS
                .iter()
                .map(|(name, label)| line(&format!("documents.{name}"), label))
                .collect(),
        );
    let mut rest = vec![
        line("needs", "What the query must hold as well")
            .hint("Such as tenancy_ref. What stands in the address is needed anyway."),
        Field::new(Kind::Text, "request.body", "Body of a POST, as JSON").optional(),
    ];
    if kind == "person" {
        rest = [
            vec![
                line("search.path", "Address of the search for residents")
                    .hint("With {text}, such as residents?q={text}."),
                line("search.list", "Where its list stands"),
                Field::new(Kind::Select, "search.method", "Method")
                    .optional()
                    .of(methods),
                Field::new(Kind::Text, "search.body", "Body of a POST, as JSON").optional(),
            ],
            rest,
        ]
        .concat();
    }
    let dates = vec![
        Choice::new("dmy", "Day first: 02/09/2026 is 2 September"),
        Choice::new("mdy", "Month first"),
    ];
    rest.push(
        Field::new(Kind::Select, "dates", "Dates with slashes, for all kinds")
            .optional()
            .of(dates)
            .with("dmy"),
    );
    rest.push(
        line("check", "Address that Test connection asks, for all kinds").hint("Such as status."),
    );
    let title = if kind == "person" {
        "Search and further questions"
    } else {
        "Further questions"
    };
    form = form.section(title, "", true, rest);
    answer(&mut form, &settings["kinds"][kind], settings);
    form
}

/// Fills the questions with what the settings have.
fn answer(form: &mut Form, mapping: &Value, settings: &Value) {
    for field in form.fields_mut() {
        let value = match field.name.as_str() {
            "dates" | "check" => &settings[field.name.as_str()],
            "request.path" if mapping["request"].is_string() => &mapping["request"],
            "detail.path" if mapping["detail"].is_string() => &mapping["detail"],
            "search.path" if mapping["search"].is_string() => &mapping["search"],
            // Where the list stands may be said with the request or beside it.
            "list" if mapping["request"]["list"].is_string() => &mapping["request"]["list"],
            name => name.split('.').fold(mapping, |value, part| &value[part]),
        };
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
            Value::Object(members) if field.name == "other" => {
                let lines = members
                    .iter()
                    .map(|(name, path)| format!("{name} = {}", plain(path)));
                lines.collect::<Vec<_>>().join("\n")
            }
            other => other.to_string(),
        };
        field.values = vec![text];
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Fills the questions with what was typed.
pub fn fill(form: &mut Form, posted: &Posted) {
    for field in form.fields_mut() {
        field.values = vec![posted.get(&field.name).to_owned()];
    }
}

/// What stands in a question.
pub fn value(form: &Form, name: &str) -> String {
    let field = form.fields().find(|field| field.name == name);
    field
        .map(|field| field.value().trim().to_owned())
        .unwrap_or_default()
}

/// The mapping that the answers mean, or the question at fault and what is wrong with it. The adapter judges the rest.
pub fn read(form: &Form) -> Result<Value, (String, String)> {
    let mut mapping = json!({});
    for field in form.fields() {
        let (name, text) = (field.name.as_str(), field.value().trim());
        if text.is_empty() || name.starts_with("try.") || ["dates", "check"].contains(&name) {
            continue;
        }
        let value = match name {
            "other" => others(text).map_err(|why| (name.to_owned(), why))?,
            "none" => list(text)
                .map(|part| {
                    part.parse::<u64>()
                        .map_or_else(|_| part.into(), Value::from)
                })
                .collect(),
            "needs" => list(text).map(Value::from).collect(),
            "request.body" | "search.body" => serde_json::from_str(text)
                .map_err(|error| (name.to_owned(), format!("This is not JSON: {error}")))?,
            "paging.per_page" | "paging.first" => text
                .parse::<u64>()
                .map_or_else(|_| text.into(), Value::from),
            _ => text.into(),
        };
        match name.split_once('.') {
            None => mapping[name] = value,
            Some((part, member)) => {
                if !mapping[part].is_object() {
                    mapping[part] = json!({});
                }
                mapping[part][member] = value;
            }
        }
    }
    // A method alone asks nothing, and a style was left out on purpose.
    let lonely = |mapping: &Value, part: &str, needed: &str| {
        mapping[part].is_object() && mapping[part].get(needed).is_none()
    };
    for (part, needed) in [("search", "path"), ("paging", "style")] {
        if lonely(&mapping, part, needed)
            && let Some(members) = mapping.as_object_mut()
        {
            members.remove(part);
        }
    }
    Ok(mapping)
}

fn list(text: &str) -> impl Iterator<Item = String> {
    let parts = text
        .split([',', ' ', ';'])
        .map(|part| part.trim().to_owned());
    parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .into_iter()
}

fn others(text: &str) -> Result<Value, String> {
    let mut members = Map::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, path) = line
            .split_once('=')
            .ok_or_else(|| format!("Write “{line}” as a name, an equals sign and a path"))?;
        members.insert(name.trim().into(), path.trim().into());
    }
    Ok(members.into())
}

/// What the trial asks for.
pub fn trial(form: &Form) -> Trial {
    let asked = ASKED
        .iter()
        .map(|(name, _)| (*name, value(form, &format!("try.{name}"))));
    asked
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (name.to_owned(), text.into()))
        .collect()
}

/// Whether a sentence of the adapter is about the settings.
pub fn blames(why: &str) -> bool {
    why.contains("kinds.") || why.contains("settings are wrong")
}

/// Puts a sentence of the adapter to the question that it is about.
pub fn blame(form: &mut Form, kind: &str, why: &str) {
    let place = why
        .split_once(&format!("kinds.{kind}."))
        .map(|(_, rest)| rest);
    let Some(rest) = place else {
        form.refuse(None, why, "", "");
        return;
    };
    let end = rest.find([':', ' ']).unwrap_or(rest.len());
    let (name, said) = (
        &rest[..end],
        rest[end..].trim_start_matches([':', ' ']).to_owned(),
    );
    let name = match name {
        "request" => "request.path",
        "request.list" => "list",
        name => name,
    };
    let known = form
        .fields()
        .find(|field| field.name == name)
        .map(|field| field.label.clone());
    match known {
        Some(label) => form.refuse(Some(name), &format!("{label}: {said}"), "", ""),
        None => form.refuse(None, why, "", ""),
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
