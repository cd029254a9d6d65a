//! The rates that an offer of compensation is reckoned by.

use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::desk::rates::RateChange;
use crate::domain::access::{Actor, Permission};
use crate::domain::ids::Pence;
use crate::domain::rate::{Authority, Rate, RateTable};
use crate::domain::remedy::CompensationHead;
use crate::web::documents::answer;
use crate::web::form::{Choice, Field, Form, Kind, Posted, choices};
use crate::web::page::{FormPage, see};
use crate::web::session::refuse;
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use crate::web::words::wire;
use axum::Form as Body;
use axum::extract::{Query, State};
use axum::response::Response;
use chrono::NaiveDate;
use serde_json::Value;

const HERE: &str = "/settings/rates";
const CHANGE: &str = "/settings/rates/change";

/// `GET /settings/rates`.
pub async fn rates(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let form = add_form(web.desk.book().rates());
    show(&web, &actor, Ok(rates_page(&web, &actor, form)))
}

/// `POST /settings/rates`: add one.
pub async fn add_rate(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let mut form = add_form(web.desk.book().rates());
    if let Some(answers) = form.read(&Posted(pairs)) {
        match send(&web, &actor, &form, answers, "", RateChange::Add).await {
            Ok(()) => return see(HERE),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(error) => refuse(&mut form, &error),
        }
    }
    show(&web, &actor, Ok(rates_page(&web, &actor, form)))
}

/// `GET /settings/rates/change?key=`: the rate as it is, to be changed.
pub async fn ask_change(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Query(asked): Query<Pairs>,
) -> Response {
    let book = web.desk.book();
    match find(book.rates(), Posted(asked).get("key")) {
        Ok(rate) if actor.may(Permission::Administer) => {
            change_page(&web, &actor, rate, change_form(book.rates(), rate))
        }
        Ok(_) => see(HERE),
        Err(error) => web.sorry(&actor, &error),
    }
}

/// `POST /settings/rates/change`.
pub async fn change_rate(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let (posted, book) = (Posted(pairs), web.desk.book());
    let rate = match find(book.rates(), posted.get("key")) {
        Ok(rate) => rate,
        Err(error) => return web.sorry(&actor, &error),
    };
    let mut form = change_form(book.rates(), rate);
    if let Some(answers) = form.read(&posted) {
        let retired = rate.retired;
        let put = |rate| RateChange::Put(Rate { retired, ..rate });
        match send(&web, &actor, &form, answers, &rate.key, put).await {
            Ok(()) => return see(HERE),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(error) => refuse(&mut form, &error),
        }
    }
    change_page(&web, &actor, rate, form)
}

/// `POST /settings/rates/offer`: retire one, or bring it back.
pub async fn offer_rate(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    let offered = posted.get("offered") == "true";
    let key = posted.get("key").to_owned();
    let done = if offered { "Brought back" } else { "Retired" };
    let why = format!("{done} on the settings page by {}", actor.name);
    let change = RateChange::Offer { key, offered };
    let version = posted.get("version").parse().unwrap_or(0);
    match web.desk.change_rates(&actor, version, change, &why).await {
        Ok(_) => see(HERE),
        Err(error) => web.sorry(&actor, &error),
    }
}

fn find<'a>(table: &'a RateTable, key: &str) -> Result<&'a Rate, DeskError> {
    table.find(key).ok_or(DeskError::NotFound)
}

/// Makes the change that the answers mean, on the version that the form was drawn from.
async fn send(
    web: &Web,
    actor: &Actor,
    form: &Form,
    mut answers: Value,
    key: &str,
    change: impl FnOnce(Rate) -> RateChange,
) -> Result<(), DeskError> {
    let why: String = answer(&answers, "why").unwrap_or_default();
    let version = form.version.parse().unwrap_or(0);
    answers["key"] = key.into();
    answers["retired"] = false.into();
    let rate: Rate = serde_json::from_value(answers).map_err(|error| DeskError::Invalid {
        field: "",
        detail: format!("Something is missing or does not fit together: {error}"),
    })?;
    let changed = web.desk.change_rates(actor, version, change(rate), &why);
    changed.await.map(drop)
}

fn add_form(table: &RateTable) -> Form {
    Form::new(HERE, "Add the rate", fields(None)).version(table.version.to_string())
}

fn change_form(table: &RateTable, rate: &Rate) -> Form {
    let mut fields = fields(Some(rate));
    fields.push(Field::new(Kind::Hidden, "key", "Key").with(&rate.key));
    Form::new(CHANGE, "Change the rate", fields).version(table.version.to_string())
}

/// The questions about a rate, answered as it is.
fn fields(rate: Option<&Rate>) -> Vec<Field> {
    let heads: Vec<String> = CompensationHead::ALL.iter().map(wire).collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let text = |of: fn(&Rate) -> String| rate.map(of).unwrap_or_default();
    let day = |of: fn(&Rate) -> Option<NaiveDate>| {
        let day = rate.and_then(of);
        day.map(|day| day.to_string()).unwrap_or_default()
    };
    let authority = vec![
        Choice::new("landlord", "Our own policy"),
        Choice::new("ombudsman", "The Housing Ombudsman's guidance"),
    ];
    let of = rate.map_or(Authority::Landlord, |rate| rate.source.of);
    vec![
        Field::new(Kind::Line, "label", "What it is for")
            .hint("The failure, in the words of the guidance or policy.")
            .with(text(|rate| rate.label.clone())),
        Field::new(Kind::Select, "head", "Head of compensation")
            .of(choices(&heads))
            .with(text(|rate| wire(&rate.head))),
        Field::new(Kind::Select, "unit", "Counted in")
            .of(choices(&["day", "week", "each", "percent_of_rent", "lump"]))
            .with(text(|rate| wire(&rate.unit))),
        Field::new(Kind::Money, "rate_pence", "Rate in pounds")
            .optional()
            .hint("For one day, week or time. Empty for a percentage of the rent.")
            .with(text(|rate| rate.rate_pence.map(pounds).unwrap_or_default())),
        Field::new(Kind::Number, "percent", "Percentage of the rent")
            .optional()
            .hint("For a percentage of the rent only: 25 for a quarter.")
            .with(text(|rate| {
                rate.percent.map_or(String::new(), |n| n.to_string())
            })),
        Field::new(Kind::Radios, "source.of", "Whose rule it is")
            .of(authority)
            .with(wire(&of)),
        Field::new(Kind::Line, "source.title", "Where it stands")
            .hint("Such as “Compensation policy 3.0, table 1”.")
            .with(text(|rate| rate.source.title.clone())),
        Field::new(Kind::Date, "source.on", "Date of the guidance or policy")
            .optional()
            .with(day(|rate| rate.source.on)),
        Field::new(Kind::Date, "from", "In force from")
            .optional()
            .hint("An offer follows the rate that is in force on the day on which it is made.")
            .with(day(|rate| rate.from)),
        Field::new(Kind::Date, "until", "In force until")
            .optional()
            .hint("For a new sum from a later day, give this one its last day and add the new one.")
            .with(day(|rate| rate.until)),
        Field::new(Kind::Line, "why", "Why"),
    ]
}

/// What a field for money takes: `15.00`.
fn pounds(Pence(pence): Pence) -> String {
    format!("{}.{:02}", pence / 100, pence % 100)
}

fn rates_page(web: &Web, actor: &Actor, form: Form) -> SettingsPage {
    let book = web.desk.book();
    let table = book.rates();
    let changes = actor.may(Permission::Administer);
    let form = if changes {
        form
    } else {
        Form::new("", "", Vec::new())
    };
    let mut page = page(web, actor, HERE, "Compensation rates", form, "Add a rate");
    page.intro = format!(
        "What an offer of money is reckoned by. An offer keeps the rate it followed, whatever is changed here. The fixed sums that come with Redress are those of the Ombudsman’s Compensation Guidance of 1 April 2026 that were known when it was made. The Guidance holds more: check them against it, and add the rates of your own policy. {}",
        match table.version {
            0 => "Nothing has been changed yet.".to_owned(),
            version => format!("This is version {version}."),
        }
    );
    page.columns = vec!["For", "Rate", "Source", "In force"];
    page.empty = "There is no rate yet.";
    if changes {
        page.columns.push("");
    }
    page.rows = table
        .rates
        .iter()
        .map(|rate| row(table, rate, changes))
        .collect();
    page
}

fn row(table: &RateTable, rate: &Rate, changes: bool) -> SettingsRow {
    let said = |day: NaiveDate| day.format("%-d %b %Y").to_string();
    let force = match (rate.from.map(said), rate.until.map(said)) {
        _ if rate.retired => "Retired".to_owned(),
        (None, None) => "Always".to_owned(),
        (Some(from), None) => format!("From {from}"),
        (None, Some(until)) => format!("Until {until}"),
        (Some(from), Some(until)) => format!("{from} to {until}"),
    };
    let mut row = SettingsRow {
        cells: vec![rate.label.clone(), rate.each(), rate.source.words(), force],
        ..SettingsRow::default()
    };
    if changes {
        row.change = format!("{CHANGE}?key={}", rate.key);
        row.action = "/settings/rates/offer".into();
        row.button = if rate.retired { "Bring back" } else { "Retire" };
        row.hidden = vec![
            ("key", rate.key.clone()),
            ("offered", rate.retired.to_string()),
            ("version", table.version.to_string()),
        ];
    }
    row
}

fn change_page(web: &Web, actor: &Actor, rate: &Rate, form: Form) -> Response {
    FormPage {
        frame: web.frame(actor, "/settings"),
        title: format!("Change a rate: {}", rate.label),
        intro:
            "It holds for offers from now on. Offers that were made keep the rate they followed."
                .into(),
        back: HERE.into(),
        back_label: "Compensation rates".into(),
        care: Vec::new(),
        form,
    }
    .answer()
}
