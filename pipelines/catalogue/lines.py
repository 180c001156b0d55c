"""The lines that a rule's spec is written in: what is changed in the clean world, and what is found.

A line of input names a place, a kind of row, its key, and the values laid over it::

      edh efter  sag b               fremdrift=Afgjort       the row is changed
    + ky         journalnotat m3|k   tekst="Notat 1"         a row is added
    - ky         noeglepose k|b                              a row is taken out
    - ky         journalnotat                                that kind of row is not delivered
    - ky                                                     nothing is delivered
      ky         udtrukket=2021-02-28T23:00:00Z              the delivery is extracted at another time
      estate     overgang  ky=2020-05-23T00:00:00Z           a setting of the kommune
    + afvigelser sag b   sted=nyt                            a waiver

Names stand for uuids, and A, B, C for citizens. A value with blanks stands in ``"``, ``"ab"×32`` repeats
it, and ``titel=`` is null.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.contract import ENTITIES, NEW_SYSTEMS, Entity

# Each place, the system that delivers to it; the last two are not delivered, they are the estate's own files.
PLACES = {
    "kmd_sag": "kmd_sag",
    "edh før": "edh",
    "edh efter": "edh",
    **{system: system for system in NEW_SYSTEMS},
    "indeks": "indeks",
    "esdh": "esdh",
    "estate": None,
    "afvigelser": None,
}
SETTINGS = {"overgang": NEW_SYSTEMS, "kommune": ()}
DAYS = ("opsagt_manuelle_sager", "fuldt_udrullet")
_WAIVER = ("sted", "regel", "udloeber")
# A name that stands for a uuid fills at most its sixteen bytes.
_NAME_BYTES = 16

_WORD = re.compile(r'[a-z_]+=(?:"[^"]*"(?:×[0-9]+)?(?!\S)|\S*)|\S+')
_VALUE = re.compile(r'([a-z_]+)=(?:"([^"]*)"(?:×([0-9]+))?|([^\s"]*))')
_BAR = re.compile(r"(?<!\\)\|")
_BOOK = re.compile(r"R[0-9]{2}|AFV|pligt|oprindelse")
_PLACE_FOUND = re.compile(rf"(?:edh|nyt)(?:/[a-z]+)?|{'|'.join(dict.fromkeys(filter(None, PLACES.values())))}")


@dataclass(frozen=True)
class Line:
    """A line of input. ``sign`` is "+", "-" or nothing; ``key`` its key's parts joined by bars, as in a finding."""

    text: str
    sign: str
    places: tuple[str, ...]
    kind: str | None
    key: str | None
    values: dict[str, str | None]

    @property
    def words(self) -> str:
        """Kind and key as they were written."""
        return " ".join(part for part in (self.kind, self.key) if part)

    @property
    def written_values(self) -> list[str]:
        """The values as they were written."""
        return [match[0] for match in _VALUE.finditer(self.text)]


@dataclass(frozen=True)
class Found:
    """A line of what follows: a finding of ``book`` (a rule), or a row of a ledger that is not good.

    ``explained``: a waiver took the finding away. ``words`` are udfald (or ophav) and aarsag.
    """

    text: str
    book: str
    explained: bool
    objekttype: str
    objekt_id: str | None
    place: str | None
    words: tuple[str, ...]
    modpart: str | None


def key_parts(key: str) -> list[str]:
    """The parts of a key; a bar inside one is escaped by a backslash, and so is a backslash."""
    return [re.sub(r"\\(.)", r"\1", part) for part in _BAR.split(key)]


def read_line(text: str) -> Line:
    """Read a line of input. Raises ``ValueError`` with what is wrong and what may stand there."""
    words = _WORD.findall(text)
    sign = words.pop(0) if words and words[0] in ("+", "-") else ""
    places = _places(words)
    named = []
    while words and "=" not in words[0]:
        named.append(words.pop(0))
    values = _values(words)
    if len(named) > 2:
        raise ValueError(f"{' '.join(named)} is a kind, a key and more; join the parts of a key with |")
    kind, key = [*named, None, None][:2]
    line = Line(" ".join(text.split()), sign, places, kind, key, values)
    for place in places:
        system = PLACES[place]
        if system is None:
            _check_setting(place, line)
        else:
            _check_row(system, line)
    return line


def read_found(text: str) -> Found:
    """Read a line of what follows. Raises ``ValueError`` when it is none."""
    told, arrow, modpart = " ".join(text.split()).partition(" -> ")
    book, *words = told.removeprefix("forklaret ").split(" ")
    if not _BOOK.fullmatch(book) or not words:
        raise ValueError(f"{text.strip()} is not a finding (R02 sag b nyt/ky mangler) nor a row of pligt or oprindelse")
    objekttype, *words = words
    objekt_id = words.pop(0) if words and not _PLACE_FOUND.fullmatch(words[0]) else None
    place = words.pop(0) if words and _PLACE_FOUND.fullmatch(words[0]) else None
    explained = told.startswith("forklaret ")
    return Found(told + arrow + modpart, book, explained, objekttype, objekt_id, place, tuple(words), modpart or None)


def _places(words: list[str]) -> tuple[str, ...]:
    places: list[str] = []
    more = True
    while more:
        place = words.pop(0) if words else ""
        if place == "edh" and words:
            place += " " + words.pop(0)
        more = place.endswith(",")
        places.append(place.rstrip(","))
    if unknown := [place for place in places if place not in PLACES]:
        raise ValueError(f"{unknown[0] or 'nothing'} is not a place; the places are {', '.join(PLACES)}")
    return tuple(places)


def _values(words: list[str]) -> dict[str, str | None]:
    values: dict[str, str | None] = {}
    for word in words:
        match = _VALUE.fullmatch(word)
        if match is None:
            raise ValueError(f'{word} is not a value; write column=value, or column="a value with blanks"')
        name, quoted, times, bare = match.groups()
        values[name] = (quoted * int(times or 1) if quoted is not None else bare) or None
    return values


def _check_row(system: str, line: Line) -> None:
    if line.kind is None:
        if line.sign == "+" or set(line.values) - {"udtrukket"} or bool(line.values) == (line.sign == "-"):
            raise ValueError("a line about a whole delivery takes it out (-) or says udtrukket=…")
        return
    entity = ENTITIES.get(line.kind)
    if entity is None or system not in entity.systems:
        kinds = [entity.name for entity in ENTITIES.values() if system in entity.systems]
        raise ValueError(f"{line.kind} is not delivered by {system}; it delivers {', '.join(kinds)}")
    if line.key is None:
        if line.values or not line.sign:
            raise ValueError(f"say which {line.kind}: its key is {'|'.join(entity.key)}")
        return
    _check_key(entity, line.key)
    if unknown := [name for name in line.values if name not in [column.name for column in entity.columns]]:
        raise ValueError(f"{unknown[0]} is not a column of {line.kind}")
    if line.sign == "-" and line.values:
        raise ValueError("a row that is taken out has no values")
    if not line.sign and not line.values:
        raise ValueError("a row that is changed needs a value (column=…); a row is added with +, taken out with -")
    for column in entity.columns:
        value = line.values.get(column.name)
        if column.type == "cpr" and value is not None and not re.fullmatch("[A-Z]", value):
            raise ValueError(f"{column.name} is a citizen: write A, B or C")


def _check_key(entity: Entity, key: str) -> None:
    parts = key_parts(key)
    if len(parts) != len(entity.key):
        raise ValueError(f"the key of {entity.name} is {'|'.join(entity.key)}")
    for name, part in zip(entity.key, parts, strict=True):
        if entity.column(name).type == "uuid" and len(part.encode()) > _NAME_BYTES:
            raise ValueError(f"{part} is too long to stand for a uuid; a name has at most {_NAME_BYTES} bytes")


def _check_setting(place: str, line: Line) -> None:
    if place == "afvigelser":
        known: tuple[str, ...] = _WAIVER
        if line.sign != "+" or line.key is None:
            raise ValueError("a waiver is added: + afvigelser sag b sted=nyt")
    else:
        if line.key is not None or line.kind not in (None, *SETTINGS) or line.sign == "+":
            raise ValueError("of the estate stand: overgang ky=…, opsagt_manuelle_sager=…, fuldt_udrullet=…, - kommune")
        known = DAYS if line.kind is None else SETTINGS[line.kind]
        if bool(line.values) == (line.sign == "-"):
            raise ValueError("a setting has a value (overgang ky=…), or is taken out (- estate overgang)")
    if unknown := [name for name in line.values if name not in known]:
        raise ValueError(f"{unknown[0]} is not known here; known are {', '.join(known)}")
