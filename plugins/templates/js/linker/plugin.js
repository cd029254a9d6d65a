// Repairs and their photos from Mendwell, a made-up repairs system. Put the words of yours in the places of its words.

import manifest from "./manifest.js";
import { day, evidence, linker, list, need, needJson, record, url } from "./redress/linker.js";

export const { about, linking } = linker(manifest, {
  /** "Test connection". */
  check() {
    const status = needJson("mendwell", "status");
    return `Mendwell ${need(status, "version")} answers.`;
  },

  /** The repairs of the home that the complaint is about, a page at a time: the mark of the next page is its address. */
  find(ask) {
    const first = url("repairs", { property: ask.need("property_ref"), limit: ask.limit });
    const answer = needJson("mendwell", ask.cursor ?? first);
    const wanted = list(answer, "repairs").filter((job) => ask.wants("repair") && ask.recent(day(job.finished)));
    return { records: wanted.map(repair), next: answer.next };
  },

  /** A photo that one of the records below named; its bytes go past the plugin. */
  fetch(wanted) {
    evidence.get("mendwell", need(wanted.document, "url"));
    return wanted.name;
  },
});

function repair(job) {
  return record("repair", need(job, "number"), {
    title: job.summary,
    property_ref: job.property,
    fields: {
      description: job.summary,
      reported_on: day(job.logged),
      target_on: day(job.due),
      completed_on: day(job.finished),
      status: job.state,
    },
    documents: list(job, "photos").map((photo) => ({
      id: need(photo, "id"),
      name: need(photo, "file"),
      url: need(photo, "url"),
      title: photo.caption,
      taken_on: day(photo.taken),
    })),
  });
}
