"""Typed columns, of a Parquet file or a database, as the contract's text: one road for all of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contract import Column
from pipelines.sources.block import RecordMistake

_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)

_ALLOWED = {
    "text": "text; identifiers are text, never numbers",
    "cpr": "text of ten digits, never a number",
    "uuid": "text or a 16-byte uuid",
    "timestamp": "a timestamp or ISO 8601 text",
    "date": "a date or text YYYY-MM-DD",
    "integer": "an integer or text",
}


def refuse_type(column: Column, delivered: pa.DataType, remedy: str = "") -> None:
    """Raise ``RecordMistake`` unless ``column`` may come as ``delivered``; ``remedy`` tells what to do."""
    if not _allowed(column, delivered):
        raise RecordMistake(f"the column's type must be {_ALLOWED[column.type]}{remedy}", None, column.name)


def as_text(values: pa.Array) -> pa.StringArray:
    """``values`` of an allowed type as ``pa.string()``; empty is null.

    A time with a zone is written in UTC with ``Z``. One without stays without offset, for the contract to judge.
    """
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    if values.type == pa.binary(16):
        text = _uuids_as_text(values)
    elif pa.types.is_timestamp(values.type):
        # %S has the fraction too.
        zone = values.type.tz
        utc = values.cast(pa.timestamp(values.type.unit, "UTC")) if zone else values
        text = pc.strftime(utc, format="%Y-%m-%dT%H:%M:%SZ" if zone else "%Y-%m-%dT%H:%M:%S")
    else:
        text = values.cast(pa.string())
    # Empty is null, and what offsets the batch came with is gone.
    return pl.Series(text).replace({"": None}).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())


def refuse_nul(block: pa.RecordBatch, lines: npt.NDArray[np.int64]) -> None:
    """Raise ``RecordMistake`` for the first text of ``block`` that holds a NUL."""
    for name, column in zip(block.schema.names, block.columns, strict=True):
        found = pl.Series(column).str.contains("\0", literal=True).fill_null(value=False)
        if found.any():
            raise RecordMistake("the text has a NUL; send it without", int(lines[found.arg_max()]), name)


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
            return bool(is_of.is_integer(delivered) or (is_of.is_decimal(delivered) and delivered.scale == 0))
    return False


def _uuids_as_text(values: pa.Array) -> pa.Array:
    raw = np.frombuffer(values.buffers()[1], np.uint8).reshape(-1, 16)[values.offset : values.offset + len(values)]
    digits = np.stack((_HEX[raw >> 4], _HEX[raw & 15]), axis=2).reshape(-1, 32)
    dash = np.full((len(raw), 1), ord("-"), np.uint8)
    parts = [digits[:, :8], dash, digits[:, 8:12], dash, digits[:, 12:16], dash, digits[:, 16:20], dash, digits[:, 20:]]
    text = np.ascontiguousarray(np.concatenate(parts, axis=1))
    offsets = pa.py_buffer(np.arange(0, 36 * len(raw) + 1, 36, dtype=np.int32))
    whole = pa.Array.from_buffers(pa.string(), len(raw), [None, offsets, pa.py_buffer(text)])
    return pc.if_else(values.is_valid(), whole, None)
