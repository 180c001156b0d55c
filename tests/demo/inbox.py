"""The demo's deliveries read back by the standard library, as anyone who was sent them could."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from pipelines.contract import ENTITIES
from tests.oracle_rows import Delivery


def deliveries(inbox: Path) -> Iterator[Delivery]:
    """Every delivery of the inbox with all its rows, in the order of their folders."""
    for manifest in sorted(inbox.glob("*/*/*/leverance.json")):
        said = json.loads(manifest.read_text(encoding="utf-8"))
        tables = {file["entitet"]: list(_rows(manifest.with_name(file["navn"]), file)) for file in said["filer"]}
        assert {file["entitet"]: file["raekker"] for file in said["filer"]} == {k: len(v) for k, v in tables.items()}
        moment = datetime.fromisoformat(said["udtrukket"]).astimezone(UTC)
        assert manifest.parent.name == moment.strftime("%Y%m%dT%H%M%SZ")
        yield Delivery(said["system"], said["kommunekode"], moment, tables)


def _rows(path: Path, file: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if path.suffix == ".parquet":
        yield from pq.read_table(path).to_pylist()
        return
    text = path.read_bytes().decode(file.get("tegnsaet", "utf-8")).removeprefix("\ufeff")
    integers = [column.name for column in ENTITIES[file["entitet"]].columns if column.type == "integer"]
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=file.get("skilletegn", ";"), strict=True):
        yield row | {name: int(row[name]) for name in integers}


def settings(path: Path) -> Any:
    """What a YAML file of the demo holds, as YAML's base types."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))
