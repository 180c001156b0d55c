"""The report in a real browser: what a reader sees, in both languages, on paper, on a telephone, without script."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pipelines.lake import Lake
from pipelines.report import write_report
from pipelines.validate import validate
from tests.report.example import example_run
from tests.runs import RUN_ID

# The contrast of every text that is shown with what lies behind it (WCAG 2, relative luminance).
CONTRAST = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = channels(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility()
    && !["SCRIPT", "STYLE"].includes(e.tagName)
    && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()));
  const faint = texts.map((e) => {
    const [a, b] = [luminance(channels(getComputedStyle(e).color)), luminance(behind(e))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.outerHTML.slice(0, 120)];
  }).filter(([ratio]) => ratio < 4.5);
  return {texts: texts.length, faint};
}"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("lake")
    example_run().write(root)
    validate(Lake(root), RUN_ID)
    return write_report(Lake(root), RUN_ID).as_uri()


def shown(page: Page, language: str) -> int:
    """How many elements of a language the reader sees."""
    return int(page.evaluate(f"[...document.querySelectorAll('.{language}')].filter(e => e.checkVisibility()).length"))


def test_the_verdict_stands_first_and_both_languages_can_be_read(
    page: Page, report: str, outside_requests: list[str]
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(report)

    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(
        "Afstemningen er brudt: 3 domme er opfyldt, 2 brudt, og 4 kunne ikke fældes.", use_inner_text=True
    )
    assert page.evaluate("document.documentElement.lang") == "da"
    assert shown(page, "da") > 300
    assert shown(page, "en") == 0

    page.get_by_text("English", exact=True).click()

    expect(heading).to_have_text(
        "The reconciliation is broken: 3 verdicts are met, 2 broken, and 4 could not be given.", use_inner_text=True
    )
    assert page.evaluate("document.documentElement.lang") == "en"
    assert shown(page, "da") == 0
    assert shown(page, "en") > 300
    assert outside_requests == []
    assert said == []


def test_the_language_is_chosen_with_the_keyboard(page: Page, report: str) -> None:
    page.goto(report)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Gå til rapporten")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert shown(page, "da") == 0


def test_it_is_whole_without_script(browser: Browser, report: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Afstemningen er brudt")
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", name="The rules and their findings")).to_be_visible()
    expect(page.get_by_role("heading", name="Reglerne og deres fund")).not_to_be_visible()
    context.close()


def test_the_figure_is_filled_in_for_each_kommune(page: Page, report: str) -> None:
    page.goto(report)
    table = page.get_by_role("table", name="Figuren for hver kommune")
    assert [row.inner_text().split("\t") for row in table.locator("tbody tr").all()] == [
        ["0420 Assens", *BEFORE, *EDH, "afventer", "afventer"],
        ["0730 Randers", *BEFORE, *EDH, "2.012 af 2.013", "9.410 af 9.411"],
        ["0751 Aarhus", *BEFORE, *EDH, "2.012 af 2.013", "9.371 af 9.411"],
    ]
    total = page.locator("#figur .figur")
    expect(total.locator(".felt").filter(has_text="Dokumenter").last).to_contain_text("11.433")
    expect(page.locator("#k0751 .felt").filter(has_text="Journalnotater").last).to_contain_text("40 afviger")


BEFORE = ["2.013", "9.411", "3.811"]
EDH = ["1.466 af 1.466", "7.040 af 7.040", "3.811 af 3.811"]


def test_every_rule_has_its_verdict_in_every_kommune(page: Page, report: str) -> None:
    page.goto(report)
    rows = page.locator("#domme tbody tr")
    assert [
        [cell.inner_text().replace("\n", " ").split()[-1] for cell in row.locator("td").all()] for row in rows.all()
    ] == [
        ["vurderet", "opfyldt", "vurderet"],
        ["brudt", "opfyldt", "vurderet"],
        ["brudt", "opfyldt", "vurderet"],
    ]
    rule = page.locator("#R02")
    expect(rule.locator("blockquote")).to_contain_text("udtrækkes, og vil fremover indgå i KSD og KY.")
    assert rule.locator(".om").inner_text().split() == ["✕", "brudt", "fatal", "Ejer:", "KOMBIT"]
    expect(rule.locator("tfoot")).to_contain_text("21.444")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_can_be_read(browser: Browser, report: str, scheme: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(report)
    # Tables scroll for themselves; the page does not.
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    seen = page.evaluate(CONTRAST)
    assert seen["texts"] > 500
    assert seen["faint"] == []
    context.close()


def test_what_is_folded_is_unfolded_for_print(page: Page, report: str) -> None:
    page.goto(report)
    folded = page.locator("details.balance:not([open]), details.ordbog:not([open])")
    assert folded.count() == 4
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert folded.count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert folded.count() == 4
    page.emulate_media(media="print")
    expect(page.locator("fieldset.sprog")).not_to_be_visible()


def test_the_page_is_sound(page: Page, report: str) -> None:
    page.goto(report)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) > 10
    assert len(set(ids)) == len(ids)
    links = page.evaluate("[...document.querySelectorAll('a')].map(e => e.getAttribute('href'))")
    assert links
    assert set(links) <= {f"#{each}" for each in ids}
    assert page.evaluate("document.querySelectorAll('table:not(:has(caption))').length") == 0
    assert page.evaluate("document.querySelectorAll('th:not([scope])').length") == 0
    assert Path(report).suffix == ".html"
