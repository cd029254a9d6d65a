//! The categories that points are filed under.

use super::{Pairs, page, show};
use crate::desk::DeskError;
use crate::desk::categories::CategoryChange;
use crate::domain::access::{Actor, Permission};
use crate::domain::category::Tree;
use crate::web::documents::answer;
use crate::web::form::{Choice, Field, Form, Kind, Posted};
use crate::web::page::see;
use crate::web::session::refuse;
use crate::web::settings::{SettingsPage, SettingsRow};
use crate::web::shell::{Visitor, Web};
use crate::web::words::sentence;
use axum::Form as Body;
use axum::extract::State;
use axum::response::Response;

const HERE: &str = "/settings/categories";

/// `GET /settings/categories`.
pub async fn categories(State(web): State<Web>, Visitor(actor): Visitor) -> Response {
    let form = form(web.desk.book().categories());
    show(&web, &actor, Ok(categories_page(&web, &actor, form)))
}

/// `POST /settings/categories`: add one.
pub async fn add_category(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let mut form = form(web.desk.book().categories());
    if let Some(answers) = form.read(&Posted(pairs)) {
        let text = |name: &str| answer::<String>(&answers, name).unwrap_or_default();
        let change = CategoryChange::Add {
            top: text("top"),
            title: text("title"),
            hazard: answer(&answers, "hazard").unwrap_or(false),
        };
        let why = text("why");
        match web.desk.change_categories(&actor, change, &why).await {
            Ok(_) => return see(HERE),
            Err(error @ DeskError::Forbidden(_)) => return web.sorry(&actor, &error),
            Err(error) => refuse(&mut form, &error),
        }
    }
    show(&web, &actor, Ok(categories_page(&web, &actor, form)))
}

/// `POST /settings/categories/offer`: retire one, or bring it back.
pub async fn offer_category(
    State(web): State<Web>,
    Visitor(actor): Visitor,
    Body(pairs): Body<Pairs>,
) -> Response {
    let posted = Posted(pairs);
    let offered = posted.get("offered") == "true";
    let key = posted.get("key").to_owned();
    let done = if offered { "Brought back" } else { "Retired" };
    let why = format!("{done} on the settings page by {}", actor.name);
    let change = CategoryChange::Offer { key, offered };
    match web.desk.change_categories(&actor, change, &why).await {
        Ok(_) => see(HERE),
        Err(error) => web.sorry(&actor, &error),
    }
}

fn form(tree: &Tree) -> Form {
    let mut tops: Vec<&str> = tree.categories.iter().map(|c| c.top.as_str()).collect();
    tops.dedup();
    let tops = tops.into_iter().map(|top| Choice::new(top, top)).collect();
    Form::new(
        HERE,
        "Add the category",
        vec![
            Field::new(Kind::Select, "top", "Heading").of(tops).hint(
                "The headings are the Ombudsman's, so that our figures can be laid beside theirs.",
            ),
            Field::new(Kind::Line, "title", "Category").hint("Such as “damp and mould”."),
            Field::new(Kind::Tick, "hazard", "It may be a hazard under Awaab's Law").optional(),
            Field::new(Kind::Line, "why", "Why"),
        ],
    )
}

fn categories_page(web: &Web, actor: &Actor, form: Form) -> SettingsPage {
    let book = web.desk.book();
    let tree = book.categories();
    let changes = actor.may(Permission::Administer);
    let form = if changes {
        form
    } else {
        Form::new("", "", Vec::new())
    };
    let mut page = page(web, actor, HERE, "Categories", form, "Add a category");
    page.intro = format!(
        "What complaints are about. Each point is filed under one, and keeps the words and the version it was filed under. A category is never deleted, because cases carry it: retire it, and it is no longer offered. {}",
        match tree.version {
            0 => "These are the ones that came with Redress.".to_owned(),
            version => format!("This is version {version}."),
        }
    );
    page.columns = vec!["Heading", "Category", "Awaab’s Law", "Use"];
    if changes {
        page.columns.push("");
    }
    let row = |category: &crate::domain::category::Category| SettingsRow {
        look: String::new(),
        cells: vec![
            category.top.clone(),
            sentence(&category.title),
            if category.hazard {
                "May be a hazard"
            } else {
                ""
            }
            .into(),
            if category.retired {
                "Retired"
            } else {
                "In use"
            }
            .into(),
        ],
        action: if changes {
            "/settings/categories/offer".into()
        } else {
            String::new()
        },
        button: if category.retired {
            "Bring back"
        } else {
            "Retire"
        },
        hidden: vec![
            ("key", category.key.clone()),
            ("offered", category.retired.to_string()),
        ],
        change: String::new(),
        also: None,
    };
    page.rows = tree.categories.iter().map(row).collect();
    page
}
