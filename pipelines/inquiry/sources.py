"""Where each row came from: the snapshot, the file of the delivery, and the line in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.inquiry.questions import Row
from pipelines.lake import FOLDER_TIME, Lake, Snapshot


class Sources:
    """The deliveries that one kommune's part of a run rests on; ``pinned`` is that part of the run record."""

    def __init__(self, lake: Lake, kommunekode: str, pinned: Mapping[str, Any]) -> None:
        self._lake = lake
        self._kommunekode = kommunekode
        self._after = {"edh": pinned["edh_efter"], "indeks": pinned["indeks"], "esdh": pinned["esdh"]}
        self._after |= {system["system"]: system["efter"] for system in pinned["systemer"]}

    def told(self, rows: list[Row], entity: str | None = None) -> list[Row]:
        """``rows`` of ``entity``, each with its ``kilde``: snapshot, file and line.

        A row says itself which it is of: ``sted`` and ``system``; of the baseline ``kilde`` and ``udtrukket``; and
        ``entitet`` where the rows are of several.
        """
        return [self._with_source(row, entity or row["entitet"]) for row in rows]

    def _with_source(self, row: Row, entity: str) -> Row:
        told = {key: value for key, value in row.items() if key not in ("kilde", "udtrukket", "linje")}
        if row["linje"] is None:
            return {**told, "kilde": None}
        if row["sted"] == "foer":
            moment = row["udtrukket"].strftime(FOLDER_TIME)
            snapshot = self._lake.snapshot(f"{row['kilde']}/{self._kommunekode}/{moment}")
        else:
            snapshot = self.after(row.get("system") or row["sted"])
        return {**told, "kilde": {"snapshot": snapshot.id, "fil": _file(snapshot, entity), "linje": row["linje"]}}

    def after(self, system: str) -> Snapshot:
        """The after-delivery of ``system`` that the run rests on."""
        snapshot_id = self._after[system]
        assert snapshot_id is not None, "a row has come out of a delivery"
        return self._lake.snapshot(snapshot_id)


def _file(snapshot: Snapshot, entity: str) -> str:
    return next(str(entry["kilde"]) for entry in snapshot.manifest["filer"] if entry["entitet"] == entity)
