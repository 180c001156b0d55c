"""Which rule says what: the oracle's findings beside those that are a ledger's rows, and what a waiver takes away."""

from collections import defaultdict
from datetime import date
from typing import NamedTuple

from tests.oracle_beside import BESIDE, corrections_that_do_not_show
from tests.oracle_kommune import FAGSYSTEM
from tests.oracle_moved import MOVED
from tests.oracle_rows import key


class Waiver(NamedTuple):
    """An accepted deviation: of a row of a ledger, or of a finding of ``regel``."""

    objekttype: str
    objekt_id: str
    sted: str | None
    regel: str | None
    expired: bool

    @classmethod
    def read(cls, row, today):
        names = (row.get(name) for name in ("objekttype", "objekt_id", "sted", "regel"))
        return cls(*names, date.fromisoformat(str(row["udloeber"])) < today)

    @property
    def names(self):
        return self.objekttype, self.objekt_id, self.sted

    def takes(self, finding):
        regel, _, objekttype, objekt_id, _, sted, *_ = finding
        named = (self.regel, self.objekttype, self.objekt_id) == (regel, objekttype, objekt_id)
        return named and self.sted in (None, sted)

    def finding(self, kommunekode):
        """AFV, when it is expired or has explained nothing."""
        objekt = key(self.objekttype, self.objekt_id, self.sted or "", self.regel or "")
        word = "udloebet" if self.expired else "ubrugt"
        return ("AFV", kommunekode, "afvigelse", objekt, None, self.sted, None, word, None, None)


def rule_of(objekttype, sted, word):
    """The rule that a bad row of a ledger belongs to."""
    if word in ("ukendt", "dublet"):
        return "R20"
    if objekttype == "sag" and sted == "edh":
        return "R05" if word == "mangler" else "R04"
    return "R02" if sted == "nyt" else "R23" if objekttype == "journalnotat" else "R03"


def across(kommune, pligt, edh_notes):
    """The findings of every rule that is not one row of a ledger."""
    for rule in (*MOVED, *BESIDE):
        yield from rule(kommune)
    yield from corrections_that_do_not_show(kommune, edh_notes)
    yield from empty_cells(kommune, pligt)
    yield from lost_everywhere(kommune, pligt)


def empty_cells(kommune, pligt):
    """R22: a cell of the figure that something was owed to, and that is empty."""
    for sted, kinds in (("nyt", ("sag", "journalnotat")), ("edh", ("sag", "journalnotat", "dokument"))):
        for kind in kinds:
            owed = any((row[1], row[4]) == (kind, sted) and row[6] != "afventer" for row in pligt)
            systems = FAGSYSTEM if sted == "nyt" else ("edh",)
            if owed and not any(kommune.rows(system, kind) for system in systems):
                system = "edh" if sted == "edh" else None
                yield ("R22", kommune.kode, kind, None, None, sted, system, None, None, None)


def lost_everywhere(kommune, pligt):
    """R24: an object that is in none of its places."""
    outcomes, cases = defaultdict(set), {}
    for _, kind, objekt, case, _, _, word, *_ in pligt:
        outcomes[kind, objekt].add(word)
        cases[kind, objekt] = case
    for (kind, objekt), words in outcomes.items():
        if kind in ("sag", "journalnotat", "dokument") and words == {"mangler"}:
            yield ("R24", kommune.kode, kind, objekt, cases[kind, objekt], None, None, "mangler", None, None)


def strangers(estate, deliveries):
    """R01: every delivery of a kommune that the estate does not name."""
    for delivery in deliveries:
        if delivery.kommunekode not in estate["kommuner"]:
            folder = f"{delivery.udtrukket:%Y%m%dT%H%M%SZ}"
            objekt = f"{delivery.system}/{delivery.kommunekode}/{folder}"
            place = (None, None, delivery.system)
            yield ("R01", delivery.kommunekode, "leverance", objekt, *place, None, None, None)
