"""Deliveries for the tests, written as a sender writes them: files first, ``leverance.json`` last."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.contract import ENTITIES

Row = Mapping[str, Any]

_TYPICAL: dict[str, dict[str, Any]] = {
    "sag": {
        "titel": "Sygedagpenge",
        "sagstype": "fagsystemsag",
        "fagsystem": "kmd_dagpenge",
        "part_cpr": "6101801234",
        "kle_emne": "32.30.04",
        "kle_facet": "G01",
        "fremdrift": "Oplyst",
        "fremdrift_fra": "2019-03-01T09:00:00Z",
        "livscyklus": "aktiv",
        "oprettet": "2019-02-01T08:00:00Z",
        "aendret": "2019-03-01T09:00:00Z",
    },
    "journalnotat": {
        "oprettet": "2019-02-02T10:15:30Z",
        "forfatter": "Mette Sørensen",
        "titel": "Samtale",
        "tekst": "Borgeren ringede.",
        "format": "text",
    },
    "dokument": {
        "titel": "Lægeattest",
        "dokumenttype": "Indgående",
        "registreret": "2019-02-03T11:00:00Z",
        "fremdrift": "Endeligt",
    },
    "dokument_sag": {"rolle": "Tilakteret"},
    "fil": {
        "variant": "original",
        "del": 1,
        "filnavn": "attest.pdf",
        "mimetype": "application/pdf",
        "bytes": 2048,
        "kontrolsum": "ab" * 32,
        "algoritme": "sha256",
    },
    "noeglepose": {"part_cpr": "6101801234", "dannet": "2021-03-01T02:00:00Z"},
    "berigtigelse": {"objekttype": "sag", "felt": "titel", "udfoert": "2021-06-01T12:00:00Z"},
    "indeks_sag": {
        "fremdrift": "Oplyst",
        "master": "edh",
        "antal_journalnotater": 1,
        "sts_tidspunkt": "2021-03-02T00:00:00Z",
    },
    "indeks_dokument": {"titel": "Lægeattest", "master": "edh", "sts_tidspunkt": "2021-03-02T00:00:00Z"},
    "krydsreference": {"objekttype": "sag"},
}


def uuid_of(kind: str, number: int) -> str:
    """A readable, stable uuid: the same ``kind`` and ``number`` always give the same."""
    return str(UUID(hashlib.sha256(f"{kind} {number}".encode()).hexdigest()[:32]))


def typical(entity: str, **values: Any) -> dict[str, Any]:
    """A valid row of ``entity``, but for its keys, with ``values`` laid over it."""
    return {**_TYPICAL[entity], **values}


def small_delivery() -> dict[str, list[dict[str, Any]]]:
    """Three cases, four notes, two documents: what EDH may deliver, without a fault."""
    cases = [uuid_of("sag", number) for number in range(3)]
    documents = [uuid_of("dokument", number) for number in range(2)]
    return {
        "sag": [
            typical("sag", sag_uuid=case, sagsnummer=f"32.30.04-G01-{number}-19")
            for number, case in enumerate(cases, 1)
        ],
        "journalnotat": [
            typical("journalnotat", notat_id="N1", sag_uuid=cases[0]),
            typical("journalnotat", notat_id="N2", sag_uuid=cases[0], tekst='To linjer:\n"ja", sagde hun; æøå'),
            typical("journalnotat", notat_id="N3", sag_uuid=cases[1], titel=None),
            typical(
                "journalnotat",
                notat_id="N4",
                sag_uuid=cases[2],
                format="html",
                tekst="<p>Bor p&aring; Ærø</p>",
            ),
        ],
        "dokument": [typical("dokument", dokument_uuid=document) for document in documents],
        "dokument_sag": [
            typical("dokument_sag", dokument_uuid=document, sag_uuid=case)
            for document, case in zip(documents, cases, strict=False)
        ],
        "fil": [typical("fil", dokument_uuid=document) for document in documents],
    }


def write_delivery(
    inbox: Path,
    system: str,
    kommunekode: str,
    udtrukket: datetime,
    tables: Mapping[str, Sequence[Row]],
    *,
    form: str = "csv",
    tegnsaet: str | None = None,
    bom: bool = False,
    skilletegn: str | None = None,
    linjeskift: str = "\r\n",
    kolonner: Mapping[str, Sequence[str]] | None = None,
    raw: Mapping[str, bytes] | None = None,
    kontroltal: Mapping[str, int] | None = None,
    filer: Mapping[str, Mapping[str, Any]] | None = None,
    leverance: Mapping[str, Any] | None = None,
    complete: bool = True,
) -> Path:
    """Write one delivery and return its folder.

    ``tables``: rows per entity; a value that is absent or None is null, datetimes and uuids are written
    as the contract says (an aware time in UTC, a naive one without offset). ``udtrukket`` is aware.
    The header is the contract's columns and then any other name in the rows; ``kolonner`` sets it.
    ``raw`` gives a file's own bytes by its name, ``filer`` and ``leverance`` overwrite single keys of
    what ``leverance.json`` says, ``kontroltal`` the totals, which are counted when absent.
    ``complete=False`` leaves ``leverance.json`` out, as when the sender is still writing.
    """
    moment = udtrukket.astimezone(UTC)
    folder = inbox / system / kommunekode / moment.strftime("%Y%m%dT%H%M%SZ")
    folder.mkdir(parents=True, exist_ok=True)
    entries: list[dict[str, Any]] = []
    for entity, rows in tables.items():
        name = f"{entity}.{form}"
        header = list((kolonner or {}).get(entity) or _header(entity, rows))
        if raw is not None and name in raw:
            content = raw[name]
        elif form == "parquet":
            content = _parquet(header, rows)
        else:
            text = _csv(header, rows, skilletegn or ";", linjeskift)
            content = text.encode("utf-8-sig" if bom else tegnsaet or "utf-8")
        (folder / name).write_bytes(content)
        entry: dict[str, Any] = {
            "navn": name,
            "entitet": entity,
            "raekker": len(rows),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        if tegnsaet is not None:
            entry["tegnsaet"] = tegnsaet
        if skilletegn is not None:
            entry["skilletegn"] = skilletegn
        entries.append({**entry, **(filer or {}).get(name, {})})
    said = {
        "version": 1,
        "system": system,
        "kommunekode": kommunekode,
        "udtrukket": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "filer": entries,
        "kontroltal": dict(kontroltal) if kontroltal is not None else _totals(tables),
        **(leverance or {}),
    }
    if complete:
        (folder / "leverance.json").write_text(json.dumps(said, indent=1, ensure_ascii=False), encoding="utf-8")
    return folder


def _header(entity: str, rows: Sequence[Row]) -> list[str]:
    names = dict.fromkeys(column.name for column in ENTITIES[entity].columns)
    for row in rows:
        names.update(dict.fromkeys(row))
    return list(names)


def _written(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.isoformat() if value.tzinfo is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _csv(header: Sequence[str], rows: Sequence[Row], delimiter: str, line_end: str) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(header)
    for row in rows:
        writer.writerow([_written(row.get(name)) or "" for name in header])
    return out.getvalue()


def _parquet(header: Sequence[str], rows: Sequence[Row]) -> bytes:
    out = pa.BufferOutputStream()
    integers = {column.name for entity in ENTITIES.values() for column in entity.columns if column.type == "integer"}
    arrays = []
    for name in header:
        values = [row.get(name) for row in rows]
        if name in integers and all(value is None or isinstance(value, int) for value in values):
            arrays.append(pa.array(values, pa.int64()))
        else:
            arrays.append(pa.array([_written(value) for value in values], pa.string()))
    pq.write_table(pa.table(arrays, names=list(header)), out)
    return out.getvalue().to_pybytes()


def _totals(tables: Mapping[str, Sequence[Row]]) -> dict[str, int]:
    totals = {}
    for name, rows in tables.items():
        entity = ENTITIES[name]
        if entity.kontroltal is not None and entity.counted is not None:
            totals[entity.kontroltal] = len({str(row.get(entity.counted)).lower() for row in rows})
    return totals
