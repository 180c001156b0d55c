"""The demo's answer sheet holds: for the naive oracle, and for the pipeline itself.

The sheet was written by thought, the oracle by another hand: all three must say the same, for every rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from pipelines.catalog import open_run
from pipelines.demo import DEMO_KEY, Facit, build_demo, compare
from pipelines.estate import load_estate
from pipelines.lake import Lake
from pipelines.landing import land
from pipelines.reconcile import reconcile
from pipelines.rules import load_rules
from tests.demo.inbox import deliveries, settings
from tests.oracle import ledgers

TODAY = date(2026, 11, 23)
# Cases in each large kommune, seed, and whether faults are put in.
ESTATES = [(300, 751, True), (300, 20, False), (347, 3, True)]
Demo = tuple[Path, Facit]
Rows = list[tuple[str | None, ...]]


@pytest.fixture(scope="module", params=ESTATES, ids=lambda estate: "-".join(map(str, estate)))
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    cases, seed, faults = request.param
    folder = tmp_path_factory.mktemp("demo")
    facit = build_demo(folder, cases=cases, seed=seed, faults=faults)
    assert bool(facit.findings) == faults
    assert facit.explained
    assert facit.waived
    return folder, facit


def test_the_oracle_finds_exactly_the_facit(demo: Demo) -> None:
    folder, facit = demo
    found = ledgers(
        settings(folder / "estate.yaml"),
        settings(folder / "afvigelser.yaml"),
        list(deliveries(folder / "inbox")),
        TODAY,
    )

    def as_told(rows: Iterable[tuple[str | None, ...]]) -> Rows:
        # The oracle leaves open what R24 calls its finding.
        words = {"R24": ("mangler", None)}
        return [(*row[:4], row[5], *words.get(str(row[0]), row[7:9])) for row in rows]

    assert compare(facit, as_told(found.fund)) == ([], [])
    assert Counter(as_told(found.forklaret)) == Counter(facit.waived)
    explained = [{(*row[:3], row[4], row[7]) for row in book if row[6] == "forklaret"} for book in found[:2]]
    assert explained == [facit.explained, facit.explained_origins]
    assert Counter((row[0], row[1], row[4], row[6]) for row in found.pligt) == facit.counts


def test_a_run_finds_exactly_the_facit(demo: Demo) -> None:
    folder, facit = demo
    estate = load_estate(folder / "estate.yaml")
    outcomes = land(estate, DEMO_KEY)
    assert len(outcomes) == len(list((folder / "inbox").glob("*/*/*")))
    assert {outcome.status for outcome in outcomes} == {"landet"}
    lake = Lake(estate.lake)
    run = reconcile(estate, lake, today=TODAY)
    connection = open_run(lake, run.run_id)

    def rows(columns: str, relation: str) -> Rows:
        answer = connection.execute(f"SELECT {columns} FROM afstemning.{relation}").fetchall()
        return [tuple(None if value is None else str(value) for value in row) for row in answer]

    assert rows("*", "balance WHERE venstre IS DISTINCT FROM hoejre") == []
    names = "kommunekode, objekttype, objekt_id, sted"
    assert compare(facit, rows(f"regel, {names}, udfald, aarsag", "fund")) == ([], [])
    assert Counter(rows(f"regel, {names}, udfald, aarsag", "fund_forklaret")) == Counter(facit.waived)
    assert set(rows(f"{names}, aarsag", "pligt WHERE udfald = 'forklaret'")) == facit.explained
    assert set(rows(f"{names}, aarsag", "oprindelse WHERE ophav = 'forklaret'")) == facit.explained_origins
    counted = connection.execute(
        "SELECT kommunekode, objekttype, sted, udfald, count(*) FROM afstemning.pligt GROUP BY ALL"
    ).fetchall()
    assert {row[:4]: row[4] for row in counted} == facit.counts
    # What cannot be judged is not reported as passed: nor is it wherever there is something to judge.
    judged = rows("kommunekode, regel", "dom WHERE dom <> 'ikke_vurderet'")
    assert {str(rule) for kode, rule in judged if kode == "0730"} == {rule.id for rule in load_rules()}
    assert ("0825", "R21") not in judged
    assert {kode for kode, rule in judged if rule == "R18"} == {"0751", "0730", "0420"}
