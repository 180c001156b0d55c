"""From where the systems live to the lake: every source of the estate is asked for what the lake has not yet."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path

from sqlalchemy.engine import URL

from pipelines.connections import read_connection
from pipelines.contract.codes import SYSTEM
from pipelines.contract.leverance import LEVERANCE_FILE
from pipelines.errors import DeliveryRefused, InputError, SourceFailed, UsageError, scrub_foreign
from pipelines.estate import Estate
from pipelines.estate_sources import Kilde
from pipelines.lake import FOLDER_TIME
from pipelines.landing.outcomes import Landing, Outcome, Progress
from pipelines.sources.block import RecordMistake
from pipelines.sources.combined import CombinedDelivery
from pipelines.sources.delivery import Delivery, OnRead
from pipelines.sources.folder import DeliveryFolder
from pipelines.sources.kinds import KINDS
from pipelines.sources.mapped import MappedDelivery
from pipelines.sources.places import PlacedFolder, fetch_delivery, fetch_extract, open_place


def pull(
    estate: Estate,
    key: bytes,
    *,
    systems: Collection[str] = (),
    kommuner: Collection[str] = (),
    progress: Progress | None = None,
    text_key: bytes | None = None,
) -> list[Outcome]:
    """Land what the sources of ``estate`` have and its lake has not; of ``systems`` and ``kommuner`` when named.

    One outcome a snapshot, by system, kommune and time; a source that fails or is wrong stops no other. Keys are
    those of ``land``. Raises ``UsageError`` when nothing is to be pulled, or the lake is under another key.
    """
    if unknown := sorted(set(systems) - estate.kilder.keys()):
        raise UsageError(
            f"The estate has no source for {', '.join(unknown)}; it has {', '.join(sorted(estate.kilder)) or 'none'}. "
            "Name one under kilder in estate.yaml."
        )
    wanted = [
        (system, kommunekode)
        for system in SYSTEM.values
        if system in estate.kilder and (not systems or system in systems)
        for kommunekode in estate.kommuner_of(system, estate.kilder[system][0])
        if not kommuner or kommunekode in kommuner
    ]
    if not wanted:
        raise UsageError("There is nothing to pull: no source under kilder in estate.yaml is of what was asked for.")
    landing = Landing.of(estate, key, text_key)
    estate.inbox.mkdir(parents=True, exist_ok=True)
    return [
        outcome
        for system, kommunekode in wanted
        for outcome in _Pull(estate, landing, system, kommunekode, _counted(progress)).outcomes()
    ]


def _counted(progress: Progress | None) -> OnRead:
    done: dict[str, int] = {}

    def on_read(name: str, size: int) -> None:
        done[name] = done.get(name, 0) + size
        if progress is not None:
            progress(name, done[name], None)

    return on_read


@dataclass(frozen=True)
class _Pull:
    """What one system has of one kommune."""

    estate: Estate
    landing: Landing
    system: str
    kommunekode: str
    on_read: OnRead

    def outcomes(self) -> list[Outcome]:
        made: list[Outcome] = []
        try:
            made.extend(self._outcomes())
        except SourceFailed as error:
            made.append(Outcome(self._named(), "fejlet", None, error))
        except InputError as error:
            made.append(Outcome(self._named(), "afvist", None, error))
        return made or [Outcome(self._named(), "tom")]

    def _outcomes(self) -> Iterator[Outcome]:
        kilde = self._kilder[0]
        if kilde.road == "database":
            yield self.landing.take(self._named(), self._from_database, self.on_read)
            return
        with self._folders(kilde) as folders:
            for folder in folders:
                yield self._from_folder(kilde, folder)

    def _from_folder(self, kilde: Kilde, folder: PlacedFolder) -> Outcome:
        named = self._named(folder.udtrukket)
        present = folder.files()
        last = LEVERANCE_FILE if kilde.road == "deliveries" else kilde.faerdig
        if last is not None and last not in present:
            return Outcome(named, "ufuldstaendig")
        if known := self._known(kilde, folder, present):
            return known
        try:
            if kilde.road == "deliveries":
                fetched = fetch_delivery(folder, self.estate.inbox, self.system, self.kommunekode, self.on_read)
                if fetched is None:
                    return Outcome(named, "ufuldstaendig")
                return self.landing.take_folder(DeliveryFolder(fetched), self.on_read)
            return self.landing.take(named, lambda: self._combined(self._mapped(kilde, folder)), self.on_read)
        except SourceFailed as error:
            return Outcome(named, "fejlet", None, error)
        except InputError as error:
            return Outcome(named, "afvist", None, error)

    def _known(self, kilde: Kilde, folder: PlacedFolder, present: dict[str, int]) -> Outcome | None:
        """What is in the lake, or was removed from it, is not fetched again: it is known by what is seen from here."""
        named = self._named(folder.udtrukket)
        snapshot = self.landing.lake.find(self.system, self.kommunekode, folder.udtrukket)
        if snapshot is None:
            gone = self.landing.lake.let_go(self.system, self.kommunekode, folder.udtrukket)
            return Outcome(named, "fjernet") if gone else None
        manifest = snapshot.manifest
        if kilde.road == "deliveries":
            same = hashlib.sha256(folder.read(LEVERANCE_FILE)).hexdigest() == manifest["leverance_sha256"]
        else:
            landed = {file["navn"]: file["bytes"] for file in manifest["leverance"].get("filer", [])}
            same = all(present.get(name) == size for name, size in landed.items())
        if same:
            return Outcome(named, "kendt", named)
        error = InputError(
            f"{named}: what lies at the source is not what the lake's snapshot of that time was landed from, and a "
            "snapshot is never changed. Have a new extract made under its own time."
        )
        return Outcome(named, "afvist", None, error)

    @contextmanager
    def _from_database(self) -> Iterator[Delivery]:
        from pipelines.sources.databases import open_database

        kilde = self._kilder[0]
        with (
            open_database(kilde, self.system, self.kommunekode, self._connection(kilde)) as delivery,
            self._combined(delivery) as combined,
        ):
            yield combined

    @contextmanager
    def _combined(self, first: Delivery) -> Iterator[Delivery]:
        """``first`` with what the system's other sources held no later than it."""
        others = []
        with ExitStack() as places:
            for kilde in self._kilder[1:]:
                folders = places.enter_context(self._folders(kilde))
                until = [folder for folder in folders if folder.udtrukket <= first.udtrukket]
                if not until:
                    raise InputError(
                        f"{first.id}: the system's {kilde.art} source holds nothing from before that time. Have the "
                        "list put there, or take the source out of the estate."
                    )
                others.append(self._mapped(kilde, until[-1]))
            yield CombinedDelivery(first, tuple(others)) if others else first

    def _mapped(self, kilde: Kilde, folder: PlacedFolder) -> MappedDelivery:
        path = fetch_extract(folder, self.estate.inbox, self.system, self.kommunekode, self.on_read)
        try:
            extract = import_module(KINDS[kilde.art].module).open_extract(path)
        except RecordMistake as mistake:
            raise DeliveryRefused(
                mistake.reason,
                delivery=self._named(folder.udtrukket),
                file=scrub_foreign(mistake.file or kilde.art),
                line=mistake.line,
                column=mistake.column,
            ) from None
        return MappedDelivery(kilde.art, self.system, self.kommunekode, folder.udtrukket, extract, kilde.entiteter)

    @contextmanager
    def _folders(self, kilde: Kilde) -> Iterator[list[PlacedFolder]]:
        assert kilde.sted is not None
        with open_place(kilde.sted, self._folder, self._connection(kilde)) as place:
            yield place.folders(self.system, self.kommunekode)

    def _connection(self, kilde: Kilde) -> URL | None:
        named = kilde.sted.forbindelse if kilde.sted else kilde.forbindelse
        return None if named is None else read_connection(named, self.kommunekode, self._folder)

    def _named(self, udtrukket: datetime | None = None) -> str:
        moment = "" if udtrukket is None else f"/{udtrukket.strftime(FOLDER_TIME)}"
        return f"{self.system}/{self.kommunekode}{moment}"

    @property
    def _folder(self) -> Path:
        return self.estate.path.parent

    @property
    def _kilder(self) -> tuple[Kilde, ...]:
        return self.estate.kilder[self.system]
