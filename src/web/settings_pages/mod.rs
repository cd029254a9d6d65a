//! The handlers of the settings: people, calendar, categories, rates, policies, linked systems.

pub mod backups;
pub mod bucket;
pub mod calendar;
pub mod categories;
pub mod giving;
pub mod history;
pub mod letters;
mod link_form;
pub mod links;
pub mod look;
pub mod mapping;
pub mod people;
pub mod plugins;
pub mod policies;
pub mod rates;
pub mod rules;
mod runs;
pub mod sessions;
mod standing;
pub mod tokens;

use super::form::Form;
use super::page::render;
use super::settings::{SettingsPage, tabs};
use super::shell::Web;
use crate::desk::DeskError;
use crate::domain::access::Actor;
use axum::http::StatusCode;
use axum::response::Response;

type Pairs = Vec<(String, String)>;

/// The page, or why there is none.
fn show(web: &Web, actor: &Actor, page: Result<SettingsPage, DeskError>) -> Response {
    match page {
        Ok(page) => {
            let status = if page.frame.trouble {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::OK
            };
            render(status, &page)
        }
        Err(error) => web.sorry(actor, &error),
    }
}

fn page(
    web: &Web,
    actor: &Actor,
    here: &'static str,
    title: &'static str,
    form: Form,
    form_title: &'static str,
) -> SettingsPage {
    let mut frame = web.frame(actor, "/settings");
    frame.trouble = !form.problems.is_empty();
    SettingsPage {
        frame,
        title,
        intro: String::new(),
        tabs: tabs(here),
        columns: Vec::new(),
        rows: Vec::new(),
        empty: "",
        links: Vec::new(),
        form_title,
        form,
    }
}
