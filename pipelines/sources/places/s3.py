"""An S3 store, Amazon's or another's, as a place of folders."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult

from fsspec import AbstractFileSystem
from fsspec.asyn import FSTimeoutError, sync
from sqlalchemy.engine import URL

from pipelines.errors import AfstemError, InputError
from pipelines.object_store import ANSWER_SECONDS, S3_ERRORS, connect_s3, s3_refusal
from pipelines.sources.places.store import Entry, Store, remote_entry


class S3Store(Store):
    """A bucket, or what lies under a prefix in it. Without ``credentials`` the machine's own are used."""

    lost = S3_ERRORS

    def __init__(self, url: SplitResult, endpoint: str | None, credentials: URL | None) -> None:
        super().__init__(url.geturl(), f"{url.netloc}{url.path}".rstrip("/"))
        if not url.netloc:
            raise InputError("The url of an S3 store names no bucket. Write s3://bucket/folder.")
        self._endpoint = endpoint
        self._credentials = credentials

    def connect(self) -> AbstractFileSystem:  # noqa: D102
        # What fails is tried anew by the store itself, in one place for all kinds.
        return connect_s3(self._endpoint, self._credentials, attempts=1)

    def disconnect(self, connected: AbstractFileSystem) -> None:  # noqa: D102
        # s3fs itself closes when its object is collected, and gives that a tenth of a second.
        if connected._s3 is not None:
            with suppress(FSTimeoutError):
                sync(connected.loop, connected._s3creator.__aexit__, None, None, None, timeout=ANSWER_SECONDS)

    def open(self, connected: AbstractFileSystem, path: str) -> Any:
        """The file ``path``: every chunk is one request, nothing is read ahead, and all are of one version."""
        return connected.open(path, "rb", cache_type="none")

    def check_root(self) -> None:
        """Nothing: a store has no empty folders, and that the bucket is there is seen from any listing."""

    def entry(self, info: Mapping[str, Any]) -> Entry:  # noqa: D102
        changed = info.get("LastModified")
        return remote_entry(info, changed.timestamp() if changed else 0.0, str(info.get("ETag")))

    def refusal(self, error: Exception) -> AfstemError | None:  # noqa: D102
        return s3_refusal(error, self.where, "sted") or super().refusal(error)
