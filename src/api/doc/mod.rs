//! The OpenAPI document, made from the code that answers.

pub mod commands;
#[cfg(test)]
pub mod sample;
pub mod trace;

use serde::de::DeserializeOwned;

use crate::domain::case::HazardStep;
use crate::domain::case::NewOrder;
use crate::domain::case::{
    Decision, Direction, Discretion, RefusalGround, RelatedKind, ResidentView, SatisfactionAnswer,
};
use crate::domain::category::RootCause;
use crate::domain::intake::{Channel, Intake, NewHazard, Triage};
use crate::domain::letter::LetterKind;
use crate::domain::ombudsman::{DeterminedHead, HosNotice, HosRoute};
use crate::domain::party::{Adjustment, Party, Representative};
use crate::domain::remedy::{CompensationHead, RemedyKind};
use serde_json::{Value, json};
use trace::{Shapes, shape};

/// The named shapes that the commands and a new case use.
pub fn shapes() -> Shapes {
    let mut all = Shapes::new();
    fn add<T: DeserializeOwned>(all: &mut Shapes) {
        all.extend(shape::<T>().1);
    }
    add::<Intake>(&mut all);
    add::<(RefusalGround, Discretion, Decision, RemedyKind)>(&mut all);
    add::<(CompensationHead, ResidentView, Channel, RootCause)>(&mut all);
    add::<(SatisfactionAnswer, Direction, LetterKind, Party)>(&mut all);
    add::<(Adjustment, Representative, NewHazard, HazardStep)>(&mut all);
    add::<(RelatedKind, HosRoute, DeterminedHead, NewOrder)>(&mut all);
    add::<(HosNotice, Triage)>(&mut all);
    // Two unions read themselves from anything, so they are told here; the commands' test tries them.
    all.insert("Part".into(), part());
    all.insert("ApprovalSubject".into(), approval_subject());
    all
}

fn part() -> Value {
    json!({"description": "The points refused: `all`, or their numbers.", "oneOf": [
        {"type": "string", "enum": ["all"]},
        {"type": "array", "items": {"type": "integer", "minimum": 0}},
    ]})
}

fn approval_subject() -> Value {
    let about = |what: &str, number: Option<&str>| {
        let mut properties = json!({"what": {"type": "string", "enum": [what]}});
        let mut required = vec!["what"];
        if let Some(number) = number {
            properties[number] = json!({"type": "integer", "minimum": 0});
            required.push(number);
        }
        json!({"type": "object", "properties": properties, "required": required})
    };
    json!({"oneOf": [
        about("remedy", Some("remedy")), about("response", Some("stage")),
        about("refusal", None), about("extension", Some("stage")),
    ]})
}
