"""Ledgers as short lines, so that an example and a difference can be read."""

from __future__ import annotations

from collections import Counter

from tests.ledger.world import named
from tests.oracle import Ledgers

GOOD = ("bevaret", "konverteret")


def told(books: Ledgers) -> list[str]:
    """Every row that is not good, with its rule when it is a finding, and the number of good ones."""
    lines = Counter(_line(*row) for row in books.fund)
    findings = Counter(row[1:] for row in books.fund)
    counts = []
    for book, rows, good in (("pligt", books.pligt, GOOD[0]), ("oprindelse", books.oprindelse, GOOD[1])):
        counts.append(f"{sum(row[6] == good for row in rows)} {good}")
        unfound = Counter(row for row in rows if row[6] != good) - findings
        lines += Counter(_line(book, *row) for row in unfound.elements())
    return [*sorted(lines.elements()), ", ".join(counts)]


def difference(one: Ledgers, other: Ledgers) -> list[str]:
    """What ``one`` (the oracle) says and ``other`` (the pipeline) does not, and the reverse; empty when they agree."""
    lines = []
    for name, ones, others in zip(Ledgers._fields, one, other, strict=True):
        for sign, missing in (("oracle", Counter(ones) - Counter(others)), ("sql   ", Counter(others) - Counter(ones))):
            full = [row if name == "fund" else (name, *row) for row in missing.elements()]
            lines += sorted(f"{sign} {_line(*row)}  (sag {row[4] and named(row[4])})" for row in full)
    return lines


def _line(book: str, *row: str | None) -> str:
    _, objekttype, objekt_id, _, sted, system, word, aarsag, modpart = row
    place = "/".join(part for part in (sted, system) if part)
    words = [book, objekttype, objekt_id and named(objekt_id), place, word, aarsag]
    return " ".join(part for part in words if part) + (f" -> {named(modpart)}" if modpart else "")
