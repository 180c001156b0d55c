"""One delivery as it was landed: its manifest, and where its files are read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import LakeDamaged

if TYPE_CHECKING:
    from pipelines.lake.lake import Lake

FOLDER_TIME = "%Y%m%dT%H%M%SZ"
MANIFEST = "manifest.json"
SNAPSHOTS = Path("snapshots")
TEXTS = Path("tekster")
REMOVED = Path("fjernet")


def snapshot_place(system: str, kommunekode: str, udtrukket: datetime) -> Path:
    """The folder of one snapshot, relative to ``snapshots/`` and to ``tekster/``."""
    return snapshot_place_of(f"{system}/{kommunekode}/{udtrukket.astimezone(UTC).strftime(FOLDER_TIME)}")


def snapshot_place_of(snapshot_id: str) -> Path:
    """The folder of the snapshot ``snapshot_id``, as ``snapshot_place`` gives it."""
    system, kommunekode, moment = snapshot_id.split("/")
    return Path(f"system={system}", f"kommune={kommunekode}", f"udtrukket={moment}")


def removal_mark(place: Path) -> Path:
    """The file that says that the snapshot of ``place`` was removed, and is not to be landed again."""
    return REMOVED / f"{place.as_posix()}.json"


@dataclass(frozen=True)
class Snapshot:
    """One delivery as it was landed. ``udtrukket`` is UTC."""

    system: str
    kommunekode: str
    udtrukket: datetime
    manifest: dict[str, Any]
    manifest_sha256: str
    lake: Lake = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """The delivery's own id, e.g. ``edh/0751/20200522T210000Z``."""
        return f"{self.system}/{self.kommunekode}/{self.udtrukket.strftime(FOLDER_TIME)}"

    @property
    def place(self) -> Path:
        """Its folder, relative to ``snapshots/`` and to ``tekster/``."""
        return snapshot_place_of(self.id)

    @property
    def folder(self) -> Path:
        """The folder of its ledger files on this machine."""
        return self.lake.root / SNAPSHOTS / self.place

    @property
    def text_folder(self) -> Path:
        """The folder of what is kept apart on this machine."""
        return self.lake.root / TEXTS / self.place

    def delivered(self, entity: str) -> bool:
        """Whether ``entity`` was part of the delivery."""
        return self._entry("filer", entity) is not None

    def path(self, entity: str) -> Path | None:
        """The landed file of ``entity``, to be read; None when it was not delivered."""
        entry = self._entry("filer", entity)
        return None if entry is None else self.lake.path(SNAPSHOTS / self.place / entry["navn"])

    def paths(self) -> dict[str, Path]:
        """The landed file of each entity that was delivered."""
        return {
            entry["entitet"]: self.lake.path(SNAPSHOTS / self.place / entry["navn"]) for entry in self.manifest["filer"]
        }

    def text_path(self, entity: str) -> Path | None:
        """The file of what is kept apart of ``entity``; None when there is none."""
        entry = self._entry("tekster", entity)
        return None if entry is None else self.lake.path(TEXTS / self.place / entry["navn"])

    def sums(self, kinds: tuple[str, ...] = ("filer", "tekster")) -> dict[Path, str]:
        """The SHA-256 of each of its files, by the path in the lake; of the ledger's, of the texts, or of both."""
        return {
            (SNAPSHOTS if kind == "filer" else TEXTS) / self.place / entry["navn"]: entry["sha256"]
            for kind in kinds
            for entry in self.manifest[kind]
        }

    def rows(self, entity: str) -> int | None:
        """Rows landed of ``entity``; None when it was not delivered."""
        entry = self._entry("filer", entity)
        return None if entry is None else int(entry["raekker"])

    def _entry(self, kind: str, entity: str) -> dict[str, Any] | None:
        return next((entry for entry in self.manifest[kind] if entry["entitet"] == entity), None)


def read_snapshot(lake: Lake, place: Path, content: bytes) -> Snapshot:
    """The snapshot in ``place`` whose manifest is ``content``; raises ``LakeDamaged`` when that cannot be read."""
    try:
        manifest = json.loads(content)
        udtrukket = datetime.fromisoformat(manifest["udtrukket"]).astimezone(UTC)
        sha256 = hashlib.sha256(content).hexdigest()
        snapshot = Snapshot(manifest["system"], manifest["kommunekode"], udtrukket, manifest, sha256, lake)
        if snapshot.place != place:
            raise ValueError("it is the manifest of another snapshot")
        return snapshot
    except (ValueError, KeyError, TypeError) as error:
        raise LakeDamaged(
            f"The manifest in {lake.address(SNAPSHOTS / place)} cannot be read. Restore it from a copy of the lake."
        ) from error
