"""Small estates, several to a kommune, as Hypothesis or a seed chooses them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.ledger.alphabets import (
    DAYS_GIVEN_UP,
    DAYS_ROLLED_OUT,
    E0,
    E1,
    E2,
    GIVEN_UP,
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
from tests.ledger.contents import before, closings, edh_after, new_systems, truth
from tests.ledger.registers import READ, exported, index
from tests.ledger.told import OF_LEDGERS
from tests.ledger.world import (
    KOMMUNE,
    Tables,
    World,
    by_oracle,
    named,
    uid,
    waiver,
)
from tests.oracle import FAGSYSTEM
from tests.oracle_rows import KEYS, UUIDS, key

# When each system was last extracted; None: never.
Moments = dict[str, str | None]
# The last makes uuids whose first bit is set.
PARTS = "ABCDEFGHIJKø"
# The cells of the closing figure, each with the systems that fill it.
CELLS = [(place, kind) for place in (("edh",), tuple(FAGSYSTEM)) for kind in ("sag", "journalnotat")]
CELLS += [(("edh",), "dokument")]
UNWAIVED = (*OF_LEDGERS, "R01", "R22", "R24", "AFV")
EXPIRY = ["2999-12-31", "2026-11-23", "2026-11-22"]


def waivers(draw: Choice, world: World, most: int) -> list[Row]:
    """Waivers that name a rule, of findings that there are, and waivers of objects that may be in order."""
    found = sorted(
        {(row[0], row[2], row[3], row[5]) for row in by_oracle(world).fund if row[0] not in UNWAIVED}, key=str
    )
    rows = []
    for regel, kind, objekt, sted in dict.fromkeys(some(draw, found, most)):
        place = draw.one([sted, sted, None, "nyt"])
        rows.append(waiver(kind, objekt, place, draw.one(EXPIRY), regel=draw.one([regel] * 5 + ["R06", "R14"])))
    rows += of_ledgers(draw, world.delivered, most)
    names = ("objekttype", "objekt_id", "sted", "regel")
    return list({tuple(row.get(name) for name in names): row for row in rows}.values())


def of_ledgers(draw: Choice, delivered: dict[tuple[str, str], Tables], most: int) -> list[Row]:
    named_by = {"sag": ("sag_uuid",), "journalnotat": ("notat_id", "sag_uuid"), **KEYS}
    objects = {
        (entity, key(*(row[part] for part in parts)))
        for tables in delivered.values()
        for entity, parts in named_by.items()
        for row in tables.get(entity, [])
    }
    places = [(*named, sted) for named in sorted(objects) for sted in ("nyt", "edh")]
    chosen = dict.fromkeys(some(draw, places, most))
    return [waiver(kind, k, sted, draw.one(EXPIRY)) for kind, k, sted in chosen]


def part_of(name: str, tables: Tables) -> Tables:
    """``tables`` under names of their own, so that several parts live in one kommune without meeting."""

    def renamed(entity: str, row: Row) -> Row:
        row = {k: uid(name + named(v)) if k in UUIDS else v for k, v in row.items()}
        row |= {k: f"{name}{row[k]}" for k in ("notat_id", "sagsnummer", "forfatter", "anmodning_id") if k in row}
        for column in ("objekt_id", "gammel_id", "ny_id"):
            if column in row:
                row[column] = other(row["objekttype"], row[column])
        return row

    def other(objekttype: str, objekt_id: str) -> str:
        if objekttype == "journalnotat":
            return f"{name}{objekt_id}"
        renamed = uid(name + named(objekt_id))
        return renamed if objekt_id == objekt_id.lower() else renamed.upper()

    return {entity: [renamed(entity, row) for row in rows] for entity, rows in tables.items()}


def left_out(draw: Choice, delivered: dict[tuple[str, str], Tables], latest: Moments) -> None:
    """Take from the last deliveries an entity, its rows, or a whole cell of the figure; add one before the last."""
    for system, moment in latest.items():
        if moment == E2 and system in FAGSYSTEM and seldom(draw):
            delivered[system, T1] = {name: rows[:1] for name, rows in delivered[system, E2].items()}
        if moment and draw.one([False] * 5 + [True]):
            tables, entity = delivered[system, moment], draw.one(sorted(delivered[system, moment]))
            delivered[system, moment] = {**tables, entity: []}
            if draw.one([True, False]):
                del delivered[system, moment][entity]
    systems, kind = draw.one([((), "")] * 12 + CELLS)
    for system in systems:
        tables = delivered.get((system, latest[system] or ""), {})
        if kind in tables:
            tables[kind] = []


def world(draw: Choice, parts: str, kommunekode: str = KOMMUNE) -> World:
    """A world, every choice in it made by ``draw``; each part is a small estate of its own."""
    overgang = dict(draw.one(TRANSITIONS))
    extracted = {
        "kmd_sag": draw.one([[E0, E1]] * 12 + [[E1], [E0], [E1, T1], [T0], []]),
        "edh": draw.one([[E0, E1]] * 12 + [[E1], [E0], [E1, T1], [T0], []]),
    }
    latest: Moments = {
        system: draw.one([E2] * 15 + [T1, GIVEN_UP, "2021-02-28T23:00:00Z", None]) for system in (*FAGSYSTEM, "edh")
    }
    latest |= {system: draw.one([None, *READ]) for system in ("indeks", "esdh")}
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
        closing = closings(draw, whole)
        after = {"edh": edh_after(draw, whole, closing), **new_systems(draw, whole, closing)}
        if latest["indeks"]:
            after["indeks"] = index(draw, after["edh"])
        if latest["esdh"]:
            after["esdh"] = exported(draw, after["edh"])
        for system, tables in after.items():
            if latest[system]:
                deliver(system, latest[system], part_of(name, tables))
    left_out(draw, delivered, latest)
    made = World(kommunekode, overgang, [], delivered, opsagt_manuelle_sager=draw.one(DAYS_GIVEN_UP))
    made.fuldt_udrullet = draw.one(DAYS_ROLLED_OUT)
    made.waivers = waivers(draw, made, 2 * len(parts))
    return made


@st.composite
def worlds(draw: Callable[[st.SearchStrategy[Any]], Any]) -> World:
    """A world of one to six parts as Hypothesis chooses it, so that a failing one is made small."""
    choice = Drawn(draw)
    return world(choice, PARTS[: choice.one(range(1, 7))])


def random_worlds(seed: int, kommunekoder: Sequence[str], parts: str = PARTS) -> list[World]:
    """A world of many parts for each kommune, from ``seed``: more at a time than Hypothesis would draw.

    Of several, the last is a stranger.
    """
    made = [world(Picked(random.Random(f"{seed} {code}")), parts, code) for code in kommunekoder]
    for number, one in enumerate(made):
        # The day is the whole estate's.
        one.fuldt_udrullet = made[0].fuldt_udrullet
        one.i_estate = number == 0 or number < len(made) - 1
    return made
