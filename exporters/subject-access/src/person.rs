//! The person whose data it is, and everybody else in the case.

use std::collections::BTreeSet;

use ombudsman_bundle::case::Case;
use serde_json::Value;

/// The person who asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Person {
    /// An id of `people[]`.
    pub id: String,
    /// Their name.
    pub name: String,
    /// What they are in the case.
    pub role: String,
    /// Their address, when the case has it.
    pub address: String,
    /// Their e-mail address.
    pub email: String,
    /// Their telephone number.
    pub phone: String,
}

impl Person {
    /// Finds the person in a case.
    ///
    /// # Errors
    /// A sentence that names those there are.
    pub fn of(case: &Case, people: &Value, id: &str) -> Result<Self, String> {
        let all: Vec<&Value> = people.as_array().into_iter().flatten().collect();
        let text =
            |person: &Value, member: &str| person[member].as_str().unwrap_or_default().to_owned();
        let Some(found) = all.iter().find(|person| person["id"] == id) else {
            let known: Vec<String> = all
                .iter()
                .map(|person| format!("{} ({})", text(person, "id"), text(person, "name")))
                .collect();
            return Err(format!(
                "this case has no person \"{id}\"; it has {}",
                known.join(", ")
            ));
        };
        let mut person = Self {
            id: id.into(),
            name: text(found, "name"),
            role: text(found, "role"),
            ..Self::default()
        };
        if person.is_complainant() {
            let party = &case.complainant;
            person.address.clone_from(&party.address);
            person.email.clone_from(&party.email);
            person.phone.clone_from(&party.phone);
        } else if let Some(at) = id
            .strip_prefix("member-")
            .and_then(|at| at.parse::<usize>().ok())
        {
            let member = at.checked_sub(1).and_then(|at| case.members.get(at));
            person.address = member
                .map(|member| member.address.clone())
                .unwrap_or_default();
        }
        Ok(person)
    }

    /// The whole case is about the one who complained.
    pub fn is_complainant(&self) -> bool {
        self.id == "complainant"
    }

    /// Whether a name is the person's: "Ms Okafor" is Amara Okafor.
    pub fn is_called(&self, name: &str) -> bool {
        let own: Vec<String> = self
            .name
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let mut words = name
            .split_whitespace()
            .filter(|word| !TITLES.contains(&word.trim_end_matches('.')))
            .peekable();
        words.peek().is_some() && words.all(|word| own.contains(&word.to_lowercase()))
    }

    /// Whether a text names the person.
    pub fn is_named_in(&self, text: &str) -> bool {
        names(text, &self.name)
    }
}

/// Before a name.
pub const TITLES: [&str; 9] = ["Mr", "Mrs", "Ms", "Miss", "Mx", "Dr", "PC", "Cllr", "Prof"];

/// Somebody else whom the case names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Other {
    /// Their name.
    pub name: String,
    /// What they are.
    pub role: &'static str,
}

/// Everybody else outside the landlord whom the case names, each once.
pub fn others(case: &Case, person: &Person) -> Vec<Other> {
    let staff: BTreeSet<String> = staff(case)
        .into_iter()
        .map(|name| name.to_lowercase())
        .collect();
    let mut found: Vec<Other> = Vec::new();
    let mut note = |name: &str, role: &'static str| {
        let name = name.trim();
        let known = found
            .iter()
            .any(|other| other.name.eq_ignore_ascii_case(name));
        let own = person.is_called(name) || name.eq_ignore_ascii_case(case.landlord.name.trim());
        // "the resident", "them": no name.
        let is_name = name
            .split_whitespace()
            .any(|word| word.chars().next().is_some_and(char::is_uppercase));
        if !known && !own && is_name && !staff.contains(&name.to_lowercase()) {
            found.push(Other {
                name: name.into(),
                role,
            });
        }
    };
    if !person.is_complainant() {
        note(&case.complainant.name, "The resident who complained");
    }
    if let Some(representative) = &case.representative {
        note(&representative.name, "Representative");
    }
    for member in &case.members {
        note(&member.name, "Another resident of the complaint");
    }
    for contact in &case.contacts {
        note(&contact.with, "Somebody whom staff spoke with");
    }
    for document in &case.documents {
        for name in [&document.from, &document.to] {
            note(name, "Sender or receiver of a document");
        }
    }
    found.sort();
    found
}

/// The landlord's own people whom the case names.
pub fn staff(case: &Case) -> Vec<String> {
    let stages = case
        .stages
        .iter()
        .flat_map(|stage| [&stage.handler, &stage.approved_by]);
    let contacts = case.contacts.iter().map(|contact| &contact.staff);
    let actions = case.actions.iter().map(|action| &action.owner);
    let events = case.events.iter().map(|event| &event.actor);
    let names = [&case.handler]
        .into_iter()
        .chain(stages)
        .chain(contacts)
        .chain(actions)
        .chain(events);
    let names: BTreeSet<String> = names
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    names.into_iter().collect()
}

/// Whether a text has a name, as words of its own.
pub fn names(text: &str, name: &str) -> bool {
    place_of(text, name).is_some()
}

/// Where a text has a name, as words of its own; capitals make no difference.
pub fn place_of(text: &str, name: &str) -> Option<usize> {
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    let wanted: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let letters: Vec<(usize, char)> = text
        .char_indices()
        .flat_map(|(at, c)| c.to_lowercase().map(move |c| (at, c)))
        .collect();
    let joins = |at: Option<usize>| {
        at.and_then(|at| letters.get(at))
            .is_some_and(|(_, c)| c.is_alphanumeric())
    };
    letters
        .windows(wanted.len())
        .enumerate()
        .find_map(|(at, window)| {
            let same = window.iter().map(|(_, c)| *c).eq(wanted.iter().copied());
            (same && !joins(at.checked_sub(1)) && !joins(Some(at + wanted.len())))
                .then(|| window[0].0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_makes_nobody_else() {
        let person = Person {
            name: "Amara Okafor".into(),
            ..Person::default()
        };
        assert!(person.is_called("Ms Okafor") && person.is_called("amara okafor"));
        assert!(
            !person.is_called("Tom Okafor") && !person.is_called("Ms") && !person.is_called("")
        );
    }

    #[test]
    fn a_name_is_a_word_of_its_own() {
        assert!(names("I saw ANN LEE there", "Ann Lee"));
        assert!(!names("Joann Leech", "Ann Lee"));
        assert_eq!(place_of("Ödön, Ann Lee", "ann lee"), Some(8));
        assert!(!names("anything", " "));
    }
}
