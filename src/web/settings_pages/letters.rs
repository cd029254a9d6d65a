//! What letters say of the landlord and the Ombudsman, how to complain, and where the survey is.

use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::domain::access::{Actor, Permission};
use crate::domain::policy::Policy;
use crate::web::documents::answer;
use crate::web::form::{Field, Form, Kind, Posted};
use crate::web::page::see;
use crate::web::session::refuse;
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use crate::web::words::civil;
use axum::Form as Body;
use axum::extract::State;
use axum::response::Response;

const HERE: &str = "/settings/letters";

type Get = fn(&mut Policy) -> &mut String;

/// Each text with its name in the form, its words, and whether a letter can do without it.
const TEXTS: &[(&str, &str, bool, Get)] = &[
    ("landlord.name", "Name of the landlord", false, |p| {
        &mut p.landlord.name
    }),
    ("landlord.address", "Address", true, |p| {
        &mut p.landlord.address
    }),
    ("landlord.phone", "Telephone", true, |p| {
        &mut p.landlord.phone
    }),
    ("landlord.email", "Email", true, |p| &mut p.landlord.email),
    ("landlord.website", "Website", true, |p| {
        &mut p.landlord.website
    }),
    ("how_to_complain", "How to complain", false, |p| {
        &mut p.how_to_complain
    }),
    ("survey_link", "Address of the survey", true, |p| {
        &mut p.survey_link
    }),
    ("ombudsman.name", "Name of the Ombudsman", false, |p| {
        &mut p.ombudsman.name
    }),
    (
        "ombudsman.website",
        "Website of the Ombudsman",
        false,
        |p| &mut p.ombudsman.website,
    ),
    (
        "ombudsman.phone",
        "Telephone of the Ombudsman",
        false,
        |p| &mut p.ombudsman.phone,
    ),
    ("ombudsman.email", "Email of the Ombudsman", false, |p| {
        &mut p.ombudsman.email
    }),
    ("ombudsman.post", "Post to the Ombudsman", false, |p| {
        &mut p.ombudsman.post
    }),
];

/// `GET /settings/letters`.
pub async fn letters(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let form = form(&today(&web));
    show(&web, &actor, Ok(letters_page(&web, &actor, form)))
}

/// `POST /settings/letters`: letters say this from today on; those that went out stay as they are.
pub async fn set_letters(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let mut form = form(&today(&web));
    if let Some(answers) = form.read(&Posted(pairs)) {
        let text = |name: &str| {
            let place = format!("/{}", name.replace('.', "/"));
            let text = answers.pointer(&place).and_then(|text| text.as_str());
            text.unwrap_or_default().trim().to_owned()
        };
        let texts: Vec<String> = TEXTS.iter().map(|(name, ..)| text(name)).collect();
        let (why, version) = (text("why"), answer(&answers, "version").unwrap_or(0));
        let set = web
            .desk
            .change_policy(&actor, version, &why, move |policy| {
                for ((_, _, _, of), text) in TEXTS.iter().zip(texts) {
                    *of(policy) = text;
                }
            });
        match set.await {
            Ok(_) => return see(HERE),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(error) => refuse(&mut form, &error),
        }
    }
    show(&web, &actor, Ok(letters_page(&web, &actor, form)))
}

fn today(web: &Web) -> Policy {
    web.desk.book().policy(civil(web.desk.now())).clone()
}

fn form(policy: &Policy) -> Form {
    let mut known = policy.clone();
    let mut field = |name: &str| {
        let (name, label, optional, of) = TEXTS.iter().find(|text| text.0 == name)?;
        let field = Field::new(Kind::Line, *name, *label).with(of(&mut known).clone());
        Some(if *optional { field.optional() } else { field })
    };
    let mut some = |names: &[&str]| names.iter().filter_map(|name| field(name)).collect();
    let ours: Vec<Field> = some(&[
        "landlord.name",
        "landlord.address",
        "landlord.phone",
        "landlord.email",
        "landlord.website",
    ]);
    let mut asks: Vec<Field> = some(&["how_to_complain", "survey_link"]);
    if let Some(survey) = asks.pop() {
        let hint = "The closing letter asks for it. Left empty, no letter does.";
        asks.push(survey.hint(hint).rule("1.6"));
    }
    let theirs = some(&[
        "ombudsman.name",
        "ombudsman.website",
        "ombudsman.phone",
        "ombudsman.email",
        "ombudsman.post",
    ]);
    Form::new(HERE, "Change the letters", ours)
        .section("What the resident can do", "", false, asks)
        .section("The Housing Ombudsman", "", true, theirs)
        .section(
            "",
            "",
            false,
            vec![
                Field::new(Kind::HiddenNumber, "version", "Version")
                    .with(policy.version.to_string()),
                Field::new(Kind::Line, "why", "Why it changes"),
            ],
        )
}

fn letters_page(web: &Web, actor: &Actor, form: Form) -> SettingsPage {
    let mut page = page(web, actor, HERE, "Letters", form, "What letters say");
    page.intro =
        "Letters say this from the day it is changed. Letters that went out stay as they are."
            .into();
    if !actor.may(Permission::Administer) {
        page.form = Form::new("", "", Vec::new());
        let mut policy = today(web);
        let row = |(_, label, _, of): &(&str, &str, bool, Get)| SettingsRow {
            cells: vec![(*label).to_owned(), of(&mut policy).clone()],
            ..SettingsRow::default()
        };
        page.columns = vec!["What", "As letters say it"];
        page.rows = TEXTS.iter().map(row).collect();
    }
    page
}
