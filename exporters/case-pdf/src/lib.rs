//! A whole case as one PDF: a Redress exporter.
//!
//! It reads `redress-case/1`, lays it out by the rules of the Ombudsman bundle (the same papers, the same numbers, the
//! same treatment of redacted and privileged ones) and asks the host for one PDF of many parts: case summary,
//! chronology, letters, then every document in order. The host sets, joins and numbers the pages.
//!
//! **Same case, same bytes.** The only time used is the case's `as_of`.
//!
//! Start at [`write`]. The component's door to the host is `guest.rs`, built for wasm only.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test that unwraps nothing fails as it should"
    )
)]

#[cfg(target_arch = "wasm32")]
mod guest;

use std::collections::BTreeSet;

use ombudsman_bundle::case::Case;
use ombudsman_bundle::plan::{Content, Item, Plan};
use ombudsman_bundle::{bundle, category, chronology, day, gaps, name, summary};
use serde_json::{Value, json};

/// What the exporter needs of its host; the component implements it with the WIT imports.
pub trait Host {
    /// How the host says no.
    type Failure;

    /// The case as JSON.
    fn document(&mut self) -> String;
    /// Whether every document is wanted, and not only what is written about the case.
    fn papers(&mut self) -> Result<bool, Self::Failure>;
    /// A failure of ours: the case cannot be handled.
    fn bad_case(&self, why: String) -> Self::Failure;
    /// One PDF from a plan.
    fn compose(&mut self, path: &str, plan: &str) -> Result<Composed, Self::Failure>;
    /// How far we are.
    fn progress(&mut self, done: u32, total: u32);
}

/// What came of a plan: why each part is not shown, where one is not.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Composed {
    /// In the order of the plan.
    pub parts: Vec<Option<String>>,
}

impl Composed {
    /// Reads `redress-composed/1`.
    pub fn read(report: &str) -> Result<Self, String> {
        let report: Value = serde_json::from_str(report)
            .map_err(|error| format!("what was composed cannot be read: {error}"))?;
        let parts = report["parts"].as_array().into_iter().flatten();
        let why = |part: &Value| part["why"].as_str().map(str::to_owned);
        Ok(Self {
            parts: parts.map(why).collect(),
        })
    }
}

/// Writes the PDF and returns notes for the person.
pub fn write<H: Host>(host: &mut H) -> Result<Vec<String>, H::Failure> {
    let case = Case::read(&host.document()).map_err(|why| host.bad_case(why))?;
    if case.date().is_empty() {
        return Err(host.bad_case("the case document's `as_of` is not an instant".into()));
    }
    host.progress(0, 2);
    let papers = host.papers()?;
    let plan = Plan::new(&case.without_limits(), |_| Ok(1))?;
    let parts = parts(&case, &plan, papers);
    let path = format!(
        "{}_Case-file_{}.pdf",
        name::slug(&case.reference, 30),
        case.date().replace('-', "")
    );
    let asked = json!({
        "schema": "redress-compose/1", "title": format!("Case file {}", case.reference), "language": "en-GB",
        "caseRef": name::slug(&case.reference, 30), "landlord": case.landlord.name, "madeAt": case.as_of,
        "generator": case.generator,
        "contents": {
            "facts": facts(&case),
            "introduction": "Each paper has the number that it has in the Ombudsman bundle. What cannot be shown on a \
                             page has a page that says what it is.",
            "notes": withheld(&case),
        },
        "parts": parts,
    });
    host.progress(1, 2);
    let composed = host.compose(&path, &asked.to_string())?;
    let mut notes = plan.notes.clone();
    for (part, why) in parts.iter().zip(&composed.parts) {
        if let Some(why) = why {
            let heading = part["heading"].as_str().unwrap_or_default();
            notes.push(format!("Not shown on its page: {heading} ({why})."));
        }
    }
    host.progress(2, 2);
    Ok(notes)
}

/// Whose file it is. That it is no bundle needs no line.
fn facts(case: &Case) -> Value {
    let mut facts = bundle::facts(case);
    if let Some(lines) = facts.as_array_mut() {
        lines.retain(|line| line["label"] != "Bundle");
    }
    facts
}

/// The parts of the PDF in order.
fn parts(case: &Case, plan: &Plan, papers: bool) -> Vec<Value> {
    let rows = chronology::rows(case, plan);
    let mut parts = vec![
        paper(
            "Case summary",
            "case-summary",
            summary::json(case, plan, ""),
        ),
        paper(
            "Chronology",
            "chronology",
            chronology::json(case, &rows, ""),
        ),
    ];
    if !plan.gaps.is_empty() {
        parts.push(paper(
            "Gaps and explanations",
            "gaps",
            gaps::json(case, &plan.gaps, ""),
        ));
    }
    let letters: BTreeSet<&str> = case
        .letters
        .iter()
        .map(|letter| letter.document.as_str())
        .filter(|id| !id.is_empty())
        .collect();
    let is_letter = |item: &&Item| letters.contains(item.id.as_str());
    let mut sent: Vec<&Item> = plan.items.iter().filter(is_letter).collect();
    sent.sort_by_key(|item| (item.date.clone(), item.time.clone(), item.number.clone()));
    group(&mut parts, case, "Letters", sent);
    if papers {
        for category in &category::CATEGORIES {
            let items = plan.items.iter().filter(|item| !is_letter(item));
            let items = items
                .filter(|item| item.category == category.code)
                .collect();
            let heading = format!("{} {}", category.code, category.title);
            group(&mut parts, case, &heading, items);
        }
    }
    parts
}

fn paper(heading: &str, template: &str, mut data: Value) -> Value {
    bundle::for_paper(&mut data);
    json!({"heading": heading, "template": template, "data": data})
}

fn group(parts: &mut Vec<Value>, case: &Case, heading: &str, items: Vec<&Item>) {
    let items: Vec<Value> = items.iter().filter_map(|item| part(case, item)).collect();
    if !items.is_empty() {
        parts.push(json!({"heading": heading}));
        parts.extend(items);
    }
}

fn part(case: &Case, item: &Item) -> Option<Value> {
    let mut part = match &item.content {
        Content::Attachment { document, .. } => {
            json!({"attachment": case.documents.get(*document)?.id})
        }
        Content::Paper(sheet) => {
            let mut data = sheet.json(case, "");
            bundle::for_paper(&mut data);
            json!({"template": "record", "data": data})
        }
        // The same is on paper.
        Content::List(_) => return None,
    };
    let date = item.date.as_deref().map(day::said);
    let redacted = item.redacted.then(|| "redacted copy".to_owned());
    let from = Some(&item.from).filter(|from| !from.is_empty());
    let from = from.map(|from| format!("from {from}"));
    let about: Vec<String> = [date, from, redacted].into_iter().flatten().collect();
    part["heading"] = item.title.clone().into();
    part["level"] = 2.into();
    part["mark"] = item.number.clone().into();
    part["about"] = about.join(", ").into();
    Some(part)
}

/// What the reader is told about what stays out.
fn withheld(case: &Case) -> Vec<String> {
    let privileged = case
        .documents
        .iter()
        .filter(|d| d.sensitivity == "privileged")
        .count();
    let third = case
        .documents
        .iter()
        .filter(|d| d.sensitivity == "third_party")
        .count();
    let mut notes = Vec::new();
    if privileged > 0 {
        notes.push("Legal advice is privileged and not part of this file.".to_owned());
    }
    if third > 0 {
        notes.push(
            "Some papers hold third-party data: they are not for disclosure to the resident."
                .into(),
        );
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Desk {
        case: Value,
        papers: bool,
        asked: Vec<(String, Value)>,
        came: Vec<Option<String>>,
    }

    impl Host for Desk {
        type Failure = String;
        fn document(&mut self) -> String {
            self.case.to_string()
        }
        fn papers(&mut self) -> Result<bool, String> {
            Ok(self.papers)
        }
        fn bad_case(&self, why: String) -> String {
            why
        }
        fn compose(&mut self, path: &str, plan: &str) -> Result<Composed, String> {
            let plan = serde_json::from_str(plan).unwrap();
            self.asked.push((path.into(), plan));
            Ok(Composed {
                parts: self.came.clone(),
            })
        }
        fn progress(&mut self, _: u32, _: u32) {}
    }

    fn document(id: &str, category: &str, media_type: &str) -> Value {
        json!({"id": id, "title": format!("Paper {id}"), "category": category, "doc_date": "2026-09-02",
               "media_type": media_type, "size": 10, "sha256": "00"})
    }

    fn desk() -> Desk {
        let mut advice = document("5", "12", "application/pdf");
        advice["sensitivity"] = "privileged".into();
        let mut redacted = document("7", "05", "application/pdf");
        redacted["redaction"] = json!({"id": "r1", "original": "6", "reason": "names"});
        let case = json!({
            "landlord": {"name": "Marsh End Homes"}, "reference": "C-2026-0042", "as_of": "2026-12-19T10:12:00Z",
            "complainant": {"name": "Adaeze Okafor"}, "account": "Mould",
            "letters": [{"id": "1", "kind": "acknowledgement_s1", "stage": 1, "title": "Acknowledgement",
                         "issued_at": "2026-11-30T09:00:00Z", "document": "2"}],
            "documents": [
                document("2", "01", "application/pdf"), document("3", "04", "image/jpeg"),
                document("4", "06", "audio/mpeg"), advice, document("6", "05", "application/pdf"), redacted,
                document("8", "10", "application/vnd.ms-excel"),
            ],
        });
        Desk {
            case,
            papers: true,
            asked: Vec::new(),
            came: Vec::new(),
        }
    }

    fn headings(plan: &Value) -> Vec<String> {
        let parts = plan["parts"].as_array().unwrap();
        let heading = |part: &Value| part["heading"].as_str().unwrap().to_owned();
        parts.iter().map(heading).collect()
    }

    #[test]
    fn a_case_is_one_file_in_order() {
        let mut desk = desk();
        write(&mut desk).unwrap();
        let (path, plan) = desk.asked.pop().unwrap();
        assert_eq!(path, "C-2026-0042_Case-file_20261219.pdf");
        let headings = headings(&plan);
        let at = |what: &str| headings.iter().position(|h| h == what).unwrap();
        assert_eq!(&headings[..2], ["Case summary", "Chronology"]);
        assert!(at("Letters") < at("Paper 2") && at("Paper 2") < at("Paper 3"));
        assert_eq!(headings.iter().filter(|h| *h == "Paper 2").count(), 1);
    }

    #[test]
    fn advice_stays_out_and_a_redacted_copy_stands_for_its_original() {
        let mut desk = desk();
        let notes = write(&mut desk).unwrap();
        let plan = desk.asked.pop().unwrap().1;
        let headings = headings(&plan);
        assert!(!headings.contains(&"Paper 5".to_owned()), "legal advice");
        assert!(!headings.contains(&"Paper 6".to_owned()), "the original");
        assert!(headings.contains(&"Paper 7".to_owned()));
        assert!(notes.iter().any(|note| note.contains("Paper 5")));
        // The file itself does not even name what advice was asked on.
        assert!(!plan.to_string().contains("Paper 5"));
    }

    #[test]
    fn what_no_page_can_show_is_asked_for_all_the_same() {
        let mut desk = desk();
        write(&mut desk).unwrap();
        let plan = desk.asked.pop().unwrap().1;
        let parts = plan["parts"].as_array().unwrap();
        let ids: Vec<&str> = parts
            .iter()
            .filter_map(|p| p["attachment"].as_str())
            .collect();
        assert!(ids.contains(&"4") && ids.contains(&"8"), "{ids:?}");
        desk.came = parts
            .iter()
            .map(|p| (p["attachment"] == "4").then(|| "it is a recording".into()))
            .collect();
        let notes = write(&mut desk).unwrap();
        assert!(
            notes
                .iter()
                .any(|n| n.contains("Paper 4") && n.contains("recording")),
            "{notes:?}"
        );
    }

    #[test]
    fn without_papers_it_holds_what_is_written() {
        let mut desk = desk();
        desk.papers = false;
        write(&mut desk).unwrap();
        let headings = headings(&desk.asked.pop().unwrap().1);
        assert!(
            headings.contains(&"Paper 2".to_owned()) && !headings.contains(&"Paper 3".to_owned())
        );
    }
}
