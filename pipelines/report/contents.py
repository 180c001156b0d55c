"""What stands on the page: counts, verdicts and findings, no text of a note and no name of a citizen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pipelines.lake import Snapshot
from pipelines.report.words import BAD_UDFALD, Words

Row = dict[str, Any]


@dataclass
class Cell:
    """One cell of the letter's figure: objects there, and of those owed there how many have which udfald."""

    antal: int = 0
    skyldt: int = 0
    udfald: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def paa_plads(self) -> int:
        """Owed, and in order: preserved or explained."""
        return self.udfald["bevaret"] + self.udfald["forklaret"]

    @property
    def afviger(self) -> int:
        """Owed, and not in order."""
        return sum(self.udfald[bad] for bad in BAD_UDFALD)


Figure = dict[tuple[str, str], Cell]


@dataclass
class RulePart:
    """A rule of the run: its header, its verdict and numbers in each kommune, its findings."""

    header: Row
    domme: list[Row]
    fund: list[Row]
    fund_i_alt: int
    arter: list[Row]

    @property
    def verdicts(self) -> dict[str, int]:
        """In how many kommuner the rule is met, broken, not evaluated."""
        counts: dict[str, int] = defaultdict(int)
        for dom in self.domme:
            counts[dom["verdict"]] += 1
        return counts

    @property
    def verdict(self) -> str:
        """Broken anywhere is broken; met is met everywhere."""
        return worst(self.verdicts)

    def sum(self, column: str) -> int:
        """``brud``, ``vurderet``, ``venter`` or ``forklaret`` over the kommuner."""
        return sum(dom[column] or 0 for dom in self.domme)


@dataclass
class KommunePart:
    """One kommune: its figure, its equations, its verdict on each rule."""

    kommunekode: str
    navn: str
    optaget: Row
    figur: Figure
    balance: list[Row]
    domme: dict[str, str]
    udfald: list[Row]
    verdict: str


@dataclass
class Contents:
    """Everything that stands on the page."""

    record: Row
    kontrol: Row
    optaelling: dict[str, dict[str, int]]
    verdict: str
    figur: Figure
    kommuner: list[KommunePart]
    regler: list[RulePart]
    udfald: list[Row]
    ophav: list[Row]
    aarsager: list[Row]
    moenstre: list[Words]
    fund_forklaret: list[Row]
    ligninger: dict[str, Row]
    afvigelser: list[Row]
    snapshots: list[Snapshot]
    fund_i_alt: int


def worst(verdicts: dict[str, int]) -> str:
    """One verdict for many: broken before not evaluated before met; nothing at all is not evaluated."""
    if verdicts.get("broken"):
        return "broken"
    return "met" if verdicts.get("met") and not verdicts.get("not_evaluated") else "not_evaluated"


def tally(verdicts: Iterable[str]) -> dict[str, int]:
    """How many of each verdict, all three named."""
    counts = {"met": 0, "broken": 0, "not_evaluated": 0}
    for verdict in verdicts:
        counts[verdict] += 1
    return counts
