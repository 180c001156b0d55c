"""Which night a moment belongs to, and what the estate expects that has not come in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipelines.estate import DANISH_TIME, Estate
from pipelines.night.pulling import SystemNight

_REASONS = {
    "intet": "kilden har intet",
    "ufuldstaendig": "leverancen er ikke færdig hos afsenderen",
    "afvist": "det, kilden har, er afvist",
    "fejlet": "kilden kunne ikke læses",
}


@dataclass(frozen=True)
class Missing:
    """What was expected of ``system`` for ``kommunekode`` and has not come in a night; ``reason`` in Danish."""

    system: str
    kommunekode: str
    reason: str


def night_of(moment: datetime) -> date:
    """The night of ``moment``, named after its morning: from noon to noon, Danish time."""
    return (moment.astimezone(DANISH_TIME).replace(tzinfo=None) + timedelta(hours=12)).date()


def missing_of(
    estate: Estate, nights: Mapping[str, SystemNight | None], kommuner: Collection[str] = ()
) -> list[Missing]:
    """What has not come of all that ``estate`` expects, of ``kommuner`` when named.

    ``nights``: what each system told of the night; None when it has not been pulled.
    """
    missing = []
    for system, kilder in estate.kilder.items():
        told = nights.get(system)
        outcomes = {} if told is None else {each["kommunekode"]: each["status"] for each in told["kommuner"]}
        for kommunekode in estate.kommuner_of(system, kilder[0]):
            status = outcomes.get(kommunekode)
            if status != "kommet" and (not kommuner or kommunekode in kommuner):
                reason = "der er ikke hentet i nat" if status is None else _REASONS[status]
                missing.append(Missing(system, kommunekode, reason))
    return sorted(missing, key=lambda each: (each.kommunekode, each.system))
