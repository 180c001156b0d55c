"""Where things lie in the lake, and how they get there: whole, at once, and never changed after.

    snapshots/system=ksd/kommune=0751/udtrukket=20210301T020000Z/{entity}.parquet, manifest.json
    tekster/system=ksd/kommune=0751/udtrukket=20210301T020000Z/journalnotat.parquet
    runs/<run id>/

A snapshot exists when its manifest does. Readers open manifests, not globs.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.errors import LakeDamaged, SystemFailure

FOLDER_TIME = "%Y%m%dT%H%M%SZ"
MANIFEST = "manifest.json"
_STAGING = ".staging-"


def snapshot_place(system: str, kommunekode: str, udtrukket: datetime) -> Path:
    """The folder of one snapshot, relative to ``snapshots/`` and to ``tekster/``."""
    moment = udtrukket.astimezone(UTC).strftime(FOLDER_TIME)
    return Path(f"system={system}", f"kommune={kommunekode}", f"udtrukket={moment}")


@dataclass(frozen=True)
class Snapshot:
    """One delivery as it was landed. ``udtrukket`` is UTC."""

    system: str
    kommunekode: str
    udtrukket: datetime
    folder: Path
    manifest: dict[str, Any]
    manifest_sha256: str

    @property
    def id(self) -> str:
        """The delivery's own id, e.g. ``edh/0751/20200522T210000Z``."""
        return f"{self.system}/{self.kommunekode}/{self.udtrukket.strftime(FOLDER_TIME)}"

    @property
    def text_folder(self) -> Path:
        """The folder of what is kept apart."""
        place = snapshot_place(self.system, self.kommunekode, self.udtrukket)
        return self.folder.parents[3] / "tekster" / place

    def path(self, entity: str) -> Path | None:
        """The landed file of ``entity``; None when it was not delivered."""
        entry = self._entry("filer", entity)
        return None if entry is None else self.folder / entry["navn"]

    def text_path(self, entity: str) -> Path | None:
        """The file of what is kept apart of ``entity``; None when there is none."""
        entry = self._entry("tekster", entity)
        return None if entry is None else self.text_folder / entry["navn"]

    def rows(self, entity: str) -> int | None:
        """Rows landed of ``entity``; None when it was not delivered."""
        entry = self._entry("filer", entity)
        return None if entry is None else int(entry["raekker"])

    def _entry(self, kind: str, entity: str) -> dict[str, Any] | None:
        return next((entry for entry in self.manifest[kind] if entry["entitet"] == entity), None)


class Lake:
    """The lake in ``root``; its snapshots are listed once, when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def runs_folder(self) -> Path:
        """Where the runs lie."""
        return self.root / "runs"

    @property
    def snapshots_folder(self) -> Path:
        """Where the snapshots lie."""
        return self.root / "snapshots"

    @property
    def texts_folder(self) -> Path:
        """Where the note texts lie, apart."""
        return self.root / "tekster"

    def snapshots(self, kommunekode: str | None = None, system: str | None = None) -> list[Snapshot]:
        """The snapshots, of one kommune or system when named, by kommunekode, system and time."""
        return [
            snapshot
            for snapshot in self._snapshots.values()
            if kommunekode in (None, snapshot.kommunekode) and system in (None, snapshot.system)
        ]

    def snapshot(self, snapshot_id: str) -> Snapshot:
        """The snapshot ``snapshot_id``; raises ``LakeDamaged`` when the lake does not hold it."""
        try:
            return self._snapshots[snapshot_id]
        except KeyError:
            raise LakeDamaged(
                f"The lake {self.root} holds no snapshot {snapshot_id}. Land that delivery again."
            ) from None

    def verify(self, snapshot: Snapshot, kinds: tuple[str, ...] = ("filer", "tekster")) -> None:
        """Raise ``LakeDamaged`` unless every file of ``snapshot`` is there with the bytes of its manifest.

        ``kinds``: the ledger's files, and the note texts, which are larger than all the rest.
        """
        for kind in kinds:
            folder = snapshot.folder if kind == "filer" else snapshot.text_folder
            for entry in snapshot.manifest[kind]:
                path = folder / entry["navn"]
                try:
                    intact = file_sha256(path) == entry["sha256"]
                except FileNotFoundError:
                    intact = False
                if not intact:
                    raise LakeDamaged(
                        f"{path.relative_to(self.root)} is missing or is no longer what was landed. "
                        "Restore it from a copy of the lake."
                    )

    @cached_property
    def _snapshots(self) -> dict[str, Snapshot]:
        manifests = self.snapshots_folder.glob(f"system=*/kommune=*/udtrukket=*/{MANIFEST}")
        snapshots = [read_snapshot(path.parent) for path in manifests]
        snapshots.sort(key=lambda each: (each.kommunekode, each.system, each.udtrukket))
        return {snapshot.id: snapshot for snapshot in snapshots}


def read_snapshot(folder: Path) -> Snapshot:
    """Open the snapshot in ``folder``; raises ``LakeDamaged`` when its manifest cannot be read."""
    content = (folder / MANIFEST).read_bytes()
    try:
        manifest = json.loads(content)
        udtrukket = datetime.fromisoformat(manifest["udtrukket"]).astimezone(UTC)
        return Snapshot(
            manifest["system"],
            manifest["kommunekode"],
            udtrukket,
            folder,
            manifest,
            hashlib.sha256(content).hexdigest(),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise LakeDamaged(f"The manifest in {folder} cannot be read. Restore it from a copy of the lake.") from error


def file_sha256(path: Path) -> str:
    """SHA-256 of the file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """A folder inside the lake that nobody reads, gone afterwards whatever happens.

    What a killed process left behind is removed first; a folder in use is known by the lock on it.
    """
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as door:
        # Between its making and its lock a folder would look abandoned.
        fcntl.flock(door, fcntl.LOCK_EX)
        for left in root.glob(f"{_STAGING}*"):
            _remove_abandoned(left)
        folder = Path(tempfile.mkdtemp(prefix=_STAGING, dir=root))
        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _remove_abandoned(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(handle)


def publish_file(target: Path, content: bytes) -> None:
    """Put ``content`` in ``target``, in the place of what was there: whole or not at all."""
    staged = target.with_name(f".{target.name}.{os.getpid()}")
    with staged.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    staged.replace(target)
    _sync(target.parent)


def publish_folder(folder: Path, target: Path) -> None:
    """Make ``folder`` visible as ``target``: whole or not at all, and still there after a power cut.

    Both lie on one file system. When ``target`` is there already with the same bytes, nothing is done;
    with other bytes ``SystemFailure`` is raised.
    """
    for path in sorted(folder.rglob("*"), reverse=True):
        _sync(path)
    _sync(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.rename(target)
    except OSError as error:
        if not target.is_dir():
            raise
        if _contents(folder) != _contents(target):
            raise SystemFailure(
                f"{target} is there already, with other bytes. What is published is never changed."
            ) from error
        shutil.rmtree(folder)
        return
    made = target.parent
    _sync(made)
    while not folder.is_relative_to(made):
        made = made.parent
        _sync(made)


def _contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): file_sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
