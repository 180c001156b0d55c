"""Faults in corrections: ordered and reported as carried out, and the value is what it was before."""

from __future__ import annotations

from pipelines.demo.faults.injection import FaultKind, Injection
from pipelines.demo.faults.states import OPEN, other_state
from pipelines.demo.findings import Fault
from pipelines.demo.world.texts import written


def case_not_corrected(injection: Injection, fault: Fault, system: str) -> None:
    """The title, and the citizen, of a case."""
    for felt in ("titel", "part_cpr"):
        case = injection.take(system, documents=True)
        fault.correction(injection.corrections.request("sag", case.uuid, case.uuid, felt))


def manual_case_not_corrected(injection: Injection, fault: Fault, _system: str) -> None:
    """The number of a manual case."""
    case = injection.take(None, documents=True)
    fault.correction(injection.corrections.request("sag", case.uuid, case.uuid, "sagsnummer"))


def state_not_corrected(injection: Injection, fault: Fault, system: str) -> None:
    """The state is the one that was to be corrected."""
    case, _ = injection.in_edh(system, states=("Bestilt", "Udfoert"))
    fault.correction(injection.corrections.request("sag", case.uuid, case.uuid, "fremdrift"))


def another_column_corrected(injection: Injection, fault: Fault, system: str) -> None:
    """The title was corrected as ordered; the state was changed with it, and nobody ordered that."""
    case, edh = injection.in_edh(system, states=OPEN)
    moment = injection.corrections.moment
    edh |= {"titel": case.row["titel"] + ", rettet", "fremdrift": other_state(case.row)}
    edh |= {"fremdrift_fra": moment, "aendret": moment}
    injection.corrections.request("sag", case.uuid, case.uuid, "titel")
    injection.facit.explain(fault.kommunekode, "sag", case.uuid, "edh", "berigtigelse")
    fault.edh_case("R06", case.uuid)
    fault.edh_case("R14", case.uuid, None, "fremdrift")


def document_not_corrected(injection: Injection, fault: Fault, system: str) -> None:
    """The title of a document."""
    case = injection.take(system, documents=True)
    uuid = case.documents[0].row["dokument_uuid"]
    fault.correction(injection.corrections.request("dokument", uuid, case.uuid, "titel"))


def note_not_corrected(injection: Injection, fault: Fault, system: str) -> None:
    """A note written in another form says what it said; of another, the title was corrected and the text was not."""
    case = injection.take(system, documents=True)
    first, second = case.notes[0], case.notes[1]
    row = first.after["edh"]
    row["format"] = "text" if row["format"] == "rtf" else "rtf"
    row["tekst"] = written(first.text, row["format"], 0)
    fault.correction(injection.corrections.request("journalnotat", row["notat_id"], case.uuid, "tekst"))
    row = second.after["edh"]
    row["titel"] = "Rettet titel"
    injection.corrections.request("journalnotat", row["notat_id"], case.uuid, "titel")
    fault.correction(injection.corrections.request("journalnotat", row["notat_id"], case.uuid, "tekst"))
    injection.facit.explain(fault.kommunekode, "journalnotat", second.objekt_id, "edh", "berigtigelse")


_A, _R, _S = "0751", "0730", "0420"

CORRECTION_FAULTS = (
    FaultKind("sag_ikke_rettet", "corrections of cases that do not show",
              case_not_corrected, ((_A, "ky"), (_S, "ksd"))),
    FaultKind("manuel_sag_ikke_rettet", "a correction of a manual case that does not show",
              manual_case_not_corrected, ((_A, "edh"), (_R, "edh"))),
    FaultKind("tilstand_ikke_rettet", "a correction of a state that does not show",
              state_not_corrected, ((_R, "ksd"), (_S, "ksd"))),
    FaultKind("andet_felt_rettet", "a state changed where a title was corrected",
              another_column_corrected, ((_A, "ksd"), (_R, "ky"))),
    FaultKind("dokument_ikke_rettet", "a correction of a document that does not show",
              document_not_corrected, ((_R, "ksd"), (_A, "ksd"))),
    FaultKind("notat_ikke_rettet", "corrections of notes that do not show",
              note_not_corrected, ((_A, "ky"), (_R, "ksd"))),
)  # fmt: skip
