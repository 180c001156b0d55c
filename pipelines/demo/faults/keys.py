"""Faults in the nøglepose: an end that is not there, another citizen, and a case that is tied twice."""

from __future__ import annotations

from pipelines.demo.faults.cases import key_of, new_of
from pipelines.demo.faults.injection import FaultKind, Injection
from pipelines.demo.findings import Fault
from pipelines.demo.world.draw import made_uuid


def new_end_lost(injection: Injection, fault: Fault, system: str) -> None:
    """The new case is gone, and its nøglepose row is left behind."""
    case = injection.take(system, documents=True)
    injection.lose_new_case(case)
    injection.rows(system, "noeglepose").append(key_of(case))
    fault.key(key_of(case), "ny_sag_uuid")
    fault.edh_case("R10", case.uuid, "ulinket")
    fault.case(case, "nyt", "mangler")
    for note in case.notes:
        fault.note(note, "nyt", "mangler")


def new_end_wrong(injection: Injection, fault: Fault, system: str) -> None:
    """The row leads to a case that nobody has; the right one is found by its number alone."""
    case = injection.take(system, documents=True)
    key_of(case)["ny_sag_uuid"] = made_uuid("findes ikke", case.uuid)
    fault.key(key_of(case), "ny_sag_uuid")
    fault.untied(case)
    fault.case(case, "nyt", "ulinket")
    for note in case.notes:
        fault.note(note, "nyt", "ulinket")


def edh_end_unknown(injection: Injection, fault: Fault, system: str) -> None:
    """Besides its right row, a new case has one to an EDH case that there never was."""
    case = injection.take(system, documents=True)
    row = {**key_of(case), "edh_sag_uuid": made_uuid("fandtes aldrig", case.uuid)}
    injection.rows(system, "noeglepose").append(row)
    fault.key(row, "edh_sag_uuid")


def another_citizen(injection: Injection, fault: Fault, system: str) -> None:
    """Both cases are one citizen's, the row between them is another's; the case itself is found as before."""
    case = injection.take(system, documents=True)
    key_of(case)["part_cpr"] = injection.stranger()
    fault.key(key_of(case), "part_cpr")


def tied_across(injection: Injection, fault: Fault, system: str) -> None:
    """It is tied to its own new case, and to one in another new system, which was never to have it."""
    case = injection.take(system, documents=True)
    other = "ky" if system == "ksd" else "ksd"
    row = {**new_of(case), "sag_uuid": made_uuid("bundet på tværs", case.uuid)}
    injection.rows(other, "sag").append(row)
    key = {**key_of(case), "ny_sag_uuid": row["sag_uuid"]}
    # The row that was made first answers: the right one.
    key["dannet"] = max(key["dannet"], injection.overgang(other), injection.overgang(system))
    injection.rows(other, "noeglepose").append(key)
    fault.edh_case("R10", case.uuid, "dubleret")
    fault.origin("sag", row["sag_uuid"], "nyt", "dublet")
    # Tied to the wrong system weighs more than tied twice.
    fault.case(case, "nyt", "fejlplaceret")
    for note in case.notes:
        fault.note(note, "nyt", "fejlplaceret")


_A, _R, _S = "0751", "0730", "0420"

KEY_FAULTS = (
    FaultKind("noeglepose_uden_ny_sag", "a new case lost, its nøglepose row left", new_end_lost, ((_R, "ksd"),)),
    FaultKind("noeglepose_til_forkert_id", "a nøglepose row to a new case that nobody has",
              new_end_wrong, ((_A, "ky"), (_R, "ksd"))),
    FaultKind("noeglepose_uden_edh_sag", "a nøglepose row to an EDH case that there never was",
              edh_end_unknown, ((_R, "ky"), (_S, "ksd"))),
    FaultKind("noeglepose_anden_borger", "a nøglepose row with another citizen",
              another_citizen, ((_A, "ky"), (_R, "ksd"))),
    FaultKind("bundet_paa_tvaers", "a case tied in two new systems", tied_across, ((_R, "ksd"),)),
)  # fmt: skip
