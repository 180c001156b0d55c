"""What every source yields: records of one entity as text, with the line each begins on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.contract import MAX_FIELD_BYTES, Entity


@dataclass(frozen=True)
class Block:
    """Some records in the order they were sent.

    ``columns`` has every column of the entity that was delivered, as ``pa.string()`` and by the
    contract's names; empty is null. ``lines`` is the physical line (CSV) or row (Parquet) of each.
    """

    columns: pa.RecordBatch
    lines: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Header:
    """What a file's header has beside the contract's columns, and what of the contract it lacks."""

    unknown: tuple[str, ...]
    absent: tuple[str, ...]


class RecordMistake(ValueError):
    """A record breaks the contract. ``reason`` quotes no value. ``file``: which, where a source has several."""

    def __init__(self, reason: str, line: int | None, column: str | None = None, file: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.column = column
        self.file = file


def read_header(names: Sequence[str], entity: Entity) -> Header:
    """Hold the delivered column names against ``entity``; raises ``RecordMistake`` on line 1."""
    for number, name in enumerate(names, 1):
        if name in names[: number - 1]:
            raise RecordMistake(f"column {number} has the name of an earlier one; each column stands once", 1)
    declared = [column.name for column in entity.columns]
    absent = tuple(name for name in declared if name not in names)
    for name in absent:
        if entity.column(name).required:
            raise RecordMistake("the column is missing, and it may never be null; send it", 1, name)
    return Header(tuple(name for name in names if name not in declared), absent)


def refuse_long_fields(batch: pa.RecordBatch, lines: npt.NDArray[np.int64]) -> None:
    """Raise ``RecordMistake`` for the first value of ``batch`` above the contract's size."""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        offsets = np.frombuffer(column.buffers()[1], np.int32, len(column) + 1, column.offset * 4)
        too_long = np.diff(offsets) > MAX_FIELD_BYTES
        if too_long.any():
            reason = f"the field is longer than {MAX_FIELD_BYTES // (1024 * 1024)} MiB"
            raise RecordMistake(reason, int(lines[np.argmax(too_long)]), name)
