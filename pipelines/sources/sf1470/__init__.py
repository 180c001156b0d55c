"""Answers from Sags- og Dokumentindekset (SF1470), version 6 and 1.2, as an extract.

A folder holds one or more ``*.xml``, each an answer with many Sag or Dokument objects. Element nesting and the
totals follow the public schemas (6.0.STS-0 and 1.2.STS-4); the rules of filling in are those of the index's
guides, v1.7.

Lines: XML has none worth naming, so ``linje`` is the running number of the Sag or Dokument object within all
the folder's files in the order of their names, counted from 1. The rows of ``tilstand`` and ``journalpost`` have
the number of their Sag, so there it is in order but not unique.

Our reading, where the sources are silent:

- Of several registrations the last by Tidspunkt is read, and it alone; of its attributes and relations those
  whose Virkning is open.
- The role UUIDs of journalposts are not public. A journalpost is a note when its role is called Journalnotat, or
  when it has a role that we cannot name and its ReferenceID is ``URN:Empty``, which the guides prescribe for notes.
- The UUIDs of note formats are not public either. A note is decoded when its format is called Text.
- A total that comes with a Paginering may count the page or the whole search; it is remarked on and not used.
- An answer of SagDokumentIndeks is taken to have been asked for both cases and documents.
- A search must ask for journalposts; an answer without them cannot be told from cases without notes. A total of
  journalnotater is therefore held against the notes.
- ``master`` stands as the index has it, a UUID or URN of an IT system. Which of the contract's systems that is
  only the kommune knows, so its own SQL translates it; ``indeks_sag.sql`` shows how.
- The codes of ``fremdrift`` stand as they are sent: version 6 has four of the six that the contract knows.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa

from pipelines.sources.block import RecordMistake
from pipelines.sources.native import LINE, Extract, ExtractFile, NativeTable, OnRead, SourceRemark
from pipelines.sources.sf1470.answer import read_parts, read_status, read_subjects, read_total
from pipelines.sources.sf1470.history import faults_of
from pipelines.sources.sf1470.objects import TABLES, read_object

__all__ = ["open_extract"]

_BATCH_ROWS = 4096
_BATCH_CHARACTERS = 8 * 1024 * 1024
# What each total counts, and the mapping that each subject of an answer delivers.
_TOTALS = {"sager": "sag", "dokumenter": "dokument", "journalnotater": "sag"}
_ENTITIES = {"sag": "indeks_sag", "dokument": "indeks_dokument"}


@dataclass(frozen=True)
class _Answer:
    """One file: what it is about (``sag``, ``dokument``), its own totals, and how many were of a page."""

    path: Path
    file: ExtractFile
    subjects: frozenset[str]
    totals: Mapping[str, int]
    paged: int


def open_extract(folder: Path) -> Extract:
    """What the ``*.xml`` of ``folder`` hold: the tables ``sag``, ``tilstand``, ``journalpost`` and ``dokument``.

    Every file is read through once for its checksum and totals. Raises ``RecordMistake`` when there is none, or
    one is no answer of the index that can be read.
    """
    paths = sorted((path for path in folder.iterdir() if path.suffix.lower() == ".xml"), key=lambda path: path.name)
    if not paths:
        raise RecordMistake("the folder has no .xml file; put the answers from Sags- og Dokumentindekset there", None)
    answers = [_survey(path) for path in paths]
    totals = _sum_totals(answers)
    found: dict[tuple[str, str], SourceRemark] = {}
    for answer in answers:
        _remark(found, "antal_af_side", answer.file.name, answer.paged, None)
    name = paths[0].name if len(paths) == 1 else "*.xml"
    tables = {
        table: NativeTable(table, name, columns, partial(_read, table, paths, totals.get("journalnotater"), found))
        for table, (_, columns, _) in TABLES.items()
    }
    subjects = frozenset[str]().union(*(answer.subjects for answer in answers))
    return Extract(
        tables,
        tuple(answer.file for answer in answers),
        totals,
        {entity: _sql(entity) for subject, entity in _ENTITIES.items() if subject in subjects},
        lambda: tuple(remark for _, remark in sorted(found.items())),
    )


def _sql(entity: str) -> str:
    return Path(__file__).with_name(f"{entity}.sql").read_text(encoding="utf-8")


def _survey(path: Path) -> _Answer:
    if path.is_symlink() or not path.is_file():
        raise RecordMistake("it must be a plain file in the folder, no link and no folder", None, file=path.name)
    digest = hashlib.sha256()
    subjects: set[str] = set()
    totals: dict[str, int] = {}
    paged = 0
    for kind, element in read_parts(path, digest.update):
        match kind:
            case "svar":
                subjects |= read_subjects(element)
            case "retur":
                read_status(element, path.name)
            case "antal":
                name, count, of_page = read_total(element, path.name)
                subjects.add(_TOTALS[name])
                if of_page:
                    paged += 1
                elif name in totals:
                    raise RecordMistake("the same total stands twice; ask the index again", None, file=path.name)
                else:
                    totals[name] = count
            case _:
                subjects.add(kind)
    file = ExtractFile(path.name, path.stat().st_size, digest.hexdigest())
    return _Answer(path, file, frozenset(subjects), totals, paged)


def _sum_totals(answers: Sequence[_Answer]) -> dict[str, int]:
    """Each total that every file about its subject gives, summed over the files."""
    totals = {}
    for name, subject in _TOTALS.items():
        given = [answer.totals.get(name) for answer in answers if subject in answer.subjects]
        counted = [count for count in given if count is not None]
        if given and len(counted) == len(given):
            totals[name] = sum(counted)
    return totals


def _read(
    table: str, paths: Sequence[Path], notes: int | None, found: dict[tuple[str, str], SourceRemark], on_read: OnRead
) -> Iterator[pa.RecordBatch]:
    _, columns, _ = TABLES[table]
    schema = pa.schema([*((name, pa.string()) for name in columns), (LINE, pa.int64())])
    rows: list[dict[str, str | int | None]] = []
    characters = 0
    for row in _rows(table, paths, notes, found, on_read):
        rows.append(row)
        characters += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(rows) == _BATCH_ROWS or characters >= _BATCH_CHARACTERS:
            yield pa.RecordBatch.from_pylist(rows, schema=schema)
            rows, characters = [], 0
    if rows:
        yield pa.RecordBatch.from_pylist(rows, schema=schema)


def _rows(
    table: str, paths: Iterable[Path], notes: int | None, found: dict[tuple[str, str], SourceRemark], on_read: OnRead
) -> Iterator[dict[str, str | int | None]]:
    owner, _, rows_of = TABLES[table]
    line, noted = 0, 0
    for path in paths:
        counts: Counter[str] = Counter()
        firsts: dict[str, int] = {}
        for kind, element in read_parts(path, lambda piece: on_read(len(piece))):
            if kind not in _ENTITIES:
                continue
            line += 1
            if kind != owner:
                continue
            entry = read_object(kind, element, path.name, line)
            for fault in faults_of(entry.states) if kind == "sag" else ():
                counts[fault] += 1
                firsts.setdefault(fault, line)
            for row in rows_of(entry):
                noted += int(row.get("antal_journalnotater") or 0)
                yield {**row, LINE: line}
        for fault, count in counts.items():
            _remark(found, fault, path.name, count, firsts[fault])
    if table == "sag" and notes is not None and noted != notes:
        raise RecordMistake(
            f"the answers say that there are {notes} journalnotater, but hold {noted}; ask the index again, "
            "for journalposts with their notes too",
            None,
            "antal_journalnotater",
        )


def _remark(found: dict[tuple[str, str], SourceRemark], art: str, file: str, count: int, line: int | None) -> None:
    # Every reading of a table finds the same, so it is set and not added.
    if count:
        found[file, art] = SourceRemark(art, file, count, line)
