"""Blocks of records, conformed: what is wrong is told by line, what is right is ready to be written."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from pipelines.contract import ENTITIES, NEW_SYSTEMS, Entity
from pipelines.landing import notes
from pipelines.landing.columns import Conformed, as_arrow, conform
from pipelines.landing.fixed_text import Flags, Integers
from pipelines.landing.pseudonym import Pseudonyms
from pipelines.sources.block import Block, RecordMistake

_CONTRACT_COLUMNS = sorted({column.name for entity in ENTITIES.values() for column in entity.columns})


@dataclass(frozen=True)
class Landed:
    """A block as it is written: the ledger's columns, and what is kept apart.

    ``remarks``: kind, how many, and the line of the first.
    """

    records: pa.RecordBatch
    texts: pa.RecordBatch | None
    remarks: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Conformer:
    """Conforms the blocks of one file of ``entity`` from ``system``; several threads may at a time."""

    entity: Entity
    system: str
    pseudonyms: Pseudonyms
    text_key: bytes | None = field(repr=False)
    session: duckdb.DuckDBPyConnection

    def conform(self, block: Block) -> Landed:
        """Conform ``block``; raises ``RecordMistake`` for the first record that breaks the contract."""
        delivered = {
            column.name: block.columns.column(column.name)
            if column.name in block.columns.schema.names
            else pa.nulls(len(block.lines), pa.string())
            for column in self.entity.columns
        }
        made = {column.name: conform(column, delivered[column.name], self.pseudonyms) for column in self.entity.columns}
        for name, reason, wrong in self._across(delivered):
            made[name].wrong.append((reason, wrong))
        _refuse_first(made, block)
        flagged: list[tuple[str, Flags | Integers | None]]
        flagged = [("flertydig_lokaltid", column.twice) for column in made.values()]
        flagged += [("maskeret_cpr", column.masked) for column in made.values()]
        landed = {column.landed_name: made[column.name].landed for column in self.entity.columns}
        texts = None
        if self.entity.text_schema is not None:
            read = notes.read_texts(delivered["tekst"], delivered["format"], self.pseudonyms)
            flagged.append(("maskeret_cpr", read.masked))
            known_by = [landed[name] for name in ("oprettet", "forfatter", "titel")]
            derived = notes.derive(self.session, delivered["tekst"], read.compared, *known_by)
            landed.update(zip((field.name for field in self.entity.derived), derived, strict=True))
            texts = self._texts(landed, as_arrow(read.stored))
        if self.entity.name == "berigtigelse":
            flagged.append(("ukendt_felt", (~pl.Series(delivered["felt"]).is_in(_CONTRACT_COLUMNS)).to_numpy()))
        landed["linje"] = pa.array(block.lines)
        schema = self.entity.schema
        records = pa.record_batch([landed[name] for name in schema.names], schema=schema)
        remarks = [
            (art, int(counts.sum()), int(block.lines[np.argmax(counts > 0)]))
            for art, counts in flagged
            if counts is not None and counts.any()
        ]
        return Landed(records, texts, tuple(remarks))

    def text_schema(self) -> pa.Schema | None:
        """The schema of what is kept apart: its text is bytes when there is a key for it."""
        schema = self.entity.text_schema
        if schema is None or self.text_key is None:
            return schema
        return schema.set(schema.get_field_index("tekst"), pa.field("tekst", pa.binary(), nullable=False))

    def _texts(self, landed: dict[str, pa.Array], stored: pa.StringArray) -> pa.RecordBatch:
        text: pa.Array = stored
        if self.text_key is not None:
            cipher = AESSIV(self.text_key)
            # Bound to its note, so that a text cannot be moved to another one unseen.
            rows = zip(stored.to_pylist(), landed["notat_id"].to_pylist(), landed["sag_uuid"].to_pylist(), strict=True)
            text = pa.array(
                [cipher.encrypt(tekst.encode(), [notat_id.encode(), sag.bytes]) for tekst, notat_id, sag in rows],
                pa.binary(),
            )
        schema = self.text_schema()
        assert schema is not None
        return pa.record_batch([text if name == "tekst" else landed[name] for name in schema.names], schema=schema)

    def _across(self, delivered: dict[str, pa.Array]) -> list[tuple[str, str, Flags]]:
        """What the contract says of two columns of one record: column, sentence, and where it is broken."""
        if self.entity.name == "sag" and self.system == "kmd_sag":
            owned = pl.Series(delivered["sagstype"]) == "fagsystemsag"
            wrong = (owned & pl.Series(delivered["fagsystem"]).is_null()).fill_null(value=False)
            return [("fagsystem", "the value is empty, and a fagsystemsag in KMD Sag has one", wrong.to_numpy())]
        if self.entity.name == "sag" and self.system in NEW_SYSTEMS:
            wrong = pl.Series(delivered["fagsystem"]).is_not_null()
            return [("fagsystem", f"the value must be empty: a case in {self.system} has none", wrong.to_numpy())]
        if self.entity.name == "fil":
            sums, algorithms = pl.Series(delivered["kontrolsum"]), pl.Series(delivered["algoritme"])
            fits = sums.str.contains("^[0-9a-fA-F]*$") & (
                sums.str.len_bytes() == algorithms.replace_strict({"sha256": 64, "md5": 32}, default=None)
            )
            wrong = (~fits).fill_null(value=False)
            reason = "the value is not the hexadecimal digits of its algoritme: 64 for sha256, 32 for md5"
            return [("kontrolsum", reason, wrong.to_numpy())]
        return []


def _refuse_first(made: dict[str, Conformed], block: Block) -> None:
    faults = [
        (int(np.argmax(wrong)), place, name, reason)
        for place, (name, column) in enumerate(made.items())
        for reason, wrong in column.wrong
        if wrong.any()
    ]
    if faults:
        row, _, name, reason = min(faults, key=lambda fault: fault[:2])
        raise RecordMistake(reason, int(block.lines[row]), name)
