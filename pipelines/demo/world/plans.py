"""Which kommuner the demo has, when each moved, and when each system of theirs was extracted last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from pipelines.contract import SUCCESSORS
from pipelines.estate import DANISH_TIME

FAGSYSTEM = {successor.system: successor.fagsystem for successor in SUCCESSORS}
AFTER = datetime(2022, 3, 15, 2, tzinfo=UTC)
# Ahead of every last delivery but that of Læsø, where a document may have been moved to the new system by then.
FULDT_UDRULLET = date(2022, 3, 16)


def _utc(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@dataclass(frozen=True)
class Transition:
    """A system's move: ``baseline`` is when KMD Sag was extracted for it, ``overgang`` when it took over."""

    baseline: datetime
    overgang: datetime


@dataclass(frozen=True)
class KommunePlan:
    """One kommune of the demo. ``tiny``: a dozen plain cases, whatever size is asked for.

    ``extracted``: when a system's last delivery was extracted, where that is not ``AFTER``. A kommune has an
    index (``indeks``) or a new ESDH (``esdh``) when it is named there.
    """

    kode: str
    navn: str
    transitions: Mapping[str, Transition]
    opsagt_manuelle_sager: date | None = None
    extracted: Mapping[str, datetime] = field(default_factory=dict)
    tiny: bool = False

    @property
    def first_baseline(self) -> datetime:
        """The baseline of the kommune's first transition, on which manual cases rest."""
        return min(self.transitions.values(), key=lambda transition: transition.overgang).baseline

    @property
    def given_up(self) -> datetime | None:
        """The instant from which manual cases were given up: midnight in Denmark."""
        day = self.opsagt_manuelle_sager
        return None if day is None else datetime.combine(day, time(), DANISH_TIME).astimezone(UTC)

    def baseline(self, system: str | None) -> datetime:
        """When the cases of ``system`` (None: manual ones) were last extracted before they moved."""
        transition = self.transitions.get(system or "")
        return transition.baseline if transition else self.first_baseline

    def after(self, system: str) -> datetime:
        """When the last delivery of ``system`` was extracted."""
        return self.extracted.get(system, AFTER)

    def moved(self, system: str | None, moment: datetime | None = None) -> bool:
        """Whether the cases of ``system`` had left KMD Sag at ``moment`` (None: EDH's last extract).

        Manual cases never do.
        """
        transition = self.transitions.get(system or "")
        return transition is not None and transition.overgang <= (moment or self.after("edh"))


_KSD_FIRST_WAVE = Transition(_utc(2020, 5, 22, 21), _utc(2020, 6, 3, 6))

# Læsø is there for the empty cell of the letter's figure. In Assens KY took over after the last extract,
# so what moves to KY there is still waited for, and the pensions have no date yet. In Aarhus these moved between
# the last extracts of SPK and of EDH, so that one side of them can be judged and the other waits.
# Not all was extracted in one night: EDH closes cases after the new system was asked, the index lags or runs ahead.
PLANS = (
    KommunePlan(
        "0751",
        "Aarhus",
        {
            "ksd": _KSD_FIRST_WAVE,
            "ky": Transition(_utc(2021, 2, 26, 20), _utc(2021, 3, 1, 5)),
            "spk": Transition(_utc(2022, 3, 4, 20), _utc(2022, 3, 7, 5)),
        },
        extracted={
            "ky": AFTER - timedelta(days=8),
            "spk": _utc(2022, 3, 6, 20),
            "indeks": AFTER - timedelta(days=6),
        },
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
        extracted={
            "ksd": AFTER - timedelta(days=9),
            "indeks": AFTER + timedelta(days=2),
            "esdh": AFTER + timedelta(days=40),
        },
    ),
    KommunePlan(
        "0420",
        "Assens",
        {
            "ksd": Transition(_utc(2020, 2, 28, 21), _utc(2020, 3, 2, 6)),
            "ky": Transition(AFTER - timedelta(hours=5), _utc(2022, 5, 2, 5)),
        },
        opsagt_manuelle_sager=date(2021, 6, 1),
        extracted={"indeks": AFTER},
    ),
    KommunePlan(
        "0825",
        "Læsø",
        {"ksd": _KSD_FIRST_WAVE},
        extracted={system: AFTER + timedelta(days=1) for system in ("edh", "ksd")},
        tiny=True,
    ),
)
# Its deliveries come into the inbox, but the estate does not know it.
STRANGER = KommunePlan("0461", "Odense", {"ksd": _KSD_FIRST_WAVE}, tiny=True)
