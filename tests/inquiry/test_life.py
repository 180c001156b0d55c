"""The life of findings across the runs of a lake."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from pipelines.errors import LakeDamaged, UsageError
from pipelines.inquiry.life import Wanted, findings, held_against
from pipelines.inquiry.runs import run_before, runs_in_order
from tests.inquiry.made import Made, later
from tests.ledger.clean import Clean
from tests.ledger.world import MOVED, dokument, link, named, notat, uid, waiver

LAST = "2021-05-02T02:00:00Z"


def found(made: Made, **wanted: Any) -> list[dict[str, Any]]:
    lake, asked = made.lake, Wanted(**wanted)
    rows: list[dict[str, Any]] = findings(lake, asked, held_against(lake, asked)).to_pylist()
    return rows


def told(rows: list[dict[str, Any]], *columns: str) -> list[str]:
    shown = ("regel", "objekttype", "objekt_id", *columns)
    return [" ".join(named(str(row[column])) for column in shown if row[column] is not None) for row in rows]


@pytest.fixture
def three(made: Made) -> tuple[Made, str, str, str]:
    """n1 is missing in KY in the first run, n1 is there and n2 missing in the second, both are missing in the third."""
    world = Clean()
    whole = copy.deepcopy(world.new["journalnotat"])
    world.new["journalnotat"].pop(0)
    first = made.run(world)
    _, new = later(world)
    new["journalnotat"] = whole[:1]
    second = made.run(world)
    world.delivered[("ky", LAST)] = {**new, "journalnotat": []}
    return made, first, second, made.run(world)


Three = tuple[Made, str, str, str]


def test_each_finding_has_its_first_and_last_run(three: Three) -> None:
    made, first, second, third = three

    def seen(run_id: str) -> dict[str, tuple[str, str]]:
        rows = found(made, run_id=run_id, regel="R02")
        for row in rows:
            runs = (row["foerst_koersel"], row["sidst_koersel"])
            hours = (row["foerst_set"][11:13], row["sidst_set"][11:13])
            assert [f"{made.runs.index(run):02d}" for run in runs] == list(hours)
        return {named(row["objekt_id"]): (row["foerst_koersel"], row["sidst_koersel"]) for row in rows}

    assert seen(first) == {"n1|b": (first, third)}
    assert seen(second) == {"n2|c": (second, third)}
    assert seen(third) == {"n1|b": (first, third), "n2|c": (second, third)}


def test_new_and_gone_are_held_against_the_run_before(three: Three) -> None:
    made, _, second, third = three

    assert told(found(made, run_id=second, new=True), "skift", "i_den_anden") == ["R02 journalnotat n2|c ny hel_sag"]
    assert told(found(made, run_id=second, gone=True), "skift", "i_den_anden") == [
        "R02 journalnotat n1|b borte hel_sag"
    ]
    both = found(made, run_id=second, new=True, gone=True)
    assert [row["skift"] for row in both] == ["borte", "ny"]
    # What came back is new against the run before, and was first seen long ago.
    assert "R02 journalnotat n1|b ny" in told(found(made, run_id=third, new=True), "skift")


def test_since_names_the_other_run(three: Three) -> None:
    made, first, _, third = three

    rows = found(made, run_id=third, since=first, regel="R02")

    assert told(rows, "skift") == ["R02 journalnotat n1|b", "R02 journalnotat n2|c ny"]
    assert told(found(made, run_id=third, since=first, gone=True)) == []
    assert told(found(made, run_id=first, since=third, gone=True, regel="R02")) == ["R02 journalnotat n2|c"]


def test_the_order_of_runs_is_when_they_started_and_then_their_ids(three: Three) -> None:
    made, first, second, third = three
    assert [run.run_id for run in runs_in_order(made.lake)] == [first, second, third]

    path = made.lake.runs_folder / first / "run.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**record, "startet": "2026-11-23T02:00:00Z"}), encoding="utf-8")

    assert [run.run_id for run in runs_in_order(made.lake)] == [second, *sorted([first, third])]
    assert run_before(made.lake, second) is None
    assert found(made, run_id=second, regel="R02")[0]["foerst_koersel"] == second


def test_what_is_gone_tells_what_became_of_it(made: Made) -> None:
    world = Clean()
    world.new["journalnotat"][0]["tekst"] = "Noget andet"
    world.edh["dokument"].append(dokument("x"))
    world.edh["dokument_sag"].append(link("x", "b"))
    world.edh["dokument"][0]["titel"] = "Noget andet"
    world.edh["sag"][1]["sagstype"] = "fagsystemsag"
    world.edh["journalnotat"].pop()
    before = made.run(world)
    assert told(found(made, run_id=before)) == [
        "R02 journalnotat n1|b",
        "R03 dokument d",
        "R07 sag c",
        "R20 dokument x",
        "R20 dokument_sag x|b",
        "R23 journalnotat n2|c",
    ]
    edh, _ = later(world)
    edh["dokument"].pop()
    edh["dokument_sag"].pop()
    edh["dokument"][0]["titel"] = Clean().edh["dokument"][0]["titel"]
    world.waivers = [
        waiver("journalnotat", f"n1|{uid('b')}", "nyt"),
        waiver("sag", uid("c"), "edh", regel="R07"),
    ]
    edh["journalnotat"] = Clean().edh["journalnotat"]
    now = made.run(world)

    assert told(found(made, run_id=now, gone=True), "i_den_anden") == [
        "R02 journalnotat n1|b forklaret afvigelse",
        "R03 dokument d bevaret",
        "R07 sag c forklaret",
        "R20 dokument x findes_ikke",
        "R20 dokument_sag x|b findes_ikke",
        "R23 journalnotat n2|c hel_sag",
    ]


def test_what_is_no_longer_owed_or_evaluated_is_not_put_right(made: Made) -> None:
    world = Clean()
    world.kmd["journalnotat"].append(notat("n3", "b", tekst="Notat 3"))
    world.edh["sag"][0]["livscyklus"] = "passiveret"
    before = made.run(world)
    assert told(found(made, run_id=before)) == [
        "R02 journalnotat n3|b",
        "R08 sag b",
        "R23 journalnotat n3|b",
        "R24 journalnotat n3|b",
    ]

    without = [row for row in world.kmd["journalnotat"] if row["notat_id"] != "n3"]
    with_another = [*without, notat("n4", "b", tekst="Notat 4")]
    world.delivered[("kmd_sag", "2021-02-28T22:00:00Z")] = {**world.kmd, "journalnotat": with_another}
    another_baseline = made.run(world)
    world.overgang = {"ksd": MOVED}
    not_moved = made.run(world)

    assert told(found(made, run_id=another_baseline, gone=True), "i_den_anden") == [
        "R02 journalnotat n3|b skyldes_ikke",
        "R23 journalnotat n3|b skyldes_ikke",
        "R24 journalnotat n3|b intet_brud",
    ]
    gone = told(found(made, run_id=not_moved, gone=True), "i_den_anden")
    assert "R08 sag b ikke_vurderet" in gone


def test_a_kommune_that_only_one_run_holds_has_nothing_new_or_gone(made: Made) -> None:
    one, other = Clean(), Clean()
    other.kommunekode = "0730"
    other.new["journalnotat"].pop()
    before = made.run(one)
    now = made.run(one, other)

    rows = found(made, run_id=now, since=before)
    assert told(rows, "kommunekode", "skift") == ["R02 journalnotat n2|c 0730"]
    assert found(made, run_id=now, since=before, new=True) == []
    assert found(made, run_id=before, since=now, gone=True) == []


def test_what_cannot_be_asked_is_told(three: Three) -> None:
    made, first, _, third = three

    with pytest.raises(UsageError, match="holds no kommune '0999'"):
        found(made, run_id=third, kommunekode="0999")
    with pytest.raises(UsageError, match="was not asked rule 'R99'"):
        found(made, run_id=third, regel="R99")
    path = made.lake.runs_folder / first / "run.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**record, "version": 0}), encoding="utf-8")
    with pytest.raises(UsageError, match="another version"):
        found(made, run_id=third, since=first)
    # The lives of findings are still told: a finding has the same shape in every version.
    assert found(made, run_id=third, regel="R02")[0]["foerst_koersel"] == first


def test_findings_that_changed_since_they_were_published_are_noticed(three: Three) -> None:
    made, first, _, third = three
    (path,) = (made.lake.runs_folder / first).glob("kommune=*/fund.parquet")
    path.write_bytes(path.read_bytes() + b"x")

    with pytest.raises(LakeDamaged, match=rf"fund.parquet of run {first}"):
        found(made, run_id=third)
