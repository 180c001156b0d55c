"""The texts of the notes of a trail, shown only after the log says to whom and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from pipelines.inquiry.access_log import log_access
from pipelines.lake import Lake
from pipelines.text_store import stored_texts

# Beyond so many words the search for all differences may take minutes, and the first and the last must do.
_WORDS = 1_000
_OPEN, _CLOSE = "⟦", "⟧"


def reveal(
    lake: Lake,
    trails: Sequence[dict[str, Any]],
    *,
    run_id: str,
    asked: str,
    why: str,
    text_key: bytes | None,
) -> None:
    """Give every note of ``trails`` its ``tekst``, as landed; every kommune's line stands in the log first.

    A note whose text is not in the lake has None. Raises what ``log_access`` and ``stored_texts`` raise.
    """
    notes = [_notes(trail) for trail in trails]
    for trail, own in zip(trails, notes, strict=True):
        named = [
            {"snapshot": note["kilde"]["snapshot"], "notat_id": note["notat_id"], "sag_uuid": note["sag_uuid"]}
            for note in own
        ]
        if named:
            log_access(lake, run_id=run_id, asked=asked, kommunekode=trail["kommunekode"], notes=named, why=why)
    wanted: dict[str, list[dict[str, Any]]] = {}
    for note in (note for own in notes for note in own):
        wanted.setdefault(note["kilde"]["snapshot"], []).append(note)
    for snapshot_id, own in wanted.items():
        keys = sorted({(note["notat_id"], note["sag_uuid"]) for note in own})
        texts = stored_texts(lake, snapshot_id, keys, text_key)
        for note in own:
            _, note["tekst"] = texts.get((note["notat_id"], note["sag_uuid"]), (None, None))


def marked(before: str, now: str) -> tuple[str, str]:
    """Both texts, with what differs between them in ``⟦ ⟧``."""
    ours, theirs = (re.findall(r"\S+\s*|\s+", text) for text in (before, now))
    if max(len(ours), len(theirs)) > _WORDS:
        return _between_the_ends(before, now)
    old: list[str] = []
    new: list[str] = []
    for kind, start, end, other_start, other_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        was, became = "".join(ours[start:end]), "".join(theirs[other_start:other_end])
        if kind == "equal":
            old.append(was)
            new.append(became)
        else:
            was, became = _between_the_ends(was, became)
            old.append(was)
            new.append(became)
    return "".join(old), "".join(new)


def _between_the_ends(before: str, now: str) -> tuple[str, str]:
    shortest = min(len(before), len(now))
    start = next((place for place in range(shortest) if before[place] != now[place]), shortest)
    end = next((place for place in range(shortest - start) if before[-1 - place] != now[-1 - place]), shortest - start)
    return _bracketed(before, start, end), _bracketed(now, start, end)


def _bracketed(text: str, start: int, end: int) -> str:
    last = len(text) - end
    return f"{text[:start]}{_OPEN}{text[start:last]}{_CLOSE}{text[last:]}"


def _notes(trail: dict[str, Any]) -> list[dict[str, Any]]:
    """The notes of the trail, before and now."""
    return [
        note
        for pair in trail["notater"]
        for note in [pair["foer"], *pair["efter"]]
        if note is not None and note["kilde"] is not None
    ]
