// What linkers and exporters share: failures, the run's log and settings, texts as bytes. The engine has no console and
// no TextEncoder; `log` and `encode` stand in for them.

import logs from "redress:plugin/log@0.2.0";
import runs from "redress:plugin/run@0.2.0";

/** A failure of the contract. Throw one: the sentence is read by a person. */
export const fail = {
  badSettings: (why) => ({ tag: "bad-settings", val: why }),
  refused: (why) => ({ tag: "refused", val: why }),
  unavailable: (why) => ({ tag: "unavailable", val: why }),
  badInput: (why) => ({ tag: "bad-input", val: why }),
  denied: (why) => ({ tag: "denied", val: why }),
  other: (why) => ({ tag: "other", val: why }),
};

/** The run's log. */
export const log = {
  debug: (message) => logs.write("debug", String(message)),
  info: (message) => logs.write("info", String(message)),
  warn: (message) => logs.write("warn", String(message)),
  error: (message) => logs.write("error", String(message)),
};

/** What the operator set, as an object. */
export const settings = () => JSON.parse(runs.settings());
/** The run's one time, RFC 3339 in UTC. */
export const startedAt = () => runs.startedAt();
/** Such as en-GB. */
export const language = () => runs.language();
/** Tells how far the run is. */
export const progress = (done, total) => runs.progress(done, total);

/** Runs a function of the plugin; an error that is no failure of the contract becomes one, with its stack in the log. */
export function guarded(work) {
  return (...given) => {
    try {
      return work(...given);
    } catch (error) {
      const failure = error?.payload ?? error;
      if (failure && typeof failure.tag === "string") throw failure;
      log.error(`${error?.message ?? error} ${error?.stack ?? ""}`);
      throw fail.other(`${error?.name ?? "Error"}: ${error?.message ?? error}`);
    }
  };
}

/** A text as UTF-8. */
export function encode(text) {
  const bytes = [];
  for (const letter of String(text)) {
    const code = letter.codePointAt(0);
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else {
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    }
  }
  return new Uint8Array(bytes);
}

/** UTF-8 as a text; null when it is not UTF-8. */
export function decode(bytes) {
  const escaped = [];
  for (const byte of bytes) escaped.push(byte < 0x80 && byte !== 0x25 ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, "0")}`);
  try {
    return decodeURIComponent(escaped.join(""));
  } catch {
    return null;
  }
}

/** What can stand in a record: a text without spaces around it, or null when there is nothing in it. */
export function text(value) {
  if (value === null || value === undefined) return null;
  if (value === true) return "yes";
  if (value === false) return "no";
  const written = typeof value === "object" ? JSON.stringify(value) : String(value);
  return written.trim() || null;
}

/** A date that is written day first, as in England, as YYYY-MM-DD. Anything else is given on as it was written. */
export function day(value) {
  const written = text(value);
  const read = written && /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T,].*)?$/.exec(written);
  if (!read) return written;
  const [date, month, year] = read.slice(1).map(Number);
  const at = new Date(Date.UTC(year, month - 1, date));
  const real = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === date;
  return real ? at.toISOString().slice(0, 10) : written;
}
