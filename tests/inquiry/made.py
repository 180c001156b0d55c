"""Runs to ask: small worlds landed and reconciled one after another in one lake."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.catalog import open_run
from pipelines.estate import load_estate
from pipelines.lake import Lake
from pipelines.landing import land
from pipelines.reconcile import reconcile
from tests.ledger.clean import Clean
from tests.ledger.engine import KEY
from tests.ledger.estates import part_of
from tests.ledger.test_examples import EXAMPLES
from tests.ledger.world import TODAY, Tables, World, write

# After the world's own after-deliveries.
LATER_STILL = "2021-04-02T02:00:00Z"


class Made:
    """A lake in ``folder`` whose runs were started an hour apart, in the order in which they were made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.text_key: bytes | None = None
        self.runs: list[str] = []

    @property
    def estate(self) -> Path:
        return self.folder / "estate.yaml"

    @property
    def lake(self) -> Lake:
        # What was landed since is listed anew.
        return Lake(self.folder / "lake")

    def run(self, *worlds: World, **options: Any) -> str:
        """Write, land and reconcile ``worlds``; what was landed before is known. Returns the run's id."""
        estate = load_estate(write(self.folder, *worlds, **options))
        outcomes = land(estate, KEY, text_key=self.text_key)
        refused = [str(outcome.error) for outcome in outcomes if outcome.status not in ("landet", "kendt")]
        assert not refused, refused
        made = reconcile(estate, self.lake, today=TODAY, text_key=self.text_key)
        assert made.run_id not in self.runs
        # Two runs of one second would stand in the order of their ids.
        record = {**made.record, "startet": f"2026-11-23T{len(self.runs):02d}:00:00Z"}
        (made.folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
        self.runs.append(made.run_id)
        return made.run_id

    def rows(self, run_id: str, sql: str) -> list[tuple[str | None, ...]]:
        """What a query of the whole run answers, every value as text."""
        found = open_run(self.lake, run_id).execute(sql).fetchall()
        return [tuple(None if value is None else str(value) for value in row) for row in found]


def later(world: Clean, system: str = "ky") -> tuple[Tables, Tables]:
    """Add to ``world`` later after-deliveries, as the ones it has: EDH's and the new system's, to be changed."""
    edh, new = copy.deepcopy(world.edh), copy.deepcopy(world.new)
    world.delivered[("edh", LATER_STILL)] = edh
    world.delivered[(system, LATER_STILL)] = new
    return edh, new


def every_example() -> World:
    """The examples of the ledgers that can share a kommune, each under a tag of its own (AA: and so on)."""
    plain = Clean()
    worlds = [example.world() for example in EXAMPLES.values() if not example.alone]
    alike = [
        world
        for world in worlds
        if world.delivered.keys() == plain.delivered.keys() and world.overgang == plain.overgang and not world.waivers
    ]
    assert len(alike) > 20
    return joined({tag_of(number): world for number, world in enumerate(alike)})


def tag_of(number: int) -> str:
    return f"{chr(65 + number // 26)}{chr(65 + number % 26)}:"


def joined(worlds: Mapping[str, World]) -> World:
    """Worlds of one shape as one kommune's, each under the names that its tag makes its own."""
    first = next(iter(worlds.values()))
    together = World(overgang=first.overgang)
    for tag, world in worlds.items():
        for place, tables in world.delivered.items():
            own = together.delivered.setdefault(place, {})
            for entity, rows in part_of(tag, tables).items():
                own.setdefault(entity, []).extend(rows)
    return together
