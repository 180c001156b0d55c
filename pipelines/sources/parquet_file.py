"""A Parquet file as blocks of records in the form that CSV has too: text, to be conformed by one road."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.contract import Entity
from pipelines.sources.block import Block, Header, RecordMistake, read_header, refuse_long_fields
from pipelines.sources.typed import as_text, refuse_nul, refuse_type

_BATCH_ROWS = 16_384
_CHUNK_BYTES = 8 * 1024 * 1024


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
            refuse_type(column, schema.field(column.name).type)
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
            texts = [as_text(batch.column(column.name)) for column in columns]
            block = pa.record_batch(texts, names=[column.name for column in columns])
            refuse_nul(block, lines)
            refuse_long_fields(block, lines)
            yield Block(block, lines)
            rows += batch.num_rows
            done = size * rows // max(file.metadata.num_rows, 1)
            self._on_read(done - told)
            told = done
