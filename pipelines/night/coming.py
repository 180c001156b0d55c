"""Which night a moment belongs to, and what the estate expects that has not come in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.estate import DANISH_TIME, Estate
from pipelines.night.pulling import Pulled, SystemNight

_REASONS = {
    "intet": "kilden har intet",
    "ufuldstaendig": "leverancen er ikke færdig hos afsenderen",
    "afvist": "det, kilden har, er afvist",
    "fejlet": "hentningen fejlede",
}
TOO_NEW = "det, der er kommet, er for nyt til kørslen"


@dataclass(frozen=True)
class Missing:
    """What was expected of ``system`` for ``kommunekode`` and has not come in a night; ``reason`` in Danish."""

    system: str
    kommunekode: str
    reason: str


def night_of(moment: datetime) -> date:
    """The night of ``moment``, named after its morning: from noon to noon, Danish time."""
    return (moment.astimezone(DANISH_TIME).replace(tzinfo=None) + timedelta(hours=12)).date()


def told_of(system: str, night: date, told: Iterable[Mapping[str, Any]]) -> SystemNight | None:
    """What ``told``, each a ``SystemNight`` and oldest first, says of ``system`` in ``night``; None when nothing does.

    With ``koersel``, the type of the run that told it. A kommune may have been pulled several times: what has come
    has come, else the last holds; but what the night itself first tells holds against all that was pulled by hand
    before. What is not of the night, a backfill, or no account at all, as an Asset's event that was made by hand, is
    passed over.
    """
    kommuner: dict[str, Pulled] = {}
    of_night = [
        each
        for each in told
        if each.get("nat") == night.isoformat() and each.get("system") == system and each.get("koersel") != "backfill"
    ]
    begun = False
    for each in of_night:
        if each.get("koersel") == "scheduled" and not begun:
            begun = True
            kommuner.clear()
        for pulled in each["kommuner"]:
            before = kommuner.get(pulled["kommunekode"])
            if before is None or before["status"] != "kommet" or pulled["status"] == "kommet":
                kommuner[pulled["kommunekode"]] = pulled
    if not of_night:
        return None
    return SystemNight(system=system, nat=night.isoformat(), kommuner=[kommuner[code] for code in sorted(kommuner)])


def waited_for(estate: Estate, nights: Mapping[str, SystemNight | None]) -> list[str]:
    """The systems that have not told yet of every kommune that they are pulled for, as when one was pulled by hand.

    ``nights``: what each system told of the night; None when it has not been pulled.
    """
    return [
        system
        for system, night in sorted(nights.items())
        if night is None
        or set(estate.kommuner_of(system, estate.kilder[system][0]))
        - {each["kommunekode"] for each in night["kommuner"]}
    ]


def missing_of(
    estate: Estate,
    nights: Mapping[str, SystemNight | None],
    kommuner: Collection[str] = (),
    rested_on: Collection[str] | None = None,
) -> list[Missing]:
    """What has not come of all that ``estate`` expects, of ``kommuner`` when named.

    ``nights``: as for ``waited_for``. ``rested_on``: the ids of the snapshots that the run may rest on; when it is
    given, what has come and is none of them is missing too.
    """
    missing = []
    for system, kilder in estate.kilder.items():
        told = nights.get(system)
        outcomes = {} if told is None else {each["kommunekode"]: each for each in told["kommuner"]}
        for kommunekode in estate.kommuner_of(system, kilder[0]):
            if kommuner and kommunekode not in kommuner:
                continue
            if (outcome := outcomes.get(kommunekode)) is None:
                missing.append(Missing(system, kommunekode, "det er ikke meldt hentet i nat"))
            elif outcome["status"] != "kommet":
                missing.append(Missing(system, kommunekode, _REASONS[outcome["status"]]))
            elif rested_on is not None and outcome["snapshot"] not in (None, *rested_on):
                missing.append(Missing(system, kommunekode, TOO_NEW))
    return sorted(missing, key=lambda each: (each.kommunekode, each.system))
