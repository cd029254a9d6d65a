//! Lays the set out and writes it through a [`Host`].

use ombudsman_bundle::bundle::for_paper;
use ombudsman_bundle::case::Case;
use ombudsman_bundle::plan::{Content, Plan};
use ombudsman_bundle::sheet::{self, Grid};
use ombudsman_bundle::{day, name, summary};
use serde_json::{Value, json};

use crate::letter::{self, Contents};
use crate::look::Looker;
use crate::person::{self, Other, Person};
use crate::request::{Request, Settings};
use crate::review::{self, Line};

/// What the exporter needs of its host; the component implements it with the WIT imports.
pub trait Host {
    /// How the host says no.
    type Failure;

    /// The case as JSON.
    fn document(&mut self) -> String;
    /// A failure of ours: what was asked cannot be done.
    fn bad_case(&self, why: String) -> Self::Failure;
    /// Writes one entry.
    fn write(&mut self, path: &str, media_type: &str, bytes: &[u8]) -> Result<(), Self::Failure>;
    /// Copies a document.
    fn attach(&mut self, path: &str, id: &str) -> Result<(), Self::Failure>;
    /// A PDF from a template.
    fn pdf(&mut self, template: &str, data: &str) -> Result<Vec<u8>, Self::Failure>;
    /// Where the host writes its manifest.
    fn manifest(&mut self, path: &str) -> Result<(), Self::Failure>;
    /// How far we are.
    fn progress(&mut self, done: u32, total: u32);
}

/// For whoever answers the request.
pub(crate) const FIRST: &str = "1_Look-first_do-not-send";
/// For the person who asked.
pub(crate) const SET: &str = "2_The-set";

const NAMES: &str = "Take it out unless they agree or it is reasonable without";

/// Writes the set and returns notes for the person who exports.
pub fn write<H: Host>(
    host: &mut H,
    request: &Request,
    settings: &Settings,
) -> Result<Vec<String>, H::Failure> {
    let document = host.document();
    let case = Case::read(&document).map_err(|why| host.bad_case(why))?;
    if case.date().is_empty() {
        return Err(host.bad_case("the case document's `as_of` is not an instant".into()));
    }
    let raw: Value = serde_json::from_str(&document).unwrap_or_default();
    let person =
        Person::of(&case, &raw["people"], &request.person).map_err(|why| host.bad_case(why))?;
    let others = person::others(&case, &person);
    let plan = Plan::new(&openable(&case), |_| Ok(1))?;
    let root = format!(
        "{}_Subject-access_{}_{}",
        name::slug(&case.reference, 30),
        name::slug(&person.name, 30),
        case.date().replace('-', "")
    );
    let mut set = Set {
        host,
        case: &case,
        person: &person,
        looker: Looker::new(&person, &others),
        root,
        lines: Vec::new(),
        unlisted: 0,
        contents: Contents::default(),
        notes: Vec::new(),
    };
    let manifest = set.path(FIRST, "Manifest.json");
    set.host.manifest(&manifest)?;
    set.records(&plan)?;
    set.documents(&plan)?;
    set.counted();
    let data = letter::json(&case, &person, request, settings, &set.contents);
    set.paper(SET, "Covering-letter.pdf", "letter", data)?;
    set.review(&others)?;
    let mut notes = set.notes;
    notes.push(format!(
        "{} places to look at before the set leaves: see {FIRST}.",
        set.lines.len() + set.unlisted
    ));
    Ok(notes)
}

/// The case as it is planned: nothing is left out for its format or its size, only for what it is.
fn openable(case: &Case) -> Case {
    let mut openable = case.without_limits();
    // A focus on some categories is the Ombudsman's; whoever asks for their data gets all.
    openable.mode = "full".into();
    openable.readiness.missing.clear();
    openable
}

pub(crate) struct Set<'a, H> {
    pub(crate) host: &'a mut H,
    pub(crate) case: &'a Case,
    pub(crate) person: &'a Person,
    pub(crate) looker: Looker<'a>,
    pub(crate) root: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) unlisted: usize,
    pub(crate) contents: Contents,
    pub(crate) notes: Vec<String>,
}

impl<H: Host> Set<'_, H> {
    pub(crate) fn path(&self, folder: &str, name: &str) -> String {
        format!("{}/{folder}/{name}", self.root)
    }

    fn paper(
        &mut self,
        folder: &str,
        name: &str,
        template: &str,
        mut data: Value,
    ) -> Result<(), H::Failure> {
        for_paper(&mut data);
        let bytes = self.host.pdf(template, &data.to_string())?;
        let path = self.path(folder, name);
        self.host.write(&path, "application/pdf", &bytes)
    }

    pub(crate) fn note(&mut self, line: Line) {
        if self.lines.len() < review::MOST {
            self.lines.push(line);
        } else {
            self.unlisted += 1;
        }
    }

    /// Looks through a text that goes into a file of the set.
    pub(crate) fn look(&mut self, file: &str, place: &str, text: &str) {
        for seen in self.looker.look(text) {
            self.note(Line {
                file: file.into(),
                place: place.into(),
                what: seen.what,
                excerpt: seen.excerpt,
                advice: NAMES,
            });
        }
    }

    /// The records about the person, as papers.
    fn records(&mut self, plan: &Plan) -> Result<(), H::Failure> {
        let details = self.details();
        self.paper(SET, "Your-details.pdf", "record", details)?;
        self.contents
            .holds
            .push("The details that we hold about you.".into());
        self.events()?;
        self.letters()?;
        if !self.person.is_complainant() {
            return self.contacts();
        }
        let file = format!("{SET}/Complaint-and-decisions.pdf");
        self.told(&file);
        let data = summary::json(self.case, plan, "");
        self.paper(SET, "Complaint-and-decisions.pdf", "case-summary", data)?;
        self.contents
            .holds
            .push("Your complaint, what was decided on each point, and what was offered.".into());
        let mut papers = Vec::new();
        for item in &plan.items {
            let Content::Paper(paper) = &item.content else {
                continue;
            };
            let file = format!("Records/{}.pdf", name::slug(&paper.title, 60));
            let full = format!("{SET}/{file}");
            self.look_through(&full, &paper.text, &paper.facts, &paper.tables);
            let data = paper.json(self.case, "");
            self.paper(SET, &file, "record", data)?;
            papers.push(format!("{}.", paper.title));
        }
        self.contents.holds.extend(papers);
        Ok(())
    }

    /// Looks through the words of a paper, row by row.
    fn look_through(
        &mut self,
        file: &str,
        text: &str,
        facts: &[(String, String)],
        tables: &[Grid],
    ) {
        self.look(file, "Text", text);
        for (label, value) in facts {
            self.look(file, label, value);
        }
        for (row, at) in tables.iter().flat_map(|table| &table.rows).zip(1..) {
            let first: String = row
                .first()
                .map(|cell| cell.chars().take(30).collect())
                .unwrap_or_default();
            let place = format!("Row {at}: {first}");
            self.look(file, &place, &row.join("\n"));
        }
    }

    /// The words of the complaint and what was decided on it.
    fn told(&mut self, file: &str) {
        let case = self.case;
        self.look(file, "The complaint", &case.account);
        self.look(file, "Outcomes sought", &case.outcomes_sought);
        self.look(file, "Learning", &case.learning);
        for stage in &case.stages {
            let place = format!("Stage {}", stage.stage);
            for text in [&stage.definition, &stage.summary, &stage.account] {
                self.look(file, &place, text);
            }
        }
        for point in &case.points {
            let place = format!("Point {}", point.id);
            self.look(file, &place, &point.text);
            for outcome in &point.outcomes {
                self.look(file, &place, &outcome.reasons);
            }
        }
        for remedy in &case.remedies {
            self.look(file, &format!("Remedy {}", remedy.id), &remedy.description);
        }
        for action in &case.actions {
            self.look(
                file,
                &format!("Action {}", action.id),
                &format!("{}\n{}", action.description, action.reason),
            );
        }
    }

    fn details(&self) -> Value {
        let (case, person) = (self.case, self.person);
        let mut facts = vec![
            ("Name".to_owned(), person.name.clone()),
            ("In this complaint".into(), person.role.clone()),
            ("Address".into(), person.address.clone()),
            ("E-mail".into(), person.email.clone()),
            ("Telephone".into(), person.phone.clone()),
        ];
        let mut tables = Vec::new();
        if person.is_complainant() {
            let party = &case.complainant;
            facts.extend([
                ("Tenure".into(), sheet::words(&party.tenure)),
                (
                    "Prefers to be contacted by".into(),
                    sheet::words(&party.preferred_contact),
                ),
                ("Person reference".into(), party.person_ref.clone()),
                ("Tenancy reference".into(), party.tenancy_ref.clone()),
                ("Property reference".into(), party.property_ref.clone()),
            ]);
            let noted = &case.triage;
            for (yes, label) in [
                (
                    noted.vulnerability,
                    "Noted as vulnerable in a way that bears on the complaint",
                ),
                (noted.child_in_home, "Noted that a child lives in the home"),
                (noted.safeguarding, "A safeguarding concern was passed on"),
            ] {
                if yes {
                    facts.push((label.into(), "yes".into()));
                }
            }
            facts.push(("Risk as noted".into(), sheet::words(&noted.risk)));
            facts.push(("Note of the triage".into(), noted.note.clone()));
        } else if let Some(r) = case
            .representative
            .as_ref()
            .filter(|_| person.id == "representative")
        {
            facts.push(("Relationship".into(), r.relationship.clone()));
            facts.push(("Authority".into(), r.authority.clone()));
        }
        facts.retain(|(_, value)| !value.is_empty());
        if person.is_complainant() && !case.adjustments.is_empty() {
            let mut grid = Grid::new(
                "Reasonable adjustments",
                &[("Adjustment", 3), ("Agreed", 2), ("Status", 2), ("Note", 4)],
            );
            grid.rows = case
                .adjustments
                .iter()
                .map(|a| {
                    vec![
                        sheet::words(&a.need),
                        day::on(&a.agreed_on),
                        sheet::words(&a.status),
                        a.note.clone(),
                    ]
                })
                .collect();
            tables.push(grid.json());
        }
        json!({
            "document": sheet::document(case, "Your details", ""), "kind": "The details that we hold about you",
            "facts": sheet::facts(&facts), "tables": tables,
        })
    }

    /// What was recorded, one line an event: all of it for the one who complained, else what names the person.
    fn events(&mut self) -> Result<(), H::Failure> {
        let file = format!("{SET}/What-was-recorded.pdf");
        let person = self.person;
        let concerns = |sentence: &str| person.is_complainant() || person.is_named_in(sentence);
        let mut grid = Grid::new("", &[("Date", 2), ("Time", 1), ("What", 8), ("Who", 3)]);
        for event in self
            .case
            .events
            .iter()
            .filter(|event| concerns(&event.sentence))
        {
            let (date, time) = day::london(&event.at).unwrap_or_default();
            self.look(&file, &format!("{date} {time}"), &event.sentence);
            grid.rows.push(vec![
                date,
                time,
                event.sentence.clone(),
                event.actor.clone(),
            ]);
        }
        if grid.rows.is_empty() {
            return Ok(());
        }
        let data = json!({
            "document": sheet::document(self.case, "What was recorded", ""), "kind": "Each entry in the record of the complaint",
            "tables": [grid.json()], "landscape": true,
        });
        self.paper(SET, "What-was-recorded.pdf", "record", data)?;
        self.contents
            .holds
            .push("What was recorded on the complaint, and when.".into());
        Ok(())
    }

    /// Letters whose words stand in the record only; those that are documents come with the documents.
    fn letters(&mut self) -> Result<(), H::Failure> {
        for letter in &self.case.letters {
            let theirs =
                self.person.is_complainant() || person::names(&letter.to, &self.person.name);
            let file = format!("{SET}/Documents");
            if theirs {
                self.look(
                    &file,
                    &format!("{} of {}", letter.title, day::on(&letter.issued_at)),
                    &letter.text,
                );
            }
        }
        Ok(())
    }

    /// Contacts with somebody who is not the one who complained.
    fn contacts(&mut self) -> Result<(), H::Failure> {
        let mut grid = Grid::new(
            "",
            &[
                ("Date", 2),
                ("Time", 1),
                ("Channel", 2),
                ("Summary", 8),
                ("Staff", 3),
            ],
        );
        let theirs = |c: &&ombudsman_bundle::case::Contact| {
            self.person.is_named_in(&c.with) || self.person.is_named_in(&c.summary)
        };
        let contacts: Vec<_> = self.case.contacts.iter().filter(theirs).collect();
        for contact in contacts {
            let (date, time) = day::london(&contact.at).unwrap_or_default();
            self.look(
                &format!("{SET}/Contacts.pdf"),
                &format!("{date} {time}"),
                &contact.summary,
            );
            grid.rows.push(vec![
                date,
                time,
                sheet::words(&contact.channel),
                contact.summary.clone(),
                contact.staff.clone(),
            ]);
        }
        if grid.rows.is_empty() {
            return Ok(());
        }
        let data = json!({
            "document": sheet::document(self.case, "Contacts with you", ""), "kind": "Contact log", "tables": [grid.json()],
            "landscape": true,
        });
        self.paper(SET, "Contacts.pdf", "record", data)?;
        self.contents
            .holds
            .push("What was noted of each contact with you.".into());
        Ok(())
    }

    /// What the set holds of documents, for the letter.
    fn counted(&mut self) {
        let privileged = self
            .case
            .documents
            .iter()
            .filter(|d| d.sensitivity == "privileged")
            .count();
        self.contents.privileged = privileged;
        self.contents
            .holds
            .push("Letters and documents, in folders by what they are about.".into());
        if privileged > 0 {
            self.notes.push(format!(
                "Legal advice stays out: {privileged} {}.",
                if privileged == 1 { "paper" } else { "papers" }
            ));
        }
        if self.contents.held_back > 0 {
            self.notes.push(format!(
                "Held back for others' sake: {}. Decide on each.",
                self.contents.held_back
            ));
        }
    }

    fn review(&mut self, others: &[Other]) -> Result<(), H::Failure> {
        let mut notes = Vec::new();
        let people: Vec<String> = others
            .iter()
            .map(|o| format!("{} ({})", o.name, o.role.to_lowercase()))
            .collect();
        if !people.is_empty() {
            notes.push(format!(
                "People outside the landlord whom the case names: {}.",
                people.join("; ")
            ));
        }
        let staff = person::staff(self.case);
        if !staff.is_empty() {
            notes.push(format!(
                "Staff whom the case names: {}. Names of staff who act for the landlord usually stay in; direct numbers \
                 and what concerns them privately do not.",
                staff.join(", ")
            ));
        }
        if self.contents.privileged > 0 {
            notes.push("Legal advice is not in the set. It is privileged and exempt.".into());
        }
        let pieces = review::csv(&self.lines).files(50_000_000);
        for (bytes, at) in pieces.iter().zip(1..) {
            let name = if at == 1 {
                "Review-list.csv".to_owned()
            } else {
                format!("Review-list-{at}.csv")
            };
            let path = self.path(FIRST, &name);
            self.host.write(&path, "text/csv", bytes)?;
        }
        let data = review::json(
            self.case,
            &self.person.name,
            &self.lines,
            self.unlisted,
            &notes,
        );
        self.paper(FIRST, "Review-list.pdf", "record", data)
    }
}

#[cfg(test)]
#[path = "set_tests.rs"]
mod tests;
