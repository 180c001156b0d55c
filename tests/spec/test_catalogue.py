"""The rule catalogue: the committed copies, the page in a real browser, the command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

from pipelines.catalogue import html, load_specs, load_worlds, markdown
from pipelines.catalogue.specs import Spec, SpecWorld
from pipelines.cli import app
from pipelines.errors import PERSONAL_NUMBER_IN_TEXT
from pipelines.rules import SQL_FOLDER, Rule, load_rules
from tests.report.test_page import CONTRAST

RULES, SPECS, WORLDS = load_rules(), load_specs(), load_worlds()
EDITIONS = {"da": False, "en": True}


@pytest.mark.parametrize("language", EDITIONS)
def test_the_written_catalogue_is_the_generated_one(language: str) -> None:
    english = EDITIONS[language]
    path = SQL_FOLDER / "rules" / f"katalog.{language}.md"
    command = f"afstem rules --format md{' --english' if english else ''} > sql/rules/{path.name}"
    generated = markdown(RULES, SPECS, WORLDS, english=english)

    assert path.read_text(encoding="utf-8") == generated, f"rules or specs have changed: {command}"
    assert generated.splitlines()[0].startswith("<!-- Gene")
    assert command.split(" >")[0] in generated.splitlines()[0]


@pytest.mark.parametrize("language", EDITIONS)
def test_everything_that_is_declared_stands_in_it(language: str) -> None:
    english = EDITIONS[language]
    text = markdown(RULES, SPECS, WORLDS, english=english)
    for rule in RULES:
        said = (rule.titel_en, rule.tomt_en, rule.ulaest_en, rule.spoergsmaal, rule.korn)
        assert all(words in text for words in (said if english else (rule.titel_da, rule.tomt_da, rule.ulaest_da)))
        assert f"\n> {rule.brev}\n" in text
    cases = [spec for specs in SPECS.values() for spec in specs]
    assert len(cases) > 100
    for spec in cases:
        assert f"### {spec.regel}: {spec.name if english else spec.navn}\n\n{spec.en if english else spec.da}\n" in text
    for line in (line for spec in cases for line in spec.ind):
        assert all(value.replace("|", "\\|") in text for value in line.written_values)


def test_a_table_has_as_many_cells_in_every_row() -> None:
    for english in EDITIONS.values():
        tables = re.findall(r"(?:^\|.*\|\n)+", markdown(RULES, SPECS, WORLDS, english=english), flags=re.MULTILINE)
        assert len(tables) > 100
        for table in tables:
            assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1, table


def test_it_is_the_same_each_time_and_holds_no_personal_number() -> None:
    for make in (markdown, html):
        for english in EDITIONS.values():
            text = make(RULES, SPECS, WORLDS, english=english)
            assert text == make(load_rules(), load_specs(), load_worlds(), english=english)
            assert PERSONAL_NUMBER_IN_TEXT.findall(text) == []


def test_what_comes_from_a_file_is_text_and_not_markup(page: Page, tmp_path: Path) -> None:
    hostile = '<img src=x onerror="document.title=1">'
    rule = Rule(**{**vars(RULES[0]), "titel_da": hostile, "brev": hostile})
    spec = Spec(**{**vars(SPECS["R06"][1]), "regel": rule.id, "navn": hostile, "da": hostile})
    world = SpecWorld(**{**vars(WORLDS["ren"]), "da": hostile})

    page.goto(written(tmp_path, html([rule], {rule.id: [spec]}, {"ren": world}, english=False)))

    assert page.locator("img").count() == 0
    assert page.get_by_text(hostile).count() >= 4


def written(folder: Path, text: str) -> str:
    path = folder / "regelkatalog.html"
    path.write_text(text, encoding="utf-8")
    return path.as_uri()


@pytest.fixture(params=list(EDITIONS))
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return written(tmp_path, html(RULES, SPECS, WORLDS, english=EDITIONS[request.param]))


def test_the_page_shows_a_rule_and_its_cases(page: Page, tmp_path: Path, outside_requests: list[str]) -> None:
    page.goto(written(tmp_path, html(RULES, SPECS, WORLDS, english=False)))

    assert page.evaluate("document.documentElement.lang") == "da"
    expect(page.get_by_role("heading", level=1)).to_have_text("Regelkatalog")
    assert page.locator("#regler tbody tr").count() == len(RULES)
    page.get_by_role("link", name="R15", exact=True).click()
    rule = page.locator("#R15")
    expect(rule).to_be_in_viewport()
    expect(rule.locator("blockquote")).to_contain_text("vil det være muligt for kommunen at afslutte EDH-sagen")
    case = rule.locator(".eksempel").filter(has_text="sagen i KY er åben")
    cells = [[cell.inner_text() for cell in row.locator("th, td").all()] for row in case.locator("tbody tr").all()]
    assert cells == [
        ["ændret", "EDH efter", "sag b", "fremdrift=Afsluttet fremdrift_fra=2021-03-01T10:00:00Z"],
        ["R15", "sag", "b", "EDH", "", "", ""],
        ["R06", "sag", "b", "EDH", "", "", ""],
    ]
    expect(case.locator(".dom")).to_have_text("✕brudt")
    assert outside_requests == []


def test_the_page_is_sound(page: Page, catalogue: str) -> None:
    page.goto(catalogue)

    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) > 100
    assert len(set(ids)) == len(ids)
    links = page.evaluate("[...document.querySelectorAll('a')].map(e => e.getAttribute('href'))")
    assert len(links) > 20
    assert set(links) <= {f"#{each}" for each in ids}
    named = "[...document.querySelectorAll('[aria-labelledby]')].map(e => e.getAttribute('aria-labelledby'))"
    assert set(page.evaluate(named)) <= set(ids)
    assert page.evaluate("document.querySelectorAll('table:not(:has(caption))').length") == 0
    assert page.evaluate("document.querySelectorAll('th:not([scope])').length") == 0
    assert page.evaluate("document.querySelectorAll('script').length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_can_be_read(browser: Browser, catalogue: str, scheme: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(catalogue)
    # Tables scroll for themselves; the page does not.
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    seen = page.evaluate(CONTRAST)
    assert seen["texts"] > 1000
    assert seen["faint"] == []
    context.close()


def afstem(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["rules", *arguments])
    return done.exit_code, done.output


def test_the_command_prints_the_catalogue_or_one_rule_of_it() -> None:
    assert afstem("--format", "md") == (0, markdown(RULES, SPECS, WORLDS, english=False))
    assert afstem("--format", "html", "--english") == (0, html(RULES, SPECS, WORLDS, english=True))

    code, one = afstem("r06", "--format", "md", "--english")
    assert code == 0
    assert re.findall(r"^## (.*)$", one, flags=re.MULTILINE) == ["The clean world", "R06"]
    assert "On top of it" not in one


def test_the_bare_command_is_as_it_was() -> None:
    assert [rule["id"] for rule in json.loads(afstem("--json")[1])] == [rule.id for rule in RULES]
    assert afstem("R06")[1].strip() == next(rule.sql for rule in RULES if rule.id == "R06").strip()
    assert afstem("--format", "md", "--json")[0] == 2
