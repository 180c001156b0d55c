"""The oracle and the SQL give the same ledgers, row by row, for every small estate.

Deterministic and short by itself; AFSTEM_HYPOTHESIS=long looks at other estates, and at many more.
"""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.ledger.conftest import IN_MEMORY
from tests.ledger.engine import by_pipeline
from tests.ledger.estates import random_worlds, worlds
from tests.ledger.told import difference
from tests.ledger.world import World, by_oracle
from tests.oracle import Ledgers

LONG = os.environ.get("AFSTEM_HYPOTHESIS") == "long"
SEEDS = [random.randrange(10**9) for _ in range(300)] if LONG else [21]
KOMMUNEKODER = ["0101", "0147", "0253", "0265", "0420", "0461", "0561", "0730", "0751", "0851"]
WORDS = """
    bevaret mangler fejlplaceret dubleret aendret ulinket forklaret afventer konverteret ny dublet ukendt
    afvigelse uden_for_vindue kle_omlagt berigtigelse stub kontrolsum tom_fil titel kle_emne kle_facet
    sagsnummer oprettet fremdrift afkortet tegnsaet blanktegn tidszone klokkeslaet_mistet tidspunkt
    forfatter_mistet titel_mistet tekst
"""
# A rule, the type of its object, its udfald and its aarsag, as far as they are told.
FINDINGS = """
    R01 leverance, R06 sag, R07 sag, R08 sag, R09 noeglepose ny_sag_uuid, R09 noeglepose edh_sag_uuid,
    R09 noeglepose part_cpr, R09 sag ulinket, R10 sag ulinket, R10 sag dubleret, R11 sag, R12 dokument, R13 dokument,
    R14 journalnotat, R14 sag fremdrift, R15 sag, R16 sag oprettet, R16 sag aendret, R16 journalnotat, R16 dokument,
    R17 berigtigelse, R18 sag mangler, R18 sag ukendt, R18 sag aendret fremdrift,
    R18 sag aendret antal_journalnotater, R18 dokument mangler, R18 dokument ukendt,
    R19 sag mangler krydsreference, R19 sag mangler, R19 journalnotat mangler krydsreference, R19 journalnotat mangler,
    R19 dokument mangler krydsreference, R19 dokument mangler, R19 fil mangler krydsreference, R19 fil mangler,
    R19 fil aendret kontrolsum, R19 dokument_sag mangler krydsreference, R19 dokument_sag mangler,
    R19 noeglepose mangler krydsreference, R19 noeglepose mangler, R21 dokument,
    R22 sag, R22 dokument, R24 sag mangler, R24 journalnotat mangler, R24 dokument mangler,
    AFV afvigelse udloebet, AFV afvigelse ubrugt
"""
LEDGER_RULES = {"R02", "R03", "R04", "R05", "R20", "R23"}


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(
    max_examples=3_000 if LONG else 25,
    derandomize=not LONG,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(world=worlds())
def test_the_sql_agrees_with_the_oracle(world: World) -> None:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
        assert difference(by_oracle(world), by_pipeline(Path(folder), world)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_they_agree_for_many_kommuner_at_once(seed: int, folder: Path) -> None:
    many = random_worlds(seed, KOMMUNEKODER)
    expected = by_oracle(*many)
    assert LONG or unsaid(expected) == set()
    assert difference(expected, by_pipeline(folder, *many)) == []


def unsaid(books: Ledgers) -> set[str]:
    """The words of the ledgers and the rules that these never say: what they would prove nothing about."""
    said = {word for row in (*books.pligt, *books.oprindelse) for word in row[6:8]}
    said |= {row[0] for row in books.fund}
    said |= {" ".join(word for word in (row[0], row[2], *row[7:9]) if word) for row in books.fund}
    return {*WORDS.split(), *LEDGER_RULES, *(line.strip() for line in FINDINGS.split(","))} - said
