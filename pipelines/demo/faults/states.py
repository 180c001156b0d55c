"""Faults in what the EDH case has become: its state, its type, its life cycle, and when it was closed."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipelines.demo.faults.cases import edh_of, key_of, new_of
from pipelines.demo.faults.injection import FaultKind, Injection
from pipelines.demo.findings import Fault
from pipelines.demo.world.contents import Case, Row, take_out
from pipelines.demo.world.draw import made_uuid
from pipelines.demo.world.edh import closed_at

OPEN = ("Opstaaet", "Oplyst", "Afgjort", "Bestilt", "Udfoert")


def other_state(row: Row) -> str:
    """An open state that does not count as the one of ``row``."""
    return "Opstaaet" if row["fremdrift"] == "Oplyst" else "Oplyst"


def wrong_state(injection: Injection, fault: Fault, system: str) -> None:
    """Another state than the fagsag had, from before the transition and from its very instant: not a change since."""
    for since in (None, injection.overgang(system)):
        case, edh = injection.in_edh(system, states=OPEN)
        edh["fremdrift"] = other_state(case.row)
        edh["fremdrift_fra"] = since or edh["fremdrift_fra"]
        fault.edh_case("R06", case.uuid)


def changed_since(injection: Injection, fault: Fault, system: str) -> None:
    """A state that was changed after the transition: it is not the fagsag's, and nobody was to change it."""
    for states in (OPEN, ("Afsluttet",)):
        case, edh = injection.in_edh(system, states=states)
        moment = injection.overgang(system) + timedelta(seconds=1)
        edh |= {"fremdrift": other_state(case.row), "fremdrift_fra": moment, "aendret": moment, "afsluttet": None}
        fault.edh_case("R06", case.uuid)
        fault.edh_case("R14", case.uuid, None, "fremdrift")


def still_a_fagsystemsag(injection: Injection, fault: Fault, system: str) -> None:
    """The case was never turned into an EDH case."""
    case, edh = injection.in_edh(system)
    edh["sagstype"] = "fagsystemsag"
    fault.edh_case("R07", case.uuid)


def passivated(injection: Injection, fault: Fault, system: str) -> None:
    """The case was passivated at the move."""
    case, edh = injection.in_edh(system)
    edh["livscyklus"] = "passiveret"
    fault.edh_case("R08", case.uuid)


def _closed_too_early(case: Case, fault: Fault) -> None:
    """A wrong closing stands in both: it is too early, and the state is not the fagsag's."""
    fault.edh_case("R15", case.uuid)
    fault.edh_case("R06", case.uuid)


def _closing(injection: Injection, system: str) -> datetime:
    return injection.overgang(system) + timedelta(days=40, hours=2)


def closed_while_open(injection: Injection, fault: Fault, system: str) -> None:
    """EDH's case is closed, the new one is not."""
    case, edh = injection.in_edh(system, states=OPEN)
    edh |= closed_at(_closing(injection, system))
    _closed_too_early(case, fault)


def closed_before_the_new(injection: Injection, fault: Fault, system: str) -> None:
    """Both are closed, EDH's a second too early; and once more where only the state tells when."""
    for with_date in (True, False):
        case, edh = injection.in_edh(system, states=OPEN)
        moment = _closing(injection, system)
        edh |= closed_at(moment, with_date=with_date)
        row = new_of(case)
        row |= closed_at(moment + timedelta(seconds=1), with_date=with_date)
        _closed_too_early(case, fault)


def closed_and_untied(injection: Injection, fault: Fault, system: str) -> None:
    """Both are closed, but nothing ties them: nobody could know that EDH's might be."""
    case, edh = injection.in_edh(system, states=OPEN)
    moment = _closing(injection, system)
    edh |= closed_at(moment)
    row = new_of(case)
    row |= closed_at(moment - timedelta(days=1))
    take_out(injection.rows(system, "noeglepose"), [key_of(case)])
    _closed_too_early(case, fault)
    fault.untied(case)
    fault.case(case, "nyt", "ulinket")
    for note in case.notes:
        fault.note(note, "nyt", "ulinket")


def closed_with_one_of_two(injection: Injection, fault: Fault, system: str) -> None:
    """Two new cases are tied to it, and only one of them is closed."""
    case = injection.take(system, documents=True, states=OPEN)
    moment = _closing(injection, system)
    edh, row, key = edh_of(case), new_of(case), key_of(case)
    other = {**row, "sag_uuid": made_uuid("lukket og åben", case.uuid)}
    injection.rows(system, "sag").append(other)
    later = {**key, "ny_sag_uuid": other["sag_uuid"], "dannet": key["dannet"] + timedelta(minutes=30)}
    injection.rows(system, "noeglepose").append(later)
    row |= closed_at(moment)
    edh |= closed_at(moment)
    _closed_too_early(case, fault)
    fault.edh_case("R10", case.uuid, "dubleret")
    fault.case(case, "nyt", "dubleret")
    fault.origin("sag", other["sag_uuid"], "nyt", "dublet")


_A, _R, _S = "0751", "0730", "0420"

STATE_FAULTS = (
    FaultKind("forkert_tilstand_i_edh", "an EDH case with another state than the fagsag had",
              wrong_state, ((_A, "ksd"), (_A, "spk"), (_R, "ky"), (_S, "ksd"))),
    FaultKind("tilstand_aendret_i_edh", "an EDH case whose state was changed after the transition",
              changed_since, ((_R, "ky"), (_A, "ksd"))),
    FaultKind("stadig_fagsystemsag", "an EDH case that is still a fagsystemsag",
              still_a_fagsystemsag, ((_A, "ky"), (_R, "ksd"))),
    FaultKind("passiveret", "an EDH case that was passivated", passivated, ((_R, "ky"), (_S, "ksd"))),
    FaultKind("lukket_foer_tid", "an EDH case closed while the new one is open",
              closed_while_open, ((_A, "ky"), (_R, "ksd"))),
    FaultKind("lukket_foer_den_nye", "an EDH case closed a second before the new one",
              closed_before_the_new, ((_R, "ky"), (_A, "ksd"))),
    FaultKind("lukket_uden_noeglepose", "an EDH case closed that is tied to no new one",
              closed_and_untied, ((_R, "ksd"),)),
    FaultKind("lukket_med_den_ene", "an EDH case closed while one of its two new ones is open",
              closed_with_one_of_two, ((_R, "ksd"),)),
)  # fmt: skip
