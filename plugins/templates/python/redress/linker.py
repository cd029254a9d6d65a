"""The contract of a linking adapter in a few words. See app.py for how it is used."""

import json
from dataclasses import dataclass, field
from urllib.parse import quote

from componentize_py_types import Err
from wit_world.exports import linking
from wit_world.imports import evidence as host_evidence
from wit_world.imports import files  # noqa: F401  (ls, Table.open, Reader.open)
from wit_world.imports import http

from .common import day, fail, guarded, language, log, progress, settings, started_at, text  # noqa: F401


def linker(manifest_path):
    """Makes a class with `check`, `find` and perhaps `fetch` the adapter; the manifest is read when it is built."""
    with open(manifest_path, encoding="utf-8") as file:
        manifest = file.read()

    def make(adapter):
        class About:
            def manifest(self):
                return manifest

        class Linking:
            @guarded
            def check(self):
                return adapter().check()

            @guarded
            def find(self, query):
                records, following = adapter().find(Ask.of(query))
                return linking.Page(records, following or None)

            @guarded
            def fetch(self, document):
                if not hasattr(adapter, "fetch"):
                    raise fail.bad_input("the records of this adapter have no documents")
                return adapter().fetch(Wanted.of(document))

        return About, Linking

    return make


@dataclass
class Ask:
    """What is looked for: redress-link-query/1 with `limit` and `cursor`. Blank members are None."""

    limit: int
    cursor: str | None
    case: str | None = None
    kinds: list = field(default_factory=list)
    property_ref: str | None = None
    tenancy_ref: str | None = None
    person_ref: str | None = None
    name: str | None = None
    address: str | None = None
    since: str | None = None
    text: str | None = None

    @classmethod
    def of(cls, query):
        asked = json.loads(query.document)
        names = ("case", "property_ref", "tenancy_ref", "person_ref", "name", "address", "since", "text")
        members = {name: text(asked.get(name)) for name in names}
        return cls(query.limit, query.cursor, kinds=asked.get("kinds") or [], **members)

    def need(self, name):
        """A reference (`property_ref`, …) without which nothing can be found."""
        if reference := getattr(self, name):
            return reference
        what = name.replace("_ref", " reference")
        raise fail.bad_input(f"records are found by the {what}, and the case has none")

    def wants(self, kind):
        """Whether records of this kind are wanted."""
        return not self.kinds or kind in self.kinds

    def recent(self, ended):
        """Whether something that ended on this day, or has not ended, is recent enough."""
        return not self.since or not ended or ended[:10] >= self.since


@dataclass
class Wanted:
    """Which document of which record is wanted."""

    kind: str
    record: str
    id: str
    name: str
    document: dict

    @classmethod
    def of(cls, document):
        asked = json.loads(document)
        record, named = asked["record"], asked["document"]
        return cls(record["kind"], record["id"], named["id"], named["name"], named)


def _told(error):
    """What an http-error of the contract means to the person who reads it."""
    stopped = error.value
    match stopped:
        case http.HttpError_NotAllowed(why):
            return fail.denied(why)
        case http.HttpError_BadRequest(why):
            return fail.other(why)
        case http.HttpError_Timeout():
            return fail.unavailable("the other system took too long to answer")
        case http.HttpError_TooLarge():
            return fail.denied("the answer is larger than this connection allows")
        case http.HttpError_Transport(why):
            return fail.unavailable(why)
        case http.HttpError_Budget():
            return fail.denied("this run may send no more requests")
    return error


def send(connection, method, url, headers=(), body=None):
    """Sends a request. Any status is a response."""
    try:
        return http.send(http.Request(connection, method, url, list(headers), body))
    except Err as error:
        raise _told(error) from error


def good(connection, status):
    """Says what a status means, unless it is 200 to 299."""
    said = f'"{connection}" answered {status}'
    if 200 <= status < 300:
        return
    if status in (401, 403):
        raise fail.refused(f"{said}; check the credentials of the connection and what they may read")
    if status in (404, 410):
        raise fail.unavailable(f"{said}: it is not there")
    if status == 429:
        raise fail.unavailable(f"{said}: it asks us to come back later")
    if status >= 500:
        raise fail.unavailable(f"{said}: it has a fault of its own")
    raise fail.other(f"{said}, which this adapter does not expect")


def get_json(connection, url):
    """GETs JSON that may not be there: None for 404, 410 and 204."""
    response = send(connection, "GET", url, [("accept", "application/json")])
    if response.status in (204, 404, 410):
        return None
    good(connection, response.status)
    try:
        return json.loads(response.body)
    except ValueError as error:
        raise fail.unavailable(f'the answer over "{connection}" is not JSON') from error


def need_json(connection, url):
    """GETs JSON that must be there: a 404 means that the connection's address is wrong."""
    answer = get_json(connection, url)
    if answer is None:
        raise fail.bad_settings(
            f'there is no "{url}" at the address of the connection "{connection}"; check the address'
        )
    return answer


def url(path, **query):
    """An address with its query; names and values are encoded."""
    pairs = [f"{quote(name, safe='')}={quote(str(value), safe='')}" for name, value in query.items()]
    return f"{path}?{'&'.join(pairs)}" if pairs else path


def need(answer, member):
    """A member that must be there, as a text."""
    value = answer.get(member) if isinstance(answer, dict) else None
    written = text(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None
    if written is None:
        raise fail.unavailable(f'the other system\'s answer has no "{member}" where one is expected')
    return written


def items(answer, member):
    """A list that must be there; null counts as an empty one."""
    if isinstance(answer, dict) and member in answer:
        value = answer[member]
        if value is None:
            return []
        if isinstance(value, list):
            return value
    raise fail.unavailable(f'the other system\'s answer has no list "{member}" where one is expected')


def _kept(members):
    return {name: kept for name, value in (members or {}).items() if (kept := text(value)) is not None}


def record(kind, id, *, title=None, property_ref=None, tenancy_ref=None, person_ref=None, fields=None, other=None,
           documents=()):
    """A record: redress-link-record/1, the same bytes for the same record. Empty members are left out."""
    document = {
        "schema": "redress-link-record/1", "kind": kind, "id": id,
        "property_ref": text(property_ref), "tenancy_ref": text(tenancy_ref), "person_ref": text(person_ref),
        "fields": _kept(fields), "other": _kept(other),
    }
    if documents:
        document["documents"] = [_kept(one) for one in documents]
    line = " ".join((text(title) or "").split())[:100]
    written = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return linking.Found(id, kind, line or f"{kind} {id}", written)


class evidence:
    """Where the bytes of a document go that `fetch` was asked for."""

    write = staticmethod(host_evidence.write)
    from_file = staticmethod(host_evidence.from_file)

    @staticmethod
    def get(connection, url):
        """GETs the document; its bytes need not enter the sandbox."""
        try:
            response = host_evidence.from_http(http.Request(connection, "GET", url, [], None))
        except Err as error:
            raise _told(error) from error
        good(connection, response.status)
