"""What every place of folders can do: list, tell of a file, read it from any byte. And the folder of this machine."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem

from pipelines.errors import AfstemError, InputError, SourceFailed

CHUNK_BYTES = 8 * 1024 * 1024
# Seconds before each new attempt when a connection is lost.
PAUSES = (0.5, 2.0, 5.0)

Made = TypeVar("Made")


class Gone(SourceFailed):
    """What was asked for is not there."""


@dataclass(frozen=True)
class Entry:
    """One name in a folder. ``modified``: seconds since 1970 in UTC. ``version`` changes whenever the bytes do."""

    name: str
    kind: Literal["folder", "file", "other"]
    bytes: int
    modified: float
    version: str


class Store(ABC):
    """A file system that is connected when it is first asked, and again after ``close``.

    ``where`` is the place as the estate names it, which holds no secret; ``root`` the path to it. Every method raises
    ``Gone`` for a path that is not there, another ``SourceFailed`` when the place cannot be reached, and
    ``InputError`` when it was reached and refuses. No error carries what the place or the driver said.
    """

    # What a driver raises, beside OSError, when a connection fails.
    lost: tuple[type[Exception], ...] = (EOFError,)

    def __init__(self, where: str, root: str) -> None:
        self.where = where
        self.root = root
        self._connected: AbstractFileSystem | None = None

    @abstractmethod
    def connect(self) -> AbstractFileSystem:
        """A new connection; the driver's own exceptions come through."""

    @abstractmethod
    def entry(self, info: Mapping[str, Any]) -> Entry:
        """What the driver says of one name."""

    @abstractmethod
    def disconnect(self, connected: AbstractFileSystem) -> None:
        """Close what ``connect`` opened."""

    def open(self, connected: AbstractFileSystem, path: str) -> Any:
        """The file ``path``, to be read from any byte."""
        return connected.open(path, "rb")

    def refusal(self, error: Exception) -> AfstemError | None:
        """The mistake that the driver's ``error`` is, when it is one that a new attempt does not mend."""
        if isinstance(error, FileNotFoundError):
            return Gone(f"In {self.where} something is no longer there; its sender may be at work. Pull again later.")
        if isinstance(error, PermissionError):
            return InputError(
                f"{self.where} does not let this user read what is asked for. Give the user the right to list and "
                "to read, or name another by forbindelse."
            )
        if isinstance(error, UnicodeDecodeError):
            return InputError(f"{self.where} holds a file whose name is not UTF-8. Rename it where it lies.")
        return None

    def close(self) -> None:
        """Leave the place. A broken connection is closed as well as an idle one."""
        connected, self._connected = self._connected, None
        if connected is not None:
            self.disconnect(connected)

    def check_root(self) -> None:
        """Raise ``InputError`` unless the place itself is there."""
        try:
            self.stat(self.root)
        except Gone:
            raise InputError(f"The folder {self.where} is not there. Make or mount it, or set url of sted.") from None

    def entries(self, folder: str) -> list[Entry]:
        """What lies in ``folder``, in order of the names; links are of the kind ``other``."""
        with self._guard():
            found = self._file_system().ls(folder, detail=True)
            # A store without folders may list a folder's own marker among what lies in it.
            inside = [info for info in found if info["name"].rstrip("/") != folder]
            return sorted(map(self.entry, inside), key=lambda entry: entry.name)

    def stat(self, path: str) -> Entry:
        """What is told of ``path`` at this moment."""
        with self._guard():
            return self.entry(self._file_system().info(path))

    def chunks(self, path: str, start: int, end: int) -> Iterator[bytes]:
        """The bytes of ``path`` from ``start`` up to ``end``, at most ``CHUNK_BYTES`` at a time."""
        with self._guard(), self.open(self._file_system(), path) as file:
            file.seek(start)
            while start < end:
                chunk = file.read(min(CHUNK_BYTES, end - start))
                if not chunk:
                    raise EOFError
                start += len(chunk)
                yield chunk

    def patiently(self, action: Callable[[], Made]) -> Made:
        """What ``action`` makes; where it fails so that a retry may help, it is done anew over a new connection."""
        for pause in PAUSES:
            try:
                return action()
            except Gone:
                raise
            except SourceFailed:
                self.close()
            time.sleep(pause)
        return action()

    def _file_system(self) -> AbstractFileSystem:
        if self._connected is None:
            self._connected = self.connect()
        return self._connected

    @contextmanager
    def _guard(self) -> Iterator[None]:
        failures: tuple[type[Exception], ...] = (OSError, UnicodeDecodeError, *self.lost)
        try:
            yield
        except failures as error:
            raise self.refusal(error) or SourceFailed(
                f"{self.where} could not be reached, or the connection broke off ({type(error).__name__}). Check the "
                "address and the network and pull again; what was fetched is kept, and the rest is fetched then."
            ) from None


class LocalStore(Store):
    """A folder of this machine, or one mounted on it. Links are not followed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), str(folder))

    def connect(self) -> AbstractFileSystem:  # noqa: D102
        return LocalFileSystem(skip_instance_cache=True)

    def disconnect(self, connected: AbstractFileSystem) -> None:
        """Nothing: a folder of this machine is not connected."""

    def entry(self, info: Mapping[str, Any]) -> Entry:  # noqa: D102
        kind: Literal["folder", "file", "other"] = "other"
        if not info["islink"]:
            kind = _KINDS.get(info["type"], "other")
        modified = float(info["mtime"])
        return Entry(Path(info["name"]).name, kind, info["size"], modified, f"{info['ino']} {modified!r}")


_KINDS: dict[str, Literal["folder", "file"]] = {"directory": "folder", "file": "file"}


def remote_entry(info: Mapping[str, Any], modified: float, version: str) -> Entry:
    """What a remote store's driver says of one name."""
    name = info["name"].rstrip("/").rsplit("/", 1)[-1]
    return Entry(name, _KINDS.get(info["type"], "other"), int(info["size"] or 0), modified, version)
