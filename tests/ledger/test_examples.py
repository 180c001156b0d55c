"""What each word of the ledgers means, one small world each, judged by the oracle and by the SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.ledger import examples_edh, examples_explained, examples_new, examples_time
from tests.ledger.clean import Clean, Example
from tests.ledger.conftest import Judge
from tests.ledger.told import told
from tests.ledger.world import World


@pytest.fixture
def assert_told(judge: Judge) -> Callable[[World, str], None]:
    def check(world: World, expected: str) -> None:
        *rows, counts = [line.strip() for line in expected.strip().splitlines()]
        assert told(judge(world)) == [*sorted(rows), counts]

    return check


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


@pytest.mark.parametrize(("aarsag", "before", "after"), NOTE_CHANGES)
def test_cause_of_a_changed_note(
    assert_told: Callable[[World, str], None], aarsag: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    w = Clean()
    w.kmd["journalnotat"][0] |= before
    w.edh["journalnotat"][0] |= before
    w.new["journalnotat"][0] |= {**before, **after}
    assert_told(w, f"R02 journalnotat n1|b nyt/ky aendret {aarsag} -> m1|k\n13 bevaret, 14 konverteret")


NO_CHANGE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"oprettet": "2019-02-02T10:15:30Z"}, {"oprettet": "2019-02-02T11:15:30.900+01:00"}),
    ({"oprettet": "2019-07-02T10:15:30Z"}, {"oprettet": "2019-07-02T12:15:30"}),
    ({"tekst": "Én linje\nog\ten til "}, {"tekst": "<p>E\u0301n linje</p>\r\n<p>og&nbsp; en til", "format": "html"}),
    ({"tekst": "På  gensyn\r\n\r\nMette"}, {"tekst": r"{\rtf1 P\'e5 gensyn\par Mette}", "format": "rtf"}),
    ({"titel": "To  ord", "forfatter": "A"}, {"titel": " To\tord ", "forfatter": "A "}),
]


@pytest.mark.parametrize(("before", "after"), NO_CHANGE)
def test_what_is_the_same_note(
    assert_told: Callable[[World, str], None], before: dict[str, Any], after: dict[str, Any]
) -> None:
    w = Clean()
    w.kmd["journalnotat"][0] |= before
    w.edh["journalnotat"][0] |= before
    w.new["journalnotat"][0] |= {**before, **after}
    assert_told(w, "14 bevaret, 14 konverteret")


CASE_CHANGES = {
    "titel": "Noget andet",
    "kle_emne": "32.18.04",
    "kle_facet": "G02",
    "sagsnummer": "S-99",
    "oprettet": "2019-02-01T08:00:01Z",
    "fremdrift": "Afgjort",
}


@pytest.mark.parametrize("column", CASE_CHANGES)
def test_column_of_a_changed_case(assert_told: Callable[[World, str], None], column: str) -> None:
    w = Clean()
    w.new["sag"][0][column] = w.edh["sag"][0][column] = CASE_CHANGES[column]
    in_edh = f"R04 sag b edh/edh aendret {column} -> b\n" if column != "fremdrift" else ""
    kept = 12 if in_edh else 13
    assert_told(w, f"R02 sag b nyt/ky aendret {column} -> k\n{in_edh}{kept} bevaret, 14 konverteret")


EXAMPLES = {
    name: thing
    for module in (examples_new, examples_edh, examples_time, examples_explained)
    for name, thing in vars(module).items()
    if isinstance(thing, Example)
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(assert_told: Callable[[World, str], None], name: str) -> None:
    example = EXAMPLES[name]
    world = Clean(example.system, example.fagsystem)
    example.change(world)
    assert_told(world, example.expected)


def test_every_word_has_an_example() -> None:
    words = """
        mangler fejlplaceret dubleret aendret ulinket forklaret afventer ny dublet ukendt afvigelse uden_for_vindue
        kle_omlagt berigtigelse stub kontrolsum tom_fil titel R02 R03 R04 R05 R20 R22 R23 R24
    """
    told_of = {word for example in EXAMPLES.values() for word in example.expected.split()}
    assert set(words.split()) - told_of == set()
