"""Many small worlds judged by the pipeline at once: those of one shape share a kommune, each under names of its own.

A reconciliation of a kommune takes its time however small it is, so a hundred of them would be most of the suite's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.contract import kommuner
from tests.ledger.engine import by_pipeline
from tests.ledger.estates import part_of
from tests.ledger.told import line_of
from tests.ledger.world import World, named, uid
from tests.oracle import Ledgers

TAG = re.compile(r"[A-Z]{2}:")


def judged_together(folder: Path, worlds: Mapping[str, World], alone: set[str]) -> dict[str, Ledgers]:
    """What the pipeline says of each world, under the world's own names; those ``alone`` share with none."""
    groups: dict[Any, list[str]] = defaultdict(list)
    for name, world in worlds.items():
        groups[name if name in alone else _shape(world)].append(name)
    assert len(groups) < len(kommuner())
    places, made = {}, []
    for code, group in zip(sorted(kommuner()), groups.values(), strict=False):
        tags = {f"{chr(65 + number // 26)}{chr(65 + number % 26)}:": name for number, name in enumerate(group)}
        places[code] = tags
        made.append(_joined(code, {tag: worlds[name] for tag, name in tags.items()}))
    out = {name: Ledgers([], [], [], []) for name in worlds}
    for book, rows in by_pipeline(folder, *made)._asdict().items():
        for row in rows:
            tags = places[row[1] if book in ("fund", "forklaret") else row[0]]
            said = set(TAG.findall(line_of(book, row)))
            # A row that names no object, or those of two worlds, belongs to a world that must be alone.
            (tag,) = said or tags
            getattr(out[tags[tag]], book).append(tuple(value and _untagged(value) for value in row))
    return out


def _shape(world: World) -> tuple[Any, ...]:
    """What is the whole kommune's, and so must be the same for worlds that share one."""
    delivered = sorted((place, tuple(sorted(tables))) for place, tables in world.delivered.items())
    return tuple(sorted(world.overgang.items())), world.opsagt_manuelle_sager, world.fuldt_udrullet, tuple(delivered)


def _joined(code: str, worlds: Mapping[str, World]) -> World:
    first = next(iter(worlds.values()))
    joined = World(code, first.overgang, opsagt_manuelle_sager=first.opsagt_manuelle_sager)
    joined.delivered = {place: {entity: [] for entity in tables} for place, tables in first.delivered.items()}
    for tag, world in worlds.items():
        for place, tables in world.delivered.items():
            for entity, rows in part_of(tag, tables).items():
                joined.delivered[place][entity] += rows
        joined.waivers += [{**row, "objekt_id": _tagged(tag, row["objekt_id"])} for row in world.waivers]
    return joined


def _tagged(tag: str, objekt_id: str) -> str:
    words = [(word, named(word)) for word in objekt_id.split("|")]
    return "|".join(uid(tag + name) if name != word else tag + word for word, name in words)


def _untagged(value: str) -> str:
    words = [(word, named(word)) for word in value.split("|")]
    return "|".join(uid(TAG.sub("", name)) if name != word else TAG.sub("", word) for word, name in words)
