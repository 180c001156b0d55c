"""Many faults of one kind are one line that says what to look for."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.report.patterns import sentences
from pipelines.report.words import Words


def pattern(antal: int, udfald: str = "aendret", aarsag: str | None = None, **told: Any) -> dict[str, Any]:
    plain = {"kommunekode": "0751", "sted": "nyt", "system": "ky", "objekttype": "journalnotat", "detalje": None}
    return {**plain, "udfald": udfald, "aarsag": aarsag, "antal": antal, **told}


@pytest.mark.parametrize(
    ("row", "english"),
    [
        (pattern(4112, aarsag="afkortet", detalje="4000"), "4,112 notes in 0751 (KY) cut at 4,000 characters"),
        (
            pattern(12, aarsag="tegnsaet", detalje="utf-8>latin-1"),
            "12 notes in 0751 (KY) written in UTF-8, read as Latin-1",
        ),
        (pattern(12, aarsag="tegnsaet", detalje="udeladt"), "12 notes in 0751 (KY) with æ, ø, å and the like dropped"),
        (pattern(1, aarsag="tidszone", detalje="-1"), "1 note in 0751 (KY) shifted by -1 hour"),
        (pattern(2, aarsag="tidszone", detalje="+2"), "2 notes in 0751 (KY) shifted by +2 hours"),
        (pattern(2, aarsag="klokkeslaet_mistet"), "2 notes in 0751 (KY) without their time of day"),
        (pattern(3, "fejlplaceret", detalje="andet_system ksd"), "3 notes in 0751 (KY) lie in KSD"),
        (
            pattern(3, "fejlplaceret", objekttype="sag", detalje="anden_borger"),
            "3 cases in 0751 (KY) on another citizen",
        ),
        (pattern(5, "mangler", objekttype="sag"), "5 cases in 0751 (KY) missing"),
        (
            pattern(5, aarsag="kle_emne", objekttype="sag", sted="edh", system="edh"),
            "5 cases in 0751 (EDH) changed: KLE subject",
        ),
    ],
)
def test_a_kind_of_fault_in_words(row: dict[str, Any], english: str) -> None:
    assert [line.en for line in sentences([row])] == [english]


def test_the_words_are_danish_too() -> None:
    row = pattern(4112, aarsag="afkortet", detalje="4000")
    assert sentences([row]) == [
        Words(
            "4.112 notater i 0751 (KY) skåret af ved 4.000 tegn",
            "4,112 notes in 0751 (KY) cut at 4,000 characters",
        )
    ]


def test_cuts_here_and_there_are_one_line_and_a_limit_is_its_own() -> None:
    rows = [pattern(1, aarsag="afkortet", detalje=str(length)) for length in (212, 17, 3998)]
    rows += [pattern(40, aarsag="afkortet", detalje="4000"), pattern(7, "mangler")]
    assert [line.en for line in sentences(rows)] == [
        "40 notes in 0751 (KY) cut at 4,000 characters",
        "7 notes in 0751 (KY) missing",
        "3 notes in 0751 (KY) cut each at another place, at 17 to 3,998 characters",
    ]


def test_only_the_largest_are_told_when_asked() -> None:
    rows = [pattern(number, "mangler", kommunekode=f"07{number}") for number in (30, 40, 51)]
    assert len(sentences(rows, least=40)) == 2
    assert [line.en[:2] for line in sentences(rows, most=1)] == ["51"]
