"""KMD Sag and KMD Sag EDH at a moment: which cases, notes and documents each holds, in which state."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipelines.demo.world.contents import Case, Row, World

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


def move_edh(world: World) -> None:
    """Fill ``world.after['edh']`` with copies that faults may be put into."""
    plan, tables = world.plan, world.after["edh"]
    for name in ("sag", "journalnotat", "dokument", "dokument_sag", "fil", "berigtigelse"):
        tables[name] = []
    for case in world.cases:
        if not _in_edh(case, plan.after("edh")):
            continue
        case.edh = _edh_row(world, case, plan.after("edh"))
        tables["sag"].append(case.edh)
        if case.system is None or plan.moved(case.system):
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
    _close(world)


def closed_at(moment: datetime, *, with_date: bool = True) -> Row:
    """What a case row says of a closing; without ``with_date`` the state's beginning alone tells when."""
    return {
        "fremdrift": "Afsluttet",
        "fremdrift_fra": moment,
        "afsluttet": moment if with_date else None,
        "aendret": moment,
    }


def _close(world: World) -> None:
    """Close EDH cases by right: not before every new case is closed, or after the new system was last asked."""
    plan = world.plan
    closed = [case for case in world.cases if case.trait == "lukket_efter" and plan.moved(case.system)]
    # Of two old cases that became one, the first is closed; the other may stand open.
    closed += [case for case in world.cases if case.trait == "samlet_lukket" and plan.moved(case.system)][::2]
    for number, case in enumerate(closed):
        assert case.edh is not None
        assert case.new is not None
        moment = case.new["fremdrift_fra"]
        if number % 3 == 0:
            moment += timedelta(days=3)
        elif number % 3 == 1 and plan.given_up:
            # Closing is the change that may still be made after manual cases were given up.
            moment = max(moment, plan.given_up + timedelta(days=20))
        case.edh |= closed_at(moment, with_date=number % 3 < 2)
    for case in world.cases:
        if case.trait == "lukket_senest" and case.system and plan.moved(case.system):
            asked = plan.after(case.system)
            if asked < plan.after("edh"):
                assert case.edh is not None
                case.edh |= closed_at(asked + timedelta(days=1, hours=8))


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
