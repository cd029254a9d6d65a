//! Folders made of vectors: several layouts, pages, and files that are missing or break in the middle. Each is read
//! in both ways, by look-ups and from its beginning.

use serde_json::Value;

use super::*;
use crate::folder::{ANY, How, check};
use redress_plugin::belongs::words;

/// A folder whose files are texts with `|` between cells.
pub(crate) struct Shelf {
    /// Name, text, and the row at which reading breaks.
    files: Vec<(&'static str, String, usize)>,
    pub(crate) warned: Vec<String>,
    /// Whether rows can be looked up.
    pub(crate) readied: bool,
    /// Rows that were given.
    pub(crate) given: usize,
}

impl Folder for Shelf {
    type Table = (usize, usize);

    fn names(&mut self) -> Vec<String> {
        self.files.iter().map(|(name, ..)| (*name).into()).collect()
    }
    fn open(&mut self, name: &str) -> Result<(Row, Self::Table), String> {
        let at = self
            .files
            .iter()
            .position(|(n, ..)| *n == name)
            .ok_or("it is not in the folder")?;
        let header = self.files[at].1.lines().next().ok_or("it is empty")?;
        Ok((cells(header), (at, 0)))
    }
    fn rows(&mut self, (file, row): &mut Self::Table) -> Result<Vec<Row>, String> {
        let (_, text, breaks) = &self.files[*file];
        let rows: Vec<Row> = text.lines().skip(1 + *row).take(3).map(cells).collect();
        *row += rows.len();
        if *row > *breaks {
            return Err("a quote is never closed".into());
        }
        self.given += rows.len();
        Ok(rows)
    }
    fn ready(&mut self, (file, _): &mut Self::Table, _: &[u32]) -> Result<(), NotReady> {
        match (self.readied, self.files[*file].2) {
            (true, usize::MAX) => Ok(()),
            _ => Err(NotReady::Never("there is no room for its index".into())),
        }
    }
    fn look_up(
        &mut self,
        (file, _): &mut Self::Table,
        column: u32,
        how: How,
        text: &str,
        max: usize,
    ) -> Result<Vec<(u32, Row)>, String> {
        let matches = |row: &Row| {
            let held: Vec<&String> = match column {
                ANY => row.iter().collect(),
                one => row.get(one as usize).into_iter().collect(),
            };
            let any = |is: &dyn Fn(&str) -> bool| held.iter().any(|cell| is(cell));
            match how {
                How::Same => any(&|cell| plain(cell) == plain(text)),
                How::Word => words(text)
                    .iter()
                    .all(|word| any(&|cell| words(cell).contains(word))),
                How::Prefix => words(text)
                    .iter()
                    .all(|word| any(&|cell| words(cell).iter().any(|w| w.starts_with(word)))),
            }
        };
        let rows = self.files[*file].1.lines().skip(1).map(cells);
        let found = (0..).zip(rows).filter(|(_, row)| matches(row)).take(max);
        let found: Vec<(u32, Row)> = found.collect();
        self.given += found.len();
        Ok(found)
    }
    fn warn(&mut self, text: &str) {
        self.warned.push(text.into());
    }
}

fn cells(line: &str) -> Row {
    line.split('|').map(str::to_owned).collect()
}

pub(crate) fn shelf(files: &[(&'static str, &str)]) -> Shelf {
    let files = files
        .iter()
        .map(|(name, text)| (*name, (*text).to_owned(), usize::MAX));
    Shelf {
        files: files.collect(),
        warned: vec![],
        readied: true,
        given: 0,
    }
}

/// A page of a query.
pub(crate) fn find(
    folder: &mut impl Folder,
    settings: &str,
    query: &str,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Found, Failure> {
    let query = Query {
        document: query.into(),
        limit,
        cursor: cursor.map(str::to_owned),
    };
    super::find(folder, settings, &query)
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
        folder.warned.is_empty(),
        "only repairs were asked for: {:?}",
        folder.warned
    );
}

#[test]
fn a_query_that_names_nobody_is_refused() {
    for query in [
        "{}",
        r#"{"name":"A B"}"#,
        r#"{"property_ref":"-"}"#,
        "[]",
        "",
    ] {
        let refused = find(&mut shelf(&[("repairs.csv", REPAIRS)]), "", query, 9, None);
        assert!(matches!(refused, Err(Failure::BadInput(_))), "{query}");
    }
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
        Err(Failure::BadInput(_))
    ));
}

#[test]
fn a_broken_file_costs_only_itself() {
    let mut folder = shelf(&[
        ("contacts.csv", CONTACTS),
        ("repairs.csv", REPAIRS),
        ("asb.csv", "what|is|this"),
    ]);
    folder.files[1].2 = 3;
    let found = find(&mut folder, "{}", HOME, 100, None).unwrap();
    assert_eq!(found.records.len(), 3);
    assert_eq!(folder.warned.len(), 4);
    assert_eq!(
        folder.warned[0],
        "tenancies: no file, so none were looked for."
    );
    assert_eq!(
        folder.warned[1],
        "repairs.csv was read from its beginning, because there is no room for its index."
    );
    assert!(
        folder.warned[2].contains("repairs.csv: a quote is never closed"),
        "{:?}",
        folder.warned
    );
    assert!(folder.warned[3].contains("asb.csv: it has no column"));
}

#[test]
fn nothing_readable_is_a_clear_failure() {
    let why = find(&mut shelf(&[("repairs.csv", "")]), "{}", HOME, 10, None).unwrap_err();
    assert_eq!(why.why(), "no file could be read: repairs.csv: it is empty");
    assert!(matches!(why, Failure::Unavailable(_)));
    assert!(matches!(
        find(&mut shelf(&[]), "{}", HOME, 10, None),
        Err(Failure::Unavailable(_))
    ));
    assert!(matches!(
        find(&mut shelf(&[("x.csv", "a")]), "{}", HOME, 10, None),
        Err(Failure::BadSettings(_))
    ));
    let named = r#"{"files":{"repair":["gone.csv"]}}"#;
    assert!(matches!(
        find(&mut shelf(&[("x.csv", "a")]), named, HOME, 10, None),
        Err(Failure::Unavailable(_))
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

/// Rows by the thousand, some of them without references, with names and addresses in many spellings.
fn many() -> String {
    let mut text = String::from("Job No|Property ref|Tenancy ref|Tenant|Address|Fault\n");
    for n in 0..1500u32 {
        let home = n * 7 % 300;
        let property = match n % 5 {
            0 => String::new(),
            1 => home.to_string(),
            _ => format!("{home:08}"),
        };
        let tenancy = if n % 3 == 0 {
            format!("T/{home}")
        } else {
            String::new()
        };
        let name = match n % 4 {
            0 => String::new(),
            1 => format!("Family{}, First{}", home % 50, home % 31),
            _ => format!("First{} FAMILY{}", home % 31, home % 50),
        };
        let (number, street) = (
            home % 40 + 1,
            ["Alder", "Birch", "Cedar"][home as usize % 3],
        );
        let address = match n % 6 {
            0 => format!("{number} {street} Court"),
            1 => format!("{number} {street} Court, Mill Lane, ZZ9 {}AB", home % 10),
            2 => format!("Flat 2, {number} {street} Court, Mill Lane"),
            3 => format!("{number} {street} Court Mill Lane ZZ9{}AB", home % 10),
            4 => String::new(),
            _ => format!("{street} House, Mill Lane, ZZ9 {}AB", home % 10),
        };
        text += &format!("{n}|{property}|{tenancy}|{name}|{address}|Fault {n}\n");
    }
    text
}

#[test]
fn look_ups_give_what_reading_all_rows_gives() {
    let text = many();
    for file in ["repairs.csv", "contacts.csv"] {
        let mut given = [0, 0];
        for query in [
            r#"{"property_ref":"00000123"}"#,
            r#"{"property_ref":"123","tenancy_ref":"t123"}"#,
            r#"{"tenancy_ref":"T-77"}"#,
            r#"{"name":"Ms First7 Family7","address":"8 Birch Court, Mill Lane, ZZ9 7AB"}"#,
            r#"{"name":"Family38 First26","address":"9 Alder Court"}"#,
            r#"{"name":"Nobody Here","address":"Flat 2, 9 Cedar Court, Mill Lane"}"#,
            r#"{"name":"First1 Family1","address":"Cedar House, Mill Lane, ZZ93AB","property_ref":"17"}"#,
            r#"{"name":"First4 Family4","address":"5 Birch Court, Mill Lane ZZ9 4AB","property_ref":"4","since":"2020-01-01"}"#,
            r#"{"property_ref":"0"}"#,
        ] {
            let mut found = Vec::new();
            for readied in [true, false] {
                let mut folder = shelf(&[(file, &text)]);
                folder.readied = readied;
                found.push(find(&mut folder, "{}", query, 5000, None).unwrap());
                given[usize::from(!readied)] += folder.given;
            }
            assert_eq!(found[0], found[1], "{query}");
        }
        assert!(given[0] < given[1], "{given:?}");
    }
}

#[test]
fn what_is_no_row_is_no_record() {
    let text = "Ref|Property ref|Description|Completed\n\
        1|7|Tap|01/01/1900\nRef|Property ref|Description|Completed\n2|7|Door|NULL\nTotal: 2|||";
    for readied in [true, false] {
        let mut folder = shelf(&[("repairs.csv", text)]);
        folder.readied = readied;
        let query = r#"{"property_ref":"7","kinds":["repair"]}"#;
        let found = find(&mut folder, "{}", query, 9, None).unwrap();
        assert_eq!(ids(&found), ["repair 1", "repair 2"]);
        for record in &found.records {
            assert!(!record.document.contains("completed_on"));
        }
        assert!(
            check(&mut folder, "{}")
                .unwrap()
                .starts_with("repairs: repairs.csv, 2 rows")
        );
    }
}

#[test]
fn an_index_that_is_being_made_is_waited_for() {
    struct Busy(Shelf);
    impl Folder for Busy {
        type Table = (usize, usize);
        fn names(&mut self) -> Vec<String> {
            self.0.names()
        }
        fn open(&mut self, name: &str) -> Result<(Row, Self::Table), String> {
            self.0.open(name)
        }
        fn rows(&mut self, _: &mut Self::Table) -> Result<Vec<Row>, String> {
            panic!("all of a large file was read")
        }
        fn ready(&mut self, _: &mut Self::Table, _: &[u32]) -> Result<(), NotReady> {
            Err(NotReady::Later("it is still being readied".into()))
        }
        fn look_up(
            &mut self,
            _: &mut Self::Table,
            _: u32,
            _: How,
            _: &str,
            _: usize,
        ) -> Result<Vec<(u32, Row)>, String> {
            panic!("it is not ready")
        }
        fn warn(&mut self, text: &str) {
            self.0.warn(text);
        }
    }
    let mut busy = Busy(shelf(&[("repairs.csv", REPAIRS)]));
    let why = find(&mut busy, "{}", HOME, 10, None).unwrap_err();
    let says = "no file could be read: repairs.csv: it is still being readied";
    assert_eq!(why.why(), says);
    assert!(matches!(why, Failure::Unavailable(_)));
}
