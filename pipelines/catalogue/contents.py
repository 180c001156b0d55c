"""What the catalogue shows of a rule and of a line of its specs, with the words a reader sees."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.catalogue.lines import PLACES, Found, Line
from pipelines.catalogue.specs import Spec
from pipelines.contract import ENTITIES
from pipelines.report.words import AARSAG, OBJEKTTYPE, STED, SYSTEM, UDFALD_OG_OPHAV, Words, words_of
from pipelines.rules import Rule

_NOTHING = Words("", "")
_BEFORE = Words("KMD Sag og EDH før overgangen", "KMD Sag and EDH before the transition")
# The schemas that a rule may need relations of, in the order of the letter's figure.
_SCHEMAS = {
    "foer": _BEFORE,
    "edh": Words("EDH efter", "EDH after"),
    "nyt": STED["nyt"],
    "indeks": SYSTEM["indeks"],
    "esdh": SYSTEM["esdh"],
}
_PLACES = {
    **{place: SYSTEM[system] for place, system in PLACES.items() if system},
    "edh før": Words("EDH før", "EDH before"),
    "edh efter": _SCHEMAS["edh"],
    "estate": Words("estate.yaml", "estate.yaml"),
    "afvigelser": Words("afvigelser.yaml", "afvigelser.yaml"),
}
_BOOKS = {"pligt": Words("regnskabet", "the ledger"), "oprindelse": Words("regnskabet", "the ledger")}


@dataclass(frozen=True)
class Entry:
    """A rule, the cases that show it, and what it needs: each place with the kinds of rows it must have delivered."""

    rule: Rule
    specs: tuple[Spec, ...]
    needs: tuple[tuple[Words, tuple[Words, ...]], ...]


@dataclass(frozen=True)
class Outcome:
    """A line of what follows, in a reader's words; ``objekt_id`` and ``modpart`` as they stand in the relations."""

    book: Words
    objekttype: Words
    objekt_id: str
    place: Words
    udfald: Words
    aarsag: Words
    modpart: str


def entry(rule: Rule, specs: tuple[Spec, ...]) -> Entry:
    """What the catalogue shows of ``rule``."""
    needs = []
    for schema, place in _SCHEMAS.items():
        named = [relation.split(".")[1] for relation in rule.requires if relation.startswith(f"{schema}.")]
        if named:
            needs.append((place, tuple(words_of(OBJEKTTYPE, name) for name in named)))
    return Entry(rule, specs, tuple(needs))


def where(line: Line) -> Words:
    """The places that a line is about."""
    return _joined([_PLACES[place] for place in line.places])


def what(line: Line) -> Words:
    """What a line does."""
    if line.places == ("estate",):
        return Words("taget ud", "taken out") if line.sign else Words("sat", "set")
    if line.places == ("afvigelser",):
        return Words("godkendt", "accepted")
    if line.key is not None:
        return {"+": Words("tilføjet", "added"), "-": Words("taget ud", "taken out")}.get(
            line.sign, Words("ændret", "changed")
        )
    return {"+": Words("leveret tom", "delivered empty"), "-": Words("ikke leveret", "not delivered")}.get(
        line.sign, Words("trukket ud", "extracted")
    )


def outcome(found: Found) -> Outcome:
    """What a reader sees of a line of what follows."""
    udfald, aarsag = _udfald_and_aarsag(found)
    explained = Words(f"{found.book}, forklaret", f"{found.book}, explained")
    place = (found.place or "").split("/")
    return Outcome(
        book=explained if found.explained else _BOOKS.get(found.book, Words(found.book, found.book)),
        objekttype=words_of(OBJEKTTYPE, found.objekttype),
        objekt_id=found.objekt_id or "",
        place=words_of({**STED, **SYSTEM}, place[-1]) if found.place else _NOTHING,
        udfald=words_of(UDFALD_OG_OPHAV, udfald),
        aarsag=words_of(AARSAG, aarsag),
        modpart=found.modpart or "",
    )


def _udfald_and_aarsag(found: Found) -> tuple[str | None, str | None]:
    first, second = (*found.words, None, None)[:2]
    columns = [column.name for column in ENTITIES[found.objekttype].columns] if found.objekttype in ENTITIES else []
    # A word that stands alone and is a column is a cause: what is changed (aendret) always says in what.
    if second is None and (first in columns or first not in UDFALD_OG_OPHAV):
        return None, first
    return first, second


def _joined(parts: list[Words]) -> Words:
    return Words(", ".join(part.da for part in parts), ", ".join(part.en for part in parts))
