"""The ids of objects as the ledgers write them: key columns joined by a bar; a bar within one is escaped."""

from __future__ import annotations

import re
from uuid import UUID

_PART = re.compile(r"((?:[^\\|]|\\.)*)(?:\||\Z)", re.DOTALL)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def parts_of(objekt_id: str) -> list[str]:
    """The key columns of ``objekt_id``, without the escapes; one when it is no composite id."""
    parts = []
    place = 0
    while True:
        found = _PART.match(objekt_id, place)
        if found is None:
            # A backslash that ends the text escapes nothing.
            return [objekt_id]
        parts.append(re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL))
        place = found.end()
        if not found[0].endswith("|") or found[1] == found[0]:
            return parts


def as_uuid(text: str) -> str | None:
    """``text`` as a uuid in small letters; None when it is none."""
    return str(UUID(text)) if _UUID.fullmatch(text) else None
