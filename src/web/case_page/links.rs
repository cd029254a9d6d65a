//! Records of other systems, as they were when they were fetched.

use super::lists::Row;
use crate::desk::CaseView as Seen;
use crate::domain::case::Case;
use crate::link::record::Sheet;
use crate::web::linked;
use crate::web::words::moment;

/// How many records of a kind the case page shows.
const SHOWN: usize = 3;

/// Linked records of one kind.
pub struct LinkGroup {
    /// The kind.
    pub title: String,
    /// The icon's name.
    pub icon: &'static str,
    /// How many there are.
    pub count: usize,
    /// The newest of them.
    pub rows: Vec<Row>,
    /// Where all of them are; empty when these are all.
    pub all: String,
    /// Whether it stands open.
    pub open: bool,
}

/// The newest version of each linked record, by kind; a few of each, or all.
pub fn links(case: &Case, all: bool) -> Vec<LinkGroup> {
    let mut groups: Vec<LinkGroup> = Vec::new();
    let reference = case.reference.to_string();
    let repairs = case.points.iter().any(|p| {
        p.category.starts_with("property_condition") || p.category.starts_with("health_and_safety")
    });
    for link in case.current_links() {
        let (title, icon) = linked::kind(&link.kind);
        let sheet = Sheet::read(&link.document);
        let mut about = linked::key_facts(&link.kind, &sheet);
        match sheet.papers.len() {
            0 => {}
            1 => about.push_str("\n1 document"),
            papers => about.push_str(&format!("\n{papers} documents")),
        }
        let versions = if link.version > 1 {
            format!(", version {}", link.version)
        } else {
            String::new()
        };
        let row = Row {
            title: link.title.clone(),
            href: linked::address(&reference, link),
            text: about,
            by: format!(
                "{} {}, as it was {}{versions}",
                link.source,
                link.external_id,
                moment(link.snapshot_at)
            ),
            ..Row::default()
        };
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.rows.push(row),
            None => groups.push(LinkGroup {
                open: repairs && title == "Repairs",
                title,
                icon,
                count: 0,
                rows: vec![row],
                all: String::new(),
            }),
        }
    }
    for group in &mut groups {
        // What was found last stands first.
        group.rows.reverse();
        group.count = group.rows.len();
        if !all && group.count > SHOWN {
            group.rows.truncate(SHOWN);
            group.all = format!("/cases/{reference}/evidence#records");
        }
    }
    groups
}

/// What each source said when it was asked last; a source that is down says so here and blocks nothing.
pub fn sources(seen: &Seen) -> Vec<String> {
    let states = seen.case.sources.iter();
    states.map(|state| linked::stands(seen, state)).collect()
}
