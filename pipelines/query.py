"""A read-only session over one run: what an analyst may ask, and the forms the answer comes in.

The session is shut in three ways, each of which would do alone for most attempts: DuckDB may open no
file but those of the run and its snapshots and its settings are locked; only a SELECT is run; and a
SELECT may call no table function but those that make rows out of its own arguments. The third is
needed: in DuckDB 1.5 ``FROM enable_logging()`` is a SELECT that changes a locked configuration.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.catalog import open_run
from pipelines.errors import UsageError
from pipelines.lake import Lake
from pipelines.run_record import open_record

MEMORY_LIMIT = "2GiB"
BATCH_ROWS = 10_000

# They only turn their arguments into rows. Everything else that stands after FROM is a relation.
TABLE_FUNCTIONS = frozenset({"generate_series", "json_each", "json_tree", "range", "repeat", "unnest"})

# What may stand between words: white space and comments.
_GAP = r"(?:\s|--[^\n]*(?:\n|$)|/\*(?:(?!\*/).)*\*/)"
_EXPLAIN = re.compile(rf"{_GAP}*(explain)(?:{_GAP}+(analyze))?{_GAP}+(.*)", re.IGNORECASE | re.DOTALL)


def open_session(lake: Lake, run_id: str, kommunekode: str | None = None) -> duckdb.DuckDBPyConnection:
    """A locked session over the run ``run_id``: the schemas of the design, of one kommune or of all."""
    run = open_record(lake, run_id)
    if kommunekode is not None and kommunekode not in run.kommuner:
        raise UsageError(f"Run {run_id} holds no kommune {kommunekode!r}. It holds {', '.join(run.kommuner)}.")
    files = [run.path(name) for name in run.record["filer"]]
    for snapshot in run.snapshots():
        files += snapshot.paths().values()
    connection = open_run(lake, run_id, kommunekode)
    lock(connection, files)
    return connection


def lock(connection: duckdb.DuckDBPyConnection, files: Iterable[Path]) -> None:
    """Shut ``connection`` for good: it may read ``files`` and nothing else, and no setting can change."""
    paths = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    for setting in (
        "TimeZone = 'UTC'",
        f"memory_limit = '{MEMORY_LIMIT}'",
        # Nothing of the lake is to be left behind in a spill file.
        "temp_directory = ''",
        # Otherwise a name in a query could be a variable of this program.
        "python_enable_replacements = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "allow_community_extensions = false",
        f"allowed_paths = [{paths}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")


def check(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Return the one statement in ``sql`` that may be run; raises ``UsageError`` for any other.

    Allowed: SELECT and what is one underneath (FROM, VALUES, WITH, DESCRIBE, SHOW, SUMMARIZE), and
    EXPLAIN [ANALYZE] of such.
    """
    explain = _EXPLAIN.fullmatch(sql)
    prefix = f"EXPLAIN {explain[2] or ''} " if explain else ""
    select = explain[3] if explain else sql
    if not select.strip().rstrip(";").strip():
        raise UsageError("There is no SQL to run. Give a SELECT, for instance: FROM afstemning.fund")
    (answer,) = connection.execute("SELECT json_serialize_sql(?)", [select]).fetchall()[0]
    try:
        tree = json.loads(answer)
        functions = set(_table_functions(tree))
    except RecursionError:
        raise UsageError("The query is nested too deep to be checked. Write it with fewer levels.") from None
    if tree["error"]:
        if tree["error_type"] == "parser":
            raise UsageError(f"This is not SQL that DuckDB understands: {tree['error_message']}")
        raise UsageError(
            "Only SELECT, DESCRIBE, SHOW, SUMMARIZE and EXPLAIN of these may be run: a query reads the lake and"
            " changes nothing."
        )
    if len(tree["statements"]) != 1:
        raise UsageError("One statement at a time: take away what stands after the first semicolon.")
    for function in sorted(functions - TABLE_FUNCTIONS):
        raise UsageError(
            f"{function}() may not stand after FROM: a query reads the relations of the run and no other file."
            " SHOW ALL TABLES lists them."
        )
    return prefix + select


def _table_functions(tree: object) -> Iterator[str]:
    if isinstance(tree, dict):
        if tree.get("type") == "TABLE_FUNCTION":
            yield str(tree["function"]["function_name"]).lower()
        for value in tree.values():
            yield from _table_functions(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _table_functions(value)


class Answer:
    """The rows of one query, read as they are asked for.

    ``names`` are the columns; ``rows()`` gives Python values, timestamps aware and in UTC. Raises
    ``UsageError`` for whatever DuckDB has against the query, then or while its rows are read.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, sql: str) -> None:
        try:
            self._reader = connection.sql(check(connection, sql)).to_arrow_reader(BATCH_ROWS)
        except duckdb.Error as error:
            raise _refusal(error) from None
        self.names: list[str] = self._reader.schema.names

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow."""
        try:
            yield from self._reader
        except (duckdb.Error, pa.ArrowException) as error:
            raise _refusal(error) from None

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows as Python values."""
        for batch in self.batches():
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema."""
        return self._reader.schema


def _refusal(error: Exception) -> UsageError:
    if isinstance(error, duckdb.PermissionException):
        return UsageError(
            "A query reads the relations of the run and no other file. SHOW ALL TABLES lists them; name one without"
            " quotes, as in: FROM afstemning.fund"
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return UsageError(
            f"The query needs more than the {MEMORY_LIMIT} of memory it may use."
            " Ask for fewer columns, or for one kommune at a time (--kommune)."
        )
    return UsageError(f"The query cannot be run. {error}")


def write_csv(answer: Answer, out: TextIO) -> None:
    """RFC 4180 with LF; null is empty, timestamps ISO 8601 in UTC."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(answer.names)
    for row in answer.rows():
        writer.writerow([as_text(value) for value in row])


def write_json(answer: Answer, out: TextIO) -> None:
    """One array of objects; a decimal with a fraction is text, so that it keeps its digits."""
    _demand_distinct(answer.names)
    separator = "["
    for row in answer.rows():
        record = {name: _as_json(value) for name, value in zip(answer.names, row, strict=True)}
        out.write(f"{separator}\n{json.dumps(record, ensure_ascii=False)}")
        separator = ","
    out.write("[]\n" if separator == "[" else "\n]\n")


def write_parquet(answer: Answer, out: BinaryIO) -> None:
    """One Parquet file; uuids are text in it."""
    _demand_distinct(answer.names)
    try:
        with pq.ParquetWriter(out, answer.schema, compression="zstd") as writer:
            for batch in answer.batches():
                writer.write_batch(batch)
    except pa.ArrowNotImplementedError:
        raise UsageError("Parquet cannot hold a column of the answer. Cast intervals and the like to text.") from None


def _demand_distinct(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f'Two columns are called "{name}", and one would be lost. Name them apart with AS.')


def as_text(value: object) -> str:
    """One value as a cell of text; null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        # A time without a zone is given without one.
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(_as_json(value), ensure_ascii=False)
    return str(value)


def _as_json(value: object) -> object:
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(value, dict):
        return {str(key): _as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_json(item) for item in value]
    # JSON has no word for infinity or not-a-number.
    if value is None or isinstance(value, (bool, int, str)) or (isinstance(value, float) and abs(value) < float("inf")):
        return value
    return as_text(value)
