"""Faults in cases: lost, on the wrong citizen or in the wrong system, twice, changed, untied.

What each implies is read off the rulings: notes follow their case, and what is in neither place is in R24.
"""

from __future__ import annotations

from datetime import timedelta

from pipelines.demo.faults.injection import Injection
from pipelines.demo.findings import Fault
from pipelines.demo.world.contents import Case, Row, file_id, link_id, take_out
from pipelines.demo.world.draw import made_uuid


def new_of(case: Case) -> Row:
    """The row that answers ``case`` in its new system."""
    assert case.new is not None
    return case.new


def edh_of(case: Case) -> Row:
    """The row of ``case`` in EDH after the move."""
    assert case.edh is not None
    return case.edh


def key_of(case: Case) -> Row:
    """The nøglepose row that ties ``case``."""
    assert case.key is not None
    return case.key


def _all_documents_lost(case: Case, fault: Fault) -> None:
    for document in case.documents:
        fault.kept("dokument", document.row["dokument_uuid"], "mangler")
        fault.nowhere("dokument", document.row["dokument_uuid"])
        for row in document.files:
            fault.kept("fil", file_id(row), "mangler")
        for row in document.links:
            fault.kept("dokument_sag", link_id(row), "mangler")


def lost_in_new(injection: Injection, fault: Fault, system: str) -> None:
    """EDH still has the case and its notes, so nothing of it is nowhere; but nothing leads to it."""
    case = injection.take(system, documents=True)
    injection.lose_new_case(case)
    fault.case(case, "nyt", "mangler")
    fault.edh_case("R10", case.uuid, "ulinket")
    for note in case.notes:
        fault.note(note, "nyt", "mangler")


def lost_without_documents(injection: Injection, fault: Fault, system: str) -> None:
    """A case without documents was only ever owed to the new system."""
    case = injection.take(system, documents=False)
    injection.lose_new_case(case)
    fault.case(case, "nyt", "mangler")
    fault.nowhere("sag", case.uuid)
    for note in case.notes:
        fault.note(note, "nyt", "mangler")
        fault.nowhere("journalnotat", note.objekt_id)


def lost_in_the_window(injection: Injection, fault: Fault, system: str) -> None:
    """Its right ended on 1 January of the third year before: the first day that KSD had to take."""
    case = injection.take(system, trait="sidste_i_vinduet")
    injection.lose_new_case(case)
    fault.case(case, "nyt", "mangler")
    for note in case.notes:
        fault.note(note, "nyt", "mangler")
    if case.documents:
        fault.edh_case("R10", case.uuid, "ulinket")
    else:
        fault.nowhere("sag", case.uuid)
        for note in case.notes:
            fault.nowhere("journalnotat", note.objekt_id)


def lost_in_edh(injection: Injection, fault: Fault, system: str) -> None:
    """The new system has case and notes; the documents were to stay, so they are nowhere."""
    case = injection.take(system, documents=True)
    injection.lose_edh_case(case, whole=True)
    fault.case(case, "edh", "mangler")
    fault.key(key_of(case), "edh_sag_uuid")
    for note in case.notes:
        fault.note(note, "edh", "mangler")
    _all_documents_lost(case, fault)


def lost_row_in_edh(injection: Injection, fault: Fault, system: str) -> None:
    """The notes hang on a case that is not there: they are found by fingerprint alone."""
    case = injection.take(system, documents=True)
    injection.lose_edh_case(case, whole=False)
    fault.case(case, "edh", "mangler")
    fault.key(key_of(case), "edh_sag_uuid")
    for note in case.notes:
        fault.note(note, "edh", "fejlplaceret")


def lost_everywhere(injection: Injection, fault: Fault, system: str) -> None:
    """Case, notes and documents are in neither place."""
    case = injection.take(system, documents=True)
    injection.lose_new_case(case)
    injection.lose_edh_case(case, whole=True)
    fault.nowhere("sag", case.uuid)
    for sted in ("nyt", "edh"):
        fault.case(case, sted, "mangler")
        for note in case.notes:
            fault.note(note, sted, "mangler")
    for note in case.notes:
        fault.nowhere("journalnotat", note.objekt_id)
    _all_documents_lost(case, fault)


def lost_manual(injection: Injection, fault: Fault, _system: str) -> None:
    """A manual case was owed to EDH alone."""
    case = injection.take(None, documents=True)
    injection.lose_edh_case(case, whole=True)
    fault.case(case, "edh", "mangler")
    fault.nowhere("sag", case.uuid)
    for note in case.notes:
        fault.note(note, "edh", "mangler")
        fault.nowhere("journalnotat", note.objekt_id)
    _all_documents_lost(case, fault)


def wrong_citizen_tied(injection: Injection, fault: Fault, system: str) -> None:
    """The nøglepose ties it, but the new case is another citizen's: its notes are seen by the wrong one."""
    case = injection.take(system, documents=True)
    new_of(case)["part_cpr"] = injection.stranger()
    fault.key(key_of(case), "part_cpr")
    _misplaced(case, fault)


def wrong_citizen_untied(injection: Injection, fault: Fault, system: str) -> None:
    """Found by its number alone, on a case that answers nothing else."""
    case = injection.take(system, documents=False)
    new_of(case)["part_cpr"] = injection.stranger()
    _misplaced(case, fault)


def wrong_system(injection: Injection, fault: Fault, system: str) -> None:
    """The whole case went to the other new system, with its nøglepose row if it has one."""
    for documents in (True, False):
        case = injection.take(system, documents=documents)
        other = "ky" if system == "ksd" else "ksd"
        rows = {"sag": [new_of(case)], "journalnotat": [note.after["nyt"] for note in case.notes]}
        if case.key:
            rows["noeglepose"] = [case.key]
        for entity, moved in rows.items():
            take_out(injection.rows(system, entity), moved)
            injection.rows(other, entity).extend(moved)
        _misplaced(case, fault)


def _misplaced(case: Case, fault: Fault) -> None:
    fault.case(case, "nyt", "fejlplaceret")
    for note in case.notes:
        fault.note(note, "nyt", "fejlplaceret")


def wrong_citizen_in_edh(injection: Injection, fault: Fault, system: str) -> None:
    """Another citizen on the EDH case, and no request that covers it."""
    case = injection.take(system, documents=True)
    edh_of(case)["part_cpr"] = injection.stranger()
    fault.key(key_of(case), "part_cpr")
    fault.case(case, "edh", "fejlplaceret")
    for note in case.notes:
        fault.note(note, "edh", "fejlplaceret")


def untied(injection: Injection, fault: Fault, system: str) -> None:
    """Found by number and citizen, but no nøglepose row leads to it."""
    case = injection.take(system, documents=True)
    take_out(injection.rows(system, "noeglepose"), [key_of(case)])
    fault.untied(case)
    fault.case(case, "nyt", "ulinket")
    for note in case.notes:
        fault.note(note, "nyt", "ulinket")


def twice_in_new(injection: Injection, fault: Fault, system: str) -> None:
    """A second new case of the same number and citizen, untied, with a copy of one note on it."""
    case = injection.take(system, documents=True)
    other = {**new_of(case), "sag_uuid": made_uuid("dobbelt", case.uuid)}
    injection.rows(system, "sag").append(other)
    fault.case(case, "nyt", "dubleret")
    fault.origin("sag", other["sag_uuid"], "nyt", "dublet")
    note = case.notes[0]
    copy = {**note.after["nyt"], "notat_id": injection.births.note_id(system), "sag_uuid": other["sag_uuid"]}
    injection.rows(system, "journalnotat").append(copy)
    fault.note(note, "nyt", "dubleret")
    # The copies are answered in order of case and id, so the later of the two is the one too many.
    last = max((note.after["nyt"], copy), key=lambda row: (row["sag_uuid"], row["notat_id"]))
    fault.origin("journalnotat", f"{last['notat_id']}|{last['sag_uuid']}", "nyt", "dublet")


def tied_twice(injection: Injection, fault: Fault, system: str) -> None:
    """Two new cases tied to it; the one tied first answers it."""
    case = injection.take(system, documents=True)
    key = key_of(case)
    other = {**new_of(case), "sag_uuid": made_uuid("bundet to gange", case.uuid)}
    injection.rows(system, "sag").append(other)
    later = {**key, "ny_sag_uuid": other["sag_uuid"], "dannet": key["dannet"] + timedelta(minutes=30)}
    injection.rows(system, "noeglepose").append(later)
    fault.edh_case("R10", case.uuid, "dubleret")
    fault.case(case, "nyt", "dubleret")
    fault.origin("sag", other["sag_uuid"], "nyt", "dublet")


def twice_untied(injection: Injection, fault: Fault, system: str) -> None:
    """Two new cases of a case without documents; neither is tied, so the later id is the one too many."""
    case = injection.take(system, documents=False)
    other = {**new_of(case), "sag_uuid": made_uuid("dobbelt", case.uuid)}
    injection.rows(system, "sag").append(other)
    fault.case(case, "nyt", "dubleret")
    fault.origin("sag", max(other["sag_uuid"], new_of(case)["sag_uuid"]), "nyt", "dublet")


def twice_across(injection: Injection, fault: Fault, system: str) -> None:
    """Rightly in its own system, and once more in another one."""
    case = injection.take(system, documents=True)
    other = {**new_of(case), "sag_uuid": made_uuid("i to systemer", case.uuid)}
    injection.rows("ky" if system == "ksd" else "ksd", "sag").append(other)
    fault.case(case, "nyt", "dubleret")
    fault.origin("sag", other["sag_uuid"], "nyt", "dublet")


def twice_in_edh(injection: Injection, fault: Fault, system: str) -> None:
    """A second EDH case of the same number and citizen, older than the transition."""
    case = injection.take(system, documents=True)
    other = {**edh_of(case), "sag_uuid": made_uuid("dobbelt i edh", case.uuid)}
    injection.rows("edh", "sag").append(other)
    fault.case(case, "edh", "dubleret")
    fault.origin("sag", other["sag_uuid"], "edh", "dublet")
