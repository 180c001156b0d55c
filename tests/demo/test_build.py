"""What the demo consists of: real deliveries, made citizens only, the same bytes every time."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from pipelines.cli.demonstration import demo as demo_command
from pipelines.contract import kommuner
from pipelines.demo import Facit, build_demo, compare, read_facit
from pipelines.demo.build import MIN_CASES, SEED
from pipelines.demo.findings import RULES
from pipelines.errors import PERSONAL_NUMBER, UsageError
from pipelines.estate import load_estate
from tests.demo.inbox import deliveries
from tests.oracle_rows import Delivery, normalised

CASES = MIN_CASES
KEY_COLUMNS = ("ny_sag_uuid", "edh_sag_uuid", "part_cpr")
ESDH_OBJECTS = ("sag edh", "journalnotat edh", "dokument edh", "fil edh", "dokument_sag edh", "noeglepose nyt")
NOTE_CAUSES = "afkortet tegnsaet blanktegn tidszone klokkeslaet_mistet tidspunkt forfatter_mistet titel_mistet tekst"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def facit(folder: Path) -> Facit:
    return build_demo(folder, cases=CASES)


@pytest.fixture(scope="module")
def delivered(folder: Path, facit: Facit) -> list[Delivery]:
    return list(deliveries(folder / "inbox"))


def fingerprints(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_two_builds_are_the_same_bytes_and_another_seed_is_not(folder: Path, facit: Facit, tmp_path: Path) -> None:
    assert build_demo(tmp_path / "again", cases=CASES) == facit
    assert fingerprints(tmp_path / "again") == fingerprints(folder)
    build_demo(tmp_path / "other", cases=CASES, seed=2)
    assert fingerprints(tmp_path / "other") != fingerprints(folder)


def test_every_personal_number_is_made_and_in_the_inbox(folder: Path, delivered: list[Delivery]) -> None:
    numbers = {row["part_cpr"] for delivery in delivered for row in delivery.rows("sag")}
    assert len(numbers) > CASES
    assert [number for number in numbers if not re.fullmatch(r"(6[1-9]|7[0-9]|8[0-9]|9[01])[0-9]{8}", number)] == []
    texts = [row["tekst"] for delivery in delivered for row in delivery.rows("journalnotat")]
    written = {number for text in texts for number in re.findall(r"(?<!\d)\d{10}(?!\d)", text)}
    assert written
    assert written <= numbers
    outside = [path for path in folder.iterdir() if path.is_file()]
    assert {path.name for path in outside} == {"estate.yaml", "afvigelser.yaml", "facit.json"}
    assert [path for path in outside if PERSONAL_NUMBER.search(path.read_text(encoding="utf-8"))] == []


def test_the_estate_is_one_that_afstem_reads(folder: Path, facit: Facit) -> None:
    estate = load_estate(folder / "estate.yaml")
    assert [kommuner()[kode] for kode in estate.kommuner] == ["Aarhus", "Randers", "Assens", "Læsø"]
    assert {system for kommune in estate.kommuner.values() for system in kommune.overgang} == {"ksd", "ky", "spk"}
    explained = [row for row in facit.explained | facit.explained_origins if row[-1] == "afvigelse"]
    without_use = [row for row in facit.findings if row[0] == "AFV"]
    assert explained
    assert facit.waived
    assert without_use
    assert len(estate.afvigelser) == len(explained) + len(facit.waived) + len(without_use)
    assert len({waiver.regel for waiver in estate.afvigelser}) > 3


def test_the_deliveries_are_written_in_every_way_that_senders_write(folder: Path, delivered: list[Delivery]) -> None:
    sent = Counter((delivery.system, delivery.kommunekode == "0461") for delivery in delivered)
    known = {"kmd_sag": 9, "edh": 12, "ksd": 4, "ky": 3, "spk": 2, "indeks": 3, "esdh": 1}
    stranger = {"kmd_sag": 1, "edh": 2, "ksd": 1}
    assert sent == {(s, False): n for s, n in known.items()} | {(s, True): n for s, n in stranger.items()}
    manifests = [json.loads(path.read_text(encoding="utf-8")) for path in (folder / "inbox").glob("*/*/*/*.json")]
    files = [file for manifest in manifests for file in manifest["filer"]]
    assert {file.get("tegnsaet", "utf-8") for file in files} == {"utf-8", "cp1252", "iso-8859-1"}
    assert {file.get("skilletegn", ";") for file in files} == {";", ",", "\t"}
    assert {file["navn"].rsplit(".")[-1] for file in files} == {"csv", "parquet"}
    headers = [path.read_bytes().split(b"\n")[0] for path in (folder / "inbox").rglob("journalnotat.csv")]
    assert {header.startswith(b"\xef\xbb\xbf") for header in headers} == {True, False}
    assert {header.endswith(b"\r") for header in headers} == {True, False}


def test_the_world_holds_what_makes_reconciling_hard(delivered: list[Delivery]) -> None:
    last = {(delivery.system, delivery.kommunekode): delivery.tables for delivery in delivered}
    before = next(delivery.tables for delivery in delivered if delivery[:2] == ("kmd_sag", "0751"))
    ky, edh, ksd = last["ky", "0751"], last["edh", "0751"], last["ksd", "0751"]
    assert {row["format"] for row in before["journalnotat"]} == {"text", "rtf"}
    assert "html" in {row["format"] for row in ky["journalnotat"]}
    texts = [row["tekst"] for row in before["journalnotat"]]
    for sign in ("æ", "ø", "å", "\n", '"', ";", "§"):
        assert any(sign in text for text in texts), sign
    assert any(len(text.encode()) > 102_400 for text in texts)
    on_cases = Counter(row["notat_id"] for row in ky["journalnotat"])
    assert max(on_cases.values()) == 2
    assert max(Counter(row["ny_sag_uuid"] for row in ky["noeglepose"]).values()) == 2
    assert max(Counter(row["dokument_uuid"] for row in edh["dokument_sag"]).values()) == 2
    linked = {row["sag_uuid"] for row in edh["dokument_sag"]}
    assert {row["sag_uuid"] for row in before["sag"]} - linked
    assert [row for row in edh["sag"] if row["sagstype"] == "manuel" and row["sag_uuid"] in linked]
    assert {row["dokument_uuid"] for row in edh["dokument"]} - {row["dokument_uuid"] for row in edh["dokument_sag"]}
    citizens = Counter(row["part_cpr"] for row in before["sag"])
    assert max(citizens.values()) > 1
    equal = Counter((row["sag_uuid"], row["oprettet"], row["tekst"]) for row in before["journalnotat"])
    assert max(equal.values()) == 2
    assert [row for row in ksd["sag"] if row["oprettet"] >= "2020-06-03T06:00:00Z"]
    assert ksd["dokument"]


def test_a_text_means_the_same_in_every_format(delivered: list[Delivery]) -> None:
    first = next(delivery for delivery in delivered if delivery[:2] == ("kmd_sag", "0730"))
    last = [delivery for delivery in delivered if delivery[:2] == ("edh", "0730")][-1]
    texts = [{normalised(row["tekst"], row["format"]) for row in d.tables["journalnotat"]} for d in (first, last)]
    shared = texts[0] & texts[1]
    assert len(shared) > CASES / 2
    ksd = next(delivery for delivery in delivered if delivery[:2] == ("ksd", "0730"))
    found = {normalised(row["tekst"], row["format"]) for row in ksd.tables["journalnotat"]}
    assert len(found & texts[0]) > CASES / 2


def test_the_facit_holds_every_way_to_fail(facit: Facit) -> None:
    findings = facit.findings
    assert {row[0] for row in findings} == set(RULES)
    told = {(row[0], row[5]) for row in findings}
    assert {("R02", word) for word in ("mangler", "fejlplaceret", "dubleret", "aendret", "ulinket")} <= told
    assert {("R20", "ukendt"), ("R20", "dublet")} <= told
    for regel in ("R02", "R23"):
        causes = {row[6] for row in findings if row[0] == regel and row[2] == "journalnotat" and row[6]}
        assert causes == set(NOTE_CAUSES.split())
    columns = {"titel", "kle_emne", "kle_facet", "sagsnummer", "oprettet"}
    assert {row[6] for row in findings if row[0] == "R04" and row[6]} == columns
    assert {row[6] for row in findings if row[0] == "R02" and row[2] == "sag" and row[6]} == columns | {"fremdrift"}
    assert {row[6] for row in findings if row[0] == "R03" and row[6]} == {"kontrolsum", "tom_fil", "titel"}
    explained = {row[-1] for row in facit.explained}
    assert explained == {"uden_for_vindue", "kle_omlagt", "berigtigelse", "stub", "afvigelse"}
    assert {cell[3] for cell in facit.counts} >= {"bevaret", "afventer", "forklaret"}


def test_the_facit_holds_every_outcome_of_the_rules_that_look_across(facit: Facit) -> None:
    ledgers = {"R02", "R03", "R04", "R05", "R20", "R22", "R23", "R24"}
    told: dict[str, set[str]] = {}
    for regel, _, objekttype, _, sted, udfald, aarsag in facit.findings:
        if regel not in ledgers:
            words = " ".join(word or "-" for word in (objekttype, sted, udfald, aarsag))
            told.setdefault(str(regel), set()).add(words)
    lost = [f"{kind} mangler {why}" for why in ("-", "krydsreference") for kind in ESDH_OBJECTS]
    assert told == {
        "R01": {"leverance - - -"},
        "R06": {"sag edh - -"},
        "R07": {"sag edh - -"},
        "R08": {"sag edh - -"},
        "R09": {"sag nyt ulinket -"}
        | {f"noeglepose nyt - {end}" for end in ("ny_sag_uuid", "edh_sag_uuid", "part_cpr")},
        "R10": {"sag edh ulinket -", "sag edh dubleret -"},
        "R11": {"sag edh - -"},
        "R12": {"dokument nyt - -"},
        "R13": {"dokument edh - -"},
        "R14": {"journalnotat edh - -", "sag edh - fremdrift"},
        "R15": {"sag edh - -"},
        "R16": {"sag edh - oprettet", "sag edh - aendret", "journalnotat edh - -", "dokument edh - -"},
        "R17": {"berigtigelse edh - -"},
        "R18": {f"{kind} edh {udfald} -" for kind in ("sag", "dokument") for udfald in ("mangler", "ukendt")}
        | {"sag edh aendret fremdrift", "sag edh aendret antal_journalnotater"},
        "R19": {*lost, "fil edh aendret kontrolsum"},
        "R21": {"dokument nyt - -"},
        "AFV": {f"afvigelse {place}" for place in ("nyt udloebet -", "edh udloebet -", "edh ubrugt -", "- ubrugt -")},
    }


def test_every_fault_implies_findings_of_its_own(facit: Facit) -> None:
    assert all(fault.findings for fault in facit.faults)
    counted = Counter(finding for fault in facit.faults for finding in fault.findings)
    assert [finding for finding, count in counted.items() if count > 1] == []


def test_the_facit_is_read_as_it_was_written(folder: Path, facit: Facit) -> None:
    assert read_facit(folder) == facit


def test_comparing_tells_what_is_missing_and_what_is_unexpected(facit: Facit) -> None:
    expected = sorted(facit.findings, key=str)
    other = ("R02", "0751", "sag", "nowhere", "nyt", "mangler", None)
    assert compare(facit, expected) == ([], [])
    assert compare(facit, [*expected[1:], other]) == ([expected[0]], [other])
    assert compare(facit, [*expected, expected[0]]) == ([], [expected[0]])


def test_a_demo_too_small_for_its_faults_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"299 cases a kommune .* take {MIN_CASES} or more \(--cases\)"):
        build_demo(tmp_path, cases=MIN_CASES - 1)


def test_the_command_asks_for_what_the_demo_can_make() -> None:
    said = inspect.signature(demo_command, eval_str=True).parameters
    (cases,) = said["cases"].annotation.__metadata__
    assert cases.min == MIN_CASES
    assert said["seed"].default == SEED
