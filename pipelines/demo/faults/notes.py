"""Faults in notes: lost, moved, copied, changed in each way that has a name, and notes from nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta

from pipelines.demo.faults.injection import FaultKind, Injection
from pipelines.demo.findings import Fault
from pipelines.demo.world import words
from pipelines.demo.world.contents import Note, Row, note_id
from pipelines.demo.world.texts import written
from pipelines.estate import DANISH_TIME


def lost_in_new(injection: Injection, fault: Fault, system: str) -> None:
    """One note lost in the new system; EDH has it where its case has documents."""
    for documents in (True, False):
        case = injection.take(system, documents=documents)
        note = case.notes[1]
        injection.lose_note(note, system, "nyt")
        fault.note(note, "nyt", "mangler")
        if not documents:
            fault.nowhere("journalnotat", note.objekt_id)


def lost_in_edh(injection: Injection, fault: Fault, system: str) -> None:
    """One note lost on the EDH case only."""
    note = injection.take(system, documents=True).notes[0]
    injection.lose_note(note, "edh", "edh")
    fault.note(note, "edh", "mangler")


def lost_everywhere(injection: Injection, fault: Fault, system: str) -> None:
    """One note lost in both places."""
    note = injection.take(system, documents=True).notes[1]
    injection.lose_note(note, system, "nyt")
    injection.lose_note(note, "edh", "edh")
    fault.note(note, "nyt", "mangler")
    fault.note(note, "edh", "mangler")
    fault.nowhere("journalnotat", note.objekt_id)


def lost_manual(injection: Injection, fault: Fault, _system: str) -> None:
    """A note of a manual case, which was owed to EDH alone."""
    note = injection.take(None, documents=True).notes[0]
    injection.lose_note(note, "edh", "edh")
    fault.note(note, "edh", "mangler")
    fault.nowhere("journalnotat", note.objekt_id)


def one_of_two_equal(injection: Injection, fault: Fault, system: str) -> None:
    """Two equal notes, one copy left: the one with the later id is the one that is missing."""
    case = injection.take(system, trait="ens_notater")
    first, last = case.notes[0], case.notes[-1]
    injection.lose_note(first, system, "nyt")
    fault.note(last, "nyt", "mangler")
    if not case.documents:
        fault.nowhere("journalnotat", last.objekt_id)


def on_another_case(injection: Injection, fault: Fault, system: str) -> None:
    """A note that lies on another case, in the new system and in EDH."""
    case, other = injection.take(system, documents=True), injection.take(system, documents=True)
    assert other.new is not None
    case.notes[0].after["nyt"]["sag_uuid"] = other.new["sag_uuid"]
    fault.note(case.notes[0], "nyt", "fejlplaceret")
    case.notes[1].after["edh"]["sag_uuid"] = other.uuid
    fault.note(case.notes[1], "edh", "fejlplaceret")


def copied(injection: Injection, fault: Fault, system: str) -> None:
    """A note found twice on its case, in the new system and in EDH."""
    case = injection.take(system, documents=True)
    for note, sted in ((case.notes[0], "nyt"), (case.notes[1], "edh")):
        copy = _copy(injection, note, system, sted)
        fault.note(note, sted, "dubleret")
        fault.origin("journalnotat", note_id(copy), sted, "dublet")


def copied_equal(injection: Injection, fault: Fault, system: str) -> None:
    """Three copies of two equal notes: the last note is the one that is found too often."""
    case = injection.take(system, trait="ens_notater")
    copy = _copy(injection, case.notes[-1], system, "nyt")
    fault.note(case.notes[-1], "nyt", "dubleret")
    fault.origin("journalnotat", note_id(copy), "nyt", "dublet")


def copied_elsewhere(injection: Injection, fault: Fault, system: str) -> None:
    """A note found on its own case, and once more on a case of somebody else."""
    case, other = injection.take(system, documents=True), injection.take(system)
    assert other.new is not None
    copy = _copy(injection, case.notes[0], system, "nyt")
    copy["sag_uuid"] = other.new["sag_uuid"]
    fault.note(case.notes[0], "nyt", "dubleret")
    fault.origin("journalnotat", note_id(copy), "nyt", "dublet")


def _copy(injection: Injection, note: Note, system: str, sted: str) -> Row:
    # The copy's id follows the note's own, and comes before any other.
    copy = {**note.after[sted], "notat_id": note.after[sted]["notat_id"] + "-2"}
    injection.rows("edh" if sted == "edh" else system, "journalnotat").append(copy)
    return copy


def _rewrite(row: Row, text: str) -> None:
    row["tekst"] = written(text, row["format"], 0)


def _cut(note: Note, row: Row) -> None:
    _rewrite(row, note.text[: len(note.text) * 2 // 3].rstrip() + "…")


def _wrong_character_set(note: Note, row: Row) -> None:
    row["format"] = "text"
    row["tekst"] = note.text.encode("utf-8").decode("cp1252")


def _letters_lost(note: Note, row: Row) -> None:
    _rewrite(row, "".join(letter if letter.isascii() else "?" for letter in note.text))


def _lines_run_together(note: Note, row: Row) -> None:
    _rewrite(row, note.text.replace("\n", " "))


def _local_read_as_utc(note: Note, row: Row) -> None:
    offset = note.row["oprettet"].astimezone(DANISH_TIME).utcoffset()
    assert offset
    row["oprettet"] += offset


def _midnight(note: Note, row: Row) -> None:
    midnight = note.row["oprettet"].astimezone(DANISH_TIME).replace(hour=0, minute=0, second=0)
    row["oprettet"] = midnight.astimezone(UTC)


def _redated(_note: Note, row: Row) -> None:
    row["oprettet"] -= timedelta(days=3, minutes=17)


def _author_lost(_note: Note, row: Row) -> None:
    row["forfatter"] = "Konvertering"


def _title_lost(_note: Note, row: Row) -> None:
    row["titel"] = None


def _reworded(note: Note, row: Row) -> None:
    first, *rest = note.text.split("\n")
    _rewrite(row, "\n".join([first.replace(" ", " ikke ", 1), *rest]))


def _stub(_note: Note, row: Row) -> None:
    """A stub for a note that was short enough for the index explains nothing."""
    row["tekst"], row["format"] = words.STUB, "text"


CHANGES: tuple[tuple[str, Callable[[Note, Row], None]], ...] = (
    ("afkortet", _cut),
    ("tegnsaet", _wrong_character_set),
    ("tegnsaet", _letters_lost),
    ("blanktegn", _lines_run_together),
    ("tidszone", _local_read_as_utc),
    ("klokkeslaet_mistet", _midnight),
    ("tidspunkt", _redated),
    ("forfatter_mistet", _author_lost),
    ("titel_mistet", _title_lost),
    ("tekst", _reworded),
    ("tekst", _stub),
)


def changed(injection: Injection, fault: Fault, system: str) -> None:
    """Each way a note can change, of one case in the new system and of another note of it in EDH."""
    for aarsag, change in CHANGES:
        case = injection.take(system, documents=True)
        for note, sted in ((case.notes[0], "nyt"), (case.notes[1], "edh")):
            change(note, note.after[sted])
            fault.note(note, sted, "aendret", aarsag)


def changed_beyond_recognition(injection: Injection, fault: Fault, system: str) -> None:
    """Other text at another time: the old note is missing, and the found one is unknown."""
    case = injection.take(system, documents=True)
    note = case.notes[0]
    _reworded(note, note.after["nyt"])
    _redated(note, note.after["nyt"])
    fault.note(note, "nyt", "mangler")
    fault.origin("journalnotat", note_id(note.after["nyt"]), "nyt", "ukendt")


def unknown(injection: Injection, fault: Fault, system: str) -> None:
    """Notes older than the transition, that the baseline has not."""
    case = injection.take(system, documents=True)
    assert case.new is not None
    overgang = injection.world.plan.transitions[system].overgang
    for place, uuid, sted in ((system, case.new["sag_uuid"], "nyt"), ("edh", case.uuid, "edh")):
        row = injection.births.note(place, uuid, overgang - timedelta(seconds=1), case.name)
        fault.origin("journalnotat", note_id(row), sted, "ukendt")


_A, _R, _S = "0751", "0730", "0420"

NOTE_FAULTS = (
    FaultKind("notat_tabt_i_nyt", "a note lost in the new system, on a case with documents and on one without",
              lost_in_new, ((_A, "ky"), (_A, "ksd"), (_S, "ksd"))),
    FaultKind("notat_tabt_i_edh", "a note lost on the EDH case", lost_in_edh, ((_A, "ksd"), (_R, "spk"))),
    FaultKind("notat_tabt_begge_steder", "a note lost in both places", lost_everywhere, ((_A, "ky"),)),
    FaultKind("manuelt_notat_tabt", "a note of a manual case lost in EDH", lost_manual, ((_R, "edh"),)),
    FaultKind("et_af_to_ens", "one of two equal notes lost", one_of_two_equal, ((_A, "ky"),)),
    FaultKind("notat_paa_forkert_sag", "a note on another case", on_another_case, ((_A, "ky"), (_R, "ksd"))),
    FaultKind("notat_dobbelt", "a note twice on its case", copied, ((_A, "ksd"), (_R, "ky"))),
    FaultKind("ens_notat_tre_gange", "three copies of two equal notes", copied_equal, ((_A, "ksd"),)),
    FaultKind("notat_ogsaa_paa_anden_sag", "a note once more on another citizen's case",
              copied_elsewhere, ((_A, "ky"),)),
    FaultKind("notat_aendret", "a note changed in each way that has a name", changed, ((_A, "ksd"), (_R, "ky"))),
    FaultKind("notat_omskrevet", "a note with other words at another time", changed_beyond_recognition, ((_R, "ksd"),)),
    FaultKind("ukendte_notater", "old notes that the baseline has not", unknown, ((_A, "ky"), (_S, "ksd"))),
)  # fmt: skip
