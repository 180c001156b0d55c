"""PostgreSQL: one REPEATABLE READ, READ ONLY transaction, read by COPY.

The session's time zone is UTC: what the estate's SQL makes of ``now()`` without a zone is read as Danish time by the
contract, and must be told so (``now() AT TIME ZONE 'Europe/Copenhagen'``).
"""

from __future__ import annotations

import select
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import psycopg.errors
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from psycopg import pq
from sqlalchemy import Select, bindparam, text
from sqlalchemy.types import NullType

from pipelines.sources.block import RecordMistake
from pipelines.sources.databases.dialect import Blame, Dialect, Piece, blame_by_class, blame_by_sqlstate
from pipelines.sources.databases.query import KEY, EntityQuery
from pipelines.sources.databases.session import Session

_PIECE_BYTES = 8 * 1024 * 1024
# pg_type.dat: the numbers of PostgreSQL's own types never change.
_TYPES = {
    20: pa.int64(),
    21: pa.int64(),
    23: pa.int64(),
    1082: pa.date32(),
    1114: pa.timestamp("us"),
    1184: pa.timestamp("us", "UTC"),
    2950: pa.uuid(),
}
_NUMERIC = 1700
# Categories of pg_type: strings, enums, and text that nothing has given a type.
_TEXT_CATEGORIES = ("S", "E", "X")
_STARTING = ("starting up", "shutting down", "too many", "connection slots", "recovery", "terminating connection")


def _types(session: Session, described: Mapping[str, Any]) -> Mapping[str, pa.DataType]:
    """Every column's type; those made with CREATE TYPE are told by their category."""
    codes = {int(each.type_code) for each in described.values()} - _TYPES.keys() - {_NUMERIC}
    listed = ", ".join(map(str, sorted(codes))) or "0"
    found = session.run(
        text(f"SELECT oid::bigint AS oid, typcategory::text AS category FROM pg_type WHERE oid IN ({listed})")
    )
    categories: dict[int, str] = {each["oid"]: each["category"] for each in found.mappings()}

    def type_of(described: Any) -> pa.DataType:
        code = int(described.type_code)
        if code == _NUMERIC:
            return pa.decimal128(38, described.scale or 0)
        if code in _TYPES:
            return _TYPES[code]
        # What is neither is of a type that no column of the contract may have.
        return pa.string() if categories.get(code) in _TEXT_CATEGORIES else pa.binary()

    return {name: type_of(each) for name, each in described.items()}


def _read_copy(session: Session, query: EntityQuery, statement: Select[Any], first: int) -> Iterator[Piece]:
    """COPY the records as CSV. PostgreSQL sends each in a message of its own (protocol, "COPY Operations")."""
    compiled = statement.compile(dialect=session.connection.dialect)
    connection = session.connection.connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    sql = psycopg.ClientCursor(connection).mogrify(str(compiled), dict(compiled.params))
    names = [column.name for column in query.columns] + ([KEY] if query.noegle else [])
    with session.blaming():
        records: list[bytes] = []
        size, most = 0, session.pace.most
        for record in _copied(connection.pgconn, f"COPY ({sql}) TO STDOUT (FORMAT csv, DELIMITER ';')"):
            records.append(record)
            size += len(record)
            if size >= _PIECE_BYTES or len(records) == most:
                session.pace.spend(len(records))
                yield _piece(records, names, query, first)
                first += len(records)
                records, size = [], 0
        if records:
            session.pace.spend(len(records))
            yield _piece(records, names, query, first)


def _copied(connection: pq.abc.PGconn, sql: str) -> Iterator[bytes]:
    """The records as they come, by libpq's own calls: through psycopg's cursor reading took nearly twice as long."""
    connection.send_query(sql.encode())
    _hold(_result(connection))
    while True:
        size, record = connection.get_copy_data(1)
        if size > 0 and record is not None:
            yield bytes(record)
        elif size == 0:
            _wait(connection)
        else:
            break
    while (result := _result(connection)) is not None:
        _hold(result)


def _result(connection: pq.abc.PGconn) -> pq.abc.PGresult | None:
    while connection.flush():
        _wait(connection)
    while connection.is_busy():
        _wait(connection)
    return connection.get_result()


def _hold(result: pq.abc.PGresult | None) -> None:
    if result is not None and result.status == pq.ExecStatus.FATAL_ERROR:
        raise psycopg.errors.error_from_result(result)


def _wait(connection: pq.abc.PGconn) -> None:
    # Other threads run meanwhile.
    select.select([connection.socket], [], [])
    connection.consume_input()


def _piece(records: list[bytes], names: list[str], query: EntityQuery, first: int) -> Piece:
    # With a header before it no piece begins with what a parser takes for a byte order mark.
    data = b"".join([";".join(names).encode(), b"\n", *records])
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(data),
            read_options=pa.csv.ReadOptions(block_size=len(data) + 1),
            parse_options=pa.csv.ParseOptions(delimiter=";", newlines_in_values=True, ignore_empty_lines=False),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
            ),
        )
    except pa.ArrowException:
        # Only a database in SQL_ASCII may hold such.
        reason = f"a text in rows {first} to {first + len(records) - 1} is not UTF-8; correct it"
        raise RecordMistake(reason, first) from None
    if table.num_rows != len(records):
        raise AssertionError("the server and the parser see another number of records")
    for place, name in enumerate(names):
        if pa.types.is_timestamp(query.types.get(name, pa.null())):
            # ISO 8601's T where PostgreSQL has a blank; infinity and years before 1 are left for the contract to judge.
            times = pc.replace_substring(table.column(name), " ", "T", max_replacements=1)
            table = table.set_column(place, name, times)
    (batch,) = table.combine_chunks().to_batches()
    keys = batch.column(len(names) - 1).to_pylist() if query.noegle else ()
    return Piece(batch.select([column.name for column in query.columns]), keys)


def _blame(error: BaseException) -> Blame:
    sqlstate = getattr(error, "sqlstate", None)
    if sqlstate is not None:
        blame = blame_by_sqlstate(sqlstate)
        if blame is not None and blame.cause == "sql":
            # What PostgreSQL says of a statement speaks of the estate's own SQL.
            return Blame("sql", _said(error) or blame.detail)
        return blame or Blame("gone", f"SQLSTATE {sqlstate}")
    # libpq gives no SQLSTATE when it cannot connect; what the server itself says begins with FATAL.
    said = str(error)
    if "FATAL" in said and not any(words in said for words in _STARTING):
        if "database" in said and "does not exist" in said:
            return Blame("database", "FATAL")
        return Blame("login", "FATAL")
    return blame_by_class(error, "no answer")


def _said(error: BaseException) -> str | None:
    return error.diag.message_primary if isinstance(error, psycopg.Error) else None


DIALECT = Dialect(
    "postgresql",
    "postgresql+psycopg",
    "psycopg[binary]",
    now="""SELECT to_char(transaction_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""",
    read=_read_copy,
    blame=_blame,
    begin=(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "SET LOCAL DateStyle TO ISO",
        "SET LOCAL TimeZone TO 'UTC'",
        # Counting what differs would else be sorted on the server's disk.
        "SET LOCAL work_mem TO '64MB'",
    ),
    connect={"connect_timeout": 30, "client_encoding": "utf8"},
    errors=(psycopg.Error,),
    types=_types,
    # Without a type PostgreSQL reads the text of a key as what the column is.
    bound=lambda value: bindparam("last", value, NullType()),
)
