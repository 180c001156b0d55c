"""The part of the estate that says where the lake lies: in a folder, or in an S3 store with a copy on this machine."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pipelines.estate_sources import Named

S3 = "s3://"


class Objektlager(BaseModel):
    """How the S3 store is reached that ``lake: s3://bucket/folder`` names.

    ``endepunkt``: the address of a store that is not Amazon's. ``forbindelse``: its login; the machine's own when not
    given. ``arbejdskopi``: the folder of this machine that what is read is kept in, absolute or relative to the
    estate's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    endepunkt: Annotated[str, Field(pattern=r"^https?://[^@]+$")] | None = None
    forbindelse: Named | None = None
    arbejdskopi: Annotated[str, Field(pattern=r"\S")] | None = None

    def working_copy(self, url: str, folder: Path) -> Path:
        """The folder of the working copy of ``url``, absolute; ``folder`` is the estate's."""
        if self.arbejdskopi is not None:
            return (folder / self.arbejdskopi).resolve()
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        name = hashlib.sha256(f"{self.endepunkt}\0{url}".encode()).hexdigest()[:16]
        return cache.resolve() / "afstem" / name


def check_url(url: str) -> str:
    """``url`` without a slash at its end; raises ``ValueError`` unless it names a bucket and no login."""
    if not url.removeprefix(S3).split("/")[0] or set(url) & set("@?#"):
        raise ValueError("must be s3://bucket/folder, without login or options; those stand under objektlager")
    return url.rstrip("/")
