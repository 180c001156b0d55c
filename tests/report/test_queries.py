"""Every number may be asked again: the queries on the page of a real run give what the page says."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from pipelines.catalog import open_run
from pipelines.demo import build_demo
from pipelines.errors import PERSONAL_NUMBER
from pipelines.estate import load_estate
from pipelines.lake import Lake
from pipelines.landing import land
from pipelines.query import check
from pipelines.reconcile import reconcile
from pipelines.report import write_report
from pipelines.rules import load_rules
from pipelines.validate import validate

# What stands in a source and may stand on no page: numbers, names, titles, texts.
_SECRET_COLUMNS = ("part_cpr", "forfatter", "titel", "tekst")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, str, Path]:
    """The demo estate with its faults, landed, reconciled and judged; its lake, its run, its page."""
    folder = tmp_path_factory.mktemp("demo")
    build_demo(folder, cases=300)
    estate = load_estate(folder / "estate.yaml")
    outcomes = land(estate, b"a key for the tests, and no secret")
    assert {outcome.status for outcome in outcomes} == {"landet"}
    lake = Lake(estate.lake)
    run = reconcile(estate, lake, today=date(2026, 11, 23))
    judgement = validate(lake, run.run_id)
    # Every equation and check that a suite names is one that the run makes, and the other way round.
    looked_at = [e for e in judgement.expectations if e.suite != "rules"]
    assert {e.verdict for e in looked_at if e.kommunekode in estate.kommuner} == {"met"}
    # Nothing of the stranger is reconciled, so nothing of it can be held against anything.
    assert {e.verdict for e in looked_at if e.kommunekode not in estate.kommuner} == {"not_evaluated"}
    assert {e.genstand for e in judgement.expectations if e.suite == "rules"} >= {rule.id for rule in load_rules()}
    return lake, run.run_id, write_report(lake, run.run_id)


def test_each_query_gives_the_number_it_stands_on(made: tuple[Lake, str, Path], page: Page) -> None:
    lake, run_id, path = made
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    numbers = page.evaluate("[...document.querySelectorAll('[title]')].map(e => [e.title, e.innerText])")
    # The figure of all and of each of the four kommuner: three cells before, five after.
    assert len(numbers) > 5 * (3 + 5)

    connection = open_run(lake, run_id)
    told = [(query, int(re.sub(r"\D", "", text))) for query, text in numbers]
    asked = [(query, connection.execute(check(connection, query)).fetchall()[0][0]) for query, _ in told]
    assert asked == told


def test_each_query_of_a_table_can_be_asked(made: tuple[Lake, str, Path], page: Page) -> None:
    lake, run_id, path = made
    page.goto(path.as_uri())
    commands = page.evaluate("[...document.querySelectorAll('.sql code, .udeladt code')].map(e => e.textContent)")
    assert len(commands) > 20

    connection = open_run(lake, run_id)
    for command in commands:
        asked = re.fullmatch(rf'afstem query --run {run_id} "([^"]+)"', command)
        assert asked, command
        assert connection.execute(check(connection, asked[1])).fetchall(), command


def test_the_ledgers_on_the_page_are_those_of_the_run(made: tuple[Lake, str, Path], page: Page) -> None:
    lake, run_id, path = made
    page.goto(path.as_uri())
    connection = open_run(lake, run_id)
    for place, ledger in ((0, "pligt"), (1, "oprindelse")):
        rows = page.locator("#aarsager table").nth(place).locator("tbody tr").all()
        told = [int(re.sub(r"\D", "", row.locator("td").last.inner_text())) for row in rows]
        asked = connection.execute(
            f"SELECT count(*) FROM afstemning.{ledger} GROUP BY sted, system, objekttype"
        ).fetchall()
        assert sorted(told) == sorted(number for (number,) in asked)


def test_nothing_of_a_citizen_is_on_the_page(made: tuple[Lake, str, Path]) -> None:
    lake, _, path = made
    content = path.read_text(encoding="utf-8")
    assert PERSONAL_NUMBER.search(content) is None

    secrets = set()
    for delivery in lake.root.parent.glob("inbox/*/*/*/*.csv"):
        secrets |= _secrets(delivery)
    assert len(secrets) > 1_000
    assert [secret for secret in secrets if secret in content] == []


def _secrets(delivery: Path) -> set[str]:
    """Numbers, and the longer titles, names and lines of text, of one file."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = delivery.read_text(encoding=encoding)
            break
        except UnicodeDecodeError:
            continue
    rows = csv.DictReader(text.splitlines(keepends=True), delimiter=";")
    values = (row[column] or "" for row in rows for column in _SECRET_COLUMNS if column in row)
    return {line.strip() for value in values for line in value.splitlines() if len(line.strip()) >= 10}
