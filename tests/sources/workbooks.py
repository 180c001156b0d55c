"""Workbooks as people make them, and the XML inside changed as other programs and other people leave it."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

KEYRING = ["ny_sag_uuid", "edh_sag_uuid", "part_cpr", "dannet", "batch"]
NEW = "6f1d5c1e-0000-4000-8000-000000000001"
OLD = "6f1d5c1e-0000-4000-8000-000000000002"
MADE = "2020-05-22T23:00:00+02:00"
# No one is born on the 61st of a month.
CPR = "6101701234"
SHEET = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True)
class As:
    """A value with the number format of its cell."""

    value: Any
    number_format: str


def keyring(**cells: Any) -> list[Any]:
    """A row of noeglepose that is in order, but for ``cells``."""
    row = {"ny_sag_uuid": NEW, "edh_sag_uuid": OLD, "part_cpr": CPR, "dannet": MADE, "batch": "b1"}
    return list((row | cells).values())


def write(path: Path, rows: Sequence[Sequence[Any]], *, title: str = "noeglepose", from_1904: bool = False) -> Path:
    """A workbook of one sheet; returns the folder it lies in."""
    return write_sheets(path, {title: rows}, from_1904=from_1904)


def write_sheets(path: Path, sheets: dict[str, Sequence[Sequence[Any]]], *, from_1904: bool = False) -> Path:
    """A workbook of several sheets; returns the folder it lies in."""
    book = Workbook()
    if from_1904:
        book.epoch = CALENDAR_MAC_1904
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row, 1):
                cell = sheet.cell(number, place, value.value if isinstance(value, As) else value)
                if isinstance(value, As):
                    cell.number_format = value.number_format
    book.save(path)
    return path.parent


def change(path: Path, member: str, before: str, after: str) -> None:
    """Change the text of one part of the workbook, where it stands once."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts[member].decode()
    assert text.count(before) == 1
    parts[member] = text.replace(before, after).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
