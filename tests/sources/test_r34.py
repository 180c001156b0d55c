"""KSD's report R34, from the file as KSD writes it to a case of the contract."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipelines.sources import r34
from pipelines.sources.block import RecordMistake
from tests.sources.extracts import example, mapped, refusal, remarks, rows

HEADER = (
    "Opret-dato;Sagsnummer;CPR-nummer;Borger;CVR-nummer;Virksomhed;Første fraværsdag;Sidste fraværsdag;"
    "Delvis genoptaget arbejde;Sygemeldt-Type;Sagsstatus;Team"
)
# No one is born on the 61st of a month.
ISO = "2020-06-03;S-1;6101701234;Åse Ø;29189846;Værft A/S;2020-05-20;;Nej;Lønmodtager;Oplyst;Øst"
GUI = '04-06-2020;S-2;620280-1235;"Bo; og søn";;;21052020;30-06-2020;Ja;Selvstændig;Lukket;'


def report(folder: Path, *records: str, header: str = HEADER, name: str = "R34.csv") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(("\ufeff" + "\r\n".join((header, *records)) + "\r\n").encode())
    return folder


def test_the_three_forms_of_a_date_and_the_hyphen_are_read_and_told(tmp_path: Path) -> None:
    extract = r34.open_extract(report(tmp_path, ISO, GUI))
    first, second = rows(extract.tables["r34"])
    assert list(first) == [*HEADER.split(";"), "linje"]
    assert (first["Opret-dato"], first["Første fraværsdag"], first["Sidste fraværsdag"]) == (
        "2020-06-03",
        "2020-05-20",
        None,
    )
    assert (second["Opret-dato"], second["Første fraværsdag"], second["Sidste fraværsdag"]) == (
        "2020-06-04",
        "2020-05-21",
        "2020-06-30",
    )
    assert (second["CPR-nummer"], second["Borger"], second["linje"]) == ("6202801235", "Bo; og søn", 3)
    told = [("andet_datoformat", "R34.csv", 3, 3), ("bindestreg_i_cpr", "R34.csv", 1, 3)]
    assert remarks(extract) == told
    # A second reading is not counted on top of the first.
    rows(extract.tables["r34"])
    assert remarks(extract) == told


def test_the_file_is_described(tmp_path: Path) -> None:
    content = (report(tmp_path, ISO) / "R34.csv").read_bytes()
    (sent,) = r34.open_extract(tmp_path).files
    assert (sent.name, sent.bytes, sent.sha256) == ("R34.csv", len(content), hashlib.sha256(content).hexdigest())


def test_the_example_makes_cases_of_the_contract(tmp_path: Path) -> None:
    extract = r34.open_extract(report(tmp_path, ISO, GUI))
    assert extract.mapping == {}
    cases = mapped(extract, "sag", example(r34), kommunekode="0751")
    # md5 of "0751:S-1" and "0751:S-2", by md5sum.
    assert [str(case["sag_uuid"]) for case in cases] == [
        "2cec3910-efb2-bf2c-49c5-6836493305f8",
        "c7c09ca0-b3ad-eec7-7fe3-7bd38544d172",
    ]
    assert [(case["fremdrift"], case["oprettet"], case["ydelse_til"], case["linje"]) for case in cases] == [
        ("Oplyst", "2020-06-03T00:00:00", None, 2),
        ("Afsluttet", "2020-06-04T00:00:00", "2020-06-30", 3),
    ]


@pytest.mark.parametrize(
    "wrong",
    ["1052020", "2020-02-30", "30-02-2020", "31042020", "20121105", "2020/05/22", "22-5-2020", "22-05-20", "ukendt"],
)
def test_what_is_no_date_is_refused_at_its_line(tmp_path: Path, wrong: str) -> None:
    mistake = refusal(r34, report(tmp_path, ISO, GUI.replace("21052020", wrong)), wrong)
    assert (mistake.file, mistake.line, mistake.column) == ("R34.csv", 3, "Første fraværsdag")


def test_a_lost_zero_is_not_put_back_in_text(tmp_path: Path) -> None:
    extract = r34.open_extract(report(tmp_path, ISO.replace("6101701234", "101701234")))
    assert [row["CPR-nummer"] for row in rows(extract.tables["r34"])] == ["101701234"]


@pytest.mark.parametrize("missing", r34.COLUMNS)
def test_every_column_of_the_report_must_be_there(tmp_path: Path, missing: str) -> None:
    mistake = refusal(r34, report(tmp_path, ISO, header=HEADER.replace(missing, "andet")))
    assert (mistake.file, mistake.line, mistake.column) == ("R34.csv", 1, missing)


@pytest.mark.parametrize("last", ["team", "TEAM", "", " ", "Linje"])
def test_a_header_that_sql_cannot_tell_apart_is_refused(tmp_path: Path, last: str) -> None:
    mistake = refusal(r34, report(tmp_path, ISO + ";x", header=HEADER + ";" + last))
    assert mistake.line == 1
    assert "column 13" in mistake.reason


def test_a_record_that_is_not_whole_is_refused_where_it_begins(tmp_path: Path) -> None:
    mistake = refusal(r34, report(tmp_path, ISO, ISO.replace("Åse Ø", '"Åse\nØ"'), ISO.removesuffix(";Øst")))
    assert (mistake.file, mistake.line) == ("R34.csv", 5)


def test_r34_is_one_report(tmp_path: Path) -> None:
    assert refusal(r34, tmp_path).file is None
    report(tmp_path, ISO, name="a.csv")
    assert refusal(r34, report(tmp_path, GUI, name="B.CSV")).file == "a.csv"
    (tmp_path / "B.CSV").rename(tmp_path / ".B.csv")
    assert len(rows(r34.open_extract(tmp_path).tables["r34"])) == 1


def test_a_link_is_refused(tmp_path: Path) -> None:
    report(tmp_path / "elsewhere", ISO)
    (tmp_path / "R34.csv").symlink_to(tmp_path / "elsewhere" / "R34.csv")
    assert "plain file" in refusal(r34, tmp_path).reason


def test_a_file_that_is_changed_after_it_was_opened_is_refused(tmp_path: Path) -> None:
    table = r34.open_extract(report(tmp_path, ISO)).tables["r34"]
    report(tmp_path, GUI)
    with pytest.raises(RecordMistake, match="was changed"):
        rows(table)
