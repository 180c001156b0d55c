"""A delivery that is asked of a database: what there is, at which time, and the records of each entity."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy.engine import URL

from pipelines.contract import Column, Entity, entities_of
from pipelines.errors import DeliveryRefused, InputError, SourceFailed
from pipelines.estate_sources import Afbildning, Kilde
from pipelines.lake import FOLDER_TIME
from pipelines.sources.block import Block, Header, RecordMistake, refuse_long_fields
from pipelines.sources.databases.dialect import Dialect, Piece
from pipelines.sources.databases.query import Counts, EntityQuery, bound, entity_query
from pipelines.sources.databases.rows import as_texts
from pipelines.sources.databases.session import Session
from pipelines.sources.delivery import OnRead
from pipelines.sources.kinds import KINDS
from pipelines.sources.native import SourceRemark

# Seconds to wait before each try to go on where the connection broke.
_WAITS = (1, 4, 16)
_NOT_ORDERED = "noegle does not differ in every row, or is not ordered as it compares; name another column"


@dataclass(frozen=True)
class Survey:
    """What a database tells before its records are read: its time in UTC, whole seconds, and counts by entity."""

    udtrukket: datetime
    counts: Mapping[str, Counts]


@dataclass(frozen=True)
class DatabaseDelivery:
    """What a database holds of one kommune, in one transaction."""

    kilde: Kilde
    system: str
    kommunekode: str
    session: Session
    queries: Mapping[str, EntityQuery]
    survey: Survey

    @property
    def id(self) -> str:
        """``system/kommunekode/YYYYMMDDTHHMMSSZ``."""
        return _id(self.system, self.kommunekode, self.udtrukket)

    @property
    def udtrukket(self) -> datetime:
        """The time that the state is of, in UTC and whole seconds."""
        return self.survey.udtrukket

    @cached_property
    def entities(self) -> Sequence[DatabaseEntity]:
        """Those that the estate asks for, in the contract's order."""
        return [DatabaseEntity(self, query) for query in self.queries.values()]

    @property
    def kontroltal(self) -> Mapping[str, int]:
        """What the database itself counts in the same transaction."""
        counted = {query.entity.kontroltal: self.survey.counts[name].distinct for name, query in self.queries.items()}
        return {name: total for name, total in counted.items() if name is not None and total is not None}

    @property
    def said(self) -> Mapping[str, Any]:
        """What was asked and counted; nothing of where the database stands or who asks."""
        return {
            "version": 1,
            "system": self.system,
            "kommunekode": self.kommunekode,
            "udtrukket": self.udtrukket.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "kilde": {"art": self.kilde.art},
            "filer": [
                {
                    "navn": delivered.name,
                    "entitet": delivered.entity.name,
                    "raekker": delivered.sent,
                    "forespoergsel": {"sha256": _sha256(self.kilde.entiteter[delivered.entity.name].model_dump())},
                }
                for delivered in self.entities
            ],
            "kontroltal": dict(self.kontroltal),
        }

    @property
    def sha256(self) -> str:
        """SHA-256 in hex of what is said, as JSON with its keys in order."""
        return _sha256(self.said)

    def remarks(self) -> list[SourceRemark]:
        """None: what is odd shows in the records."""
        return []

    def refused(self, reason: str, kontroltal: str | None = None) -> DeliveryRefused:
        """The refusal of the delivery for what the database counts."""
        column = None if kontroltal is None else "kontroltal"
        return DeliveryRefused(reason, delivery=self.id, file=self.kilde.art, column=column)

    def check_same(self, on_read: OnRead) -> None:
        """Nothing more can be held against a database than the time and the counts, which are in what is said."""

    def resume(self, failure: SourceFailed) -> None:
        """Connect again to a copy that stands still; raises ``failure``, or ``SourceFailed`` when it has changed."""
        for wait in _WAITS:
            time.sleep(wait)
            try:
                self.session.connect()
                found = take_survey(self.session, self.kilde, self.kommunekode, self.queries)
            except SourceFailed as error:
                failure = error
                continue
            if found != self.survey:
                raise SourceFailed(
                    f"{self.session.named} broke off, and is another copy now. Nothing of it is landed; pull again."
                )
            return
        raise failure


@dataclass(frozen=True)
class DatabaseEntity:
    """One entity of the delivery, asked of its tables."""

    delivery: DatabaseDelivery
    query: EntityQuery

    @property
    def entity(self) -> Entity:
        """The contract's entity."""
        return self.query.entity

    @property
    def name(self) -> str:
        """As messages name it."""
        return _name(self.entity, self.delivery.kilde)

    @property
    def sent(self) -> int:
        """The database's own count."""
        return self.delivery.survey.counts[self.entity.name].rows

    @contextmanager
    def open(self, on_read: OnRead) -> Iterator[DatabaseRecords]:
        """Nothing is asked before the first block is."""
        yield DatabaseRecords(self, on_read)

    def refused(
        self, reason: str, line: int | None = None, column: str | None = None, file: str | None = None
    ) -> DeliveryRefused:
        """The refusal of the delivery for what the entity holds; lines are rows of the query, from 1."""
        return DeliveryRefused(reason, delivery=self.delivery.id, file=file or self.name, line=line, column=column)


@dataclass(frozen=True)
class DatabaseRecords:
    """One reading of an entity."""

    delivered: DatabaseEntity
    on_read: OnRead

    @property
    def header(self) -> Header:
        """What the query has beside the contract, and what it lacks."""
        return self.delivered.query.header

    def blocks(self) -> Iterator[Block]:
        """The records in their order, lines counted from 1; raises ``RecordMistake``."""
        first = 1
        for piece in self._pieces():
            lines = np.arange(first, first + piece.columns.num_rows)
            refuse_long_fields(piece.columns, lines)
            self.on_read(self.delivered.name, piece.columns.nbytes)
            yield Block(piece.columns, lines)
            first += len(lines)

    def verify(self, rows: int | None) -> None:
        """Raise ``DeliveryRefused`` unless as many rows came as were counted."""
        sent = self.delivered.sent
        if rows is not None and rows != sent:
            raise self.delivered.refused(
                f"the query gave {rows} rows where the database counted {sent}; let it give the same each time"
            )

    def _pieces(self) -> Iterator[Piece]:
        query, session = self.delivered.query, self.delivered.delivery.session
        if query.noegle is None:
            yield from session.dialect.read(session, query, query.records(), 1)
            return
        last, rows, since_break = None, 0, 1
        while True:
            before = rows
            try:
                for piece in self._part(last, rows):
                    yield piece
                    last, rows, since_break = piece.keys[-1], rows + len(piece.keys), since_break + 1
            except SourceFailed as failure:
                # One that breaks again before a single record has come will do so for ever.
                if self.delivered.delivery.kilde.udtrukket is None or not since_break:
                    raise
                self.delivered.delivery.resume(failure)
                since_break = 0
                continue
            if rows - before < self.delivered.delivery.kilde.raekker_pr_del:
                return

    def _part(self, last: Any, rows: int) -> Iterator[Piece]:
        """The records after ``last``, of which ``rows`` are read. It is asked for again: it must be there, once."""
        query, session = self.delivered.query, self.delivered.delivery.session
        most = self.delivered.delivery.kilde.raekker_pr_del
        again = last is not None
        statement = query.records(session.dialect.bound(last) if again else None, most + again)
        read = session.dialect.read(session, query, statement, rows + 1 - again)
        before = None
        for piece in read:
            keys = piece.keys
            if again and before is None and keys[0] != last:
                raise RecordMistake(_NOT_ORDERED, rows)
            for number, (earlier, key) in enumerate(zip([before, *keys[:-1]], keys, strict=True)):
                if earlier == key:
                    raise RecordMistake(_NOT_ORDERED, rows + 1 - again + number)
            skipped = 1 if again and before is None else 0
            rows, before = rows + len(keys) - skipped, keys[-1]
            if len(keys) > skipped:
                yield Piece(piece.columns.slice(skipped), keys[skipped:])
            again = False
        if again:
            raise RecordMistake(_NOT_ORDERED, rows)


@contextmanager
def open_database(kilde: Kilde, system: str, kommunekode: str, connection: URL | None) -> Iterator[DatabaseDelivery]:
    """The delivery of ``system`` that the database at ``connection`` holds of ``kommunekode``, while it is open.

    Raises ``SourceFailed`` when it cannot be reached, ``InputError`` when the estate asks for what it does not have,
    ``DeliveryRefused`` when what it has breaks the contract.
    """
    dialect: Dialect = import_module(KINDS[kilde.art].module).DIALECT
    named = f"The {kilde.art} source of {system} for {kommunekode}"
    if connection is None:
        raise InputError(f"{named} has no address. Give it a forbindelse in the estate.")
    asked = _asked(kilde, system, named)
    if dialect.now is None and kilde.udtrukket is None:
        raise InputError(
            f"{named} cannot be read while others write in it: {kilde.art} shows no one state of all its tables "
            "without locking them. Read a copy that stands still, and give udtrukket in the estate: SQL for its time."
        )
    session = Session(dialect, connection, named, kilde.raekker_pr_sekund)
    try:
        session.connect()
        moment = _udtrukket(session, kilde, kommunekode)
        queries, counts = {}, {}
        for entity, mapping in asked:
            try:
                queries[entity.name] = entity_query(session, entity, mapping, kommunekode)
                counts[entity.name] = queries[entity.name].count(session)
            except RecordMistake as mistake:
                raise DeliveryRefused(
                    mistake.reason,
                    delivery=_id(system, kommunekode, moment),
                    file=_name(entity, kilde),
                    line=mistake.line,
                    column=mistake.column,
                ) from None
        yield DatabaseDelivery(kilde, system, kommunekode, session, queries, Survey(moment, counts))
    finally:
        session.close()


def take_survey(session: Session, kilde: Kilde, kommunekode: str, queries: Mapping[str, EntityQuery]) -> Survey:
    """Ask the time and the counts again."""
    moment = _udtrukket(session, kilde, kommunekode)
    return Survey(moment, {name: query.count(session) for name, query in queries.items()})


def _asked(kilde: Kilde, system: str, named: str) -> list[tuple[Entity, Afbildning]]:
    delivered = {entity.name: entity for entity in entities_of(system)}
    if unknown := sorted(kilde.entiteter.keys() - delivered.keys()):
        raise InputError(
            f"{named} is asked for {', '.join(unknown)}, which {system} does not deliver; it delivers "
            f"{', '.join(delivered)}. Correct entiteter in the estate."
        )
    return [(entity, kilde.entiteter[name]) for name, entity in delivered.items() if name in kilde.entiteter]


def _udtrukket(session: Session, kilde: Kilde, kommunekode: str) -> datetime:
    # Landing is made of sources; here alone a source needs what landing takes for a time.
    from pipelines.landing.moments import read_moment

    sql = kilde.udtrukket or session.dialect.now
    assert sql is not None
    wrong = f"{session.named}: udtrukket in the estate must be SQL that gives one row of one column with a time"
    column = Column("udtrukket", "timestamp", "")
    try:
        result = session.run(bound(sql, kommunekode))
        if not result.returns_rows:
            raise InputError(f"{wrong}; it gives no rows.")
        description = session.describe(result)
        with session.blaming():
            rows = result.fetchmany(2)
            result.close()
        if len(rows) != 1 or len(rows[0]) != 1:
            raise InputError(f"{wrong}; it gives another number of them.")
        types = session.dialect.types(session, {column.name: description[0]})
        declared = types.get(column.name)
        # PostgreSQL's driver gives a time as it is; only COPY gives it as text.
        values: pa.Array = as_texts(column, list(rows[0]), declared)
    except RecordMistake as mistake:
        raise InputError(f"{wrong}; {mistake.reason}.") from None
    text = values[0].as_py()
    if text is None:
        raise InputError(f"{wrong}; it gives null.")
    moment = read_moment(text)
    if isinstance(moment, str):
        raise InputError(f"{wrong}; {moment}.")
    return moment.replace(microsecond=0)


def _id(system: str, kommunekode: str, udtrukket: datetime) -> str:
    return f"{system}/{kommunekode}/{udtrukket.strftime(FOLDER_TIME)}"


def _name(entity: Entity, kilde: Kilde) -> str:
    return f"{entity.name} ({kilde.art})"


def _sha256(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
