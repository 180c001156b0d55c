"""`afstem findings` as a person and as a program reads it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.inquiry.made import Made, later
from tests.ledger.clean import Clean
from tests.ledger.conftest import IN_MEMORY
from tests.ledger.world import notat, uid
from tests.test_cli import afstem, on_a_terminal, within


@pytest.fixture(scope="module")
def two() -> Iterator[Made]:
    """A clean run, and one in which n1 was lost by KY and twelve notes of c were cut short."""
    import tempfile

    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as name:
        made, world = Made(Path(name)), Clean()
        for number in range(12):
            values = {"oprettet": f"2019-04-{number + 1:02d}T08:00:00Z"}
            world.kmd["journalnotat"].append(notat(f"k{number}", "c", tekst="Borgeren ringede i dag", **values))
            world.edh["journalnotat"].append(notat(f"h{number}", "c", tekst="Borgeren ringede i dag", **values))
            world.new["journalnotat"].append(notat(f"y{number}", "l", tekst="Borgeren ringede i dag", **values))
        made.run(world)
        _, new = later(world)
        new["journalnotat"].pop(0)
        for note in new["journalnotat"][1:]:
            note["tekst"] = "Borgeren ringede"
        made.run(world)
        yield made


def findings(made: Made, *arguments: str) -> tuple[int, str, str]:
    return within("findings", *arguments, "--estate", made.estate)


def test_what_is_no_longer_in_order_is_said_first(two: Made) -> None:
    code, said, _ = findings(two, "--new")

    assert code == 1
    assert said.startswith(f"13 objects that were bevaret in run {two.runs[0]} are not any more:\n")
    fallen, listed = said.split("\n\n", 2)[1:]
    assert "n1|" + uid("b") in fallen
    assert "mangler" in fallen
    assert listed.rstrip().endswith("(13 findings)")
    assert "2026-11-23" in listed
    assert "its case is whole" in listed


def test_many_of_one_kind_are_one_line(two: Made) -> None:
    _, said, _ = findings(two)

    first, *_ = said.splitlines()
    assert first.startswith("12 notes in 0751 (KY) cut at ")
    assert "no longer" not in said
    assert findings(two, "--rule", "R02")[1].startswith("fund_id")


def test_nothing_to_show_exits_0(two: Made) -> None:
    assert findings(two, "--run", two.runs[0]) == (0, "(0 findings)\n", "")
    assert findings(two, "--gone")[0] == 1
    assert findings(two, "--run", two.runs[0], "--since", two.runs[1], "--new") == (0, "(0 findings)\n", "")


def test_a_program_gets_each_part_under_its_key(two: Made) -> None:
    code, said, complained = findings(two, "--since", two.runs[0], "--format", "json")

    assert (code, complained) == (1, "")
    told = json.loads(said)
    assert list(told) == ["koersel_id", "sammenlignet_med", "ikke_laengere_bevaret", "moenstre", "fund"]
    assert (told["koersel_id"], told["sammenlignet_med"]) == (two.runs[1], two.runs[0])
    assert len(told["ikke_laengere_bevaret"]) == len(told["fund"]) == 13
    assert told["ikke_laengere_bevaret"][0]["nu"] in ("mangler", "aendret")
    assert {row["skift"] for row in told["fund"]} == {"ny"}
    assert {row["foerst_koersel"] for row in told["fund"]} == {two.runs[1]}
    assert told["moenstre"][0]["da"]
    assert json.loads(findings(two, "--format", "json")[1])["sammenlignet_med"] is None


def test_csv_is_one_table_and_the_rest_is_told_beside(two: Made) -> None:
    code, said, complained = findings(two, "--new", "--format", "csv", "--kommune", "0751")

    rows = list(csv.DictReader(io.StringIO(said)))
    assert (code, len(rows)) == (1, 13)
    assert {row["regel"] for row in rows} == {"R02"}
    assert rows[0]["foerst_set"] == "2026-11-23T01:00:00Z"
    assert "13 objects that were bevaret are not any more" in complained


def test_wrong_use_is_told(two: Made) -> None:
    for arguments, sentence in (
        (("--kommune", "0999"), "holds no kommune '0999'"),
        (("--rule", "R99"), "was not asked rule 'R99'"),
        (("--run", "nosuch"), "holds no run"),
        (("--since", two.runs[1]), "name another with --since"),
        (("--run", two.runs[0], "--new"), "is the first of the lake"),
    ):
        code, said, complained = findings(two, *arguments)
        assert (code, said) == (2, "")
        assert sentence in complained


def test_it_is_the_same_every_time(two: Made) -> None:
    for arguments in (("--new",), ("--format", "csv"), ("--since", two.runs[0], "--format", "json")):
        assert findings(two, *arguments) == findings(two, *arguments)
    assert within("explain", uid("c"), "--json", "--estate", two.estate) == within(
        "explain", uid("c"), "--json", "--estate", two.estate
    )


def test_as_a_program(two: Made) -> None:
    told = afstem("findings", "--rule", "r02", cwd=two.folder)
    trail = afstem("explain", uid("b"), cwd=two.folder)

    assert (told.returncode, told.stderr) == (1, "")
    assert told.stdout.splitlines()[0].split()[:3] == ["fund_id", "regel", "kommunekode"]
    assert (trail.returncode, trail.stderr) == (0, "")
    assert "comparing 0751" in on_a_terminal("findings", "--new", cwd=two.folder, typed="")
