//! Letters to residents, laid out for the printer: the words come from the domain's blocks, the look
//! from the `letter` template. Not here: what a letter must contain ([`crate::domain::letter`]).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::domain::calendar::{day_and_year, london_date};
use crate::domain::case::{Case, IssuedLetter, LetterBlock};
use crate::domain::letter::decision_words;
use crate::domain::policy::Policy;
use crate::pdf::data::{Block, ContactBlock, Document, Fact, Letter, Letterhead, Point, SignOff};

/// A letter and what it is about.
pub struct LetterFor<'a> {
    /// The case as the letter leaves it.
    pub case: &'a Case,
    /// The letter.
    pub letter: &'a IssuedLetter,
    /// The landlord's policy, for its name and address.
    pub policy: &'a Policy,
    /// Who signs, as people read the name.
    pub signed_by: &'a str,
    /// The landlord's colour, dark enough to be read; empty for the program's own.
    pub colour: &'a str,
    /// The landlord's logo.
    pub logo: Option<&'a [u8]>,
}

/// The `letter` template's data.
pub fn data(about: &LetterFor<'_>) -> Value {
    let LetterFor {
        case,
        letter,
        policy,
        signed_by,
        colour,
        logo,
    } = about;
    let landlord = &policy.landlord;
    let date = day_and_year(london_date(letter.issued_at));
    let reference = case.reference.to_string();
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let mut recipient = vec![case.complainant.name.clone()];
    if let Some(address) = &case.complainant.address {
        recipient.extend(
            address
                .split([',', '\n'])
                .map(|line| line.trim().to_owned())
                .filter(|line| !line.is_empty()),
        );
    }
    let contact: Vec<String> = [&landlord.phone, &landlord.email, &landlord.website]
        .into_iter()
        .filter(|way| !way.trim().is_empty())
        .cloned()
        .collect();
    let letter_data = Letter {
        document: Document {
            title: letter.kind.title().to_owned(),
            language: "en-GB".into(),
            case_ref: reference.clone(),
            landlord: landlord.name.clone(),
            made_at: letter.issued_at.to_rfc3339(),
            ..Document::default()
        },
        letterhead: Letterhead {
            name: landlord.name.clone(),
            mark: landlord.mark.clone(),
            colour: (*colour).to_owned(),
            logo: logo.map_or(String::new(), |logo| STANDARD.encode(logo)),
            address: landlord
                .address
                .split([',', '\n'])
                .map(|line| line.trim().to_owned())
                .filter(|l| !l.is_empty())
                .collect(),
            contact,
            ..Letterhead::default()
        },
        recipient,
        date,
        references: vec![Fact {
            label: "Our reference".into(),
            value: reference,
        }],
        large_print: letter.large_print,
        salutation: format!("Dear {}", case.complainant.name),
        subject: letter.kind.title().to_owned(),
        blocks: letter
            .blocks
            .iter()
            .filter(|block| block.name != "ombudsman")
            .map(|block| laid_out(case, letter, block, &lines))
            .collect(),
        sign_off: SignOff {
            closing: "Yours sincerely".into(),
            name: (*signed_by).to_owned(),
            lines: vec![landlord.name.clone()],
        },
        contact: ombudsman(letter),
        ..Letter::default()
    };
    serde_json::to_value(letter_data).unwrap_or_default()
}

/// Points are set as a table of findings, bullets as a list, everything else as paragraphs.
fn laid_out(
    case: &Case,
    letter: &IssuedLetter,
    block: &LetterBlock,
    lines: &dyn Fn(&str) -> Vec<String>,
) -> Block {
    let heading = block.heading.clone();
    if block.name == "points" {
        let points = case
            .open_points()
            .filter_map(|point| {
                let decision = case.decision_at(point.id, letter.stage)?;
                let mut reasons = decision.reasons.clone();
                if !decision.references.is_empty() {
                    reasons.push_str(&format!(
                        "\nWe relied on: {}.",
                        decision.references.join("; ")
                    ));
                }
                Some(Point {
                    number: point.id.to_string(),
                    text: point.text.clone(),
                    finding: decision_words(decision.decision).to_owned(),
                    reasons,
                })
            })
            .collect();
        return Block {
            heading,
            points,
            ..Block::default()
        };
    }
    if block.text.starts_with("• ") {
        let list = lines(&block.text)
            .into_iter()
            .map(|line| line.trim_start_matches("• ").to_owned())
            .collect();
        return Block {
            heading,
            list,
            ..Block::default()
        };
    }
    Block {
        heading,
        text: block.text.clone(),
        ..Block::default()
    }
}

fn ombudsman(letter: &IssuedLetter) -> ContactBlock {
    let Some(block) = letter.blocks.iter().find(|block| block.name == "ombudsman") else {
        return ContactBlock::default();
    };
    ContactBlock {
        heading: block.heading.clone(),
        text: block.text.clone(),
        ..ContactBlock::default()
    }
}
