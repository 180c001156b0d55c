"""One delivery, staged: every record conformed, every total held to the sender's word, the manifest written."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
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
from pipelines.sources.folder import DeliveredFile, Delivery


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


def stage(delivery: Delivery, folder: Path, keys: Keys, on_read: Callable[[str, int], None]) -> StagedFiles:
    """Land ``delivery`` into the empty ``folder``; raises ``DeliveryRefused``.

    ``on_read`` is told a file's name and the size of each piece read of it, in bytes.
    """
    snapshot, texts = folder / "snapshot", folder / "texts"
    snapshot.mkdir()
    texts.mkdir()
    remarks = Remarks()
    for name in delivery.unlisted():
        remarks.add("fil_ikke_opfoert", scrub_foreign(name), 1, None)
    filer, tekster, staged = [], [], {}
    with ExitStack() as open_files, landing_session(folder / "spill") as session:
        # All are opened before the first is read: what can be refused at once is.
        streams = [open_files.enter_context(file.open()) for file in delivery.files]
        for file, stream in zip(delivery.files, streams, strict=True):
            conformer = Conformer(file.entity, delivery.leverance.system, keys.pseudonyms, keys.text, session)
            records, apart = _land_file(file, stream, conformer, snapshot, texts, remarks, on_read)
            filer.append(records)
            tekster += apart
            staged[file.entity.name] = snapshot / records["navn"]
        whole = StagedDelivery(delivery, staged, session)
        whole.check_keys()
        totals = whole.count_totals()
        whole.remark_loose(remarks)
    others = {name: total for name, total in delivery.leverance.kontroltal.items() if name not in totals}
    manifest = {
        "version": 1,
        "system": delivery.leverance.system,
        "kommunekode": delivery.leverance.kommunekode,
        "udtrukket": delivery.udtrukket.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "software": __version__,
        "kontrakt": CONTRACT_VERSION,
        "noegle": key_id(keys.pseudonyms.key),
        "leverance": _scrubbed(delivery.placed.raw),
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


def _land_file(
    file: DeliveredFile,
    stream: Any,
    conformer: Conformer,
    snapshot: Path,
    texts: Path,
    remarks: Remarks,
    on_read: Callable[[str, int], None],
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    entity, name = file.entity, file.entry.navn
    source = file.records(stream, partial(on_read, name))
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
            # A file damaged on its way breaks the contract anywhere; then the damage is the reason.
            file.check_sha256(source.sha256())
            raise file.refused(mistake.reason, mistake.line, mistake.column) from None
    file.check_sha256(source.sha256())
    file.check_rows(records.rows)
    remarks.add("ukendt_kolonne", name, len(source.header.unknown), 1)
    remarks.add("kolonne_mangler", name, len(source.header.absent), 1)
    entry = {"kilde": name, "sendt": file.entry.raekker, "tomme_kraevede": records.nulls}
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
            return {scrub_foreign(key): part if key == "sha256" else _scrubbed(part) for key, part in value.items()}
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
