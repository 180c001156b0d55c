"""What a spec says, and what the oracle and the pipeline say of its world."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from pipelines.catalogue.specs import Spec, load_specs, load_worlds
from pipelines.contract import kommuner
from tests.ledger.conftest import IN_MEMORY
from tests.ledger.engine import by_pipeline
from tests.ledger.told import told
from tests.ledger.world import KOMMUNE, World, by_oracle
from tests.oracle import Ledgers
from tests.spec.beside import beside, frame, of_world, unmarked
from tests.spec.built import built

SPECS = load_specs()
WORLDS = load_worlds()
MOVED_RULES = tuple(f"R{number:02}" for number in range(6, 16))
NOT_JUDGED_WHEN_CLEAN = {
    spec.regel
    for specs in SPECS.values()
    for spec in specs
    if not (spec.ind or spec.med) and spec.dom == "ikke_vurderet"
}


class Verdict(NamedTuple):
    """The verdict on a rule and, where there is none to give, why: in Danish and in English."""

    dom: str
    fordi: str | None
    because: str | None


class Said(NamedTuple):
    """Every finding and every row of a ledger that is not good, and the verdict on the spec's rule."""

    lines: list[str]
    verdict: Verdict


def named(spec: Spec) -> str:
    return f"{spec.regel} {spec.navn}"


def said_in(spec: Spec) -> Said:
    return Said(sorted(found.text for found in spec.ud), Verdict(spec.dom, spec.fordi, spec.because))


def said_by_oracle(spec: Spec) -> list[str]:
    """The oracle gives no verdicts."""
    return _lines(by_oracle(built(spec, WORLDS)))


def said_by_pipeline(specs: Sequence[Spec]) -> dict[str, Said]:
    """What is said of each of ``specs``, by its name: one run, in which each kommune is the world of some of them."""
    alike: dict[str, list[Spec]] = defaultdict(list)
    framed: dict[str, list[Spec]] = defaultdict(list)
    for spec in specs:
        world = built(spec, WORLDS)
        if _keeps_company(spec):
            framed[spec.dom + frame(world)].append(spec)
        else:
            alike[repr(vars(world))].append(spec)
    judged = _run(
        [built(same[0], WORLDS) for same in alike.values()]
        + [beside([built(spec, WORLDS) for spec in side_by_side]) for side_by_side in framed.values()]
    )
    said = {}
    for same, one in zip(alike.values(), judged, strict=False):
        said |= {named(spec): one.of(spec) for spec in same}
    for side_by_side, all_of_them in zip(framed.values(), judged[len(alike) :], strict=True):
        for number, spec in enumerate(side_by_side):
            one = all_of_them._replace(books=of_world(all_of_them.books, number))
            said[named(spec)] = one.of(spec)
    return said


def _keeps_company(spec: Spec) -> bool:
    """Whether the verdict on its rule is the same when other worlds lie beside its own.

    Broken stays broken. Met stays met beside worlds without a finding, where even the clean world is judged.
    """
    findings = [found for found in spec.ud if found.book not in ("pligt", "oprindelse") and not found.explained]
    if spec.dom == "brudt":
        # What has no object, or is a delivery, cannot be told from that of another world.
        return all(found.objekt_id and found.objekttype != "leverance" for found in findings)
    return spec.dom == "opfyldt" and bool(spec.ind) and not findings and spec.regel not in NOT_JUDGED_WHEN_CLEAN


class _Judged(NamedTuple):
    """What the pipeline said of a world, which was the kommune ``code``; in the specs every world is kommune 0751."""

    code: str
    books: Ledgers
    verdicts: dict[str, tuple[str | None, ...]]

    def of(self, spec: Spec) -> Said:
        """What bears on ``spec``."""
        verdict = Verdict(*(words and self._of_0751(words) for words in self.verdicts[spec.regel]))
        return Said(sorted(unmarked(self._of_0751(line)) for line in _lines(self.books)), verdict)

    def _of_0751(self, text: str) -> str:
        return text.replace(f"/{self.code}/", f"/{KOMMUNE}/")


def _run(worlds: Sequence[World]) -> list[_Judged]:
    # The day on which the roll-out was complete is the whole estate's.
    estates: dict[str | None, list[World]] = defaultdict(list)
    for world in worlds:
        estates[world.fuldt_udrullet].append(world)
    judged = {}
    for different in estates.values():
        for code, world in zip(kommuner(), different, strict=False):
            world.kommunekode = code
        with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
            books = by_pipeline(Path(folder), *different)
            published = duckdb.read_parquet(f"{folder}/lake/runs/*/*/dom.parquet")
            verdicts = published.select("kommunekode", "regel", "dom", "begrundelse", "begrundelse_en").fetchall()
        for world in different:
            code = world.kommunekode
            # Before the kommunekode of a finding stands its rule.
            own = Ledgers(*([row for row in book if code in row[:2]] for book in books))
            judged[id(world)] = _Judged(code, own, {row[1]: row[2:] for row in verdicts if row[0] == code})
    return [judged[id(world)] for world in worlds]


def _lines(books: Ledgers) -> list[str]:
    *rows, _counts = told(books)
    return sorted(rows)
