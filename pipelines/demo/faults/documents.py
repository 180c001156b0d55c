"""Faults in documents, their files and links."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from pipelines.demo.faults.injection import FaultKind, Injection
from pipelines.demo.findings import Fault
from pipelines.demo.world.contents import Document, file_id, link_id, take_out


def _document(injection: Injection, system: str) -> Document:
    return injection.take(system, documents=True).documents[0]


def _digest(algorithm: str, content: bytes) -> str:
    return hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()


def lost(injection: Injection, fault: Fault, system: str) -> None:
    """A document with all that hangs on it."""
    document = _document(injection, system)
    take_out(injection.rows("edh", "dokument"), [document.after])
    take_out(injection.rows("edh", "fil"), document.after_files)
    take_out(injection.rows("edh", "dokument_sag"), document.after_links)
    fault.kept("dokument", document.row["dokument_uuid"], "mangler")
    fault.nowhere("dokument", document.row["dokument_uuid"])
    for row in document.files:
        fault.kept("fil", file_id(row), "mangler")
    for row in document.links:
        fault.kept("dokument_sag", link_id(row), "mangler")


def lost_loose(injection: Injection, fault: Fault, _system: str) -> None:
    """A document that lay on no case was to stay like any other."""
    document = injection.world.loose[0]
    take_out(injection.rows("edh", "dokument"), [document.after])
    fault.kept("dokument", document.row["dokument_uuid"], "mangler")
    fault.nowhere("dokument", document.row["dokument_uuid"])


def file_lost(injection: Injection, fault: Fault, system: str) -> None:
    """The document is there, one file of it is not."""
    document = _document(injection, system)
    take_out(injection.rows("edh", "fil"), document.after_files[:1])
    fault.kept("fil", file_id(document.files[0]), "mangler")


def link_lost(injection: Injection, fault: Fault, system: str) -> None:
    """A document on two cases lies on one of them only."""
    first = injection.take(system, trait="delt_dokument")
    second = injection.take(system, trait="delt_dokument")
    shared = first.documents[0]
    gone = next(row for row in shared.after_links if row["sag_uuid"] == second.uuid)
    take_out(injection.rows("edh", "dokument_sag"), [gone])
    fault.kept("dokument_sag", link_id(gone), "mangler")


def link_moved(injection: Injection, fault: Fault, system: str) -> None:
    """The document lies on another case; its link there answers the one that is missing."""
    document, other = _document(injection, system), injection.take(system, documents=True)
    fault.kept("dokument_sag", link_id(document.links[0]), "fejlplaceret")
    document.after_links[0]["sag_uuid"] = other.uuid


def checksum(injection: Injection, fault: Fault, system: str) -> None:
    """Other content, or a checksum of another kind, which cannot be held against the first."""
    for other_algorithm in (False, True):
        document = _document(injection, system)
        row = document.after_files[0]
        if other_algorithm:
            row["algoritme"] = "md5" if row["algoritme"] == "sha256" else "sha256"
        row["kontrolsum"] = _digest(row["algoritme"], b"other content " + row["dokument_uuid"].encode())
        fault.kept("fil", file_id(document.files[0]), "aendret", "kontrolsum")


def emptied(injection: Injection, fault: Fault, system: str) -> None:
    """A file of no bytes; that wins over its checksum, which changed with it."""
    document = _document(injection, system)
    row = document.after_files[0]
    row |= {"bytes": 0, "kontrolsum": _digest(row["algoritme"], b"")}
    fault.kept("fil", file_id(document.files[0]), "aendret", "tom_fil")


def retitled(injection: Injection, fault: Fault, system: str) -> None:
    """Another title, and no request that covers it."""
    document = _document(injection, system)
    document.after["titel"] = "Konverteret dokument"
    fault.kept("dokument", document.row["dokument_uuid"], "aendret", "titel")


def unknown(injection: Injection, fault: Fault, system: str) -> None:
    """Documents older than the transition, that the baseline has not, in both places."""
    case = injection.take(system, documents=True)
    assert case.new is not None
    overgang = injection.world.plan.transitions[system].overgang
    for place, uuid, sted in ((system, case.new["sag_uuid"], "nyt"), ("edh", case.uuid, "edh")):
        document = injection.births.document(place, uuid, overgang - timedelta(seconds=1))
        fault.unknown_document(document, sted)
        if sted == "nyt":
            fault.document("R12", document.row["dokument_uuid"])


_A, _R, _S = "0751", "0730", "0420"

DOCUMENT_FAULTS = (
    FaultKind("dokument_tabt", "a document lost with its files and links", lost, ((_A, "ky"), (_S, "ksd"))),
    FaultKind("loest_dokument_tabt", "a document on no case lost, its file left", lost_loose, ((_R, "edh"),)),
    FaultKind("fil_tabt", "one file of a document lost", file_lost, ((_A, "ksd"), (_S, "ksd"))),
    FaultKind("kobling_tabt", "a document on two cases lies on one", link_lost, ((_A, "ksd"),)),
    FaultKind("kobling_flyttet", "a document lies on another case", link_moved, ((_R, "ksd"),)),
    FaultKind("kontrolsum_aendret", "other content, and a checksum of another kind", checksum, ((_R, "ksd"),)),
    FaultKind("fil_toemt", "a file without bytes", emptied, ((_A, "ky"), (_S, "ksd"))),
    FaultKind("dokument_omdoebt", "another title", retitled, ((_R, "ksd"),)),
    FaultKind("ukendte_dokumenter", "old documents that the baseline has not", unknown, ((_A, "ksd"),)),
)  # fmt: skip
