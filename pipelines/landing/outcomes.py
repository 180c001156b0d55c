"""From the inbox to the lake: every delivery becomes a snapshot, or is refused as a whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import DeliveryRefused, SystemFailure, UsageError
from pipelines.estate import Estate
from pipelines.lake import MANIFEST, Lake, Snapshot, publish_folder, read_snapshot, snapshot_place, staging
from pipelines.landing.moments import read_moment
from pipelines.landing.pseudonym import Pseudonyms, key_id
from pipelines.landing.stage import Keys, StagedFiles, stage
from pipelines.sources.folder import Delivery, DeliveryFolder, find_deliveries, open_delivery

# Told what is being read, and how many bytes of how many are done.
Progress = Callable[[str, int, int], None]
Status = Literal["landet", "kendt", "afvist", "ufuldstaendig"]


@dataclass(frozen=True)
class Outcome:
    """What became of one delivery: landed, known, refused, or not complete yet."""

    delivery: str
    status: Status
    snapshot: str | None = None
    error: DeliveryRefused | None = None
    bemaerkninger: tuple[dict[str, Any], ...] = ()


def land(
    estate: Estate, key: bytes, *, progress: Progress | None = None, text_key: bytes | None = None
) -> list[Outcome]:
    """Land every delivery of the estate's inbox; one outcome a delivery, in order of their names.

    Personal numbers become pseudonyms under ``key``; note texts are encrypted under ``text_key`` when it is
    given. Raises ``InputError`` when there is no inbox, and ``UsageError`` when the lake, or its note texts,
    were landed under another key.
    """
    lake = Lake(estate.lake)
    for snapshot in lake.snapshots():
        if snapshot.manifest["noegle"] != key_id(key):
            raise UsageError(
                f"The lake {lake.root} was landed under another key (snapshot {snapshot.id}): one citizen would get "
                "two pseudonyms. Use the key that it was landed under, or another lake."
            )
        if any(entry["noegle"] != (text_key and key_id(text_key)) for entry in snapshot.manifest["tekster"]):
            raise UsageError(
                f"The note texts of the lake {lake.root} were landed under another text key, or under none (snapshot "
                f"{snapshot.id}): no key would open them all. Use the text key that they were landed under, or "
                "another lake."
            )
    folders = find_deliveries(estate.inbox)
    told = _Told(progress, sum(folder.size() for folder in folders))
    outcomes = []
    for folder in folders:
        outcomes.append(_outcome(folder, lake, Keys(Pseudonyms(key), text_key), told))
        told.finish(folder)
    return outcomes


@dataclass
class _Told:
    """How far the whole inbox is."""

    progress: Progress | None
    total: int
    finished: int = 0
    done: int = 0

    def read(self, what: str, size: int) -> None:
        self.done += size
        if self.progress is not None:
            self.progress(what, min(self.done, self.total), self.total)

    def finish(self, folder: DeliveryFolder) -> None:
        self.finished += folder.size()
        self.done = self.finished


def _outcome(folder: DeliveryFolder, lake: Lake, keys: Keys, told: _Told) -> Outcome:
    if not folder.complete:
        return Outcome(folder.id, "ufuldstaendig")

    def on_read(file: str, size: int) -> None:
        told.read(f"{folder.id}/{file}", size)

    try:
        delivery = open_delivery(folder, read_moment)
        place = snapshot_place(delivery.leverance.system, delivery.leverance.kommunekode, delivery.udtrukket)
        target = lake.snapshots_folder / place
        if (target / MANIFEST).exists():
            _check_known(delivery, read_snapshot(target), on_read)
            return Outcome(folder.id, "kendt", folder.id)
        with staging(lake.root) as space:
            staged = stage(delivery, space, keys, on_read)
            _publish(staged, target, lake.texts_folder / place)
        return Outcome(folder.id, "landet", folder.id, None, tuple(staged.remarks.as_records()))
    except DeliveryRefused as error:
        return Outcome(folder.id, "afvist", None, error)
    except OSError as error:
        raise SystemFailure(f"{folder.id} could not be landed: {error}. Nothing of it is in the lake.") from error


def _check_known(delivery: Delivery, snapshot: Snapshot, on_read: Callable[[str, int], None]) -> None:
    """Raise ``DeliveryRefused`` unless ``delivery`` has the very bytes that ``snapshot`` was landed from."""
    if delivery.sha256 != snapshot.manifest["leverance_sha256"]:
        raise delivery.refused(
            "another delivery of this system, kommune and time is in the lake already, and a snapshot is never "
            "changed; send a new extract under its own time"
        )
    for file in delivery.files:
        with file.open() as stream:
            file.check_sha256(file.records(stream, partial(on_read, file.entry.navn)).sha256())


def _publish(staged: StagedFiles, target: Path, texts_target: Path) -> None:
    """The texts first: a snapshot exists when its manifest does."""
    if staged.texts is not None:
        try:
            publish_folder(staged.texts, texts_target)
        except SystemFailure:
            # Texts without a snapshot were left by a landing that was killed between the two.
            shutil.rmtree(texts_target)
            publish_folder(staged.texts, texts_target)
    publish_folder(staged.snapshot, target)
