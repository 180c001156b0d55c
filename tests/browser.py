"""A real browser for the tests of the report: Playwright drives the machine's own Chromium."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.packages import require_program

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
)
OUTSIDE = re.compile(r"^(?!(file|data|blob|about):)")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests of a process. Fails, saying what to install, when there is none."""
    chromium = require_program(CHROMIUM_NAMES, ["chromium", "fonts-dejavu-core"])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def outside_requests() -> list[str]:
    """The addresses that `page` asked for outside the file it shows. They are recorded, and never reach the network."""
    return []


@pytest.fixture
def page(browser: Browser, outside_requests: list[str]) -> Iterator[Page]:
    """An empty page of its own. An error that a script on it does not catch fails the test."""
    script_errors: list[str] = []
    context = browser.new_context(locale="da-DK", timezone_id="Europe/Copenhagen")
    context.on("request", lambda request: outside_requests.append(request.url) if OUTSIDE.match(request.url) else None)
    context.on("weberror", lambda web_error: script_errors.append(str(web_error.error)))
    context.route(OUTSIDE, lambda route: route.abort())
    yield context.new_page()
    context.close()
    assert script_errors == []
