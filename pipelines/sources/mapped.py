"""An extract in a form of its own as a delivery: each entity had from the source's tables by DuckDB SQL.

The SQL stands in the estate, or comes with the form; a column mapping is the SQL that is written for it here. It
runs in memory alone and may not spill: what it reads holds personal numbers and texts that are not masked yet.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.contract import ENTITIES, Entity, entities_of
from pipelines.errors import DeliveryRefused, InputError, scrub_foreign
from pipelines.estate_sources import Afbildning
from pipelines.lake import FOLDER_TIME
from pipelines.sources.block import Block, Header, RecordMistake, read_header, refuse_long_fields
from pipelines.sources.column_mapping import column_sql, mapped_table
from pipelines.sources.delivery import OnRead
from pipelines.sources.native import LINE, Extract, NativeTable, SourceRemark
from pipelines.sources.typed import as_text, refuse_nul, refuse_type

_BATCH_ROWS = 16_384
_SETTINGS: dict[str, Any] = {
    "memory_limit": "400MB",
    # One thread keeps the source's order; an empty folder for temporary files is none.
    "threads": "1",
    "temp_directory": "",
    "arrow_lossless_conversion": "true",
}
_KOMMUNEKODE = re.compile(r"(?<!:):kommunekode\b")


@dataclass(frozen=True)
class MappedDelivery:
    """What ``extract`` holds of ``kommunekode``, as a delivery of ``system``. ``udtrukket`` is UTC.

    ``entiteter`` is the estate's mapping, which stands before the form's own. Raises ``InputError`` for a mapping
    that the extract's tables do not fit.
    """

    art: str
    system: str
    kommunekode: str
    udtrukket: datetime
    extract: Extract
    entiteter: Mapping[str, Afbildning]

    @property
    def id(self) -> str:
        """``system/kommunekode/YYYYMMDDTHHMMSSZ``."""
        return f"{self.system}/{self.kommunekode}/{self.udtrukket.strftime(FOLDER_TIME)}"

    @cached_property
    def entities(self) -> tuple[MappedEntity, ...]:
        """The entities that there is a mapping for, in the contract's order."""
        delivered = [entity.name for entity in entities_of(self.system)]
        wanted = [*self.entiteter, *self.extract.mapping]
        if other := sorted(set(wanted) - set(delivered)):
            raise InputError(
                f"{self.id}: {self.system} does not deliver {', '.join(other)}; it delivers {', '.join(delivered)}."
            )
        if not wanted:
            raise InputError(
                f"{self.id}: what lies there has the tables {', '.join(sorted(self.extract.tables))}, and no entity "
                f"is had from them. Give a mapping in the estate: kilder.{self.system}.entiteter."
            )
        return tuple(self._entity(ENTITIES[name]) for name in delivered if name in wanted)

    @property
    def kontroltal(self) -> Mapping[str, int]:
        """The source's own totals."""
        return self.extract.kontroltal

    @cached_property
    def said(self) -> Mapping[str, Any]:
        """The files that were read, and the SQL that each entity was had by."""
        return {
            "version": 1,
            "system": self.system,
            "kommunekode": self.kommunekode,
            "udtrukket": self.udtrukket.isoformat(),
            "kilde": {"art": self.art},
            "filer": [{"navn": file.name, "bytes": file.bytes, "sha256": file.sha256} for file in self.extract.files],
            "entiteter": [
                {"entitet": each.entity.name, "afbildning_sha256": hashlib.sha256(each.sql.encode()).hexdigest()}
                for each in self.entities
            ],
            "kontroltal": dict(self.kontroltal),
        }

    @property
    def sha256(self) -> str:
        """SHA-256 of what is said, in hex."""
        return hashlib.sha256(json.dumps(self.said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def remarks(self) -> tuple[SourceRemark, ...]:
        """What was odd in the files."""
        return self.extract.remarks()

    def refused(self, reason: str, kontroltal: str | None = None) -> DeliveryRefused:
        """The refusal of the delivery for what the source says of it."""
        return DeliveryRefused(reason, delivery=self.id, file=self.art, column=kontroltal and "kontroltal")

    def check_same(self, on_read: OnRead) -> None:
        """Nothing more: the checksum of every file stands in what is said."""

    def _entity(self, entity: Entity) -> MappedEntity:
        mapping = self.entiteter.get(entity.name)
        if mapping is None:
            return MappedEntity(self, entity, self.extract.mapping[entity.name])
        if mapping.sql is not None:
            return MappedEntity(self, entity, mapping.sql)
        table = mapped_table(entity, mapping, self.extract.tables)
        whole = mapping.kommunekolonne is None
        return MappedEntity(self, entity, column_sql(entity, mapping, table), table.rows if whole else None)


@dataclass(frozen=True)
class MappedEntity:
    """One entity, had by ``sql`` from the tables of the extract. ``sent``: the source's own count of it."""

    delivery: MappedDelivery = field(repr=False)
    entity: Entity
    sql: str = field(repr=False)
    sent: int | None = None

    @cached_property
    def tables(self) -> tuple[NativeTable, ...]:
        """The tables that the SQL reads; raises ``InputError`` for SQL that cannot be run on those there are."""
        with self._session(lambda *_: None) as (_, streams):
            return tuple(stream.table for stream in streams)

    @property
    def query(self) -> str:
        """The SQL with DuckDB's way of naming a parameter."""
        return _KOMMUNEKODE.sub("$kommunekode", self.sql)

    @property
    def name(self) -> str:
        """The file that the records stand in, or the files."""
        return scrub_foreign(", ".join(dict.fromkeys(table.file for table in self.tables)) or self.delivery.art)

    def refused(
        self, reason: str, line: int | None = None, column: str | None = None, file: str | None = None
    ) -> DeliveryRefused:
        """The refusal of the delivery for what this entity holds."""
        named = scrub_foreign(file or self.name)
        return DeliveryRefused(reason, delivery=self.delivery.id, file=named, line=line, column=column)

    @contextmanager
    def open(self, on_read: OnRead) -> Iterator[MappedRecords]:
        """Begin a reading."""
        with self._session(on_read) as (session, streams):
            yield MappedRecords(self, session, streams)

    @property
    def parameters(self) -> dict[str, str]:
        """What the query is given."""
        return {"kommunekode": self.delivery.kommunekode} if "$kommunekode" in self.query else {}

    @contextmanager
    def _session(self, on_read: OnRead) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[_Stream]]]:
        """A session that sees the extract's tables and nothing else, and those of them that the SQL reads."""
        tables = self.delivery.extract.tables
        streams = [_Stream(table, partial(on_read, table.file)) for table in tables.values()]
        with duckdb.connect(config=_SETTINGS) as session:
            for stream in streams:
                session.register(stream.table.name, stream)
                stream.opened = 0
            session.execute("SET enable_external_access = false; SET lock_configuration = true")
            try:
                session.execute(f"EXPLAIN {self.query}", self.parameters)
            except duckdb.Error as error:
                # What DuckDB says before it has read a record speaks of the SQL alone.
                raise InputError(
                    f"{self.delivery.id}: the SQL of {self.entity.name} cannot be run on what lies there, the tables "
                    f"{', '.join(sorted(tables))}. DuckDB says: {str(error).strip()}"
                ) from None
            yield session, [stream for stream in streams if stream.opened]


class _Stream:
    """A native table that DuckDB reads anew each time its SQL names it."""

    def __init__(self, table: NativeTable, on_read: Any) -> None:
        self.table = table
        self.failure: Exception | None = None
        self.opened = 0
        self._on_read = on_read

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        self.opened += 1
        reader = pa.RecordBatchReader.from_batches(self.table.schema, self._batches())
        return reader.__arrow_c_stream__(requested_schema)

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            yield from self.table.read(self._on_read)
        except Exception as error:
            # DuckDB would tell of it in words of its own, with the values in them.
            self.failure = error
            raise


class MappedRecords:
    """One reading of a mapped entity."""

    def __init__(self, mapped: MappedEntity, session: duckdb.DuckDBPyConnection, streams: list[_Stream]) -> None:
        self.header = Header((), ())
        self._mapped = mapped
        self._session = session
        self._streams = streams

    def blocks(self) -> Iterator[Block]:
        """The records in the order of the SQL; raises ``RecordMistake``."""
        entity = self._mapped.entity
        batches = self._batches()
        schema = next(batches)
        self.header = read_header([name for name in schema.names if name != LINE], entity)
        columns = [column for column in entity.columns if column.name not in self.header.absent]
        names = [column.name for column in columns]
        for column in columns:
            refuse_type(column, schema.field(column.name).type, "; cast it in the SQL")
        rows = 0
        for batch in batches:
            numbered = np.arange(rows + 1, rows + 1 + batch.num_rows)
            lines = _lines(batch) if LINE in batch.schema.names else numbered
            texts = pa.record_batch([as_text(batch.column(column.name)) for column in columns], names=names)
            refuse_nul(texts, lines)
            refuse_long_fields(texts, lines)
            yield Block(texts, lines)
            rows += batch.num_rows

    def verify(self, rows: int | None) -> None:
        """Raise ``DeliveryRefused`` unless there are as many rows as the source says."""
        sent = self._mapped.sent
        if rows is not None and sent is not None and rows != sent:
            raise self._mapped.refused(f"there are {rows} rows where the source says {sent}; have it extracted again")

    def _batches(self) -> Iterator[Any]:
        """The schema of the result, then its batches."""
        try:
            result = self._session.execute(self._mapped.query, self._mapped.parameters)
            reader = result.to_arrow_reader(_BATCH_ROWS)
            yield reader.schema
            yield from reader
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            failures = [stream.failure for stream in self._streams if stream.failure is not None]
            if failures:
                raise failures[0] from None
            raise self._failed(error) from None

    def _failed(self, error: Exception) -> Exception:
        if isinstance(error, duckdb.OutOfMemoryException):
            return InputError(
                f"{self._mapped.delivery.id}: the SQL of {self._mapped.entity.name} needs more than "
                f"{_SETTINGS['memory_limit']} of memory; what it holds may not be written to disk. Sort and join less."
            )
        reason = (
            f"a value cannot be read by the SQL of {self._mapped.entity.name} ({type(error).__name__}); have the value "
            "put right, or let the SQL tell what is to stand there (try_cast, CASE)"
        )
        return RecordMistake(reason, None)


def _lines(batch: pa.RecordBatch) -> Any:
    return batch.column(LINE).cast(pa.int64()).to_numpy(zero_copy_only=False)
