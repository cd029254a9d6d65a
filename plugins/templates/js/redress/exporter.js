// The contract of an exporter in a few words. See plugin.js for how it is used.

import given from "redress:plugin/cases@0.2.0";
import zip from "redress:plugin/bundle@0.2.0";
import papers from "redress:plugin/documents@0.2.0";
import { encode, guarded } from "./common.js";

export * from "./common.js";

/** Makes the exports of the component: `export const { about, exporting } = exporter(manifest, () => notes)`. */
export function exporter(manifest, runExport) {
  return {
    about: { manifest: () => JSON.stringify(manifest) },
    exporting: { runExport: guarded(() => runExport() ?? []) },
  };
}

/** The case being exported. */
export const cases = {
  /** The case: redress-case/1. */
  document: () => JSON.parse(given.document()),
  /** What the person asked: redress-export-request/1. */
  request: () => JSON.parse(given.request()),
  /** More about the case by name, such as "events". */
  section: (name) => JSON.parse(given.section(name)),
  /** To look inside an attachment; `read(max)` until it gives nothing. */
  openAttachment: (id) => given.openAttachment(id),
};

const MOST = 1 << 20;

/** The bundle being written. */
export const bundle = {
  /** Writes a whole entry, from a text or from bytes. */
  put(path, mediaType, content) {
    const bytes = typeof content === "string" ? encode(content) : content;
    const entry = zip.create(path, mediaType);
    for (let at = 0; at < bytes.length; at += MOST) entry.write(bytes.slice(at, at + MOST));
    entry.finish();
  },
  /** Passes an attachment on; its bytes never enter the sandbox. */
  include: (path, id, stamp = null) => zip.includeAttachment(path, id, stamp),
  /** In how many pieces of at most `ceiling` bytes the host can pass it on; 0 when it cannot be cut. */
  parts: (id, ceiling, stamped) => zip.attachmentParts(id, ceiling, stamped),
  /** Passes on one piece of that cut, counted from 1. */
  includePart: (path, id, ceiling, part, stamp = null) => zip.includeAttachmentPart(path, id, ceiling, part, stamp),
  /** Says where the host writes its list of every entry with its SHA-256. */
  manifest: (path) => zip.manifest(path),
  /** A name that is fit for an entry. */
  safeName(name) {
    const kept = String(name).replace(/[^A-Za-z0-9._-]+/g, "-").replace(/-+/g, "-").slice(0, 80);
    return kept.replace(/^[-.]+|[-.]+$/g, "") || "unnamed";
  },
};

/** A PDF from one of the host's templates and the data that it asks for (pdf-templates.md), as bytes. */
export const renderPdf = (template, data) => papers.renderPdf(template, JSON.stringify(data));
/** One PDF of many parts as an entry; gives what came of it. */
export const composePdf = (path, plan) => JSON.parse(papers.composePdf(path, JSON.stringify(plan)));
