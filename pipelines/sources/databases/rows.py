"""Records as a driver gives them, value by value: read in batches of bounded size, and turned into columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
from sqlalchemy import Select

from pipelines.contract import Column
from pipelines.sources.block import RecordMistake
from pipelines.sources.databases.dialect import Piece
from pipelines.sources.databases.query import CAST_IT, EntityQuery
from pipelines.sources.databases.session import Session
from pipelines.sources.typed import as_text, refuse_nul, refuse_type

_PIECE_BYTES = 8 * 1024 * 1024
_FIRST_ROWS, _MOST_ROWS = 1_000, 10_000
_MIXED = "the values are of several types, or of one that cannot be read; cast the column in the query"


def read_rows(session: Session, query: EntityQuery, statement: Select[Any], first: int) -> Iterator[Piece]:
    """Run ``statement`` and yield its records as they come, ``first`` being the row number of the first."""
    with session.blaming():
        result = session.connection.execution_options(stream_results=True, max_row_buffer=_FIRST_ROWS).execute(
            statement
        )
    most = session.pace.most or _MOST_ROWS
    size = min(_FIRST_ROWS, most)
    while True:
        with session.blaming():
            rows: Sequence[Any] = result.fetchmany(size)
        if not rows:
            return
        session.pace.spend(len(rows))
        values = list(zip(*rows, strict=True))
        lines = np.arange(first, first + len(rows))
        texts = [
            as_texts(column, column_values, query.types.get(column.name))
            for column, column_values in zip(query.columns, values, strict=False)
        ]
        block = pa.record_batch(texts, names=[column.name for column in query.columns])
        refuse_nul(block, lines)
        try:
            yield Piece(block, () if query.noegle is None else values[-1])
        except GeneratorExit:
            # Some drivers would read all that is left, to be able to go on with another query.
            session.close()
            raise
        first += len(rows)
        # Long texts come few at a time.
        size = max(1, min(_MOST_ROWS, most, _PIECE_BYTES * len(rows) // max(block.nbytes, 1)))


def as_texts(column: Column, values: Sequence[Any], declared: pa.DataType | None) -> pa.Array:
    """One column's ``values`` as text; raises ``RecordMistake`` for those of a type that it may not come as."""
    found = next((value for value in values if value is not None), None)
    try:
        if isinstance(found, UUID):
            array = pa.array([None if value is None else value.bytes for value in values], pa.binary(16))
        elif isinstance(found, bytes | bytearray | memoryview):
            array = pa.array(values, pa.binary(16))
        else:
            array = pa.array(values, declared)
    except (pa.ArrowException, AttributeError, OverflowError, TypeError, ValueError):
        raise RecordMistake(_MIXED, None, column.name) from None
    refuse_type(column, array.type, CAST_IT)
    return as_text(array)
