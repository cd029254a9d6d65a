//! The settings pages: one template, a table and a form each.

use super::form::Form;
use super::frame::Frame;

/// An entry of the settings' own navigation.
pub struct SettingsTab {
    /// Where it leads.
    pub href: &'static str,
    /// Its words.
    pub label: &'static str,
    /// Whether it is on.
    pub current: bool,
}

/// A row of the table.
#[derive(Default)]
pub struct SettingsRow {
    /// Its cells.
    pub cells: Vec<String>,
    /// Where it is looked at; empty for nowhere.
    pub look: String,
    /// Where it is changed; empty for nowhere.
    pub change: String,
    /// Where its button posts to; empty for no button.
    pub action: String,
    /// The button's words.
    pub button: &'static str,
    /// Another address that the same values may be posted to, with the words of its button.
    pub also: Option<(&'static str, &'static str)>,
    /// What the button sends.
    pub hidden: Vec<(&'static str, String)>,
}

/// The page.
#[derive(askama::Template)]
#[template(path = "settings.html")]
pub struct SettingsPage {
    /// Around it.
    pub frame: Frame,
    /// Its heading.
    pub title: &'static str,
    /// A sentence under it.
    pub intro: String,
    /// The settings' own navigation.
    pub tabs: Vec<SettingsTab>,
    /// The heads of the table; none for no table.
    pub columns: Vec<&'static str>,
    /// Its rows.
    pub rows: Vec<SettingsRow>,
    /// Links under it.
    pub links: Vec<(String, String)>,
    /// What an empty table says.
    pub empty: &'static str,
    /// The heading over the form.
    pub form_title: &'static str,
    /// The form; without a button it is not drawn.
    pub form: Form,
}

/// The navigation, with one entry on.
pub fn tabs(here: &str) -> Vec<SettingsTab> {
    let tab = |href, label| SettingsTab {
        href,
        label,
        current: href == here,
    };
    vec![
        tab("/settings", "People"),
        tab("/settings/roles", "Roles"),
        tab("/settings/password", "Passwords"),
        tab("/settings/sessions", "Signed in"),
        tab("/settings/tokens", "Tokens"),
        tab("/settings/calendar", "Calendar"),
        tab("/settings/categories", "Categories"),
        tab("/settings/rates", "Compensation rates"),
        tab("/settings/rules", "Times and limits"),
        tab("/settings/giving", "New complaints"),
        tab("/settings/letters", "Letters"),
        tab("/settings/look", "Look"),
        tab("/settings/policies", "Policies"),
        tab("/settings/links", "Linked systems"),
        tab("/settings/plugins", "Plugins"),
        tab("/settings/backups", "Backups"),
        tab("/settings/history", "What was changed"),
    ]
}
