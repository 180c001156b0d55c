"""The answer sheet of the demo: what a run must find, and what it must find explained.

It is written down by whoever made the fault, never taken from what the pipeline finds.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.demo.findings import OBLIGATION_RULES, RULES, Fault, Finding
from pipelines.demo.world.contents import World, file_id, link_id

FACIT_FILE = "facit.json"
# kommunekode, objekttype, objekt_id, sted, aarsag
Explained = tuple[str, str, str, str, str]
# kommunekode, objekttype, sted, udfald
Cell = tuple[str, str, str, str]


@dataclass
class Facit:
    """All the faults, what is ``forklaret`` instead of found, and the counts of ``pligt``.

    ``explained`` and ``explained_origins`` are rows of ``pligt`` and ``oprindelse``, ``waived`` those findings of
    a rule that looks across which a waiver takes out.
    """

    faults: list[Fault] = field(default_factory=list)
    explained: set[Explained] = field(default_factory=set)
    explained_origins: set[Explained] = field(default_factory=set)
    waived: set[Finding] = field(default_factory=set)
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
        known = {(f[2], f[3], f[4]): f[5] for f in self.findings if f[1] == kode and f[0] in OBLIGATION_RULES}
        known |= {(row[1], row[2], row[3]): "forklaret" for row in self.explained if row[0] == kode}

        def owe(objekttype: str, objekt_id: str, sted: str, waits: bool) -> None:
            udfald = "afventer" if waits else known.get((objekttype, objekt_id, sted), "bevaret")
            self.counts[kode, objekttype, sted, udfald or ""] += 1

        for case in world.cases:
            places = ["nyt"] if case.system in plan.transitions else []
            places += ["edh"] if case.documents else []
            for sted in places:
                asked = plan.after("edh" if sted == "edh" else case.system or "")
                waits = case.system is not None and not plan.moved(case.system, asked)
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
            "fund_forklaret": sorted(self.waived, key=_order),
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
        {tuple(row) for row in sheet["fund_forklaret"]},
        Counter({tuple(row[:4]): row[4] for row in sheet["pligt_antal"]}),
    )


def compare(facit: Facit, found: Iterable[Sequence[str | None]]) -> tuple[list[Finding], list[Finding]]:
    """What should have been found and was not, and what was found and should not have been.

    ``found`` are rows (regel, kommunekode, objekttype, objekt_id, sted, udfald, aarsag) of ``fund``; a row
    found twice counts as unexpected.
    """
    counted, expected = Counter(tuple(row) for row in found), Counter(facit.findings)
    missing, unexpected = (expected - counted).elements(), (counted - expected).elements()
    return sorted(missing, key=_order), sorted(unexpected, key=_order)


def _order(row: Finding) -> tuple[str, ...]:
    return tuple(value or "" for value in row)
