//! A zip for a board member: what happened as PDF and as CSV, and every document that may leave. Lay it out as yours.

use redress_plugin::prelude::*;
use serde_json::json;

struct Board;

impl Exporter for Board {
    const MANIFEST: &str = include_str!("../plugin.json");

    fn export() -> Result<Vec<String>, Failure> {
        let case: Value = cases::document()?;
        let (events, mut notes) = (case.list("events")?, Vec::new());
        bundle::put(
            "what-happened.pdf",
            "application/pdf",
            &chronology(&case, events)?,
        )?;
        bundle::put(
            "chronology.csv",
            "text/csv; charset=utf-8",
            csv(events).as_bytes(),
        )?;
        if run::settings::<Value>()?["documents"] == true {
            notes.extend(documents_of(&case)?);
        }
        // The host writes its own list of every file with its SHA-256, so that the zip can be proved.
        bundle::manifest("Manifest.json")?;
        Ok(notes)
    }
}

/// Passes on every document but what is privileged; the bytes never enter the sandbox.
fn documents_of(case: &Value) -> Result<Option<String>, Failure> {
    let (mut number, mut kept_back) = (0, 0);
    for document in case.list("documents")? {
        if document["sensitivity"] == "privileged" {
            kept_back += 1;
            continue;
        }
        number += 1;
        let name = bundle::safe_name(&document.need("file_name")?);
        bundle::include_attachment(
            &format!("documents/{number:02}-{name}"),
            &document.need("id")?,
            None,
        )?;
    }
    Ok(match kept_back {
        0 => None,
        1 => Some("1 document is privileged and was left out.".into()),
        more => Some(format!(
            "{more} documents are privileged and were left out."
        )),
    })
}

fn chronology(case: &Value, events: &[Value]) -> Result<Vec<u8>, Failure> {
    let entries: Vec<_> = events
        .iter()
        .map(|event| json!({ "date": text(&event["at"]), "what": text(&event["sentence"]), "who": text(&event["actor"]) }))
        .collect();
    let data = json!({
        // The case's own time, never the clock: the same case gives the same bytes.
        "document": { "title": "What happened", "language": run::language(), "caseRef": case.need("reference")?,
                      "landlord": text(&case["landlord"]["name"]), "madeAt": text(&case["as_of"]) },
        "facts": [{ "label": "Complaint", "value": text(&case["account"]) }],
        "entries": entries,
    });
    documents::render_pdf("chronology", &data.to_string())
}

fn csv(events: &[Value]) -> String {
    let mut csv = String::from("at,who,what\r\n");
    for event in events {
        let cells = ["at", "actor", "sentence"].map(|name| cell(text(&event[name])));
        csv += &cells.join(",");
        csv += "\r\n";
    }
    csv
}

/// Quoted, and never a formula to a spreadsheet.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

redress_plugin::exporter!(Board);
