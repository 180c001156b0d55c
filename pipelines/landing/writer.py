"""Parquet files in row groups of a fixed size: the same delivery gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

# DuckDB's own row group, so that its scans split well.
GROUP_ROWS = 122_880
_GROUP_BYTES = 64 * 1024 * 1024


class Writer:
    """Writes record batches of ``schema`` to ``path``. ``rows`` and ``nulls`` (in never-null columns) so far."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.rows = 0
        self.nulls = 0
        self._required = [field.name for field in schema if not field.nullable]
        # A dictionary of values that are all different costs time and gives nothing.
        repeated = [field.name for field in schema if pa.types.is_string(field.type) and field.name not in _DISTINCT]
        # A digest does not get smaller, and would only have to be unpacked again at every reading.
        packed = {field.name: "none" if field.name.endswith("aftryk") else "zstd" for field in schema}
        self._file = pq.ParquetWriter(path, schema, compression=packed, use_dictionary=repeated)
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        self._waiting_bytes = 0

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, batch: pa.RecordBatch) -> None:
        """Add ``batch``."""
        self.rows += batch.num_rows
        self.nulls += sum(batch.column(name).null_count for name in self._required)
        start = 0
        while start < batch.num_rows:
            part = batch.slice(start, GROUP_ROWS - self._waiting_rows)
            self._waiting.append(part)
            self._waiting_rows += part.num_rows
            self._waiting_bytes += part.nbytes
            start += part.num_rows
            if self._waiting_rows == GROUP_ROWS or self._waiting_bytes >= _GROUP_BYTES:
                self._flush()

    def close(self) -> None:
        """Write what waits and end the file."""
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        if self._waiting:
            self._file.write_table(pa.Table.from_batches(self._waiting), row_group_size=GROUP_ROWS)
        self._waiting, self._waiting_rows, self._waiting_bytes = [], 0, 0


_DISTINCT = frozenset({"tekst", "notat_id", "sagsnummer", "kontrolsum", "objekt_id", "gammel_id", "ny_id"})
