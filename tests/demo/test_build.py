"""What the demo consists of: real deliveries, made citizens only, the same bytes every time."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from pipelines.contract import kommuner
from pipelines.demo import Facit, build_demo, compare, read_facit
from pipelines.errors import PERSONAL_NUMBER, UsageError
from pipelines.estate import load_estate
from tests.demo.inbox import deliveries
from tests.oracle_rows import Delivery, normalised

CASES = 200
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
    numbers = {row["part_cpr"] for delivery in delivered for row in delivery.tables["sag"]}
    assert len(numbers) > CASES
    assert [number for number in numbers if not re.fullmatch(r"(6[1-9]|7[0-9]|8[0-9]|9[01])[0-9]{8}", number)] == []
    texts = [row["tekst"] for delivery in delivered for row in delivery.tables["journalnotat"]]
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
    assert len(estate.afvigelser) == 1 + len(
        [row for row in facit.explained | facit.explained_origins if row[-1] == "afvigelse"]
    )


def test_the_deliveries_are_written_in_every_way_that_senders_write(folder: Path, delivered: list[Delivery]) -> None:
    assert Counter(delivery.system for delivery in delivered) == {"kmd_sag": 8, "edh": 11, "ksd": 4, "ky": 3, "spk": 1}
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
    assert {row[0] for row in findings} == {"R02", "R03", "R04", "R05", "R20", "R22", "R23", "R24"}
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


def test_every_fault_implies_findings_of_its_own(facit: Facit) -> None:
    assert all(fault.findings for fault in facit.faults)
    counted = Counter(finding for fault in facit.faults for finding in fault.findings)
    assert [finding for finding, count in counted.items() if count > 1] == []


def test_the_facit_is_read_as_it_was_written(folder: Path, facit: Facit) -> None:
    assert read_facit(folder) == facit


def test_comparing_tells_what_is_missing_and_what_is_unexpected(facit: Facit) -> None:
    expected = sorted(facit.findings, key=str)
    other = ("R02", "0751", "sag", "nowhere", "nyt", "mangler", None)
    elsewhere = ("R06", *other[1:])
    assert compare(facit, expected) == ([], [])
    assert compare(facit, [*expected[1:], other, elsewhere]) == ([expected[0]], [other])
    assert compare(facit, [*expected, expected[0]]) == ([], [expected[0]])


def test_a_demo_too_small_for_its_faults_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a demo of 40 cases a kommune is too small .* \(--cases\)"):
        build_demo(tmp_path, cases=40)
