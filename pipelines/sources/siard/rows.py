"""Flat XML as batches: a root, its rows, their cells. So are a table, docIndex and fileIndex of SIARD-DK.

The file is cut after the last row of every piece read. Such a piece, between the root's tags, is a
document of its own. A piece in the plain form that archive writers make (every cell in its order, no
comments, no CDATA) is taken apart by one regular expression, whose language is a part of XML's, at several
times the speed of any parser with a Python object or call per element. Every other piece goes to lxml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from lxml import etree

from pipelines.contract import MAX_FIELD_BYTES
from pipelines.sources.block import RecordMistake, refuse_long_fields
from pipelines.sources.native import LINE
from pipelines.sources.siard.document import NOT_UTF_8, NOT_WELL_FORMED, Head, local_name, parse, read_head

CHUNK_BYTES = 4 * 1024 * 1024
# The largest field there may be, were every character of it written as &amp; or the like.
_MAX_ROW_BYTES = 4 * MAX_FIELD_BYTES

_BLANK = " \t\n"
_REFERENCES = {
    "&lt;": "<",
    "&gt;": ">",
    "&amp;": "&",
    "&quot;": '"',
    "&apos;": "'",
    "&#9;": "\t",
    "&#xA;": "\n",
    "&#10;": "\n",
    "&#xD;": "\r",
    "&#13;": "\r",
}
# Any other reference is lxml's business.
_OTHER_REFERENCE = re.compile(f"&(?!{'|'.join(reference[1:] for reference in _REFERENCES)})")
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r")
_NIL = r' xsi:nil="(?:true|1)"'
# What may hide the end of a row from a search for it.
_HIDING = (b"<!--", b"<![CDATA[", b"<?")

Row = Sequence[str | None]
Columns = Sequence[Row]


@dataclass(frozen=True)
class Form:
    """What the rows of a file look like.

    ``root``, ``row`` and ``cells`` are local names of elements; ``columns`` what the cells are called in the
    batches, in the same order. ``required``: the cells that stand in every row and are never nil; another one
    that is not there is null.
    """

    root: str
    row: str
    cells: tuple[str, ...]
    columns: tuple[str, ...]
    required: frozenset[str]

    @property
    def schema(self) -> pa.Schema:
        """The batches' schema: every column as text, then the row's number from 1."""
        return pa.schema([*((name, pa.string()) for name in self.columns), (LINE, pa.int64())])


def read_rows(chunks: Iterable[bytes], form: Form, file: str) -> Iterator[pa.RecordBatch]:
    """The rows of the document that ``chunks`` make up, in batches of ``form.schema``; empty and nil are null.

    Raises ``RecordMistake`` with ``file`` and the row's number at the first row that is not in order. Memory is
    bounded by the size of the pieces; a row may not be larger than 64 MiB.
    """
    head: Head | None = None
    pattern = None
    pending, rows = b"", 0
    for chunk in _with_end(chunks):
        pending += chunk
        if head is None:
            head = read_head(pending, form.root, file, at_end=not chunk)
            if head is None:
                continue
            pending = pending[head.size :]
            pattern = _plain_row(form, head.prefix)
        assert pattern is not None
        piece = pending if not chunk else pending[: _end_of_rows(pending, form, head)]
        batch = _batch_of(piece, form, head, pattern, rows, file, at_end=not chunk)
        if batch is None:
            if len(pending) > _MAX_ROW_BYTES:
                raise RecordMistake(f"no {form.row} element ends within 64 MiB; it is not read", rows + 1, file=file)
            continue
        pending = pending[len(piece) :]
        rows += batch.num_rows
        if batch.num_rows:
            yield batch


def _with_end(chunks: Iterable[bytes]) -> Iterator[bytes]:
    yield from filter(None, chunks)
    yield b""


def _end_of_rows(data: bytes, form: Form, head: Head) -> int:
    end = f"</{head.prefix}{form.row}>".encode()
    found = data.rfind(end)
    return 0 if found < 0 else found + len(end)


def _batch_of(
    piece: bytes, form: Form, head: Head, pattern: re.Pattern[str], rows: int, file: str, *, at_end: bool
) -> pa.RecordBatch | None:
    """The rows of ``piece``, ``rows`` of which came before; None when it is not whole, which ``at_end`` it is."""
    if not piece and not at_end:
        return None
    row_end, root_end = f"</{head.prefix}{form.row}>", f"</{head.prefix}{form.root}>"
    try:
        text = piece.decode()
    except UnicodeDecodeError as error:
        number = rows + piece.count(row_end.encode(), 0, error.start) + 1
        raise RecordMistake(NOT_UTF_8, number, file=file) from None
    # XML 1.0, 2.11: line ends become line feeds before anything is parsed.
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if at_end and not head.empty and text.strip(_BLANK) == root_end:
        return _batch([[] for _ in form.cells], form, rows, file, escaped=False)
    columns = None if at_end else _plain_columns(piece, text.strip(_BLANK), pattern)
    escaped = columns is not None and "&" in text
    if columns is None:
        document = head.start_tag.decode() + text + ("" if at_end else root_end)
        try:
            root = parse(document.encode(), long_texts=True)
        except etree.XMLSyntaxError as error:
            if not at_end and any(sign in piece for sign in _HIDING):
                return None
            number = rows + _before(document, error.position).count(row_end) + 1
            raise RecordMistake(NOT_WELL_FORMED, number, file=file) from None
        columns = _parsed_columns(root, form, rows, file)
    return _batch(columns, form, rows, file, escaped=escaped)


def _before(document: str, position: tuple[int, int]) -> str:
    """What stands before ``position``, a line and a column from 1."""
    lines = document.split("\n")[: position[0]]
    return "\n".join([*lines[:-1], lines[-1][: position[1]]]) if lines else ""


def _plain_row(form: Form, prefix: str) -> re.Pattern[str]:
    """The expression of a row in the plain form: the whole row, then a group for every cell."""

    def cell(name: str) -> str:
        tag = re.escape(prefix + name)
        if name in form.required:
            return rf"<{tag}(?:>([^<]*+)</{tag}>|/>)[ \t\n]*+"
        return rf"(?:<{tag}(?:>([^<]*+)</{tag}>|(?:{_NIL})? ?/>|{_NIL}></{tag}>)[ \t\n]*+)?+"

    row = re.escape(prefix + form.row)
    return re.compile(rf"(<{row}>[ \t\n]*+{''.join(map(cell, form.cells))}</{row}>[ \t\n]*+)")


def _plain_columns(piece: bytes, text: str, pattern: re.Pattern[str]) -> Columns | None:
    """The columns of ``piece`` if it is plain rows from end to end and nothing else; None when it is not.

    ``text`` is the piece decoded, its line ends made one. What the expression lets through in a text and XML
    does not is looked for in the whole piece, which is quicker.
    """
    if len(piece.translate(None, _CONTROLS)) != len(piece) or _OTHER_REFERENCE.search(text):
        return None
    if "]]>" in text or "\ufffe" in text or "\uffff" in text:
        return None
    found = pattern.findall(text)
    if not found:
        return None
    wholes, *columns = zip(*found, strict=True)
    return columns if sum(map(len, wholes)) == len(text) else None


def _parsed_columns(root: etree._Element, form: Form, rows: int, file: str) -> Columns:
    places = {name: place for place, name in enumerate(form.cells)}
    columns: list[list[str | None]] = [[] for _ in places]
    _refuse_text(root.text, rows + 1, file)
    for number, row in enumerate(root, rows + 1):
        if local_name(row) != form.row:
            raise RecordMistake(f"another element than {form.row} stands in {form.root}", number, file=file)
        for column, value in zip(columns, _cells(row, form, places, number, file), strict=True):
            column.append(value)
        _refuse_text(row.tail, number, file)
    return columns


def _cells(row: etree._Element, form: Form, places: dict[str, int], number: int, file: str) -> Row:
    values: list[str | None] = [None] * len(places)
    missing = set(form.cells)
    _refuse_text(row.text, number, file)
    for cell in row:
        name = local_name(cell)
        if name not in places:
            raise RecordMistake("the row has a cell that the index does not declare", number, file=file)
        column = form.columns[places[name]]
        if name not in missing:
            raise RecordMistake("the cell stands twice in the row", number, column, file)
        if len(cell):
            raise RecordMistake("the cell holds elements; it may hold text alone", number, column, file)
        _refuse_text(cell.tail, number, file)
        if name not in form.required or not _is_nil(cell):
            missing.remove(name)
        values[places[name]] = cell.text
    for name in form.cells:
        if name in missing and name in form.required:
            reason = "the cell is not there or nil, and the index says that it may not be null"
            raise RecordMistake(reason, number, form.columns[places[name]], file)
    return values


def _is_nil(cell: etree._Element) -> bool:
    said = (value for name, value in cell.attrib.items() if str(name).rpartition("}")[2] == "nil")
    return next(said, "false").strip() in ("true", "1")


def _refuse_text(text: str | None, number: int, file: str) -> None:
    if text and text.strip(_BLANK + "\r"):
        raise RecordMistake("text stands outside the cells", number, file=file)


def _batch(columns: Columns, form: Form, rows: int, file: str, *, escaped: bool) -> pa.RecordBatch:
    frame = pl.DataFrame(list(columns), schema=dict.fromkeys(form.columns, pl.String), orient="col")
    # All references are replaced in one passage, so what &amp;lt; becomes is not taken for &lt;.
    texts = pl.all().str.replace_many(_REFERENCES) if escaped else pl.all()
    table = frame.select(texts.replace({"": None})).to_arrow(compat_level=pl.CompatLevel.oldest())
    batch = pa.record_batch([column.combine_chunks().cast(pa.string()) for column in table.columns], names=form.columns)
    numbers = np.arange(rows + 1, rows + 1 + batch.num_rows)
    try:
        refuse_long_fields(batch, numbers)
    except RecordMistake as mistake:
        raise RecordMistake(mistake.reason, mistake.line, mistake.column, file) from None
    return pa.record_batch([*batch.columns, pa.array(numbers)], schema=form.schema)
