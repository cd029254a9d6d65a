//! Snapshots of records in other systems: one list for each kind, as PDF and CSV. Every row names its
//! source, the time of the snapshot and its SHA-256, because the bundle shows what was known then.

use super::{Grid, Sheet, words};
use crate::case::{Case, Link, text};
use crate::csv::Table;
use crate::day;
use std::collections::{BTreeMap, BTreeSet};

/// What a kind is called, where it belongs, and the fields worth a column on paper with their width.
struct Kind {
    kinds: &'static [&'static str],
    category: &'static str,
    title: &'static str,
    why: &'static str,
    columns: &'static [(&'static str, &'static str, u8)],
}

/// Snapshots listed on paper; the list as a file has them all.
const MOST_SNAPSHOTS: usize = 2_000;

const KINDS: [Kind; 5] = [
    Kind {
        kinds: &["repair"],
        category: "04",
        title: "Repairs history",
        why: "Every repair on record: reported, target, attended, completed, outcome",
        columns: &[
            ("reported_on", "Reported", 2),
            ("description", "Description", 4),
            ("priority", "Priority", 2),
            ("target_on", "Target", 2),
            ("attended_on", "Attended", 2),
            ("completed_on", "Completed", 2),
            ("status", "Status", 2),
            ("outcome", "Outcome", 3),
            ("contractor", "Contractor", 2),
        ],
    },
    Kind {
        kinds: &["inspection", "hazard"],
        category: "04",
        title: "Inspections",
        why: "Inspections and hazard records, with what was found",
        columns: &[
            ("inspected_on", "Inspected", 2),
            ("description", "Description", 4),
            ("hazard", "Hazard", 2),
            ("outcome", "Outcome", 3),
            ("status", "Status", 2),
        ],
    },
    Kind {
        kinds: &["asb"],
        category: "05",
        title: "Anti-social behaviour reports",
        why: "Reports, risk assessments, action plans and how they ended",
        columns: &[
            ("opened_on", "Opened", 2),
            ("category", "Category", 2),
            ("description", "Description", 4),
            ("risk_assessed_on", "Risk assessed", 2),
            ("action_plan_on", "Action plan", 2),
            ("last_contact_on", "Last contact", 2),
            ("closed_on", "Closed", 2),
            ("outcome", "Outcome", 3),
        ],
    },
    Kind {
        kinds: &["tenancy", "tenure"],
        category: "03",
        title: "Tenancy record",
        why: "Tenure, start date and household on record",
        columns: &[
            ("tenure_type", "Tenure", 2),
            ("start", "Start", 2),
            ("end", "End", 2),
            ("name", "Name", 3),
            ("address", "Address", 4),
        ],
    },
    Kind {
        kinds: &["contact", "note"],
        category: "06",
        title: "Contacts in other systems",
        why: "Contacts that other systems hold",
        columns: &[
            ("at", "When", 2),
            ("direction", "Direction", 2),
            ("channel", "Channel", 2),
            ("subject", "Subject", 2),
            ("summary", "Summary", 5),
            ("staff", "Staff", 2),
        ],
    },
];

/// The title of the paper that shows records of a kind.
pub(crate) fn title_of(kind: &str) -> String {
    let known = KINDS.iter().find(|k| k.kinds.contains(&kind));
    known.map_or_else(
        || format!("{} records", words(kind)),
        |k| k.title.to_owned(),
    )
}

pub(super) fn sheets(case: &Case) -> Vec<Sheet> {
    let mut groups: BTreeMap<&str, Vec<&Link>> = BTreeMap::new();
    for link in &case.links {
        // Cautionary alerts protect visiting staff. They never leave with a bundle.
        if link.kind != "alert" {
            let known = KINDS.iter().find(|k| k.kinds.contains(&link.kind.as_str()));
            groups
                .entry(known.map_or(link.kind.as_str(), |k| k.kinds[0]))
                .or_default()
                .push(link);
        }
    }
    groups
        .into_iter()
        .map(|(kind, links)| sheet(kind, links))
        .collect()
}

fn sheet(kind: &str, mut links: Vec<&Link>) -> Sheet {
    let known = KINDS.iter().find(|k| k.kinds[0] == kind);
    let columns: Vec<(String, String, u8)> = match known {
        Some(known) => known
            .columns
            .iter()
            .map(|(f, t, w)| ((*f).into(), (*t).into(), *w))
            .collect(),
        None => names(&links, "fields")
            .into_iter()
            .take(7)
            .map(|f| (f.clone(), words(&f), 2))
            .collect(),
    };
    let first = columns
        .first()
        .map(|(field, ..)| field.clone())
        .unwrap_or_default();
    links.sort_by_cached_key(|l| {
        (
            l.field(&first),
            l.source.clone(),
            l.external_id.clone(),
            l.snapshot_at.clone(),
        )
    });

    let mut head = vec![("Reference".to_owned(), 2)];
    head.extend(
        columns
            .iter()
            .map(|(_, title, width)| (title.clone(), *width)),
    );
    let newest_of = newest(&links);
    let rows = newest_of.iter().map(|link| {
        let cells = columns.iter().map(|(field, ..)| shown(link, field));
        std::iter::once(link.external_id.clone())
            .chain(cells)
            .collect()
    });
    let records = Grid {
        title: String::new(),
        columns: head,
        rows: rows.collect(),
    };
    let sources: BTreeSet<&str> = links.iter().map(|l| l.source.as_str()).collect();
    let newest = links
        .iter()
        .map(|l| l.snapshot_at.as_str())
        .max()
        .unwrap_or_default();
    let mut sheet = Sheet {
        category: known.map_or("03", |k| k.category),
        date: day::on(newest),
        title: title_of(kind),
        from: sources.into_iter().collect::<Vec<_>>().join(", "),
        why: known.map_or("Records held in another system", |k| k.why),
        tables: vec![records, snapshots(&links)],
        landscape: true,
        csv: Some(csv(&links, known)),
        ..Sheet::default()
    };
    sheet.fact("Records", newest_of.len().to_string());
    if links.len() > newest_of.len() {
        sheet.fact("Snapshots", links.len().to_string());
    }
    if links.len() > MOST_SNAPSHOTS {
        sheet.notes.push(format!(
            "The table of snapshots shows the first {MOST_SNAPSHOTS} of {}; the list beside this paper has all.",
            links.len()
        ));
    }
    sheet.notes.push(
        "Read from the systems named. A snapshot shows what the system said at that time; its SHA-256 is of the record \
         as it was received."
            .into(),
    );
    sheet
}

/// The newest snapshot of each record, in the order given.
fn newest<'a>(links: &[&'a Link]) -> Vec<&'a Link> {
    let mut newest: BTreeMap<(&str, &str, &str), &Link> = BTreeMap::new();
    for link in links {
        let key = (
            link.kind.as_str(),
            link.source.as_str(),
            link.external_id.as_str(),
        );
        let known = newest.entry(key).or_insert(link);
        if link.snapshot_at > known.snapshot_at {
            *known = link;
        }
    }
    let chosen: BTreeSet<*const Link> = newest.into_values().map(std::ptr::from_ref).collect();
    let is_newest = |link: &&&Link| chosen.contains(&std::ptr::from_ref(**link));
    links.iter().filter(is_newest).copied().collect()
}

/// A field as a person reads it; instants in English time.
fn shown(link: &Link, field: &str) -> String {
    let value = link.field(field);
    match day::london(&value) {
        Some((date, time)) if !time.is_empty() => format!("{date} {time}"),
        _ => value,
    }
}

fn snapshots(links: &[&Link]) -> Grid {
    let mut grid = Grid::new(
        "Snapshots",
        &[
            ("Reference", 2),
            ("Title", 3),
            ("Source", 2),
            ("Taken", 2),
            ("SHA-256", 7),
        ],
    );
    grid.rows = links
        .iter()
        .take(MOST_SNAPSHOTS)
        .map(|l| {
            vec![
                l.external_id.clone(),
                l.title.clone(),
                l.source.clone(),
                l.snapshot_at.clone(),
                l.hash.clone(),
            ]
        })
        .collect();
    grid
}

/// Everything the snapshots hold: known fields first, in the order of the paper, then the rest by name.
fn csv(links: &[&Link], known: Option<&Kind>) -> Table {
    let mut fields: Vec<String> = known
        .map_or(&[][..], |k| k.columns)
        .iter()
        .map(|(f, ..)| (*f).into())
        .collect();
    for name in names(links, "fields") {
        if !fields.contains(&name) {
            fields.push(name);
        }
    }
    let other = names(links, "other");
    let mut table = Table::new(&["reference", "kind", "title"]);
    table.columns.extend(fields.iter().cloned());
    table.columns.extend(other.iter().cloned());
    table
        .columns
        .extend(["source", "snapshot_at", "sha256"].map(String::from));
    let member = |link: &Link, group: &str, name: &str| {
        link.document
            .get(group)
            .and_then(|g| g.get(name))
            .map(text)
            .unwrap_or_default()
    };
    table.rows = links
        .iter()
        .map(|link| {
            let mut row = vec![
                link.external_id.clone(),
                link.kind.clone(),
                link.title.clone(),
            ];
            row.extend(fields.iter().map(|name| member(link, "fields", name)));
            row.extend(other.iter().map(|name| member(link, "other", name)));
            row.extend([
                link.source.clone(),
                link.snapshot_at.clone(),
                link.hash.clone(),
            ]);
            row
        })
        .collect();
    table
}

fn names(links: &[&Link], group: &str) -> BTreeSet<String> {
    let objects = links
        .iter()
        .filter_map(|l| l.document.get(group)?.as_object());
    objects.flat_map(|o| o.keys().cloned()).collect()
}
