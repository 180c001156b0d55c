"""What the indices of an arkiveringsversion say, held to what bekendtgørelse 1007 and 128 demand.

The rules are those of Rigsarkivet's fileIndex.xsd, docIndex.xsd and tableIndex.xsd as far as they bear on
which tables, documents and files there are. What the indices say beside that is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import polars as pl
from lxml import etree

from pipelines.sources.block import RecordMistake
from pipelines.sources.native import LINE
from pipelines.sources.siard.document import local_name, parse_index
from pipelines.sources.siard.media import Archive
from pipelines.sources.siard.rows import Form, read_rows

_ID = "[1-9][0-9]{0,11}"
_COLLECTION = "docCollection(10000|[1-9][0-9]{0,3})"
_FOLDER_IN_MEDIUM = (
    rf"(Indices|Schemas/(localShared|standard)|Tables/table{_ID}|(ContextDocumentation|Documents)/{_COLLECTION}/{_ID})"
)
_FILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
_FILE_TYPE = "^(?i)(tif|mp3|mpg|jp2|gml|xsd|wav)$"

_FILE_CELLS = ("foN", "fiN", "md5")
_FILE_FORM = Form("fileIndex", "f", _FILE_CELLS, _FILE_CELLS, frozenset(_FILE_CELLS))
_DOCUMENT_CELLS = ("dID", "pID", "mID", "dCf", "oFn", "aFt", "gmlXsd")
_DOCUMENT_FORM = Form(
    "docIndex", "doc", _DOCUMENT_CELLS, _DOCUMENT_CELLS, frozenset(_DOCUMENT_CELLS) - {"pID", "gmlXsd"}
)


@dataclass(frozen=True)
class Table:
    """One table of tableIndex: its folder (``table3``), the form of its rows, how many, what columns mean."""

    name: str
    folder: str
    form: Form
    rows: int
    meanings: dict[str, tuple[str, ...]]


def read_archive_index(archive: Archive, path: str) -> bool:
    """Hold archiveIndex to the folder's name; true when it says that there are digital documents."""
    root = parse_index(_content(archive, path), "archiveIndex", path)
    told = _child(root, "archiveInformationPackageID", path)
    if _text(told) != archive.id:
        raise RecordMistake("it is the index of another arkiveringsversion", _line(told), local_name(told), path)
    return _boolean(_child(root, "containsDigitalDocuments", path), path)


def read_context_index(archive: Archive, path: str) -> None:
    """Refuse a contextDocumentationIndex that is none; what it lists is no part of the extract."""
    parse_index(_content(archive, path), "contextDocumentationIndex", path)


def read_file_index(archive: Archive, path: str) -> pl.DataFrame:
    """fileIndex as foN (with forward slashes), fiN, md5 (lower case), path and linje.

    ``linje`` is the number of the ``f`` element, as it is in every mistake.
    """
    frame = _frame(archive, path, _FILE_FORM).with_columns(
        pl.col("foN").str.replace_all("\\", "/", literal=True), pl.col("md5").str.to_lowercase()
    )
    medium = f"^{re.escape(archive.id)}\\.([1-9][0-9]*)/"
    _demand(
        frame, pl.col("foN").str.contains(medium + _FOLDER_IN_MEDIUM + "$"), "is no folder that may be", "foN", path
    )
    _demand(frame, pl.col("fiN").str.contains(_FILE_NAME), "is no file name that may be", "fiN", path)
    _demand(frame, pl.col("md5").str.contains("^[0-9a-f]{32}$"), "is not 32 hexadecimal digits", "md5", path)
    frame = frame.with_columns(path=pl.concat_str("foN", pl.lit("/"), "fiN"))
    _demand(frame, pl.col("path").is_first_distinct(), "lists a file that an earlier element lists", "fiN", path)
    return frame


def read_document_index(archive: Archive, path: str) -> pl.DataFrame:
    """docIndex as its own cells, folder (where the document's files lie) and linje, the number of the element."""
    frame = _frame(archive, path, _DOCUMENT_FORM)
    whole = f"^{_ID}$"
    parent = pl.col("pID").is_null() | pl.col("pID").is_in(frame["dID"].implode())
    media = [str(number) for number in range(1, archive.media + 1)]
    _demand(frame, pl.col("dID").str.contains(whole), "is not a whole number from 1", "dID", path)
    _demand(frame, pl.col("dID").is_first_distinct(), "is that of an earlier document", "dID", path)
    _demand(frame, parent, "is the dID of no document", "pID", path)
    _demand(frame, pl.col("mID").is_in(media), "is the number of no media folder", "mID", path)
    _demand(frame, pl.col("dCf").str.contains(f"^{_COLLECTION}$"), "is not docCollection1 to 10000", "dCf", path)
    _demand(frame, pl.col("aFt").str.contains(_FILE_TYPE), "is not tif, mp3, mpg, jp2, gml, xsd or wav", "aFt", path)
    return frame.with_columns(folder=pl.format("{}.{}/Documents/{}/{}", pl.lit(archive.id), "mID", "dCf", "dID"))


def join_documents(documents: pl.DataFrame, files: pl.DataFrame, path: str, files_path: str) -> pl.DataFrame:
    """The files of every document, in fileIndex's order; a document without files or files without is refused."""
    of_documents = files.filter(pl.col("foN").str.contains("/Documents/", literal=True))
    has_files = pl.col("folder").is_in(of_documents["foN"].implode())
    has_document = pl.col("foN").is_in(documents["folder"].implode())
    _demand(documents, has_files, "is a document that fileIndex has no file of", "dID", path)
    _demand(of_documents, has_document, "is the folder of a document that docIndex does not have", "foN", files_path)
    return of_documents.join(
        documents.drop(LINE), left_on="foN", right_on="folder", how="inner", maintain_order="left"
    ).rename({"fiN": "filnavn"})


def read_table_index(archive: Archive, path: str) -> list[Table]:
    """The tables of tableIndex; a mistake has the physical line."""
    root = parse_index(_content(archive, path), "siardDiark", path)
    tables = [_table(element, path) for element in _children(_child(root, "tables", path), "table")]
    if not tables:
        raise RecordMistake("the index has no table; have it written again", _line(root), file=path)
    for said in (lambda table: table.name.lower(), lambda table: table.folder):
        _refuse_twice(tables, said, path)
    return tables


def _refuse_twice(tables: list[Table], said: Callable[[Table], str], path: str) -> None:
    seen: set[str] = set()
    for table in tables:
        if said(table) in seen:
            reason = f"{table.folder} has the name or the folder of an earlier table; each stands once"
            raise RecordMistake(reason, None, file=path)
        seen.add(said(table))


def _table(element: etree._Element, path: str) -> Table:
    folder = _child(element, "folder", path)
    rows = _child(element, "rows", path)
    if not re.fullmatch(f"table{_ID}", _text(folder)):
        raise RecordMistake("a folder is called table and a number from 1", _line(folder), "folder", path)
    if not re.fullmatch("[0-9]{1,18}", _text(rows)):
        raise RecordMistake("it is not a whole number", _line(rows), "rows", path)
    cells: list[str] = []
    columns: list[str] = []
    required: set[str] = set()
    meanings: dict[str, tuple[str, ...]] = {}
    for number, column in enumerate(_children(_child(element, "columns", path), "column"), 1):
        cell = _child(column, "columnID", path)
        if _text(cell) != f"c{number}":
            raise RecordMistake("the columns of a table are c1, c2, ... in order", _line(cell), "columnID", path)
        name = _text(_child(column, "name", path))
        # SQL identifiers, and DuckDB after them, do not tell upper case from lower.
        if not name or name.lower() in map(str.lower, columns):
            raise RecordMistake("a column has no name or that of an earlier one", _line(column), "name", path)
        cells.append(_text(cell))
        columns.append(name)
        if not _boolean(_child(column, "nullable", path), path):
            required.add(_text(cell))
        if found := tuple(map(_text, _children(column, "functionalDescription"))):
            meanings[name] = found
    name = _text(_child(element, "name", path))
    if not name or not columns:
        raise RecordMistake("a table has no name or no columns", _line(element), "table", path)
    form = Form("table", "row", tuple(cells), tuple(columns), frozenset(required))
    return Table(name, _text(folder), form, int(_text(rows)), meanings)


def _content(archive: Archive, path: str) -> bytes:
    return b"".join(archive.chunks(path))


def _frame(archive: Archive, path: str, form: Form) -> pl.DataFrame:
    batches = [pl.DataFrame(batch) for batch in read_rows(archive.chunks(path), form, path)]
    if not batches:
        raise RecordMistake(f"the index has no {form.row} element; have it written again", None, file=path)
    return pl.concat(batches)


def _demand(frame: pl.DataFrame, expression: pl.Expr, otherwise: str, column: str, path: str) -> None:
    """Raise ``RecordMistake`` for the first row where ``expression`` is not true."""
    wrong = frame.filter(~expression.fill_null(value=False))
    if len(wrong):
        raise RecordMistake(f"it {otherwise}; have the index written again", wrong[LINE][0], column, path)


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element if local_name(child) == name]


def _child(element: etree._Element, name: str, path: str) -> etree._Element:
    found = _children(element, name)
    if len(found) != 1:
        reason = f"{local_name(element)} must have one {name} element"
        raise RecordMistake(reason, _line(element), name, path)
    return found[0]


def _line(element: etree._Element) -> int | None:
    return cast("int | None", element.sourceline)


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


def _boolean(element: etree._Element, path: str) -> bool:
    text = _text(element)
    if text not in ("true", "false", "1", "0"):
        raise RecordMistake("it is neither true nor false", _line(element), local_name(element), path)
    return text in ("true", "1")
