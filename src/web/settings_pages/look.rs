//! The landlord's logo and colour.

use super::{page, show};
use crate::desk::DeskError;
use crate::desk::brand::{LARGEST_LOGO, NewLogo};
use crate::domain::access::{Actor, Permission};
use crate::web::documents::{answer, short_answer};
use crate::web::form::{Field, Form, Kind, Posted};
use crate::web::page::see;
use crate::web::session::refuse;
use crate::web::settings::SettingsPage;
use crate::web::shell::{Visitor, Web};
use axum::extract::{Multipart, State};
use axum::response::Response;

const HERE: &str = "/settings/look";

/// `GET /settings/look`.
pub async fn look(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let form = form(&web);
    show(&web, &actor, Ok(look_page(&web, &actor, form)))
}

/// `POST /settings/look`.
pub async fn set_look(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    parts: Multipart,
) -> Response {
    let mut form = form(&web);
    match take(&web, &actor, &mut form, parts).await {
        Ok(()) => return see(HERE),
        Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
        // What is wrong is on the form already.
        Err(DeskError::Invalid { detail, .. }) if detail.is_empty() => {}
        Err(error) => refuse(&mut form, &error),
    }
    show(&web, &actor, Ok(look_page(&web, &actor, form)))
}

async fn take(
    web: &Web,
    actor: &Actor,
    form: &mut Form,
    mut parts: Multipart,
) -> Result<(), DeskError> {
    let broken = |_| DeskError::Invalid {
        field: "logo",
        detail: format!(
            "The upload broke off, or the picture is larger than {} KB.",
            LARGEST_LOGO / 1024
        ),
    };
    let mut typed = Posted::default();
    let mut logo = NewLogo::Keep;
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if part.name() == Some("logo") {
            let bytes = part.bytes().await.map_err(broken)?;
            if !bytes.is_empty() {
                logo = NewLogo::Take(bytes.to_vec());
            }
            continue;
        }
        let name = part.name().unwrap_or_default().to_owned();
        typed.0.push((name, short_answer(part).await?));
    }
    let answers = form.read(&typed).ok_or(DeskError::Invalid {
        field: "",
        detail: String::new(),
    })?;
    let text = |name: &str| answer::<String>(&answers, name).unwrap_or_default();
    if answer(&answers, "no_logo") == Some(true) && matches!(logo, NewLogo::Keep) {
        logo = NewLogo::Remove;
    }
    let (colour, why) = (text("colour"), text("why"));
    web.desk.set_brand(actor, &colour, logo, &why).await
}

fn form(web: &Web) -> Form {
    let book = web.desk.book();
    let brand = book.brand();
    let mut fields = vec![
        Field::new(Kind::Line, "colour", "Colour")
            .with(brand.colour.as_str())
            .optional()
            .hint("Such as #14506b. One that is too light to be read is darkened. Left empty: Redress’s own."),
    ];
    if brand.logo.is_some() {
        fields.push(Field::new(Kind::Tick, "no_logo", "Take the logo away").optional());
    }
    fields.push(Field::new(Kind::Line, "why", "Why it changes"));
    fields.push(
        Field::new(Kind::File, "logo", "Logo")
            .optional()
            .hint("A PNG, JPEG or WebP picture of at most 64 KB, wider than it is high. It stands in the top bar on white."),
    );
    Form::new(HERE, "Change the look", fields)
}

fn look_page(web: &Web, actor: &Actor, form: Form) -> SettingsPage {
    let mut page = page(web, actor, HERE, "Look", form, "Our logo and colour");
    page.intro = "Everybody sees it on every page, the sign-in page too.".into();
    if !actor.may(Permission::Administer) {
        page.form = Form::new("", "", Vec::new());
    }
    page
}
