"""The real thing for a ``World``: deliveries written, landed and reconciled, both ledgers read whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.catalog import open_run
from pipelines.estate import load_estate
from pipelines.lake import Lake
from pipelines.landing import land
from pipelines.reconcile import Run, reconcile
from tests.ledger.world import TODAY, World, write
from tests.oracle import Ledgers

KEY = b"a key for the tests, and no secret"
PLIGT = "kommunekode, objekttype, objekt_id, sag_uuid, sted, system, udfald, aarsag, modpart_id"
OPRINDELSE = PLIGT.replace("udfald", "ophav")


def run_of(folder: Path, *worlds: World, **options: Any) -> tuple[Lake, Run]:
    """Write, land and reconcile; asserts that everything landed. ``options`` are those of ``write_delivery``."""
    estate = load_estate(write(folder, *worlds, **options))
    outcomes = land(estate, KEY)
    refused = [str(outcome.error) for outcome in outcomes if outcome.status != "landet"]
    assert not refused, refused
    assert len(outcomes) == sum(len(world.delivered) for world in worlds)
    lake = Lake(estate.lake)
    return lake, reconcile(estate, lake, today=TODAY)


def by_pipeline(folder: Path, *worlds: World) -> Ledgers:
    """Both ledgers and every finding; asserts that every equation of the balance holds."""
    lake, run = run_of(folder, *worlds)
    connection = open_run(lake, run.run_id)

    def rows(sql: str) -> list[tuple[str | None, ...]]:
        found = connection.execute(sql).fetchall()
        return [tuple(None if value is None else str(value) for value in row) for row in found]

    unequal = rows("FROM afstemning.balance WHERE venstre IS DISTINCT FROM hoejre")
    assert not unequal, unequal
    again = rows("FROM afstemning.fund QUALIFY count(*) OVER (PARTITION BY fund_id) > 1")
    assert not again, again
    return Ledgers(
        rows(f"SELECT {PLIGT} FROM afstemning.pligt"),
        rows(f"SELECT {OPRINDELSE} FROM afstemning.oprindelse"),
        rows(f"SELECT regel, {PLIGT} FROM afstemning.fund"),
        rows(f"SELECT regel, {PLIGT} FROM afstemning.fund_forklaret"),
    )
