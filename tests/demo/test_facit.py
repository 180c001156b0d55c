"""The demo's answer sheet holds: for the naive oracle, and for the pipeline itself.

The sheet was written by thought, the oracle by another hand: all three must say the same.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from pipelines.catalog import open_run
from pipelines.demo import DEMO_KEY, Facit, build_demo, compare
from pipelines.estate import load_estate
from pipelines.lake import Lake
from pipelines.landing import land
from pipelines.reconcile import reconcile
from tests.demo.inbox import deliveries, settings
from tests.oracle import ledgers

CASES = 200
TODAY = date(2026, 11, 23)
Rows = list[tuple[str | None, ...]]


@pytest.fixture(scope="module", params=[True, False], ids=["faults", "clean"])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Facit]:
    folder = tmp_path_factory.mktemp("demo")
    facit = build_demo(folder, cases=CASES, faults=request.param)
    assert bool(facit.findings) == request.param
    return folder, facit


def hold(facit: Facit, fund: Rows, pligt: Rows, oprindelse: Rows) -> None:
    """``fund``: as ``compare`` takes them; the ledgers: kommunekode, objekttype, objekt_id, sted, udfald, aarsag."""
    assert compare(facit, fund) == ([], [])
    assert {(*row[:4], row[5]) for row in pligt if row[4] == "forklaret"} == facit.explained
    assert {(*row[:4], row[5]) for row in oprindelse if row[4] == "forklaret"} == facit.explained_origins
    assert Counter((row[0], row[1], row[3], row[4]) for row in pligt) == facit.counts


def test_the_oracle_finds_exactly_the_facit(demo: tuple[Path, Facit]) -> None:
    folder, facit = demo
    found = ledgers(
        settings(folder / "estate.yaml"),
        settings(folder / "afvigelser.yaml"),
        list(deliveries(folder / "inbox")),
        TODAY,
    )
    books = [[(row[0], row[1], row[2], row[4], row[6], row[7]) for row in book] for book in found[:2]]
    # The oracle leaves open what a rule that looks across calls its finding.
    words = {"R24": ("mangler", None)}
    hold(facit, [(*row[:4], row[5], *words.get(row[0], row[7:9])) for row in found.fund], *books)


def test_a_run_finds_exactly_the_facit(demo: tuple[Path, Facit]) -> None:
    folder, facit = demo
    estate = load_estate(folder / "estate.yaml")
    outcomes = land(estate, DEMO_KEY)
    assert len(outcomes) == len(list((folder / "inbox").glob("*/*/*")))
    assert {outcome.status for outcome in outcomes} == {"landet"}
    lake = Lake(estate.lake)
    run = reconcile(estate, lake, today=TODAY)
    connection = open_run(lake, run.run_id)

    def rows(columns: str, relation: str) -> Rows:
        return [
            tuple(None if value is None else str(value) for value in row)
            for row in connection.execute(f"SELECT {columns} FROM afstemning.{relation}").fetchall()
        ]

    assert rows("*", "balance WHERE venstre IS DISTINCT FROM hoejre") == []
    names = "kommunekode, objekttype, objekt_id, sted"
    hold(
        facit,
        rows(f"regel, {names}, udfald, aarsag", "fund"),
        rows(f"{names}, udfald, aarsag", "pligt"),
        rows(f"{names}, ophav, aarsag", "oprindelse"),
    )
