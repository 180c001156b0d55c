"""Every rule has its specs, and every word that it can give stands in one."""

from __future__ import annotations

import pytest

from pipelines.catalogue.lines import Found
from pipelines.catalogue.specs import CLEAN
from pipelines.estate import LEDGER_RULES
from pipelines.report.words import BAD_OPHAV, BAD_UDFALD
from pipelines.rules import load_rules
from tests.ledger.clean import Clean
from tests.spec.built import laid_over
from tests.spec.judged import SPECS, WORLDS

NOTE_CAUSES = (
    "afkortet",
    "tegnsaet",
    "blanktegn",
    "tidszone",
    "klokkeslaet_mistet",
    "tidspunkt",
    "forfatter_mistet",
    "titel_mistet",
    "tekst",
)
# A case on another citizen is fejlplaceret, so part_cpr is never the cause of a change.
CASE_COLUMNS = ("titel", "kle_emne", "kle_facet", "sagsnummer", "oprettet")
NOTE_WORDS = ("mangler", "fejlplaceret", "dubleret", *(f"aendret {cause}" for cause in NOTE_CAUSES))


def of(objekttype: str, *words: str) -> set[str]:
    """What findings of one kind of object say: udfald and aarsag, or nothing."""
    return {f"{objekttype} {word}".strip() for word in words}


# What each rule's findings can say (rulings, design) …
FINDINGS = {
    "R01": of("leverance", ""),
    "R02": of("sag", "mangler", "fejlplaceret", "dubleret", "ulinket")
    | of("sag", *(f"aendret {column}" for column in (*CASE_COLUMNS, "fremdrift")))
    | of("journalnotat", "ulinket", *NOTE_WORDS),
    "R03": of("dokument", "mangler", "aendret titel")
    | of("fil", "mangler", "aendret kontrolsum", "aendret tom_fil")
    | of("dokument_sag", "mangler", "fejlplaceret"),
    "R04": of("sag", "fejlplaceret", "dubleret", *(f"aendret {column}" for column in CASE_COLUMNS)),
    "R05": of("sag", "mangler"),
    "R06": of("sag", ""),
    "R07": of("sag", ""),
    "R08": of("sag", ""),
    "R09": of("noeglepose", "ny_sag_uuid", "edh_sag_uuid", "part_cpr") | of("sag", "ulinket"),
    "R10": of("sag", "ulinket", "dubleret"),
    "R11": of("sag", ""),
    "R12": of("dokument", ""),
    "R13": of("dokument", ""),
    "R14": of("journalnotat", "") | of("sag", "fremdrift"),
    "R15": of("sag", ""),
    "R16": of("sag", "oprettet", "aendret") | of("journalnotat", "") | of("dokument", ""),
    "R17": of("berigtigelse", ""),
    "R18": of("sag", "mangler", "ukendt", "aendret fremdrift", "aendret antal_journalnotater")
    | of("dokument", "mangler", "ukendt"),
    "R19": of("sag", "mangler", "mangler krydsreference")
    | of("journalnotat", "mangler", "mangler krydsreference")
    | of("dokument", "mangler", "mangler krydsreference")
    | of("fil", "mangler", "mangler krydsreference", "aendret kontrolsum")
    | of("dokument_sag", "mangler", "mangler krydsreference")
    | of("noeglepose", "mangler", "mangler krydsreference"),
    "R20": of("sag", "dublet")
    | of("journalnotat", "ukendt", "dublet")
    | of("dokument", "ukendt")
    | of("dokument_sag", "ukendt"),
    "R21": of("dokument", ""),
    "R22": of("dokument", "") | of("journalnotat", ""),
    "R23": of("journalnotat", *NOTE_WORDS),
    "R24": of("sag", "mangler") | of("journalnotat", "mangler") | of("dokument", "mangler"),
    "AFV": of("afvigelse", "udloebet", "ubrugt"),
}
# … and what else of the ledgers bears on it: what is explained, what waits, what is new.
OF_LEDGERS = {
    "R02": of("sag", "forklaret uden_for_vindue", "forklaret kle_omlagt", "forklaret afvigelse", "afventer")
    | of("journalnotat", "forklaret uden_for_vindue", "forklaret stub", "afventer"),
    "R03": of("dokument", "forklaret berigtigelse", "afventer") | of("fil", "forklaret afvigelse"),
    "R04": of("sag", "forklaret berigtigelse", "forklaret afvigelse", "afventer"),
    "R05": of("sag", "afventer"),
    "R20": of("journalnotat", "ny", "forklaret afvigelse"),
    "R23": of("journalnotat", "forklaret berigtigelse", "forklaret afvigelse", "afventer"),
}


def said(found: Found) -> str:
    return " ".join((found.objekttype, *found.words))


def test_every_rule_has_specs_and_every_spec_a_rule() -> None:
    rules = [rule.id for rule in load_rules()]
    assert len(rules) > 20

    assert set(SPECS) == set(rules) == set(FINDINGS)


@pytest.mark.parametrize("rule_id", FINDINGS)
def test_a_rule_is_seen_met_broken_and_not_evaluated(rule_id: str) -> None:
    assert {spec.dom for spec in SPECS[rule_id]} == {"opfyldt", "brudt", "ikke_vurderet"}


@pytest.mark.parametrize("rule_id", FINDINGS)
def test_everything_a_rule_can_say_is_said_in_its_specs(rule_id: str) -> None:
    own = {said(found) for spec in SPECS[rule_id] for found in spec.ud if found.book == rule_id}
    # What R20 finds of cases and links follows from faults that other rules are about.
    elsewhere = {
        said(found) for specs in SPECS.values() for spec in specs for found in spec.ud if found.book == rule_id
    }
    assert own

    assert elsewhere - FINDINGS[rule_id] - of("fil", "ukendt") == set()
    assert FINDINGS[rule_id] - (elsewhere if rule_id == "R20" else own) == set()


@pytest.mark.parametrize("rule_id", OF_LEDGERS)
def test_what_is_explained_waits_or_is_new_is_shown(rule_id: str) -> None:
    ledgers = ("pligt", "oprindelse")
    shown = {said(found) for spec in SPECS[rule_id] for found in spec.ud if found.book in ledgers}

    assert OF_LEDGERS[rule_id] - shown == set()


def test_every_bad_word_of_the_ledgers_has_a_spec() -> None:
    words = {found.words[0] for rule_id in LEDGER_RULES for spec in SPECS[rule_id] for found in spec.ud if found.words}

    assert set(BAD_UDFALD) | set(BAD_OPHAV) <= words


def test_a_finding_that_a_waiver_took_away_is_shown() -> None:
    assert [found.text for spec in SPECS["R06"] for found in spec.ud if found.explained]


def test_the_clean_world_is_the_one_of_the_ledgers() -> None:
    clean, written = Clean(), Clean()
    assert all(clean.kmd.values())
    for tables in written.delivered.values():
        for rows in tables.values():
            rows.clear()

    laid_over(written, WORLDS[CLEAN].ind, "kmd_aktiv")

    assert written.delivered == clean.delivered
    assert written.overgang == clean.overgang
