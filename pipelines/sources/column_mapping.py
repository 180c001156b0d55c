"""A column mapping of the estate as the SQL that it stands for."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.contract import Entity
from pipelines.errors import InputError
from pipelines.estate_sources import Afbildning
from pipelines.sources.native import LINE, NativeTable

# What SIARD-DK's functionalDescription says of a column, where the contract has a column for it (our reading).
_MEANINGS = {
    ("sag", "sagsnummer"): "Sagsidentifikation",
    ("sag", "titel"): "Sagstitel",
    ("dokument", "dokumentnummer"): "Dokumentidentifikation",
    ("dokument", "titel"): "Dokumenttitel",
    ("dokument", "brevdato"): "Dokumentdato",
}


def mapped_table(entity: Entity, mapping: Afbildning, tables: Mapping[str, NativeTable]) -> NativeTable:
    """The table that ``mapping`` names; raises ``InputError`` when there is none of the name."""
    for name, table in tables.items():
        if mapping.tabel is not None and name.lower() == mapping.tabel.lower():
            return table
    raise InputError(
        f"entiteter.{entity.name}.tabel in the estate is no table of what lies there; it has "
        f"{', '.join(sorted(tables))}."
    )


def column_sql(entity: Entity, mapping: Afbildning, table: NativeTable) -> str:
    """The SQL that gives the contract's columns of ``entity`` from ``table``, and its others beside them.

    A column is the one that ``kolonner`` names, else one of the contract's name, else the one that the source itself
    says has that meaning. Raises ``InputError`` for a column that is not there.
    """
    native = {name.lower(): name for name in table.columns}

    def named(column: str, key: str) -> str:
        if column.lower() not in native:
            raise InputError(
                f"entiteter.{entity.name}.{key} in the estate is no column of {table.name}; it has "
                f"{', '.join(table.columns)}."
            )
        return native[column.lower()]

    chosen: dict[str, str] = {}
    for column in (column.name for column in entity.columns):
        if column in mapping.kolonner:
            chosen[column] = named(mapping.kolonner[column], f"kolonner.{column}")
        elif found := native.get(column) or _by_meaning(entity, column, table):
            chosen[column] = found
    # What the contract does not know is counted, and kept out, where the header is read.
    others = [name for name in table.columns if name not in chosen.values() and name.lower() not in chosen]
    selected = [f"{_quoted(name)} AS {_quoted(column)}" for column, name in chosen.items()]
    selected += [_quoted(name) for name in others]
    where = ""
    if mapping.kommunekolonne is not None:
        where = f" WHERE {_quoted(named(mapping.kommunekolonne, 'kommunekolonne'))} = :kommunekode"
    return f"SELECT {', '.join([*selected, LINE])} FROM {_quoted(table.name)}{where}"


def _by_meaning(entity: Entity, column: str, table: NativeTable) -> str | None:
    meaning = _MEANINGS.get((entity.name, column))
    found = [name for name, meanings in table.meanings.items() if meaning in meanings]
    if len(found) > 1:
        raise InputError(
            f"Several columns of {table.name} are said to be {meaning} ({', '.join(found)}); say in the estate which "
            f"is the right one: entiteter.{entity.name}.kolonner.{column}."
        )
    return found[0] if found else None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
