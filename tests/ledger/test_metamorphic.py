"""What must follow from a change, whatever the ledgers say: one row less, one finding more."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.ledger.clean import Clean
from tests.ledger.engine import by_pipeline, run_of
from tests.ledger.estates import random_worlds
from tests.ledger.world import World, notat
from tests.oracle import Ledgers

KOMMUNEKODER = ["0420", "0751"]


def full() -> Clean:
    """A clean world with more notes, some of them equal."""
    world = Clean()
    for number in range(3, 12):
        old, new = [("b", "k"), ("c", "l")][number % 2]
        text = f"Notat {number // 3}"
        world.kmd["journalnotat"].append(notat(f"n{number}", old, tekst=text))
        world.edh["journalnotat"].append(notat(f"e{number}", old, tekst=text))
        world.new["journalnotat"].append(notat(f"m{number}", new, tekst=text))
    return world


def words(books: Ledgers) -> Counter[str | None]:
    return Counter(row[6] for row in (*books.pligt, *books.oprindelse))


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Ledgers:
    books = by_pipeline(tmp_path_factory.mktemp("untouched"), full())
    assert words(books) == {"bevaret": 32, "konverteret": 32}
    return books


@pytest.mark.parametrize("place", [0, 4, 10])
def test_a_note_dropped_is_one_more_missing(untouched: Ledgers, folder: Path, place: int) -> None:
    world = full()
    world.new["journalnotat"].pop(place)
    books = by_pipeline(folder, world)
    assert words(books) - words(untouched) == {"mangler": 1}
    assert words(untouched) - words(books) == {"bevaret": 1, "konverteret": 1}
    assert [row[0] for row in books.fund] == ["R02"]


@pytest.mark.parametrize("place", [0, 4, 10])
def test_a_copy_is_one_more_doubled_and_one_more_copy(untouched: Ledgers, folder: Path, place: int) -> None:
    world = full()
    world.new["journalnotat"].append({**world.new["journalnotat"][place], "notat_id": "kopi"})
    books = by_pipeline(folder, world)
    assert words(books) - words(untouched) == {"dubleret": 1, "dublet": 1}
    assert words(untouched) - words(books) == {"bevaret": 1}
    assert sorted(row[0] or "" for row in books.fund) == ["R02", "R20"]


def shuffled(world: World, seed: int) -> World:
    source = random.Random(seed)

    def mixed(items: list) -> list:
        return source.sample(items, len(items))

    delivered = {
        place: {entity: mixed(rows) for entity, rows in mixed(list(tables.items()))}
        for place, tables in mixed(list(world.delivered.items()))
    }
    return replace(world, waivers=mixed(world.waivers), delivered=delivered)


def test_files_and_rows_in_another_order_give_the_same_bytes(folder: Path) -> None:
    worlds = random_worlds(7, KOMMUNEKODER, "AB")
    runs = [
        run_of(folder / "one", *worlds)[1],
        run_of(folder / "other", *[shuffled(world, 1) for world in reversed(worlds)], linjeskift="\n")[1],
    ]
    ledgers = [path.relative_to(runs[0].folder) for path in sorted(runs[0].folder.rglob("*.parquet"))]
    assert {path.parent.name for path in ledgers} == {f"kommune={code}" for code in KOMMUNEKODER}
    for path in ledgers:
        # A finding carries its run's id, and the id tells which snapshots the run rests on.
        if path.name == "fund.parquet":
            one, other = (pq.read_table(run.folder / path).drop_columns("koersel_id") for run in runs)
            assert one.equals(other), path
        else:
            assert (runs[0].folder / path).read_bytes() == (runs[1].folder / path).read_bytes(), path


def test_the_same_deliveries_give_the_same_run(folder: Path) -> None:
    worlds = random_worlds(8, KOMMUNEKODER, "AB")
    runs = [run_of(folder / name, *worlds)[1] for name in ("one", "other")]
    sums = []
    for run in runs:
        files = {path.relative_to(run.folder): path.read_bytes() for path in run.folder.rglob("*.parquet")}
        sums.append({path: hashlib.sha256(content).hexdigest() for path, content in files.items()})
    assert len(sums[0]) > 0
    assert (runs[0].run_id, sums[0]) == (runs[1].run_id, sums[1])
