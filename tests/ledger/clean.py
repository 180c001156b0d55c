"""The clean world that every example begins with, and the list of the examples.

The cases b and c of one fagsystem, each with a note, a document, a file and a link, are in the new system
as k and l, tied by the nøglepose, and in EDH under their own ids: fourteen things are owed, fourteen found.
An example changes the world and tells, in the words of ``told``, what follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.ledger.world import CLOSED, LATER, MOVED, Tables, World, dokument, fil, link, notat, sag, tie, uid

OTHER_CITIZEN = "6202800004"


class Clean(World):
    """The clean world of one new system; ``kmd`` ``before`` ``edh`` ``new`` are the four deliveries' tables."""

    def __init__(self, system: str = "ky", fagsystem: str = "kmd_aktiv") -> None:
        super().__init__(overgang={system: MOVED})
        self.kmd: Tables = {"sag": [], "journalnotat": []}
        self.before: Tables = {name: [] for name in ("sag", "journalnotat", "dokument", "dokument_sag", "fil")}
        self.edh: Tables = {**{name: [] for name in self.before}, "berigtigelse": []}
        self.new: Tables = {"sag": [], "journalnotat": [], "noeglepose": []}
        self.delivered = {
            ("kmd_sag", CLOSED): self.kmd,
            ("edh", CLOSED): self.before,
            ("edh", LATER): self.edh,
            (system, LATER): self.new,
        }
        citizens = {"b": {}, "c": {"sagsnummer": "S-2", "part_cpr": "6102800003"}}
        for number, (old, new, document) in enumerate((("b", "k", "d"), ("c", "l", "e")), 1):
            values: dict[str, Any] = {"fagsystem": fagsystem, **citizens[old]}
            self.kmd["sag"].append(sag(old, **values))
            self.kmd["journalnotat"].append(notat(f"n{number}", old, tekst=f"Notat {number}"))
            self.edh["journalnotat"].append(notat(f"e{number}", old, tekst=f"Notat {number}"))
            for tables in (self.before, self.edh):
                tables["sag"].append(sag(old, sagstype="edh", **values))
                tables["dokument"].append(dokument(document))
                tables["dokument_sag"].append(link(document, old))
                tables["fil"].append(fil(document))
            self.new["sag"].append(sag(new, **{**values, "fagsystem": None}))
            self.new["journalnotat"].append(notat(f"m{number}", new, tekst=f"Notat {number}"))
            cpr = {"part_cpr": values["part_cpr"]} if "part_cpr" in values else {}
            self.new["noeglepose"].append(tie(new, old, **cpr))

    def without_documents(self, case: str, document: str) -> None:
        for tables in (self.before, self.edh):
            for name in ("dokument", "dokument_sag", "fil"):
                tables[name] = [row for row in tables[name] if row["dokument_uuid"] != uid(document)]


@dataclass(frozen=True)
class Example:
    """A change of the clean world, and what is told of it; ``alone``: of the whole kommune."""

    change: Callable[[Clean], None]
    expected: str
    system: str
    fagsystem: str
    alone: bool

    def world(self) -> Clean:
        made = Clean(self.system, self.fagsystem)
        self.change(made)
        return made


def example(
    expected: str, system: str = "ky", fagsystem: str = "kmd_aktiv", *, alone: bool = False
) -> Callable[[Callable[[Clean], None]], Example]:
    return lambda change: Example(change, expected, system, fagsystem, alone)


def ksd(expected: str) -> Callable[[Callable[[Clean], None]], Example]:
    return example(expected, "ksd", "kmd_dagpenge")
