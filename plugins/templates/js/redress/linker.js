// The contract of a linking adapter in a few words. See plugin.js for how it is used.

import https from "redress:plugin/http@0.2.0";
import bytes from "redress:plugin/evidence@0.2.0";
import granted from "redress:plugin/files@0.2.0";
import { decode, fail, guarded, text } from "./common.js";

export * from "./common.js";

/** Makes the exports of the component: `export const { about, linking } = linker(manifest, { check, find, fetch })`. */
export function linker(manifest, { check, find, fetch }) {
  const noDocuments = () => {
    throw fail.badInput("the records of this adapter have no documents");
  };
  return {
    about: { manifest: () => JSON.stringify(manifest) },
    linking: {
      check: guarded(check),
      find: guarded((query) => {
        const { records, next } = find(ask(query));
        return { records, next: next ?? null };
      }),
      fetch: guarded((document) => (fetch ?? noDocuments)(wanted(document))),
    },
  };
}

/** What is looked for: redress-link-query/1 with `limit` and `cursor`. Blank members are null. */
function ask(query) {
  const asked = JSON.parse(query.document);
  const members = {};
  for (const name of ["case", "property_ref", "tenancy_ref", "person_ref", "name", "address", "since", "text"]) {
    members[name] = text(asked[name]);
  }
  return {
    ...members,
    kinds: asked.kinds ?? [],
    limit: query.limit,
    cursor: query.cursor ?? null,
    /** A reference (`property_ref`, …) without which nothing can be found. */
    need(name) {
      if (members[name]) return members[name];
      throw fail.badInput(`records are found by the ${name.replace("_ref", " reference")}, and the case has none`);
    },
    /** Whether records of this kind are wanted. */
    wants(kind) {
      return this.kinds.length === 0 || this.kinds.includes(kind);
    },
    /** Whether something that ended on this day, or has not ended, is recent enough. */
    recent(ended) {
      return !members.since || !ended || ended.slice(0, 10) >= members.since;
    },
  };
}

/** Which document of which record is wanted: `{ kind, record, id, name, document }`. */
function wanted(document) {
  const asked = JSON.parse(document);
  return {
    kind: asked.record.kind,
    record: asked.record.id,
    id: asked.document.id,
    name: asked.document.name,
    document: asked.document,
  };
}

/** What an http-error of the contract means to the person who reads it. */
function told(error) {
  const stopped = error?.payload ?? error;
  switch (stopped?.tag) {
    case "not-allowed":
      return fail.denied(stopped.val);
    case "bad-request":
      return fail.other(stopped.val);
    case "timeout":
      return fail.unavailable("the other system took too long to answer");
    case "too-large":
      return fail.denied("the answer is larger than this connection allows");
    case "transport":
      return fail.unavailable(stopped.val);
    case "budget":
      return fail.denied("this run may send no more requests");
    default:
      return error;
  }
}

function asking(connection, url, more = {}) {
  return { connection, method: "GET", url, headers: [], body: null, ...more };
}

/** Sends a request, `{ connection, method, url, headers, body }`. Any status is a response. */
export function send(request) {
  try {
    return https.send(asking(request.connection, request.url, request));
  } catch (error) {
    throw told(error);
  }
}

/** Says what a status means, unless it is 200 to 299. */
export function good(connection, status) {
  const said = `"${connection}" answered ${status}`;
  if (status >= 200 && status < 300) return;
  if (status === 401 || status === 403) {
    throw fail.refused(`${said}; check the credentials of the connection and what they may read`);
  }
  if (status === 404 || status === 410) throw fail.unavailable(`${said}: it is not there`);
  if (status === 429) throw fail.unavailable(`${said}: it asks us to come back later`);
  if (status >= 500) throw fail.unavailable(`${said}: it has a fault of its own`);
  throw fail.other(`${said}, which this adapter does not expect`);
}

/** GETs JSON that may not be there: null for 404, 410 and 204. */
export function getJson(connection, url) {
  const response = send(asking(connection, url, { headers: [["accept", "application/json"]] }));
  if ([204, 404, 410].includes(response.status)) return null;
  good(connection, response.status);
  const body = decode(response.body);
  try {
    if (body === null) throw new Error("not UTF-8");
    return JSON.parse(body);
  } catch {
    throw fail.unavailable(`the answer over "${connection}" is not JSON`);
  }
}

/** GETs JSON that must be there: a 404 means that the connection's address is wrong. */
export function needJson(connection, url) {
  const answer = getJson(connection, url);
  if (answer !== null) return answer;
  throw fail.badSettings(`there is no "${url}" at the address of the connection "${connection}"; check the address`);
}

/** An address with its query; names and values are encoded. */
export function url(path, query = {}) {
  const pairs = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}

/** A member that must be there, as a text. */
export function need(object, member) {
  const value = object?.[member];
  const written = typeof value === "string" || typeof value === "number" ? text(value) : null;
  if (written !== null) return written;
  throw fail.unavailable(`the other system's answer has no "${member}" where one is expected`);
}

/** A list that must be there; null counts as an empty one. */
export function list(object, member) {
  const value = object?.[member];
  if (Array.isArray(value)) return value;
  if (value === null) return [];
  throw fail.unavailable(`the other system's answer has no list "${member}" where one is expected`);
}

const sorted = (members) => {
  const kept = {};
  for (const name of Object.keys(members ?? {}).sort()) {
    const value = text(members[name]);
    if (value !== null) kept[name] = value;
  }
  return kept;
};

/** A record: redress-link-record/1, the same bytes for the same record. Empty members are left out. */
export function record(kind, id, { title, property_ref, tenancy_ref, person_ref, fields, other, documents } = {}) {
  const document = {
    fields: sorted(fields),
    id,
    kind,
    other: sorted(other),
    person_ref: text(person_ref),
    property_ref: text(property_ref),
    schema: "redress-link-record/1",
    tenancy_ref: text(tenancy_ref),
  };
  if (documents?.length) document.documents = documents.map(sorted);
  const line = (text(title) ?? "").split(/\s+/).join(" ");
  return { id, kind, title: [...line].slice(0, 100).join("") || `${kind} ${id}`, document: JSON.stringify(document) };
}

/** Where the bytes of a document go that `fetch` was asked for. */
export const evidence = {
  /** GETs the document; its bytes need not enter the sandbox. */
  get(connection, url) {
    let response;
    try {
      response = bytes.fromHttp(asking(connection, url));
    } catch (error) {
      throw told(error);
    }
    good(connection, response.status);
  },
  /** A file of the granted folder. */
  fromFile: (name) => bytes.fromFile(name),
  /** Bytes, at most 1 MiB a call. */
  write: (chunk) => bytes.write(chunk),
};

/** The granted folder: `ls()`, `table(name)` with `columns()`, `nextRows(max)`, `index(columns)`, `lookUp(…)`. */
export const files = {
  ls: () => granted.ls(),
  open: (name) => granted.Reader.open(name),
  table: (name) => granted.Table.open(name),
};
