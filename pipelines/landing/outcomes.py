"""From a delivery to a snapshot in the lake: landed whole, known already, or refused as a whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import AfstemError, DeliveryRefused, SystemFailure, UsageError
from pipelines.estate import Estate
from pipelines.lake import MANIFEST, SNAPSHOTS, TEXTS, Lake, snapshot_place
from pipelines.lake.opening import open_lake
from pipelines.landing.moments import read_moment
from pipelines.landing.pseudonym import Pseudonyms, key_id
from pipelines.landing.stage import Keys, StagedFiles, stage
from pipelines.sources.delivery import Delivery, OnRead
from pipelines.sources.folder import DeliveryFolder, find_deliveries, open_delivery

# Told what is being read, how much of how much is done; the whole is None where nobody can tell it before.
Progress = Callable[[str, int, int | None], None]
Status = Literal["landet", "kendt", "afvist", "ufuldstaendig", "fjernet", "tom", "fejlet"]


@dataclass(frozen=True)
class Outcome:
    """What became of one delivery: landed, known, refused, not complete yet, or removed by retention before.

    Or its source had none, or failed.
    """

    delivery: str
    status: Status
    snapshot: str | None = None
    error: AfstemError | None = None
    bemaerkninger: tuple[dict[str, Any], ...] = ()


def land(
    estate: Estate, key: bytes, *, progress: Progress | None = None, text_key: bytes | None = None
) -> list[Outcome]:
    """Land every delivery of the estate's inbox; one outcome a delivery, in order of their names.

    Personal numbers become pseudonyms under ``key``; note texts are encrypted under ``text_key`` when it is
    given. Raises ``InputError`` when there is no inbox, and ``UsageError`` when the lake, or its note texts,
    were landed under another key, or the estate wants these encrypted and no key is given.
    """
    landing = Landing.of(estate, key, text_key)
    folders = find_deliveries(estate.inbox)
    told = _Told(progress, sum(folder.size() for folder in folders))
    outcomes = []
    for folder in folders:
        outcomes.append(landing.take_folder(folder, told.read))
        told.finish(folder)
    return outcomes


@dataclass(frozen=True)
class Landing:
    """The lake that deliveries are landed in, and the keys that they are landed under."""

    lake: Lake
    keys: Keys

    @staticmethod
    def of(estate: Estate, key: bytes, text_key: bytes | None) -> Landing:
        """The landing of ``estate``; raises ``UsageError`` when the keys are not those that it or its lake wants."""
        if estate.krypter_tekster and text_key is None:
            raise UsageError(
                "The estate has krypter_tekster, and there is no key for the note texts: nothing was landed. Set "
                "AFSTEM_TEXT_KEY, or in Airflow the Variable afstem_text_key."
            )
        lake = open_lake(estate)
        for snapshot in lake.snapshots():
            if snapshot.manifest["noegle"] != key_id(key):
                raise UsageError(
                    f"The lake {lake} was landed under another key (snapshot {snapshot.id}): one citizen would "
                    "get two pseudonyms. Use the key that it was landed under, or another lake."
                )
            if any(entry["noegle"] != (text_key and key_id(text_key)) for entry in snapshot.manifest["tekster"]):
                raise UsageError(
                    f"The note texts of the lake {lake} were landed under another text key, or under none "
                    f"(snapshot {snapshot.id}): no key would open them all. Use the text key that they were landed "
                    "under, or another lake."
                )
        return Landing(lake, Keys(Pseudonyms(key), text_key))

    def take_folder(self, folder: DeliveryFolder, on_read: OnRead) -> Outcome:
        """Land the delivery that lies in ``folder``."""
        if not folder.complete:
            return Outcome(folder.id, "ufuldstaendig")
        return self.take(
            folder.id,
            lambda: nullcontext(open_delivery(folder, read_moment)),
            lambda name, size: on_read(f"{folder.id}/{name}", size),
        )

    def take(self, named: str, deliver: Callable[[], AbstractContextManager[Delivery]], on_read: OnRead) -> Outcome:
        """Land the delivery that ``deliver`` opens; ``named`` is its id, as far as it is known before."""
        try:
            with deliver() as delivery:
                named = delivery.id
                known = self.lake.find(delivery.system, delivery.kommunekode, delivery.udtrukket)
                if known is not None:
                    _check_known(delivery, known.manifest, on_read)
                    return Outcome(named, "kendt", named)
                if self.lake.let_go(delivery.system, delivery.kommunekode, delivery.udtrukket):
                    return Outcome(named, "fjernet")
                place = snapshot_place(delivery.system, delivery.kommunekode, delivery.udtrukket)
                with self.lake.staging() as space:
                    staged = stage(delivery, space, self.keys, on_read)
                    self._publish(staged, place)
                return Outcome(named, "landet", named, None, tuple(staged.remarks.as_records()))
        except DeliveryRefused as error:
            return Outcome(named, "afvist", None, error)
        except OSError as error:
            raise SystemFailure(f"{named} could not be landed: {error}. Nothing of it is in the lake.") from error

    def _publish(self, staged: StagedFiles, place: Path) -> None:
        """The texts first: a snapshot exists when its manifest does."""
        if staged.texts is None:
            # What a landing that was killed has left would look like the texts of this one.
            self.lake.remove(TEXTS / place)
        texts = {} if staged.texts is None else {TEXTS / place: staged.texts}
        self.lake.publish({**texts, SNAPSHOTS / place: staged.snapshot}, SNAPSHOTS / place / MANIFEST)


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


def _check_known(delivery: Delivery, manifest: dict[str, Any], on_read: OnRead) -> None:
    """Raise ``DeliveryRefused`` unless ``delivery`` is the very one that the snapshot was landed from."""
    if delivery.sha256 != manifest["leverance_sha256"]:
        raise delivery.refused(
            "another delivery of this system, kommune and time is in the lake already, and a snapshot is never "
            "changed; send a new extract under its own time"
        )
    delivery.check_same(on_read)
