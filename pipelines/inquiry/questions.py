"""Asking a session one of the questions of ``sql/queries``."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import duckdb

from pipelines.catalog import sql_step
from pipelines.errors import UsageError
from pipelines.query import MEMORY_LIMIT, as_text

Row = dict[str, Any]


def ask(
    con: duckdb.DuckDBPyConnection,
    stem: str,
    *,
    uuids: dict[str, Collection[str]] | None = None,
    texts: dict[str, Collection[str]] | None = None,
) -> list[Row]:
    """The rows of ``sql/queries/<stem>.sql``, uuids as text and times aware and in UTC.

    ``uuids`` and ``texts`` are the variables that the question names, each a list of values. Raises ``UsageError``
    when the answer takes more memory than a question may use.
    """
    for kind, variables in (("UUID", uuids or {}), ("VARCHAR", texts or {})):
        for name, values in variables.items():
            con.execute(f"SET VARIABLE {name} = CAST($1 AS {kind}[])", [sorted(values)])
    try:
        rows: list[Row] = con.execute(sql_step("queries", stem)).to_arrow_table().to_pylist()
    except duckdb.OutOfMemoryException:
        raise UsageError(
            f"The answer takes more than the {MEMORY_LIMIT} of memory that a question may use. Ask for less at a time:"
            " one kommune (--kommune), or one note or document of a large case."
        ) from None
    return rows


def plain(value: Any) -> Any:
    """``value`` with every time in it as text, as JSON wants it; ISO 8601 in UTC."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    # A datetime is a date too.
    return as_text(value) if isinstance(value, date) else value
