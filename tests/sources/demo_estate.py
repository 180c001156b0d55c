"""The made estate as any source could hold it: its deliveries as rows of text, and what they are landed as."""

import hashlib
import json
import shutil
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.contract import ENTITIES
from pipelines.demo.build import build_demo
from pipelines.estate import load_estate
from pipelines.lake import FOLDER_TIME
from pipelines.landing import land
from tests.demo.inbox import deliveries
from tests.oracle_rows import Delivery

KOMMUNE = "0420"
KEY = b"a key of the tests, and of nothing else"

Rows = list[dict[str, str | None]]


def text_rows(delivery: Delivery, entity: str) -> Rows:
    """The rows of one entity in the order they were sent, with the contract's columns as text; empty is None."""
    names = [column.name for column in ENTITIES[entity].columns]
    return [{name: _text(row.get(name)) for name in names} for row in delivery.tables[entity]]


def _text(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return None if value in (None, "") else str(value)


def place_of(delivery: Delivery) -> str:
    """Where the delivery lies in an inbox."""
    return f"{delivery.system}/{delivery.kommunekode}/{delivery.udtrukket.strftime(FOLDER_TIME)}"


def as_parquet(delivery: Delivery, inbox: Path) -> None:
    """Write ``delivery`` once more with every entity as Parquet of text: its lines are its row numbers."""
    folder = inbox / place_of(delivery)
    folder.mkdir(parents=True)
    files = []
    for name in delivery.tables:
        rows = text_rows(delivery, name)
        schema = pa.schema([(column.name, pa.string()) for column in ENTITIES[name].columns])
        path = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema), path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        entry = {"navn": path.name, "entitet": name, "raekker": len(rows), "bytes": path.stat().st_size}
        files.append({**entry, "sha256": sha256})
    said = {
        "version": 1,
        "system": delivery.system,
        "kommunekode": delivery.kommunekode,
        "udtrukket": delivery.udtrukket.isoformat(),
        "filer": files,
        "kontroltal": {},
    }
    (folder / "leverance.json").write_text(json.dumps(said), encoding="utf-8")


def write_estate(folder: Path, kilder: str, kommuner: Collection[str] = (KOMMUNE,)) -> Path:
    """An estate of ``kommuner``, all of which have moved to every new system, with ``kilder`` as YAML."""
    moved = "{overgang: {ksd: 2020-05-23T00:00:00+02:00, ky: 2020-11-14T00:00:00+01:00, spk: 2022-03-01T00:00:00Z}}"
    lines = ["lake: lake", "inbox: inbox", "kommuner:", *(f'  "{kommune}": {moved}' for kommune in kommuner)]
    path = folder / "estate.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\nkilder:\n" + kilder, encoding="utf-8")
    return path


class Demo:
    """One kommune of the made estate: its deliveries in ``inbox``, and the lake that they are landed in."""

    def __init__(self, folder: Path) -> None:
        build_demo(folder / "made", cases=300)
        self.inbox = folder / "inbox"
        for path in (folder / "made/inbox").glob(f"*/{KOMMUNE}"):
            (self.inbox / path.parent.name).mkdir(parents=True)
            path.rename(self.inbox / path.parent.name / KOMMUNE)
        self.deliveries = list(deliveries(self.inbox))
        reference = folder / "reference"
        for delivery in self.deliveries:
            as_parquet(delivery, reference / "inbox")
        estate = write_estate(reference, "  {}\n")
        outcomes = land(load_estate(estate), KEY)
        assert {outcome.status for outcome in outcomes} == {"landet"}
        self.lake = reference / "lake"

    def of(self, *systems: str) -> list[Delivery]:
        """The deliveries of ``systems``, by system and time."""
        return [each for each in self.deliveries if each.system in systems]

    def copy_to(self, inbox: Path) -> None:
        """Put every delivery into another inbox."""
        shutil.copytree(self.inbox, inbox, dirs_exist_ok=True)

    def first(self, system: str) -> Delivery:
        """The first delivery of ``system``."""
        return self.of(system)[0]


def records_of(lake: Path) -> dict[str, bytes]:
    """Every Parquet file of a lake's snapshots and texts by its path."""
    return {
        str(path.relative_to(lake)): path.read_bytes()
        for folder in ("snapshots", "tekster")
        for path in sorted((lake / folder).rglob("*.parquet"))
    }


def records_for(demo: Demo, deliveries: Collection[Delivery], *, entities: Collection[str] = ()) -> dict[str, bytes]:
    """What ``deliveries`` are landed as; of ``entities`` alone when they are named."""
    places = [
        f"system={each.system}/kommune={each.kommunekode}/udtrukket={each.udtrukket.strftime(FOLDER_TIME)}/"
        for each in deliveries
    ]
    return {
        path: content
        for path, content in records_of(demo.lake).items()
        if any(place in path for place in places) and (not entities or Path(path).stem in entities)
    }


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return Demo(tmp_path_factory.mktemp("demo"))
