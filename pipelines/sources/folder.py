"""Deliveries that lie as folders in the inbox: ``<inbox>/<system>/<kommunekode>/<udtrukket>/``."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.contract import ENTITIES, Entity, entities_of
from pipelines.contract.leverance import LEVERANCE_FILE, LeveranceFil, LeveranceMistake, PlacedLeverance
from pipelines.errors import DeliveryRefused, InputError, scrub_foreign
from pipelines.lake import FOLDER_TIME
from pipelines.sources.block import Block, Header
from pipelines.sources.csv_file import CsvFile
from pipelines.sources.delivery import OnRead
from pipelines.sources.native import SourceRemark
from pipelines.sources.parquet_file import ParquetFile

_PLAIN_FILE = "it must be a plain file in the delivery's own folder, no link and no folder"


@dataclass(frozen=True)
class DeliveryFolder:
    """A folder where a delivery lies or is being written."""

    path: Path

    @property
    def id(self) -> str:
        """The delivery as it is named everywhere: ``system/kommunekode/folder``."""
        return scrub_foreign("/".join(_readable(part) for part in self.path.parts[-3:]))

    @property
    def complete(self) -> bool:
        """``leverance.json`` is written last."""
        return os.path.lexists(self.path / LEVERANCE_FILE)

    def size(self) -> int:
        """Bytes of what a complete delivery holds; for the eye alone."""
        if not self.complete:
            return 0
        with suppress(FileNotFoundError):
            return sum(path.lstat().st_size for path in self.path.iterdir())
        return 0


def find_deliveries(inbox: Path) -> list[DeliveryFolder]:
    """Every delivery folder of the inbox, in order of their names; hidden ones are no deliveries.

    Raises ``InputError`` when the inbox is not there.
    """
    if not inbox.is_dir():
        raise InputError(f"The inbox {inbox} is not there. Make the folder, or set inbox in estate.yaml.")
    found = [path for path in inbox.glob("*/*/*") if path.is_dir()]
    shown = [path for path in found if not any(part.startswith(".") for part in path.relative_to(inbox).parts)]
    return [DeliveryFolder(path) for path in sorted(shown)]


@dataclass(frozen=True)
class DeliveredFile:
    """One file that ``leverance.json`` lists. ``entry_line``: where it is listed."""

    delivery: str
    path: Path
    entry: LeveranceFil
    entry_line: int | None

    @property
    def entity(self) -> Entity:
        """The entity that the file holds."""
        return ENTITIES[self.entry.entitet]

    @property
    def name(self) -> str:
        """The file's name."""
        return self.entry.navn

    @property
    def sent(self) -> int:
        """How many records the sender says the file has."""
        return self.entry.raekker

    def refused(
        self, reason: str, line: int | None = None, column: str | None = None, file: str | None = None
    ) -> DeliveryRefused:
        """The refusal of the delivery for what this file holds."""
        return DeliveryRefused(reason, delivery=self.delivery, file=file or self.name, line=line, column=column)

    @contextmanager
    def open(self, on_read: OnRead) -> Iterator[FileRecords]:
        """The file, open to be read; raises ``DeliveryRefused`` unless it is a plain file of the size declared."""
        with self._open() as stream:
            yield FileRecords(self, self._reader(stream, partial(on_read, self.name)))

    def check_sha256(self, sha256: str) -> None:
        """Raise ``DeliveryRefused`` unless ``sha256`` is the one declared."""
        if sha256 != self.entry.sha256.lower():
            raise self.refused(f"the file's sha256 is not the one in {self._listed}; send both again")

    def check_rows(self, rows: int) -> None:
        """Raise ``DeliveryRefused`` unless ``rows`` is the number declared."""
        if rows != self.sent:
            raise self.refused(f"the file has {rows} rows where {self._listed} says {self.sent}; send both again")

    def _open(self) -> BinaryIO:
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            raise self.refused(f"the file is listed in {self._listed} but is not there; send it") from None
        except OSError as error:
            if not self.path.is_symlink():
                raise
            raise self.refused(_PLAIN_FILE) from error
        found = os.fstat(handle)
        plain, size = stat.S_ISREG(found.st_mode), found.st_size
        if plain and size == self.entry.bytes:
            return os.fdopen(handle, "rb", buffering=0)
        os.close(handle)
        if not plain:
            raise self.refused(_PLAIN_FILE)
        raise self.refused(f"the file has {size} bytes where {self._listed} says {self.entry.bytes}; send it again")

    def _reader(self, stream: BinaryIO, on_read: Callable[[int], None]) -> CsvFile | ParquetFile:
        if self.name.endswith(".csv"):
            encoding, delimiter = self.entry.tegnsaet, self.entry.skilletegn
            return CsvFile(stream, self.entity, encoding=encoding, delimiter=delimiter, on_read=on_read)
        return ParquetFile(stream, self.entity, on_read=on_read)

    @property
    def _listed(self) -> str:
        return LEVERANCE_FILE + (f", line {self.entry_line}" if self.entry_line else "")


@dataclass(frozen=True)
class FileRecords:
    """One reading of a delivered file."""

    file: DeliveredFile
    reader: CsvFile | ParquetFile

    @property
    def header(self) -> Header:
        """What the file's header has beside the contract, and what it lacks."""
        return self.reader.header

    def blocks(self) -> Iterator[Block]:
        """The records in their order; raises ``RecordMistake``."""
        return self.reader.blocks()

    def verify(self, rows: int | None) -> None:
        """Raise ``DeliveryRefused`` unless the file has the checksum and the rows declared.

        A file damaged on its way breaks the contract anywhere; then the damage is the reason.
        """
        self.file.check_sha256(self.reader.sha256())
        if rows is not None:
            self.file.check_rows(rows)


@dataclass(frozen=True)
class FolderDelivery:
    """A complete delivery, held to its folder and to the contract. ``udtrukket`` is UTC."""

    id: str
    path: Path
    placed: PlacedLeverance
    sha256: str
    udtrukket: datetime
    entities: tuple[DeliveredFile, ...]

    @property
    def system(self) -> str:
        """The system that delivers."""
        return self.placed.leverance.system

    @property
    def kommunekode(self) -> str:
        """The kommune that is delivered."""
        return self.placed.leverance.kommunekode

    @property
    def kontroltal(self) -> Mapping[str, int]:
        """The sender's own totals."""
        return self.placed.leverance.kontroltal

    @property
    def said(self) -> Mapping[str, Any]:
        """``leverance.json`` as it was sent."""
        return self.placed.raw

    def remarks(self) -> list[SourceRemark]:
        """What lies in the folder and is not listed."""
        listed = {LEVERANCE_FILE, *(file.name for file in self.entities)}
        names = sorted(_readable(path.name) for path in self.path.iterdir() if path.name not in listed)
        return [SourceRemark("fil_ikke_opfoert", scrub_foreign(name), 1, None) for name in names]

    def refused(self, reason: str, kontroltal: str | None = None) -> DeliveryRefused:
        """The refusal of the delivery for what ``leverance.json`` says."""
        if kontroltal is None:
            return DeliveryRefused(reason, delivery=self.id, file=LEVERANCE_FILE)
        line = self.placed.line(("kontroltal", kontroltal))
        return DeliveryRefused(reason, delivery=self.id, file=LEVERANCE_FILE, line=line, column="kontroltal")

    def check_same(self, on_read: OnRead) -> None:
        """Raise ``DeliveryRefused`` unless every file has the checksum declared."""
        for file in self.entities:
            with file.open(on_read) as records:
                records.verify(None)


def _readable(name: str) -> str:
    """A file's name as text, also when its bytes are not UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def open_delivery(folder: DeliveryFolder, read_moment: Callable[[str], datetime | str]) -> FolderDelivery:
    """Read ``leverance.json`` of a complete ``folder``; raises ``DeliveryRefused``.

    ``read_moment`` reads a time as the contract does: aware and in UTC, or the sentence why it is none.
    """

    def refused(reason: str, line: int | None = None, key: str | None = None) -> DeliveryRefused:
        return DeliveryRefused(reason, delivery=folder.id, file=LEVERANCE_FILE, line=line, column=key)

    path = folder.path / LEVERANCE_FILE
    if path.is_symlink() or folder.path.is_symlink() or not path.is_file():
        raise refused(_PLAIN_FILE)
    content = path.read_bytes()
    try:
        placed = PlacedLeverance(content)
    except LeveranceMistake as mistake:
        raise refused(mistake.reason, mistake.line, mistake.key) from None
    leverance = placed.leverance
    system, kommunekode, moment = folder.path.parts[-3:]
    udtrukket = read_moment(leverance.udtrukket)
    if isinstance(udtrukket, str):
        raise refused(udtrukket, placed.line(("udtrukket",)), "udtrukket")
    for key, said, stands in (
        ("system", leverance.system, system),
        ("kommunekode", leverance.kommunekode, kommunekode),
        ("udtrukket", "" if udtrukket.microsecond else udtrukket.strftime(FOLDER_TIME), moment),
    ):
        if said != stands:
            reason = "it is not what the folder's name says; folders are system/kommunekode/YYYYMMDDTHHMMSSZ, in UTC"
            raise refused(reason, placed.line((key,)), key)
    names: set[str] = set()
    entities: set[str] = set()
    delivered = {entity.name for entity in entities_of(leverance.system)}
    files = []
    for number, entry in enumerate(leverance.filer):
        place = ("filer", number)
        if entry.navn in names:
            raise refused("the same file is listed twice", placed.line((*place, "navn")), "navn")
        if entry.entitet not in delivered:
            reason = f"{leverance.system} does not deliver {entry.entitet}; it delivers {', '.join(sorted(delivered))}"
            raise refused(reason, placed.line((*place, "entitet")), "entitet")
        if entry.entitet in entities:
            raise refused("the same entity is listed twice", placed.line((*place, "entitet")), "entitet")
        names.add(entry.navn)
        entities.add(entry.entitet)
        files.append(DeliveredFile(folder.id, folder.path / entry.navn, entry, placed.line(place)))
    return FolderDelivery(
        folder.id,
        folder.path,
        placed,
        hashlib.sha256(content).hexdigest(),
        udtrukket.astimezone(UTC),
        tuple(files),
    )
