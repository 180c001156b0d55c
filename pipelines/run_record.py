"""A run as a later step opens it: by its id, with everything held to the sums in its record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import LakeDamaged, UsageError
from pipelines.lake import RUN_RECORD, RUNS, Lake, Snapshot, is_run_id

# The form of run.json and of the tables beside it.
RECORD_VERSION = 2
# What later steps add to the folder of a run.
JUDGEMENT_FILE = "kontrol.json"
REPORT_FILE = "rapport.html"


@dataclass(frozen=True)
class RunRecord:
    """What ``run.json`` says of one run."""

    lake: Lake
    record: dict[str, Any]

    @property
    def run_id(self) -> str:
        """The run's id."""
        return str(self.record["koersel_id"])

    @property
    def _place(self) -> Path:
        return RUNS / self.run_id

    @property
    def kommuner(self) -> list[str]:
        """The kommunekoder that the run reconciled, in order."""
        return sorted(self.record["kommuner"])

    @property
    def left_out(self) -> list[str]:
        """The kommunekoder that could not be reconciled, and of which nothing was evaluated, in order."""
        return sorted(code for code, pinned in self.record["kommuner"].items() if pinned.get("udeladt"))

    def tables(self, name: str) -> list[str]:
        """The Parquet files called ``name`` that the run published, one a kommune, checked.

        A kommune for which the run published no such file is left out. Raises ``LakeDamaged`` when a
        published file is gone or is no longer what the record says.
        """
        published = self.record["filer"]
        paths = []
        for kommunekode in self.kommuner:
            relative = f"kommune={kommunekode}/{name}.parquet"
            if relative in published:
                paths.append(str(self._checked(relative, published[relative])))
        return paths

    def snapshots(self) -> list[Snapshot]:
        """The snapshots that the run rests on, in order of their ids.

        Raises ``LakeDamaged`` when a manifest is no longer the one that the run pinned.
        """
        snapshots = []
        for snapshot_id, pinned in sorted(self.record["snapshots"].items()):
            snapshot = self.lake.snapshot(snapshot_id)
            if snapshot.manifest_sha256 != pinned["manifest_sha256"]:
                raise LakeDamaged(
                    f"The manifest of snapshot {snapshot_id} is no longer the one that run {self.run_id} rests on. "
                    "Restore the snapshot, or make a new run."
                )
            snapshots.append(snapshot)
        return snapshots

    def publish(self, name: str, content: bytes) -> Path:
        """Put ``content`` into the run's folder as ``name``: whole or not at all."""
        return self.lake.put(self._place / name, content)

    def path(self, relative: str) -> Path:
        """The file of this machine that ``relative`` of the run's folder is read from. It may not be there."""
        return self.lake.path(self._place / relative)

    def read(self, relative: str) -> bytes | None:
        """The bytes of ``relative`` of the run's folder; None when it is not there."""
        return self.lake.read(self._place / relative)

    def judgement(self) -> dict[str, Any]:
        """What ``kontrol.json`` holds; raises ``UsageError`` when the run has not been judged."""
        content = self.read(JUDGEMENT_FILE)
        if content is None:
            raise UsageError(
                f"Run {self.run_id} has not been judged, and a report without verdicts proves nothing. "
                f"Run `afstem validate --run {self.run_id}` first."
            )
        return dict(json.loads(content))

    def _checked(self, relative: str, sha256: str) -> Path:
        path = self.lake.intact(self._place / relative, sha256)
        if path is None:
            raise LakeDamaged(
                f"{relative} of run {self.run_id} is missing or is no longer what the run published. "
                "Restore it, or make a new run."
            )
        return path


def open_record(lake: Lake, run_id: str) -> RunRecord:
    """Open the record of run ``run_id``.

    Raises ``UsageError`` when the lake holds no such run, ``LakeDamaged`` when its record cannot be read.
    """
    content = lake.read(RUNS / run_id / RUN_RECORD) if is_run_id(run_id) else None
    if content is None:
        raise UsageError(
            f"The lake holds no run {run_id!r}. The runs it holds are the folders of {lake.address(RUNS)}."
        )
    try:
        record = json.loads(content)
    except ValueError as error:
        raise LakeDamaged(f"run.json of run {run_id} is not JSON. Make a new run.") from error
    return RunRecord(lake=lake, record=record)
