"""Faults in the index: what it lacks, what it should have dropped, and what it has otherwise than EDH."""

from __future__ import annotations

from pipelines.demo.faults.injection import FaultKind, Injection
from pipelines.demo.faults.states import other_state
from pipelines.demo.findings import Fault
from pipelines.demo.world.contents import Row, take_out
from pipelines.demo.world.draw import made_uuid


def _row(injection: Injection, entity: str, uuid: str) -> Row:
    key = "sag_uuid" if entity == "indeks_sag" else "dokument_uuid"
    return next(row for row in injection.rows("indeks", entity) if row[key] == uuid)


def case_missing(injection: Injection, fault: Fault, system: str) -> None:
    """A case that the index lacks, and one that it takes for the new system's."""
    case = injection.take(system, documents=True)
    take_out(injection.rows("indeks", "indeks_sag"), [_row(injection, "indeks_sag", case.uuid)])
    fault.index("sag", case.uuid, "mangler")
    case = injection.take(system, documents=True)
    _row(injection, "indeks_sag", case.uuid)["master"] = system
    fault.index("sag", case.uuid, "mangler")


def case_left(injection: Injection, fault: Fault, system: str) -> None:
    """A case without documents is in the new system alone, but the index still has KMD Sag's."""
    case = injection.take(system, documents=False)
    row: Row = {
        "sag_uuid": case.uuid,
        "sagsnummer": case.row["sagsnummer"],
        "fremdrift": "Oplyst",
        "master": "kmd_sag",
        "antal_journalnotater": len(case.notes),
        "sts_tidspunkt": case.row["aendret"],
    }
    injection.rows("indeks", "indeks_sag").append(row)
    fault.index("sag", case.uuid, "ukendt")


def case_differs(injection: Injection, fault: Fault, system: str) -> None:
    """Another state; another number of notes; both, of which the state is named."""
    for aarsag, state, notes in (("fremdrift", 1, 0), ("antal_journalnotater", 0, 1), ("fremdrift", 1, 1)):
        case = injection.take(system, documents=True)
        row = _row(injection, "indeks_sag", case.uuid)
        row["fremdrift"] = other_state(row) if state else row["fremdrift"]
        row["antal_journalnotater"] -= notes
        fault.index("sag", case.uuid, "aendret", aarsag)


def document_missing(injection: Injection, fault: Fault, system: str) -> None:
    """A document that the index lacks."""
    uuid = injection.take(system, documents=True).documents[0].row["dokument_uuid"]
    take_out(injection.rows("indeks", "indeks_dokument"), [_row(injection, "indeks_dokument", uuid)])
    fault.index("dokument", uuid, "mangler")


def document_unknown(injection: Injection, fault: Fault, system: str) -> None:
    """A document that the index has and EDH has not."""
    rows = injection.rows("indeks", "indeks_dokument")
    known = injection.take(system, documents=True).documents[0].row["dokument_uuid"]
    row = {**_row(injection, "indeks_dokument", known), "dokument_uuid": made_uuid("kun i indekset", known)}
    rows.append(row)
    fault.index("dokument", row["dokument_uuid"], "ukendt")


_A, _R, _S = "0751", "0730", "0420"

INDEX_FAULTS = (
    FaultKind("sag_mangler_i_indeks", "cases that the index lacks", case_missing, ((_A, "ky"), (_S, "ksd"))),
    FaultKind("sag_for_meget_i_indeks", "a case that the index should have dropped",
              case_left, ((_A, "ky"), (_R, "ky"))),
    FaultKind("sag_anderledes_i_indeks", "cases with another state or number of notes",
              case_differs, ((_A, "ksd"), (_R, "ksd"))),
    FaultKind("dokument_mangler_i_indeks", "a document that the index lacks",
              document_missing, ((_A, "ky"), (_S, "ksd"))),
    FaultKind("dokument_for_meget_i_indeks", "a document that only the index has",
              document_unknown, ((_R, "ky"), (_S, "ksd"))),
)  # fmt: skip
