"""The media folders of an arkiveringsversion, and whether each of their files is what fileIndex says."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.errors import scrub_foreign
from pipelines.sources.block import RecordMistake
from pipelines.sources.native import ExtractFile
from pipelines.sources.siard.rows import CHUNK_BYTES

# fileIndex.xsd: AVID, two to four letters, number, medium.
_MEDIUM = re.compile(r"(AVID\.[A-ZÆØÅ]{2,4}\.[1-9][0-9]{0,11})\.([1-9][0-9]{0,5})")
_NAMED = 5


@dataclass(frozen=True)
class Archive:
    """An arkiveringsversion on disk: ``id`` as ``AVID.SA.18001``, and how many media folders there are.

    ``folder`` holds the media folders. Paths within it have forward slashes and begin with a media folder.
    """

    folder: Path
    id: str
    media: int

    def medium(self, number: int) -> str:
        """The name of a media folder, counted from 1."""
        return f"{self.id}.{number}"

    def chunks(self, path: str, on_read: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
        """The bytes of a file; raises ``RecordMistake`` when it is not there or no plain file."""
        try:
            handle = os.open(self.folder / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise RecordMistake("the file is not there or cannot be opened; send it", None, file=path) from error
        with os.fdopen(handle, "rb", buffering=0) as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise RecordMistake("it must be a plain file, no link and no folder", None, file=path)
            while chunk := stream.read(CHUNK_BYTES):
                on_read(len(chunk))
                yield chunk


def open_archive(folder: Path) -> Archive:
    """The one arkiveringsversion in ``folder``; what does not begin with ``AVID.`` is not looked at.

    Raises ``RecordMistake`` when there is none, or more than one, or a medium is missing.
    """
    names = sorted(path.name for path in folder.iterdir() if path.name.upper().startswith("AVID."))
    found = [_MEDIUM.fullmatch(name) for name in names]
    if not names or None in found:
        reason = "the folder must hold media folders called AVID.<ARKIV>.<number>.<medium>, and no others called AVID"
        raise RecordMistake(reason, None)
    ids = {match[1] for match in found if match}
    if len(ids) > 1:
        raise RecordMistake("the folder holds media of more than one arkiveringsversion; keep each in its own", None)
    numbers = {int(match[2]) for match in found if match}
    for number in range(1, max(numbers) + 1):
        if number not in numbers:
            raise RecordMistake(f"medium {number} of {max(numbers)} is missing; send all media folders", None)
    return Archive(folder, ids.pop(), len(numbers))


def check_files(
    archive: Archive, listed: pl.DataFrame, index_path: str, hashed: Collection[str]
) -> tuple[pl.DataFrame, tuple[ExtractFile, ...]]:
    """``listed`` with the size of each file on disk as ``bytes``, and the SHA-256 of those in ``hashed``.

    Every file is read once and held to its MD5. ``listed`` has ``path`` and ``md5`` (lower case); ``index_path``
    is fileIndex itself, which lists all others. Raises one ``RecordMistake`` for all files that are missing, not
    listed or changed; it names five.
    """
    on_disk = _files_on_disk(archive)
    faults = [(path, "is not listed") for path in _without(on_disk, listed) if path != index_path]
    faults += [(path, "is missing") for path in _without(listed, on_disk)]
    present = listed.join(on_disk, on="path", how="inner", maintain_order="left")
    files = [_digests(archive, index_path, with_sha256=True)[1]]
    for path, md5 in present.select("path", "md5").iter_rows():
        found, file = _digests(archive, path, with_sha256=path in hashed)
        if found != md5:
            faults.append((path, "has another MD5"))
        files.append(file)
    if faults:
        told = "; ".join(f"{scrub_foreign(path)} {fault}" for path, fault in sorted(faults)[:_NAMED])
        more = f"; and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
        reason = f"{len(faults)} file(s) are not as fileIndex says: {told}{more}; copy the arkiveringsversion again"
        raise RecordMistake(reason, None, file=index_path)
    return present, tuple(sorted(filter(None, files), key=lambda file: file.name))


def _digests(archive: Archive, path: str, *, with_sha256: bool) -> tuple[str, ExtractFile | None]:
    """The MD5 of the file in hex, and the file with its SHA-256 where that is wanted."""
    # MD5 is what fileIndex has; it guards against damage here, not against an adversary.
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    for chunk in archive.chunks(path):
        md5.update(chunk)
        size += len(chunk)
        if with_sha256:
            sha256.update(chunk)
    return md5.hexdigest(), ExtractFile(path, size, sha256.hexdigest()) if with_sha256 else None


def _files_on_disk(archive: Archive) -> pl.DataFrame:
    paths: list[str] = []
    sizes: list[int] = []
    for number in range(1, archive.media + 1):
        for path, size in _walk(archive.folder / archive.medium(number), archive.medium(number)):
            paths.append(path)
            sizes.append(size)
    return pl.DataFrame({"path": paths, "bytes": sizes}, schema={"path": pl.String, "bytes": pl.Int64})


def _walk(folder: Path, name: str) -> Iterator[tuple[str, int]]:
    """Every file under ``folder``, in order; a link or a device is a ``RecordMistake``."""
    if folder.is_symlink() or not folder.is_dir():
        raise RecordMistake("it must be a plain folder, no link and no file", None, file=name)
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        path = f"{name}/{os.fsencode(entry.name).decode('utf-8', 'backslashreplace')}"
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), path)
        elif entry.is_file(follow_symlinks=False):
            yield path, entry.stat(follow_symlinks=False).st_size
        else:
            raise RecordMistake("it must be a plain file, no link", None, file=scrub_foreign(path))


def _without(frame: pl.DataFrame, other: pl.DataFrame) -> list[str]:
    return frame.join(other, on="path", how="anti")["path"].to_list()
