"""One connection to a source's database, in one transaction, and what its errors mean."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, create_engine, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from pipelines.errors import InputError, SourceFailed
from pipelines.sources.block import RecordMistake
from pipelines.sources.databases.dialect import Blame, Dialect


class Session:
    """One connection at a time. ``named``: the source, as messages name it.

    No message, ``repr`` or log line has the address, user, password, or a value.
    """

    def __init__(self, dialect: Dialect, address: URL, named: str, rows_per_second: int | None) -> None:
        self.dialect = dialect
        self.named = named
        self.pace = Pace(rows_per_second)
        self._engine = _engine(dialect, address, named)
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The connection, in its transaction."""
        assert self._connection is not None
        return self._connection

    def connect(self) -> None:
        """Connect anew and begin the transaction; raises ``SourceFailed``, or ``InputError`` when it is no use."""
        self.close()
        with self.blaming():
            self._connection = self._engine.connect()
            for statement in self.dialect.begin:
                self._connection.execute(text(statement))

    def close(self) -> None:
        """Close the connection at once: what it was sending is not waited for, and its transaction ends with it."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.invalidate()
            connection.close()

    def run(self, statement: Executable) -> CursorResult[Any]:
        """The whole result of a ``statement`` that gives few rows."""
        with self.blaming():
            return self.connection.execute(statement)

    def describe(self, result: CursorResult[Any]) -> list[Any]:
        """The driver's description (PEP 249) of the columns of a ``result`` that gives rows."""
        cursor: Any = result.cursor
        return list(cursor.description)

    @contextmanager
    def blaming(self) -> Iterator[None]:
        """Turn what drivers raise into ``SourceFailed``, ``InputError``, or ``RecordMistake`` for a value."""
        try:
            yield
        except DBAPIError as error:
            raise self._sentence(self.dialect.blame(error.orig or error)) from None
        except self.dialect.errors as error:
            raise self._sentence(self.dialect.blame(error)) from None
        except SQLAlchemyError as error:
            raise self._sentence(Blame("sql", type(error).__name__)) from None
        except UnicodeError:
            raise RecordMistake(
                "a text is not what the database says its letters are; cast it in the query", None
            ) from None
        except OSError as error:
            raise self._sentence(Blame("gone", type(error).__name__)) from None

    def _sentence(self, blame: Blame) -> Exception:
        named, detail = self.named, blame.detail
        match blame.cause:
            case "login":
                return InputError(
                    f"{named} refuses the user or the password ({detail}). Correct what forbindelse names."
                )
            case "database":
                return InputError(f"{named} has no such database ({detail}). Correct the name that forbindelse gives.")
            case "sql":
                return InputError(f"{named} refuses the estate's SQL ({detail}). Correct it, or the user's rights.")
            case "data":
                return RecordMistake(f"the query breaks on a value ({detail}); correct the value or the query", None)
            case "gone":
                return SourceFailed(
                    f"{named} cannot be reached or broke off ({detail}). Nothing of it is landed; try again later."
                )


class Pace:
    """Holds reading back to ``rows_per_second`` on the average; None: as fast as it goes."""

    def __init__(self, rows_per_second: int | None) -> None:
        self.most = rows_per_second
        self._since = time.monotonic()

    def spend(self, rows: int) -> None:
        """Wait until ``rows`` may have been read since the last call. Time that was not used is not saved up."""
        if self.most is not None:
            time.sleep(max(0.0, rows / self.most - (time.monotonic() - self._since)))
            self._since = time.monotonic()


def _engine(dialect: Dialect, address: URL, named: str) -> Engine:
    try:
        return create_engine(
            dialect.address(address).set(drivername=dialect.driver),
            poolclass=NullPool,
            hide_parameters=True,
            connect_args=dict(dialect.connect),
            **dialect.engine,
        )
    except (ImportError, NoSuchModuleError):
        raise InputError(
            f"{named} needs the Python package {dialect.package}, and it is not installed here. "
            f"Install it: pip install {dialect.package}."
        ) from None
    except (ArgumentError, TypeError, ValueError):
        raise InputError(f"{named}: the address that forbindelse gives cannot be used. Correct it.") from None
