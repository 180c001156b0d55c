"""Where things lie in the lake, and how they get there: whole, at once, and never changed after.

    snapshots/system=ksd/kommune=0751/udtrukket=20210301T020000Z/{entity}.parquet, manifest.json
    tekster/system=ksd/kommune=0751/udtrukket=20210301T020000Z/journalnotat.parquet
    fjernet/system=ksd/kommune=0751/udtrukket=20210301T020000Z.json
    runs/<run id>/plan.json, kommune=0751/{table}.parquet, kommune=0751/del.json, run.json, kontrol.json, rapport.html

A snapshot exists when its manifest does, a kommune's part of a run when its ``del.json`` does, and a run when its
``run.json`` does. Readers open those, not globs. What retention let go of has a file in ``fjernet/``, and is not
landed again while it is there.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from pipelines.errors import LakeDamaged, SystemFailure
from pipelines.lake.publishing import (
    StandsOtherwise,
    append_line,
    file_sha256,
    publish_file,
    publish_folder,
    publish_new_file,
    staging,
)
from pipelines.lake.snapshot import (
    MANIFEST,
    SNAPSHOTS,
    TEXTS,
    Snapshot,
    read_snapshot,
    removal_mark,
    snapshot_place,
)

RUNS = Path("runs")
RUN_RECORD = "run.json"


def is_run_id(name: str) -> bool:
    """Whether ``name`` may be a run's; a folder's other name, as that of a copy, is none."""
    return re.fullmatch(r"[0-9A-Za-z_-]+", name) is not None


class Lake:
    """The lake in the folder ``root``; its snapshots are listed once, when they are first asked for.

    A path is relative to the lake unless it is said to be of this machine.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def __str__(self) -> str:
        return str(self.root)

    @property
    def runs_folder(self) -> Path:
        """Where the runs lie on this machine."""
        return self.root / RUNS

    @property
    def snapshots_folder(self) -> Path:
        """Where the snapshots lie on this machine."""
        return self.root / SNAPSHOTS

    @property
    def texts_folder(self) -> Path:
        """Where the note texts lie on this machine, apart."""
        return self.root / TEXTS

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
            raise LakeDamaged(f"The lake {self} holds no snapshot {snapshot_id}. Land that delivery again.") from None

    def find(self, system: str, kommunekode: str, udtrukket: datetime) -> Snapshot | None:
        """The snapshot of that time as the lake is at this moment; None when there is none."""
        place = snapshot_place(system, kommunekode, udtrukket)
        content = self.read(SNAPSHOTS / place / MANIFEST)
        return None if content is None else read_snapshot(self, place, content)

    def let_go(self, system: str, kommunekode: str, udtrukket: datetime) -> bool:
        """Whether the snapshot of that time was removed, and is not to be landed again."""
        return self.read(removal_mark(snapshot_place(system, kommunekode, udtrukket))) is not None

    def read_manifest(self, path: Path) -> Snapshot:
        """The snapshot whose manifest is ``path``; raises ``LakeDamaged`` when it cannot be read."""
        return read_snapshot(self, path.parent.relative_to(SNAPSHOTS), self.read(path) or b"")

    def verify(self, snapshot: Snapshot, kinds: tuple[str, ...] = ("filer", "tekster")) -> None:
        """Raise ``LakeDamaged`` unless every file of ``snapshot`` is there with the bytes of its manifest.

        ``kinds``: the ledger's files, and the note texts, which are larger than all the rest.
        """
        for path, sha256 in snapshot.sums(kinds).items():
            if self.intact(path, sha256) is None:
                raise LakeDamaged(
                    f"{path} is missing or is no longer what was landed. Restore it from a copy of the lake."
                )

    def run_ids(self) -> list[str]:
        """The ids of the runs, in no order that means anything."""
        return sorted(filter(is_run_id, (path.parent.name for path in self.runs_folder.glob(f"*/{RUN_RECORD}"))))

    def address(self, path: Path) -> str:
        """Where ``path`` is found by who looks for it."""
        return str(self.root / path)

    def path(self, path: Path) -> Path:
        """The file of this machine that ``path`` is read from. It may not be there."""
        return self.root / path

    def intact(self, path: Path, sha256: str) -> Path | None:
        """The file of this machine that ``path`` is read from; None when it is not there or is of another sum."""
        found = self.path(path)
        try:
            return found if file_sha256(found) == sha256 else None
        except FileNotFoundError:
            return None

    def stored_sha256(self, path: Path) -> str | None:
        """SHA-256 of ``path`` as it lies where the lake lies, in hex; None when it is not there."""
        try:
            return file_sha256(self.root / path)
        except FileNotFoundError:
            return None

    def files(self) -> Iterator[Path]:
        """Every file that lies where the lake lies, but those that are being made."""
        for area in (SNAPSHOTS, TEXTS, RUNS):
            yield from self.changed(area)

    def changed(self, area: Path) -> dict[Path, datetime]:
        """When each file below ``area`` was last written. UTC."""
        found = {}
        for path in (self.root / area).rglob("*"):
            if path.is_file() and not path.name.startswith("."):
                # It may be removed meanwhile.
                with suppress(FileNotFoundError):
                    found[path.relative_to(self.root)] = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return found

    def written(self, path: Path) -> datetime | None:
        """When the file ``path`` was last written, UTC; None when it is not there."""
        try:
            return datetime.fromtimestamp((self.root / path).stat().st_mtime, UTC)
        except FileNotFoundError:
            return None

    def read(self, path: Path) -> bytes | None:
        """The bytes of ``path`` as they are at this moment; None when it is not there."""
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            return None

    def staging(self) -> AbstractContextManager[Path]:
        """A folder of this machine, from which ``publish`` may take what was made in it."""
        return staging(self.root)

    def publish(self, folders: Mapping[Path, Path], last: Path) -> None:
        """Make staged folders visible, whole or not at all: ``folders`` by the paths that they get.

        ``last`` is the file that all of it exists by, and lies in the last of them. What a killed process has left
        without it is replaced. When the same is there already, nothing is done; raises ``StandsOtherwise`` when
        there is something else.
        """
        for path, folder in folders.items():
            try:
                publish_folder(folder, self.root / path)
            except StandsOtherwise:
                if path == last.parent or (self.root / last).exists():
                    raise
                shutil.rmtree(self.root / path)
                publish_folder(folder, self.root / path)

    def put(self, path: Path, content: bytes) -> Path:
        """Put ``content`` in the place of what ``path`` was; return the file of this machine."""
        publish_file(self.root / path, content)
        return self.root / path

    def put_new(self, path: Path, content: bytes) -> bool:
        """Put ``content`` where nothing is; False, and nothing done, when ``path`` is there already."""
        return publish_new_file(self.root / path, content)

    def log(self, path: Path, line: str) -> None:
        """Add ``line`` to the log ``path``, on disk before this returns; raises ``OSError`` when it cannot be."""
        append_line(self.root / path, line)

    def remove(self, path: Path, first: Sequence[Path] = ()) -> None:
        """Remove the folder ``path``; before all, in their order, the files ``first``, which it exists by.

        Raises ``SystemFailure`` when something of it stays.
        """
        try:
            for file in first:
                (self.root / file).unlink(missing_ok=True)
            # Another may be removing the same.
            with suppress(FileNotFoundError):
                shutil.rmtree(self.root / path)
        except OSError as error:
            raise SystemFailure(
                f"{self.root / path} could not be removed ({error.strerror}). Give this user the right to remove it, "
                "and do it again."
            ) from None

    def _manifests(self) -> Iterator[tuple[Path, bytes]]:
        """The place and the manifest of every snapshot."""
        for path in self.snapshots_folder.glob(f"system=*/kommune=*/udtrukket=*/{MANIFEST}"):
            # What was removed since it was listed is no snapshot.
            with suppress(FileNotFoundError):
                yield path.parent.relative_to(self.snapshots_folder), path.read_bytes()

    @cached_property
    def _snapshots(self) -> dict[str, Snapshot]:
        snapshots = [read_snapshot(self, place, content) for place, content in self._manifests()]
        snapshots.sort(key=lambda each: (each.kommunekode, each.system, each.udtrukket))
        return {snapshot.id: snapshot for snapshot in snapshots}
