"""Every SQL file says what it asks, and reads what it says it reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.catalog import sql_steps
from pipelines.rules import SQL_FOLDER, load_rules

STEPS = [
    (folder, relation, SQL_FOLDER / folder / f"{stem}.sql")
    for folder in ("explained", "catalog", "links", "ledger", "marts", "reach")
    for relation, stem in sql_steps(folder)
]
RULES = sorted((SQL_FOLDER / "rules").glob("*.sql"))
QUERIES = sorted((SQL_FOLDER / "queries").glob("*.sql"))

# A question that compares two runs names the catalog of each before the schema.
_READ = re.compile(r"(?:FROM|JOIN)\s+(?:\w+\.)?((?:grundlag|foer|edh|nyt|indeks|esdh|afstemning)\.\w+)")
_NAMED = re.compile(r"\b(?:grundlag|foer|edh|nyt|indeks|esdh|afstemning)\.\w+")


def test_there_is_sql_to_read() -> None:
    assert len(STEPS) > 20
    assert [rule.id for rule in load_rules()] == [*(f"R{number:02}" for number in range(1, 25)), "AFV"]
    assert len(QUERIES) > 1


@pytest.mark.parametrize("path", [*(path for _, _, path in STEPS), *QUERIES], ids=lambda path: path.stem)
def test_a_step_has_its_header(path: Path) -> None:
    comment = _comment(path)
    assert comment.splitlines()[0].endswith("?"), "the first line is the question"
    for part in ("grain:", "reads:", "empty:"):
        assert part in comment


@pytest.mark.parametrize(
    ("path", "key"),
    [(path, "reads") for path in [*(path for _, _, path in STEPS), *QUERIES]] + [(path, "laeser") for path in RULES],
    ids=lambda value: getattr(value, "stem", value),
)
def test_a_file_reads_what_its_header_says(path: Path, key: str) -> None:
    text = path.read_text(encoding="utf-8")
    if key == "laeser":
        # What a rule judges; how many it judged is counted over whatever gives the number.
        text, _ = text.split(";\n", 1)
    body = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    said = re.search(rf"{key}: (.*?)(?=\n\w+: |\n\n|\Z)", _comment(path) + "\n\n", re.DOTALL)
    assert said is not None
    named = set(_NAMED.findall(said[1]))
    assert set(_READ.findall(body)) == named


def test_steps_run_in_an_order_in_which_all_they_read_is_there() -> None:
    made = {"afstemning.system", "afstemning.kommune", "afstemning.leveret", "afstemning.landet"}
    made |= {"afstemning.afvigelse", "afstemning.notatpar", "afstemning.notattekst"}
    for _, relation, path in STEPS:
        body = "\n".join(
            line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("--")
        )
        own = {name for name in _READ.findall(body) if name.split(".")[0] in ("afstemning", "foer")}
        assert own <= made, path.name
        made.add(relation if "." in relation else f"afstemning.{relation}")


def _comment(path: Path) -> str:
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return "\n".join(lines)
