"""From a spec's lines to a world: the clean one, with the lines laid over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.catalogue.lines import PLACES, Line, key_parts
from pipelines.catalogue.specs import Spec, SpecWorld
from pipelines.contract import ENTITIES, NEW_SYSTEMS, SUCCESSORS
from tests.deliveries import typical
from tests.ledger import world as rows
from tests.ledger.clean import OTHER_CITIZEN, Clean
from tests.ledger.world import CLOSED, LATER, World, uid

CITIZENS = {"A": "6101801234", "B": "6102800003", "C": OTHER_CITIZEN}
MOMENTS = {"kmd_sag": CLOSED, "edh før": CLOSED}


def built(spec: Spec, worlds: Mapping[str, SpecWorld]) -> World:
    """The world of ``spec``, of kommune 0751."""
    fagsystem = {successor.system: successor.fagsystem for successor in SUCCESSORS}[spec.system]
    world = Clean(spec.system, fagsystem)
    lines = [line for name in spec.med for line in worlds[name].ind] + list(spec.ind)
    return laid_over(world, lines, fagsystem)


def laid_over(world: World, lines: Iterable[Line], fagsystem: str) -> World:
    """``world`` after ``lines``; asserts that each could be done: a row changed is there, one added is not."""
    moments = {place: MOMENTS.get(place, LATER) for place, system in PLACES.items() if system}
    for line in lines:
        for place in line.places:
            system = PLACES[place]
            if system is None:
                _set(world, place, line)
            elif line.kind is None:
                tables = world.delivered.pop((system, moments[place]))
                if not line.sign:
                    moments[place] = line.values["udtrukket"] or ""
                    world.delivered[system, moments[place]] = tables
            else:
                _change(world.delivered.setdefault((system, moments[place]), {}), system, line, fagsystem)
    return world


def _change(tables: rows.Tables, system: str, line: Line, fagsystem: str) -> None:
    kind = line.kind or ""
    if line.key is None and line.sign == "-":
        del tables[kind]
        return
    table = tables.setdefault(kind, [])
    if line.key is None:
        return
    key = _key(kind, line)
    values = {**key, **{name: _value(kind, name, value, {**line.values, **key}) for name, value in line.values.items()}}
    found = [row for row in table if all(str(row[name]) == str(value) for name, value in key.items())]
    assert len(found) == (line.sign != "+"), f"{line.text}: {len(found)} such rows"
    if line.sign == "-":
        table.remove(found[0])
    elif found:
        found[0].update(values)
    else:
        table.append(_typical(kind, system, fagsystem) | values)


def _typical(kind: str, system: str, fagsystem: str) -> dict[str, Any]:
    """What an added row says where its line says nothing: what the first of its kind in the clean world says."""
    if kind == "sag":
        edh, new = {"sagstype": "edh"} if system == "edh" else {}, system in (*NEW_SYSTEMS, "esdh")
        return rows.sag("", fagsystem=None if new else fagsystem) | edh
    return typical(kind) | ({"sagsnummer": "S-1"} if kind == "indeks_sag" else {})


def _key(kind: str, line: Line) -> dict[str, Any]:
    entity = ENTITIES[kind]
    parts: dict[str, Any] = dict(zip(entity.key, key_parts(line.key or ""), strict=True))
    return {name: _value(kind, name, part, {**line.values, **parts}) for name, part in parts.items()}


def _value(kind: str, name: str, value: str | None, row: Mapping[str, Any]) -> Any:
    column = ENTITIES[kind].column(name)
    if value is None:
        return None
    # An id of a case or a document that stands as text; a note's is its own.
    foreign = name in ("gammel_id", "ny_id", "objekt_id") and row.get("objekttype", "sag") != "journalnotat"
    if column.type == "uuid" or foreign:
        return uid(value)
    if column.type == "cpr":
        return CITIZENS[value]
    return int(value) if column.type == "integer" else value


def _set(world: World, place: str, line: Line) -> None:
    if place == "afvigelser":
        kind, objekt_id = line.kind or "", line.key or ""
        if kind in ENTITIES:
            objekt_id = "|".join(str(part) for part in _key(kind, line).values())
        world.waivers.append(rows.waiver(kind, objekt_id, **{"sted": None, **line.values}))
    elif line.kind == "overgang":
        world.overgang = {**world.overgang, **line.values} if line.values else {}
    elif line.kind == "kommune":
        world.i_estate = False
    else:
        for name, value in line.values.items():
            setattr(world, name, value)
