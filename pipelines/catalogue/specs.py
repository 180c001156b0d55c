"""The specs of the rules, as they stand in ``tests/spec``: a few rows in, the findings out, and why.

One file a rule (``R06.yaml``), a list of cases; ``udgangspunkt.yaml`` holds the worlds that they begin with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pipelines.catalogue.lines import Found, Line, read_found, read_line
from pipelines.contract import NEW_SYSTEMS
from pipelines.errors import InputError, SystemFailure
from pipelines.placed_yaml import Place, PlacedYaml, read_yaml
from pipelines.rules import SQL_FOLDER

SPEC_FOLDER = SQL_FOLDER.parent / "tests" / "spec"
WORLDS_FILE = "udgangspunkt.yaml"
DOMME = ("opfyldt", "brudt", "ikke_vurderet")
# The world that every case begins with; the others of its file are laid over it when a case says so.
CLEAN = "ren"

_NEEDED = ("navn", "name", "da", "en")
_OPTIONAL = ("ind", "ud", "dom", "fordi", "because", "system", "med")

Read = TypeVar("Read")


@dataclass(frozen=True)
class SpecWorld:
    """A world to begin with: its rows and, in Danish and English, what they are."""

    navn: str
    da: str
    en: str
    ind: tuple[Line, ...]


@dataclass(frozen=True)
class Spec:
    """One case of a rule: the changes ``ind`` of the clean world, all that follows (``ud``), and the verdict.

    ``navn`` and ``da`` are Danish, ``name`` and ``en`` the same in English. ``system`` is the new system of the
    world, ``med`` names worlds laid over the clean one, ``fordi`` (``because``) is the reason of ikke_vurderet.
    """

    regel: str
    navn: str
    name: str
    da: str
    en: str
    ind: tuple[Line, ...]
    ud: tuple[Found, ...]
    dom: str
    fordi: str | None = None
    because: str | None = None
    system: str = "ky"
    med: tuple[str, ...] = ()


def load_worlds(folder: Path = SPEC_FOLDER) -> dict[str, SpecWorld]:
    """The worlds that the cases begin with, by name. Raises as ``load_specs`` does."""
    _present(folder)
    worlds, read = {}, read_yaml(folder / WORLDS_FILE)
    for place, item in _items(read, ("navn", "da", "en", "ind"), ()):
        worlds[item["navn"]] = SpecWorld(
            item["navn"], item["da"], item["en"], _lines(read, place, item, "ind", read_line)
        )
    _refuse(read.mistakes)
    return worlds


def load_specs(folder: Path = SPEC_FOLDER) -> dict[str, tuple[Spec, ...]]:
    """The cases of each rule, by its id, in order.

    Raises ``SystemFailure`` when the folder is not there, ``InputError`` with every mistake of every file, each
    with its file and line.
    """
    worlds = load_worlds(folder)
    specs: dict[str, tuple[Spec, ...]] = {}
    mistakes: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        if path.name != WORLDS_FILE:
            read = read_yaml(path)
            specs[path.stem] = tuple(_specs(path.stem, read, tuple(worlds)))
            mistakes += read.mistakes
    _refuse(mistakes)
    return specs


def _specs(rule_id: str, read: PlacedYaml, worlds: Sequence[str]) -> list[Spec]:
    specs = []
    for place, item in _items(read, _NEEDED, _OPTIONAL):
        ud = _lines(read, place, item, "ud", read_found)
        system, med = item.get("system") or "ky", tuple((item.get("med") or "").split())
        broken = any(found.book == rule_id and not found.explained for found in ud)
        dom = item.get("dom") or ("brudt" if broken else "")
        if (dom == "brudt") != broken or dom not in DOMME:
            read.mistake((*place, "dom"), f"must be brudt with a finding of {rule_id}, else opfyldt or ikke_vurderet")
        for reason in ("fordi", "because"):
            if (dom == "ikke_vurderet") != bool(item.get(reason)):
                read.mistake((*place, reason), "stands with dom: ikke_vurderet, and only there")
        if system not in NEW_SYSTEMS:
            read.mistake((*place, "system"), f"must be one of {', '.join(NEW_SYSTEMS)}")
        if unknown := [name for name in med if name not in worlds or name == CLEAN]:
            read.mistake((*place, "med"), f"{unknown[0]} is not a world of {WORLDS_FILE}")
        ind = _lines(read, place, item, "ind", read_line)
        words: dict[str, Any] = {name: item.get(name) for name in (*_NEEDED, "fordi", "because")}
        specs.append(Spec(regel=rule_id, ind=ind, ud=ud, dom=dom, system=system, med=med, **words))
    if len({spec.navn for spec in specs}) < len(specs):
        read.mistake((), "two cases have the same navn; give each its own")
    return specs


def _items(read: PlacedYaml, needed: Sequence[str], optional: Sequence[str]) -> list[tuple[Place, dict[str, Any]]]:
    """The items of the file's list that have what they need; what the others lack is noted."""
    if not isinstance(read.content, list) or not read.content:
        if not read.mistakes:
            read.mistake((), f"must be a list of cases, each with {', '.join(needed)}")
        return []
    right: list[tuple[Place, dict[str, Any]]] = []
    for index, item in enumerate(read.content):
        if not isinstance(item, dict):
            read.mistake((index,), f"must be keys and values: {', '.join((*needed, *optional))}")
            continue
        wrong = [name for name in item if name not in (*needed, *optional)]
        missing = [name for name in needed if not item.get(name)]
        not_text = [name for name, value in item.items() if value is not None and not isinstance(value, str)]
        for name, what in (
            *((name, f"unknown key; known here: {', '.join((*needed, *optional))}") for name in wrong),
            *((name, "is missing; add it") for name in missing),
            *((name, "must be text") for name in not_text if name not in wrong),
        ):
            read.mistake((index, name), what)
        if not wrong + missing + not_text:
            right.append(((index,), item))
    return right


def _lines(
    read: PlacedYaml, place: Place, item: dict[str, Any], key: str, reader: Callable[[str], Read]
) -> tuple[Read, ...]:
    """The lines of the block under ``key``; a line that cannot be read is noted with its own number."""
    found = []
    for offset, text in enumerate((item.get(key) or "").splitlines(), 1):
        if text.strip():
            try:
                found.append(reader(text))
            except ValueError as error:
                read.mistake((*place, key), str(error), line=read.lines[(*place, key)] + offset)
    return tuple(found)


def _present(folder: Path) -> None:
    if not (folder / WORLDS_FILE).is_file():
        raise SystemFailure(
            "The specs of the rules, tests/spec beside sql, are not part of this installation: take the repository "
            "whole and install it with pip install --editable ."
        )


def _refuse(mistakes: Sequence[str]) -> None:
    if mistakes:
        raise InputError("\n".join(mistakes))
