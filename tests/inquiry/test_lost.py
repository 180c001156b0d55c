"""What was bevaret and is not any more: as the whole ledgers say, without opening what is whole in both."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import pytest

from pipelines.errors import UsageError
from pipelines.inquiry.life import Wanted, held_against
from pipelines.inquiry.lost import lost
from pipelines.inquiry.questions import Row
from pipelines.inquiry.runs import compare
from pipelines.run_record import open_record
from tests.inquiry.made import LATER_STILL, Made, every_example, joined, later
from tests.ledger.clean import Clean
from tests.ledger.world import MOVED, World, named, notat, uid, waiver

BETWEEN = "2021-02-28T22:00:00Z"


def lost_between(made: Made, before: str, now: str) -> list[Row]:
    lake = made.lake
    return lost(lake, compare(open_record(lake, now), open_record(lake, before)))


def told(rows: list[Row]) -> list[str]:
    lines = ((row["objekttype"], named(row["objekt_id"]), row["system"], row["nu"], row["aarsag"]) for row in rows)
    return [" ".join(word for word in line if word) for line in lines]


def by_the_whole_ledgers(made: Made, before: str, now: str) -> Counter[tuple[str | None, ...]]:
    """The same, from both ledgers written out row by row."""
    sql = "SELECT kommunekode, objekttype, objekt_id, sag_uuid, sted, system, udfald, aarsag FROM afstemning.pligt"
    then = {row[:2] + row[2:3] + row[4:5]: row for row in made.rows(before, sql) if row[6] == "bevaret"}
    after = {row[:2] + row[2:3] + row[4:5]: row for row in made.rows(now, sql)}
    assert then
    return Counter(
        (*row[:6], *(after[key][6:] if key in after else ("skyldes_ikke", None)))
        for key, row in then.items()
        if key not in after or after[key][6] != "bevaret"
    )


def as_text(rows: list[Row]) -> Counter[tuple[str | None, ...]]:
    return Counter(tuple(None if value is None else str(value) for value in row.values()) for row in rows)


@pytest.fixture(scope="module")
def examples() -> World:
    """Every example that can share a kommune, and then the same with all put right."""
    world = every_example()
    right = joined({tag: Clean() for tag in sorted({named(row["sag_uuid"])[:3] for row in _cases(world)})})
    for system in ("edh", "ky"):
        place = next(place for place in right.delivered if place[0] == system and place[1] > MOVED)
        world.delivered[(system, LATER_STILL)] = right.delivered[place]
    return world


def _cases(world: World) -> list[dict[str, Any]]:
    return [row for (system, _), tables in world.delivered.items() if system == "kmd_sag" for row in tables["sag"]]


def test_it_is_what_the_whole_ledgers_say(made: Made, examples: World) -> None:
    put_right = {place: tables for place, tables in examples.delivered.items() if place[1] == LATER_STILL}
    first = copy.copy(examples)
    first.delivered = {place: tables for place, tables in examples.delivered.items() if place not in put_right}
    faulty, right = made.run(first), made.run(examples)

    assert len(lost_between(made, right, faulty)) > 40
    for before, now in ((faulty, right), (right, faulty)):
        assert as_text(lost_between(made, before, now)) == by_the_whole_ledgers(made, before, now)


def test_a_whole_case_that_is_no_longer_whole_tells_which_note(made: Made) -> None:
    world = Clean()
    before = made.run(world)
    edh, new = later(world)
    new["journalnotat"][0]["tekst"] = "Noget andet"
    edh["sag"].pop(0)
    now = made.run(world)

    assert told(lost_between(made, before, now)) == [
        "journalnotat n1|b edh fejlplaceret",
        "sag b edh mangler",
        "journalnotat n1|b ky aendret tekst",
    ]
    assert lost_between(made, now, before) == []


def test_a_note_of_a_whole_case_that_turns_up_twice(made: Made) -> None:
    world = Clean()
    before = made.run(world)
    _, new = later(world)
    new["journalnotat"].append(notat("m9", "l", tekst="Notat 1"))
    now = made.run(world)

    assert told(lost_between(made, before, now)) == ["journalnotat n1|b ky dubleret"]


def test_what_waits_is_not_bevaret_any_more(made: Made) -> None:
    world = Clean()
    before = made.run(world)
    world.overgang = {"ky": "2021-03-05T00:00:00Z"}
    now = made.run(world)

    assert told(lost_between(made, before, now)) == [
        "journalnotat n1|b edh afventer",
        "journalnotat n2|c edh afventer",
        "sag b edh afventer",
        "sag c edh afventer",
        "journalnotat n1|b ky afventer",
        "journalnotat n2|c ky afventer",
        "sag b ky afventer",
        "sag c ky afventer",
    ]


def test_what_is_no_longer_owed_is_said(made: Made) -> None:
    world = Clean()
    before = made.run(world)
    world.overgang = {"ksd": MOVED}
    now = made.run(world)

    told_of = told(lost_between(made, before, now))
    assert "sag b ky skyldes_ikke" in told_of
    assert "journalnotat n1|b ky skyldes_ikke" in told_of
    assert as_text(lost_between(made, before, now)) == by_the_whole_ledgers(made, before, now)


@pytest.mark.parametrize("swapped", [True, False])
def test_a_baseline_with_another_note_in_the_place_of_one(made: Made, swapped: bool) -> None:
    """As many notes as before, the case whole before and now; but one note left the baseline and another came."""
    world = Clean()
    before = made.run(world)
    later_baseline = copy.deepcopy(world.kmd)
    if swapped:
        later_baseline["journalnotat"][0]["notat_id"] = "n7"
    world.delivered[("kmd_sag", BETWEEN)] = later_baseline
    now = made.run(world)

    assert made.rows(now, "SELECT count(*) FROM afstemning.pligt_skrevet WHERE objekttype = 'journalnotat'") == [("0",)]
    expected = ["journalnotat n1|b edh skyldes_ikke", "journalnotat n1|b ky skyldes_ikke"]
    assert told(lost_between(made, before, now)) == (expected if swapped else [])


def test_what_is_whole_in_both_is_not_opened(made: Made) -> None:
    world = Clean()
    before = made.run(world)
    edh, _ = later(world)
    edh["dokument"][0]["titel"] = "En anden"
    now = made.run(world)

    # Were a note asked for, this would be missed.
    (notes,) = made.folder.glob("lake/snapshots/system=kmd_sag/*/*/journalnotat.parquet")
    notes.unlink()

    assert told(lost_between(made, before, now)) == ["dokument d edh aendret titel"]


def test_only_what_both_runs_reconciled_is_compared(made: Made) -> None:
    one, other = Clean(), Clean()
    other.kommunekode = "0730"
    before = made.run(one)
    now = made.run(one, other)

    lake = made.lake
    compared = compare(open_record(lake, now), open_record(lake, before))
    assert (compared.kommuner, compared.only_run, compared.only_other) == (["0751"], ["0730"], [])
    assert lost(lake, compared) == []


def test_a_run_is_not_held_against_itself_nor_against_nothing(made: Made) -> None:
    only = made.run(Clean())

    with pytest.raises(UsageError, match="name another with --since"):
        held_against(made.lake, Wanted(only, since=only))
    with pytest.raises(UsageError, match="is the first of the lake"):
        held_against(made.lake, Wanted(only, new=True))


def test_what_is_waived_now_was_bevaret_all_the_same(made: Made) -> None:
    world = Clean()
    before = made.run(world)
    _, new = later(world)
    new["journalnotat"].pop(0)
    world.waivers = [waiver("journalnotat", f"n1|{uid('b')}", "nyt")]
    now = made.run(world)

    assert told(lost_between(made, before, now)) == ["journalnotat n1|b ky forklaret afvigelse"]
