"""One delivery, staged: every record conformed, every total held to the sender's word, the manifest written."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines import __version__
from pipelines.contract import CONTRACT_VERSION
from pipelines.errors import scrub_foreign
from pipelines.lake import MANIFEST, file_sha256
from pipelines.landing.in_order import in_order
from pipelines.landing.pseudonym import Pseudonyms, key_id
from pipelines.landing.records import Conformer
from pipelines.landing.remarks import Remarks
from pipelines.landing.totals import StagedDelivery, landing_session
from pipelines.landing.writer import Writer
from pipelines.sources.block import RecordMistake
from pipelines.sources.delivery import DeliveredEntity, Delivery, OnRead, Records


@dataclass(frozen=True)
class StagedFiles:
    """The two folders of a staged delivery. ``texts`` is None when nothing is kept apart."""

    snapshot: Path
    texts: Path | None
    remarks: Remarks


@dataclass(frozen=True)
class Keys:
    """What personal numbers and note texts are landed under. ``text`` None: texts are not encrypted."""

    pseudonyms: Pseudonyms
    text: bytes | None = field(repr=False)


def stage(delivery: Delivery, folder: Path, keys: Keys, on_read: OnRead) -> StagedFiles:
    """Land ``delivery`` into the empty ``folder``; raises ``DeliveryRefused``.

    ``on_read`` is told what is read, and how much.
    """
    snapshot, texts = folder / "snapshot", folder / "texts"
    snapshot.mkdir()
    texts.mkdir()
    remarks = Remarks()
    filer, tekster, staged = [], [], {}
    with ExitStack() as readings, landing_session(folder / "spill") as session:
        # All are opened before the first is read: what can be refused at once is.
        opened = [(each, readings.enter_context(each.open(on_read))) for each in delivery.entities]
        for delivered, records in opened:
            conformer = Conformer(delivered.entity, delivery.system, keys.pseudonyms, keys.text, session)
            landed, apart = _land_entity(delivered, records, conformer, snapshot, texts, remarks)
            filer.append(landed)
            tekster += apart
            staged[delivered.entity.name] = snapshot / landed["navn"]
        whole = StagedDelivery(delivery, staged, session)
        whole.check_keys()
        totals = whole.count_totals()
        whole.remark_loose(remarks)
    for remark in delivery.remarks():
        remarks.add(remark.art, remark.file, remark.count, remark.line)
    others = {name: total for name, total in delivery.kontroltal.items() if name not in totals}
    manifest = {
        "version": 1,
        "system": delivery.system,
        "kommunekode": delivery.kommunekode,
        "udtrukket": delivery.udtrukket.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "software": __version__,
        "kontrakt": CONTRACT_VERSION,
        "noegle": key_id(keys.pseudonyms.key),
        "leverance": _scrubbed(dict(delivery.said)),
        "leverance_sha256": delivery.sha256,
        "filer": filer,
        "tekster": tekster,
        "kontroltal": totals,
        "andre_kontroltal": _scrubbed(others),
        "bemaerkninger": remarks.as_records(),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (snapshot / MANIFEST).write_text(text, encoding="utf-8")
    return StagedFiles(snapshot, texts if tekster else None, remarks)


def _land_entity(
    delivered: DeliveredEntity, source: Records, conformer: Conformer, snapshot: Path, texts: Path, remarks: Remarks
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    entity, name = delivered.entity, delivered.name
    with ExitStack() as writers:
        records = writers.enter_context(Writer(snapshot / f"{entity.name}.parquet", entity.schema))
        text_schema = conformer.text_schema()
        apart = None
        if text_schema is not None:
            apart = writers.enter_context(Writer(texts / f"{entity.name}.parquet", text_schema))
        try:
            for landed in in_order(source.blocks(), conformer.conform):
                records.write(landed.records)
                for art, count, line in landed.remarks:
                    remarks.add(art, name, count, line)
                if apart is not None and landed.texts is not None:
                    apart.write(landed.texts)
        except RecordMistake as mistake:
            source.verify(None)
            raise delivered.refused(mistake.reason, mistake.line, mistake.column, mistake.file) from None
    source.verify(records.rows)
    remarks.add("ukendt_kolonne", name, len(source.header.unknown), 1)
    remarks.add("kolonne_mangler", name, len(source.header.absent), 1)
    if delivered.sent is None:
        remarks.add("ikke_talt", name, 1, None)
    entry = {"kilde": name, "sendt": delivered.sent, "tomme_kraevede": records.nulls}
    encrypted = {"noegle": None if conformer.text_key is None else key_id(conformer.text_key)}
    return (
        {**_written(records, entity.name), **entry},
        [] if apart is None else [{**_written(apart, entity.name), **encrypted}],
    )


def _scrubbed(value: Any) -> Any:
    """What a sender wrote beside the contract may hold a personal number too."""
    match value:
        case str():
            return scrub_foreign(value)
        case int() | float():
            return value if scrub_foreign(str(value)) == str(value) else "[cpr]"
        case dict():
            # A checksum has been held against its file; the digits in it are no number.
            return {
                scrub_foreign(key): part if key.endswith("sha256") else _scrubbed(part) for key, part in value.items()
            }
        case list():
            return [_scrubbed(part) for part in value]
    return value


def _written(writer: Writer, entity: str) -> dict[str, Any]:
    return {
        "navn": writer.path.name,
        "entitet": entity,
        "raekker": writer.rows,
        "bytes": writer.path.stat().st_size,
        "sha256": file_sha256(writer.path),
    }
