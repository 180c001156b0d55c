"""Great Expectations over a run: three verdicts, none of them by accident."""

from __future__ import annotations

import json
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipelines import validate as module
from pipelines.errors import LakeDamaged, SystemFailure, UsageError
from pipelines.lake import Lake
from pipelines.validate import SUITES, Judgement, judge, load_suites, validate
from pipelines.verdicts import known_rows, write_tables
from tests.runs import RUN_ID, MadeRun, equations, fil, kommune, rule, verdict

KSD = "ksd/0751/20210301T020000Z"


def sound_run() -> MadeRun:
    return MadeRun(
        regler=[rule("R02"), rule("R14", alvor="advarsel"), rule("R18", alvor="fejl")],
        tables={
            "dom": [verdict("R02", "opfyldt"), verdict("R14", "opfyldt"), verdict("R18", "opfyldt")],
            "balance": [("0751", "sag", "nyt", equation, 10, 10) for equation in equations()],
        },
        filer={KSD: [fil("sag", 10), fil("journalnotat", 40)]},
        kontroltal={KSD: {"sager": {"sendt": 10, "landet": 10}}},
    )


def judged(run: MadeRun, root: Path) -> dict[tuple[str, str], str]:
    """The verdicts of ``run`` on 0751, by suite and what they speak of."""
    run.write(root)
    return {
        (expectation.suite, expectation.genstand): expectation.verdict
        for expectation in validate(Lake(root), RUN_ID).expectations
        if expectation.kommunekode == "0751"
    }


def test_a_sound_run_meets_every_expectation(tmp_path: Path) -> None:
    verdicts = judged(sound_run(), tmp_path)

    assert {suite for suite, _ in verdicts} == set(SUITES)
    assert len(verdicts) == (1 + 3) + (2 + len(equations())) + (1 + 3)
    assert set(verdicts.values()) == {"met"}


def broken_landing(run: MadeRun) -> None:
    run.filer[KSD][1] = fil("journalnotat", 40, landet=39)


def broken_total(run: MadeRun) -> None:
    run.kontroltal[KSD] = {"sager": {"sendt": 11, "landet": 10}}


def empty_required(run: MadeRun) -> None:
    run.filer[KSD][0] = fil("sag", 10, tomme=1)


def broken_equation(run: MadeRun) -> None:
    run.tables["balance"][2] = ("0751", "sag", "nyt", equations()[2], 10, 11)


def broken_rule(run: MadeRun) -> None:
    run.tables["dom"][1] = verdict("R14", "brudt", brud=3)


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        (broken_landing, ("landing", "raekker")),
        (broken_total, ("landing", "kontroltal")),
        (empty_required, ("landing", "tomme_kraevede")),
        (broken_equation, ("balance", None)),
        (broken_rule, ("rules", "R14")),
    ],
)
def test_a_known_fault_breaks_its_own_expectation_and_no_other(
    tmp_path: Path, break_it: Any, expected: tuple[str, str | None]
) -> None:
    run = sound_run()
    break_it(run)
    verdicts = judged(run, tmp_path)

    broken = [place for place, found in verdicts.items() if found == "broken"]
    assert broken == [(expected[0], expected[1] or equations()[2])]
    assert set(verdicts.values()) == {"met", "broken"}


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("how", ["empty", "missing"])
def test_an_empty_or_missing_table_is_not_evaluated(tmp_path: Path, suite: str, how: str) -> None:
    suites = load_suites(sound_run().regler)
    tables = known_rows(suites)
    if how == "empty":
        tables[suite] = []
    write_tables(tmp_path / "verdicts.sqlite", tables)
    if how == "missing":
        with closing(sqlite3.connect(tmp_path / "verdicts.sqlite")) as connection, connection:
            connection.execute(f"DROP TABLE {suite}")

    found = judge(tmp_path / "verdicts.sqlite", suites=suites, kommuner=["0001"])

    here = [expectation for expectation in found if expectation.suite == suite]
    elsewhere = [expectation for expectation in found if expectation.suite != suite]
    assert len(here) == len(next(s for s in suites if s["name"] == suite)["expectations"])
    assert {expectation.verdict for expectation in here} == {"not_evaluated"}
    assert {expectation.verdict for expectation in elsewhere} == {"met"}


@pytest.mark.parametrize("table", ["dom", "balance"])
def test_what_the_run_did_not_publish_is_not_evaluated(tmp_path: Path, table: str) -> None:
    run = sound_run()
    del run.tables[table]
    suite = {"dom": "rules", "balance": "balance"}[table]

    verdicts = judged(run, tmp_path)

    assert {found for (of, _), found in verdicts.items() if of == suite} == {"not_evaluated"}
    assert {found for (of, _), found in verdicts.items() if of != suite} == {"met"}


def test_a_rule_that_judged_nothing_is_never_met(tmp_path: Path) -> None:
    run = sound_run()
    run.tables["dom"] = [
        verdict("R02", "ikke_vurderet"),
        # A run that says met of nothing is not believed.
        verdict("R14", "opfyldt", vurderet=0),
    ]

    verdicts = judged(run, tmp_path)

    assert verdicts["rules", "R02"] == "not_evaluated"
    assert verdicts["rules", "R14"] == "not_evaluated"
    # No row at all: the rule stands in the record, so that it must have been judged.
    assert verdicts["rules", "R18"] == "not_evaluated"


def test_a_violation_breaks_the_rule_even_when_little_could_be_judged(tmp_path: Path) -> None:
    run = sound_run()
    run.tables["dom"][0] = verdict("R02", "brudt", brud=1, vurderet=1, venter=9)

    assert judged(run, tmp_path)["rules", "R02"] == "broken"


def test_an_equation_with_an_empty_side_is_not_met(tmp_path: Path) -> None:
    run = sound_run()
    run.tables["balance"].append(("0751", "dokument", "edh", equations()[0], 10, None))

    assert judged(run, tmp_path)["balance", equations()[0]] == "not_evaluated"


def test_an_equation_that_the_suite_does_not_know_breaks_the_balance(tmp_path: Path) -> None:
    run = sound_run()
    run.tables["balance"].append(("0751", "dokument", "edh", "en ny ligning", 10, 10))

    assert judged(run, tmp_path)["balance", "kendte_ligninger"] == "broken"


def test_each_kommune_is_judged_by_itself(tmp_path: Path) -> None:
    run = sound_run()
    run.kommuner["0730"] = kommune("0730")
    run.tables["dom"].append(verdict("R02", "brudt", kommunekode="0730", brud=4))
    run.write(tmp_path)

    rules = {
        (expectation.kommunekode, expectation.genstand): expectation.verdict
        for expectation in validate(Lake(tmp_path), RUN_ID).expectations
        if expectation.suite == "rules"
    }

    assert rules["0751", "R02"] == "met"
    assert rules["0730", "R02"] == "broken"
    assert rules["0730", "R14"] == "not_evaluated"


def test_each_rule_brings_its_severity_and_the_letters_words(tmp_path: Path) -> None:
    sound_run().write(tmp_path)
    judgement = validate(Lake(tmp_path), RUN_ID)

    rules = {e.genstand: e for e in judgement.expectations if e.suite == "rules"}
    assert {name: e.severity for name, e in rules.items() if name.startswith("R")} == {
        "R02": "critical",
        "R14": "info",
        "R18": "warning",
    }
    assert rules["R18"].notes == "Brevets ord om R18"
    assert rules["R18"].titel_en == "Rule R18 holds"


def test_the_judgement_is_published_whole_and_the_same_each_time(tmp_path: Path) -> None:
    run = sound_run()
    broken_rule(run)
    broken_landing(run)
    folder = run.write(tmp_path)
    before = {path.name for path in folder.iterdir()}

    first = validate(Lake(tmp_path), RUN_ID)
    content = first.path.read_bytes()
    second = validate(Lake(tmp_path), RUN_ID)

    assert second.path.read_bytes() == content
    assert {path.name for path in folder.iterdir()} == before | {"kontrol.json"}
    record = json.loads(content)
    assert record["optaelling"] == first.counts == {"met": 8 + len(equations()), "broken": 2, "not_evaluated": 0}
    assert len(record["forventninger"]) == sum(first.counts.values())
    [landed] = [e for e in record["forventninger"] if e["genstand"] == "raekker"]
    assert landed["observeret"] == {
        "raekker": 2,
        "afviger": 1,
        "uden_vaerdi": 0,
        "steder": [{"snapshot": KSD, "navn": "journalnotat.csv", "forskel": -1}],
    }


def test_nothing_is_asked_of_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **named: object) -> None:
        raise AssertionError(f"a connection was tried: {args}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    sound_run().write(tmp_path)
    assert isinstance(validate(Lake(tmp_path), RUN_ID), Judgement)


def test_a_great_expectations_that_passes_everything_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound_run().write(tmp_path)
    monkeypatch.setattr(module, "_verdict", lambda **_: "met")

    with pytest.raises(SystemFailure, match="Its verdicts cannot be relied on"):
        validate(Lake(tmp_path), RUN_ID)
    assert not (tmp_path / "runs" / RUN_ID / "kontrol.json").exists()


@pytest.mark.parametrize("run_id", ["findes-ikke", "../runs/" + RUN_ID, ""])
def test_a_run_that_is_not_there_is_a_mistake_of_use(tmp_path: Path, run_id: str) -> None:
    sound_run().write(tmp_path)

    with pytest.raises(UsageError, match="The lake holds no run"):
        validate(Lake(tmp_path), run_id)


def test_a_manifest_other_than_the_pinned_one_stops_it(tmp_path: Path) -> None:
    sound_run().write(tmp_path)
    [manifest] = tmp_path.glob("snapshots/**/manifest.json")
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"sendt": 40', '"sendt": 41'), encoding="utf-8")

    with pytest.raises(LakeDamaged, match=f"manifest of snapshot {KSD} is no longer"):
        validate(Lake(tmp_path), RUN_ID)


@pytest.mark.parametrize("change", [lambda path: path.unlink(), lambda path: path.write_bytes(b"PAR1")])
def test_a_published_file_that_changed_stops_it(tmp_path: Path, change: Any) -> None:
    folder = sound_run().write(tmp_path)
    change(folder / "kommune=0751" / "dom.parquet")

    with pytest.raises(LakeDamaged, match=r"dom\.parquet of run .* is missing or is no longer"):
        validate(Lake(tmp_path), RUN_ID)
