"""Which snapshots a reconciliation of a kommune rests on, chosen once and kept in the run record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from pipelines.contract import SUCCESSORS
from pipelines.errors import scrub_foreign
from pipelines.estate import Afvigelse, Estate, Kommune
from pipelines.lake import Lake, Snapshot


@dataclass(frozen=True)
class Seen:
    """Which snapshots of the lake a run may rest on: those ``named`` (all when none is), extracted by ``until``."""

    named: frozenset[str] = frozenset()
    until: datetime | None = None

    def admits(self, snapshot: Snapshot) -> bool:
        """Whether ``snapshot`` is one of them."""
        return (not self.named or snapshot.id in self.named) and (
            self.until is None or snapshot.udtrukket <= self.until
        )


def pin(
    estate: Estate, lake: Lake, kommunekode: str, today: date, seen: Seen, left_out: str | None = None
) -> dict[str, Any]:
    """The kommune's part of the run record: its deliveries, its systems with their baselines and after-deliveries.

    A kommune that is not in the estate has deliveries and nothing else.

    A system's baseline is the last delivery extracted before its own transition; a system without one
    takes that of the first transition. After is the last delivery of each system. Without any
    transition there is neither before nor after, and nothing is pinned. Waivers that have
    expired by ``today`` are kept apart and not applied. ``left_out``: why the kommune could not be reconciled;
    then nothing is pinned either.
    """
    kommune = Kommune() if left_out else estate.kommuner.get(kommunekode, Kommune())
    first = min(kommune.overgang.values(), default=None)
    by_system: dict[str, list[Snapshot]] = {}
    delivered = [snapshot for snapshot in lake.snapshots(kommunekode=kommunekode) if seen.admits(snapshot)]
    for snapshot in delivered:
        by_system.setdefault(snapshot.system, []).append(snapshot)

    def last(system: str, before: datetime | None = None) -> Snapshot | None:
        chosen = [one for one in by_system.get(system, []) if before is None or one.udtrukket < before]
        return chosen[-1] if chosen else None

    def baseline(system: str, moved: datetime | None) -> str | None:
        return None if moved is None else _id(last(system, moved))

    moved_in_order = sorted(kommune.overgang, key=lambda system: (kommune.overgang[system], system))
    systems = []
    for successor in SUCCESSORS:
        moved = kommune.overgang.get(successor.system)
        systems.append(
            {
                "system": successor.system,
                "fagsystem": successor.fagsystem,
                "raekkefoelge": moved_in_order.index(successor.system) + 1 if moved else 1,
                "overgang": None if moved is None else moved.astimezone(UTC).isoformat(),
                "foer_kmd_sag": baseline("kmd_sag", moved or first),
                "foer_edh": baseline("edh", moved or first),
                "efter": _id(last(successor.system)) if first is not None else None,
            }
        )
    applied, expired = _waivers(estate.afvigelser, kommunekode, today)
    return {
        "i_estate": kommunekode in estate.kommuner,
        "udeladt": left_out,
        "leverancer": [snapshot.id for snapshot in delivered],
        "systemer": systems,
        "foer_kmd_sag": baseline("kmd_sag", first),
        "foer_edh": baseline("edh", first),
        "edh_efter": _id(last("edh")) if first is not None else None,
        "indeks": _id(last("indeks")) if first is not None else None,
        "esdh": _id(last("esdh")) if first is not None else None,
        "opsagt_manuelle_sager": _iso(kommune.opsagt_manuelle_sager),
        "fuldt_udrullet": _iso(estate.fuldt_udrullet),
        "kle_omlaegninger": estate.kle_omlaegninger
        and [
            {"system": row.system, "fra": row.fra, "til": row.til, "gaelder_fra": row.gaelder_fra.isoformat()}
            for row in estate.kle_omlaegninger
        ],
        "afvigelser": applied,
        "udloebne_afvigelser": expired,
    }


def pinned_ids(pinned: dict[str, Any]) -> list[str]:
    """The ids of every snapshot that ``pinned`` names, each once, in order."""
    named = [pinned[key] for key in ("foer_kmd_sag", "foer_edh", "edh_efter", "indeks", "esdh")]
    named += [system[key] for system in pinned["systemer"] for key in ("foer_kmd_sag", "foer_edh", "efter")]
    return sorted({snapshot_id for snapshot_id in named if snapshot_id is not None})


def missing_inputs(lake: Lake, pinned: dict[str, Any], requires: Sequence[str]) -> list[tuple[str, str]]:
    """Sentences, in Danish and English, for each relation of ``requires`` that the pinned snapshots do not hold."""
    if not requires:
        return []
    if not pinned["i_estate"]:
        return [("kommunen står ikke i estate.yaml", "the kommune is not in estate.yaml")]
    if pinned["udeladt"] is not None:
        reason = pinned["udeladt"]
        return [(f"kommunen kunne ikke afstemmes ({reason})", f"the kommune could not be reconciled ({reason})")]
    if not any(system["overgang"] for system in pinned["systemer"]):
        return [
            (
                "kommunen har ingen overgang i estate.yaml, og derfor hverken før eller efter",
                "the kommune has no overgang in estate.yaml, and so neither before nor after",
            )
        ]
    sentences = []
    for relation in requires:
        schema, entity = relation.split(".")
        for system, snapshot_id in _looked_in(schema, entity, pinned):
            if snapshot_id is None:
                when = ("fra før overgangen", "from before the transition") if schema == "foer" else ("", "")
                sentences.append(
                    (
                        f"der er ingen levering af {system} {when[0]}".rstrip(),
                        f"there is no delivery of {system} {when[1]}".rstrip(),
                    )
                )
            elif not lake.snapshot(snapshot_id).delivered(entity):
                sentences.append((f"{snapshot_id} leverede ikke {entity}", f"{snapshot_id} did not deliver {entity}"))
    return list(dict.fromkeys(sentences))


def holes(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """What the baseline lacks: fagsystemsager that EDH had before and KMD Sag did not deliver."""
    count = con.execute("SELECT count(*) FROM foer.sag WHERE kilde = 'edh' AND sagstype = 'fagsystemsag'").fetchall()[
        0
    ][0]
    if not count:
        return []
    sentence = f"EDH held {count} fagsystemsager before that KMD Sag did not deliver; they are treated as manual."
    return [{"art": "hul_i_baseline", "antal": count, "saetning": sentence}]


def _looked_in(schema: str, entity: str, pinned: dict[str, Any]) -> list[tuple[str, str | None]]:
    moved = [system for system in pinned["systemer"] if system["overgang"] is not None]
    if schema in ("edh", "indeks", "esdh"):
        return [(schema, pinned["edh_efter" if schema == "edh" else schema])]
    if schema == "nyt":
        # A system that has delivered nothing yet is waited for; the ledger says so row by row.
        return [(system["system"], system["efter"]) for system in moved if system["efter"] is not None]
    system_before = "kmd_sag" if entity in ("sag", "journalnotat") else "edh"
    return [(system_before, system[f"foer_{system_before}"]) for system in moved]


def _waivers(
    waivers: Sequence[Afvigelse], kommunekode: str, today: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    own = [waiver for waiver in waivers if waiver.kommunekode == kommunekode]
    rows = [
        (
            waiver.udloeber >= today,
            {
                key: scrub_foreign(value) if isinstance(value, str) else value
                for key, value in waiver.model_dump(mode="json").items()
            },
        )
        for waiver in own
    ]
    return [row for valid, row in rows if valid], [row for valid, row in rows if not valid]


def _id(snapshot: Snapshot | None) -> str | None:
    return None if snapshot is None else snapshot.id


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
