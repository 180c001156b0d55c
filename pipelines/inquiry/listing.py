"""One question of ``sql/queries`` put to every kommune of a run, each in its own session."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from pipelines.catalog import sql_step
from pipelines.errors import UsageError
from pipelines.lake import Lake
from pipelines.query import open_session
from pipelines.run_record import open_record

Progress = Callable[[str, int, int], None]


def listing(
    lake: Lake,
    run_id: str,
    stem: str,
    kommunekode: str | None = None,
    *,
    progress: Progress = lambda _what, _done, _of: None,
) -> pa.Table:
    """The rows of ``sql/queries/<stem>.sql`` for ``kommunekode``, or for every kommune in order.

    Raises ``UsageError`` when the run holds no such kommune, ``LakeDamaged`` when a file of it is gone.
    """
    run = open_record(lake, run_id)
    if kommunekode is not None and kommunekode not in run.kommuner:
        raise UsageError(f"Run {run_id} holds no kommune {kommunekode!r}; it holds {', '.join(run.kommuner)}.")
    codes = [code for code in run.kommuner if kommunekode in (None, code)]
    tables = []
    for done, code in enumerate(codes):
        progress(f"asking {code}", done, len(codes))
        with open_session(lake, run_id, code) as con:
            tables.append(con.execute(sql_step("queries", stem)).to_arrow_table())
    return pa.concat_tables(tables)
