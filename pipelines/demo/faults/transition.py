"""Faults about the transition: what was born on the wrong side of it, and documents that moved."""

from __future__ import annotations

from datetime import timedelta

from pipelines.demo.faults.cases import new_of
from pipelines.demo.faults.injection import FaultKind, Injection
from pipelines.demo.findings import Fault
from pipelines.demo.world.contents import Document, content_of
from pipelines.demo.world.plans import FAGSYSTEM

_SECOND = timedelta(seconds=1)


def case_born_in_edh(injection: Injection, fault: Fault, system: str) -> None:
    """Cases of the system's field, by their KLE number and by their fagsystem, created in EDH after it took over."""
    kle_emne = injection.take(system).row["kle_emne"]
    manual = injection.births.case("edh", injection.overgang(system) + _SECOND, kle_emne=kle_emne)
    fault.edh_case("R11", manual["sag_uuid"])
    copy = injection.births.case("edh", injection.overgang(system) + timedelta(days=30))
    copy |= {"sagstype": "fagsystemsag", "fagsystem": FAGSYSTEM[system]}
    fault.edh_case("R11", copy["sag_uuid"])


def note_in_edh(injection: Injection, fault: Fault, system: str) -> None:
    """A note on an EDH case after the transition, without a request."""
    case = injection.take(system, documents=True)
    row = injection.births.note("edh", case.uuid, injection.overgang(system) + _SECOND, case.name)
    fault.edh_note("R14", row)


def document_in_edh(injection: Injection, fault: Fault, system: str) -> None:
    """A document on an EDH case after the transition."""
    case = injection.take(system, documents=True)
    document = injection.births.document("edh", case.uuid, injection.overgang(system) + _SECOND)
    fault.document("R13", document.row["dokument_uuid"])


def document_on_lost_case(injection: Injection, fault: Fault, system: str) -> None:
    """A document after the transition, linked to an EDH case that is lost; it is young all the same."""
    case = injection.take(system, documents=True)
    document = injection.births.document("edh", case.uuid, injection.overgang(system) + timedelta(days=9))
    fault.document("R13", document.row["dokument_uuid"])
    injection.lose_edh_case(case, whole=False)
    assert case.key is not None
    fault.key(case.key, "edh_sag_uuid")
    fault.case(case, "edh", "mangler")
    for note in case.notes:
        fault.note(note, "edh", "fejlplaceret")


def document_moved(injection: Injection, fault: Fault, system: str) -> None:
    """A document of EDH in the new system too, id and all: older than the transition, and moved before its time."""
    case = injection.take(system, documents=True)
    old = case.documents[0]
    link = {**old.links[0], "sag_uuid": new_of(case)["sag_uuid"]}
    copy = Document({**old.row}, [{**row} for row in old.files], [link])
    injection.rows(system, "dokument").append(copy.row)
    injection.rows(system, "fil").extend(copy.files)
    injection.rows(system, "dokument_sag").extend(copy.links)
    fault.unknown_document(copy, "nyt")
    fault.document("R12", copy.row["dokument_uuid"])
    fault.document("R21", copy.row["dokument_uuid"])


def file_moved(injection: Injection, fault: Fault, system: str) -> None:
    """A new document in the new system, whose file EDH had before."""
    case = injection.take(system, documents=True)
    moment = injection.overgang(system) + timedelta(days=50)
    document = injection.births.document(system, new_of(case)["sag_uuid"], moment)
    document.files[0] |= content_of(case.documents[0].files[0])
    fault.document("R21", document.row["dokument_uuid"])


_A, _R, _S = "0751", "0730", "0420"

TRANSITION_FAULTS = (
    FaultKind("ny_sag_i_edh", "cases of a field that has moved, created in EDH",
              case_born_in_edh, ((_A, "ky"), (_R, "spk"), (_S, "ksd"))),
    FaultKind("nyt_notat_i_edh", "a note on an EDH case after the transition",
              note_in_edh, ((_A, "ksd"), (_S, "ksd"))),
    FaultKind("nyt_dokument_i_edh", "a document on an EDH case after the transition",
              document_in_edh, ((_A, "ky"), (_S, "ksd"))),
    FaultKind("nyt_dokument_paa_tabt_sag", "a document after the transition on an EDH case that is lost",
              document_on_lost_case, ((_S, "ksd"),)),
    FaultKind("dokument_flyttet", "a document of EDH in the new system too", document_moved, ((_A, "ky"), (_R, "ksd"))),
    FaultKind("fil_flyttet", "a file of EDH on a new document in the new system",
              file_moved, ((_R, "ky"), (_S, "ksd"))),
)  # fmt: skip
