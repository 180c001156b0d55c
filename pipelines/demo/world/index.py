"""The index (SF1470) as it is synchronised from EDH, KMD Sag and the new systems, whatever these hold."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from pipelines.demo.world.contents import Row, World
from pipelines.demo.world.conversion import COUNTS_AS
from pipelines.demo.world.draw import made_uuid

_SYNC = timedelta(minutes=7)


def fill_index(world: World) -> None:
    """Fill ``world.after['indeks']``, where the kommune has an index, with what it held when it was extracted."""
    plan = world.plan
    if "indeks" not in plan.extracted:
        return
    index, extracted = world.after["indeks"], plan.after("indeks")
    index["indeks_sag"] = [*_edh_cases(world, extracted), *_cases_in_kmd_sag(world)]
    index["indeks_dokument"] = [
        _document(row, "edh", extracted) for row in world.after["edh"]["dokument"] if row["registreret"] <= extracted
    ]
    # A document has one master, whoever else has it too.
    held = {row["dokument_uuid"] for row in index["indeks_dokument"]}
    for system in plan.transitions:
        tables = world.after[system]
        notes = Counter(note["sag_uuid"] for note in tables["journalnotat"])
        index["indeks_sag"] += [_case(row, system, notes[row["sag_uuid"]], extracted) for row in tables["sag"]]
        own = [row for row in tables["dokument"] if row["dokument_uuid"] not in held]
        index["indeks_dokument"] += [_document(row, system, extracted) for row in own]
    if extracted > plan.after("edh"):
        _run_ahead(world)


def _edh_cases(world: World, extracted: datetime) -> list[Row]:
    """EDH's cases as they stood at ``extracted``; those that came from KMD Sag keep it as their master."""
    before = {case.uuid: case for case in world.cases}
    tables = world.after["edh"]
    notes = Counter(note["sag_uuid"] for note in tables["journalnotat"] if note["oprettet"] <= extracted)
    rows = []
    for row in tables["sag"]:
        if row["oprettet"] > extracted:
            continue
        case = before.get(row["sag_uuid"])
        known = row if case is None or row["fremdrift_fra"] <= extracted else case.row
        # As long as a case lives in KMD Sag, its notes are there and not in EDH.
        waits = case is not None and case.system is not None and not world.plan.moved(case.system)
        count = notes[row["sag_uuid"]] + (len(case.notes) if case and waits else 0)
        rows.append(_case(known, "kmd_sag" if case or row["fagsystem"] else "edh", count, extracted))
    return rows


def _cases_in_kmd_sag(world: World) -> list[Row]:
    """The cases that have not moved and that EDH, since they have no document, does not hold."""
    waiting = [case for case in world.cases if case.system and not case.edh and not world.plan.moved(case.system)]
    return [_case(case.row, "kmd_sag", len(case.notes), world.plan.after("indeks")) for case in waiting]


def _run_ahead(world: World) -> None:
    """What the index received after EDH was extracted: EDH's delivery cannot have it."""
    index = world.after["indeks"]
    late = {"master": "edh", "sts_tidspunkt": world.plan.after("edh") + timedelta(hours=9)}
    closed, written_on = [row for row in index["indeks_sag"] if row["master"] == "edh"][:2]
    closed |= {"fremdrift": "Afsluttet", **late}
    written_on |= {"antal_journalnotater": written_on["antal_journalnotater"] + 1, **late}
    for entity, key in (("indeks_sag", "sag_uuid"), ("indeks_dokument", "dokument_uuid")):
        index[entity].append({**index[entity][0], key: made_uuid(world.plan.kode, "born late", entity), **late})


def _case(row: Row, master: str, notes: int, extracted: datetime) -> Row:
    return {
        "sag_uuid": row["sag_uuid"],
        "sagsnummer": row["sagsnummer"],
        # The list of version 6 has four states.
        "fremdrift": COUNTS_AS.get(row["fremdrift"], row["fremdrift"]),
        "master": master,
        "antal_journalnotater": notes,
        "sts_tidspunkt": min(row["aendret"] + _SYNC, extracted),
    }


def _document(row: Row, master: str, extracted: datetime) -> Row:
    return {
        "dokument_uuid": row["dokument_uuid"],
        "titel": row["titel"],
        "master": master,
        "sts_tidspunkt": min(row["registreret"] + _SYNC, extracted),
    }
