"""What the estate says of an entity, as SQL in the words of any database: SQLAlchemy writes it out for each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    TextClause,
    bindparam,
    column,
    false,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.sql.elements import quoted_name

from pipelines.contract import Column, Entity
from pipelines.errors import InputError
from pipelines.estate_sources import Afbildning
from pipelines.sources.block import Header, RecordMistake, read_header
from pipelines.sources.databases.session import Session
from pipelines.sources.typed import refuse_type

KEY = "afstem_noegle"
# What SQLAlchemy would take for a parameter, and is none of ours.
_OTHER_COLON = re.compile(r"(?<![:\w\\]):(?=\w)(?!kommunekode\b)")
_OURS = re.compile(r"(?<![:\w\\]):kommunekode\b(?!:)")


@dataclass(frozen=True)
class Counts:
    """What the database counts of an entity: its rows, and the different values of what its kontroltal counts."""

    rows: int
    distinct: int | None


@dataclass(frozen=True)
class EntityQuery:
    """How one entity is asked for.

    ``native``: the contract's column to the source's, as the database spells it. ``types``: what the driver tells of
    their types. ``noegle``: the column by which it is read part by part, as the database spells it.
    """

    entity: Entity
    header: Header
    native: Mapping[str, str]
    types: Mapping[str, pa.DataType]
    noegle: str | None
    _source: FromClause
    _where: tuple[ColumnElement[bool], ...]

    @property
    def columns(self) -> list[Column]:
        """The contract's columns that come, in its order."""
        return [each for each in self.entity.columns if each.name in self.native]

    def records(self, last: Any = None, most: int | None = None) -> Select[Any]:
        """Every record in the order of ``noegle``, else of the contract's key.

        From ``last`` on, that one too, and at most ``most``, where they are given. After the contract's columns
        comes ``noegle``. Texts are ordered as the database does it; what it holds for equal comes in any order.
        """
        chosen = {name: _named(self.native[name]).label(name) for name in (each.name for each in self.columns)}
        order = [chosen[name] for name in self.entity.key]
        if self.noegle is not None:
            order = [_named(self.noegle).label(KEY)]
        added = [] if self.noegle is None else order
        statement = select(*chosen.values(), *added).select_from(self._source).where(*self._where).order_by(*order)
        if self.noegle is not None and last is not None:
            statement = statement.where(_named(self.noegle) >= last)
        return statement if most is None else statement.limit(most)

    def count(self, session: Session) -> Counts:
        """Count in the database; raises ``RecordMistake`` for a ``noegle`` that is null."""
        # Groups are counted, as count(DISTINCT) sorts every row in some databases.
        counted = self.entity.counted if self.entity.kontroltal else None
        # A noegle that does not differ in every row is refused when it is read.
        differs = counted is not None and self.native[counted] == self.noegle
        if differs:
            counted = None
        value = literal_column("1") if counted is None else session.dialect.exact(_named(self.native[counted]))
        keyed = literal_column("1") if self.noegle is None else _named(self.noegle)
        groups = select(value.label("talt"), func.count().label("raekker"), func.count(keyed).label("noegler"))
        groups = groups.select_from(self._source).where(*self._where)
        if counted is not None:
            groups = groups.group_by(value)
        inner = groups.subquery("grupper")
        sums = select(func.sum(inner.c.raekker), func.count(inner.c.talt), func.sum(inner.c.noegler))
        found: Sequence[Any] = session.run(sums if counted is not None else groups).one()
        # Without groups the count stands in the middle.
        rows, distinct = (found[0], found[1]) if counted is not None else (found[1], found[1] if differs else None)
        if (found[2] or 0) != (rows or 0):
            raise RecordMistake("noegle is null in some rows; name a column that differs in every row", None)
        return Counts(int(rows or 0), distinct)


def bound(sql: str, kommunekode: str) -> TextClause:
    """The estate's ``sql`` with the kommune bound where it says ``:kommunekode``; other colons are SQL's own."""
    # A comment at its end must not swallow what is written after it.
    clause = text(_OTHER_COLON.sub(r"\:", sql.strip().rstrip(";")) + "\n")
    return clause.bindparams(bindparam("kommunekode", kommunekode, String)) if _OURS.search(sql) else clause


def entity_query(session: Session, entity: Entity, mapping: Afbildning, kommunekode: str) -> EntityQuery:
    """Ask the database which columns there are, and hold them against the contract.

    Raises ``RecordMistake`` (no line) for columns that break the contract, ``InputError`` for what the estate names
    and the database does not have.
    """
    source = _source(mapping, kommunekode)
    result = session.run(select(literal_column("*")).select_from(source).where(false()))
    description = session.describe(result)
    result.close()
    described = {str(each[0]): each for each in description}

    def spelled(name: str, key: str) -> str:
        found = _find(described, name)
        if found is None:
            raise InputError(
                f"{session.named}: entiteter.{entity.name}.{key} in the estate is no column of what is asked for; it "
                f"has {', '.join(described)}."
            )
        return found

    native = {}
    for name in (each.name for each in entity.columns):
        if name in mapping.kolonner:
            native[name] = spelled(mapping.kolonner[name], f"kolonner.{name}")
        elif found := _find(described, name):
            native[name] = found
    noegle = None if mapping.noegle is None else spelled(mapping.noegle, "noegle")
    where: tuple[ColumnElement[bool], ...] = ()
    used = {*native.values(), noegle}
    if mapping.kommunekolonne is not None:
        kommune = spelled(mapping.kommunekolonne, "kommunekolonne")
        where = (_named(kommune) == bindparam("kommunekode", kommunekode, String),)
        used.add(kommune)
    try:
        header = read_header([*native, *_unknown([str(each[0]) for each in description], used, entity)], entity)
    except RecordMistake as mistake:
        # There is no line that a header stands on.
        raise RecordMistake(mistake.reason, None, mistake.column) from None
    types = session.dialect.types(session, {name: described[found] for name, found in native.items()})
    query = EntityQuery(entity, header, native, types, noegle, source, where)
    for each in query.columns:
        if each.name in types:
            refuse_type(each, types[each.name], CAST_IT)
    return query


CAST_IT = "; cast it in the query"


def _source(mapping: Afbildning, kommunekode: str) -> FromClause:
    if mapping.sql is not None:
        return bound(mapping.sql, kommunekode).columns().subquery("kilde")
    assert mapping.tabel is not None
    *schema, name = mapping.tabel.split(".")
    return table(name, schema=".".join(schema) or None)


def _named(native: str) -> ColumnElement[Any]:
    """A column as the database spells it."""
    return column(quoted_name(native, quote=True))


def _find(names: Mapping[str, Any], wanted: str) -> str | None:
    if wanted in names:
        return wanted
    found = [name for name in names if name.lower() == wanted.lower()]
    if len(found) > 1:
        raise RecordMistake("several columns have the name but for capitals; name one under kolonner", None, wanted)
    return found[0] if found else None


def _unknown(names: Sequence[str], used: set[str | None], entity: Entity) -> list[str]:
    """What comes beside the contract's columns. One of the contract's name that is had from another is told apart."""
    declared = {each.name for each in entity.columns}
    again = [name for number, name in enumerate(names) if name in names[:number]]
    return [f"kilde.{name}" if name in declared else name for name in names if name not in used] + again
