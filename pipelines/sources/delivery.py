"""The one seam between where data lives and landing: what a delivery is, whatever it is read from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from pipelines.contract import Entity
from pipelines.errors import DeliveryRefused
from pipelines.sources.block import Block, Header
from pipelines.sources.native import SourceRemark

# Told what is read, and how much of it was read since it was told last.
OnRead = Callable[[str, int], None]


class Records(Protocol):
    """One reading of a delivered entity. ``header`` holds once ``blocks`` has begun."""

    @property
    def header(self) -> Header: ...  # noqa: D102

    def blocks(self) -> Iterator[Block]:
        """The records in their order, as text; raises ``RecordMistake`` at the first that is not in order."""
        ...

    def verify(self, rows: int | None) -> None:
        """Raise ``DeliveryRefused`` unless what was read is what was sent; ``rows`` is None when it was broken off."""
        ...


class DeliveredEntity(Protocol):
    """One entity of a delivery.

    ``name``: the file or table that it stands in, as messages name it. ``sent``: how many records the source
    says there are, counted by another road than the reading; None when it says nothing.
    """

    @property
    def entity(self) -> Entity: ...  # noqa: D102

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def sent(self) -> int | None: ...  # noqa: D102

    def open(self, on_read: OnRead) -> AbstractContextManager[Records]:
        """Begin a reading; raises ``DeliveryRefused`` for what can be seen before the first record."""
        ...

    def refused(
        self, reason: str, line: int | None = None, column: str | None = None, file: str | None = None
    ) -> DeliveryRefused:
        """The refusal of the delivery for what this entity holds, in ``file`` when it stands in several."""
        ...


class Delivery(Protocol):
    """What one system held of one kommune at one time.

    ``id``: ``system/kommunekode/YYYYMMDDTHHMMSSZ``. ``udtrukket`` is UTC. ``kontroltal``: the source's own
    totals. ``said``: what the source, or the estate for it, says of the delivery; it stands in the manifest,
    scrubbed. ``sha256``: of the bytes of what is said, by which the same delivery is known again.
    """

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def system(self) -> str: ...  # noqa: D102

    @property
    def kommunekode(self) -> str: ...  # noqa: D102

    @property
    def udtrukket(self) -> datetime: ...  # noqa: D102

    @property
    def entities(self) -> Sequence[DeliveredEntity]: ...  # noqa: D102

    @property
    def kontroltal(self) -> Mapping[str, int]: ...  # noqa: D102

    @property
    def said(self) -> Mapping[str, Any]: ...  # noqa: D102

    @property
    def sha256(self) -> str: ...  # noqa: D102

    def remarks(self) -> Iterable[SourceRemark]:
        """What is odd of the whole; asked when every entity has been read."""
        ...

    def refused(self, reason: str, kontroltal: str | None = None) -> DeliveryRefused:
        """The refusal of the delivery for what is said of it, for that total when one is named."""
        ...

    def check_same(self, on_read: OnRead) -> None:
        """Raise ``DeliveryRefused`` unless a delivery that says the same is the same in every byte that can be held
        against it without reading it into the lake again."""
        ...
