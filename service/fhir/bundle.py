"""Read a FHIR file into a bundle whose references can be followed.

References come as `urn:uuid:` and absolute addresses (matched with `fullUrl`), relative (`Patient/1`), contained
(`#id`), conditional (`Practitioner?identifier=system|value`) and logical (`Reference.identifier`).
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from service.domain.clinical_record import Identifier, SourceKey
from service.errors import Malformed, TooLarge
from service.fhir import version
from service.fhir.element import Element, ElementError

LARGEST_FILE = 256 * 1024 * 1024
READ_TYPES = frozenset({"transaction", "batch", "collection", "searchset"})
_GZIP = b"\x1f\x8b"


def read_bytes(path: Path) -> bytes:
    """Read a plain or gzip file, up to the size we read."""
    with path.open("rb") as stream:
        raw = stream.read(LARGEST_FILE + 1)
    if raw[:2] == _GZIP:
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as unpacked:
                raw = unpacked.read(LARGEST_FILE + 1)
        except (OSError, EOFError, zlib.error):
            raise Malformed("bad-import", "The file is not a complete gzip file.") from None
    if len(raw) > LARGEST_FILE:
        raise TooLarge(detail="The file is larger than this service reads.")
    return raw


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("duplicate-key")
    return found


def _no_constants(name: str) -> Any:
    raise ValueError(name)


def parse(raw: bytes) -> dict[str, Any]:
    """Parse JSON strictly: one key once, no NaN, no text that a database cannot store."""
    try:
        text = raw.decode("utf-8-sig")
        document = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constants)
    except RecursionError:
        raise Malformed("json-too-deep") from None
    except ValueError:
        raise Malformed("malformed-json", "The file is not valid JSON.") from None
    lowered = text.lower()
    if "\\u0000" in lowered or "\\ud" in lowered:
        require_storable(document)
    if not isinstance(document, dict):
        raise Malformed("not-a-bundle")
    return document


def require_storable(value: object) -> None:
    """Refuse text that a database cannot store: NUL, and half a surrogate pair."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(one.keys())
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, str) and (
            "\0" in one or any("\ud800" <= character <= "\udfff" for character in one)
        ):
            raise Malformed("bad-import", "The file has text that cannot be stored.")


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one resource of a bundle and what its entry says of it."""

    resource: Element
    type: str
    key: SourceKey
    identifiers: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """Hold what a reference points to, as far as the file tells."""

    entry: Entry | None
    type: str | None
    key: SourceKey | None
    identifiers: tuple[Identifier, ...]
    display: str | None


def identifiers(resource: Element, name: str = "identifier") -> tuple[Identifier, ...]:
    """Give the complete (system, value) pairs of a resource."""
    found = []
    for one in resource.children(name):
        system, value = one.text("system"), one.text("value")
        if system and value and one.text("use") != "old":
            found.append(Identifier(system, value))
    return tuple(dict.fromkeys(found))


def _content_id(data: dict[str, Any]) -> str:
    """Name a resource without an id by its content, so that it is known again."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class Bundle:
    """Hold a bundle's resources and follow references between them."""

    def __init__(self, document: dict[str, Any], source: str | None = None) -> None:
        root = Element(document, "")
        if document.get("resourceType") != "Bundle":
            raise Malformed("not-a-bundle")
        if root.text("type") not in READ_TYPES:
            raise Malformed("not-a-bundle", "A bundle of this type is not an export of a record.")
        entries = root.children("entry")
        resources = [one.child("resource") for one in entries]
        version.require_r4(one.data for one in resources if one is not None)
        self.source = source or _source(root, entries)
        self.entries: list[Entry] = []
        self.without_resource: list[str] = []
        self.repeated: list[SourceKey] = []
        self._by_url: dict[str, Entry] = {}
        self._by_type: dict[tuple[str, str], Entry] = {}
        self._by_identifier: dict[tuple[str, Identifier], Entry] = {}
        for outer, resource in zip(entries, resources, strict=True):
            if resource is None:
                request = outer.child("request")
                self.without_resource.append(
                    (request.text("method") if request else None) or "entry"
                )
                continue
            self._add(outer, resource)

    def _add(self, outer: Element, resource: Element) -> None:
        kind = resource.text("resourceType")
        if kind is None:
            raise resource.bad("resourceType", "required")
        url = outer.text("fullUrl")
        own_id = resource.text("id") or _id_of_url(url) or _content_id(resource.data)
        if (kind, own_id) in self._by_type:
            if url is None or url in self._by_url:
                self.repeated.append(SourceKey(self.source, kind, own_id))
                return
            own_id = url  # another server's resource of the same id
        entry = Entry(
            resource, kind, SourceKey(self.source, kind, own_id), _own_identifiers(kind, resource)
        )
        self.entries.append(entry)
        if url:
            self._by_url.setdefault(url, entry)
        self._by_type.setdefault((kind, own_id), entry)
        for one in entry.identifiers:
            self._by_identifier.setdefault((kind, one), entry)

    def of_type(self, *types: str) -> Iterator[Entry]:
        return (entry for entry in self.entries if entry.type in types)

    def follow(self, reference: Element | None, inside: Element | None = None) -> Reference | None:
        """Follow a Reference; `inside` is the resource that may contain its target."""
        if reference is None:
            return None
        display = reference.text("display")
        told = reference.text("type")
        address = reference.text("reference")
        logical = reference.child("identifier")
        pairs: tuple[Identifier, ...] = ()
        if logical is not None:
            system, value = logical.text("system"), logical.text("value")
            pairs = (Identifier(system, value),) if system and value else ()
        if address is None:
            if told is None and not pairs and display is None:
                return None
            entry = self._identified(told, pairs)
            return self._reference(entry, told, None, pairs, display)
        if address.startswith("#"):
            return self._contained(address[1:], inside, display)
        if "?" in address:
            return self._conditional(address, display)
        entry = self._by_url.get(address)
        kind, own_id = _type_and_id(address)
        if entry is None and kind and own_id and not address.startswith("urn:"):
            entry = self._by_type.get((kind, own_id))
        kind = kind or told
        key = SourceKey(self.source, kind, own_id) if kind and own_id else None
        return self._reference(entry or self._identified(kind, pairs), kind, key, pairs, display)

    def _reference(
        self,
        entry: Entry | None,
        kind: str | None,
        key: SourceKey | None,
        pairs: tuple[Identifier, ...],
        display: str | None,
    ) -> Reference:
        if entry is None:
            return Reference(None, kind, key, pairs, display)
        both = tuple(dict.fromkeys((*entry.identifiers, *pairs)))
        return Reference(entry, entry.type, entry.key, both, display)

    def _identified(self, kind: str | None, pairs: tuple[Identifier, ...]) -> Entry | None:
        if kind is None:
            return None
        found = (self._by_identifier.get((kind, pair)) for pair in pairs)
        return next((entry for entry in found if entry is not None), None)

    def _conditional(self, address: str, display: str | None) -> Reference:
        parts = urlsplit(address)
        kind = parts.path.rpartition("/")[2] or None
        values = parse_qs(parts.query).get("identifier", [])
        pairs = tuple(
            Identifier(system, value)
            for system, _, value in (one.partition("|") for one in values)
            if system and value
        )
        return self._reference(self._identified(kind, pairs), kind, None, pairs, display)

    def _contained(self, own_id: str, inside: Element | None, display: str | None) -> Reference:
        for one in inside.children("contained") if inside is not None else []:
            if one.text("id") == own_id:
                kind = one.text("resourceType") or "Unknown"
                key = SourceKey(self.source, kind, own_id)
                pairs = _own_identifiers(kind, one)
                return Reference(Entry(one, kind, key, pairs), kind, None, pairs, display)
        return Reference(None, None, None, (), display)


def _own_identifiers(kind: str, resource: Element) -> tuple[Identifier, ...]:
    """Read identifiers of the types we follow; others write theirs in many shapes and are not read."""
    if kind not in FOLLOWED:
        return ()
    try:
        return identifiers(resource)
    except ElementError:
        return ()  # the mapping of the resource reads it again, and says so there


FOLLOWED = frozenset(
    {
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "Organization",
        "RelatedPerson",
        "CareTeam",
        "CarePlan",
        "Goal",
        "Condition",
        "AllergyIntolerance",
        "Medication",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
    }
)


def _id_of_url(url: str | None) -> str | None:
    if url is None:
        return None
    return url.rpartition(":")[2] if url.startswith("urn:") else url.rstrip("/").rpartition("/")[2]


def _type_and_id(address: str) -> tuple[str | None, str | None]:
    if address.startswith("urn:"):
        return None, address.rpartition(":")[2]
    parts = address.split("/_history/", maxsplit=1)[0].rstrip("/").split("/")
    return (parts[-2], parts[-1]) if len(parts) >= 2 else (None, parts[-1])


def _source(root: Element, entries: list[Element]) -> str:
    """Name the system a bundle comes from: as it says itself, else by addresses, else by identifiers."""
    meta = root.child("meta")
    stated = meta.text("source") if meta else None
    if stated:
        return stated.partition("#")[0]
    for one in entries:
        url = one.text("fullUrl") or ""
        if url.startswith(("http://", "https://")) and url.count("/") >= 4:
            return url.rsplit("/", 2)[0]
    resources = [resource for one in entries if (resource := one.child("resource")) is not None]
    for kind in ("Patient", "Organization", "Practitioner"):
        for resource in resources:
            if resource.data.get("resourceType") == kind:
                pairs = _own_identifiers(kind, resource)
                if pairs:
                    return pairs[0].system
    return "unnamed"
