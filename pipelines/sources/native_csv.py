"""A CSV file with the source's own columns, as a native table: every column its header names, none of the contract."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import pyarrow as pa

from pipelines.errors import scrub_foreign
from pipelines.sources.block import RecordMistake, refuse_long_fields
from pipelines.sources.csv_file import CsvRecords
from pipelines.sources.native import LINE, ExtractFile, NativeTable, OnRead
from pipelines.sources.native_values import Form, Tally, bring_to_form

PLAIN_FILE = "it must be a plain file in the extract's own folder, no link and no folder"
CHANGED = "the file was changed while it was read; send it again and leave it alone until it has been read"


def files_ending(folder: Path, ending: str) -> list[Path]:
    """What lies in ``folder`` and has a name that ends in ``ending``, whatever the case, by name; hidden ones not."""
    found = [path for path in folder.iterdir() if path.name.lower().endswith(ending) and not path.name.startswith(".")]
    return sorted(found, key=lambda path: path.name)


def shown(path: Path) -> str:
    """The file's name as messages may show it."""
    return scrub_foreign(os.fsencode(path.name).decode("utf-8", "backslashreplace"))


@contextmanager
def opened(path: Path) -> Iterator[FileIO]:
    """The file, open to be read; raises ``RecordMistake`` unless it is a plain file, and names it in any other."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if not path.is_symlink():
            raise
        raise RecordMistake(PLAIN_FILE, None, file=shown(path)) from error
    with os.fdopen(handle, "rb", buffering=0) as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise RecordMistake(PLAIN_FILE, None, file=shown(path))
        try:
            yield stream
        except RecordMistake as mistake:
            mistake.file = mistake.file or shown(path)
            raise


def described(path: Path) -> ExtractFile:
    """The file's size and checksum; raises ``RecordMistake`` unless it is a plain file."""
    with opened(path) as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return ExtractFile(shown(path), stream.tell(), sha256)


def csv_table(
    name: str, path: Path, sent: ExtractFile, required: Sequence[str], forms: Mapping[str, Form], tally: Tally
) -> NativeTable:
    """The file at ``path`` as the table ``name``: UTF-8 with or without BOM, ``;`` between the fields.

    Its columns are all that the header names; those ``required`` must be among them. ``forms`` says how the values
    of a column are brought to form, and ``tally`` counts what was mended. ``linje`` is the physical line on which
    the record begins. Raises ``RecordMistake`` when the header is not in order; what comes after it is told when
    the records are read, and so is a file that is no longer the one that was ``sent``.
    """
    columns = _read_columns(path, required)

    def read(on_read: OnRead) -> Iterator[pa.RecordBatch]:
        tally.begin()
        with opened(path) as stream:
            records = CsvRecords(stream, lambda names: _chosen(names, required), on_read=on_read)
            for block in records.blocks():
                batch = bring_to_form(block.columns, block.lines, forms, tally)
                refuse_long_fields(batch, block.lines)
                yield batch.append_column(LINE, pa.array(block.lines, pa.int64()))
            if records.sha256() != sent.sha256:
                raise RecordMistake(CHANGED, None)

    return NativeTable(name, sent.name, columns, read)


def _read_columns(path: Path, required: Sequence[str]) -> tuple[str, ...]:
    columns: list[str] = []

    def keep(names: Sequence[str]) -> Sequence[str]:
        columns.extend(_chosen(names, required))
        return columns

    with opened(path) as stream:
        try:
            next(CsvRecords(stream, keep).blocks(), None)
        except RecordMistake:
            # A mistake in the records is told when they are read.
            if not columns:
                raise
    return tuple(columns)


def _chosen(names: Sequence[str], required: Sequence[str]) -> Sequence[str]:
    """Every name of the header. SQL takes two names that differ in case alone for one."""
    for number, name in enumerate(names, 1):
        if not name.strip():
            raise RecordMistake(f"column {number} has no name; give it one", 1)
        if name.casefold() in (earlier.casefold() for earlier in names[: number - 1]):
            raise RecordMistake(f"column {number} has the name of an earlier one; each column stands once", 1)
        if name.casefold() == LINE:
            raise RecordMistake(f"column {number} is called {LINE}, as the line numbers are; call it another name", 1)
    for name in required:
        if name not in names:
            raise RecordMistake("the column is missing; send the file with it", 1, name)
    return names
