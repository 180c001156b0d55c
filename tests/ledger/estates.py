"""Small estates, several to a kommune, as Hypothesis or a seed chooses them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.ledger.alphabets import (
    E0,
    E1,
    E2,
    T0,
    T1,
    TRANSITIONS,
    Choice,
    Drawn,
    Picked,
    Row,
    seldom,
    some,
)
from tests.ledger.contents import before, edh_after, new_systems, truth
from tests.ledger.world import (
    KOMMUNE,
    Tables,
    World,
    named,
    uid,
    waiver,
)
from tests.oracle import FAGSYSTEM
from tests.oracle_rows import KEYS, UUIDS, key

# The last makes uuids whose first bit is set.
PARTS = "ABCDEFGHIJKø"


def waivers(draw: Choice, delivered: dict[tuple[str, str], Tables], most: int) -> list[Row]:
    named_by = {"sag": ("sag_uuid",), "journalnotat": ("notat_id", "sag_uuid"), **KEYS}
    objects = {
        (entity, key(*(row[part] for part in parts)))
        for tables in delivered.values()
        for entity, parts in named_by.items()
        for row in tables.get(entity, [])
    }
    places = [(*named, sted) for named in sorted(objects) for sted in ("nyt", "edh")]
    chosen = dict.fromkeys(some(draw, places, most))
    days = ["2999-12-31", "2026-11-23", "2026-11-22"]
    return [waiver(kind, k, sted, draw.one(days)) for kind, k, sted in chosen]


def part_of(name: str, tables: Tables) -> Tables:
    """``tables`` under names of their own, so that several parts live in one kommune without meeting."""

    def renamed(entity: str, row: Row) -> Row:
        row = {k: uid(name + named(v)) if k in UUIDS else v for k, v in row.items()}
        row |= {k: f"{name}{row[k]}" for k in ("notat_id", "sagsnummer", "forfatter", "anmodning_id") if k in row}
        if entity == "berigtigelse":
            note = row["objekttype"] == "journalnotat"
            row["objekt_id"] = f"{name}{row['objekt_id']}" if note else uid(name + named(row["objekt_id"]))
        return row

    return {entity: [renamed(entity, row) for row in rows] for entity, rows in tables.items()}


def world(draw: Choice, parts: str, kommunekode: str = KOMMUNE) -> World:
    """A world, every choice in it made by ``draw``; each part is a small estate of its own."""
    overgang = dict(draw.one(TRANSITIONS))
    extracted = {
        "kmd_sag": draw.one([[E0, E1]] * 12 + [[E1], [E0], [E1, T1], [T0], []]),
        "edh": draw.one([[E0, E1]] * 12 + [[E1], [E0], [E1, T1], [T0], []]),
    }
    latest = {system: draw.one([E2] * 15 + [T1, "2021-02-28T23:00:00Z", None]) for system in (*FAGSYSTEM, "edh")}
    delivered: dict[tuple[str, str], Tables] = {}

    def deliver(system: str, moment: str, tables: Tables) -> None:
        there = delivered.setdefault((system, moment), {})
        for entity, rows in tables.items():
            there.setdefault(entity, []).extend(rows)

    for name in parts:
        whole = truth(draw)
        for system, moments in extracted.items():
            for moment in moments:
                if (system, moment) != ("edh", latest["edh"]):
                    deliver(system, moment, part_of(name, before(draw, system, whole)))
        for system, tables in {"edh": edh_after(draw, whole), **new_systems(draw, whole)}.items():
            if latest[system]:
                deliver(system, latest[system], part_of(name, tables))
    for system, moment in latest.items():
        if moment == E2 and system != "edh" and seldom(draw):
            delivered[system, T1] = {name: rows[:1] for name, rows in delivered[system, E2].items()}
        if moment and seldom(draw):
            tables, entity = delivered[system, moment], draw.one(sorted(delivered[system, moment]))
            delivered[system, moment] = {**tables, entity: []}
            if draw.one([True, False]):
                del delivered[system, moment][entity]
    return World(kommunekode, overgang, waivers(draw, delivered, 2 * len(parts)), delivered)


@st.composite
def worlds(draw: Callable[[st.SearchStrategy[Any]], Any]) -> World:
    """A world of one to six parts as Hypothesis chooses it, so that a failing one is made small."""
    choice = Drawn(draw)
    return world(choice, PARTS[: choice.one(range(1, 7))])


def random_worlds(seed: int, kommunekoder: Sequence[str], parts: str = PARTS) -> list[World]:
    """A world of many parts for each kommune, from ``seed``: more at a time than Hypothesis would draw."""
    return [world(Picked(random.Random(f"{seed} {code}")), parts, code) for code in kommunekoder]
