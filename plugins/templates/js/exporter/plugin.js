// A zip for a board member: what happened as PDF and as CSV, and every document that may leave. Lay it out as yours.

import manifest from "./manifest.js";
import { bundle, cases, exporter, language, renderPdf, settings } from "./redress/exporter.js";

export const { about, exporting } = exporter(manifest, () => {
  const found = cases.document();
  const events = found.events ?? [];
  bundle.put("what-happened.pdf", "application/pdf", chronology(found, events));
  bundle.put("chronology.csv", "text/csv; charset=utf-8", csv(events));
  const notes = settings().documents ? documentsOf(found) : [];
  // The host writes its own list of every file with its SHA-256, so that the zip can be proved.
  bundle.manifest("Manifest.json");
  return notes;
});

/** Passes on every document but what is privileged; the bytes never enter the sandbox. */
function documentsOf(found) {
  const documents = found.documents ?? [];
  const open = documents.filter((document) => document.sensitivity !== "privileged");
  open.forEach((document, at) => {
    const number = String(at + 1).padStart(2, "0");
    bundle.include(`documents/${number}-${bundle.safeName(document.file_name)}`, document.id);
  });
  const keptBack = documents.length - open.length;
  if (keptBack === 0) return [];
  if (keptBack === 1) return ["1 document is privileged and was left out."];
  return [`${keptBack} documents are privileged and were left out.`];
}

function chronology(found, events) {
  return renderPdf("chronology", {
    // The case's own time, never the clock: the same case gives the same bytes.
    document: {
      title: "What happened",
      language: language(),
      caseRef: found.reference,
      landlord: found.landlord?.name ?? "",
      madeAt: found.as_of,
    },
    facts: [{ label: "Complaint", value: found.account ?? "" }],
    entries: events.map((event) => ({ date: event.at, what: event.sentence, who: event.actor })),
  });
}

function csv(events) {
  const rows = events.map((event) => [event.at, event.actor, event.sentence].map(cell).join(","));
  return ["at,who,what", ...rows, ""].join("\r\n");
}

/** Quoted, and never a formula to a spreadsheet. */
function cell(text) {
  const shown = String(text ?? "");
  const guard = /^[=+\-@]/.test(shown) ? "'" : "";
  return `"${guard}${shown.replaceAll('"', '""')}"`;
}
