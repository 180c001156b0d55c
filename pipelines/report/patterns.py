"""Many faults of one kind, said in one line each: what an operator can act on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import duckdb

from pipelines.report.words import AARSAG, SYSTEM, Words, counted, number, words_of
from pipelines.run_record import RunRecord

Row = dict[str, Any]

_THINGS = {
    "sag": (Words("sag", "case"), Words("sager", "cases")),
    "journalnotat": (Words("notat", "note"), Words("notater", "notes")),
    "dokument": (Words("dokument", "document"), Words("dokumenter", "documents")),
    "fil": (Words("fil", "file"), Words("filer", "files")),
    "dokument_sag": (
        Words("kobling af et dokument til en sag", "link"),
        Words("koblinger til sager", "links to cases"),
    ),
}
_CHARACTER_SETS = {"utf-8": "UTF-8", "latin-1": "Latin-1", "cp1252": "Windows-1252", "cp850": "cp850", "cp865": "cp865"}
_TOLD = {
    "mangler": Words("mangler", "missing"),
    "ulinket": Words("ikke bundet af en nøglepose-række", "not tied by a nøglepose row"),
    "dubleret": Words("fundet oftere, end de var der", "found more often than they were there"),
    "fejlplaceret": Words("fejlplaceret", "misplaced"),
    "anden_borger": Words("på en anden borger", "on another citizen"),
    "anden_sag": Words("på en anden sag", "on another case"),
    "erstattet": Words("med æ, ø, å og lignende erstattet af andre tegn", "with æ, ø, å and the like replaced"),
    "udeladt": Words("med æ, ø, å og lignende faldet ud", "with æ, ø, å and the like dropped"),
    "blanktegn": Words("med andre blanktegn og linjeskift", "with other white space"),
    "klokkeslaet_mistet": Words("uden deres klokkeslæt", "without their time of day"),
    "tidspunkt": Words("på et andet tidspunkt", "at another time"),
    "titel_mistet": Words("uden deres titel eller med en anden", "without their title or with another"),
    "forfatter_mistet": Words("uden deres forfatter eller med en anden", "without their author or with another"),
    "tekst": Words("med en anden tekst", "with another text"),
    "kontrolsum": Words("med en anden kontrolsum", "with another checksum"),
    "tom_fil": Words("tømt", "emptied"),
}
# So few cut at the same place are no limit of a field; they are told together.
_FEW = 10


def read_patterns(run: RunRecord) -> list[Row]:
    """The run's ``moenster``, all kommuner: a row per kind of fault, the largest first.

    Raises ``LakeDamaged`` when a published file changed.
    """
    paths = run.tables("moenster")
    if not paths:
        return []
    with duckdb.connect() as connection:
        columns = "antal DESC, kommunekode, sted, system, objekttype, udfald, aarsag, detalje"
        result = connection.read_parquet(paths).order(columns)
        return [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]


def sentences(rows: Iterable[Row], *, least: int = 1, most: int | None = None) -> list[Words]:
    """A line for each kind of fault of at least ``least`` objects, the largest first, at the most ``most`` of them.

    ``rows`` are those of ``moenster``. "4,112 notes in 0751 (KY) cut at 4,000 characters".
    """
    told = sorted(_gathered(rows), key=lambda one: (-one[0], one[1].da))
    return [line for count, line in told if count >= least][:most]


def _gathered(rows: Iterable[Row]) -> Iterable[tuple[int, Words]]:
    """Each kind with its count; notes cut here and there, each at a place of its own, as one."""
    scattered = []
    for row in rows:
        if row["aarsag"] == "afkortet" and row["antal"] < _FEW:
            scattered.append(row)
        else:
            yield row["antal"], _line(row, row["antal"], _manner(row))
    scattered.sort(key=_place)
    for _, group in groupby(scattered, key=_place):
        cut = list(group)
        count = sum(row["antal"] for row in cut)
        yield count, _line(cut[0], count, _cut([int(row["detalje"]) for row in cut]))


def _place(row: Row) -> tuple[str, str, str, str]:
    return row["kommunekode"], row["sted"], row["system"], row["objekttype"]


def _line(row: Row, count: int, manner: Words) -> Words:
    things = counted(count, *_THINGS[row["objekttype"]])
    system = words_of(SYSTEM, row["system"])
    return Words(
        f"{things.da} i {row['kommunekode']} ({system.da}) {manner.da}",
        f"{things.en} in {row['kommunekode']} ({system.en}) {manner.en}",
    )


def _manner(row: Row) -> Words:
    aarsag, detalje = row["aarsag"], row["detalje"]
    if aarsag == "afkortet":
        return _cut([int(detalje)])
    if aarsag == "tidszone":
        hours = int(detalje)
        unit = Words("time", "hour") if abs(hours) == 1 else Words("timer", "hours")
        return Words(f"forskudt {detalje} {unit.da}", f"shifted by {detalje} {unit.en}")
    if detalje and detalje.startswith("andet_system "):
        other = words_of(SYSTEM, detalje.removeprefix("andet_system "))
        return Words(f"ligger i {other.da}", f"lie in {other.en}")
    if detalje and ">" in detalje:
        written, read = (_CHARACTER_SETS[name] for name in detalje.split(">"))
        return Words(f"skrevet i {written}, læst som {read}", f"written in {written}, read as {read}")
    for code in (detalje, aarsag, row["udfald"]):
        if code in _TOLD:
            return _TOLD[code]
    column = words_of(AARSAG, aarsag)
    return Words(f"ændret: {column.da}", f"changed: {column.en}")


def _cut(lengths: Sequence[int]) -> Words:
    shortest, longest = number(min(lengths)), number(max(lengths))
    if shortest == longest:
        return Words(f"skåret af ved {shortest.da} tegn", f"cut at {shortest.en} characters")
    return Words(
        f"skåret af hver sit sted, ved {shortest.da} til {longest.da} tegn",
        f"cut each at another place, at {shortest.en} to {longest.en} characters",
    )
