//! Records of other systems, as they were when they were fetched.

use super::lists::Row;
use crate::domain::case::Case;
use crate::web::words::{moment, words};

/// Linked records of one kind.
pub struct LinkGroup {
    /// The kind.
    pub title: String,
    /// The icon's name.
    pub icon: &'static str,
    /// The records.
    pub rows: Vec<Row>,
    /// Whether it stands open.
    pub open: bool,
}

/// The newest version of each linked record, by kind.
pub fn links(case: &Case) -> Vec<LinkGroup> {
    let mut groups: Vec<LinkGroup> = Vec::new();
    let repairs = case.points.iter().any(|p| {
        p.category.starts_with("property_condition") || p.category.starts_with("health_and_safety")
    });
    for link in case.current_links() {
        let (title, icon) = match link.kind.as_str() {
            "repair" | "repairs" => ("Repairs".to_owned(), "wrench"),
            "asb" => ("Anti-social behaviour".to_owned(), "shield-alert"),
            "tenancy" => ("Tenancy".to_owned(), "key-round"),
            "contact" | "contacts" => ("Contacts".to_owned(), "message-square"),
            other => (words(other), "paperclip"),
        };
        let row = Row {
            title: link.title.clone(),
            text: format!(
                "{} {}, version {}",
                link.source, link.external_id, link.version
            ),
            by: format!("As it was {}", moment(link.snapshot_at)),
            ..Row::default()
        };
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.rows.push(row),
            None => groups.push(LinkGroup {
                open: repairs && title == "Repairs",
                title,
                icon,
                rows: vec![row],
            }),
        }
    }
    groups
}

/// What each source said when it was asked last; a source that is down says so here and blocks nothing.
pub fn sources(case: &Case) -> Vec<String> {
    let told = |s: &crate::domain::case::SourceState| match (&s.failure, s.fetched_at) {
        (Some(failure), _) => format!(
            "{} could not be reached {}: {failure}",
            s.source,
            moment(s.asked_at)
        ),
        (None, Some(at)) => format!("{} asked {}. {}", s.source, moment(at), s.notes.join(" ")),
        (None, None) => format!("{} is being asked.", s.source),
    };
    case.sources.iter().map(told).collect()
}
