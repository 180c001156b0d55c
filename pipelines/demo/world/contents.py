"""What the demo's kommuner consist of, before any of it is written down as deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.demo.world.plans import KommunePlan

# A row as the contract names its columns; times are aware and in UTC, uuids text in small letters.
Row = dict[str, Any]


@dataclass
class Note:
    """A baseline note: its row, its text as compared, and the rows that answer it after, by place."""

    row: Row
    text: str
    after: dict[str, Row] = field(default_factory=dict)

    @property
    def objekt_id(self) -> str:
        """Its name in the ledger of obligations."""
        return note_id(self.row)


@dataclass
class Document:
    """A baseline document with its files and links, and the rows that EDH has of them after."""

    row: Row
    files: list[Row]
    links: list[Row]
    after: Row = field(default_factory=dict)
    after_files: list[Row] = field(default_factory=list)
    after_links: list[Row] = field(default_factory=list)


@dataclass
class Case:
    """A baseline case. ``system``: who takes it over (None: a manual case).

    ``trait`` says what is special about it; a case without one is free to be given a fault.
    """

    row: Row
    system: str | None
    name: str
    trait: str | None
    notes: list[Note] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    new: Row | None = None
    key: Row | None = None
    edh: Row | None = None

    @property
    def uuid(self) -> str:
        """Its id in KMD Sag, which it keeps in EDH."""
        return str(self.row["sag_uuid"])


@dataclass
class World:
    """One kommune: its baseline, and its last deliveries by system and entity."""

    plan: KommunePlan
    cases: list[Case] = field(default_factory=list)
    loose: list[Document] = field(default_factory=list)
    after: dict[str, dict[str, list[Row]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    waivers: list[Row] = field(default_factory=list)

    def documents(self) -> Iterator[Document]:
        """Every baseline document once, in the order of its first case."""
        seen: set[str] = set()
        for document in [*(document for case in self.cases for document in case.documents), *self.loose]:
            if document.row["dokument_uuid"] not in seen:
                seen.add(document.row["dokument_uuid"])
                yield document


def note_id(row: Row) -> str:
    """The ledger's name of a note row."""
    return f"{row['notat_id']}|{row['sag_uuid']}"


def file_id(row: Row) -> str:
    """The ledger's name of a file row."""
    return f"{row['dokument_uuid']}|{row['variant']}|{row['del']}"


def link_id(row: Row) -> str:
    """The ledger's name of a document's link to a case."""
    return f"{row['dokument_uuid']}|{row['sag_uuid']}"


def key_id(row: Row) -> str:
    """The ledger's name of a nøglepose row."""
    return f"{row['ny_sag_uuid']}|{row['edh_sag_uuid']}"


def content_of(row: Row) -> Row:
    """What a file row says of its content: another file that says the same is a copy."""
    return {name: row[name] for name in ("bytes", "kontrolsum", "algoritme")}


def take_out(rows: list[Row], gone: Sequence[Row]) -> None:
    """Remove exactly these row objects; equal rows that are others stay."""
    names = {id(row) for row in gone}
    rows[:] = [row for row in rows if id(row) not in names]
