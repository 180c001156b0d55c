"""The rows of the native tables that one Sag or Dokument object holds."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pipelines.contract.text import STUB
from pipelines.sources.block import RecordMistake
from pipelines.sources.sf1470.elements import (
    INFINITE,
    Element,
    effect_of,
    first_text,
    id_of,
    is_open,
    moment_of,
    text_of,
)
from pipelines.sources.sf1470.history import State, read_instant, state_in_force

Row = dict[str, str | None]

# The guides: a Notat holds at most 100 KB.
MAX_NOTE_BYTES = 100 * 1024
_NO_REFERENCE = "urn:empty"
_TEXT_FORMATS = ("text", "text/plain")
_NOTE_ROLE = "Journalnotat"
_JOURNAL_ROLES = ("Tilakteret", "Vedlagt", _NOTE_ROLE)

# From client.properties of KOMBIT's public samples; the same for version 6 and 1.2.
_ROLE_UUIDS = {
    "d839f26a-d4d1-4441-b2d6-3dbbb12a9404": "PrimaerPart",
    "a86c6581-ec85-412d-a655-31a1f1d5b14f": "PrimaerKlasse",
    "05ef7011-11a7-4e4c-a46b-3de6aa457fc3": "Handlingsklasse",
    "251c24fd-57b0-4afc-9d73-b063d1957eb3": "Master",
    "1b3c6a6d-e977-4491-9bf8-b41ee6999f39": "Afsender",
}
_ROLE_NAMES = {name.lower(): name for name in (*_ROLE_UUIDS.values(), *_JOURNAL_ROLES)}


@dataclass(frozen=True)
class IndexObject:
    """An object of the index by its last registration. ``line``: its running number in the extract."""

    uuid: str
    registration: Element
    file: str
    line: int

    @cached_property
    def states(self) -> list[State]:
        """The states of a Sag, in the registration's order.

        Raises ``RecordMistake`` when one cannot be read, or none is in force.
        """
        return _read_states(self)

    def mistake(self, reason: str, column: str | None = None) -> RecordMistake:
        """The refusal of this object; ``reason`` quotes no value."""
        return RecordMistake(reason, self.line, column, self.file)


def read_object(kind: str, element: Element, file: str, line: int) -> IndexObject:
    """The object that ``element`` holds; raises ``RecordMistake`` when it has no UUID or no registration."""
    uuid = first_text(element, "UUIDIdentifikator") or first_text(element.find("{*}ObjektType"), "UUIDIdentifikator")
    if uuid is None:
        raise RecordMistake("the object has no UUIDIdentifikator; ask the index again", line, f"{kind}_uuid", file)
    registrations = element.findall("{*}Registrering")
    if not registrations:
        raise RecordMistake("the object has no Registrering; ask the index for its content too", line, None, file)
    if len(registrations) == 1:
        return IndexObject(uuid, registrations[0], file, line)
    try:
        moments = [read_instant(_registered(each) or "") for each in registrations]
    except ValueError:
        reason = "one of the object's several registrations has no Tidspunkt in ISO 8601, so the last is not known"
        raise RecordMistake(reason, line, "registreret", file) from None
    last = max(range(len(moments)), key=lambda number: (moments[number], number))
    return IndexObject(uuid, registrations[last], file, line)


def _read_states(entry: IndexObject) -> list[State]:
    states = []
    for element in entry.registration.findall("{*}TilstandListe/{*}Fremdrift"):
        code = first_text(element, "FremdriftStatusKode")
        begins, ends = effect_of(element)
        if code is None:
            raise entry.mistake("a state has no FremdriftStatusKode", "fremdrift")
        if begins is None or begins == INFINITE:
            raise entry.mistake("a state has no FraTidspunkt, or one without end; say when it began", "fremdrift_fra")
        try:
            states.append(State(code, begins, ends, read_instant(begins), read_instant(ends) if ends else None))
        except ValueError:
            raise entry.mistake("a state's FraTidspunkt or TilTidspunkt is not a time in ISO 8601") from None
    if all(state.ends is not None for state in states):
        raise entry.mistake("the case has no state in force: no Fremdrift without end; ask for all states", "fremdrift")
    return states


def _sag_rows(entry: IndexObject) -> Iterator[Row]:
    now = state_in_force(entry.states)
    egenskaber = _properties(entry)
    relations = _relations(entry)
    yield {
        "sag_uuid": entry.uuid,
        "registreret": _registered(entry.registration),
        "sts_tidspunkt": moment_of(entry.registration.find("{*}StsTidspunkt")),
        "livscyklus": first_text(entry.registration, "LivscyklusKode"),
        "brugervendt_noegle": first_text(egenskaber, "BrugervendtNoegle", "BrugervendtNoegleTekst"),
        "sagsnummer": first_text(egenskaber, "Sagsnummer", "SagsnummerTekst"),
        "titel": first_text(egenskaber, "Titel", "TitelTekst"),
        "fremdrift": now.code,
        "fremdrift_fra": now.from_text,
        "master": _reference(relations.get("Master")),
        "afsender": _reference(relations.get("Afsender")),
        "antal_journalnotater": str(sum(_role(entry, post) == _NOTE_ROLE for post in _journalposts(entry))),
        "part": _reference(relations.get("PrimaerPart")),
        "kle_emne": _class_of(relations.get("PrimaerKlasse")),
        "kle_facet": _class_of(relations.get("Handlingsklasse")),
    }


def _tilstand_rows(entry: IndexObject) -> Iterator[Row]:
    for state in entry.states:
        yield {"sag_uuid": entry.uuid, "fremdrift": state.code, "fra": state.from_text, "til": state.until_text}


def _journalpost_rows(entry: IndexObject) -> Iterator[Row]:
    for post in _journalposts(entry):
        egenskaber = post.find("{*}JournalpostEgenskaber")
        note = None if egenskaber is None else egenskaber.find("{*}JournalnotatEgenskaber")
        content = _note_bytes(entry, first_text(note, "Notat"))
        form = first_text(note, "Format")
        yield {
            "sag_uuid": entry.uuid,
            "rolle": _role(entry, post),
            "indeks": first_text(post, "Indeks"),
            "reference": _reference(post),
            "dokumenttitel": first_text(egenskaber, "Dokumenttitel", "Titel", "TitelTekst"),
            "notattitel": first_text(note, "Titel", "TitelTekst"),
            "notat": _note_text(entry, content, form),
            "notatformat": form,
            "virkning_fra": effect_of(post)[0],
            "er_stub": None if content is None else str(content.startswith(STUB.encode())).lower(),
        }


def _dokument_rows(entry: IndexObject) -> Iterator[Row]:
    egenskaber = _properties(entry)
    relations = _relations(entry)
    yield {
        "dokument_uuid": entry.uuid,
        "registreret": _registered(entry.registration),
        "sts_tidspunkt": moment_of(entry.registration.find("{*}StsTidspunkt")),
        "titel": first_text(egenskaber, "Titel", "TitelTekst"),
        "dokumenttype": first_text(egenskaber, "Type", "DokumenttypeTekst"),
        "brevdato": first_text(egenskaber, "BrevDato"),
        "master": _reference(relations.get("Master")),
        "afsender": _reference(relations.get("Afsender")),
    }


def _registered(registration: Element) -> str | None:
    return moment_of(registration.find("{*}Tidspunkt"))


def _properties(entry: IndexObject) -> Element | None:
    """The set of attributes in force; the last when several are."""
    every = entry.registration.findall("{*}AttributListe/{*}Egenskaber")
    return next((each for each in reversed(every) if is_open(each)), None)


def _relations(entry: IndexObject) -> dict[str, Element]:
    """The relations in force by the role that we know, journalposts apart; each of these roles may stand once.

    They are found at any depth: IT systems lie in the list of local extensions.
    """
    found: dict[str, Element] = {}
    for rolle in entry.registration.iterfind("{*}RelationListe//{*}Rolle"):
        relation = rolle.getparent()
        name = _role_name(rolle)
        if relation is None or name is None or name not in _ROLE_UUIDS.values() or not is_open(relation):
            continue
        if name in found:
            raise entry.mistake(f"the object has two relations in force with the role {name}; it may have one")
        found[name] = relation
    return found


def _journalposts(entry: IndexObject) -> list[Element]:
    return entry.registration.findall("{*}RelationListe/{*}Journalpost")


def _role_name(rolle: Element | None) -> str | None:
    """The role by the name we know it by, told by its UUID, its name or the end of its URN; else as it stands."""
    value = id_of(rolle)
    if value is None:
        return None
    name = value.rpartition(":")[2].lower().replace("æ", "ae").replace(" ", "")
    return _ROLE_UUIDS.get(name) or _ROLE_NAMES.get(name) or value


def _role(entry: IndexObject, post: Element) -> str | None:
    """A journalpost's role; see the package for how a note is told."""
    name, reference = _role_name(post.find("{*}Rolle")), _reference(post)
    if name in _JOURNAL_ROLES:
        return name
    if reference is None:
        raise entry.mistake("a journalpost has neither a role we know nor a ReferenceID; it may be a note or not")
    return _NOTE_ROLE if reference.lower() == _NO_REFERENCE else name


def _reference(relation: Element | None) -> str | None:
    return None if relation is None else id_of(relation.find("{*}ReferenceID"))


def _class_of(relation: Element | None) -> str | None:
    """A KLE number: the relation's own BrugervendtNoegle, or the end of a ReferenceID ``urn:oio:kle:``."""
    if relation is None:
        return None
    key = text_of(relation.find(".//{*}BrugervendtNoegle"))
    reference = _reference(relation) or ""
    return key or (reference.rpartition(":")[2] or None if reference.startswith("urn:oio:kle:") else None)


def _note_bytes(entry: IndexObject, encoded: str | None) -> bytes | None:
    if encoded is None:
        return None
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise entry.mistake("a note is not base64; ask the index again", "notat") from None
    if len(content) > MAX_NOTE_BYTES:
        reason = f"a note is longer than {MAX_NOTE_BYTES} bytes, which the index does not hold; ask it again"
        raise entry.mistake(reason, "notat")
    return content


def _note_text(entry: IndexObject, content: bytes | None, form: str | None) -> str | None:
    if content is None or form is None or form.rpartition(":")[2].lower() not in _TEXT_FORMATS:
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise entry.mistake("a note in the format Text is not UTF-8; send it again", "notat") from None
    if "\0" in text:
        raise entry.mistake("the text has a NUL; send it without", "notat")
    return text or None


# Of which objects the rows of each table are, its columns, and how an object gives them.
TABLES: dict[str, tuple[str, tuple[str, ...], Callable[[IndexObject], Iterator[Row]]]] = {
    "sag": (
        "sag",
        (
            "sag_uuid",
            "registreret",
            "sts_tidspunkt",
            "livscyklus",
            "brugervendt_noegle",
            "sagsnummer",
            "titel",
            "fremdrift",
            "fremdrift_fra",
            "master",
            "afsender",
            "antal_journalnotater",
            "part",
            "kle_emne",
            "kle_facet",
        ),
        _sag_rows,
    ),
    "tilstand": ("sag", ("sag_uuid", "fremdrift", "fra", "til"), _tilstand_rows),
    "journalpost": (
        "sag",
        (
            "sag_uuid",
            "rolle",
            "indeks",
            "reference",
            "dokumenttitel",
            "notattitel",
            "notat",
            "notatformat",
            "virkning_fra",
            "er_stub",
        ),
        _journalpost_rows,
    ),
    "dokument": (
        "dokument",
        (
            "dokument_uuid",
            "registreret",
            "sts_tidspunkt",
            "titel",
            "dokumenttype",
            "brevdato",
            "master",
            "afsender",
        ),
        _dokument_rows,
    ),
}
