//! Erasing what the law says must not be kept: a form that the audit history leads to.

use super::command_page::code_of;
use super::form::{Field, Form, Kind, Posted};
use super::page::{FormPage, see};
use super::shell::{Visitor, Web};
use crate::desk::DeskError;
use crate::domain::access::{Actor, Permission};
use crate::domain::ids::CaseRef;
use axum::Form as Body;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::Value;
use std::collections::BTreeSet;

fn form(reference: &str) -> Form {
    Form::new(
        format!("/cases/{reference}/erase"),
        "Erase for good",
        vec![
            Field::new(Kind::Line, "entries", "Numbers of the entries")
                .hint("As the audit history shows them, such as 4, 7."),
            Field::new(Kind::Text, "reason", "Lawful reason")
                .hint("Such as the request and its date. It stays in the record."),
        ],
    )
}

fn page(web: &Web, actor: &Actor, reference: &str, form: Form) -> Response {
    FormPage {
        frame: web.frame(actor, "/cases"),
        title: format!("Erase entries of {reference}"),
        intro: "The content goes for good, with the documents that nothing else names; that something was \
                erased, when, by whom and why stays in the record. Backups made before still hold it."
            .into(),
        back: format!("/cases/{reference}/audit"),
        back_label: "Audit history".into(),
        care: Vec::new(),
        form,
    }
    .answer()
}

/// `GET /cases/{reference}/erase`.
pub async fn ask(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(reference): Path<String>,
) -> Response {
    if !actor.may(Permission::Erase) {
        let error = DeskError::Forbidden(
            "Your role does not erase. Ask the data protection officer.".into(),
        );
        return web.sorry(&actor, &error);
    }
    let known = reference.parse::<CaseRef>();
    match known {
        Ok(known) => page(&web, &actor, &known.to_string(), form(&reference)),
        Err(_) => web.sorry(&actor, &DeskError::NotFound),
    }
}

/// `POST /cases/{reference}/erase`.
pub async fn erase(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Path(reference): Path<String>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Response {
    let Ok(known) = reference.parse::<CaseRef>() else {
        return web.sorry(&actor, &DeskError::NotFound);
    };
    let mut form = form(&reference);
    if let Some(answers) = form.read(&Posted(pairs)) {
        let text = |name: &str| {
            let text = answers.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let numbers: Result<BTreeSet<u32>, _> = text("entries")
            .split([',', ' '])
            .filter(|number| !number.is_empty())
            .map(str::parse)
            .collect();
        let done = match numbers {
            Ok(numbers) => {
                web.desk
                    .erase(&actor, &known, numbers, &text("reason"))
                    .await
            }
            Err(_) => Err(DeskError::Invalid {
                field: "entries",
                detail: "Give numbers with commas between them, such as 4, 7.".into(),
            }),
        };
        match done {
            Ok(_) => return see(&format!("/cases/{known}/audit")),
            Err(DeskError::Invalid { field, detail }) => form.refuse(Some(field), &detail, "", ""),
            Err(DeskError::Refused(refusal)) => {
                form.refuse(refusal.field, &refusal.detail, &code_of(&refusal), "");
            }
            Err(error) => return web.sorry(&actor, &error),
        }
    }
    page(&web, &actor, &reference, form)
}
