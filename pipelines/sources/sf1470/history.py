"""A case's history of states, held against the guides: begun by Opstaaet, without gap or overlap, the last open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

_DANISH = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True)
class State:
    """A state of a case: its code, from when, until when (None: open); the moments as they stand and as read."""

    code: str
    from_text: str
    until_text: str | None
    begins: datetime
    ends: datetime | None


def read_instant(text: str) -> datetime:
    """An ISO 8601 time; without an offset it is Danish, as in the contract. Raises ``ValueError``."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=_DANISH)


def state_in_force(states: Sequence[State]) -> State:
    """The state that is open; of several the one that began last, and of those the later in the registration.

    Raises ``ValueError`` when none is open.
    """
    return max((state for state in reversed(states) if state.ends is None), key=lambda state: state.begins)


def faults_of(states: Sequence[State]) -> Iterator[str]:
    """The kinds of remark that a history of at least one state gives rise to, each once."""
    ordered = sorted(states, key=lambda state: state.begins)
    if ordered[0].code != "Opstaaet":
        yield "tilstand_uden_opstaaet"
    if any(earlier.ends != later.begins for earlier, later in pairwise(ordered)):
        yield "tilstand_hul_eller_overlap"
