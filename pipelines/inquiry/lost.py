"""What was bevaret in one run and is not in the next: the one thing that a finding alone does not tell.

The ledgers of two runs are held against each other as they were published, whole cases as wholes. Only cases
that are not whole in both are opened, and only their notes are read.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from pipelines.catalog import build, sql_step, sql_steps
from pipelines.errors import UsageError
from pipelines.inquiry.published import COMPARED, published, session, tables_of
from pipelines.inquiry.questions import Row, ask
from pipelines.inquiry.runs import Compared
from pipelines.lake import Lake
from pipelines.query import MEMORY_LIMIT
from pipelines.run_record import RunRecord

Progress = Callable[[str, int, int], None]

_SIDES = ("denne", "hin")
# On these rests which notes a baseline case has.
_BASELINE_OF_KOMMUNE = ("foer_kmd_sag", "foer_edh")
_BASELINE_OF_SYSTEM = ("system", "fagsystem", "raekkefoelge", "overgang", "foer_kmd_sag", "foer_edh")

_PRINTS = """
INSERT INTO sammenligning.notataftryk
SELECT '{side}', sag_uuid, sum(hash(notat_id)) FROM {side}_grundlag.foer.journalnotat GROUP BY sag_uuid"""
_NOT_WHOLE = """
CREATE TABLE sammenligning.ikke_hel AS
SELECT sag_uuid FROM sammenligning.aabnet
UNION
SELECT sag_uuid FROM hin.afstemning.pligt_skrevet WHERE objekttype = 'journalnotat'"""
_ANY_NOTES = """
SELECT bool_or(hel.notater > 0)
FROM (FROM hin.afstemning.hele_sager UNION ALL FROM denne.afstemning.hele_sager) AS hel
SEMI JOIN sammenligning.ikke_hel AS ikke_hel ON hel.sag_uuid = ikke_hel.sag_uuid"""
# The notes of the cases that are whole on this side, and are not whole on the other.
_NOTES = r"""
INSERT INTO sammenligning.notat
SELECT
    '{side}', notat.sag_uuid, concat(replace(replace(notat.notat_id, '\', '\\'), '|', '\|'), '|', notat.sag_uuid)
FROM {side}_grundlag.foer.journalnotat AS notat
SEMI JOIN {side}.afstemning.hele_sager AS hel ON notat.sag_uuid = hel.sag_uuid
SEMI JOIN sammenligning.ikke_hel AS ikke_hel ON notat.sag_uuid = ikke_hel.sag_uuid"""


def lost(lake: Lake, compared: Compared, *, progress: Progress = lambda _what, _done, _of: None) -> list[Row]:
    """Every object that was ``bevaret`` in ``compared.other`` and is not in ``compared.run``.

    Keys as in ``sql/queries/lost.sql``; in order of kommune, place and object. Raises ``LakeDamaged`` when a
    file is gone or is no longer what was published, ``UsageError`` when a kommune is too large to compare.
    """
    runs = dict(zip(_SIDES, (compared.run, compared.other), strict=True))
    files = {side: {name: published(run, name) for name in COMPARED} for side, run in runs.items()}
    rows: list[Row] = []
    for done, code in enumerate(compared.kommuner):
        progress(f"comparing {code}", done, len(compared.kommuner))
        con = session()
        try:
            for side in _SIDES:
                con.execute(f"ATTACH ':memory:' AS {side}")
                tables_of(con, side, files[side], [code])
            rows += _lost_of(con, lake, runs, code)
        except duckdb.OutOfMemoryException:
            raise UsageError(
                f"To hold the two runs of kommune {code} against each other takes more than {MEMORY_LIMIT} of memory:"
                " too much changed between them. Ask for the findings alone, without --since, --new and --gone."
            ) from None
        finally:
            con.close()
    return rows


def _lost_of(con: duckdb.DuckDBPyConnection, lake: Lake, runs: dict[str, RunRecord], code: str) -> list[Row]:
    con.execute("CREATE SCHEMA sammenligning")
    con.execute("CREATE TABLE sammenligning.kommune AS SELECT $1::VARCHAR AS kommunekode", [code])
    con.execute("CREATE TABLE sammenligning.notataftryk (side VARCHAR, sag_uuid UUID, aftryk HUGEINT)")
    con.execute("CREATE TABLE sammenligning.notat (side VARCHAR, sag_uuid UUID, objekt_id VARCHAR)")
    same_baseline = _baseline_pins(runs["denne"], code) == _baseline_pins(runs["hin"], code)
    if not same_baseline:
        _baselines(con, lake, runs, code)
        for side in _SIDES:
            con.execute(_PRINTS.format(side=side))
    con.execute(f"CREATE TABLE sammenligning.aabnet AS {sql_step('queries', 'opened')}")
    con.execute(_NOT_WHOLE)
    # To open the baseline takes longer than all the rest, and mostly no whole case's note is asked for.
    if con.execute(_ANY_NOTES).fetchall()[0][0]:
        if same_baseline:
            _baselines(con, lake, runs, code)
        for side in _SIDES:
            con.execute(_NOTES.format(side=side))
    return ask(con, "lost")


def _baselines(con: duckdb.DuckDBPyConnection, lake: Lake, runs: dict[str, RunRecord], code: str) -> None:
    """Make ``<side>.foer.*`` for both sides: the baseline that each run rests on."""
    for side, run in runs.items():
        run.snapshots()
        con.execute(f"ATTACH ':memory:' AS {side}_grundlag")
        con.execute(f"USE {side}_grundlag")
        build(con, lake, code, run.record["kommuner"][code])
        for relation, stem in sql_steps("catalog"):
            con.execute(f"CREATE VIEW {relation} AS {sql_step('catalog', stem)}")
    con.execute("USE memory")


def _baseline_pins(run: RunRecord, code: str) -> object:
    pinned = run.record["kommuner"][code]
    systems = [[system[key] for key in _BASELINE_OF_SYSTEM] for system in pinned["systemer"]]
    return [pinned[key] for key in _BASELINE_OF_KOMMUNE], systems
