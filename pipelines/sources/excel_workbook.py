"""Opening a workbook that others made: refused when it is not plain .xlsx, or when reading it would lose something.

openpyxl reads sheets in a stream, and forgives: it passes over rows that come out of order, and it shows neither
merged cells nor that an empty cell is a formula nobody has calculated. So each sheet's XML is held to that first.
"""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import coordinate_to_tuple, get_column_letter, range_boundaries
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from pipelines.sources.block import RecordMistake
from pipelines.sources.native_csv import opened

Row = Sequence[Cell]

CANNOT_READ = "the workbook is damaged and cannot be read; open it in Excel, save it as .xlsx and send it again"
OLD_OR_LOCKED = "the workbook is protected by a password or in the old form .xls; save it without a password as .xlsx"
TOO_LARGE = "the workbook unpacks to more than a list can be; split the list into several workbooks"
DOCTYPE = "the workbook has a DOCTYPE in its XML, which Excel never writes; save it anew in Excel"
STRICT = "the workbook is in the form Strict Open XML; save it as the ordinary Excel workbook (.xlsx)"
MERGED = "cells are merged; undo that and write the value in each cell"
NOT_CALCULATED = "the cell is a formula that no one has calculated; open the workbook in Excel and save it"
OUT_OF_ORDER = "rows or cells do not follow each other in the sheet; open it in Excel and save it again"

# The ends of a sheet in Excel.
_MAX_ROWS, _MAX_COLUMNS = 1_048_576, 16_384
# A list of a million rows unpacks to some hundred MiB, about ten to fifty times what it takes packed.
_MAX_UNPACKED = 1024**3
_MAX_RATIO = 200
_SMALL = 1024**2

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/"
_BATCH_ROWS = 4096
# What openpyxl, and the libraries under it, raise for a file that is not what it should be; it may quote a value.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class Opened:
    """A workbook open to be read, and the zip archive that it is."""

    book: Workbook
    archive: zipfile.ZipFile

    @property
    def titles(self) -> list[str]:
        """What the sheets are called, in their order; those that hold a chart alone are none."""
        return [sheet.title for sheet in self.book.worksheets]

    def sheet(self, title: str) -> ReadOnlyWorksheet:
        """The sheet called ``title``."""
        return cast(ReadOnlyWorksheet, self.book[title])

    def packed_bytes(self, sheet: ReadOnlyWorksheet) -> int:
        """How many bytes of the file the sheet's rows are."""
        return self.archive.getinfo(_member(sheet)).compress_size

    def rows(self, sheet: ReadOnlyWorksheet) -> Iterator[Row]:
        """Every row of the sheet from row 1, those that are not there too; each ends with its last cell.

        Raises ``RecordMistake``.
        """
        # What the sheet says of its size is not always so, and openpyxl would stop there.
        sheet.reset_dimensions()
        rows = iter(sheet.rows)
        while batch := _quietly(lambda: list(islice(rows, _BATCH_ROWS))):
            yield from batch

    def refuse_loss(self, sheet: ReadOnlyWorksheet, names: Sequence[str | None]) -> None:
        """Raise ``RecordMistake`` for the first place where something of the sheet would be lost in reading.

        ``names``: what the columns are called, from the first one.
        """
        try:
            with self.archive.open(_member(sheet)) as xml:
                found = _first_loss(xml)
        except _DAMAGE:
            raise RecordMistake(CANNOT_READ, None) from None
        if found is not None:
            reason, row, column = found
            raise RecordMistake(reason, row, None if column is None else column_name(names, column))


@contextmanager
def open_workbook(path: Path) -> Iterator[Opened]:
    """The workbook at ``path``; raises ``RecordMistake`` unless it is an .xlsx that can be read without harm."""
    with opened(path) as stream:
        if stream.read(len(_COMPOUND_FILE)) == _COMPOUND_FILE:
            raise RecordMistake(OLD_OR_LOCKED, None)
        stream.seek(0)
        archive = _archive(stream)
        book: Workbook = _quietly(lambda: load_workbook(stream, read_only=True, data_only=True, keep_links=False))
        try:
            yield Opened(book, archive)
        finally:
            book.close()


def column_name(names: Sequence[str | None], number: int) -> str:
    """The name of column ``number``, counted from 1; Excel's letter when it has none."""
    name = names[number - 1] if number <= len(names) else None
    return name or get_column_letter(number)


def _archive(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(stream)
    except _DAMAGE:
        raise RecordMistake(CANNOT_READ, None) from None
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise RecordMistake(OLD_OR_LOCKED, None)
    bombs = [each for each in members if each.file_size > max(_SMALL, _MAX_RATIO * each.compress_size)]
    if bombs or sum(member.file_size for member in members) > _MAX_UNPACKED:
        raise RecordMistake(TOO_LARGE, None)
    for member in members:
        if member.filename.lower().endswith((".xml", ".rels", ".vml")):
            _refuse_xml(archive, member)
    return archive


def _refuse_xml(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Raise ``RecordMistake`` for what stands at the beginning of an XML part, up to its root element."""
    try:
        with archive.open(member) as xml:
            _, root = next(etree.iterparse(xml, events=("start",), resolve_entities=False, no_network=True))
    except StopIteration:
        return
    except _DAMAGE:
        raise RecordMistake(CANNOT_READ, None) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise RecordMistake(DOCTYPE, None)
    if str(root.tag).startswith(_STRICT):
        raise RecordMistake(STRICT, None)


def _first_loss(xml: Any) -> tuple[str, int | None, int | None] | None:
    number = 0
    parts = etree.iterparse(xml, tag=(f"{_MAIN}row", f"{_MAIN}mergeCell"), resolve_entities=False, no_network=True)
    for _, element in parts:
        if element.tag == f"{_MAIN}mergeCell":
            column, row, _, _ = range_boundaries(element.get("ref", ""))
            return MERGED, row, column
        before, number = number, int(element.get("r", number + 1))
        if not before < number <= _MAX_ROWS:
            return OUT_OF_ORDER, None, None
        if (found := _first_loss_in_row(element, number)) is not None:
            return found
        element.clear()
        while (earlier := element.getprevious()) is not None:
            earlier.getparent().remove(earlier)
    return None


def _first_loss_in_row(row: Any, number: int) -> tuple[str, int, int] | None:
    column = 0
    for cell in row.iterchildren(f"{_MAIN}c"):
        before, place = column, cell.get("r")
        stands_in, column = (number, before + 1) if place is None else coordinate_to_tuple(place)
        if stands_in != number or not before < column <= _MAX_COLUMNS:
            return OUT_OF_ORDER, number, before + 1
        calculated = cell.get("t") == "str" or cell.findtext(f"{_MAIN}v")
        if not calculated and cell.find(f"{_MAIN}f") is not None:
            return NOT_CALCULATED, number, column
    return None


def _member(sheet: ReadOnlyWorksheet) -> str:
    # openpyxl tells of the part that a sheet stands in nowhere else.
    return str(sheet._worksheet_path)  # type: ignore[attr-defined]


def _quietly(read: Any) -> Any:
    """What ``read`` returns. openpyxl warns of a date outside its limits with the value; here it is an error cell."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return read()
        except _DAMAGE:
            raise RecordMistake(CANNOT_READ, None) from None
