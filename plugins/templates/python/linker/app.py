"""Repairs and their photos from Mendwell, a made-up repairs system. Put the words of yours in the places of its words."""

from pathlib import Path

from redress.linker import day, evidence, items, linker, need, need_json, record, url


class Mendwell:
    def check(self):
        """ "Test connection"."""
        status = need_json("mendwell", "status")
        return f"Mendwell {need(status, 'version')} answers."

    def find(self, ask):
        """The repairs of the home that the complaint is about, a page at a time; the mark of the next page is its address."""
        first = url("repairs", property=ask.need("property_ref"), limit=ask.limit)
        answer = need_json("mendwell", ask.cursor or first)
        jobs = items(answer, "repairs")
        kept = [job for job in jobs if ask.wants("repair") and ask.recent(day(job.get("finished")))]
        return [repair(job) for job in kept], answer.get("next")

    def fetch(self, wanted):
        """A photo that one of the records below named; its bytes go past the plugin."""
        evidence.get("mendwell", need(wanted.document, "url"))
        return wanted.name


def repair(job):
    return record(
        "repair",
        need(job, "number"),
        title=job.get("summary"),
        property_ref=job.get("property"),
        fields={
            "description": job.get("summary"),
            "reported_on": day(job.get("logged")),
            "target_on": day(job.get("due")),
            "completed_on": day(job.get("finished")),
            "status": job.get("state"),
        },
        documents=[
            {
                "id": need(photo, "id"),
                "name": need(photo, "file"),
                "url": need(photo, "url"),
                "title": photo.get("caption"),
                "taken_on": day(photo.get("taken")),
            }
            for photo in items(job, "photos")
        ],
    )


About, Linking = linker(Path(__file__).with_name("plugin.json"))(Mendwell)
