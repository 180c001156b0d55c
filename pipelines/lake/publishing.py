"""How something gets into a folder of this machine: whole, at once, and never changed after."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from pipelines.errors import SystemFailure

_STAGING = ".staging-"


class StandsOtherwise(SystemFailure):
    """What was to be published is there already, with other bytes."""

    def __init__(self, where: object) -> None:
        super().__init__(f"{where} is there already, with other bytes. What is published is never changed.")


def file_sha256(path: Path) -> str:
    """SHA-256 of the file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """A folder inside ``root`` that nobody reads, gone afterwards whatever happens.

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
    with _written(target, content) as staged:
        staged.replace(target)
    sync(target.parent)


def publish_new_file(target: Path, content: bytes) -> bool:
    """Put ``content`` in ``target``, whole or not at all; False, and nothing done, when it is there already."""
    with _written(target, content) as staged:
        try:
            target.hardlink_to(staged)
        except FileExistsError:
            return False
    sync(target.parent)
    return True


@contextmanager
def _written(target: Path, content: bytes) -> Iterator[Path]:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Several processes, of several machines, may publish the same at once.
    staged = target.with_name(f".{target.name}.{uuid4().hex}")
    try:
        with staged.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield staged
    finally:
        staged.unlink(missing_ok=True)


def publish_folder(folder: Path, target: Path) -> None:
    """Make ``folder`` visible as ``target``: whole or not at all, and still there after a power cut.

    Both lie on one file system. When ``target`` is there already with the same bytes, it is as if it were written
    anew; with other bytes ``StandsOtherwise`` is raised.
    """
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.rename(target)
    except OSError as error:
        if not target.is_dir():
            raise
        if _contents(folder) != _contents(target):
            raise StandsOtherwise(target) from error
        # By its time retention tells what somebody is at from what was given up.
        with suppress(PermissionError):
            for path in target.iterdir():
                path.touch()
        shutil.rmtree(folder)
        return
    made = target.parent
    sync(made)
    while not folder.is_relative_to(made):
        made = made.parent
        sync(made)


def append_line(path: Path, line: str) -> None:
    """Add ``line`` to the file ``path``, on disk before this returns. Raises ``OSError`` when it is not a file."""
    new = not path.exists()
    # A link or a pipe in its place would lead the log elsewhere.
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o660)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(0, "it is not a file")
        content = f"{line}\n".encode()
        # What a full disk cut off stays a line of its own.
        if found.st_size and os.pread(handle, 1, found.st_size - 1) != b"\n":
            content = b"\n" + content
        if os.write(handle, content) != len(content):
            raise OSError(0, "the disk is full")
        os.fsync(handle)
    finally:
        os.close(handle)
    if new:
        sync(path.parent)


def sync(path: Path) -> None:
    """Have what was done to ``path`` on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): file_sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()}
