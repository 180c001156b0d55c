"""A real browser for the tests of the report: Playwright drives the machine's own Chromium."""

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

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


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome on the PATH, or None."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def install_chromium() -> None:
    """Install Debian's Chromium and a font, once, also when several test processes ask at the same time."""
    lock_path = Path(tempfile.gettempdir()) / "afstem-chromium.lock"
    with lock_path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if find_chromium():
            return
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (
            ["update", "-qq"],
            ["install", "-qq", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
        ):
            done = subprocess.run(["apt-get", *arguments], env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.fail(f"Chromium could not be installed: apt-get {arguments[0]} says: {done.stderr.strip()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests of a process. Fails, saying what to install, when there is none."""
    if not find_chromium() and os.geteuid() == 0 and shutil.which("apt-get"):
        install_chromium()
    chromium = find_chromium()
    if chromium is None:
        pytest.fail(
            "No Chromium on the PATH, and the tests of the report need one. "
            "Install it (Debian: apt-get install chromium fonts-dejavu-core) and run again."
        )
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
