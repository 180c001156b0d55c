"""Write the report of a run: one HTML file that asks nothing of the network and is the same each time."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipelines.errors import scrub
from pipelines.lake import Lake
from pipelines.report import words
from pipelines.report.contents import Contents
from pipelines.report.reading import read_contents
from pipelines.report.summary import summarise
from pipelines.run_record import REPORT_FILE, open_record


def write_report(lake: Lake, run_id: str) -> Path:
    """Write ``rapport.html`` into the folder of run ``run_id`` and return its path: same run, same bytes.

    Raises ``UsageError`` when there is no such run or it has not been validated, ``LakeDamaged`` when
    something it rests on has changed.
    """
    run = open_record(lake, run_id)
    return run.publish(REPORT_FILE, render(read_contents(run)).encode("utf-8"))


def render(contents: Contents) -> str:
    """The page as HTML."""
    environment = Environment(
        loader=PackageLoader("pipelines.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["words"] = words
    script = _asset("rapport.js")
    page = environment.get_template("rapport.html").render(
        indhold=contents,
        sammenfatning=summarise(contents),
        css=_asset("rapport.css"),
        script=script,
        script_sha256=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    # An id from a source may be a personal number; no place on the page is trusted not to hold one.
    return scrub(page)


def _asset(name: str) -> str:
    return (files("pipelines.report") / "templates" / name).read_text(encoding="utf-8")
