"""Folders of a place brought to the inbox: a delivery whole and at once, an extract as a copy that is kept in step.

Personal numbers may lie in the inbox and nowhere else, so what is under way lies there too, in hidden folders that
nobody takes for deliveries: ``.hentes`` for deliveries, ``.hentet`` for extracts.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.contract.leverance import LEVERANCE_FILE, LeveranceFil, LeveranceMistake, PlacedLeverance
from pipelines.errors import InputError, SourceFailed
from pipelines.lake import FOLDER_TIME, file_sha256, publish_file, publish_folder
from pipelines.sources.delivery import OnRead
from pipelines.sources.places.place import PlacedFolder
from pipelines.sources.places.transfer import NOTE, PARTIAL

UNDER_WAY = ".hentes"
MIRRORED = ".hentet"


def fetch_delivery(folder: PlacedFolder, inbox: Path, system: str, kommunekode: str, on_read: OnRead) -> Path | None:
    """Bring a complete delivery to ``<inbox>/<system>/<kommunekode>/<udtrukket>``; None while it is not complete.

    The files that ``leverance.json`` lists are fetched, no others, and become visible all at once. What is wrong with
    them is left for landing to say, and so is a ``leverance.json`` that cannot be read, which comes alone. A folder
    that is the inbox's own, or that was brought before, is returned as it is. Raises ``InputError`` when the inbox
    has another delivery of the same time, ``SourceFailed`` when the place fails: the next call goes on from there.
    """
    if LEVERANCE_FILE not in folder.files():
        return None
    moment = folder.udtrukket.strftime(FOLDER_TIME)
    target = inbox / system / kommunekode / moment
    if folder.local_path is not None and folder.local_path == target.resolve():
        return target
    said = folder.read(LEVERANCE_FILE)
    if os.path.lexists(target):
        _check_same(target, said)
        return target
    staged = inbox / UNDER_WAY / system / kommunekode / moment
    with _alone_in(staged):
        _fetch_listed(folder, staged, said, on_read)
        if folder.read(LEVERANCE_FILE) != said:
            raise SourceFailed(f"{folder.path} was sent anew while it was fetched. Pull again when it is complete.")
        publish_file(staged / LEVERANCE_FILE, said)
        publish_folder(staged, target)
    return target


def fetch_extract(folder: PlacedFolder, inbox: Path, system: str, kommunekode: str, on_read: OnRead) -> Path:
    """The folder of this machine where the extract's files lie: its own, or ``<inbox>/.hentet/…`` for a remote place.

    There every file lies as it does at the place, and none that does not; what has not changed is not fetched again.
    Raises what ``PlacedFolder.fetch`` does: the next call goes on from there.
    """
    if folder.local_path is not None:
        return folder.local_path
    mirror = inbox / MIRRORED / system / kommunekode / folder.udtrukket.strftime(FOLDER_TIME)
    with _alone_in(mirror):
        names = folder.files()
        _remove_others(mirror, names)
        folder.fetch(mirror, names, on_read)
    return mirror


def _fetch_listed(folder: PlacedFolder, staged: Path, said: bytes, on_read: OnRead) -> None:
    there = folder.files()
    listed = {entry.navn: entry for entry in _listed(said) if entry.navn in there}
    _remove_others(staged, listed)
    pieced = folder.fetch(staged, listed, on_read)
    for name, entry in listed.items():
        path = staged / name
        # Pieces of two readings may be of two files that tell the same size and time.
        if name in pieced and file_sha256(path) != entry.sha256.lower():
            path.unlink()
            folder.fetch(staged, [name], on_read)


def _listed(said: bytes) -> tuple[LeveranceFil, ...]:
    try:
        return PlacedLeverance(said).leverance.filer
    except LeveranceMistake:
        return ()


def _check_same(target: Path, said: bytes) -> None:
    path = target / LEVERANCE_FILE
    if not path.is_file() or path.is_symlink():
        raise InputError(
            f"{target} is in the inbox without {LEVERANCE_FILE}: something else delivers there. "
            "Let it finish, or move the folder away, and pull again."
        )
    if path.read_bytes() != said:
        raise InputError(
            f"{target} is in the inbox already, and the place has another delivery of the same time. A delivery is "
            "never changed: send the new one under its own time, or move the one in the inbox away."
        )


def _remove_others(folder: Path, names: Collection[str]) -> None:
    """Remove from ``folder`` what was fetched before and is no longer one of ``names``."""
    kept = {f"{name}{ending}" for name in names for ending in ("", PARTIAL, NOTE)}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(folder).as_posix() not in kept:
            path.unlink()


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SourceFailed(f"{folder} is being fetched by another pull. Wait for it, and pull again.") from None
        yield
    finally:
        os.close(handle)
