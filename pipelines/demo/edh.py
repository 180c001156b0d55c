"""KMD Sag and KMD Sag EDH at a moment: which cases, notes and documents each holds, in which state."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipelines.demo.facit import Facit
from pipelines.demo.texts import written
from pipelines.demo.world import AFTER, Case, Row, World

Tables = dict[str, list[Row]]


def kmd_sag_at(world: World, moment: datetime) -> Tables:
    """KMD Sag's delivery: the fagsystemsager that have not moved, and their notes."""
    tables: Tables = {"sag": [], "journalnotat": []}
    for case in world.cases:
        if case.system and case.row["oprettet"] < moment and not world.plan.moved(case.system, moment):
            tables["sag"].append(_state_at(case, moment))
            tables["journalnotat"] += [note.row for note in case.notes if note.row["oprettet"] < moment]
    return tables


def edh_at(world: World, moment: datetime) -> Tables:
    """EDH's delivery before the last: manual cases, and the cases with documents whoever owns them."""
    tables: Tables = {name: [] for name in ("sag", "journalnotat", "dokument", "dokument_sag", "fil")}
    held = set()
    for case in world.cases:
        if _in_edh(case, moment):
            held.add(case.uuid)
            tables["sag"].append(_edh_row(world, case, moment))
            if case.system is None or world.plan.moved(case.system, moment):
                notes = [note for note in case.notes if note.row["oprettet"] < moment]
                tables["journalnotat"] += [{**note.row, "notat_id": edh_note_id(note.row)} for note in notes]
    for document in world.documents():
        if document.row["registreret"] < moment:
            tables["dokument"].append(document.row)
            tables["fil"] += document.files
            tables["dokument_sag"] += [link for link in document.links if link["sag_uuid"] in held]
    return tables


def edh_note_id(row: Row) -> str:
    """The id that EDH gives a note of KMD Sag; a manual case's note has it already."""
    return "E" + str(row["notat_id"])[1:]


def move_edh(world: World, facit: Facit) -> None:
    """Fill ``world.after['edh']`` with copies that faults may be put into."""
    tables = world.after["edh"]
    for name in ("sag", "journalnotat", "dokument", "dokument_sag", "fil", "berigtigelse"):
        tables[name] = []
    for case in world.cases:
        if not _in_edh(case, AFTER):
            continue
        case.edh = _edh_row(world, case, AFTER)
        tables["sag"].append(case.edh)
        if case.trait == "lukket_efter" and case.new and case.new["afsluttet"]:
            closed = case.new["afsluttet"] + timedelta(days=3)
            case.edh |= {"fremdrift": "Afsluttet", "fremdrift_fra": closed, "afsluttet": closed, "aendret": closed}
        if case.system is None or world.plan.moved(case.system, AFTER):
            for note in case.notes:
                note.after["edh"] = {**note.row, "notat_id": edh_note_id(note.row)}
                tables["journalnotat"].append(note.after["edh"])
    for document in world.documents():
        document.after = {**document.row}
        document.after_files = [{**row, "kontrolsum": row["kontrolsum"].upper()} for row in document.files]
        document.after_links = [{**row} for row in document.links]
        tables["dokument"].append(document.after)
        tables["fil"] += document.after_files
        tables["dokument_sag"] += document.after_links
    _correct(world, facit)


def _correct(world: World, facit: Facit) -> None:
    """Corrections ordered from the service desk: they differ, and a request covers them."""
    kode = world.plan.kode
    moved = [case for case in world.cases if case.trait == "berigtiget" and case.system]
    for number, case in enumerate(moved):
        assert case.edh is not None
        if number % 3 == 0:
            case.edh["titel"] += ", rettet"
            _request(world, case, "sag", case.uuid, "titel")
            facit.explain(kode, "sag", case.uuid, "edh", "berigtigelse")
        elif number % 3 == 1:
            document = case.documents[0]
            document.after["titel"] = "Rettet titel, " + document.row["dokumentnummer"]
            _request(world, case, "dokument", document.row["dokument_uuid"], "titel")
            facit.explain(kode, "dokument", document.row["dokument_uuid"], "edh", "berigtigelse")
        else:
            row = case.notes[0].after["edh"]
            row["tekst"], row["format"] = written("Rettet efter borgerens ønske.\nSe anmodningen.", "text", 0), "text"
            _request(world, case, "journalnotat", row["notat_id"], "tekst")
            facit.explain(kode, "journalnotat", case.notes[0].objekt_id, "edh", "berigtigelse")
    for case in world.cases:
        if case.trait == "berigtiget" and case.system is None:
            assert case.edh is not None
            # The citizen has got another personal number; a made one still has day + 60.
            old = case.edh["part_cpr"]
            case.edh["part_cpr"] = old[:4] + f"{(int(old[4:6]) + 1) % 100:02}" + old[6:]
            _request(world, case, "sag", case.uuid, "part_cpr")
            facit.explain(kode, "sag", case.uuid, "edh", "berigtigelse")


def _request(world: World, case: Case, objekttype: str, objekt_id: str, felt: str) -> None:
    rows = world.after["edh"]["berigtigelse"]
    rows.append(
        {
            "anmodning_id": f"SR-{world.plan.kode}-{1 + len(rows):04}",
            "sag_uuid": case.uuid,
            "objekttype": objekttype,
            "objekt_id": objekt_id,
            "felt": felt,
            "udfoert": AFTER - timedelta(days=100, hours=15),
            "begrundelse": "Borgeren har bedt om at få rettet en forkert oplysning",
        }
    )


def _in_edh(case: Case, moment: datetime) -> bool:
    if case.system is None:
        return bool(case.row["oprettet"] < moment)
    return any(document.row["registreret"] < moment for document in case.documents)


def _edh_row(world: World, case: Case, moment: datetime) -> Row:
    row = _state_at(case, moment)
    return row | {"sagstype": "edh"} if world.plan.moved(case.system, moment) else row


def _state_at(case: Case, moment: datetime) -> Row:
    """The case as it stood: a state that began later had not begun."""
    if case.row["fremdrift_fra"] < moment:
        return {**case.row}
    opened = case.row["oprettet"]
    earlier = {
        "fremdrift": "Opstaaet",
        "fremdrift_fra": opened,
        "aendret": opened,
        "afsluttet": None,
        "ydelse_til": None,
    }
    return case.row | earlier
