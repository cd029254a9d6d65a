"""A zip for a board member: what happened as PDF and as CSV, and every document that may leave. Lay it out as yours."""

from pathlib import Path

from redress.exporter import bundle, cases, exporter, language, render_pdf, settings


def export():
    case = cases.document()
    events = case.get("events") or []
    bundle.put("what-happened.pdf", "application/pdf", chronology(case, events))
    bundle.put("chronology.csv", "text/csv; charset=utf-8", csv(events))
    notes = documents_of(case) if settings().get("documents") else []
    # The host writes its own list of every file with its SHA-256, so that the zip can be proved.
    bundle.manifest("Manifest.json")
    return notes


def documents_of(case):
    """Passes on every document but what is privileged; the bytes never enter the sandbox."""
    documents = case.get("documents") or []
    leaving = [document for document in documents if document.get("sensitivity") != "privileged"]
    for number, document in enumerate(leaving, 1):
        name = bundle.safe_name(document["file_name"])
        bundle.include(f"documents/{number:02}-{name}", document["id"])
    match len(documents) - len(leaving):
        case 0:
            return []
        case 1:
            return ["1 document is privileged and was left out."]
        case kept_back:
            return [f"{kept_back} documents are privileged and were left out."]


def chronology(case, events):
    return render_pdf(
        "chronology",
        {
            # The case's own time, never the clock: the same case gives the same bytes.
            "document": {
                "title": "What happened",
                "language": language(),
                "caseRef": case["reference"],
                "landlord": (case.get("landlord") or {}).get("name", ""),
                "madeAt": case["as_of"],
            },
            "facts": [{"label": "Complaint", "value": case.get("account") or ""}],
            "entries": [
                {"date": event["at"], "what": event.get("sentence", ""), "who": event.get("actor", "")}
                for event in events
            ],
        },
    )


def csv(events):
    rows = [",".join(cell(event.get(name)) for name in ("at", "actor", "sentence")) for event in events]
    return "\r\n".join(["at,who,what", *rows, ""])


def cell(text):
    """Quoted, and never a formula to a spreadsheet."""
    shown = str(text or "")
    guard = "'" if shown[:1] in ("=", "+", "-", "@") else ""
    return '"' + guard + shown.replace('"', '""') + '"'


About, Exporting = exporter(Path(__file__).with_name("plugin.json"))(export)
