"""A connection to an S3 store, Amazon's or another's: for the places that sources lie in, and for the lake."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientError as HttpError
from botocore.exceptions import (  # type: ignore[import-untyped]
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from s3fs import S3FileSystem
from sqlalchemy.engine import URL

from pipelines.errors import AfstemError, InputError

CONNECT_SECONDS = 30
ANSWER_SECONDS = 60
# What the driver raises when a request fails.
S3_ERRORS: tuple[type[Exception], ...] = (OSError, EOFError, BotoCoreError, ClientError, HttpError)
# Parts of a large file that are sent at a time, of 50 MiB each: more would only cost memory.
_PARTS = 2
_OPTIONS = ("region",)


def connect_s3(endpoint: str | None, credentials: URL | None, *, attempts: int) -> S3FileSystem:
    """The store at ``endpoint``, Amazon's when None. Without ``credentials`` the machine's own are used.

    Each request is made at most ``attempts`` times. Raises ``InputError`` when ``credentials`` are not of a store.
    """
    return S3FileSystem(
        endpoint_url=endpoint,
        **_login(credentials),
        config_kwargs={
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": ANSWER_SECONDS,
            "retries": {"total_max_attempts": attempts},
        },
        max_concurrency=_PARTS,
        use_listings_cache=False,
        skip_instance_cache=True,
    )


def s3_error_code(error: Exception) -> str | None:
    """The store's own word for what went wrong; None when it is not the store that said so."""
    for one in (error, error.__cause__):
        if isinstance(one, ClientError):
            return str(one.response.get("Error", {}).get("Code"))
    return None


def s3_refusal(error: Exception, where: str, named: str) -> AfstemError | None:
    """The mistake that ``error`` is, when a new attempt does not mend it. ``named``: the estate's key for the place."""
    if s3_error_code(error) == "NoSuchBucket":
        return InputError(f"The bucket of {where} is not there. Set url of {named} to one that is.")
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return InputError(f"There is no login for {where} on this machine. Name one by forbindelse: s3://key:secret@/.")
    return None


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
