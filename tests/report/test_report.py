"""What the report says of a run, and what it never says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.errors import PERSONAL_NUMBER, LakeDamaged, UsageError
from pipelines.lake import Lake
from pipelines.report import write_report
from pipelines.validate import validate
from tests.report.example import NUMBER, example_run, finding
from tests.runs import RUN_ID, MadeRun, equations, rule, verdict


def written(run: MadeRun, root: Path) -> str:
    run.write(root)
    validate(Lake(root), RUN_ID)
    return write_report(Lake(root), RUN_ID).read_text(encoding="utf-8")


def plain(page: str, language: str = "da") -> str:
    """The words of one language, without marks."""
    other = {"da": "en", "en": "da"}[language]
    page = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    page = re.sub(rf'<span class="{other}" lang="{other}">.*?</span>', "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


def test_the_same_run_gives_the_same_bytes_and_nothing_else(tmp_path: Path) -> None:
    folder = example_run().write(tmp_path)
    validate(Lake(tmp_path), RUN_ID)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    first = write_report(Lake(tmp_path), RUN_ID)
    content = first.read_bytes()
    assert write_report(Lake(tmp_path), RUN_ID).read_bytes() == content

    assert first == folder / "rapport.html"
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path != first} == before


def test_no_personal_number_is_in_it(tmp_path: Path) -> None:
    page = written(example_run(), tmp_path)

    assert NUMBER in (tmp_path / "runs" / RUN_ID / "run.json").read_text(encoding="utf-8")
    assert NUMBER not in page
    assert PERSONAL_NUMBER.search(page) is None
    # Masked where it stood: in a note's id and in the reason of a waiver.
    assert page.count("[cpr]") == 2


def test_what_comes_from_outside_is_text_and_not_markup(tmp_path: Path) -> None:
    run = example_run()
    hostile = "<img src=x onerror=alert(1)>"
    run.tables["fund"].append(finding(99, "R02", "0751", "journalnotat", udfald="mangler", objekt_id=hostile))
    run.kommuner["0730"]["afvigelser"][0]["ejer"] = hostile

    page = written(run, tmp_path)

    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") == 2


def test_a_frequent_fault_hides_no_rare_one(tmp_path: Path) -> None:
    page = written(example_run(), tmp_path)

    assert "Fund: 25 af 43" in plain(page)
    assert f"18 fund er udeladt her. Alle fås med afstem query --run {RUN_ID}" in plain(page)
    # One of each kind is shown, though forty of one kind alone would fill the table.
    for number in (50, 51, 52):
        assert f"<code>{number:016x}</code>" in page


def test_it_says_what_it_rests_on(tmp_path: Path) -> None:
    run = example_run()
    page = written(run, tmp_path)
    lake = Lake(tmp_path)

    for snapshot in lake.snapshots():
        assert snapshot.id in page
        assert snapshot.manifest_sha256 in page
    for header in run.regler:
        assert header["sha256"] in page
        assert header["brev"] in page
    assert "31. marts 2027" in page
    assert "ydelseschefen" in page
    assert "personnummer i fri tekst, maskeret" in page


def test_an_equation_that_does_not_balance_is_said_first_and_shown(tmp_path: Path) -> None:
    run = example_run()
    run.tables["dom"] = [
        verdict(regel, "opfyldt", kommunekode=code) for regel in ("R02", "R03", "R18") for code in run.kommuner
    ]
    run.tables["fund"] = []
    run.tables["balance"][0] = ("0420", "sag", "nyt", equations()[0], 2_013, 2_012)

    page = written(run, tmp_path)

    words = plain(page)
    assert "Afstemningen er brudt: 9 domme er opfyldt, 0 brudt, og 0 kunne ikke fældes." in words
    assert "1 ligning går ikke op." in words
    assert "1 equation does not balance." in plain(page, "en")
    assert '<details class="balance" open>' in page
    assert words.count("≠") == 1


def test_a_run_in_which_all_holds_says_so(tmp_path: Path) -> None:
    run = MadeRun(
        tables={
            "dom": [verdict("R02", "opfyldt")],
            "balance": [("0751", "sag", "nyt", equation, 10, 10) for equation in equations()],
            "figur": [("0751", "nyt", "sag", 10, 10)],
            "pligt_antal": [("0751", "sag", "nyt", "ksd", "bevaret", None, 10)],
        },
        filer=example_run().filer,
        kontroltal=example_run().kontroltal,
    )
    words = plain(written(run, tmp_path))

    assert "Afstemningen går op: alt, der var, er der, hvor det skal være. 1 dom er opfyldt" in words
    assert "10 af 10 pligter, der kan vurderes, er opfyldt, og 6 af 6 ligninger går op." in words
    assert "Ingen forskel er forklaret." in words


def test_nothing_judged_is_never_told_as_met(tmp_path: Path) -> None:
    run = MadeRun(regler=[rule("R02"), rule("R18")], tables={"dom": [verdict("R02", "ikke_vurderet")]})
    words = plain(written(run, tmp_path))

    assert "Intet er fundet brudt, men ikke alt kunne vurderes: 0 domme er opfyldt, 0 brudt, og 2 kunne ikke" in words
    assert "✓ opfyldt" not in words.replace("✓opfyldt", "✓ opfyldt").split("Reglerne og deres fund")[1]


def test_a_run_that_has_not_been_judged_has_no_report(tmp_path: Path) -> None:
    folder = example_run().write(tmp_path)

    with pytest.raises(UsageError, match=f"Run `afstem validate --run {RUN_ID}` first"):
        write_report(Lake(tmp_path), RUN_ID)
    assert not (folder / "rapport.html").exists()


def test_a_table_that_changed_since_stops_it(tmp_path: Path) -> None:
    folder = example_run().write(tmp_path)
    validate(Lake(tmp_path), RUN_ID)
    (folder / "kommune=0730" / "fund.parquet").write_bytes(b"PAR1")

    with pytest.raises(LakeDamaged, match=r"kommune=0730/fund\.parquet of run"):
        write_report(Lake(tmp_path), RUN_ID)
