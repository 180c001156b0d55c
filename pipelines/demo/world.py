"""What the demo's kommuner consist of, before any of it is written down as deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipelines.contract import SUCCESSORS

# A row as the contract names its columns; times are aware and in UTC, uuids text in small letters.
Row = dict[str, Any]

FAGSYSTEM = {successor.system: successor.fagsystem for successor in SUCCESSORS}
AFTER = datetime(2022, 3, 15, 2, tzinfo=UTC)


def _utc(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@dataclass(frozen=True)
class Transition:
    """A system's move: ``baseline`` is when KMD Sag was extracted for it, ``overgang`` when it took over."""

    baseline: datetime
    overgang: datetime


@dataclass(frozen=True)
class KommunePlan:
    """One kommune of the demo. ``tiny``: a dozen plain cases, whatever size is asked for."""

    kode: str
    navn: str
    transitions: dict[str, Transition]
    opsagt_manuelle_sager: date | None = None
    tiny: bool = False

    @property
    def first_baseline(self) -> datetime:
        """The baseline of the kommune's first transition, on which manual cases rest."""
        return min(self.transitions.values(), key=lambda transition: transition.overgang).baseline

    def baseline(self, system: str | None) -> datetime:
        """When the cases of ``system`` (None: manual ones) were last extracted before they moved."""
        transition = self.transitions.get(system or "")
        return transition.baseline if transition else self.first_baseline

    def moved(self, system: str | None, moment: datetime) -> bool:
        """Whether the cases of ``system`` had left KMD Sag at ``moment``; manual ones never do."""
        transition = self.transitions.get(system or "")
        return transition is not None and transition.overgang <= moment


_KSD_FIRST_WAVE = Transition(_utc(2020, 5, 22, 21), _utc(2020, 6, 3, 6))

# Læsø is there for the empty cell of the letter's figure. In Assens KY took over after the last extract,
# so what moves to KY there is still waited for; in Aarhus and Assens the pensions have no date yet.
PLANS = (
    KommunePlan(
        "0751", "Aarhus", {"ksd": _KSD_FIRST_WAVE, "ky": Transition(_utc(2021, 2, 26, 20), _utc(2021, 3, 1, 5))}
    ),
    KommunePlan(
        "0730",
        "Randers",
        {
            "ksd": _KSD_FIRST_WAVE,
            "ky": Transition(_utc(2021, 4, 30, 20), _utc(2021, 5, 3, 5)),
            "spk": Transition(_utc(2021, 10, 29, 20), _utc(2021, 11, 1, 6)),
        },
        opsagt_manuelle_sager=date(2022, 1, 1),
    ),
    KommunePlan(
        "0420",
        "Assens",
        {
            "ksd": Transition(_utc(2020, 2, 28, 21), _utc(2020, 3, 2, 6)),
            "ky": Transition(AFTER - timedelta(hours=5), _utc(2022, 5, 2, 5)),
        },
    ),
    KommunePlan("0825", "Læsø", {"ksd": _KSD_FIRST_WAVE}, tiny=True),
)


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


def take_out(rows: list[Row], gone: Sequence[Row]) -> None:
    """Remove exactly these row objects; equal rows that are others stay."""
    names = {id(row) for row in gone}
    rows[:] = [row for row in rows if id(row) not in names]
