//! Commands: one tagged union, read against the table that the document shows.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::cases::case_answer;
use super::doc::commands::{COMMANDS, ELSEWHERE, fields, row};
use super::doc::told;
use super::extract::{Caller, Ref, Sent, idempotency_key, if_match};
use super::problem::Problem;
use super::read;
use crate::desk::Desk;
use crate::desk::cases::Order;
use crate::domain::case::Command;

/// Do something to a case.
#[utoipa::path(post, path = "/cases/{reference}/commands", tag = "cases",
    params(("reference" = String, Path, description = "Such as C-2026-0042."),
           ("If-Match" = Option<String>, Header, description = "The version seen; 412 with the current one when the case has moved on."),
           ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request the same request.")),
    request_body = told::Command,
    responses((status = 200, description = "The case as it stands now.", body = told::CaseAnswer),
              (status = 412, description = "The case has changed; `current` is its version.", body = Problem, content_type = "application/problem+json"),
              (status = 422, description = "Refused, with the rule in the way.", body = Problem, content_type = "application/problem+json")))]
pub async fn command(
    State(desk): State<Desk>,
    Caller(actor): Caller,
    Ref(reference): Ref,
    headers: HeaderMap,
    Sent(body): Sent,
) -> Result<Response, Problem> {
    let (command, at) = read_command(body)?;
    let order = Order {
        command,
        at,
        if_version: if_match(&headers)?,
        key: idempotency_key(&headers)?,
    };
    let view = desk.command(&actor, &reference, order).await?;
    Ok(case_answer(&view))
}

/// Reads `{"command": NAME, "at": …, fields}`.
pub fn read_command(
    mut body: Map<String, Value>,
) -> Result<(Command, Option<DateTime<Utc>>), Problem> {
    let at = match body.remove("at") {
        None | Some(Value::Null) => None,
        Some(at) => Some(read::typed::<DateTime<Utc>>(&at).map_err(|fault| Problem {
            field: Some("at".into()),
            ..fault
        })?),
    };
    let name = match body.get("command") {
        Some(Value::String(name)) => name.clone(),
        _ => {
            let detail = "Give the command's name, such as acknowledge.";
            return Err(Problem::invalid("command", detail));
        }
    };
    if let Some((_, way)) = ELSEWHERE.iter().find(|(elsewhere, _)| *elsewhere == name) {
        return Err(Problem::invalid("command", *way));
    }
    let Some(row) = row(&name) else {
        let known: Vec<_> = COMMANDS.iter().map(|(name, ..)| *name).collect();
        let name: String = name.chars().take(60).collect();
        let detail = format!(
            "There is no command “{name}”. Give one of: {}.",
            known.join(", ")
        );
        return Err(Problem::invalid("command", detail));
    };
    let known: Vec<_> = fields(row).map(|field| field.name).collect();
    let strange = body
        .keys()
        .find(|field| *field != "command" && !known.contains(&field.as_str()));
    if let Some(strange) = strange {
        return Err(read::unknown(strange, &known));
    }
    let given = Value::Object(body);
    let command: Command = read::typed(&given).map_err(|fault| name_field(&given, fault))?;
    let kept = serde_json::to_value(&command).map_err(|_| Problem::internal())?;
    match read::lost(&given, &kept) {
        None => Ok((command, at)),
        Some((field, known)) => Err(read::unknown(&field, &known)),
    }
}

/// A tagged union does not say where it stumbled: it was over the field without which the message changes.
fn name_field(given: &Value, fault: Problem) -> Problem {
    if fault.field.is_some() {
        return fault;
    }
    let Value::Object(fields) = given else {
        return fault;
    };
    let culprit = fields
        .keys()
        .filter(|name| *name != "command")
        .find(|name| {
            let mut less = fields.clone();
            less.remove(*name);
            match serde_json::from_value::<Command>(Value::Object(less)) {
                Ok(_) => true,
                Err(error) => !fault
                    .detail
                    .contains(&read::fault("", &error.to_string()).detail),
            }
        });
    Problem {
        field: culprit.cloned(),
        ..fault
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn read(body: Value) -> Result<(Command, Option<DateTime<Utc>>), Problem> {
        read_command(body.as_object().unwrap().clone())
    }

    #[test]
    fn commands_are_read_with_their_time() {
        let body = json!({"command": "note", "at": "2026-11-20T16:05:00Z", "text": "Rang."});
        let (command, at) = read(body).unwrap();
        assert_eq!(
            command,
            Command::Note {
                text: "Rang.".into()
            }
        );
        assert!(at.is_some());
        assert!(matches!(
            read(json!({"command": "stop_clock"})).unwrap().0,
            Command::Pause { .. }
        ));
    }

    #[test]
    fn faults_name_the_field_and_the_way() {
        let cases = [
            (json!({}), "command", "acknowledge"),
            (json!({"command": "fly"}), "command", "Give one of: assign"),
            (json!({"command": "log"}), "command", "POST /api/v1/cases"),
            (
                json!({"command": "take_snapshots", "found": []}),
                "command",
                "links/refresh",
            ),
            (json!({"command": "note"}), "text", "Give text"),
            (
                json!({"command": "note", "text": 7}),
                "text",
                "cannot be used",
            ),
            (
                json!({"command": "note", "text": "x", "txet": 1}),
                "txet",
                "Known are: text",
            ),
            (
                json!({"command": "note", "text": "x", "at": "soon"}),
                "at",
                "2026-11-20",
            ),
            (
                json!({"command": "extend", "stage": "one"}),
                "stage",
                "cannot be used",
            ),
            (
                json!({"command": "extend", "stage": 1, "new_due": "x"}),
                "new_due",
                "2026-11-20",
            ),
            (
                json!({"command": "record_contact", "direction": "in", "channel": "pigeon", "summary": "x"}),
                "channel",
                "Give one of: phone",
            ),
            (
                json!({"command": "link_record", "source": "s", "external_id": "1", "found": {}}),
                "found",
                "no field",
            ),
            (
                json!({"command": "update_complainant", "complainant": {"name": "A", "nmae": "B"}}),
                "complainant.nmae",
                "no field",
            ),
        ];
        for (body, field, words) in cases {
            let problem = read(body.clone()).unwrap_err();
            assert_eq!(problem.status, 422);
            assert_eq!(problem.field.as_deref(), Some(field), "{body} {problem:?}");
            assert!(problem.detail.contains(words), "{body} {problem:?}");
        }
    }
}
