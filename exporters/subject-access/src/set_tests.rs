//! Whole sets through a host made of vectors. Its "PDF" is the template's name and its data.

use super::*;
use std::collections::BTreeMap;

#[derive(Default)]
struct Shelf {
    case: Value,
    entries: BTreeMap<String, String>,
    manifest: String,
}

impl Host for Shelf {
    type Failure = String;
    fn document(&mut self) -> String {
        self.case.to_string()
    }
    fn bad_case(&self, why: String) -> String {
        why
    }
    fn write(&mut self, path: &str, _: &str, bytes: &[u8]) -> Result<(), String> {
        let bytes = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(
            self.entries.insert(path.into(), bytes).is_none(),
            "{path} twice"
        );
        Ok(())
    }
    fn attach(&mut self, path: &str, id: &str) -> Result<(), String> {
        assert!(
            self.entries
                .insert(path.into(), format!("document {id}"))
                .is_none(),
            "{path} twice"
        );
        Ok(())
    }
    fn pdf(&mut self, template: &str, data: &str) -> Result<Vec<u8>, String> {
        Ok(format!("{template} {data}").into())
    }
    fn manifest(&mut self, path: &str) -> Result<(), String> {
        self.manifest = path.into();
        Ok(())
    }
    fn progress(&mut self, _: u32, _: u32) {}
}

fn document(id: &str, title: &str, more: Value) -> Value {
    let mut document = json!({"id": id, "title": title, "file_name": format!("{id}.pdf"), "category": "04",
        "doc_date": "2026-09-02", "media_type": "application/pdf", "size": 10, "sha256": "00"});
    for (name, value) in more.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

fn shelf() -> Shelf {
    Shelf {
        case: json!({
            "landlord": {"name": "Marsh End Homes"}, "reference": "C-2026-0042", "as_of": "2026-12-19T10:12:00Z",
            "account": "Mould since March. Mrs Patel at number 9 has it too, ring her on 020 7946 0991.",
            "complainant": {"name": "Ada Okafor", "address": "7 Alder Court, ZZ9 4AB", "phone": "07700 900123"},
            "representative": {"name": "Tom Hughes", "relationship": "advocate"},
            "members": [{"name": "Lin Wei", "address": "9 Alder Court"}],
            "people": [{"id": "complainant", "name": "Ada Okafor", "role": "The resident who complained"},
                       {"id": "representative", "name": "Tom Hughes", "role": "Speaks for the resident"},
                       {"id": "member-1", "name": "Lin Wei", "role": "Another resident of the complaint"}],
            "contacts": [{"id": "1", "at": "2026-11-21T09:00:00Z", "channel": "phone", "with": "Ada Okafor",
                          "summary": "Said that her neighbour smokes", "staff": "Maya"},
                         {"id": "2", "at": "2026-11-22T09:00:00Z", "channel": "phone", "with": "Tom Hughes",
                          "summary": "Asked for copies", "staff": "Maya"}],
            "events": [{"seq": 1, "at": "2026-11-20T16:05:00Z", "kind": "complaint_logged", "actor": "Maya",
                        "sentence": "Complaint logged by phone"}],
            "documents": [
                document("1", "Damp survey", json!({"from": "Dry Walls Ltd"})),
                document("2", "Advice on the claim", json!({"sensitivity": "privileged"})),
                document("3", "Diary of the neighbour", json!({"sensitivity": "third_party"})),
                document("4", "Report", json!({})),
                document("5", "Report", json!({"redaction": {"id": "r", "original": "4", "reason": "names"}})),
                document("6", "Costs", json!({"media_type": "application/vnd.ms-excel", "file_name": "c.xls"})),
                document("7", "Bathroom", json!({"media_type": "image/jpeg", "file_name": "b.jpg"})),
                document("8", "Letter of Tom Hughes", json!({"from": "Tom Hughes"})),
                document("policy-1", "Complaints policy", json!({"category": "08"})),
            ],
        }),
        ..Shelf::default()
    }
}

fn made(person: &str) -> (Shelf, Vec<String>) {
    let mut shelf = shelf();
    let request = Request {
        person: person.into(),
        asked_on: "2026-12-01".into(),
    };
    let settings = Settings {
        purposes: "Because of the Code.".into(),
        ..Settings::default()
    };
    let notes = write(&mut shelf, &request, &settings).unwrap();
    (shelf, notes)
}

fn ending<'a>(shelf: &'a Shelf, end: &str) -> &'a str {
    let found = shelf.entries.iter().find(|(path, _)| path.ends_with(end));
    found
        .unwrap_or_else(|| panic!("no {end} in {:?}", shelf.entries.keys()))
        .1
}

fn all_of_the_set(shelf: &Shelf) -> String {
    let of_set = shelf.entries.iter().filter(|(path, _)| path.contains(SET));
    of_set
        .map(|(path, text)| format!("{path}\n{text}\n"))
        .collect()
}

#[test]
fn the_one_who_complained_gets_the_complaint() {
    let (shelf, _) = made("complainant");
    for end in [
        "Your-details.pdf",
        "Complaint-and-decisions.pdf",
        "What-was-recorded.pdf",
        "Covering-letter.pdf",
        "Records/Contact-log.pdf",
        "Repairs-and-inspections/2026-09-02_Damp-survey.pdf",
        "Repairs-and-inspections/2026-09-02_Bathroom.jpg",
    ] {
        ending(&shelf, &format!("/{end}"));
    }
    assert!(shelf.manifest.contains(FIRST));
    let letter = ending(&shelf, "Covering-letter.pdf");
    for words in [
        "Because of the Code.",
        "privileged",
        "Information Commissioner",
        "blacked out",
        "1 Dec 2026",
    ] {
        assert!(letter.contains(words), "{words}");
    }
}

#[test]
fn advice_stays_out_and_what_is_marked_or_hides_things_is_held_back() {
    let (shelf, notes) = made("complainant");
    let set = all_of_the_set(&shelf);
    for out in [
        "document 2",
        "Advice on the claim",
        "document 3",
        "document 4",
        "document 6",
        "policy-1",
    ] {
        assert!(!set.contains(out), "{out}");
    }
    assert!(set.contains("document 5"), "the redacted copy goes in");
    let held: Vec<&String> = shelf
        .entries
        .keys()
        .filter(|path| path.contains("/Held-back/"))
        .collect();
    assert_eq!(held.len(), 2, "{held:?}");
    assert!(
        notes.iter().any(|note| note.contains("Legal advice")),
        "{notes:?}"
    );
    assert!(
        notes
            .iter()
            .any(|note| note.contains("Held back for others' sake: 2")),
        "{notes:?}"
    );
}

#[test]
fn other_peoples_data_are_listed_with_their_place() {
    let (shelf, _) = made("complainant");
    let list = ending(&shelf, "Review-list.csv");
    for what in [
        "A named person: Mrs Patel",
        "Telephone number: 020 7946 0991",
        "neighbour",
        "A picture",
        "Dry Walls",
        "Representative: Tom Hughes",
        "Marked as third-party data",
    ] {
        assert!(list.contains(what), "{what}:\n{list}");
    }
    assert!(!list.contains("07700 900123"), "the person's own number");
    assert!(ending(&shelf, "Review-list.pdf").contains("Lin Wei"));
}

#[test]
fn another_person_gets_what_is_theirs_and_nothing_else() {
    let (shelf, _) = made("representative");
    let set = all_of_the_set(&shelf);
    for theirs in ["Asked for copies", "document 8", "advocate"] {
        assert!(set.contains(theirs), "{theirs}");
    }
    for others in [
        "07700 900123",
        "Mould since March",
        "neighbour smokes",
        "document 1\n",
        "document 7",
    ] {
        assert!(!set.contains(others), "{others}");
    }
    let (shelf, _) = made("member-1");
    assert!(ending(&shelf, "Your-details.pdf").contains("9 Alder Court"));
}

#[test]
fn somebody_who_is_not_there_is_refused_with_those_who_are() {
    let request = Request {
        person: "nobody".into(),
        asked_on: String::new(),
    };
    let error = write(&mut shelf(), &request, &Settings::default()).unwrap_err();
    assert!(error.contains("complainant (Ada Okafor)"), "{error}");
}

#[test]
fn the_same_case_gives_the_same_files() {
    assert_eq!(made("complainant").0.entries, made("complainant").0.entries);
}
