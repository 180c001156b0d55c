"""Faults after manual cases were given up: every change but closing and berigtigelse."""

from __future__ import annotations

from datetime import timedelta

from pipelines.demo.faults.injection import FaultKind, Injection
from pipelines.demo.faults.states import OPEN, other_state
from pipelines.demo.findings import Fault
from pipelines.demo.world.edh import closed_at


def case_created(injection: Injection, fault: Fault, _system: str) -> None:
    """Manual cases created at the very instant and later; the second is in the field of KSD, too."""
    first = injection.births.case("edh", injection.given_up())
    fault.edh_case("R16", first["sag_uuid"], None, "oprettet")
    second = injection.births.case("edh", injection.given_up() + timedelta(days=3), kle_emne="15.17.06")
    fault.edh_case("R16", second["sag_uuid"], None, "oprettet")
    fault.edh_case("R11", second["sag_uuid"])


def case_changed(injection: Injection, fault: Fault, _system: str) -> None:
    """Manual cases changed since: without more, after they were closed, and after a request was carried out."""
    case, edh = injection.in_edh(None)
    edh["aendret"] = injection.given_up()
    fault.edh_case("R16", case.uuid, None, "aendret")
    case, edh = injection.in_edh(None)
    edh |= closed_at(injection.given_up() - timedelta(days=10))
    edh["aendret"] = injection.given_up() + timedelta(days=2)
    fault.edh_case("R16", case.uuid, None, "aendret")
    case, edh = injection.in_edh(None)
    edh |= {"ansvarlig_enhed": "Borgerservice, skranke 3", "aendret": injection.given_up() + timedelta(days=2)}
    before = injection.given_up() - timedelta(seconds=1)
    injection.corrections.request("sag", case.uuid, case.uuid, "ansvarlig_enhed", before)
    fault.edh_case("R16", case.uuid, None, "aendret")


def note_written(injection: Injection, fault: Fault, _system: str) -> None:
    """A note on a manual case, at the very instant."""
    case = injection.take(None)
    fault.edh_note("R16", injection.births.note("edh", case.uuid, injection.given_up(), case.name))


def document_registered(injection: Injection, fault: Fault, _system: str) -> None:
    """A document on a manual case, and one on none."""
    for sag_uuid in (injection.take(None).uuid, None):
        document = injection.births.document("edh", sag_uuid, injection.given_up() + timedelta(days=6))
        fault.document("R16", document.row["dokument_uuid"])


def moved_case_worked_on(injection: Injection, fault: Fault, system: str) -> None:
    """A case that has moved: a note, a document, another state, each of which was not to be since the transition."""
    moment = injection.given_up() + timedelta(days=8)
    case = injection.take(system, documents=True)
    row = injection.births.note("edh", case.uuid, moment, case.name)
    fault.edh_note("R14", row)
    fault.edh_note("R16", row)
    case = injection.take(system, documents=True)
    document = injection.births.document("edh", case.uuid, moment)
    fault.document("R13", document.row["dokument_uuid"])
    fault.document("R16", document.row["dokument_uuid"])
    case, edh = injection.in_edh(system, states=OPEN)
    edh |= {"fremdrift": other_state(case.row), "fremdrift_fra": moment, "aendret": moment}
    fault.edh_case("R06", case.uuid)
    fault.edh_case("R14", case.uuid, None, "fremdrift")
    fault.edh_case("R16", case.uuid, None, "aendret")


_R, _S = "0730", "0420"

GIVING_UP_FAULTS = (
    FaultKind("sag_oprettet_efter_opsigelse", "manual cases created after they were given up",
              case_created, ((_R, "edh"), (_S, "edh"))),
    FaultKind("sag_aendret_efter_opsigelse", "manual cases changed after they were given up",
              case_changed, ((_R, "edh"), (_S, "edh"))),
    FaultKind("notat_efter_opsigelse", "a note after manual cases were given up",
              note_written, ((_R, "edh"), (_S, "edh"))),
    FaultKind("dokument_efter_opsigelse", "documents after manual cases were given up",
              document_registered, ((_R, "edh"), (_S, "edh"))),
    FaultKind("flyttet_sag_efter_opsigelse", "work on moved cases after manual ones were given up",
              moved_case_worked_on, ((_R, "ksd"), (_S, "ksd"))),
)  # fmt: skip
