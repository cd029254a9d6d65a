//! The register of the landlord's policies.

use super::{page, show};
use crate::desk::register::NewPolicy;
use crate::desk::{DeskError, StoreError};
use crate::domain::access::{Actor, Permission};
use crate::web::documents::{answer, short_answer};
use crate::web::form::{Field, Form, Kind, Posted};
use crate::web::forms;
use crate::web::page::see;
use crate::web::session::refuse;
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use crate::web::words::long_date;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::TryStreamExt;
use tokio_util::io::StreamReader;

/// `GET /settings/policies`: the register of the landlord's policies.
pub async fn policies(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    show(&web, &actor, policies_page(&web, &actor, policy_form()))
}

fn policy_form() -> Form {
    let mut form = forms::policy();
    for section in &mut form.sections {
        section.fields.insert(
            4,
            Field::new(Kind::Date, "effective_to", "In force until").optional(),
        );
    }
    form
}

/// `POST /settings/policies`: add a version.
pub async fn add_policy(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    parts: Multipart,
) -> Response {
    let mut form = policy_form();
    match take_policy(&web, &actor, &mut form, parts).await {
        Ok(()) => return see("/settings/policies"),
        Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
        Err(DeskError::Invalid { detail, .. }) if detail.is_empty() => {}
        Err(error @ DeskError::Store(StoreError::TooLarge { .. })) => {
            form.refuse(Some("file"), &error.to_string(), "", "");
            let mut page = show(&web, &actor, policies_page(&web, &actor, form));
            *page.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            return page;
        }
        Err(error) => refuse(&mut form, &error),
    }
    show(&web, &actor, policies_page(&web, &actor, form))
}

async fn take_policy(
    web: &Web,
    actor: &Actor,
    form: &mut Form,
    mut parts: Multipart,
) -> Result<(), DeskError> {
    let broken = |_| DeskError::Invalid {
        field: "file",
        detail: "The upload broke off. Try it again.".into(),
    };
    let stop = || DeskError::Invalid {
        field: "",
        detail: String::new(),
    };
    let mut typed = Posted::default();
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if part.name() != Some("file") {
            let name = part.name().unwrap_or_default().to_owned();
            typed.0.push((name, short_answer(part).await?));
            continue;
        }
        let answers = form.read(&typed).ok_or_else(stop)?;
        let text = |name: &str| answer::<String>(&answers, name).unwrap_or_default();
        let file_name = part.file_name().unwrap_or_default().to_owned();
        let about = NewPolicy {
            kind: text("kind"),
            title: text("title"),
            version: text("version"),
            effective_from: answer(&answers, "effective_from").ok_or_else(stop)?,
            effective_to: answer(&answers, "effective_to"),
            file_name,
        };
        let bytes = StreamReader::new(part.map_err(std::io::Error::other));
        return web
            .desk
            .add_policy(actor, about, std::pin::pin!(bytes), None)
            .await
            .map(|_| ());
    }
    Err(DeskError::Invalid {
        field: "file",
        detail: "Choose a file".into(),
    })
}

fn policies_page(web: &Web, actor: &Actor, form: Form) -> Result<SettingsPage, DeskError> {
    let row = |policy: crate::desk::register::PolicyDocument| SettingsRow {
        cells: vec![
            format!("{} ({})", policy.title, policy.kind),
            policy.version,
            long_date(policy.effective_from),
            policy
                .effective_to
                .map_or("Still in force".into(), long_date),
            policy.file_name,
        ],
        ..SettingsRow::default()
    };
    let rows = web.desk.policy_register()?.into_iter().map(row).collect();
    let mut page = page(
        web,
        actor,
        "/settings/policies",
        "Policies",
        form,
        "Add a version of a policy",
    );
    let adds = [Permission::RunProcess, Permission::Administer];
    if !adds.into_iter().any(|permission| actor.may(permission)) {
        page.form = Form::new("", "", Vec::new());
    }
    page.intro =
        "A bundle holds the policies that were in force at the time of the complaint.".into();
    page.columns = vec!["Policy", "Version", "In force from", "Until", "File"];
    page.rows = rows;
    page.empty = "No policy is on the register. Bundles will say so as a gap.";
    Ok(page)
}
