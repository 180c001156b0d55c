"""Worlds laid side by side in one kommune: each keeps to itself, so what is said of all is what is said of each.

A kommune costs the pipeline seconds, however small it is. Every name of a world gets the world's mark, so that
no case, note, citizen's case number or checksum is that of another world.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pipelines.contract import ENTITIES
from tests.ledger.world import World, named, uid
from tests.oracle import Ledgers

# Sorts before every sign of a name, so that names keep their order.
MARK = "!"
_MARKED = re.compile(rf"{MARK}[0-9]+")
_IDS_AS_TEXT = ("notat_id", "gammel_id", "ny_id", "objekt_id")


def frame(world: World) -> str:
    """What the worlds of a kommune must agree in: its settings, and which kinds of rows came when."""
    settings = {name: value for name, value in vars(world).items() if name in vars(World())}
    came = {when: sorted(tables) for when, tables in world.delivered.items()}
    return repr({**settings, "waivers": None, "delivered": sorted(came.items()), "kommunekode": None})


def beside(worlds: Sequence[World]) -> World:
    """One world that holds all of ``worlds``, which agree in their frame; each with its place as its mark."""
    first = worlds[0]
    delivered: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {
        when: defaultdict(list, {entity: [] for entity in tables}) for when, tables in first.delivered.items()
    }
    waivers = []
    for number, world in enumerate(worlds):
        for when, tables in world.delivered.items():
            for entity, rows in tables.items():
                delivered[when][entity] += [_marked_row(entity, row, number) for row in rows]
        for waiver in world.waivers:
            notes = waiver["objekttype"] == "journalnotat"
            parts = [_marked(part, number, note=notes) for part in waiver["objekt_id"].split("|")]
            waivers.append({**waiver, "objekt_id": "|".join(parts)})
    return World(
        overgang=first.overgang,
        waivers=waivers,
        delivered={when: dict(tables) for when, tables in delivered.items()},
        opsagt_manuelle_sager=first.opsagt_manuelle_sager,
        fuldt_udrullet=first.fuldt_udrullet,
        i_estate=first.i_estate,
    )


def of_world(books: Ledgers, number: int) -> Ledgers:
    """The rows of the world with that number."""
    # The objekt_id stands third, and after the rule in a finding.
    places = {"pligt": 2, "oprindelse": 2, "fund": 3, "forklaret": 3}
    mark = f"{MARK}{number}"
    return Ledgers(
        **{
            book: [row for row in getattr(books, book) if mark in _MARKED.findall(named(row[place]))]
            for book, place in places.items()
        }
    )


def unmarked(text: str) -> str:
    """``text`` without the marks."""
    return _MARKED.sub("", text)


def _marked_row(entity: str, row: dict[str, Any], number: int) -> dict[str, Any]:
    return {name: _marked_value(entity, name, value, number) for name, value in row.items()}


def _marked_value(entity: str, name: str, value: Any, number: int) -> Any:
    if value is None:
        return None
    if name in _IDS_AS_TEXT or ENTITIES[entity].column(name).type == "uuid":
        return _marked(value, number, note=True)
    if name in ("sagsnummer", "forfatter"):
        return f"{value}{MARK}{number}"
    if name == "kontrolsum":
        return f"{value[:-2]}{number:02x}"
    return value


def _marked(text: str, number: int, *, note: bool) -> str:
    name = named(text)
    if name != text:
        return uid(f"{name}{MARK}{number}")
    return f"{text}{MARK}{number}" if note else text
