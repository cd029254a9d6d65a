//! The landlord's own times and limits: how long each step may take, never longer than the Code allows, and who may
//! agree to how much.

use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::domain::access::{Actor, Permission};
use crate::domain::policy::Policy;
use crate::web::documents::answer;
use crate::web::form::{Choice, Field, Form, Kind, Posted};
use crate::web::page::see;
use crate::web::session::refuse;
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use crate::web::words::civil;
use axum::Form as Body;
use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

const HERE: &str = "/settings/rules";

/// A setting: where it stands in the policy, its words, its unit, and the paragraph of the Code.
type Asked = (&'static str, &'static str, &'static str, &'static str);

const STAGES: [Asked; 8] = [
    (
        "clocks.s1_ack",
        "Acknowledge at stage 1",
        "Working days, at most 5.",
        "6.2",
    ),
    (
        "clocks.s1_response",
        "Answer at stage 1",
        "Working days from the acknowledgement, at most 10.",
        "6.3",
    ),
    (
        "clocks.s1_extension",
        "Extend at stage 1 by",
        "Working days, at most 10.",
        "6.4",
    ),
    (
        "clocks.s2_ack",
        "Acknowledge at stage 2",
        "Working days, at most 5.",
        "6.11",
    ),
    (
        "clocks.s2_response",
        "Answer at stage 2",
        "Working days from the acknowledgement, at most 20.",
        "6.14",
    ),
    (
        "clocks.s2_extension",
        "Extend at stage 2 by",
        "Working days, at most 20.",
        "6.15",
    ),
    (
        "clocks.service_request_review",
        "Look at an open service request again after",
        "Working days.",
        "1.4",
    ),
    (
        "clocks.due_soon",
        "A date is near from",
        "Working days before it: lists and reminders say so from then on.",
        "",
    ),
];

const OTHERS: [Asked; 5] = [
    (
        "clocks.hos_task",
        "Answer a task of the Ombudsman that names no day",
        "Working days.",
        "",
    ),
    (
        "clocks.dp_complaint_ack",
        "Acknowledge a data-protection complaint",
        "Days, at most 30.",
        "",
    ),
    (
        "clocks.sar_months",
        "Answer a subject access request",
        "Months, at most 1.",
        "",
    ),
    (
        "clocks.sar_more_months",
        "A complex one may take longer by",
        "Months, at most 2.",
        "",
    ),
    (
        "clocks.stairs_request",
        "Answer an information request (STAIRs)",
        "Days.",
        "",
    ),
];

const HAZARDS: [Asked; 6] = [
    (
        "clocks.awaab_emergency_hours",
        "Make an emergency hazard safe",
        "Hours, nights and weekends counted, at most 24.",
        "",
    ),
    (
        "clocks.awaab_investigate",
        "Investigate a significant hazard",
        "Working days, at most 10.",
        "",
    ),
    (
        "clocks.awaab_summary",
        "Send the summary of the investigation",
        "Working days, at most 3.",
        "",
    ),
    (
        "clocks.awaab_safety",
        "Do the safety work",
        "Working days, at most 5.",
        "",
    ),
    (
        "clocks.awaab_further",
        "Begin further work",
        "Working days, at most 5.",
        "",
    ),
    (
        "clocks.awaab_work_start_weeks",
        "Further work has started on site",
        "Weeks, at most 12.",
        "",
    ),
];

const NUDGES: [Asked; 3] = [
    (
        "nudges.owner_first",
        "Remind whoever handles the case",
        "Working days before the date; 0 for not at all.",
        "",
    ),
    (
        "nudges.owner_last",
        "Remind them again",
        "Working days before the date; 0 for not at all.",
        "",
    ),
    (
        "nudges.manager",
        "Tell the team leaders",
        "Working days before the date; 0 for only once it is missed, which they are always told.",
        "",
    ),
];

const SUMS: [Asked; 4] = [
    (
        "limits.officer",
        "Complaints and housing officers may agree to",
        "",
        "",
    ),
    ("limits.team_leader", "Team leaders may agree to", "", ""),
    (
        "limits.director",
        "Directors may agree to",
        "Left empty: any sum.",
        "",
    ),
    (
        "limits.finance_above",
        "Finance records the payment itself above",
        "",
        "",
    ),
];

const UPLOAD: Asked = (
    "upload_ceiling",
    "Largest file that the Ombudsman’s portal takes",
    "Bytes; a bundle is cut into files no larger.",
    "",
);

/// `GET /settings/rules`.
pub async fn rules(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let form = form(&today(&web));
    show(&web, &actor, Ok(rules_page(&web, &actor, form)))
}

/// `POST /settings/rules`: from today on; cases that have begun keep the times they began with.
pub async fn set_rules(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let policy = today(&web);
    let mut form = form(&policy);
    if let Some(answers) = form.read(&Posted(pairs)) {
        let text = |name: &str| answer::<String>(&answers, name).unwrap_or_default();
        let (why, version) = (text("why"), answer(&answers, "version").unwrap_or(0));
        match changed(&policy, &answers) {
            Err((field, detail)) => form.refuse(Some(&field), &detail, "", ""),
            Ok(new) => {
                let set = web
                    .desk
                    .change_policy(&actor, version, &why, move |policy| {
                        policy.clocks = new.clocks;
                        policy.limits = new.limits;
                        policy.nudges = new.nudges;
                        policy.upload_ceiling = new.upload_ceiling;
                        policy.two_people = new.two_people;
                    });
                match set.await {
                    Ok(_) => return see(HERE),
                    Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
                    Err(error) => refuse(&mut form, &error),
                }
            }
        }
    }
    show(&web, &actor, Ok(rules_page(&web, &actor, form)))
}

/// The policy with what was answered, or the question at fault and what to enter.
fn changed(policy: &Policy, answers: &Value) -> Result<Policy, (String, String)> {
    let mut value = json!(policy);
    for (name, ..) in all() {
        let place = format!("/{}", name.replace('.', "/"));
        if let Some(kept) = value.pointer_mut(&place) {
            *kept = answers.pointer(&place).cloned().unwrap_or(Value::Null);
            if serde_json::from_value::<Policy>(value.clone()).is_err() {
                return Err((
                    name.into(),
                    "Enter a whole number that is not so large.".into(),
                ));
            }
        }
    }
    if let Some(rule) = answers.pointer("/clocks/receipt") {
        value["clocks"]["receipt"] = rule.clone();
    }
    value["two_people"] = json!(answers["two_people"].as_bool().unwrap_or(false));
    let closes = answers
        .pointer("/clocks/office_closes")
        .and_then(Value::as_str);
    let closes = closes.unwrap_or_default();
    value["clocks"]["office_closes"] = json!(format!("{closes}:00"));
    let wrong = |_| {
        let field = "clocks.office_closes".to_owned();
        (field, "Enter the time as 17:00.".to_owned())
    };
    let policy: Policy = serde_json::from_value(value).map_err(wrong)?;
    let check = policy.clocks.check();
    check.map_err(|error| (format!("clocks.{}", error.field), error.to_string()))?;
    Ok(policy)
}

fn all() -> impl Iterator<Item = Asked> {
    let days = STAGES.into_iter().chain(OTHERS).chain(HAZARDS);
    days.chain(NUDGES).chain(SUMS).chain([UPLOAD])
}

fn today(web: &Web) -> Policy {
    web.desk.book().policy(civil(web.desk.now())).clone()
}

fn fields(asked: &[Asked], kind: Kind, known: &Value) -> Vec<Field> {
    let field = |(name, label, unit, rule): &Asked| {
        let value = known.pointer(&format!("/{}", name.replace('.', "/")));
        let text = match (kind, value.and_then(Value::as_i64)) {
            (_, None) => String::new(),
            (Kind::Money, Some(pence)) => format!("{}.{:02}", pence / 100, pence % 100),
            (_, Some(number)) => number.to_string(),
        };
        let field = Field::new(kind, *name, *label)
            .with(text)
            .hint(*unit)
            .rule(rule);
        if *name == "limits.director" {
            field.optional()
        } else {
            field
        }
    };
    asked.iter().map(field).collect()
}

fn form(policy: &Policy) -> Form {
    let known = json!(policy);
    let days = |asked: &[Asked]| fields(asked, Kind::Number, &known);
    let receipt = known["clocks"]["receipt"].as_str().unwrap_or_default();
    let reading = vec![
        Field::new(Kind::Select, "clocks.receipt", "What comes after hours")
            .of(vec![
                Choice::new("strict", "Counts as received on the day it came"),
                Choice::new("deemed", "Counts as received on the next working day"),
            ])
            .with(receipt),
        Field::new(Kind::Line, "clocks.office_closes", "The office closes at")
            .with(policy.clocks.office_closes.format("%H:%M").to_string())
            .hint("As 17:00. Matters only where what comes after hours counts for the next day."),
    ];
    let two = Field::new(
        Kind::Tick,
        "two_people",
        "A second person agrees to every response before it goes",
    )
    .optional()
    .hint("They read the letter as it would go. Whatever differs in the end has its reason on the case.")
    .with(if policy.two_people { "yes" } else { "" });
    let last = vec![
        Field::new(Kind::HiddenNumber, "version", "Version").with(policy.version.to_string()),
        Field::new(Kind::Line, "why", "Why it changes"),
    ];
    Form::new(HERE, "Change the rules", days(&STAGES))
        .section("Receipt", "", false, reading)
        .section(
            "Who agrees to what",
            "",
            false,
            [vec![two], fields(&SUMS, Kind::Money, &known)].concat(),
        )
        .section("Reminders", "", false, days(&NUDGES))
        .section("Hazards (Awaab’s Law)", "", true, days(&HAZARDS))
        .section(
            "Other clocks, and the Ombudsman’s portal",
            "",
            true,
            [days(&OTHERS), days(&[UPLOAD])].concat(),
        )
        .section("", "", false, last)
}

fn rules_page(web: &Web, actor: &Actor, form: Form) -> SettingsPage {
    let mut page = page(
        web,
        actor,
        HERE,
        "Times and limits",
        form,
        "Our times and limits",
    );
    page.intro = "You may promise less time than the Code allows, never more. A change holds from today on: cases that \
                  have begun keep the times they began with."
        .into();
    if !actor.may(Permission::Administer) {
        let fields = page
            .form
            .sections
            .iter()
            .flat_map(|section| &section.fields);
        let shown = fields.filter(|field| !matches!(field.name.as_str(), "version" | "why"));
        let row = |field: &Field| SettingsRow {
            cells: vec![
                field.label.clone(),
                field.value().to_owned(),
                field.hint.clone(),
            ],
            ..SettingsRow::default()
        };
        page.rows = shown.map(row).collect();
        page.columns = vec!["What", "Set to", "Counted in"];
        page.form = Form::new("", "", Vec::new());
    }
    page
}
