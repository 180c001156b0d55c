"""One arkiveringsversion as an extract: its tables, its documents, its files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa

from pipelines.sources.block import RecordMistake
from pipelines.sources.native import LINE, Extract, NativeTable, OnRead
from pipelines.sources.siard.indices import (
    Table,
    join_documents,
    read_archive_index,
    read_context_index,
    read_document_index,
    read_file_index,
    read_table_index,
)
from pipelines.sources.siard.media import Archive, check_files, open_archive
from pipelines.sources.siard.rows import Form, read_rows

_BATCH_ROWS = 16384


def open_extract(folder: Path) -> Extract:
    """The arkiveringsversion whose media folders lie in ``folder``, after bekendtgørelse 1007/2010 or 128/2020.

    Every file of every medium is read and held to fileIndex's MD5 before anything is given out. The tables are
    those of tableIndex under its names, and three more: ``fileIndex``; and where there are documents ``docIndex``
    and ``dokumentfil``, the files of each document. Values are text as the XML has them (a TIMESTAMP is
    ``2020-05-22T21:00:00`` without offset, a DATE ``2020-05-22``); ``linje`` is the number of the row's element
    from 1, since whole tables are often written on one physical line.

    Raises ``RecordMistake`` with the file, and the number of its element (docIndex, fileIndex, tables) or its
    physical line (the other indices), when anything is not as the indices say.
    """
    archive = open_archive(folder)
    indices = {name: f"{archive.medium(1)}/Indices/{name}.xml" for name in _INDICES}
    has_documents = read_archive_index(archive, indices["archiveIndex"])
    read_context_index(archive, indices["contextDocumentationIndex"])
    declared = read_table_index(archive, indices["tableIndex"])
    listed = read_file_index(archive, indices["fileIndex"])
    paths = _table_paths(declared, listed, indices["fileIndex"], indices["tableIndex"])
    if not has_documents and indices["docIndex"] not in listed["path"]:
        _refuse_unindexed_documents(listed, indices["fileIndex"])
        del indices["docIndex"]
    documents = read_document_index(archive, indices["docIndex"]) if "docIndex" in indices else None
    in_indices = listed.filter(pl.col("foN") == f"{archive.medium(1)}/Indices")["path"]
    files, hashed = check_files(archive, listed, indices["fileIndex"], {*in_indices, *paths.values()})

    tables = [_native(archive, table, paths[table.folder], files) for table in declared]
    tables.append(_from_frame("fileIndex", indices["fileIndex"], ("foN", "fiN", "md5", "bytes"), files))
    if documents is not None:
        of_documents = join_documents(documents, files, indices["docIndex"], indices["fileIndex"])
        tables.append(_from_frame("docIndex", indices["docIndex"], (*_DOCUMENT_COLUMNS, "gmlXsd"), documents))
        columns = (*_DOCUMENT_COLUMNS, "filnavn", "bytes", "md5")
        tables.append(_from_frame("dokumentfil", indices["fileIndex"], columns, of_documents))
    _refuse_taken_names(tables, indices["tableIndex"])
    return Extract({table.name: table for table in tables}, hashed)


_INDICES = ("archiveIndex", "contextDocumentationIndex", "docIndex", "fileIndex", "tableIndex")
_DOCUMENT_COLUMNS = ("dID", "pID", "mID", "dCf", "oFn", "aFt")


def _table_paths(tables: list[Table], listed: pl.DataFrame, files_path: str, tables_path: str) -> dict[str, str]:
    """Where each table's XML lies, by its folder; it may lie on any medium."""
    at = listed.filter(pl.col("foN").str.contains("/Tables/", literal=True)).select("foN", "fiN", "path", LINE)
    found: dict[str, list[str]] = {table.folder: [] for table in tables}
    for place, name, path, number in at.iter_rows():
        folder = place.rpartition("/")[2]
        if folder not in found:
            raise RecordMistake("it is the folder of a table that tableIndex does not have", number, "foN", files_path)
        if name.lower() == f"{folder}.xml":
            found[folder].append(path)
    for folder, places in found.items():
        if len(places) != 1:
            reason = f"fileIndex lists {len(places)} XML files of {folder}, which must be one; send the table"
            raise RecordMistake(reason, None, file=tables_path)
    return {folder: places[0] for folder, places in found.items()}


def _refuse_unindexed_documents(listed: pl.DataFrame, path: str) -> None:
    documents = listed.filter(pl.col("foN").str.contains("/Documents/", literal=True))
    if len(documents):
        reason = "there are documents, and archiveIndex says that there are none and docIndex is not listed"
        raise RecordMistake(reason, documents[LINE][0], "foN", path)


def _refuse_taken_names(tables: list[NativeTable], path: str) -> None:
    names = [table.name.lower() for table in tables]
    if len(set(names)) != len(names):
        reason = "a table is called docIndex, fileIndex or dokumentfil, which are the names of the indices here"
        raise RecordMistake(reason, None, file=path)


def _native(archive: Archive, table: Table, path: str, files: pl.DataFrame) -> NativeTable:
    (md5,) = files.filter(pl.col("path") == path)["md5"]
    read = _reader(archive, table.form, table.rows, path, md5)
    return NativeTable(table.name, path, table.form.columns, read, table.rows, table.meanings)


def _reader(
    archive: Archive, form: Form, rows: int, path: str, md5: str
) -> Callable[[OnRead], Iterator[pa.RecordBatch]]:
    def read(on_read: OnRead) -> Iterator[pa.RecordBatch]:
        if LINE in map(str.lower, form.columns):
            reason = f"a column is called {LINE}, which is what the row's number is called here; leave the table out"
            raise RecordMistake(reason, None, file=path)
        # The file was whole when the archive was opened; what is read now is held to it again.
        digest = hashlib.md5(usedforsecurity=False)

        def chunks() -> Iterator[bytes]:
            for chunk in archive.chunks(path, on_read):
                digest.update(chunk)
                yield chunk

        found = 0
        for batch in read_rows(chunks(), form, path):
            found += batch.num_rows
            yield batch
        if digest.hexdigest() != md5:
            raise RecordMistake("the file was changed while it was read; copy it again", None, file=path)
        if found != rows:
            raise RecordMistake(f"the table has {found} rows where tableIndex says {rows}", None, file=path)

    return read


def _from_frame(name: str, path: str, columns: tuple[str, ...], frame: pl.DataFrame) -> NativeTable:
    def read(_on_read: OnRead) -> Iterator[pa.RecordBatch]:
        schema = pa.schema([*((column, pa.string()) for column in columns), (LINE, pa.int64())])
        texts = frame.select(pl.col(columns).cast(pl.String), LINE)
        for part in texts.iter_slices(_BATCH_ROWS):
            yield from part.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema).combine_chunks().to_batches()

    return NativeTable(name, path, columns, read, len(frame))
