"""The contract of an exporter in a few words. See app.py for how it is used."""

import json
import re

from wit_world.imports import bundle as zip_file
from wit_world.imports import cases as given
from wit_world.imports import documents as papers

from .common import day, fail, guarded, language, log, progress, settings, started_at, text  # noqa: F401

_MOST = 1 << 20


def exporter(manifest_path):
    """Makes a function that writes the bundle and gives notes the exporter; the manifest is read when it is built."""
    with open(manifest_path, encoding="utf-8") as file:
        manifest = file.read()

    def make(export):
        class About:
            def manifest(self):
                return manifest

        class Exporting:
            @guarded
            def run_export(self):
                return list(export() or [])

        return About, Exporting

    return make


class cases:
    """The case being exported."""

    open_attachment = staticmethod(given.open_attachment)

    @staticmethod
    def document():
        """The case: redress-case/1."""
        return json.loads(given.document())

    @staticmethod
    def request():
        """What the person asked: redress-export-request/1."""
        return json.loads(given.request())

    @staticmethod
    def section(name):
        """More about the case by name, such as "events"."""
        return json.loads(given.section(name))


class bundle:
    """The bundle being written."""

    include_part = staticmethod(zip_file.include_attachment_part)
    parts = staticmethod(zip_file.attachment_parts)
    manifest = staticmethod(zip_file.manifest)

    @staticmethod
    def put(path, media_type, content):
        """Writes a whole entry, from a text or from bytes."""
        content = content.encode() if isinstance(content, str) else content
        with zip_file.create(path, media_type) as entry:
            for at in range(0, len(content), _MOST):
                entry.write(content[at : at + _MOST])
            entry.finish()

    @staticmethod
    def include(path, id, stamp=None):
        """Passes an attachment on; its bytes never enter the sandbox."""
        return zip_file.include_attachment(path, id, stamp)

    @staticmethod
    def safe_name(name):
        """A name that is fit for an entry."""
        kept = re.sub(r"-+", "-", re.sub(r"[^A-Za-z0-9._-]+", "-", name))[:80]
        return kept.strip("-.") or "unnamed"


def render_pdf(template, data):
    """A PDF from one of the host's templates and the data that it asks for (pdf-templates.md), as bytes."""
    return papers.render_pdf(template, json.dumps(data))


def compose_pdf(path, plan):
    """One PDF of many parts as an entry; gives what came of it."""
    return json.loads(papers.compose_pdf(path, json.dumps(plan)))
