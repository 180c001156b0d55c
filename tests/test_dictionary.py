"""The data dictionary and the declarations say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pipelines.contract.dictionary
from pipelines.contract import CODE_LISTS, ENTITIES
from pipelines.contract.dictionary import dictionary

WRITTEN = Path(pipelines.contract.dictionary.__file__).with_name("dictionary.md")


def test_the_written_dictionary_is_the_generated_one() -> None:
    written = WRITTEN.read_text(encoding="utf-8")
    assert written == dictionary(), "the contract has changed: afstem dictionary > pipelines/contract/dictionary.md"


def test_every_column_and_code_stands_in_it() -> None:
    sections = {part.split("\n")[0]: part for part in re.split(r"^## ", dictionary(), flags=re.MULTILINE)[1:]}
    assert list(sections) == [*ENTITIES, *(codes.name for codes in CODE_LISTS)]
    for entity in ENTITIES.values():
        named = re.findall(r"^\| `([a-z_]+)`( !)?", sections[entity.name], flags=re.MULTILINE)
        delivered = [(column.name, " !" if column.required else "") for column in entity.columns]
        assert named[: len(delivered)] == delivered
        added = {name for name, _ in named[len(delivered) :]}
        assert added == {*(field.name for field in entity.derived), "linje"}
    for codes in CODE_LISTS:
        assert all(f"| `{code}` | {meaning} |" in sections[codes.name] for code, meaning in codes.values.items())
