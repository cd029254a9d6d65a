//! The OpenAPI document, made from the code that answers: paths from the handlers' own notes, shapes from the types
//! that are read and written. Start at [`document`].

pub mod commands;
#[cfg(test)]
pub mod sample;
#[cfg(test)]
#[path = "../../../tests/support/shape.rs"]
mod shape;
pub mod told;
pub mod trace;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

use super::cases::Sort;
use super::problem::Problem;
use crate::desk::register::PolicyDocument;
use crate::domain::access::Role;
use crate::domain::case::{
    Case, Decision, Direction, Discretion, DocumentKind, HazardStep, NewOrder, RefusalGround,
    RelatedKind, ResidentView, SatisfactionAnswer, Sensitivity,
};
use crate::domain::category::{Category, RootCause};
use crate::domain::clock::{CaseFlags, Clock, DueChange, DueDates};
use crate::domain::intake::{Channel, Intake, NewHazard, Triage};
use crate::domain::learning::Learning;
use crate::domain::letter::{ContactRestriction, LetterKind};
use crate::domain::ombudsman::{DeterminedHead, HosNotice, HosRoute, ReviewRequestedBy};
use crate::domain::party::{Adjustment, Party, Representative};
use crate::domain::policy::Policy;
use crate::domain::rate::Rate;
use crate::domain::readiness::Readiness;
use crate::domain::remedy::{CompensationHead, CompensationUnit, RemedyKind};
use trace::{Shapes, named, shape};

const ABOUT: &str = "The record of a landlord's complaints. Times are RFC 3339, dates YYYY-MM-DD, money integer \
    pence. A field that this document does not name is refused in a request; answers may gain fields. Every problem \
    is `application/problem+json` with a `code`: E01 to E17 are rules of the Complaint Handling Code.";

/// Every named shape of the document.
pub fn shapes() -> Shapes {
    let mut all = Shapes::new();
    fn add<T: DeserializeOwned>(all: &mut Shapes) {
        all.extend(shape::<T>().1);
    }
    add::<(Intake, Case, Clock, CaseFlags)>(&mut all);
    add::<(Readiness, DueDates, DueChange, Policy)>(&mut all);
    add::<(PolicyDocument, Role, Sort, DocumentKind)>(&mut all);
    add::<(RefusalGround, Discretion, Decision, RemedyKind)>(&mut all);
    add::<(CompensationHead, ResidentView, Channel, RootCause)>(&mut all);
    add::<(SatisfactionAnswer, Direction, LetterKind, Party)>(&mut all);
    add::<(Adjustment, Representative, NewHazard, HazardStep)>(&mut all);
    add::<(RelatedKind, HosRoute, DeterminedHead, NewOrder)>(&mut all);
    add::<(HosNotice, Triage, Sensitivity, CompensationUnit)>(&mut all);
    add::<(ContactRestriction, ReviewRequestedBy, Category, Rate)>(&mut all);
    add::<Learning>(&mut all);
    // Two unions read themselves from anything, so they are told here; the commands' test tries them.
    all.insert("Part".into(), part());
    all.insert("ApprovalSubject".into(), approval_subject());
    told::complete(&mut all);
    // Each date is there when its start is given.
    if let Some(dates) = all.get_mut("DueDates").and_then(Value::as_object_mut) {
        dates.remove("required");
    }
    all
}

/// The document: the router's own account of its paths, with the shapes in place, who may call, and what any route
/// may answer when it cannot do what was asked.
pub fn document(paths: OpenApi) -> Value {
    let mut document = serde_json::to_value(paths).unwrap_or_default();
    document["info"] =
        json!({"title": "Redress", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT});
    document["servers"] = json!([{"url": "/api/v1"}]);
    let traced = shapes();
    for (name, shape) in traced {
        document["components"]["schemas"][&name] = shape;
    }
    document["components"]["securitySchemes"] = json!({
        "token": {"type": "http", "scheme": "bearer", "description": "Made with `redress token create`."},
        "session": {"type": "apiKey", "in": "cookie", "name": "redress", "description": "The browser's."},
    });
    document["security"] = json!([{"token": []}, {"session": []}]);
    let name = <Problem as utoipa::ToSchema>::name();
    let problem = json!({
        "description": "Any other problem: 400 unreadable, 401 not signed in, 403 not allowed, 404 not there or not \
                        to be known of, 409 a key used for something else or a setting changed meanwhile, 422 a field or a rule in the way, 429 too \
                        many tries, 5xx ours.",
        "content": {"application/problem+json": {"schema": named(&name)}},
    });
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for operation in paths.filter_map(|(_, item)| item.as_object_mut()).flatten() {
        operation.1["responses"]["default"] = problem.clone();
    }
    document
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reference of the document, wherever it is.
    fn references(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(to)) = fields.get("$ref") {
                    out.push(to.clone());
                }
                fields.values().for_each(|value| references(value, out));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, out)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_of_the_document_leads_somewhere() {
        let document = crate::api::openapi();
        let mut all = Vec::new();
        references(&document, &mut all);
        assert!(all.len() > 100, "{}", all.len());
        for to in all {
            assert!(document.pointer(&to[1..]).is_some(), "{to}");
        }
    }

    #[test]
    fn the_document_has_no_empty_shape_and_every_route_a_purpose() {
        let document = crate::api::openapi();
        let shapes = document["components"]["schemas"].as_object();
        for (name, shape) in shapes.into_iter().flatten() {
            let says = ["properties", "oneOf", "enum"]
                .iter()
                .any(|key| !shape[key].is_null());
            assert!(says, "{name}: {shape}");
        }
        let paths = document["paths"].as_object().into_iter().flatten();
        for (path, item) in paths {
            for (method, operation) in item.as_object().into_iter().flatten() {
                assert!(operation["summary"].is_string(), "{method} {path}");
                assert!(operation["tags"].is_array(), "{method} {path}");
            }
        }
    }
}
