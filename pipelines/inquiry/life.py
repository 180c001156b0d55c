"""The life of findings: what a run holds, since when, and what came or went between another run and it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from pipelines.catalog import quoted, sql_step
from pipelines.errors import UsageError
from pipelines.inquiry.published import COMPARED, published, session, tables_of
from pipelines.inquiry.runs import Compared, compare, run_before, runs_in_order
from pipelines.lake import Lake
from pipelines.run_record import RunRecord, open_record


@dataclass(frozen=True)
class Wanted:
    """Which findings are asked for: of a run, of those that are new or gone, of one rule, of one kommune."""

    run_id: str
    since: str | None = None
    new: bool = False
    gone: bool = False
    regel: str | None = None
    kommunekode: str | None = None


def held_against(lake: Lake, wanted: Wanted) -> Compared | None:
    """The two runs that are held against each other; None when nothing asks for another run.

    Raises ``UsageError`` when there is no run before the one asked for.
    """
    run = open_record(lake, wanted.run_id)
    if wanted.since is not None:
        return compare(run, open_record(lake, wanted.since), wanted.kommunekode)
    if not (wanted.new or wanted.gone):
        return None
    earlier = run_before(lake, wanted.run_id)
    if earlier is None:
        raise UsageError(f"Run {wanted.run_id} is the first of the lake: there is none before it to hold it against.")
    return compare(run, earlier, wanted.kommunekode)


def findings(lake: Lake, wanted: Wanted, compared: Compared | None) -> pa.Table:
    """The findings asked for, in order of kommune, rule and object; columns as in ``sql/queries/findings.sql``.

    Raises ``UsageError`` when the run holds no such kommune or was not asked the rule, ``LakeDamaged`` when a
    file is gone or is no longer what was published.
    """
    run = open_record(lake, wanted.run_id)
    _demand_known(run, wanted)
    con = session()
    _every_finding(con, runs_in_order(lake))
    for catalog, one in (("denne", run), ("hin", compared.other if compared else None)):
        files = {} if one is None else {name: published(one, name) for name in COMPARED}
        codes = [] if one is None else [code for code in one.kommuner if wanted.kommunekode in (None, code)]
        con.execute(f"ATTACH ':memory:' AS {catalog}")
        tables_of(con, catalog, files, codes)
    shown = ["TRUE"]
    if wanted.new or wanted.gone:
        kinds = [kind for kind, asked in (("ny", wanted.new), ("borte", wanted.gone)) if asked]
        shown.append(f"skift IN ({', '.join(quoted(kind) for kind in kinds)})")
    else:
        shown.append("skift IS DISTINCT FROM 'borte'")
    if wanted.regel is not None:
        shown.append(f"regel = {quoted(wanted.regel)}")
    question = f"SELECT * FROM ({sql_step('queries', 'findings')}) WHERE {' AND '.join(shown)}"
    return con.execute(question).to_arrow_table()


def _demand_known(run: RunRecord, wanted: Wanted) -> None:
    if wanted.kommunekode is not None and wanted.kommunekode not in run.kommuner:
        raise UsageError(
            f"Run {run.run_id} holds no kommune {wanted.kommunekode!r}; it holds {', '.join(run.kommuner)}."
        )
    asked = [rule["id"] for rule in run.record["regler"]]
    if wanted.regel is not None and wanted.regel not in asked:
        raise UsageError(f"Run {run.run_id} was not asked rule {wanted.regel!r}; it was asked {', '.join(asked)}.")


def _every_finding(con: duckdb.DuckDBPyConnection, runs: Sequence[RunRecord]) -> None:
    """Make ``koersler.koersel`` and ``koersler.fund`` of every run of the lake."""
    con.execute("CREATE SCHEMA koersler")
    table = pa.table(
        {
            "koersel_id": [run.run_id for run in runs],
            "startet": [str(run.record["startet"]) for run in runs],
            "nummer": list(range(len(runs))),
        }
    )
    con.register("koersler_i_orden", table)
    con.execute("CREATE TABLE koersler.koersel AS FROM koersler_i_orden")
    con.unregister("koersler_i_orden")
    files = [path for run in runs for path in published(run, "fund").values()]
    listed = ", ".join(quoted(path) for path in files)
    con.execute(
        "CREATE VIEW koersler.fund AS SELECT koersel_id, fund_id"
        f" FROM read_parquet([{listed}], hive_partitioning = false)"
    )
