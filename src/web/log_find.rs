//! "Find the resident" on the page on which a complaint is logged: the search, and what a pick fills in. What somebody
//! typed stays; what was filled in from another pick gives way.

use super::form::{Candidate, Finder, Form, Kept, Posted};
use super::log::OTHER_ADJUSTMENT;
use super::words::{spoken, stopped, wire, words};
use crate::desk::links::residents::{FoundResident, ResidentSearch, SearchedSource};
use crate::link::residents::{Part, Resident};

/// What the person wants of the search box, by the button that was pressed.
pub enum Wish {
    /// To look for somebody.
    Find(String),
    /// To take the details of someone who was found; with what they differ in, too.
    Take {
        /// Who it is.
        resident: Box<Resident>,
        /// Whether what was typed gives way.
        over: bool,
    },
    /// Nothing: the form is sent.
    Log,
}

/// Reads the wish from what was sent. Enter in the search box sends the form as a whole; something new in the box is
/// looked for first.
pub fn wish(posted: &Posted) -> Wish {
    for (name, over) in [("pick", false), ("pick_over", true)] {
        if let Ok(resident) = serde_json::from_str(posted.get(name)) {
            return Wish::Take {
                resident: Box::new(resident),
                over,
            };
        }
    }
    let (text, before) = (posted.get("q"), posted.get("searched"));
    let pressed = !posted.get("find").is_empty();
    let entered = !posted.get("enter").is_empty() && !text.is_empty() && text != before;
    if pressed || entered {
        Wish::Find(text.to_owned())
    } else {
        Wish::Log
    }
}

/// The box as it came, without an answer.
pub fn finder(posted: &Posted) -> Finder {
    Finder {
        text: posted.get("q").to_owned(),
        searched: posted.get("searched").to_owned(),
        taken: posted.get("taken").to_owned(),
        ..Finder::default()
    }
}

/// Shows what a search found.
pub fn show(finder: &mut Finder, text: &str, found: &ResidentSearch) {
    text.clone_into(&mut finder.searched);
    finder.nobody = found.residents.is_empty();
    finder.found = found.residents.iter().map(candidate).collect();
    finder.said.extend(found.sources.iter().filter_map(told));
    let searchable = |source: &SearchedSource| source.part != Part::NothingToSearch;
    if !found.sources.iter().any(searchable) {
        finder.said.push(
            "No linked system can be searched. These are the residents who complained before."
                .into(),
        );
    }
}

/// What is to be said of a linked system beside whom it found.
fn told(source: &SearchedSource) -> Option<String> {
    let name = &source.source;
    Some(match source.part {
        Part::NothingToSearch => {
            format!("{name} keeps no list of people to look in. Its records follow all the same.")
        }
        Part::BeingRead => format!(
            "{name} is being read for the first time, so not everybody in it is found yet. Search again in a few \
             minutes, or go on; its records follow."
        ),
        Part::Failed => {
            let failure = stopped(source.failure.as_deref().unwrap_or_default());
            format!(
                "{name} gave no answer: {failure} Go on without it; its records follow when it is back."
            )
        }
        Part::Answered if source.more => {
            format!(
                "{name} knows more people by these words. Add a word of the name or the address."
            )
        }
        Part::Answered => return None,
    })
}

fn candidate(found: &FoundResident) -> Candidate {
    let resident = &found.resident;
    let labelled = |label: &str, text: &Option<String>| {
        let text = text.as_deref().filter(|text| !text.is_empty());
        text.map(|text| format!("{label} {text}"))
    };
    let about = [
        resident.address.clone(),
        labelled("Likes to be called", &resident.preferred_name),
        resident.tenure.map(|tenure| spoken(&tenure)),
        labelled("Telephone", &resident.phone),
        resident.email.clone(),
        labelled("Person", &resident.person_ref),
        labelled("Tenancy", &resident.tenancy_ref),
        labelled("Property", &resident.property_ref),
    ];
    let case = |row: &crate::desk::lists::CaseRow| {
        let label = format!("{}, {}", row.reference, spoken(&row.state).to_lowercase());
        (label, format!("/cases/{}", row.reference))
    };
    Candidate {
        name: resident.name.clone(),
        about: about
            .into_iter()
            .flatten()
            .filter(|text| !text.is_empty())
            .collect(),
        from: if resident.source.is_empty() {
            "An earlier case".into()
        } else {
            resident.source.clone()
        },
        cases: found.cases.iter().take(5).map(case).collect(),
        value: serde_json::to_string(resident).unwrap_or_default(),
    }
}

/// The answers that a resident's details give, by the name of the field.
fn answers(resident: &Resident) -> Vec<(&'static str, String)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut others: Vec<String> = resident
        .adjustments
        .iter()
        .filter(|need| !super::commands::NEEDS.contains(&need.as_str()))
        .cloned()
        .collect();
    if let Some(language) = &resident.language {
        others.push(format!("Language: {language}"));
    }
    vec![
        ("complainant.name", resident.name.clone()),
        (
            "complainant.tenure",
            resident
                .tenure
                .map_or(String::new(), |tenure| wire(&tenure)),
        ),
        ("complainant.address", text(&resident.address)),
        ("complainant.phone", text(&resident.phone)),
        ("complainant.email", text(&resident.email)),
        (
            "complainant.preferred_contact",
            resident
                .preferred_contact
                .map_or(String::new(), |way| wire(&way)),
        ),
        ("complainant.person_ref", text(&resident.person_ref)),
        ("complainant.tenancy_ref", text(&resident.tenancy_ref)),
        ("complainant.property_ref", text(&resident.property_ref)),
        (OTHER_ADJUSTMENT, others.join("; ")),
    ]
}

/// Fills in what is known of a resident. What was typed stays and is told, unless it is to give way (`over`); what an
/// earlier pick filled in is no typing.
pub fn take(form: &mut Form, finder: &mut Finder, resident: &Resident, over: bool) {
    let earlier: Option<Resident> = serde_json::from_str(&finder.taken).ok();
    let before = earlier.as_ref().map(answers).unwrap_or_default();
    let from = if resident.source.is_empty() {
        "an earlier case".to_owned()
    } else {
        resident.source.clone()
    };
    let mut filled = 0;
    for (name, found) in answers(resident) {
        let Some(field) = form.fields_mut().find(|field| field.name == name) else {
            continue;
        };
        let stood = field.value().trim().to_owned();
        // What a select says before anyone chose is no answer of theirs.
        let untouched = stood.is_empty()
            || matches!(
                (name, stood.as_str()),
                ("complainant.tenure", "unknown") | ("complainant.preferred_contact", "letter")
            );
        let of_earlier = before
            .iter()
            .any(|(other, value)| *other == name && *value == stood);
        if found.is_empty() {
            if of_earlier && !stood.is_empty() && field.choices.is_empty() {
                field.values.clear();
            }
            continue;
        }
        if found == stood || untouched || of_earlier || over {
            field.values = vec![found];
            field.hint = format!("From {from}. Confirm it with the resident. {}", field.hint);
            filled += 1;
        } else {
            let shown = |value: &str| match field.choices.is_empty() {
                true => value.to_owned(),
                false => words(value),
            };
            finder.kept.push(Kept {
                label: field.label.clone(),
                typed: shown(&stood),
                found: shown(&found),
            });
        }
    }
    take_needs(form, earlier.as_ref(), resident);
    finder.filled = if filled == 0 {
        format!("{} has nothing to add.", words(&from))
    } else {
        format!(
            "Filled in from {from}: {}. Confirm each with the resident.",
            resident.name
        )
    };
    finder.taken = serde_json::to_string(resident).unwrap_or_default();
}

/// Ticks the adjustments that are known, and takes back those of an earlier pick.
fn take_needs(form: &mut Form, earlier: Option<&Resident>, resident: &Resident) {
    let field = form
        .fields_mut()
        .find(|field| field.name == "complainant.adjustments");
    let Some(field) = field else { return };
    if let Some(earlier) = earlier {
        field
            .values
            .retain(|need| !earlier.adjustments.contains(need));
    }
    for need in &resident.adjustments {
        let known = field.choices.iter().any(|choice| choice.value == *need);
        if known && !field.has(need) {
            field.values.push(need.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::category::Tree;
    use crate::domain::party::{ContactWay, Tenure};

    fn form() -> Form {
        let now = "2026-11-20T16:30:00Z".parse().unwrap();
        super::super::log::form(now, "Joseph Osei", &Tree::seeded())
    }

    fn amara() -> Resident {
        Resident {
            source: "housing".into(),
            name: "Ms Amara Okonjo".into(),
            phone: Some("07700 900123".into()),
            preferred_contact: Some(ContactWay::Email),
            tenure: Some(Tenure::Secure),
            property_ref: Some("00700123".into()),
            adjustments: vec!["large_print".into(), "yellow paper".into()],
            language: Some("Igbo".into()),
            ..Resident::default()
        }
    }

    fn value(form: &Form, name: &str) -> String {
        let field = form.fields().find(|field| field.name == name);
        field.unwrap().value().to_owned()
    }

    #[test]
    fn a_pick_fills_in_what_is_empty_and_tells_what_differs() {
        let mut form = form();
        form.set("complainant.phone", "020 7946 0000");
        let mut finder = Finder::default();
        take(&mut form, &mut finder, &amara(), false);
        assert_eq!(value(&form, "complainant.name"), "Ms Amara Okonjo");
        assert_eq!(value(&form, "complainant.tenure"), "secure");
        assert_eq!(value(&form, "complainant.preferred_contact"), "email");
        assert_eq!(value(&form, "complainant.property_ref"), "00700123");
        assert_eq!(value(&form, "complainant.phone"), "020 7946 0000");
        assert_eq!(
            value(&form, OTHER_ADJUSTMENT),
            "yellow paper; Language: Igbo"
        );
        assert_eq!(finder.kept.len(), 1);
        assert_eq!(finder.kept[0].found, "07700 900123");
        take(&mut form, &mut finder, &amara(), true);
        assert_eq!(value(&form, "complainant.phone"), "07700 900123");
    }

    #[test]
    fn another_pick_replaces_the_first_and_leaves_none_of_it() {
        let (mut form, mut finder) = (form(), Finder::default());
        take(&mut form, &mut finder, &amara(), false);
        let ben = Resident {
            source: "housing".into(),
            name: "Ben Adeyemi".into(),
            phone: Some("07700 900999".into()),
            ..Resident::default()
        };
        take(&mut form, &mut finder, &ben, false);
        assert_eq!(value(&form, "complainant.name"), "Ben Adeyemi");
        assert_eq!(value(&form, "complainant.phone"), "07700 900999");
        assert_eq!(
            value(&form, "complainant.property_ref"),
            "",
            "not the other's home"
        );
        assert_eq!(value(&form, OTHER_ADJUSTMENT), "");
        let needs = form.fields().find(|f| f.name == "complainant.adjustments");
        assert!(needs.unwrap().values.is_empty());
        assert!(finder.kept.is_empty(), "{:?}", finder.kept);
    }

    #[test]
    fn a_system_that_is_not_down_is_not_said_to_be() {
        let said = |part, more| {
            let failure = Some("The system is away.".to_owned());
            told(&SearchedSource {
                source: "housing".into(),
                found: 0,
                more,
                part,
                failure: failure.filter(|_| part != Part::Answered),
            })
        };
        for (part, more, words) in [
            (Part::Failed, false, "gave no answer: The system is away."),
            (Part::NothingToSearch, false, "keeps no list of people"),
            (Part::BeingRead, false, "is being read for the first time"),
            (Part::Answered, true, "knows more people"),
        ] {
            let told = said(part, more).unwrap();
            assert!(told.contains(words), "{told}");
            let away = told.contains("gave no answer");
            assert_eq!(away, part == Part::Failed, "{told}");
        }
        assert_eq!(said(Part::Answered, false), None);
    }

    #[test]
    fn enter_looks_for_something_new_and_sends_otherwise() {
        let posted = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
            wish(&Posted(pairs.collect()))
        };
        let enter = posted(&[("q", "okon"), ("enter", "yes")]);
        assert!(matches!(enter, Wish::Find(text) if text == "okon"));
        let again = posted(&[("q", "okon"), ("searched", "okon"), ("enter", "yes")]);
        assert!(matches!(again, Wish::Log));
        assert!(
            matches!(posted(&[("q", "okon")]), Wish::Log),
            "the button at the end"
        );
        assert!(matches!(posted(&[("pick", "{}")]), Wish::Take { .. }));
        assert!(matches!(posted(&[("pick", "nonsense")]), Wish::Log));
    }
}
