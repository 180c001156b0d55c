"""Faults at the change of ESDH vendor: what was not exported, or cannot be found by its old id."""

from __future__ import annotations

import hashlib

from pipelines.demo.faults.cases import edh_of, key_of
from pipelines.demo.faults.injection import FaultKind, Injection
from pipelines.demo.findings import Fault
from pipelines.demo.world.contents import Document, Row, file_id, key_id, link_id, note_id, take_out
from pipelines.demo.world.esdh import reference

_NO_REFERENCE = "krydsreference"


def _cut(injection: Injection, objekttype: str, gammel_id: str) -> None:
    """Take out what leads from an id of EDH to the new one."""
    take_out(injection.rows("esdh", "krydsreference"), [reference(injection.world, objekttype, gammel_id)])


def _rows(injection: Injection, entity: str, key: str, ny_id: str) -> list[Row]:
    return [row for row in injection.rows("esdh", entity) if row[key] == ny_id]


def _new_id(injection: Injection, document: Document) -> str:
    return str(reference(injection.world, "dokument", document.row["dokument_uuid"])["ny_id"])


def case_without_reference(injection: Injection, fault: Fault, system: str) -> None:
    """The case was exported, but its old id leads nowhere: nor do its links and its nøglepose row."""
    case = injection.take(system, documents=True)
    _cut(injection, "sag", case.uuid)
    fault.esdh("sag", case.uuid, "mangler", _NO_REFERENCE)
    fault.esdh("noeglepose", key_id(key_of(case)), "mangler", _NO_REFERENCE)
    for document in case.documents:
        for link in document.after_links:
            fault.esdh("dokument_sag", link_id(link), "mangler", _NO_REFERENCE)


def case_not_exported(injection: Injection, fault: Fault, system: str) -> None:
    """Its old id leads to a case that is not there; what hung on it was exported."""
    case = injection.take(system, documents=True)
    ny_id = reference(injection.world, "sag", edh_of(case)["sag_uuid"])["ny_id"]
    take_out(injection.rows("esdh", "sag"), _rows(injection, "sag", "sag_uuid", ny_id))
    fault.esdh("sag", case.uuid, "mangler")
    fault.esdh("noeglepose", key_id(key_of(case)), "mangler")


def notes_lost(injection: Injection, fault: Fault, system: str) -> None:
    """A note without a reference, one that was not exported, and one whose reference leads astray."""
    case = injection.take(system, documents=True)
    first, second, third = (note.after["edh"] for note in case.notes[:3])
    _cut(injection, "journalnotat", first["notat_id"])
    fault.esdh("journalnotat", note_id(first), "mangler", _NO_REFERENCE)
    ny_id = reference(injection.world, "journalnotat", second["notat_id"])["ny_id"]
    take_out(injection.rows("esdh", "journalnotat"), _rows(injection, "journalnotat", "notat_id", ny_id))
    fault.esdh("journalnotat", note_id(second), "mangler")
    reference(injection.world, "journalnotat", third["notat_id"])["ny_id"] = "findes ikke"
    fault.esdh("journalnotat", note_id(third), "mangler")


def document_without_reference(injection: Injection, fault: Fault, system: str) -> None:
    """The document's old id leads nowhere: nor do its files' and its links'."""
    document = injection.take(system, documents=True).documents[0]
    _cut(injection, "dokument", document.row["dokument_uuid"])
    _document_lost(document, fault, _NO_REFERENCE)


def document_not_exported(injection: Injection, fault: Fault, system: str) -> None:
    """The document was left behind, with its files and links."""
    document = injection.take(system, documents=True).documents[0]
    for entity in ("dokument", "fil", "dokument_sag"):
        gone = _rows(injection, entity, "dokument_uuid", _new_id(injection, document))
        take_out(injection.rows("esdh", entity), gone)
    _document_lost(document, fault, None)


def _document_lost(document: Document, fault: Fault, aarsag: str | None) -> None:
    fault.esdh("dokument", document.row["dokument_uuid"], "mangler", aarsag)
    for row in document.after_files:
        fault.esdh("fil", file_id(row), "mangler", aarsag)
    for row in document.after_links:
        fault.esdh("dokument_sag", link_id(row), "mangler", aarsag)


def files_differ(injection: Injection, fault: Fault, system: str) -> None:
    """A file that was not exported, one with other content, and one whose checksum is of another kind."""
    for aarsag in (None, "kontrolsum", "algoritme"):
        document = injection.take(system, documents=True).documents[0]
        row = _rows(injection, "fil", "dokument_uuid", _new_id(injection, document))[0]
        if aarsag is None:
            take_out(injection.rows("esdh", "fil"), [row])
            fault.esdh("fil", file_id(document.files[0]), "mangler")
            continue
        if aarsag == "algoritme":
            row["algoritme"] = "md5" if row["algoritme"] == "sha256" else "sha256"
        row["kontrolsum"] = hashlib.new(row["algoritme"], b"other content", usedforsecurity=False).hexdigest()
        fault.esdh("fil", file_id(document.files[0]), "aendret", "kontrolsum")


def link_lost(injection: Injection, fault: Fault, system: str) -> None:
    """Case and document were exported, the link between them was not."""
    document = injection.take(system, documents=True).documents[0]
    gone = _rows(injection, "dokument_sag", "dokument_uuid", _new_id(injection, document))
    take_out(injection.rows("esdh", "dokument_sag"), gone)
    for row in document.after_links:
        fault.esdh("dokument_sag", link_id(row), "mangler")


_R = "0730"

ESDH_FAULTS = (
    FaultKind("sag_uden_krydsreference", "a case whose old id leads nowhere", case_without_reference, ((_R, "ksd"),)),
    FaultKind("sag_ikke_eksporteret", "a case that is not in the new ESDH", case_not_exported, ((_R, "ky"),)),
    FaultKind("notater_ikke_eksporteret", "notes that cannot be found in the new ESDH", notes_lost, ((_R, "ky"),)),
    FaultKind("dokument_uden_krydsreference", "a document whose old id leads nowhere",
              document_without_reference, ((_R, "ksd"),)),
    FaultKind("dokument_ikke_eksporteret", "a document that is not in the new ESDH",
              document_not_exported, ((_R, "ky"),)),
    FaultKind("filer_ikke_eksporteret", "files that the new ESDH lacks or has otherwise", files_differ, ((_R, "ky"),)),
    FaultKind("kobling_ikke_eksporteret", "a link that is not in the new ESDH", link_lost, ((_R, "ksd"),)),
)  # fmt: skip
