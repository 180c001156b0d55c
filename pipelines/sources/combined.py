"""One delivery had from several sources: a system's database and, say, a list that the kommune keeps beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any

from pipelines.contract import ENTITIES
from pipelines.errors import DeliveryRefused
from pipelines.sources.delivery import DeliveredEntity, Delivery, OnRead
from pipelines.sources.native import SourceRemark


@dataclass(frozen=True)
class CombinedDelivery:
    """``first`` tells what and when; ``others`` hold entities that it does not."""

    first: Delivery
    others: tuple[Delivery, ...]

    @property
    def id(self) -> str:
        """The first one's."""
        return self.first.id

    @property
    def system(self) -> str:
        """The system that all are of."""
        return self.first.system

    @property
    def kommunekode(self) -> str:
        """The kommune that all are of."""
        return self.first.kommunekode

    @property
    def udtrukket(self) -> datetime:
        """The first one's time."""
        return self.first.udtrukket

    @cached_property
    def entities(self) -> Sequence[DeliveredEntity]:
        """Those of all, in the contract's order; raises ``DeliveryRefused`` when two hold the same."""
        found: dict[str, DeliveredEntity] = {}
        for delivered in chain.from_iterable(delivery.entities for delivery in self._all):
            name = delivered.entity.name
            if name in found:
                raise self.refused(
                    f"{name} comes from {found[name].name} and from {delivered.name}; let one of them give it"
                )
            found[name] = delivered
        return [found[name] for name in ENTITIES if name in found]

    @property
    def kontroltal(self) -> Mapping[str, int]:
        """The totals of all."""
        return {name: total for delivery in reversed(self._all) for name, total in delivery.kontroltal.items()}

    @property
    def said(self) -> Mapping[str, Any]:
        """What the first says, and under ``desuden`` what the others do."""
        return {**self.first.said, "desuden": [dict(delivery.said) for delivery in self.others]}

    @property
    def sha256(self) -> str:
        """SHA-256 of what is said, in hex."""
        return hashlib.sha256(json.dumps(self.said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def remarks(self) -> list[SourceRemark]:
        """Those of all."""
        return [remark for delivery in self._all for remark in delivery.remarks()]

    def refused(self, reason: str, kontroltal: str | None = None) -> DeliveryRefused:
        """The refusal, by the one whose total it is."""
        by = next((delivery for delivery in self._all if kontroltal in delivery.kontroltal), self.first)
        return by.refused(reason, kontroltal)

    def check_same(self, on_read: OnRead) -> None:
        """Each by its own means."""
        for delivery in self._all:
            delivery.check_same(on_read)

    @property
    def _all(self) -> tuple[Delivery, ...]:
        return (self.first, *self.others)
