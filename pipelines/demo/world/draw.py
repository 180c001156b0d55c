"""Draws that come out the same everywhere: a counter hashed with a seed, no generator of a library's own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid5

T = TypeVar("T")

_NAMESPACE = UUID("6f1d7f0e-5a0b-5c0e-9d53-2f6f6d0a51c4")


class Draw:
    """A stream of draws; the same ``seed`` always gives the same stream."""

    def __init__(self, seed: str) -> None:
        self._state = hashlib.sha256(seed.encode())
        self._drawn = 0

    def below(self, limit: int) -> int:
        """A whole number from 0 to ``limit`` - 1."""
        self._drawn += 1
        state = self._state.copy()
        state.update(self._drawn.to_bytes(8, "big"))
        return int.from_bytes(state.digest()[:8], "big") % limit

    def one_of(self, choices: Sequence[T]) -> T:
        """One of ``choices``, each as likely as the others."""
        return choices[self.below(len(choices))]

    def chance(self, percent: int) -> bool:
        """True in ``percent`` of a hundred draws."""
        return self.below(100) < percent

    def working_time(self, earliest: datetime, latest: datetime) -> datetime:
        """A moment in UTC between two days (the later one excluded), in Danish office hours, to the second."""
        days = max((latest - earliest).days, 1)
        day = (earliest + timedelta(days=self.below(days))).astimezone(UTC)
        midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(hours=7, seconds=self.below(7 * 3600))


def made_uuid(*names: object) -> str:
    """A uuid in small letters that depends on ``names`` alone."""
    return str(uuid5(_NAMESPACE, "/".join(map(str, names))))
