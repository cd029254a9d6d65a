//! Folders made of vectors: several layouts, pages, and files that are missing or break in the middle.

use super::*;
use serde_json::Value;

/// Name, text with `|` between cells, and the row at which reading breaks.
struct Shelf(Vec<(&'static str, String, usize)>, Vec<String>);

impl Folder for Shelf {
    type Table = (usize, usize);

    fn names(&mut self) -> Vec<String> {
        self.0.iter().map(|(name, ..)| (*name).into()).collect()
    }
    fn open(&mut self, name: &str) -> Result<(Vec<String>, Self::Table), String> {
        let at = self
            .0
            .iter()
            .position(|(n, ..)| *n == name)
            .ok_or("it is not in the folder")?;
        let header = self.0[at].1.lines().next().ok_or("it is empty")?;
        Ok((cells(header), (at, 0)))
    }
    fn rows(&mut self, (file, row): &mut Self::Table) -> Result<Vec<Vec<String>>, String> {
        let (_, text, breaks) = &self.0[*file];
        let rows: Vec<Vec<String>> = text.lines().skip(1 + *row).take(3).map(cells).collect();
        *row += rows.len();
        if *row > *breaks {
            Err("a quote is never closed".into())
        } else {
            Ok(rows)
        }
    }
    fn warn(&mut self, text: &str) {
        self.1.push(text.into());
    }
}

fn cells(line: &str) -> Vec<String> {
    line.split('|').map(str::to_owned).collect()
}

fn shelf(files: &[(&'static str, &str)]) -> Shelf {
    Shelf(
        files
            .iter()
            .map(|(name, text)| (*name, (*text).to_owned(), usize::MAX))
            .collect(),
        vec![],
    )
}

const REPAIRS: &str = "Job No|Property ref|Date raised|Completed|Description\n\
    1|007|02/09/2026||Extractor\n2|008|03/09/2026||Door\n3|007|01/01/2019|05/01/2019|Old tap\n1|007|09/09/2026||Extractor again";
const CONTACTS: &str =
    "Customer ID|When|Notes\n48213|06/10/2026 11:15|Chased\n99|06/10/2026|Somebody else";
const HOME: &str = r#"{"property_ref":"7","person_ref":"48213"}"#;

fn ids(found: &Found) -> Vec<String> {
    found
        .records
        .iter()
        .map(|r| format!("{} {}", r.kind, r.id))
        .collect()
}

#[test]
fn records_of_one_home_and_person_come_from_all_files() {
    let mut folder = shelf(&[
        ("contacts.csv", CONTACTS),
        ("repairs.csv", REPAIRS),
        ("readme.md", "x"),
    ]);
    let found = find(&mut folder, "{}", HOME, 100, None).unwrap();
    let ids = ids(&found);
    assert_eq!(ids[..3], ["repair 1", "repair 3", "repair 1#2"]);
    assert!(ids[3].starts_with("contact row-") && ids.len() == 4 && found.next.is_none());
    let contact: Value = serde_json::from_str(&found.records[3].document).unwrap();
    assert_eq!(contact["fields"]["at"], "2026-10-06 11:15");
}

#[test]
fn since_and_kinds_narrow_the_answer() {
    let mut folder = shelf(&[("contacts.csv", CONTACTS), ("repairs.csv", REPAIRS)]);
    let query = r#"{"property_ref":"7","since":"2023-11-20","kinds":["repair"]}"#;
    assert_eq!(
        ids(&find(&mut folder, "", query, 100, None).unwrap()),
        ["repair 1", "repair 1#2"]
    );
    assert!(
        folder.1.is_empty(),
        "only repairs were asked for: {:?}",
        folder.1
    );
}

#[test]
fn pages_together_are_the_whole() {
    let mut folder = shelf(&[("contacts.csv", CONTACTS), ("repairs.csv", REPAIRS)]);
    let whole = find(&mut folder, "{}", HOME, 100, None).unwrap();
    let (mut pages, mut cursor) = (Vec::new(), None);
    loop {
        let page = find(&mut folder, "{}", HOME, 2, cursor.as_deref()).unwrap();
        assert!(page.records.len() <= 2);
        pages.extend(page.records);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(pages, whole.records);
    assert!(matches!(
        find(&mut folder, "{}", HOME, 2, Some("x")),
        Err(Trouble::Query(_))
    ));
}

#[test]
fn a_broken_file_costs_only_itself() {
    let mut folder = shelf(&[
        ("contacts.csv", CONTACTS),
        ("repairs.csv", REPAIRS),
        ("asb.csv", "what|is|this"),
    ]);
    folder.0[1].2 = 3;
    let found = find(&mut folder, "{}", HOME, 100, None).unwrap();
    assert_eq!(found.records.len(), 3);
    assert_eq!(folder.1.len(), 3);
    assert_eq!(folder.1[0], "tenancies: no file, so none were looked for.");
    assert!(
        folder.1[1].contains("repairs.csv: a quote is never closed"),
        "{:?}",
        folder.1
    );
    assert!(folder.1[2].contains("asb.csv: it has no column"));
}

#[test]
fn nothing_readable_is_a_clear_failure() {
    let why = find(&mut shelf(&[("repairs.csv", "")]), "{}", HOME, 10, None).unwrap_err();
    assert_eq!(
        why,
        Trouble::Unavailable("no file could be read: repairs.csv: it is empty".into())
    );
    assert!(matches!(
        find(&mut shelf(&[]), "{}", HOME, 10, None),
        Err(Trouble::Unavailable(_))
    ));
    assert!(matches!(
        find(&mut shelf(&[("x.csv", "a")]), "{}", HOME, 10, None),
        Err(Trouble::Settings(_))
    ));
    let named = r#"{"files":{"repair":["gone.csv"]}}"#;
    assert!(matches!(
        find(&mut shelf(&[("x.csv", "a")]), named, HOME, 10, None),
        Err(Trouble::Unavailable(_))
    ));
}

#[test]
fn check_says_what_is_there_and_what_is_missing() {
    let mut folder = shelf(&[
        ("contacts.csv", CONTACTS),
        ("repairs.csv", REPAIRS),
        ("asb.csv", "a|b"),
    ]);
    let text = check(&mut folder, "{}").unwrap();
    assert!(
        text.starts_with("repairs: repairs.csv, 4 rows, 5 of 5 columns recognised. "),
        "{text}"
    );
    assert!(
        text.contains("anti-social behaviour: asb.csv, NOT READABLE, it has no column"),
        "{text}"
    );
    assert!(
        text.contains("tenancies: no file. contacts: contacts.csv, 2 rows, 3 of 3 columns"),
        "{text}"
    );
}
