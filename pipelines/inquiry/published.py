"""What runs published, as relations of a session that holds one run against another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import duckdb

from pipelines.catalog import connect, quoted
from pipelines.query import MEMORY_LIMIT
from pipelines.run_record import RunRecord

_ROW = {
    "kommunekode": "VARCHAR",
    "objekttype": "VARCHAR",
    "objekt_id": "VARCHAR",
    "sag_uuid": "UUID",
    "sted": "VARCHAR",
    "system": "VARCHAR",
}
_FUND = {
    "fund_id": "VARCHAR",
    "koersel_id": "VARCHAR",
    "regel": "VARCHAR",
    "alvor": "VARCHAR",
    "ejer": "VARCHAR",
    **_ROW,
    "udfald": "VARCHAR",
    "aarsag": "VARCHAR",
    "modpart_id": "VARCHAR",
}
# What is held against each other: the file that a run published, the relation it is, and the columns that count.
COMPARED: dict[str, tuple[str, dict[str, str]]] = {
    "fund": ("fund", _FUND),
    "fund_forklaret": ("fund_forklaret", _FUND),
    "dom": ("dom", {"regel": "VARCHAR", "kommunekode": "VARCHAR", "dom": "VARCHAR"}),
    "pligt": ("pligt_skrevet", {**_ROW, "udfald": "VARCHAR", "aarsag": "VARCHAR"}),
    "oprindelse": ("oprindelse_skrevet", {**_ROW, "ophav": "VARCHAR", "aarsag": "VARCHAR"}),
    "hele_sager": (
        "hele_sager",
        {
            "kommunekode": "VARCHAR",
            "sted": "VARCHAR",
            "system": "VARCHAR",
            "sag_uuid": "UUID",
            "efter_system": "VARCHAR",
            "efter_sag_uuid": "UUID",
            "udfald": "VARCHAR",
            "notater": "BIGINT",
        },
    ),
}


def published(run: RunRecord, name: str) -> dict[str, str]:
    """The file called ``name`` of each kommune for which ``run`` published it, checked: kommunekode to path.

    Raises ``LakeDamaged`` when one is gone or is no longer what the record says.
    """
    paths = [Path(path) for path in run.tables(name)]
    return {path.parent.name.removeprefix("kommune="): str(path) for path in paths}


def session() -> duckdb.DuckDBPyConnection:
    """A session that leaves nothing in a spill file, and takes no more memory than a query may."""
    con = connect()
    con.execute("SET temp_directory = ''")
    con.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    return con


def tables_of(
    con: duckdb.DuckDBPyConnection, catalog: str, files: Mapping[str, Mapping[str, str]], kommuner: Collection[str]
) -> None:
    """Make views ``<catalog>.afstemning.<table>`` over what a run published of ``kommuner``.

    ``files``: for each table of ``COMPARED`` its path by kommunekode. A table that the run did not publish,
    being older than the table, is empty.
    """
    con.execute(f"CREATE SCHEMA IF NOT EXISTS {catalog}.afstemning")
    for name, (relation, columns) in COMPARED.items():
        paths = [files[name][code] for code in kommuner if code in files[name]]
        if paths:
            listed = ", ".join(quoted(path) for path in paths)
            source = f"SELECT {', '.join(columns)} FROM read_parquet([{listed}], hive_partitioning = false)"
        else:
            shape = ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in columns.items())
            source = f"SELECT {shape} WHERE FALSE"
        con.execute(f"CREATE VIEW {catalog}.afstemning.{relation} AS {source}")
