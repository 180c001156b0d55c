"""What differs from one database product to another; everything else is shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.engine import URL

if TYPE_CHECKING:
    from pipelines.sources.databases.query import EntityQuery
    from pipelines.sources.databases.session import Session

# Why a statement or a connection failed: login, the database's name, the estate's SQL, a value, or what may pass.
Cause = Literal["login", "database", "sql", "data", "gone"]


@dataclass(frozen=True)
class Blame:
    """Why the database failed. ``detail`` may be shown: a code, or words on the estate's SQL; never a value."""

    cause: Cause
    detail: str


@dataclass(frozen=True)
class Piece:
    """Some records in the order of the query: the contract's columns as ``pa.string()``, empty is null.

    ``keys``: the values of ``noegle``, as they are bound again; empty where the query has none.
    """

    columns: pa.RecordBatch
    keys: Sequence[Any]


# Runs the statement of an entity and yields its records, whose first has the row number given.
Read = Callable[["Session", "EntityQuery", "Select[Any]", int], Iterator[Piece]]


@dataclass(frozen=True)
class Dialect:
    """One database product.

    ``driver``: SQLAlchemy's name of the driver, which Debian's or PyPI's ``package`` brings. ``connect``: what the
    driver is given beside the address. ``engine``: what SQLAlchemy is. ``begin``: SQL that makes the transaction
    read only and see one state. ``now``: SQL for the time of that state, as ISO 8601 text in UTC; None where
    transactions see no one state. ``blame`` tells of a driver's error why; ``errors`` are those that SQLAlchemy does
    not wrap. ``types`` tells Arrow types of columns (contract's name to driver's description) that the driver tells
    more of than the values do. ``exact``: a column as it is told apart, where the database holds unlike texts for
    equal. ``bound``: the value of a key as it is bound again.
    """

    art: str
    driver: str
    package: str
    now: str | None
    read: Read
    blame: Callable[[BaseException], Blame]
    begin: tuple[str, ...] = ()
    connect: Mapping[str, Any] = field(default_factory=dict)
    engine: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[type[Exception], ...] = ()
    address: Callable[[URL], URL] = lambda url: url
    types: Callable[[Session, Mapping[str, Any]], Mapping[str, pa.DataType]] = lambda _session, _described: {}
    exact: Callable[[ColumnElement[Any]], ColumnElement[Any]] = lambda column: column
    bound: Callable[[Any], Any] = lambda value: value


def blame_by_class(error: BaseException, detail: str) -> Blame:
    """Why, as the classes of DB-API 2.0 (PEP 249) tell it, where the product's own code is not known."""
    names = {each.__name__ for each in type(error).__mro__}
    if "DataError" in names:
        return Blame("data", detail)
    if names & {"ProgrammingError", "NotSupportedError"}:
        return Blame("sql", detail)
    return Blame("gone", detail)


def blame_by_sqlstate(sqlstate: str) -> Blame | None:
    """Why, as the class of an SQLSTATE tells it (ISO/IEC 9075); None where it tells nothing that matters here."""
    detail = f"SQLSTATE {sqlstate}"
    match sqlstate[:2]:
        case "28":
            return Blame("login", detail)
        case "3D":
            return Blame("database", detail)
        # 0A: not supported; 25: a write in a transaction that may only read; 3F: no such schema.
        case "42" | "0A" | "25" | "3F":
            return Blame("sql", detail)
        # 21: a subquery with several rows; 22: a value that does not fit.
        case "21" | "22":
            return Blame("data", detail)
    return None
