"""Lists in Excel: every .xlsx of a folder, each sheet one entity of the contract, its header in row 1.

A sheet is called as the entity; in a workbook of one sheet the file may be instead. Columns are called as the
contract's, in any case and with æ, ø and å as people write them; others are kept as further columns. ``linje`` is the
row as Excel shows it. What is mended, and when, stands in ``excel_cells``. Text in a date or time column is read as
``native_values`` reads it. Of a formula it is the value that Excel calculated last which counts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from pipelines.contract import ENTITIES, Entity
from pipelines.contract.entities import ColumnType
from pipelines.errors import scrub_foreign
from pipelines.sources.block import RecordMistake, read_header, refuse_long_fields
from pipelines.sources.excel_cells import CellMistake, cell_text
from pipelines.sources.excel_workbook import Opened, Row, column_name, open_workbook
from pipelines.sources.native import LINE, Extract, ExtractFile, NativeTable, OnRead, SourceRemark
from pipelines.sources.native_csv import CHANGED, described, files_ending, shown
from pipelines.sources.native_values import Form, Tally, bring_to_form, dates, dates_and_times, without_hyphen

BATCH_ROWS = 4096

_OTHER_FORMS = (".xls", ".xlsm", ".xlsb", ".xltx", ".ods")
_LOCK = "~$"
_FORMS: Mapping[str, Form] = {"date": dates, "timestamp": dates_and_times, "cpr": without_hyphen}
_FOLDED = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
_NO_NAME = "there is a value in a column without a name; give the column a name in row 1, or empty it"


@dataclass(frozen=True)
class _Sheet:
    """One sheet that is an entity. ``names``: what each column is called, None where row 1 says nothing."""

    path: Path
    sent: ExtractFile
    title: str
    entity: Entity
    names: tuple[str | None, ...]
    tally: Tally = field(default_factory=Tally)

    @property
    def file(self) -> str:
        return _place(self.path, self.title)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if name is not None)

    @cached_property
    def types(self) -> dict[str, ColumnType]:
        """The contract's types of those columns that it knows."""
        return {column.name: column.type for column in self.entity.columns if column.name in self.columns}

    def table(self) -> NativeTable:
        return NativeTable(self.entity.name, self.file, self.columns, self.read)

    def read(self, on_read: OnRead) -> Iterator[pa.RecordBatch]:
        self.tally.begin()
        forms = {name: _FORMS[type_] for name, type_ in self.types.items() if type_ in _FORMS}
        try:
            with open_workbook(self.path) as opened:
                sheet = opened.sheet(self.title)
                opened.refuse_loss(sheet, self.names)
                for texts, lines in self._batches(opened, sheet):
                    batch = pa.record_batch([pa.array(text, pa.string()) for text in texts], names=list(self.columns))
                    numbers = np.array(lines, np.int64)
                    batch = bring_to_form(batch, numbers, forms, self.tally)
                    refuse_long_fields(batch, numbers)
                    yield batch.append_column(LINE, pa.array(numbers))
                on_read(opened.packed_bytes(sheet))
            if described(self.path) != self.sent:
                raise RecordMistake(CHANGED, None)
        except RecordMistake as mistake:
            mistake.file = self.file
            raise

    def _batches(self, opened: Opened, sheet: ReadOnlyWorksheet) -> Iterator[tuple[list[list[str | None]], list[int]]]:
        """The rows that hold something, as the texts of each column and the row numbers."""
        texts: list[list[str | None]] = [[] for _ in self.columns]
        lines: list[int] = []
        # Empty rows count only when another row comes after them.
        empty: list[int] = []
        rows = opened.rows(sheet)
        next(rows, None)
        for number, row in enumerate(rows, 2):
            if _is_empty(row):
                empty = [*empty[:1], number]
                continue
            if empty:
                self.tally.add("tom_raekke", empty[-1] - empty[0] + 1, empty[0])
                empty = []
            for text, made in zip(texts, self._texts(row, number, opened), strict=True):
                text.append(made)
            lines.append(number)
            if len(lines) == BATCH_ROWS:
                yield texts, lines
                texts, lines = [[] for _ in self.columns], []
        if lines:
            yield texts, lines

    def _texts(self, row: Row, number: int, opened: Opened) -> Iterator[str | None]:
        for place, cell in enumerate(row, 1):
            name = self.names[place - 1] if place <= len(self.names) else None
            if name is None:
                if cell.value not in (None, ""):
                    raise RecordMistake(_NO_NAME, number, column_name(self.names, place))
                continue
            try:
                text, mended = cell_text(cell, self.types.get(name), opened.book.epoch)
            except CellMistake as mistake:
                raise RecordMistake(str(mistake), number, name) from None
            if mended is not None:
                self.tally.add(mended, 1, number)
            yield text
        yield from (None for name in self.names[len(row) :] if name is not None)


def open_extract(folder: Path) -> Extract:
    """The lists that lie in ``folder``; raises ``RecordMistake`` unless every workbook and every header is in order."""
    for path in chain.from_iterable(files_ending(folder, ending) for ending in _OTHER_FORMS):
        raise RecordMistake("only .xlsx is read; save the workbook in that form", None, file=shown(path))
    paths = files_ending(folder, ".xlsx")
    if not paths:
        raise RecordMistake("there is no file that ends in .xlsx; put the lists there", None)
    sheets: dict[str, _Sheet] = {}
    sent, unread = [], []
    for path in paths:
        sent.append(described(path))
        found, others = _sheets(path, sent[-1])
        if others:
            unread.append(SourceRemark("ark_ikke_laest", sent[-1].name, others, None))
        for sheet in found:
            if sheet.entity.name in sheets:
                reason = f"another sheet is {sheet.entity.name} too; put all rows in one"
                raise RecordMistake(reason, None, file=sheet.file)
            sheets[sheet.entity.name] = sheet

    def remarks() -> tuple[SourceRemark, ...]:
        return (*unread, *(remark for sheet in sheets.values() for remark in sheet.tally.remarks(sheet.file)))

    return Extract(
        {name: sheet.table() for name, sheet in sheets.items()},
        tuple(sent),
        # Columns that the contract does not know go with it, and are kept out and counted where the header is read.
        mapping={name: f'SELECT * FROM "{name}"' for name in sheets},
        remarks=remarks,
    )


def _sheets(path: Path, sent: ExtractFile) -> tuple[list[_Sheet], int]:
    """The sheets of a workbook that are entities, and how many are none."""
    if path.name.startswith(_LOCK):
        reason = "it is the mark that the workbook is open in Excel; close it and send the folder again"
        raise RecordMistake(reason, None, file=shown(path))
    with open_workbook(path) as opened:
        entities = _entities(opened, path)
        found = [
            _Sheet(path, sent, title, entity, _header(opened, path, title, entity))
            for title, entity in entities.items()
            if entity is not None
        ]
    return found, len(entities) - len(found)


def _entities(opened: Opened, path: Path) -> dict[str, Entity | None]:
    """Each sheet's title with the entity it is called after."""
    titles = opened.titles
    found = {title: ENTITIES.get(_fold(title)) for title in titles}
    if len(titles) == 1 and found[titles[0]] is None:
        found = {titles[0]: ENTITIES.get(_fold(path.stem))}
    if not any(found.values()):
        reason = f"no sheet is called after an entity of the contract; call it one of {', '.join(ENTITIES)}"
        raise RecordMistake(reason, None, file=shown(path))
    return found


def _header(opened: Opened, path: Path, title: str, entity: Entity) -> tuple[str | None, ...]:
    names: list[str | None] = []
    try:
        for place, cell in enumerate(next(opened.rows(opened.sheet(title)), ()), 1):
            if cell.value is not None and (not isinstance(cell.value, str) or cell.data_type == "e"):
                raise RecordMistake(f"the name of column {column_name((), place)} is no text; write it as text", 1)
            names.append(_fold(cell.value or "") or None)
            if names[-1] == LINE:
                raise RecordMistake(f"a column is called {LINE}, as the row numbers are; call it another name", 1)
        read_header([name for name in names if name is not None], entity)
    except RecordMistake as mistake:
        mistake.file = _place(path, title)
        raise
    return tuple(names)


def _is_empty(row: Row) -> bool:
    return all(cell.value in (None, "") for cell in row)


def _place(path: Path, title: str) -> str:
    return f"{shown(path)}, sheet {scrub_foreign(title)}"


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().lower().translate(_FOLDED)
