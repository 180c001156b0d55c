"""Writing a delivery as its sender would: its encoding, line ends and way with time, leverance.json last."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.contract import ENTITIES, Column, Entity
from pipelines.demo.world.contents import Row
from pipelines.estate import DANISH_TIME

Clock = Literal["offset", "local", "zulu", "milliseconds"]


@dataclass(frozen=True)
class Manner:
    """How a sender writes.

    ``clock``: times with Denmark's offset, without one, in UTC, or with an offset and milliseconds.
    ``parquet``: the entities sent as Parquet. ``extra_column``: a column of ``sag`` the contract has not.
    """

    tegnsaet: str = "utf-8"
    bom: bool = False
    linjeskift: str = "\r\n"
    skilletegn: str = ";"
    clock: Clock = "offset"
    upper_uuid: bool = False
    parquet: tuple[str, ...] = ()
    extra_column: str | None = None
    unlisted_file: str | None = None


def delivery_folder(udtrukket: datetime) -> str:
    """The name of a delivery's folder: its time in UTC."""
    return udtrukket.strftime("%Y%m%dT%H%M%SZ")


def write_delivery(
    inbox: Path, system: str, kommunekode: str, udtrukket: datetime, tables: Mapping[str, list[Row]], manner: Manner
) -> None:
    """Write one delivery into ``inbox``; ``udtrukket`` is in UTC."""
    folder = inbox / system / kommunekode / delivery_folder(udtrukket)
    folder.mkdir(parents=True)
    files, totals = [], {}
    for name, rows in tables.items():
        entity = ENTITIES[name]
        ordered = _in_order(entity, rows)
        kind = "parquet" if name in manner.parquet else "csv"
        content = _parquet(entity, ordered) if kind == "parquet" else _csv(entity, ordered, manner)
        entry: dict[str, Any] = {
            "navn": f"{name}.{kind}",
            "entitet": name,
            "raekker": len(ordered),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        if kind == "csv" and manner.tegnsaet != "utf-8":
            entry["tegnsaet"] = manner.tegnsaet
        if kind == "csv" and manner.skilletegn != ";":
            entry["skilletegn"] = manner.skilletegn
        files.append(entry)
        if entity.kontroltal and entity.counted:
            totals[entity.kontroltal] = len({row[entity.counted] for row in ordered})
        (folder / entry["navn"]).write_bytes(content)
    if manner.unlisted_file:
        (folder / manner.unlisted_file).write_text("Sendt med; ikke en del af leverancen.\n", encoding="utf-8")
    said = {
        "version": 1,
        "system": system,
        "kommunekode": kommunekode,
        "udtrukket": udtrukket.astimezone(DANISH_TIME).isoformat(),
        "filer": files,
        "kontroltal": totals,
    }
    text = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    (folder / "leverance.json").write_text(text, encoding="utf-8", newline="\n")


def _in_order(entity: Entity, rows: list[Row]) -> list[Row]:
    """The rows in the order of their keys: none shows by its place whether a fault put it there."""
    return sorted(rows, key=lambda row: [str(row[part]) for part in entity.key])


def _csv(entity: Entity, rows: list[Row], manner: Manner) -> bytes:
    columns = [(column.name, _writer(column, manner)) for column in entity.columns]
    extra = manner.extra_column if entity.name == "sag" else None
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=manner.skilletegn, lineterminator=manner.linjeskift)
    writer.writerow([name for name, _ in columns] + ([extra] if extra else []))
    for row in rows:
        values = [None if (value := row.get(name)) is None else write(value) for name, write in columns]
        writer.writerow([*values, "B"] if extra else values)
    return out.getvalue().encode("utf-8-sig" if manner.bom else manner.tegnsaet)


def _writer(column: Column, manner: Manner) -> Callable[[Any], str]:
    if column.type == "timestamp":
        return _CLOCKS[manner.clock]
    if column.type == "uuid" and manner.upper_uuid:
        return lambda value: str(value).upper()
    return str


def _danish(moment: datetime) -> datetime:
    return moment.astimezone(DANISH_TIME)


_CLOCKS: dict[Clock, Callable[[datetime], str]] = {
    "offset": lru_cache(maxsize=None)(lambda moment: _danish(moment).isoformat()),
    "local": lru_cache(maxsize=None)(lambda moment: _danish(moment).replace(tzinfo=None).isoformat()),
    "zulu": lru_cache(maxsize=None)(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ")),
    "milliseconds": lru_cache(maxsize=None)(lambda moment: _danish(moment).isoformat(timespec="milliseconds")),
}


def _parquet(entity: Entity, rows: list[Row]) -> bytes:
    types = {"timestamp": pa.timestamp("us", tz="UTC"), "date": pa.date32(), "integer": pa.int64()}
    arrays = {
        column.name: pa.array([row.get(column.name) for row in rows], types.get(column.type, pa.string()))
        for column in entity.columns
    }
    out = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays), out)
    return bytes(out.getvalue())
