"""What can only be seen when the whole delivery has been read: keys, totals, references that lead nowhere.

Everything is asked of the staged files, so what is checked is what will be published.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contract import ENTITIES, Entity
from pipelines.landing.remarks import Remarks
from pipelines.sources.delivery import Delivery

_MEMORY = "400MB"


def landing_session(spill: Path) -> duckdb.DuckDBPyConnection:
    """The DuckDB session of one landing. It sees neither personal numbers nor unmasked texts, so may spill."""
    return duckdb.connect(
        config={"memory_limit": _MEMORY, "temp_directory": str(spill), "arrow_lossless_conversion": "true"}
    )


_NO_SAG = "NOT EXISTS (FROM sag WHERE sag.sag_uuid = this.sag_uuid)"
_NO_DOKUMENT = "NOT EXISTS (FROM dokument WHERE dokument.dokument_uuid = this.dokument_uuid)"
_NO_LINK = "NOT EXISTS (FROM dokument_sag AS link WHERE link.dokument_uuid = this.dokument_uuid)"
# Entity, kind of remark, when a row of it is meant, and what else must have been delivered to know that.
_LOOSE = (
    ("journalnotat", "notat_paa_ukendt_sag", _NO_SAG, {"sag"}),
    ("dokument", "loest_dokument", _NO_LINK, {"dokument_sag"}),
    ("fil", "haengende_fil", _NO_DOKUMENT, {"dokument"}),
    ("dokument_sag", "haengende_dokument_sag", f"{_NO_DOKUMENT} OR {_NO_SAG}", {"dokument", "sag"}),
)


class StagedDelivery:
    """The staged Parquet files of one delivery, as DuckDB views named after their entities."""

    def __init__(self, delivery: Delivery, files: Mapping[str, Path], session: duckdb.DuckDBPyConnection) -> None:
        self._delivery = delivery
        self._delivered = {delivered.entity.name: delivered for delivered in delivery.entities}
        self._session = session
        self._differing: dict[str, bool] = {}
        for entity, path in files.items():
            self._session.read_parquet(str(path)).create_view(entity)

    def check_keys(self) -> None:
        """Raise ``DeliveryRefused`` when two rows have one key, on the line of the later."""
        for name, delivered in self._delivered.items():
            entity = ENTITIES[name]
            if self._all_differ(entity):
                continue
            key = ", ".join(f'"{column}"' for column in entity.key)
            found = self._one(
                f"""SELECT linje, first_line
                FROM (SELECT linje, min(linje) OVER (PARTITION BY {key}) AS first_line FROM {name})
                WHERE linje <> first_line ORDER BY linje LIMIT 1"""
            )
            if found is not None:
                raise delivered.refused(
                    f"the record has the same key ({', '.join(entity.key)}) as the one on line {found[1]}", found[0]
                )

    def count_totals(self) -> dict[str, dict[str, int]]:
        """Each kontroltal that can be compared, as sent and as landed; raises ``DeliveryRefused`` when they differ."""
        totals: dict[str, dict[str, int]] = {}
        for name in self._delivered:
            entity = ENTITIES[name]
            sent = self._delivery.kontroltal.get(entity.kontroltal or "")
            if sent is None or entity.kontroltal is None:
                continue
            landed = self._distinct(entity)
            if sent != landed:
                raise self._delivery.refused(
                    f"the kontroltal {entity.kontroltal} says {sent}, but {self._delivered[name].name} has {landed} "
                    "different; find out which is right, and send the delivery again",
                    entity.kontroltal,
                )
            totals[entity.kontroltal] = {"sendt": sent, "landet": landed}
        return totals

    def remark_loose(self, remarks: Remarks) -> None:
        """Remark on references that lead nowhere and on documents that lie on no case."""
        for name, art, condition, needed in _LOOSE:
            if name in self._delivered and needed <= self._delivered.keys():
                found = self._one(f"SELECT count(*), min(linje) FROM {name} AS this WHERE {condition}")
                remarks.add(art, self._delivered[name].name, *found)

    def _all_differ(self, entity: Entity) -> bool:
        """Whether the first column of the key differs in every row, told by hashes: no two equal values hash apart."""
        if entity.name not in self._differing:
            rows, hashes = self._one(f"SELECT count(*), count(DISTINCT hash({entity.key[0]})) FROM {entity.name}")
            self._differing[entity.name] = rows == hashes
        return self._differing[entity.name]

    def _distinct(self, entity: Entity) -> int:
        if entity.counted == entity.key[0] and self._all_differ(entity):
            return int(self._one(f"SELECT count(*) FROM {entity.name}")[0])
        return int(self._one(f"SELECT count(DISTINCT {entity.counted}) FROM {entity.name}")[0])

    def _one(self, sql: str) -> Any:
        return self._session.execute(sql).fetchone()
