"""Side by side: each object of the baseline with what answers it at each place, and what answers none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pipelines.inquiry.questions import Row


def side_by_side(rows: Sequence[Row], ledger: Sequence[Row], objekttype: str) -> list[Row]:
    """What was before, each with its obligations and its counterparts, then what was found and answers none of them.

    ``rows``: the objects at every place, with ``sted``, ``system`` and ``objekt_id``. ``ledger``: the rows of
    ``trail_ledger`` and ``whole_notes``. A pair has ``objekttype``, ``foer`` (an object or None), ``svarer_paa`` (the
    baseline id, also when that object is not among ``rows``), ``pligt`` (a row a place) and ``efter`` (the objects
    found; each with ``oprindelse``).
    """
    own = [row for row in ledger if row["objekttype"] == objekttype]
    owed: dict[str, list[Row]] = {}
    answered: dict[tuple[str, str], list[str]] = {}
    origins: dict[tuple[str, str, str], Row] = {}
    for row in own:
        if row["hovedbog"] == "pligt":
            # A whole case that nothing is owed of is found all the same, and has no row.
            if row["udfald"] is not None:
                owed.setdefault(row["objekt_id"], []).append(_outcome(row))
            if row["modpart_id"] is not None:
                answered.setdefault((row["sted"], row["modpart_id"]), []).append(row["objekt_id"])
        else:
            origins[row["sted"], row["system"], row["objekt_id"]] = row
    for (sted, _, objekt_id), row in origins.items():
        if row["modpart_id"] is not None:
            answered.setdefault((sted, objekt_id), [row["modpart_id"]])

    pairs: dict[str, Row] = {}
    for row in rows:
        if row["sted"] == "foer":
            pairs[row["objekt_id"]] = pair_of(objekttype, row["objekt_id"], row, owed.get(row["objekt_id"], []))
    alone: list[Row] = []
    for row in rows:
        if row["sted"] == "foer":
            continue
        origin = origins.get((row["sted"], row["system"], row["objekt_id"]))
        found = {**row, "oprindelse": None if origin is None else _outcome(origin)}
        # One new case may answer several old ones.
        baseline = answered.get((row["sted"], row["objekt_id"]), [])
        for objekt_id in (known := [one for one in baseline if one in pairs]):
            pairs[objekt_id]["efter"].append(found)
        if not known:
            alone.append({**pair_of(objekttype, next(iter(baseline), None), None, []), "efter": [found]})
    for pair in pairs.values():
        pair["pligt"].sort(key=_place)
        pair["efter"].sort(key=_place)
    return [*pairs.values(), *alone]


def whole_notes(notes: Iterable[Row], ledger: Sequence[Row]) -> list[Row]:
    """The ledgers' rows of the notes of whole cases, which are not written out: equal notes in order of notat_id.

    ``notes`` are those of the cases before and now; the rows are like those of ``trail_ledger``.
    """
    written = {(row["sted"], row["objekt_id"]) for row in ledger if row["hovedbog"] == "pligt"}
    by_case: dict[tuple[str, str], list[Row]] = {}
    for note in notes:
        by_case.setdefault((note["sted"], note["sag_uuid"]), []).append(note)
    answers = {
        (row["sted"], row["modpart_id"]): row["system"]
        for row in ledger
        if row["hovedbog"] == "oprindelse" and row["hel"]
    }
    made = []
    for case in (row for row in ledger if row["hovedbog"] == "pligt" and row["hel"]):
        system = answers.get((case["sted"], case["sag_uuid"]), case["system"])
        before = by_case.get(("foer", case["sag_uuid"]), [])
        now = [note for note in by_case.get((case["sted"], case["modpart_id"]), []) if note["system"] == system]
        for one, other in zip(_in_order(before), _in_order(now), strict=True):
            common = {"hel": True, "objekttype": "journalnotat", "sted": case["sted"], "aarsag": None, "detalje": None}
            if case["udfald"] is not None and (case["sted"], one["objekt_id"]) not in written:
                made.append(
                    {
                        **common,
                        "hovedbog": "pligt",
                        "objekt_id": one["objekt_id"],
                        "system": case["system"],
                        "udfald": case["udfald"],
                        "modpart_id": other["objekt_id"],
                    }
                )
            made.append(
                {
                    **common,
                    "hovedbog": "oprindelse",
                    "objekt_id": other["objekt_id"],
                    "system": system,
                    "udfald": "konverteret",
                    "modpart_id": one["objekt_id"],
                }
            )
    return made


def _in_order(notes: list[Row]) -> list[Row]:
    return sorted(notes, key=lambda note: (note["fingeraftryk"], note["notat_id"]))


def pair_of(objekttype: str, objekt_id: str | None, before: Row | None, owed: list[Row]) -> dict[str, Any]:
    """A pair that nothing found answers as yet."""
    return {"objekttype": objekttype, "svarer_paa": objekt_id, "foer": before, "pligt": owed, "efter": []}


def ids_of(pairs: Iterable[Row]) -> set[str]:
    """Every id that the objects of ``pairs`` have, before and now."""
    return {str(row["objekt_id"]) for pair in pairs for row in [pair["foer"], *pair["efter"]] if row is not None}


def _place(row: Row) -> tuple[str, str]:
    return row["sted"], row["system"]


def _outcome(row: Row) -> Row:
    kept = ("sted", "system", "udfald", "aarsag", "detalje", "modpart_id")
    return {key: row[key] for key in kept}
