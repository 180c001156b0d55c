"""A Parquet file as blocks of records in the form that CSV has too: text, to be conformed by one road."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.contract import Column, Entity
from pipelines.sources.block import Block, Header, RecordMistake, read_header, refuse_long_fields

_BATCH_ROWS = 16_384
_CHUNK_BYTES = 8 * 1024 * 1024
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)

_ALLOWED = {
    "text": "text; identifiers are text, never numbers",
    "cpr": "text of ten digits, never a number",
    "uuid": "text or a 16-byte uuid",
    "timestamp": "a timestamp or ISO 8601 text",
    "date": "a date or text YYYY-MM-DD",
    "integer": "an integer or text",
}


class ParquetFile:
    """One reading of ``stream``, an open file at its start.

    ``on_read`` is told the size of each piece read, in bytes. ``header`` holds once ``blocks`` has begun.
    Lines are row numbers, counted from 1.
    """

    def __init__(self, stream: BinaryIO, entity: Entity, *, on_read: Callable[[int], None] = lambda _: None) -> None:
        self.header = Header((), ())
        self._stream = stream
        self._entity = entity
        self._on_read = on_read

    def sha256(self) -> str:
        """SHA-256 of the whole file in hex."""
        self._stream.seek(0)
        digest = hashlib.sha256()
        while chunk := self._stream.read(_CHUNK_BYTES):
            digest.update(chunk)
        return digest.hexdigest()

    def blocks(self) -> Iterator[Block]:
        """The records in their order; raises ``RecordMistake`` at the first that is not in order."""
        try:
            file = pq.ParquetFile(self._stream)
            schema = file.schema_arrow
        except (pa.ArrowException, OSError) as error:
            raise RecordMistake("the file is not a Parquet file that can be read; write it again", None) from error
        self.header = read_header(schema.names, self._entity)
        columns = [column for column in self._entity.columns if column.name not in self.header.absent]
        for column in columns:
            if not _allowed(column, schema.field(column.name).type):
                raise RecordMistake(f"the column's type must be {_ALLOWED[column.type]}", None, column.name)
        size = self._stream.seek(0, 2)
        rows, told = 0, 0
        batches = file.iter_batches(batch_size=_BATCH_ROWS, columns=[column.name for column in columns])
        while True:
            try:
                batch = next(batches, None)
                if batch is None:
                    break
                batch.validate(full=True)
            except (pa.ArrowException, OSError) as error:
                reason = "a page cannot be read, or a text is not UTF-8; write the file again"
                raise RecordMistake(reason, rows + 1) from error
            lines = np.arange(rows + 1, rows + 1 + batch.num_rows)
            texts = [_as_text(batch.column(column.name)) for column in columns]
            block = pa.record_batch(texts, names=[column.name for column in columns])
            _refuse_nul(block, lines)
            refuse_long_fields(block, lines)
            yield Block(block, lines)
            rows += batch.num_rows
            done = size * rows // max(file.metadata.num_rows, 1)
            self._on_read(done - told)
            told = done


def _allowed(column: Column, delivered: pa.DataType) -> bool:
    if pa.types.is_dictionary(delivered):
        delivered = delivered.value_type
    is_of = pa.types
    if any(check(delivered) for check in (is_of.is_null, is_of.is_string, is_of.is_large_string, is_of.is_string_view)):
        return True
    match column.type:
        case "uuid":
            return delivered in (pa.uuid(), pa.binary(16))
        case "timestamp":
            return bool(is_of.is_timestamp(delivered))
        case "date":
            return bool(is_of.is_date(delivered))
        case "integer":
            return bool(is_of.is_integer(delivered))
    return False


def _as_text(values: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    if values.type == pa.binary(16):
        text = _uuids_as_text(values)
    elif pa.types.is_timestamp(values.type):
        # %S has the fraction too. A time without zone stays without offset, for the contract to judge.
        zone = values.type.tz
        utc = values.cast(pa.timestamp(values.type.unit, "UTC")) if zone else values
        text = pc.strftime(utc, format="%Y-%m-%dT%H:%M:%SZ" if zone else "%Y-%m-%dT%H:%M:%S")
    else:
        text = values.cast(pa.string())
    # Empty is null, and what offsets the batch came with is gone.
    return pl.Series(text).replace({"": None}).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())


def _uuids_as_text(values: pa.Array) -> pa.Array:
    raw = np.frombuffer(values.buffers()[1], np.uint8).reshape(-1, 16)[values.offset : values.offset + len(values)]
    digits = np.stack((_HEX[raw >> 4], _HEX[raw & 15]), axis=2).reshape(-1, 32)
    dash = np.full((len(raw), 1), ord("-"), np.uint8)
    parts = [digits[:, :8], dash, digits[:, 8:12], dash, digits[:, 12:16], dash, digits[:, 16:20], dash, digits[:, 20:]]
    text = np.ascontiguousarray(np.concatenate(parts, axis=1))
    offsets = pa.py_buffer(np.arange(0, 36 * len(raw) + 1, 36, dtype=np.int32))
    whole = pa.Array.from_buffers(pa.string(), len(raw), [None, offsets, pa.py_buffer(text)])
    return pc.if_else(values.is_valid(), whole, None)


def _refuse_nul(block: pa.RecordBatch, lines: np.ndarray) -> None:
    for name, column in zip(block.schema.names, block.columns, strict=True):
        found = pl.Series(column).str.contains("\0", literal=True).fill_null(value=False)
        if found.any():
            raise RecordMistake("the text has a NUL; send it without", int(lines[found.arg_max()]), name)
