"""An S3 store, Amazon's or another's, as a place of folders."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult

from aiohttp import ClientError as HttpError
from botocore.exceptions import (  # type: ignore[import-untyped]
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from fsspec import AbstractFileSystem
from fsspec.asyn import FSTimeoutError, sync
from s3fs import S3FileSystem
from sqlalchemy.engine import URL

from pipelines.errors import AfstemError, InputError
from pipelines.sources.places.store import Entry, Store, remote_entry

CONNECT_SECONDS = 30
ANSWER_SECONDS = 60
_OPTIONS = ("region",)


class S3Store(Store):
    """A bucket, or what lies under a prefix in it. Without ``credentials`` the machine's own are used."""

    lost = (EOFError, BotoCoreError, ClientError, HttpError)

    def __init__(self, url: SplitResult, endpoint: str | None, credentials: URL | None) -> None:
        super().__init__(url.geturl(), f"{url.netloc}{url.path}".rstrip("/"))
        if not url.netloc:
            raise InputError("The url of an S3 store names no bucket. Write s3://bucket/folder.")
        self._settings = {"endpoint_url": endpoint, **_login(credentials)}

    def connect(self) -> AbstractFileSystem:  # noqa: D102
        return S3FileSystem(
            **self._settings,
            # What fails is tried anew by the store itself, in one place for all kinds.
            config_kwargs={
                "connect_timeout": CONNECT_SECONDS,
                "read_timeout": ANSWER_SECONDS,
                "retries": {"total_max_attempts": 1},
            },
            use_listings_cache=False,
            skip_instance_cache=True,
        )

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
        cause = error.__cause__
        if isinstance(cause, ClientError) and cause.response.get("Error", {}).get("Code") == "NoSuchBucket":
            return InputError(f"The bucket of {self.where} is not there. Set url of sted to one that is.")
        if isinstance(error, NoCredentialsError | PartialCredentialsError):
            return InputError(
                f"There is no login for {self.where} on this machine. Name one by forbindelse: s3://key:secret@/."
            )
        return super().refusal(error)


def _login(credentials: URL | None) -> dict[str, Any]:
    if credentials is None:
        return {}
    if credentials.drivername not in ("s3", "aws") or not credentials.username or not credentials.password:
        raise InputError("The forbindelse of an S3 store must be s3://key:secret@/, with / in the secret as %2F.")
    if not credentials.query.keys() <= set(_OPTIONS):
        raise InputError(f"The forbindelse of an S3 store has an option beside {' and '.join(_OPTIONS)}. Remove it.")
    region = credentials.query.get("region")
    return {
        "key": credentials.username,
        "secret": credentials.password,
        "client_kwargs": {"region_name": region} if region else {},
    }
