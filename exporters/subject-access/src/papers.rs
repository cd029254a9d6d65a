//! The documents of the set: which are the person's, which are held back, and what is to be looked at in each.

use std::collections::BTreeSet;

use ombudsman_bundle::case::Document;
use ombudsman_bundle::plan::{Content, Item, Plan};
use ombudsman_bundle::{category, name};

use crate::person;
use crate::review::Line;
use crate::set::{FIRST, Host, SET, Set};

const LOOK: &str = "Open it and look for other people before it goes";
const HELD: &str = "Held back: make a redacted copy, or decide to send it and say why";

impl<H: Host> Set<'_, H> {
    /// Copies the documents, each into its folder.
    pub(crate) fn documents(&mut self, plan: &Plan) -> Result<(), H::Failure> {
        let total = u32::try_from(plan.items.len()).unwrap_or(u32::MAX);
        let mut used = BTreeSet::new();
        for (item, done) in plan.items.iter().zip(1..) {
            self.host.progress(done, total);
            let Content::Attachment { document, .. } = &item.content else {
                continue;
            };
            let Some(document) = self.case.documents.get(*document) else {
                continue;
            };
            // A policy is nobody's data.
            if document.id.starts_with("policy-") || !self.is_theirs(document) {
                continue;
            }
            let name = file_name(item, document, &mut used);
            let held = held_back(document);
            let folder = match held {
                Some(_) => format!("{FIRST}/Held-back"),
                None => format!("{SET}/Documents/{}", folder(item)),
            };
            let file = format!("{folder}/{name}");
            let path = self.path(&folder, &name);
            self.host.attach(&path, &document.id)?;
            match held {
                Some(why) => {
                    self.contents.held_back += 1;
                    self.flag(&file, "The whole document", why, &document.why, HELD);
                }
                None => self.flags(&file, item, document),
            }
            self.contents.redacted += usize::from(item.redacted && held.is_none());
        }
        Ok(())
    }

    /// Whether a document is about the person.
    fn is_theirs(&self, document: &Document) -> bool {
        let person = self.person;
        let letter = self
            .case
            .letters
            .iter()
            .find(|l| !l.document.is_empty() && l.document == document.id);
        person.is_complainant()
            || [&document.from, &document.to, &document.title]
                .into_iter()
                .any(|text| person.is_named_in(text))
            || letter.is_some_and(|letter| person.is_named_in(&letter.to))
    }

    fn flag(&mut self, file: &str, place: &str, what: &str, excerpt: &str, advice: &'static str) {
        self.note(Line {
            file: file.into(),
            place: place.into(),
            what: what.into(),
            excerpt: excerpt.into(),
            advice,
        });
    }

    /// What is to be looked at in a document that goes in.
    fn flags(&mut self, file: &str, item: &Item, document: &Document) {
        self.look(
            file,
            "Title",
            &format!("{}\n{}", document.title, document.file_name),
        );
        let medium = document.media_type.split('/').next().unwrap_or_default();
        let what = match (medium, document.kind.as_str()) {
            _ if item.redacted => "A redacted copy: see that it hides what it should",
            ("audio", _) => "A recording: other voices may be on it",
            ("video", _) => "A film: other people may be in it",
            ("image", _) => "A picture: people, number plates, other homes",
            (_, "third_party_record") => {
                "From a third party: what they say of themselves and others"
            }
            (_, "asb_record") => "Anti-social behaviour: who reported, who is accused",
            (_, "decision_record" | "investigation_s1" | "investigation_s2") => {
                "An internal paper: staff and residents it names"
            }
            _ if document.sensitivity == "special_category" => {
                "About health or the like: see whose"
            }
            _ if !document.from.is_empty()
                && !person::names(&document.from, &self.person.name)
                && !person::names(&document.from, &self.case.landlord.name) =>
            {
                "From somebody else: direct numbers, signatures, names"
            }
            _ => return,
        };
        let from = [("From ", document.from.as_str()), ("", &document.why)];
        let from = from.into_iter().find(|(_, text)| !text.is_empty());
        let excerpt = from.map(|(label, text)| format!("{label}{text}"));
        self.flag(
            file,
            "The whole document",
            what,
            &excerpt.unwrap_or_default(),
            LOOK,
        );
    }
}

/// Why a document does not go in by itself.
fn held_back(document: &Document) -> Option<&'static str> {
    let media = document.media_type.as_str();
    if document.sensitivity == "third_party" {
        return Some("Marked as third-party data");
    }
    let is_sheet =
        media.contains("spreadsheet") || media.contains("excel") || media.contains("csv");
    is_sheet.then_some(
        "A spreadsheet can hide rows, columns, notes and what was pasted: send it as PDF",
    )
}

fn folder(item: &Item) -> &'static str {
    let folder = category::of(item.category).folder;
    folder.get(3..).unwrap_or(folder)
}

/// The bundle's name of a document, with the ending of what it is; unique in the set.
fn file_name(item: &Item, document: &Document, used: &mut BTreeSet<String>) -> String {
    let own = document
        .file_name
        .rsplit_once('.')
        .map(|(_, end)| end.to_ascii_lowercase());
    let own = own.filter(|end| {
        (1..=5).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    let known = name::extension(&document.media_type).map(str::to_owned);
    let extension = known.or(own).unwrap_or_else(|| "bin".into());
    let date = item.date.as_deref().unwrap_or("undated");
    let stem = format!("{date}_{}", name::slug(&item.title, 60));
    (1..)
        .map(|n: u32| {
            if n == 1 {
                format!("{stem}.{extension}")
            } else {
                format!("{stem}-{n}.{extension}")
            }
        })
        .find(|name| used.insert(name.to_ascii_lowercase()))
        .unwrap_or(stem)
}
