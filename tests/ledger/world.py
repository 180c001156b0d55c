"""A small world for the ledgers: deliveries as rows, and the two ways to reconcile them.

Names stand for uuids and keep their order as uuids: ``uid("b1") < uid("b2")``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.deliveries import typical, write_delivery
from tests.oracle import Delivery, Ledgers, ledgers

KOMMUNE = "0751"
TODAY = date(2026, 11, 23)
CLOSED = "2021-02-28T20:00:00Z"
MOVED = "2021-03-01T00:00:00Z"
LATER = "2021-03-02T02:00:00Z"

Tables = dict[str, list[dict[str, Any]]]


def uid(name: str) -> str:
    """The uuid that ``name`` (at most 16 bytes) stands for."""
    return str(UUID(bytes=name.encode().ljust(16, b"\0")))


def named(text: str) -> str:
    """``text`` with every uuid of ``uid`` put back into its name."""
    words = text.split("|")
    for place, word in enumerate(words):
        if len(word) == 36 and word.count("-") == 4:
            words[place] = UUID(word).bytes.rstrip(b"\0").decode()
    return "|".join(words)


def sag(name: str, **values: Any) -> dict[str, Any]:
    told = {"sagsnummer": "S-1", "fagsystem": "kmd_aktiv", "kle_emne": "32.24.04", **values}
    return typical("sag", sag_uuid=uid(name), **told)


def notat(notat_id: str, case: str, **values: Any) -> dict[str, Any]:
    return typical("journalnotat", notat_id=notat_id, sag_uuid=uid(case), **values)


def dokument(name: str, **values: Any) -> dict[str, Any]:
    return typical("dokument", dokument_uuid=uid(name), **values)


def link(document: str, case: str) -> dict[str, Any]:
    return typical("dokument_sag", dokument_uuid=uid(document), sag_uuid=uid(case))


def fil(document: str, **values: Any) -> dict[str, Any]:
    return typical("fil", dokument_uuid=uid(document), **values)


def tie(new: str, old: str, **values: Any) -> dict[str, Any]:
    return typical("noeglepose", ny_sag_uuid=uid(new), edh_sag_uuid=uid(old), **values)


def berigtigelse(objekttype: str, objekt_id: str, felt: str, case: str, **values: Any) -> dict[str, Any]:
    told = {"anmodning_id": "A1", "objekttype": objekttype, "objekt_id": objekt_id, "felt": felt, **values}
    return typical("berigtigelse", sag_uuid=uid(case), **told)


def indeks_sag(name: str, **values: Any) -> dict[str, Any]:
    return typical("indeks_sag", sag_uuid=uid(name), **{"sagsnummer": "S-1", **values})


def indeks_dokument(name: str, **values: Any) -> dict[str, Any]:
    return typical("indeks_dokument", dokument_uuid=uid(name), **values)


def krydsreference(objekttype: str, gammel_id: str, ny_id: str) -> dict[str, Any]:
    return typical("krydsreference", objekttype=objekttype, gammel_id=gammel_id, ny_id=ny_id)


def waiver(
    objekttype: str, objekt_id: str, sted: str | None, udloeber: str = "2999-12-31", *, regel: str | None = None
) -> dict[str, Any]:
    named_by = {"sted": sted, "regel": regel}
    return {
        "objekttype": objekttype,
        "objekt_id": objekt_id,
        **{name: value for name, value in named_by.items() if value is not None},
        "begrundelse": "Aftalt med borgeren",
        "ejer": "Ydelsescenter",
        "godkendt_af": "Ydelseschefen",
        "godkendt": "2021-04-01",
        "udloeber": udloeber,
    }


def _brief(entity: str, row: dict[str, Any]) -> str:
    """What a row says that a typical one does not."""
    plain = typical(entity)
    told = {name: named(str(value))[:40] for name, value in row.items() if name not in plain or value != plain[name]}
    return " ".join(f"{name}={value}" for name, value in told.items())


@dataclass(repr=False)
class World:
    """One kommune: its transitions, its waivers, and what was delivered (system, extracted) → tables.

    ``fuldt_udrullet`` is the whole estate's: the first world that sets it decides. A kommune that is not
    ``i_estate`` is a stranger: it delivers, and the estate does not name it.
    """

    kommunekode: str = KOMMUNE
    overgang: dict[str, str] = field(default_factory=lambda: {"ky": MOVED})
    waivers: list[dict[str, Any]] = field(default_factory=list)
    delivered: dict[tuple[str, str], Tables] = field(default_factory=dict)
    opsagt_manuelle_sager: str | None = None
    fuldt_udrullet: str | None = None
    i_estate: bool = True

    def __repr__(self) -> str:
        days = f"opsagt {self.opsagt_manuelle_sager}, udrullet {self.fuldt_udrullet}"
        lines = [f"World {self.kommunekode}{'' if self.i_estate else ' (a stranger)'}, {self.overgang}, {days}"]
        for row in self.waivers:
            words = [row["objekttype"], named(row["objekt_id"]), row.get("sted"), row.get("regel"), row["udloeber"]]
            lines.append(f"  accepted: {' '.join(word for word in words if word)}")
        for (system, moment), tables in self.delivered.items():
            lines.append(f"  {system} {moment}: {', '.join(tables)}")
            lines += [f"    {entity} {_brief(entity, row)}" for entity, rows in tables.items() for row in rows]
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        # Hypothesis prints a failing world with this, and would otherwise print every field of every row.
        printer.text(repr(self))

    def deliveries(self) -> list[Delivery]:
        return [
            Delivery(system, self.kommunekode, datetime.fromisoformat(moment).astimezone(UTC), tables)
            for (system, moment), tables in self.delivered.items()
        ]


def estate_of(worlds: Sequence[World]) -> dict[str, Any]:
    kommuner: dict[str, dict[str, Any]] = {}
    for world in worlds:
        if world.i_estate:
            kommuner[world.kommunekode] = {"overgang": world.overgang}
            if world.opsagt_manuelle_sager:
                kommuner[world.kommunekode]["opsagt_manuelle_sager"] = world.opsagt_manuelle_sager
    estate: dict[str, Any] = {"lake": "lake", "inbox": "inbox", "kommuner": kommuner}
    if days := [world.fuldt_udrullet for world in worlds if world.fuldt_udrullet]:
        estate["fuldt_udrullet"] = days[0]
    return estate


def waivers_of(worlds: Sequence[World]) -> list[dict[str, Any]]:
    return [{"kommunekode": world.kommunekode, **row} for world in worlds if world.i_estate for row in world.waivers]


def by_oracle(*worlds: World) -> Ledgers:
    deliveries = [delivery for world in worlds for delivery in world.deliveries()]
    return ledgers(estate_of(worlds), waivers_of(worlds), deliveries, TODAY)


def write(folder: Path, *worlds: World, **options: Any) -> Path:
    """Write the worlds as one estate with its inbox and return the estate file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "estate.yaml"
    path.write_text(json.dumps(estate_of(worlds)), encoding="utf-8")
    if waivers := waivers_of(worlds):
        (folder / "afvigelser.yaml").write_text(json.dumps(waivers), encoding="utf-8")
    for world in worlds:
        for delivery in world.deliveries():
            write_delivery(folder / "inbox", *delivery, **options)
    return path
