"""Ledgers as short lines, so that an example and a difference can be read."""

from __future__ import annotations

from collections import Counter

from tests.ledger.world import named
from tests.oracle import Ledgers

GOOD = ("bevaret", "konverteret")
# A finding of one of these is a row of a ledger, told once.
OF_LEDGERS = ("R02", "R03", "R04", "R05", "R20", "R23")


def told(books: Ledgers) -> list[str]:
    """Every finding, every row of a ledger that is neither good nor a finding, and the number of good ones."""
    lines = Counter(line_of(book, row) for book in ("fund", "forklaret") for row in getattr(books, book))
    findings = Counter(row[1:] for row in books.fund if row[0] in OF_LEDGERS)
    counts = []
    for book, rows, good in (("pligt", books.pligt, GOOD[0]), ("oprindelse", books.oprindelse, GOOD[1])):
        counts.append(f"{sum(row[6] == good for row in rows)} {good}")
        unfound = Counter(row for row in rows if row[6] != good) - findings
        lines += Counter(line_of(book, row) for row in unfound.elements())
    return [*sorted(lines.elements()), ", ".join(counts)]


def difference(one: Ledgers, other: Ledgers) -> list[str]:
    """What ``one`` (the oracle) says and ``other`` (the pipeline) does not, and the reverse; empty when they agree."""
    lines = []
    for name, ones, others in zip(Ledgers._fields, one, other, strict=True):
        for sign, missing in (("oracle", Counter(ones) - Counter(others)), ("sql   ", Counter(others) - Counter(ones))):
            lines += sorted(f"{sign} {_whole(name, row)}" for row in missing.elements())
    return lines


def line_of(book: str, row: tuple) -> str:
    """A row of a book in one line, but for its kommune and its case; a finding begins with its rule."""
    if book in ("fund", "forklaret"):
        book, row = row[0] if book == "fund" else f"forklaret {row[0]}", row[1:]
    _, objekttype, objekt_id, _, sted, system, word, aarsag, modpart = row
    place = "/".join(part for part in (sted, system) if part)
    words = [book, objekttype, objekt_id and named(objekt_id), place, word, aarsag]
    return " ".join(part for part in words if part) + (f" -> {named(modpart)}" if modpart else "")


def _whole(book: str, row: tuple) -> str:
    code, sag_uuid = (row[1], row[4]) if book in ("fund", "forklaret") else (row[0], row[3])
    return f"{code} {line_of(book, row)}  (sag {sag_uuid and named(sag_uuid)})"
