//! The covering letter: what the set holds, where it comes from, why it is held and for how long, what was left out and
//! why, and what the person can do (articles 12, 13 and 15 of the UK GDPR). A draft for whoever signs it.

use std::collections::BTreeSet;

use ombudsman_bundle::case::Case;
use ombudsman_bundle::{day, sheet};
use serde_json::{Value, json};

use crate::person::Person;
use crate::request::{Request, Settings};

/// What was put in and left out, for the letter.
#[derive(Debug, Default)]
pub struct Contents {
    /// What the set holds, in words.
    pub holds: Vec<String>,
    /// Papers of legal advice that stay out.
    pub privileged: usize,
    /// Documents that are held back for others' sake.
    pub held_back: usize,
    /// Documents that go in as redacted copies.
    pub redacted: usize,
}

/// What the `letter` template takes.
pub fn json(
    case: &Case,
    person: &Person,
    request: &Request,
    settings: &Settings,
    contents: &Contents,
) -> Value {
    let landlord = &case.landlord.name;
    let address = person
        .address
        .split([',', '\n'])
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let recipient: Vec<&str> = std::iter::once(person.name.as_str())
        .chain(address)
        .collect();
    let mut references = vec![("Our reference".to_owned(), case.reference.clone())];
    if !request.asked_on.is_empty() {
        references.push(("You asked on".into(), day::said(&request.asked_on)));
    }
    let mut blocks = vec![
        block(
            "",
            &format!(
                "You asked for the personal data that we hold about you. This is what we hold in the complaint {}, as \
                 it stood on {}.",
                case.reference,
                day::said(&case.date())
            ),
            Vec::new(),
        ),
        block("What you are getting", "", contents.holds.clone()),
        block("Where it comes from", "", sources(case, person)),
        block("Why we hold it", &settings.purposes, Vec::new()),
        block("Who else sees it", &settings.recipients, Vec::new()),
        block("How long we keep it", &settings.retention, Vec::new()),
    ];
    let out = left_out(contents, person);
    if !out.is_empty() {
        blocks.push(block("What is not in it, and why", "", out));
    }
    blocks.push(block(
        "What you can do",
        "",
        vec![
            "Ask us to correct what is wrong, or to complete what is missing.".into(),
            "Ask us to erase something or to use it no further. We must keep some of it, and will say why.".into(),
            "Object to how we use it.".into(),
            "Ask us to look again, if you think that something is missing from this answer.".into(),
            "Complain to the Information Commissioner's Office: ico.org.uk, 0303 123 1113, Wycliffe House, Water Lane, \
             Wilmslow, Cheshire SK9 5AF."
                .into(),
        ],
    ));
    json!({
        "document": {
            "title": format!("Your personal data in complaint {}", case.reference), "language": "en-GB",
            "caseRef": case.reference, "landlord": landlord, "madeAt": case.as_of, "generator": case.generator,
        },
        "letterhead": {"name": landlord},
        "recipient": recipient,
        "date": case.date(),
        "references": sheet::facts(&references),
        "salutation": format!("Dear {}", person.name),
        "subject": "The personal data that we hold about you",
        "blocks": blocks,
        "signOff": {
            "closing": "Yours sincerely", "name": landlord,
            "lines": [format!("Questions about your data: {}", settings.contact)],
        },
    })
}

fn block(heading: &str, text: &str, list: Vec<String>) -> Value {
    json!({"heading": heading, "text": text, "list": list})
}

/// Where the data come from: the person, staff, and each system that records were linked from.
fn sources(case: &Case, person: &Person) -> Vec<String> {
    let mut sources = vec!["What you told us, in writing and in conversation.".to_owned()];
    if person.is_complainant() {
        sources.push(
            "What our staff and contractors recorded while they dealt with the complaint.".into(),
        );
        let systems: BTreeSet<&str> = case
            .links
            .iter()
            .map(|link| link.source.as_str())
            .filter(|s| !s.is_empty())
            .collect();
        sources.extend(
            systems
                .into_iter()
                .map(|system| format!("Records of ours in {system}.")),
        );
    } else {
        sources
            .push("What the resident who complained told us, and what our staff recorded.".into());
    }
    sources
}

fn left_out(contents: &Contents, person: &Person) -> Vec<String> {
    let mut out = Vec::new();
    if contents.privileged > 0 {
        out.push(
            "Legal advice that we took or were given. It is privileged, and the law exempts it."
                .to_owned(),
        );
    }
    if contents.held_back > 0 {
        out.push("Papers about other people that it would not be reasonable to give you.".into());
    }
    if contents.redacted > 0 {
        out.push("In some papers the names and details of other people are blacked out.".into());
    }
    if !person.is_complainant() {
        out.push("What the complaint holds about others. It is their data and not yours.".into());
    }
    out
}
