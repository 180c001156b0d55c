"""Deviations that a waiver explains, and waivers that explain nothing any more."""

from __future__ import annotations

from datetime import timedelta

from pipelines.demo.faults.cases import key_of
from pipelines.demo.faults.injection import FaultKind, Injection
from pipelines.demo.findings import Fault
from pipelines.demo.world.contents import key_id, note_id

_LONG_AGO = "2023-04-01"


def waive_deviations(injection: Injection) -> None:
    """Deviations that were accepted, with faults or without: rows of the ledgers, and findings of other rules."""
    kode, overgang = injection.world.plan.kode, injection.overgang("ksd")
    note = injection.take("ksd", documents=True).notes[0]
    injection.lose_note(note, "ksd", "nyt")
    injection.waive("journalnotat", note.objekt_id, "nyt")
    injection.facit.explain(kode, "journalnotat", note.objekt_id, "nyt", "afvigelse")

    case = injection.take("ksd", documents=True)
    row = injection.births.note("edh", case.uuid, overgang - timedelta(days=2), case.name)
    injection.waive("journalnotat", note_id(row), "edh")
    injection.facit.explained_origins.add((kode, "journalnotat", note_id(row), "edh", "afvigelse"))

    accepted = Fault("accepteret", "deviations that a waiver takes out", kode)
    case = injection.take("ksd", documents=True)
    late = injection.births.note("edh", case.uuid, overgang + timedelta(days=12), case.name)
    injection.waive("journalnotat", note_id(late), None, regel="R14")
    accepted.edh_note("R14", late)

    case = injection.take("ksd", documents=True)
    document = injection.births.document("edh", case.uuid, overgang + timedelta(days=13)).row
    injection.waive("dokument", document["dokument_uuid"], "edh", regel="R13")
    accepted.document("R13", document["dokument_uuid"])

    case = injection.take("ksd", documents=True)
    key_of(case)["part_cpr"] = injection.stranger()
    injection.waive("noeglepose", key_id(key_of(case)), "nyt", regel="R09")
    accepted.key(key_of(case), "part_cpr")
    injection.facit.waived |= set(accepted.findings)


def expired(injection: Injection, fault: Fault, system: str) -> None:
    """A waiver for a lost note, and one for a note written late; both were given for a year."""
    note = injection.take(system, documents=True).notes[0]
    injection.lose_note(note, system, "nyt")
    fault.note(note, "nyt", "mangler")
    fault.waiver(injection.waive("journalnotat", note.objekt_id, "nyt", _LONG_AGO), "udloebet")

    case = injection.take(system, documents=True)
    row = injection.births.note("edh", case.uuid, injection.overgang(system) + timedelta(days=5), case.name)
    fault.edh_note("R14", row)
    fault.waiver(injection.waive("journalnotat", note_id(row), "edh", _LONG_AGO, regel="R14"), "udloebet")


def unused(injection: Injection, fault: Fault, system: str) -> None:
    """Waivers for what is in order, or is not there at all, with and without a rule."""
    case = injection.take(system, documents=True)
    fault.waiver(injection.waive("journalnotat", case.notes[0].objekt_id, "edh"), "ubrugt")
    fault.waiver(injection.waive("dokument", case.documents[0].row["dokument_uuid"], None, regel="R13"), "ubrugt")
    # The place must be right, too: this one is lost in the new system and not in EDH.
    note = injection.take(system, documents=True).notes[0]
    injection.lose_note(note, system, "nyt")
    fault.note(note, "nyt", "mangler")
    fault.waiver(injection.waive("journalnotat", note.objekt_id, "edh"), "ubrugt")


_A, _R, _S = "0751", "0730", "0420"

WAIVER_FAULTS = (
    FaultKind("afvigelse_udloebet", "waivers that have expired", expired, ((_A, "ksd"), (_R, "ky"))),
    FaultKind("afvigelse_ubrugt", "waivers that explain nothing", unused, ((_A, "ky"), (_R, "ksd"))),
)  # fmt: skip
