"""Faults in the columns of a case, cases that nothing answers to, and the empty cell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from pipelines.demo.faults import cases as faults
from pipelines.demo.faults.injection import FaultKind, Injection
from pipelines.demo.findings import Fault
from pipelines.demo.world.contents import Row, take_out


def _title(row: Row) -> None:
    row["titel"] = "Konverteret sag"


def _kle_emne(row: Row) -> None:
    row["kle_emne"] = "00.00.00"


def _kle_facet(row: Row) -> None:
    row["kle_facet"] = "A00"


def _sagsnummer(row: Row) -> None:
    row["sagsnummer"] += "-K"


def _oprettet(row: Row) -> None:
    row["oprettet"] += timedelta(days=1)


CHANGES: dict[str, Callable[[Row], None]] = {
    "titel": _title,
    "kle_emne": _kle_emne,
    "kle_facet": _kle_facet,
    "sagsnummer": _sagsnummer,
    "oprettet": _oprettet,
}


def changed_columns(injection: Injection, fault: Fault, system: str) -> None:
    """Each compared column changed, in the new system and in EDH, each on a case of its own."""
    for aarsag, change in CHANGES.items():
        case = injection.take(system, documents=True)
        assert case.new is not None
        # A declared change of KLE would differ too, and be named first.
        case.new["kle_emne"] = case.row["kle_emne"]
        change(case.new)
        fault.case(case, "nyt", "aendret", aarsag)
    for aarsag, change in CHANGES.items():
        case = injection.take(system, documents=True)
        assert case.edh is not None
        change(case.edh)
        fault.case(case, "edh", "aendret", aarsag)


def first_of_two_changes(injection: Injection, fault: Fault, system: str) -> None:
    """Facet and title changed: the title is named, it comes first."""
    case = injection.take(system, documents=True)
    assert case.edh is not None
    _kle_facet(case.edh)
    _title(case.edh)
    fault.case(case, "edh", "aendret", "titel")


def changed_state(injection: Injection, fault: Fault, system: str) -> None:
    """The new case has a state that the old one never had, dated before the transition."""
    case = injection.take(system)
    assert case.new is not None
    case.new["fremdrift"] = "Oplyst" if case.new["fremdrift"] != "Oplyst" else "Afgjort"
    fault.case(case, "nyt", "aendret", "fremdrift")


def changed_merged(injection: Injection, fault: Fault, system: str) -> None:
    """A new case tied to two old ones has a title that neither had."""
    first, second = (injection.take(system, trait="samlet") for _ in range(2))
    assert first.new is not None
    assert first.new is second.new
    _title(first.new)
    fault.case(first, "nyt", "aendret", "titel")
    fault.case(second, "nyt", "aendret", "titel")


def changed_and_untied(injection: Injection, fault: Fault, system: str) -> None:
    """Untied and changed: changed comes first; its notes are unchanged, so they are untied."""
    case = injection.take(system, documents=True)
    assert case.new is not None
    assert case.key is not None
    take_out(injection.rows(system, "noeglepose"), [case.key])
    _title(case.new)
    fault.untied(case)
    fault.case(case, "nyt", "aendret", "titel")
    for note in case.notes:
        fault.note(note, "nyt", "ulinket")


def unknown_cases(injection: Injection, fault: Fault, system: str) -> None:
    """A case older than the transition, that the baseline has not: in the new system, and in EDH."""
    plan = injection.world.plan
    new = injection.births.case(system, plan.transitions[system].overgang - timedelta(days=200))
    fault.origin("sag", new["sag_uuid"], "nyt", "ukendt")
    manual = injection.births.case("edh", plan.first_baseline - timedelta(days=200))
    fault.origin("sag", manual["sag_uuid"], "edh", "ukendt")


def born_in_the_gap(injection: Injection, fault: Fault, system: str) -> None:
    """Born after the baseline was taken and before the transition: nothing answers to it."""
    transition = injection.world.plan.transitions[system]
    row = injection.births.case(system, transition.overgang - timedelta(seconds=1))
    fault.origin("sag", row["sag_uuid"], "nyt", "ukendt")


def empty_cell(injection: Injection, fault: Fault, system: str) -> None:
    """The new system delivers its notes as a file without rows."""
    injection.rows(system, "journalnotat").clear()
    fault.empty_cell("journalnotat", "nyt")
    for case in injection.world.cases:
        for note in case.notes if case.system == system else ():
            fault.note(note, "nyt", "mangler")
            if not case.documents:
                fault.nowhere("journalnotat", note.objekt_id)


_A, _R, _S = "0751", "0730", "0420"

CASE_FAULTS = (
    FaultKind("sag_tabt_i_nyt", "a case with documents never reached the new system",
              faults.lost_in_new, ((_A, "ksd"), (_A, "ky"), (_R, "spk"))),
    FaultKind("sag_tabt_uden_dokumenter", "a case without documents is in neither place",
              faults.lost_without_documents, ((_A, "ksd"), (_A, "ky"), (_S, "ksd"))),
    FaultKind("sag_tabt_i_vinduet", "a closed case just inside KSD's three years did not reach KSD",
              faults.lost_in_the_window, ((_A, "ksd"),)),
    FaultKind("sag_tabt_i_edh", "a case with documents is gone from EDH, whole",
              faults.lost_in_edh, ((_A, "ksd"), (_R, "ky"))),
    FaultKind("sagsraekke_tabt_i_edh", "an EDH case is gone, its notes and documents are left",
              faults.lost_row_in_edh, ((_A, "ky"),)),
    FaultKind("sag_tabt_begge_steder", "a case with documents is gone from both places",
              faults.lost_everywhere, ((_A, "ky"), (_S, "ksd"))),
    FaultKind("manuel_sag_tabt", "a manual case with documents is gone from EDH",
              faults.lost_manual, ((_A, "edh"),)),
    FaultKind("forkert_borger_koblet", "the new case that the nøglepose ties is another citizen's",
              faults.wrong_citizen_tied, ((_A, "ky"), (_R, "ksd"))),
    FaultKind("forkert_borger", "the new case of a case without documents is another citizen's",
              faults.wrong_citizen_untied, ((_A, "ksd"),)),
    FaultKind("forkert_system", "cases of KMD Aktiv, one with documents and one without, went to KSD",
              faults.wrong_system, ((_A, "ky"),)),
    FaultKind("forkert_borger_i_edh", "an EDH case has another citizen, without a request",
              faults.wrong_citizen_in_edh, ((_A, "ksd"),)),
    FaultKind("uden_noeglepose", "no nøglepose row ties the new case",
              faults.untied, ((_A, "ksd"), (_R, "ky"))),
    FaultKind("dobbelt_i_nyt", "a second, untied new case with a copy of one note",
              faults.twice_in_new, ((_A, "ky"),)),
    FaultKind("bundet_to_gange", "two new cases are tied to one EDH case",
              faults.tied_twice, ((_A, "ksd"),)),
    FaultKind("dobbelt_uden_noeglepose", "a case without documents has two new cases",
              faults.twice_untied, ((_R, "ksd"),)),
    FaultKind("i_to_systemer", "a case is in KY, and in KSD too",
              faults.twice_across, ((_A, "ky"),)),
    FaultKind("dobbelt_i_edh", "a second EDH case of the same number and citizen",
              faults.twice_in_edh, ((_A, "ksd"),)),
    FaultKind("aendrede_sagsdata", "each compared column changed, in the new system and in EDH",
              changed_columns, ((_S, "ksd"),)),
    FaultKind("to_aendringer", "two columns changed in EDH", first_of_two_changes, ((_A, "ky"),)),
    FaultKind("aendret_tilstand", "the new case's state is not the old one's",
              changed_state, ((_A, "ksd"), (_R, "spk"))),
    FaultKind("aendret_samlet_sag", "a merged case has a title that no old one had", changed_merged, ((_A, "ky"),)),
    FaultKind("aendret_uden_noeglepose", "an untied case with another title", changed_and_untied, ((_R, "ksd"),)),
    FaultKind("ukendte_sager", "old cases that the baseline has not, in both places", unknown_cases, ((_A, "ky"),)),
    FaultKind("foedt_i_hullet", "a case born between baseline and transition", born_in_the_gap, ((_R, "ksd"),)),
    FaultKind("tom_celle", "the new system delivered no notes at all", empty_cell, (("0825", "ksd"),)),
)  # fmt: skip
