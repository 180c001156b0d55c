"""An estate in a folder of its own, and what the tests ask of its lake."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from pipelines.estate import Estate, load_estate
from pipelines.lake import Lake, Snapshot
from pipelines.landing import Outcome, land
from tests.deliveries import small_delivery, write_delivery

KEY = b"a key for the tests, and no secret"
EXTRACTED = datetime(2020, 5, 22, 21, tzinfo=UTC)
SNAPSHOT = "edh/0751/20200522T210000Z"


@dataclass(frozen=True)
class Place:
    """One estate with its inbox and its lake."""

    folder: Path

    @property
    def estate(self) -> Estate:
        return load_estate(self.folder / "estate.yaml")

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def lake(self) -> Lake:
        return Lake(self.folder / "lake")

    def deliver(self, tables: dict[str, list[dict[str, Any]]] | None = None, **options: Any) -> Path:
        """A delivery of EDH in 0751, without a fault unless ``options`` make one."""
        system = options.pop("system", "edh")
        moment = options.pop("udtrukket", EXTRACTED)
        kommunekode = options.pop("kommunekode", "0751")
        delivered = small_delivery() if tables is None else tables
        return write_delivery(self.inbox, system, kommunekode, moment, delivered, **options)

    def land(self, **options: Any) -> list[Outcome]:
        return land(self.estate, KEY, **options)

    def land_one(self, **options: Any) -> Outcome:
        (outcome,) = self.land(**options)
        return outcome

    def landed(self, **options: Any) -> Snapshot:
        """Land the one delivery there is, which must go well."""
        outcome = self.land_one(**options)
        assert outcome.status == "landet", outcome
        assert outcome.snapshot is not None
        return self.lake.snapshot(outcome.snapshot)

    def bytes_of_lake(self) -> dict[str, bytes]:
        """Every visible file of the lake; what is staged would show as well."""
        root = self.lake.root
        files = [path for path in sorted(root.rglob("*")) if path.is_file() and path.name != ".lock"]
        return {str(path.relative_to(root)): path.read_bytes() for path in files}


def make_place(folder: Path) -> Place:
    folder.joinpath("inbox").mkdir(parents=True)
    folder.joinpath("estate.yaml").write_text(
        json.dumps({"lake": "lake", "inbox": "inbox", "kommuner": {"0751": {}}}), encoding="utf-8"
    )
    return Place(folder)


def rows(snapshot: Snapshot, entity: str, columns: str = "* EXCLUDE linje") -> list[tuple[Any, ...]]:
    """Rows of a landed entity in their order; times as text."""
    path = snapshot.path(entity)
    assert path is not None
    with duckdb.connect() as session:
        session.execute("SET TimeZone = 'UTC'")
        relation = session.sql(f"SELECT {columns} FROM read_parquet('{path}', hive_partitioning = false)")
        kept = [f'CAST("{name}" AS VARCHAR)' for name in relation.columns]
        return relation.select(", ".join(kept)).fetchall()


def texts(snapshot: Snapshot) -> list[Any]:
    path = snapshot.text_path("journalnotat")
    assert path is not None
    return pq.ParquetFile(path).read().column("tekst").to_pylist()
