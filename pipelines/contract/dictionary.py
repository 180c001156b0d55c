"""The data dictionary, generated from the declarations of the contract.

``dictionary.md`` beside this module is ``afstem dictionary`` written to a file; a test fails when the
two differ. Its words are Danish, as the data are.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from pipelines.contract.codes import CODE_LISTS, CodeList
from pipelines.contract.entities import CONTRACT_VERSION, ENTITIES, Column, Entity

_TYPES = {
    "text": "tekst",
    "uuid": "uuid",
    "timestamp": "tidspunkt",
    "date": "dato",
    "integer": "heltal ≥ 0",
    "cpr": "ti cifre",
}

_INTRODUCTION = f"""# Dataordbog

Leverancekontrakt version {CONTRACT_VERSION}. Genereret af `afstem dictionary`; ret ikke i den.

`!` efter et navn: aldrig tom. Tidspunkter lander i UTC, datoer er danske. Kolonner med *normaliseret* lander i NFC,
hvide tegn som ét blanktegn og uden blanktegn i enderne. I kolonner med *fritekst* erstattes ethvert personnummer før
første skrivning."""

# What landing adds to the columns of the contract.
_ADDED = {
    "tekst_bytes": "Tekstens længde i bytes UTF-8, som den blev leveret",
    "er_stub": "Teksten er indeksets erstatning for et notat over 100 KB",
    "tekstaftryk": "De første 128 bit af SHA-256 af den normaliserede tekst",
    "fingeraftryk": "De første 128 bit af SHA-256 af oprettet (sekund), forfatter, titel og normaliseret tekst",
    "linje": "Linjen i leverancens fil (Parquet: rækken), hvor posten begynder",
}


def dictionary() -> str:
    """The whole dictionary as Markdown, ending in a newline."""
    parts = [_INTRODUCTION, *(_entity(entity) for entity in ENTITIES.values())]
    parts.append("# Kodelister")
    parts += [_code_list(codes) for codes in CODE_LISTS]
    return "\n\n".join(parts) + "\n"


def _entity(entity: Entity) -> str:
    facts = f"{entity.description}.\n\nFra: {_codes(entity.systems)}. Nøgle: {_codes(entity.key)}."
    if entity.kontroltal:
        facts += f" Kontroltal: `{entity.kontroltal}` = antal forskellige `{entity.counted}`."
    delivered = _table(
        ("kolonne", "type", "regel", "lander som", "betydning"),
        (
            (_name(column), _TYPES[column.type], _rule(column), _landed(column), column.description)
            for column in entity.columns
        ),
    )
    declared = {column.landed_name for column in entity.columns}
    added = _table(
        ("tilføjet ved landing", "lander som", "betydning"),
        (
            (f"`{field.name}`" + ("" if field.nullable else " !"), _arrow(field.type), _ADDED[field.name])
            for field in entity.schema
            if field.name not in declared
        ),
    )
    return f"## {entity.name}\n\n{facts}\n\n{delivered}\n\n{added}"


def _name(column: Column) -> str:
    return f"`{column.name}`" + (" !" if column.required else "")


def _rule(column: Column) -> str:
    rules = []
    if column.codes:
        rules.append(f"en af [{column.codes.name}](#{column.codes.name})")
    if column.pattern:
        rules.append(f"`{column.pattern}`")
    if column.max_length:
        rules.append(f"≤ {column.max_length} tegn")
    if column.normalised:
        rules.append("normaliseret")
    if column.free_text:
        rules.append("fritekst")
    return ", ".join(rules)


def _landed(column: Column) -> str:
    landed = _arrow(column.arrow.type)
    if column.landed_name != column.name:
        landed = f"`{column.landed_name}` {landed}"
    return landed + (", for sig" if column.apart else "")


def _arrow(arrow: pa.DataType) -> str:
    return "uuid" if arrow == pa.uuid() else str(arrow)


def _code_list(codes: CodeList) -> str:
    rows = ((f"`{code}`", meaning) for code, meaning in codes.values.items())
    return f"## {codes.name}\n\nKilde: {codes.source}.\n\n{_table(('kode', 'betydning'), rows)}"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
