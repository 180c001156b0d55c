"""The small verdict tables that the expectations are asserted over: what DuckDB read, put into SQLite.

They hold counts and names of files, equations and rules: no personal data.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from pipelines.run_record import RunRecord

Row = tuple[str | int | None, ...]

_COLUMNS = {
    "landing": {
        "kommunekode": "TEXT",
        "snapshot": "TEXT",
        "navn": "TEXT",
        "maal": "TEXT",
        "venstre": "INTEGER",
        "hoejre": "INTEGER",
        "forskel": "INTEGER",
    },
    "balance": {
        "kommunekode": "TEXT",
        "objekttype": "TEXT",
        "sted": "TEXT",
        "ligning": "TEXT",
        "venstre": "INTEGER",
        "hoejre": "INTEGER",
        "forskel": "INTEGER",
    },
    "rules": {"kommunekode": "TEXT", "regel": "TEXT", "brud": "INTEGER"},
}

# In no expectation's set of right values.
_FAULT = -1


def verdict_rows(run: RunRecord) -> dict[str, list[Row]]:
    """The rows of the verdict tables; a table of which the run published nothing is empty."""
    landing: list[Row] = []
    for snapshot in run.snapshots():
        manifest = snapshot.manifest
        measures = [
            (entry["kilde"], measure, expected, found)
            for entry in manifest["filer"]
            for measure, expected, found in (
                ("raekker", entry["sendt"], entry["raekker"]),
                ("tomme_kraevede", 0, entry["tomme_kraevede"]),
            )
        ]
        measures += [
            (name, "kontroltal", total["sendt"], total["landet"])
            for name, total in sorted(manifest["kontroltal"].items())
        ]
        landing += [
            # A source with no count of its own has said nothing to hold the rows against: no difference, no verdict.
            (
                snapshot.kommunekode,
                snapshot.id,
                name,
                measure,
                expected,
                found,
                None if expected is None else found - expected,
            )
            for name, measure, expected, found in measures
        ]
    return {
        "landing": landing,
        "balance": _published(
            run,
            "balance",
            "SELECT kommunekode, objekttype, sted, ligning, venstre, hoejre, hoejre - venstre "
            "FROM balance ORDER BY ALL",
        ),
        # A rule that judged nothing has no number of violations, so that no one can take it for met.
        "rules": _published(
            run,
            "dom",
            "SELECT kommunekode, regel, CASE WHEN brud > 0 THEN brud WHEN dom = 'opfyldt' AND vurderet > 0 THEN 0 END "
            "FROM dom ORDER BY ALL",
        ),
    }


def known_rows(suites: Sequence[Mapping[str, Any]]) -> dict[str, list[Row]]:
    """Verdict tables whose verdict is known, for each expectation of ``suites`` that looks at values.

    Kommune 0000 has a row with a fault, 0001 one without; every other has no row.
    """
    tables: dict[str, list[Row]] = {}
    for suite in suites:
        columns = _COLUMNS[suite["name"]]
        tables[suite["name"]] = []
        for expectation in suite["expectations"]:
            asked = expectation["kwargs"]
            if "value_set" in asked:
                rows: list[dict[str, Any]] = [{"kommunekode": "0000", asked["column"]: _FAULT}]
                if condition := asked.get("row_condition"):
                    rows.append({"kommunekode": "0001", asked["column"]: asked["value_set"][0]})
                    for row in rows:
                        row[condition["column"]["name"]] = condition["parameter"]
                tables[suite["name"]] += [tuple(row.get(column) for column in columns) for row in rows]
    return tables


def write_tables(path: Path, tables: Mapping[str, Sequence[Row]]) -> None:
    """Write the verdict tables into the SQLite file ``path``."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for name, rows in tables.items():
            columns = ", ".join(f"{column} {kind}" for column, kind in _COLUMNS[name].items())
            connection.execute(f"CREATE TABLE {name} ({columns})")
            marks = ", ".join("?" * len(_COLUMNS[name]))
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)


def _published(run: RunRecord, name: str, query: str) -> list[Row]:
    paths = run.tables(name)
    if not paths:
        return []
    with duckdb.connect() as connection:
        connection.read_parquet(paths).create_view(name)
        return connection.execute(query).fetchall()
