"""What each word of the ledgers means, one small world each, judged by the oracle and by the SQL."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.ledger import examples_across, examples_edh, examples_explained, examples_new, examples_time
from tests.ledger.clean import Clean, Example
from tests.ledger.conftest import IN_MEMORY
from tests.ledger.together import judged_together
from tests.ledger.told import told
from tests.ledger.world import World, by_oracle
from tests.oracle import Ledgers

NOTE_CHANGES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("klokkeslaet_mistet", {"oprettet": "2019-07-02T10:15:30Z"}, {"oprettet": "2019-07-02T00:00:00"}),
    ("klokkeslaet_mistet", {"oprettet": "2019-07-02T10:15:30Z"}, {"oprettet": "2019-07-01T22:00:00Z"}),
    ("tidspunkt", {"oprettet": "2019-07-02T10:15:30Z"}, {"oprettet": "2019-07-02T00:00:00Z"}),
    ("tidszone", {"oprettet": "2019-02-02T10:15:30Z"}, {"oprettet": "2019-02-02T11:15:30Z"}),
    ("tidszone", {"oprettet": "2019-07-02T10:15:30Z"}, {"oprettet": "2019-07-02T08:15:30Z"}),
    ("tidspunkt", {"oprettet": "2019-02-02T10:15:30Z"}, {"oprettet": "2019-02-02T12:15:30Z"}),
    ("tidspunkt", {"oprettet": "2019-02-02T10:15:30Z"}, {"oprettet": "2019-02-02T10:15:31Z"}),
    ("blanktegn", {"tekst": "Ringet til borger"}, {"tekst": "Ringettil\nborger"}),
    ("tegnsaet", {"tekst": "Bor på Ærø"}, {"tekst": "Bor pÃ¥ Ã†rÃ¸"}),
    ("tegnsaet", {"tekst": "Bor på Ærø"}, {"tekst": "Bor p? ?r?"}),
    ("tegnsaet", {"tekst": "Bor på Ærø"}, {"tekst": "Bor p\ufffd \ufffdr\ufffd"}),
    ("tegnsaet", {"tekst": "Bor på Ærø"}, {"tekst": "Bor p r"}),
    ("afkortet", {"tekst": "Borgeren ringede i dag"}, {"tekst": "Borgeren ringede"}),
    ("afkortet", {"tekst": "Borgeren ringede i dag"}, {"tekst": "Borgeren ring …"}),
    ("tekst", {"tekst": "Borgeren ringede i dag"}, {"tekst": "Borgeren ringede i går"}),
    ("tekst", {"tekst": "Borgeren ringede"}, {"tekst": "Borgeren ringede i dag"}),
    ("tekst", {"tekst": "Borgeren ringede", "titel": "A"}, {"tekst": "borgeren ringede", "titel": None}),
    ("titel_mistet", {"titel": "Samtale"}, {"titel": None, "forfatter": "System"}),
    ("titel_mistet", {"titel": "Samtale"}, {"titel": "samtale"}),
    ("forfatter_mistet", {"forfatter": "Mette Sørensen"}, {"forfatter": "Konvertering"}),
]


NO_CHANGE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"oprettet": "2019-02-02T10:15:30Z"}, {"oprettet": "2019-02-02T11:15:30.900+01:00"}),
    ({"oprettet": "2019-07-02T10:15:30Z"}, {"oprettet": "2019-07-02T12:15:30"}),
    ({"tekst": "Én linje\nog\ten til "}, {"tekst": "<p>E\u0301n linje</p>\r\n<p>og&nbsp; en til", "format": "html"}),
    ({"tekst": "På  gensyn\r\n\r\nMette"}, {"tekst": r"{\rtf1 P\'e5 gensyn\par Mette}", "format": "rtf"}),
    ({"titel": "To  ord", "forfatter": "A"}, {"titel": " To\tord ", "forfatter": "A "}),
]


CASE_CHANGES = {
    "titel": "Noget andet",
    "kle_emne": "32.18.04",
    "kle_facet": "G02",
    "sagsnummer": "S-99",
    "oprettet": "2019-02-01T08:00:01Z",
    "fremdrift": "Afgjort",
}


EXAMPLES = {
    name: thing
    for module in (examples_new, examples_edh, examples_time, examples_explained, examples_across)
    for name, thing in vars(module).items()
    if isinstance(thing, Example)
}


def with_note(before: dict[str, Any], after: dict[str, Any]) -> Clean:
    world = Clean()
    world.kmd["journalnotat"][0] |= before
    world.edh["journalnotat"][0] |= before
    world.new["journalnotat"][0] |= {**before, **after}
    return world


def with_case(column: str) -> Clean:
    world = Clean()
    world.new["sag"][0][column] = world.edh["sag"][0][column] = CASE_CHANGES[column]
    return world


def told_of_case(column: str) -> str:
    in_ledger = column != "fremdrift"
    in_edh = f"R04 sag b edh/edh aendret {column} -> b" if in_ledger else "R06 sag b edh/edh"
    kept = 12 if in_ledger else 13
    return f"R02 sag b nyt/ky aendret {column} -> k\n{in_edh}\n{kept} bevaret, 14 konverteret"


# Each world under its name, with what is told of it.
WORLDS: dict[str, tuple[World, str]] = {
    **{name: (example.world(), example.expected) for name, example in EXAMPLES.items()},
    **{
        f"a_note_changed_{number}_{aarsag}": (
            with_note(before, after),
            f"R02 journalnotat n1|b nyt/ky aendret {aarsag} -> m1|k\n13 bevaret, 14 konverteret",
        )
        for number, (aarsag, before, after) in enumerate(NOTE_CHANGES)
    },
    **{
        f"the_same_note_{number}": (with_note(before, after), "14 bevaret, 14 konverteret")
        for number, (before, after) in enumerate(NO_CHANGE)
    },
    **{f"a_case_changed_{column}": (with_case(column), told_of_case(column)) for column in CASE_CHANGES},
}


def lines_of(expected: str) -> list[str]:
    *rows, counts = [line.strip() for line in expected.strip().splitlines()]
    return [*sorted(rows), counts]


@pytest.mark.parametrize("name", WORLDS)
def test_the_oracle_tells(name: str) -> None:
    world, expected = WORLDS[name]
    assert told(by_oracle(world)) == lines_of(expected)


@pytest.fixture(scope="module")
def by_sql() -> dict[str, Ledgers]:
    alone = {name for name, example in EXAMPLES.items() if example.alone}
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
        return judged_together(Path(folder), {name: world for name, (world, _) in WORLDS.items()}, alone)


@pytest.mark.parametrize("name", WORLDS)
def test_the_sql_tells(name: str, by_sql: dict[str, Ledgers]) -> None:
    assert told(by_sql[name]) == lines_of(WORLDS[name][1])


def test_every_word_has_an_example() -> None:
    words = """
        mangler fejlplaceret dubleret aendret ulinket forklaret afventer ny dublet ukendt afvigelse uden_for_vindue
        kle_omlagt berigtigelse stub kontrolsum tom_fil titel R02 R03 R04 R05 R20 R22 R23 R24
    """
    told_of = {word for example in EXAMPLES.values() for word in example.expected.split()}
    assert set(words.split()) - told_of == set()
