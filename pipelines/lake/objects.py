"""The lake in an S3 store. What is read is kept in a working copy on this machine; the store is the truth.

A file is put only where none is (``If-None-Match: *``), and the one that the rest exists by is put last, so that
several workers may publish the same at once and nobody sees half of it. The store must honour that condition, as
Amazon's does.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

from s3fs import S3FileSystem

from pipelines.errors import InputError, LakeUnreachable
from pipelines.lake.lake import RUN_RECORD, RUNS, Lake, is_run_id
from pipelines.lake.publishing import StandsOtherwise, file_sha256, publish_file
from pipelines.lake.snapshot import MANIFEST, SNAPSHOTS
from pipelines.object_store import S3_ERRORS, s3_error_code, s3_refusal

# Manifests fetched in one go.
_AT_ONCE = 64
_CHUNK_BYTES = 8 * 1024 * 1024
# An upload that has left something and not come to its end in this time was killed.
_ABANDONED = timedelta(hours=1)
_THERE_ALREADY = frozenset({"PreconditionFailed", "412"})


class ObjectLake(Lake):
    """The lake under ``url`` of the store ``files``; ``root`` is the folder of its working copy."""

    def __init__(self, url: str, files: S3FileSystem, root: Path) -> None:
        super().__init__(root)
        self.url = url.rstrip("/")
        self._files = files

    def __str__(self) -> str:
        return self.url

    def address(self, path: Path) -> str:  # noqa: D102
        return f"{self.url}/{path.as_posix()}"

    def run_ids(self) -> list[str]:  # noqa: D102
        here = [path for path in self.runs_folder.glob("*/") if path.is_dir()]
        # One listing of all: a walk from folder to folder passes over what it cannot list.
        lying = self.changed(RUNS)
        there = {path.parts[1] for path in lying}
        for folder in here:
            # Removed from the store.
            if folder.name not in there:
                shutil.rmtree(folder, ignore_errors=True)
        return sorted(path.parent.name for path in lying if path.name == RUN_RECORD and is_run_id(path.parent.name))

    def path(self, path: Path) -> Path:
        """The file of this machine that ``path`` is read from, fetched when it is not here. It may not be there."""
        found = self.root / path
        if not found.exists():
            self._fetch(path)
        return found

    def intact(self, path: Path, sha256: str) -> Path | None:
        """As in a lake of this machine; a file of the working copy that is not what was published is fetched anew."""
        return super().intact(path, sha256) or (super().intact(path, sha256) if self._fetch(path) else None)

    def changed(self, area: Path) -> dict[Path, datetime]:  # noqa: D102
        with self._reached():
            found: dict[str, dict[str, Any]] = self._files.find(self._key(area), detail=True)
        root = self._key(Path())
        return {Path(PurePosixPath(key).relative_to(root)): info["LastModified"] for key, info in found.items()}

    def written(self, path: Path) -> datetime | None:  # noqa: D102
        with self._reached():
            try:
                found: datetime = self._files.info(self._key(path), refresh=True)["LastModified"]
            except FileNotFoundError:
                return None
        return found

    def stored_sha256(self, path: Path) -> str | None:  # noqa: D102
        digest = hashlib.sha256()
        with self._reached():
            try:
                with self._files.open(self._key(path), "rb", cache_type="none") as file:
                    while chunk := file.read(_CHUNK_BYTES):
                        digest.update(chunk)
            except FileNotFoundError:
                return None
        return digest.hexdigest()

    def read(self, path: Path) -> bytes | None:  # noqa: D102
        with self._reached():
            try:
                return bytes(self._files.cat_file(self._key(path)))
            except FileNotFoundError as error:
                if s3_error_code(error) == "NoSuchBucket":
                    raise
                return None

    def publish(self, folders: Mapping[Path, Path], last: Path) -> None:  # noqa: D102
        files = {
            path / file.relative_to(folder): file
            for path, folder in folders.items()
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }
        for path in sorted(files.keys() - {last}):
            self._publish_file(files[path], path, last)
        self._clear(folders, files, last)
        # The one that the rest exists by goes last.
        self._publish_file(files[last], last, last)
        for path, file in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            file.replace(self.root / path)

    def put(self, path: Path, content: bytes) -> Path:  # noqa: D102
        with self._reached():
            self._files.pipe_file(self._key(path), content)
        return super().put(path, content)

    def put_new(self, path: Path, content: bytes) -> bool:  # noqa: D102
        with self._reached():
            try:
                self._files.pipe_file(self._key(path), content, mode="create")
            except OSError as error:
                if s3_error_code(error) not in _THERE_ALREADY:
                    raise
                return False
        publish_file(self.root / path, content)
        return True

    def log(self, path: Path, line: str) -> None:
        """A store adds nothing to a file: every line is an object of its own, in the folder ``path`` without suffix."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        with self._reached():
            self._files.pipe_file(self._key(path.with_suffix("") / f"{stamp}-{uuid4().hex}.json"), line.encode())

    def remove(self, path: Path, first: Sequence[Path] = ()) -> None:  # noqa: D102
        with self._reached():
            for key in [*map(self._key, first), *self._files.find(self._key(path))]:
                try:
                    self._files.rm_file(key)
                except FileNotFoundError:
                    continue
        super().remove(path, first)

    def _manifests(self) -> Iterator[tuple[Path, bytes]]:
        # What another process of this machine publishes in the meantime is in the store before it is here.
        here = [
            (area, path.relative_to(area))
            for area in (self.texts_folder, self.snapshots_folder)
            for path in area.glob("system=*/kommune=*/udtrukket=*")
        ]
        with self._reached():
            found: dict[str, dict[str, Any]] = self._files.find(self._key(SNAPSHOTS), detail=True)
        tags = {
            Path(PurePosixPath(key).relative_to(self._key(SNAPSHOTS))).parent: str(info.get("ETag", "")).strip('"')
            for key, info in found.items()
            if key.endswith(f"/{MANIFEST}")
        }
        for area, place in here:
            if place not in tags:
                # Removed from the store; the texts first.
                shutil.rmtree(area / place, ignore_errors=True)
        wanted: dict[Path, bytes | None] = {}
        for place, tag in tags.items():
            content = super().read(SNAPSHOTS / place / MANIFEST)
            # The tag of an object is the MD5 of its bytes, unless the store encrypts it in ways of its own.
            if content is not None and hashlib.md5(content, usedforsecurity=False).hexdigest() == tag:
                yield place, content
            else:
                wanted[place] = content
        for start in range(0, len(wanted), _AT_ONCE):
            places = {self._key(SNAPSHOTS / place / MANIFEST): place for place in [*wanted][start : start + _AT_ONCE]}
            with self._reached():
                contents: dict[str, Any] = self._files.cat(list(places), on_error="return")
                for content in contents.values():
                    # What was removed since it was listed is no snapshot; whatever else fails must not look like that.
                    if isinstance(content, Exception) and not isinstance(content, FileNotFoundError):
                        raise content
            for key, content in contents.items():
                if isinstance(content, Exception):
                    continue
                if wanted[places[key]] not in (None, content):
                    # Removed and landed again with other bytes: what is here is of the one before.
                    for area in (self.texts_folder, self.snapshots_folder):
                        shutil.rmtree(area / places[key], ignore_errors=True)
                publish_file(self.root / SNAPSHOTS / places[key] / MANIFEST, content)
                yield places[key], content

    def _fetch(self, path: Path) -> bool:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        fetched = target.with_name(f".{target.name}.{uuid4().hex}")
        try:
            with self._reached():
                try:
                    self._files.get_file(self._key(path), str(fetched))
                except FileNotFoundError:
                    return False
            fetched.replace(target)
        finally:
            fetched.unlink(missing_ok=True)
        return True

    def _publish_file(self, file: Path, path: Path, last: Path) -> None:
        if self._upload(file, path, new=True):
            return
        same = self.stored_sha256(path) == file_sha256(file)
        if path == last or self.written(last) is not None:
            if not same:
                raise StandsOtherwise(self.address(path))
            return
        if not self._abandoned(path):
            if same:
                return
            raise LakeUnreachable(
                f"{self.address(path)} is being published by another, with other bytes. Try again in an hour: what is "
                "left of it then is replaced."
            )
        # The same too: by its time retention tells what somebody is at from what was given up.
        self._upload(file, path, new=False)

    def _clear(self, folders: Iterable[Path], files: Collection[Path], last: Path) -> None:
        """Remove what an upload that was given up has left beside ``files``, before ``last`` publishes all of it."""
        if self.written(last) is not None:
            return
        for folder in folders:
            for path in self.changed(folder).keys() - set(files):
                if self._abandoned(path):
                    with self._reached():
                        self._files.rm_file(self._key(path))

    def _abandoned(self, path: Path) -> bool:
        written = self.written(path)
        return written is None or datetime.now(UTC) - written >= _ABANDONED

    def _upload(self, file: Path, path: Path, *, new: bool) -> bool:
        """Put ``file`` as ``path``; False when it was to be ``new`` and is there already."""
        with self._reached():
            try:
                self._files.put_file(str(file), self._key(path), mode="create" if new else "overwrite")
            except OSError as error:
                if s3_error_code(error) not in _THERE_ALREADY:
                    raise
                return False
        return True

    def _key(self, path: Path) -> str:
        return f"{self.url.removeprefix('s3://')}/{path.as_posix()}".removesuffix("/.")

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except PermissionError:
            raise InputError(
                f"{self.url} does not let this user do what is asked. Give the user the right to list, read, write "
                "and remove there, or name another by forbindelse of lake."
            ) from None
        except S3_ERRORS as error:
            raise s3_refusal(error, self.url, "lake") or LakeUnreachable(
                f"The lake {self.url} could not be reached, or the connection broke off ({type(error).__name__}). "
                "Check the address and the network, and try again."
            ) from None
