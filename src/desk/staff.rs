//! The landlord's staff list, taken in as a CSV: who is new gets an account, whose roles have changed gets those, and
//! nobody is shut out because a list forgot them.

use std::collections::{BTreeMap, BTreeSet};

use super::people::NewPerson;
use super::{Desk, DeskError, need};
use crate::domain::access::{Actor, Permission, Role};

/// The longest list: nobody who needs this program has more staff.
const MOST: usize = 5_000;

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    line: u64,
    id: String,
    name: String,
    roles: BTreeSet<Role>,
}

/// What becomes of someone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A new account, which cannot sign in until a password is set.
    Added,
    /// Other roles than before.
    RolesChanged,
    /// All as it was.
    Same,
    /// All as it was, and called something else here.
    NamedOtherwise(String),
    /// Has an account and is not in the list; nothing happens.
    NotListed,
}

/// Someone and what becomes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The account's name.
    pub id: String,
    /// The name people read.
    pub name: String,
    /// What becomes of them.
    pub fate: Fate,
}

impl Desk {
    /// Takes a staff list in: a CSV with the columns `id`, `name` and `roles` (several with semicolons). With
    /// `dry_run` nothing is changed and the answer is what would be. A list with a fault changes nothing at all.
    ///
    /// # Errors
    /// [`DeskError::Forbidden`], or [`DeskError::Invalid`] with every faulty row.
    pub async fn import_staff(
        &self,
        by: &Actor,
        csv: &[u8],
        dry_run: bool,
    ) -> Result<Vec<Imported>, DeskError> {
        need(by, Permission::Administer)?;
        let rows = read(csv).map_err(|faults| DeskError::Invalid {
            field: "file",
            detail: format!("Nothing was changed. {}", faults.join(" ")),
        })?;
        let known: BTreeMap<String, (String, BTreeSet<Role>)> = self
            .people(by)?
            .into_iter()
            .filter(|person| !person.disabled)
            .map(|person| (person.id, (person.name, person.roles.into_iter().collect())))
            .collect();
        let shut: BTreeSet<String> = self
            .people(by)?
            .into_iter()
            .filter(|person| person.disabled)
            .map(|person| person.id)
            .collect();
        if let Some(row) = rows.iter().find(|row| shut.contains(&row.id)) {
            return Err(DeskError::Invalid {
                field: "file",
                detail: format!(
                    "Nothing was changed. Line {}: the account {} is shut. Open it on the settings page, or take it off \
                     the list.",
                    row.line, row.id
                ),
            });
        }
        let mut all = Vec::new();
        for row in &rows {
            let fate = match known.get(&row.id) {
                None => Fate::Added,
                Some((_, roles)) if *roles != row.roles => Fate::RolesChanged,
                Some((name, _)) if *name != row.name => Fate::NamedOtherwise(name.clone()),
                Some(_) => Fate::Same,
            };
            if !dry_run {
                self.carry_in(by, row, &fate).await?;
            }
            all.push(Imported {
                id: row.id.clone(),
                name: row.name.clone(),
                fate,
            });
        }
        let left = known
            .into_iter()
            .filter(|(id, _)| !rows.iter().any(|row| row.id == *id));
        all.extend(left.map(|(id, (name, _))| Imported {
            id,
            name,
            fate: Fate::NotListed,
        }));
        Ok(all)
    }

    async fn carry_in(&self, by: &Actor, row: &Row, fate: &Fate) -> Result<(), DeskError> {
        match fate {
            Fate::Added => {
                let new = NewPerson {
                    id: row.id.clone(),
                    name: row.name.clone(),
                    roles: row.roles.clone(),
                    password: None,
                };
                self.add_person(by, new, None).await.map(drop)
            }
            Fate::RolesChanged => self
                .set_roles(by, &row.id, row.roles.clone())
                .await
                .map(drop),
            Fate::Same | Fate::NamedOtherwise(_) | Fate::NotListed => Ok(()),
        }
    }
}

/// The rows, or every fault of the list.
fn read(csv: &[u8]) -> Result<Vec<Row>, Vec<String>> {
    let text = std::str::from_utf8(csv)
        .map_err(|_| vec!["The file is not text in UTF-8: save it as “CSV UTF-8”.".to_owned()])?;
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|mark| first.bytes().filter(|byte| byte == mark).count())
        .unwrap_or(b',');
    let mut table = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let plain = |name: &str| {
        let letters = name.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect::<String>()
    };
    let heads: Vec<String> = match table.headers() {
        Ok(heads) => heads.iter().map(plain).collect(),
        Err(error) => return Err(vec![format!("The file cannot be read: {error}.")]),
    };
    let column = |names: &[&str]| heads.iter().position(|head| names.contains(&head.as_str()));
    let ids = column(&["id", "account", "signinname", "username", "login"]);
    let names = column(&["name", "fullname", "displayname"]);
    let roles = column(&["roles", "role"]);
    let (Some(ids), Some(names), Some(roles)) = (ids, names, roles) else {
        return Err(vec![
            "The first line must name the columns id, name and roles.".to_owned(),
        ]);
    };
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for record in table.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.push(format!("The file cannot be read: {error}."));
                break;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize| record.get(at).unwrap_or_default();
        if record.iter().all(str::is_empty) {
            continue;
        }
        match row(line, cell(ids), cell(names), cell(roles)) {
            Ok(row) if !seen.insert(row.id.clone()) => {
                faults.push(format!("Line {line}: {} stands in the list twice.", row.id));
            }
            Ok(row) => rows.push(row),
            Err(fault) => faults.push(format!("Line {line}: {fault}")),
        }
        if rows.len() > MOST {
            return Err(vec![format!("The list has more than {MOST} people.")]);
        }
    }
    if rows.is_empty() && faults.is_empty() {
        faults.push("There is nobody in the list.".into());
    }
    if faults.is_empty() {
        Ok(rows)
    } else {
        faults.truncate(20);
        Err(faults)
    }
}

fn row(line: u64, id: &str, name: &str, roles: &str) -> Result<Row, String> {
    let id = id.to_lowercase();
    if id.is_empty() {
        return Err("the account's name is missing.".into());
    }
    if name.is_empty() {
        return Err(format!("the name of {id} is missing."));
    }
    super::people::check_account_name(&id).map_err(|error| format!("{error}"))?;
    let mut held = BTreeSet::new();
    for word in roles.split([';', ',', '|']).map(str::trim) {
        if word.is_empty() {
            continue;
        }
        let wire = word.to_lowercase().replace([' ', '-'], "_");
        let by_title = || {
            Role::ALL
                .into_iter()
                .find(|role| role.title().eq_ignore_ascii_case(word))
        };
        match Role::from_wire(&wire).or_else(by_title) {
            Some(role) => held.insert(role),
            None => {
                let all: Vec<_> = Role::ALL.iter().map(|role| role.wire()).collect();
                return Err(format!("“{word}” is not a role; use {}.", all.join(", ")));
            }
        };
    }
    if held.is_empty() {
        return Err(format!("{id} has no role."));
    }
    Ok(Row {
        line,
        id,
        name: name.to_owned(),
        roles: held,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_list_is_read_however_it_was_saved() {
        let list = "\u{feff}Sign-in name;Full name;Roles\r\nMeera.Kapoor;Meera Kapoor;Complaints officer, auditor\r\n;;\r\n";
        let rows = read(list.as_bytes()).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].id, "meera.kapoor");
        let roles: Vec<_> = rows[0].roles.iter().map(|role| role.wire()).collect();
        assert_eq!(roles, ["complaints_officer", "auditor"]);
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let list = "id,name,roles\na,A,board\na,A again,board\nb,,board\nc,C,pilot\nd,D,\n";
        let faults = read(list.as_bytes()).unwrap_err();
        assert_eq!(faults.len(), 4, "{faults:?}");
        assert!(faults[0].starts_with("Line 3: a stands in the list twice"));
        assert!(faults[2].contains("“pilot” is not a role"));
        assert!(read(b"who,what\nx,y\n").unwrap_err()[0].contains("id, name and roles"));
        assert!(read(b"id,name,roles\n").unwrap_err()[0].contains("nobody"));
        assert!(read(b"id,name,roles\n\xff,x,board\n").unwrap_err()[0].contains("UTF-8"));
    }
}
