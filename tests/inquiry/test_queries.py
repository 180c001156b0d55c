"""Every question of ``sql/queries`` says what it asks and reads what it says it reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.query import open_session
from pipelines.rules import SQL_FOLDER
from tests.inquiry.made import Made

QUERIES = sorted((SQL_FOLDER / "queries").glob("*.sql"))
# Those that an analyst can run as they stand; the others are asked with variables, or of two runs.
OF_A_KOMMUNE = ("closable", "readiness")
_SCHEMAS = r"(?:(?:denne|hin)\.)?(?:foer|edh|nyt|indeks|esdh|afstemning|koersler|sammenligning)\.\w+"


def test_there_are_questions() -> None:
    assert {"findings", "lost", "closable", "readiness", "trail_cases"} <= {path.stem for path in QUERIES}


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_a_question_has_its_header_and_reads_what_it_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    header = [
        line.removeprefix("--").strip() for line in lines[: next(i for i, one in enumerate(lines) if one[:2] != "--")]
    ]
    assert header[0].endswith("?") or header[1].endswith("?"), "the first sentence is the question"
    said = re.search(r"^reads: (.*?)^(?:columns|empty): ", "\n".join(header), re.DOTALL | re.MULTILINE)
    assert said is not None
    for part in ("grain: ", "columns: ", "empty: "):
        assert sum(line.startswith(part) for line in header) == 1, part
    body = "\n".join(line for line in lines if not line.lstrip().startswith("--"))
    assert set(re.findall(rf"(?:FROM|JOIN)\s+({_SCHEMAS})", body)) == set(re.findall(rf"\b{_SCHEMAS}", said[1]))


@pytest.mark.parametrize("stem", OF_A_KOMMUNE)
def test_an_analyst_can_run_it_as_it_stands(clean: Made, stem: str) -> None:
    sql = (SQL_FOLDER / "queries" / f"{stem}.sql").read_text(encoding="utf-8")

    with open_session(clean.lake, clean.runs[0], "0751") as session:
        assert session.execute(sql).description
