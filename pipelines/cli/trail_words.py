"""The words and lines that a trail is told in; what came with the data can steer no terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipelines.cli.output import visible
from pipelines.contract.text import normalise_text

Row = Mapping[str, Any]

WIDTH = 100
_GOOD = ("bevaret", "konverteret", "ny")
_QUOTED = ("titel", "forfatter", "filnavn", "ansvarlig_enhed")


def compared_text(note: Row) -> str | None:
    """The text as it is compared; None when it is not in the lake."""
    text = note["tekst"]
    return None if text is None else normalise_text(text, note["format"])


def note_name(note: Row) -> str:
    """Where a note is, and its id there."""
    return visible(f"{'before' if note['sted'] == 'foer' else note['system']} {note['notat_id']}")


def text_lines(note: Row, text: str | None) -> Iterator[str]:
    """A heading and the text, line by line."""
    yield f"  {note_name(note)} ({note['format']})" + (": its text is not in the lake" if text is None else "")
    for line in text.split("\n") if text is not None else []:
        yield from folded(line, "    | ") or ["    |"]


def word_of(outcome: Row | None) -> str | None:
    """The ledger's word, where it has one."""
    return None if outcome is None else str(outcome["udfald"])


def mark_of(word: str | None) -> str:
    """``!`` for what is wrong, ``-`` for what waits or is explained, else a blank."""
    if word is None or word in _GOOD:
        return " "
    return "-" if word in ("afventer", "forklaret") else "!"


def worst(marks: Iterable[str]) -> str:
    """The gravest of the marks."""
    return max(marks, key=" -!".index, default=" ")


def moment(text: str) -> str:
    """A time in UTC as people write it."""
    return text.replace("T", " ").replace("Z", "")


def values(row: Row, columns: Sequence[str]) -> str:
    """The columns that have a value, each with it."""
    return ", ".join(f"{name} {_value(name, row[name])}" for name in columns if row.get(name) is not None)


def differences(before: Row, found: Row, columns: Sequence[str]) -> str:
    """The columns that differ, each with what it was and what it is; empty when none does."""
    return ", ".join(
        f"{name} {_value(name, before[name])} → {_value(name, found[name])}"
        for name in columns
        if before[name] != found[name]
    )


def _value(name: str, value: Any) -> str:
    if value is None:
        return "(none)"
    if name in _QUOTED:
        return f'"{value}"'
    return moment(value) if isinstance(value, str) and value.endswith("Z") and value[10:11] == "T" else str(value)


def folded(text: str, indent: str, mark: str = " ") -> list[str]:
    """``text`` in lines of at most ``WIDTH``, what follows the first indented more; the mark stands before it all."""
    return textwrap.wrap(
        visible(text),
        WIDTH,
        initial_indent=mark + indent[1:] if indent else "",
        subsequent_indent=indent if "|" in indent else f"{indent}    ",
        break_on_hyphens=False,
        drop_whitespace=True,
    )
