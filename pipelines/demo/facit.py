"""The answer sheet of the demo: what a run must find, and what it must find explained.

It is written down by the fault's author from the rulings, never taken from what the pipeline finds.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.demo.world import AFTER, Case, Note, World, file_id, link_id

FACIT_FILE = "facit.json"
# The rules that the sheet answers for; other rules may find more in the same faults.
RULES = ("R02", "R03", "R04", "R05", "R20", "R22", "R23", "R24")

# regel, kommunekode, objekttype, objekt_id, sted, udfald, aarsag
Finding = tuple[str | None, ...]
# kommunekode, objekttype, objekt_id, sted, aarsag
Explained = tuple[str, str, str, str, str]
# kommunekode, objekttype, sted, udfald
Cell = tuple[str, str, str, str]


@dataclass
class Fault:
    """One fault put in: its name, what it does, and the findings that it implies."""

    name: str
    what: str
    kommunekode: str
    findings: list[Finding] = field(default_factory=list)

    def case(self, case: Case, sted: str, udfald: str, aarsag: str | None = None) -> None:
        """Expect a finding on a baseline case at ``sted``."""
        regel = "R02" if sted == "nyt" else "R05" if udfald == "mangler" else "R04"
        self._expect(regel, "sag", case.uuid, sted, udfald, aarsag)

    def note(self, note: Note, sted: str, udfald: str, aarsag: str | None = None) -> None:
        """Expect a finding on a baseline note at ``sted``."""
        self._expect("R02" if sted == "nyt" else "R23", "journalnotat", note.objekt_id, sted, udfald, aarsag)

    def kept(self, objekttype: str, objekt_id: str, udfald: str, aarsag: str | None = None) -> None:
        """Expect a finding on a baseline dokument, fil or dokument_sag, which were to stay in EDH."""
        self._expect("R03", objekttype, objekt_id, "edh", udfald, aarsag)

    def origin(self, objekttype: str, objekt_id: str, sted: str, ophav: str) -> None:
        """Expect a finding on an object found after, that is ``ukendt`` or ``dublet``."""
        self._expect("R20", objekttype, objekt_id, sted, ophav, None)

    def empty_cell(self, objekttype: str, sted: str) -> None:
        """Expect that a cell of the letter's figure is found empty."""
        self._expect("R22", objekttype, None, sted, None, None)

    def nowhere(self, objekttype: str, objekt_id: str) -> None:
        """Expect that the object is found in neither place."""
        self._expect("R24", objekttype, objekt_id, None, "mangler", None)

    def _expect(
        self,
        regel: str,
        objekttype: str,
        objekt_id: str | None,
        sted: str | None,
        udfald: str | None,
        aarsag: str | None,
    ) -> None:
        self.findings.append((regel, self.kommunekode, objekttype, objekt_id, sted, udfald, aarsag))


@dataclass
class Facit:
    """All the faults, the rows of ``pligt`` and ``oprindelse`` that are ``forklaret``, and the counts of ``pligt``."""

    faults: list[Fault] = field(default_factory=list)
    explained: set[Explained] = field(default_factory=set)
    explained_origins: set[Explained] = field(default_factory=set)
    counts: Counter[Cell] = field(default_factory=Counter)

    @property
    def findings(self) -> set[Finding]:
        """Every finding that the faults imply."""
        return {finding for fault in self.faults for finding in fault.findings}

    def explain(self, kommunekode: str, objekttype: str, objekt_id: str, sted: str, aarsag: str) -> None:
        """Expect a row of ``pligt`` that is ``forklaret``."""
        self.explained.add((kommunekode, objekttype, objekt_id, sted, aarsag))

    def count(self, world: World) -> None:
        """Count what ``world`` owes: what is neither waited for, found bad nor explained is ``bevaret``."""
        kode, plan = world.plan.kode, world.plan
        known = {(f[2], f[3], f[4]): f[5] for f in self.findings if f[1] == kode and f[0] not in ("R20", "R22", "R24")}
        known |= {(row[1], row[2], row[3]): "forklaret" for row in self.explained if row[0] == kode}

        def owe(objekttype: str, objekt_id: str, sted: str, waits: bool) -> None:
            udfald = "afventer" if waits else known.get((objekttype, objekt_id, sted), "bevaret")
            self.counts[kode, objekttype, sted, udfald or ""] += 1

        for case in world.cases:
            places = ["nyt"] if case.system in plan.transitions else []
            places += ["edh"] if case.documents else []
            for sted in places:
                waits = case.system is not None and not plan.moved(case.system, AFTER)
                owe("sag", case.uuid, sted, waits)
                for note in case.notes:
                    owe("journalnotat", note.objekt_id, sted, waits)
        for document in world.documents():
            owe("dokument", document.row["dokument_uuid"], "edh", False)
            for row in document.files:
                owe("fil", file_id(row), "edh", False)
            for row in document.links:
                owe("dokument_sag", link_id(row), "edh", False)

    def write(self, folder: Path) -> None:
        """Write ``facit.json`` into ``folder``."""
        sheet = {
            "version": 1,
            "regler": RULES,
            "fejl": [
                {"navn": f.name, "hvad": f.what, "kommunekode": f.kommunekode, "fund": f.findings} for f in self.faults
            ],
            "forklaret": sorted(self.explained),
            "forklaret_oprindelse": sorted(self.explained_origins),
            "pligt_antal": [[*cell, count] for cell, count in sorted(self.counts.items())],
        }
        text = json.dumps(sheet, ensure_ascii=False, indent=1)
        (folder / FACIT_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def read_facit(folder: Path) -> Facit:
    """The answer sheet that ``Facit.write`` left in ``folder``."""
    sheet: dict[str, Any] = json.loads((folder / FACIT_FILE).read_text(encoding="utf-8"))
    return Facit(
        [Fault(f["navn"], f["hvad"], f["kommunekode"], [tuple(row) for row in f["fund"]]) for f in sheet["fejl"]],
        {tuple(row) for row in sheet["forklaret"]},
        {tuple(row) for row in sheet["forklaret_oprindelse"]},
        Counter({tuple(row[:4]): row[4] for row in sheet["pligt_antal"]}),
    )


def compare(facit: Facit, found: Iterable[Sequence[str | None]]) -> tuple[list[Finding], list[Finding]]:
    """What should have been found and was not, and what was found and should not have been.

    ``found`` are rows (regel, kommunekode, objekttype, objekt_id, sted, udfald, aarsag) of ``fund``; a row
    found twice counts as unexpected. Rules that the sheet does not answer for are left aside.
    """
    counted = Counter(tuple(row) for row in found if row[0] in RULES)
    expected = Counter(facit.findings)

    def in_order(rows: Iterable[Finding]) -> list[Finding]:
        return sorted(rows, key=lambda row: tuple(value or "" for value in row))

    return in_order((expected - counted).elements()), in_order((counted - expected).elements())
