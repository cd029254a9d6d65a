//! All cases of one person, for a request that names no case: "give me all that you hold on me".

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::everything::{end, put, table, unwritable};
use super::exports::ExportRequest;
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission};
use crate::domain::case::Case;
use crate::domain::ids::CaseRef;
use crate::export::folder::Listed;
use crate::store::derive::plain;

/// A case in which a person stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonsCase {
    /// The case.
    pub reference: CaseRef,
    /// As what: an id of `people[]`, such as `complainant`.
    pub role: String,
    /// The archive in the folder; empty before it is made.
    pub file: String,
}

/// A person and their cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonsCases {
    /// Their name.
    pub name: String,
    /// Oldest first.
    pub cases: Vec<PersonsCase>,
}

/// Somebody in a case, as they are recognised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Somebody {
    reference: String,
    name: String,
    address: String,
}

impl Desk {
    /// The cases of the person whom `who` means: a person reference, a name, or a name with the address behind it.
    /// Cases that the actor may not know of are not among them.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`]; [`DeskError::Invalid`] when nobody is meant, or several people are.
    pub fn cases_of(&self, actor: &Actor, who: &str) -> Result<PersonsCases, DeskError> {
        need(actor, Permission::Disclose)?;
        let wanted = plain(who);
        let reader = self.reader()?;
        let mut found: Vec<(Somebody, String, PersonsCase)> = Vec::new();
        let mut after: Option<CaseRef> = None;
        loop {
            let references = reader.references(after.as_ref(), 500)?;
            let Some(last) = references.last() else { break };
            after = Some(last.clone());
            for reference in &references {
                let Some(case) = reader.case(reference)? else {
                    continue;
                };
                if !case.open_to(&actor.id) {
                    continue;
                }
                for (role, shown, somebody) in people(&case) {
                    if is_meant(&somebody, &wanted) {
                        let case = PersonsCase {
                            reference: reference.clone(),
                            role,
                            file: String::new(),
                        };
                        found.push((somebody, shown, case));
                    }
                }
            }
        }
        only_one(found, who)
    }

    /// Exports all cases of one person into a folder, an archive each, with a list and a manifest.
    ///
    /// # Errors
    /// As [`Desk::cases_of`] and [`Desk::export_to`].
    pub async fn export_person(
        &self,
        actor: &Actor,
        who: &str,
        format: &str,
        answers: &[(String, String)],
        folder: &Path,
    ) -> Result<PersonsCases, DeskError> {
        let disk = |error: std::io::Error| unwritable(folder, &error);
        let (meant, by) = (who.to_owned(), actor.clone());
        let mut person = self.away(move |desk| desk.cases_of(&by, &meant)).await?;
        if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(DeskError::Invalid {
                field: "output",
                detail: format!("{} is not empty. Name a new folder.", folder.display()),
            });
        }
        fs::create_dir_all(folder).map_err(disk)?;
        let formats = self.export_formats();
        let asks = formats.iter().find(|f| f.key == format);
        let asks_whom = asks.is_some_and(|f| f.request.properties.contains_key("person"));
        let extension = self.exporter(format)?.extension().to_owned();
        let (mut files, mut rows) = (Vec::new(), Vec::new());
        rows.push(
            ["reference", "as", "file", "bytes", "sha256", "notes"]
                .map(str::to_owned)
                .to_vec(),
        );
        for case in &mut person.cases {
            let mut given = answers.to_vec();
            if asks_whom {
                given.retain(|(name, _)| name != "person");
                given.push(("person".into(), case.role.clone()));
            }
            let request = ExportRequest::parse(format, None, &[])?.answering(&given, &formats);
            // One person may stand in a case twice.
            case.file = match case.role.as_str() {
                "complainant" => format!("{}.{extension}", case.reference),
                role => format!("{}_{role}.{extension}", case.reference),
            };
            let path = folder.join(&case.file);
            let report = self
                .export_to(actor, &case.reference, request, &path, None)
                .await?;
            rows.push(vec![
                case.reference.to_string(),
                case.role.clone(),
                case.file.clone(),
                report.bytes.to_string(),
                report.sha256.clone(),
                report.notes.join(" "),
            ]);
            files.push(Listed {
                path: case.file.clone(),
                bytes: report.bytes,
                sha256: report.sha256,
                case: Some(case.reference.to_string()),
                version: None,
            });
        }
        let table = table(&rows).map_err(disk)?;
        files.push(put(folder, "cases.csv", &table).map_err(disk)?);
        let what = format!("the cases of {}", person.name);
        end(folder, what, String::new(), files).map_err(disk)?;
        Ok(person)
    }
}

/// Everybody of a case: the id, the name as it is written, and how they are recognised.
fn people(case: &Case) -> Vec<(String, String, Somebody)> {
    let party = |role: String, party: &crate::domain::party::Party| {
        let somebody = Somebody {
            reference: plain(party.person_ref.as_deref().unwrap_or_default()),
            name: plain(&party.name),
            address: plain(party.address.as_deref().unwrap_or_default()),
        };
        (role, party.name.clone(), somebody)
    };
    let mut all = vec![party("complainant".into(), &case.complainant)];
    if let Some(representative) = &case.representative {
        let somebody = Somebody {
            reference: String::new(),
            name: plain(&representative.name),
            address: String::new(),
        };
        all.push((
            "representative".into(),
            representative.name.clone(),
            somebody,
        ));
    }
    let members = case.members.iter().zip(1..);
    all.extend(members.map(|(member, at)| party(format!("member-{at}"), member)));
    all
}

fn is_meant(somebody: &Somebody, wanted: &str) -> bool {
    let name = somebody.name.as_str();
    let behind = wanted
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix(' '));
    !wanted.is_empty()
        && (somebody.reference == wanted
            || (!name.is_empty()
                && (name == wanted
                    || behind.is_some_and(|rest| somebody.address.starts_with(rest)))))
}

/// The cases, when they are one person's. Without a reference the same name at the same address is the same person, and a
/// name without an address belongs to whoever else has it.
fn only_one(
    mut found: Vec<(Somebody, String, PersonsCase)>,
    who: &str,
) -> Result<PersonsCases, DeskError> {
    let invalid = |detail: String| DeskError::Invalid {
        field: "person",
        detail,
    };
    if found.is_empty() {
        return Err(invalid(format!(
            "No case names “{who}”. Give the person's reference, or the name as the case has it."
        )));
    }
    let known: BTreeMap<(String, String), BTreeSet<String>> =
        found
            .iter()
            .fold(BTreeMap::new(), |mut known, (somebody, ..)| {
                let key = (somebody.name.clone(), somebody.address.clone());
                let references: &mut BTreeSet<String> = known.entry(key).or_default();
                if !somebody.reference.is_empty() {
                    references.insert(somebody.reference.clone());
                }
                known
            });
    let identity = |somebody: &Somebody| -> String {
        let key = (somebody.name.clone(), somebody.address.clone());
        let only = known.get(&key).filter(|references| references.len() == 1);
        let reference = only.and_then(|references| references.first());
        match (somebody.reference.as_str(), reference) {
            ("", Some(reference)) => format!("ref {reference}"),
            ("", None) => format!("{} {}", somebody.name, somebody.address),
            (reference, _) => format!("ref {reference}"),
        }
    };
    let mut people: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for (somebody, shown, _) in found
        .iter()
        .filter(|(s, ..)| !s.reference.is_empty() || !s.address.is_empty())
    {
        let told = match (somebody.reference.as_str(), somebody.address.as_str()) {
            ("", address) => format!("{shown}, {address}"),
            (reference, "") => format!("{shown}, reference {reference}"),
            (reference, address) => format!("{shown}, {address}, reference {reference}"),
        };
        people.entry(identity(somebody)).or_insert((told, 0)).1 += 1;
    }
    if people.len() > 1 {
        let named: Vec<String> = people
            .values()
            .map(|(told, cases)| format!("{told} ({cases})"))
            .collect();
        return Err(invalid(format!(
            "“{who}” may be any of {}: {}. Give the reference, or the name with the address behind it.",
            people.len(),
            named.join("; ")
        )));
    }
    found.sort_by(|(_, _, a), (_, _, b)| (&a.reference, &a.role).cmp(&(&b.reference, &b.role)));
    let name = found
        .first()
        .map(|(_, shown, _)| shown.clone())
        .unwrap_or_default();
    Ok(PersonsCases {
        name,
        cases: found.into_iter().map(|(_, _, case)| case).collect(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn found(people: &[(&str, &str, &str)]) -> Vec<(Somebody, String, PersonsCase)> {
        let one = |((reference, name, address), at): (&(&str, &str, &str), u32)| {
            let somebody = Somebody {
                reference: plain(reference),
                name: plain(name),
                address: plain(address),
            };
            let case = PersonsCase {
                reference: format!("C-2026-{at:04}").parse().unwrap(),
                role: "complainant".into(),
                file: String::new(),
            };
            (somebody, (*name).to_owned(), case)
        };
        people.iter().zip(1..).map(one).collect()
    }

    #[test]
    fn the_same_person_is_found_under_reference_name_and_address() {
        let all = found(&[
            ("P-1", "Ada Okafor", "7 Alder Court"),
            ("", "ada okafor", "7 Alder Court"),
            ("", "Ada Okafor", ""),
        ]);
        assert_eq!(only_one(all, "Ada Okafor").unwrap().cases.len(), 3);
    }

    #[test]
    fn two_people_of_one_name_are_told_apart() {
        let all = found(&[
            ("", "Ada Okafor", "7 Alder Court"),
            ("", "Ada Okafor", "9 Elm Row"),
        ]);
        let error = only_one(all.clone(), "Ada Okafor").unwrap_err().to_string();
        assert!(
            error.contains("9 elm row") && error.contains("any of 2"),
            "{error}"
        );
        assert!(is_meant(&all[0].0, &plain("Ada Okafor, 7 Alder Court")));
        assert!(!is_meant(&all[1].0, &plain("Ada Okafor, 7 Alder Court")));
        assert!(!is_meant(&all[0].0, "") && !is_meant(&all[0].0, "ada"));
        assert!(only_one(Vec::new(), "x").is_err());
    }
}
