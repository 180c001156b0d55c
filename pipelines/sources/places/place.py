"""A place and the folders in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import URL

from pipelines.errors import InputError
from pipelines.estate_sources import Sted
from pipelines.lake import FOLDER_TIME
from pipelines.sources.delivery import OnRead
from pipelines.sources.places.store import Entry, Gone, LocalStore, Store
from pipelines.sources.places.transfer import NOTE, PARTIAL, fetch_file

MAX_READ_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class PlacedFolder:
    """A folder of a place. ``udtrukket``: the time in its name, UTC. Every method raises what ``Store`` does."""

    store: Store
    path: str
    udtrukket: datetime

    @property
    def local_path(self) -> Path | None:
        """The folder itself when it lies on this machine."""
        return Path(self.path) if isinstance(self.store, LocalStore) else None

    def files(self) -> dict[str, int]:
        """The size in bytes of every file in it and below, by its name from here, with ``/``; links are left out.

        Raises ``InputError`` when a name would lead out of the folder.
        """
        found = self.store.patiently(lambda: dict(self._walk("")))
        return {name: entry.bytes for name, entry in sorted(found.items())}

    def read(self, name: str) -> bytes:
        """The bytes of one small file; raises ``InputError`` when it is above 16 MiB."""
        return self.store.patiently(lambda: self._read(self._path(name)))

    def fetch(self, target: Path, names: Iterable[str], on_read: OnRead) -> frozenset[str]:
        """Copy the files ``names`` into ``target``, a folder that is there, with the folders in their names.

        A file that is not whole yet is called ``<name>.del``, and is gone on with the next time unless it has changed
        where it lies. What lies in ``target`` already with the size and time of the file is left. A lost connection
        is made again three times. Returns the names whose bytes were not all read at this time over one connection.
        """
        pieced = []
        for name in names:
            path, place = self._path(name), target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if not fetch_file(self.store, path, place, partial(on_read, name)):
                pieced.append(name)
        return frozenset(pieced)

    def _walk(self, folder: str) -> Iterator[tuple[str, Entry]]:
        for entry in self.store.entries(f"{self.path}/{folder}".rstrip("/")):
            name = f"{folder}{entry.name}"
            # Held to the rules before anything is done with it.
            self._path(name)
            if entry.kind == "folder":
                yield from self._walk(f"{name}/")
            elif entry.kind == "file":
                yield name, entry

    def _read(self, path: str) -> bytes:
        found = self.store.stat(path)
        if found.bytes > MAX_READ_BYTES:
            raise InputError(
                f"A file in {self.path} that is read as a whole is above {MAX_READ_BYTES // 1024**2} MiB: it is "
                "something else than its name says. Send the right one."
            )
        return b"".join(self.store.chunks(path, 0, found.bytes))

    def _path(self, name: str) -> str:
        if any(part in ("", ".", "..") for part in name.split("/")) or "\\" in name or not name.isprintable():
            raise InputError(
                f"A file in {self.path} has a name that leads out of the folder, or that holds a backslash or a sign "
                "that cannot be seen. Rename it where it lies; nothing was fetched."
            )
        if name.endswith((PARTIAL, NOTE)):
            raise InputError(
                f"A file in {self.path} ends in {PARTIAL} or {NOTE}, as do files that are not fetched as a whole yet. "
                "Rename it where it lies."
            )
        return f"{self.path}/{name}"


class Place:
    """A place of folders. Use as ``open_place`` gives it."""

    def __init__(self, store: Store, mappe: str) -> None:
        self._store = store
        self._mappe = mappe

    def folders(self, system: str, kommunekode: str) -> list[PlacedFolder]:
        """The folders of one system and kommune, oldest first: those whose name is a time, ``YYYYMMDDTHHMMSSZ``.

        Other names are left out; so are links. None is a place where nothing was put yet. Raises ``InputError`` when
        the place itself is not there, else what ``Store`` does.
        """
        filled = {"{system}": system, "{kommunekode}": kommunekode}
        parts = [filled.get(part, part) for part in self._mappe.split("/")[:-1]]
        above = "/".join([self._store.root.rstrip("/"), *parts]) or "/"
        try:
            found = self._store.patiently(lambda: self._store.entries(above))
        except Gone:
            self._store.check_root()
            return []
        self._refuse_links(parts)
        moments = {_moment(entry.name): entry.name for entry in found if entry.kind == "folder"}
        dated = sorted((moment, name) for moment, name in moments.items() if moment is not None)
        return [PlacedFolder(self._store, f"{above.rstrip('/')}/{name}", moment) for moment, name in dated]

    def _refuse_links(self, parts: list[str]) -> None:
        if not isinstance(self._store, LocalStore):
            return
        path = Path(self._store.root)
        for part in parts:
            path = path / part
            if path.is_symlink():
                raise InputError(f"{path} is a link, and links are not followed. Put the folder itself there.")


@contextmanager
def open_place(sted: Sted, estate_folder: Path, credentials: URL | None) -> Iterator[Place]:
    """The place that ``sted`` names, closed afterwards; it is reached when it is first asked for something.

    ``credentials``: for SFTP ``sftp://user:password@host:port/?key_file=/path&passphrase_env=NAME`` (host and port may
    be left out; the password opens the key where ``passphrase_env`` does not), for S3 ``s3://key:secret@/?region=…``
    or None for the machine's own. Raises ``InputError`` when they do not fit.
    """
    store = _store(sted, estate_folder, credentials)
    try:
        yield Place(store, sted.mappe)
    finally:
        store.close()


def _store(sted: Sted, estate_folder: Path, credentials: URL | None) -> Store:
    if sted.scheme == "file":
        return LocalStore((estate_folder / sted.url).resolve())
    url = urlsplit(sted.url)
    # A driver takes a good part of a second to import, so only who needs it does.
    if sted.scheme == "s3":
        from pipelines.sources.places.s3 import S3Store

        return S3Store(url, sted.endepunkt, credentials)
    from pipelines.sources.places.sftp import SftpStore

    # The estate does not load without them.
    assert sted.vaertsnoegle is not None
    assert credentials is not None
    return SftpStore(url, sted.vaertsnoegle, credentials)


def _moment(name: str) -> datetime | None:
    try:
        moment = datetime.strptime(name, FOLDER_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment if moment.strftime(FOLDER_TIME) == name else None
