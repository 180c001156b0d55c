"""Lists in Excel: what Excel did to them is undone when it is sure, and refused when it is not."""

from __future__ import annotations

import hashlib
import warnings
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from pipelines.sources import excel, excel_workbook
from tests.sources.extracts import mapped, refusal, remarks, rows
from tests.sources.workbooks import CPR, KEYRING, MADE, NEW, OLD, SHEET, As, change, keyring, write, write_sheets

DOCUMENT = ["dokument_uuid", "dokumentnummer", "titel", "dokumenttype", "brevdato", "registreret", "fremdrift"]
# Born in 2057: the number is no one's, and begins with the zero that Excel loses.
UNBORN = 101575001


def document(number: Any, brevdato: Any) -> list[Any]:
    return [NEW, number, "Brev", "Brev", brevdato, MADE, "Endeligt"]


def sheet_rows(folder: Path, entity: str = "noeglepose") -> list[dict[str, Any]]:
    return rows(excel.open_extract(folder).tables[entity])


def test_a_list_is_read_by_the_contracts_names_however_they_are_written(tmp_path: Path) -> None:
    header = [" Ny_Sag_UUID ", "EDH_SAG_UUID", "part_cpr", "Dannet", "batch", None, "Bemærkning", "Løbenr"]
    write(tmp_path / "liste.xlsx", [header, [*keyring(), None, True, 7], keyring(batch=None)], title="Nøglepose")
    extract = excel.open_extract(tmp_path)
    first, second = rows(extract.tables["noeglepose"])
    assert first == {
        **dict(zip(KEYRING, [NEW, OLD, CPR, MADE, "b1"], strict=True)),
        "bemaerkning": "True",
        "loebenr": "7",
        "linje": 2,
    }
    assert (second["batch"], second["bemaerkning"], second["linje"]) == (None, None, 3)
    assert remarks(extract) == []


def test_the_mapping_hands_on_every_column_for_the_header_to_judge(tmp_path: Path) -> None:
    write(tmp_path / "liste.xlsx", [[*KEYRING, "andet"], [*keyring(), "x"]])
    extract = excel.open_extract(tmp_path)
    (row,) = rows(extract.tables["noeglepose"])
    sql = extract.mapping["noeglepose"]
    assert mapped(extract, "noeglepose", sql.replace("*", '* EXCLUDE "andet"')) == [
        {name: value for name, value in row.items() if name != "andet"}
    ]


def test_a_single_sheet_may_be_called_anything_when_the_file_is_called_as_the_entity(tmp_path: Path) -> None:
    write(tmp_path / "Nøglepose.xlsx", [KEYRING, keyring()], title="Ark1")
    extract = excel.open_extract(tmp_path)
    assert extract.tables["noeglepose"].file == "Nøglepose.xlsx, sheet Ark1"
    content = (tmp_path / "Nøglepose.xlsx").read_bytes()
    (sent,) = extract.files
    assert (sent.name, sent.bytes, sent.sha256) == (
        "Nøglepose.xlsx",
        len(content),
        hashlib.sha256(content).hexdigest(),
    )


def test_sheets_that_are_no_entity_are_told_and_an_entity_stands_once(tmp_path: Path) -> None:
    sheets = {"Forklaring": [["Læs mig"]], "noeglepose": [KEYRING, keyring()], "dokument": [DOCUMENT]}
    write_sheets(tmp_path / "a.xlsx", sheets)
    extract = excel.open_extract(tmp_path)
    assert set(extract.tables) == {"noeglepose", "dokument"}
    assert rows(extract.tables["dokument"]) == []
    assert remarks(extract) == [("ark_ikke_laest", "a.xlsx", 1, None)]
    write(tmp_path / "b.xlsx", [KEYRING], title="NOEGLEPOSE")
    assert refusal(excel, tmp_path).file == "b.xlsx, sheet NOEGLEPOSE"


def test_a_personal_number_gets_its_zero_back_when_it_can_only_be_that(tmp_path: Path) -> None:
    given = [CPR, int(CPR), "610170-1234", UNBORN, As(UNBORN, "0000000000")]
    write(tmp_path / "liste.xlsx", [KEYRING, *(keyring(part_cpr=value) for value in given)])
    extract = excel.open_extract(tmp_path)
    found = [row["part_cpr"] for row in rows(extract.tables["noeglepose"])]
    assert found == [CPR, CPR, CPR, f"0{UNBORN}", f"0{UNBORN}"]
    assert remarks(extract) == [
        ("bindestreg_i_cpr", "liste.xlsx, sheet noeglepose", 1, 4),
        ("mendet_cpr", "liste.xlsx, sheet noeglepose", 2, 5),
    ]


@pytest.mark.parametrize(
    "value",
    [
        1575001,
        10157500,
        101575001.5,
        -UNBORN,
        113575001,
        99_999_999_999,
        date(2020, 5, 22),
        True,
        "=1/0",
        "#N/A",
    ],
)
def test_what_can_be_no_personal_number_is_refused_at_its_cell(tmp_path: Path, value: Any) -> None:
    write(tmp_path / "liste.xlsx", [KEYRING, keyring(), keyring(part_cpr=value)])
    mistake = refusal(excel, tmp_path, str(value))
    assert (mistake.file, mistake.line, mistake.column) == ("liste.xlsx, sheet noeglepose", 3, "part_cpr")


@pytest.mark.parametrize("from_1904", [False, True])
def test_dates_are_read_in_the_forms_that_excel_and_people_give_them(tmp_path: Path, *, from_1904: bool) -> None:
    # 22 May 2020 is day 43973 from 1900 and 42511 from 1904.
    serial = 42511 if from_1904 else 43973
    given = [serial, date(2020, 5, 22), datetime(2020, 5, 22), "2020-05-22", "22-05-2020", None]  # noqa: DTZ001
    folder = write(
        tmp_path / "liste.xlsx",
        [DOCUMENT, *(document("d", value) for value in given)],
        title="dokument",
        from_1904=from_1904,
    )
    extract = excel.open_extract(folder)
    assert [row["brevdato"] for row in rows(extract.tables["dokument"])] == ["2020-05-22"] * 5 + [None]
    assert remarks(extract) == [
        ("andet_datoformat", "liste.xlsx, sheet dokument", 1, 6),
        ("mendet_dato", "liste.xlsx, sheet dokument", 1, 2),
    ]


def test_times_are_read_to_the_second(tmp_path: Path) -> None:
    moment = datetime(2020, 5, 22, 23, 0, 7)  # noqa: DTZ001
    # The seventh second after 23:00 as the fraction of a day that a double holds, and a hair before it.
    serial = 43973 + (23 * 3600 + 7) / 86400
    given = [moment, serial, serial - 1e-9, "22-05-2020 23:00:07", "2020-05-22 23:00:07", "2020-05-22T23:00:07+02:00"]
    write(tmp_path / "liste.xlsx", [KEYRING, *(keyring(dannet=value) for value in given)])
    assert [row["dannet"] for row in sheet_rows(tmp_path)] == ["2020-05-22T23:00:07"] * 5 + [
        "2020-05-22T23:00:07+02:00"
    ]


@pytest.mark.parametrize(
    "value",
    [
        22052020,
        0,
        0.5,
        32873,
        73416,
        -1,
        43973.5,
        1e300,
        time(12, 0),
        As(2.5, "[h]:mm"),
        As(9_999_999, "dd-mm-yyyy"),
        datetime(2020, 5, 22, 8),  # noqa: DTZ001
        "31-02-2020",
        True,
    ],
)
def test_what_is_no_date_is_refused_at_its_cell(tmp_path: Path, value: Any) -> None:
    write(tmp_path / "liste.xlsx", [DOCUMENT, document("d", value)], title="dokument")
    with warnings.catch_warnings(record=True) as warned:
        mistake = refusal(excel, tmp_path, str(getattr(value, "value", value)) if value else "")
    assert (mistake.file, mistake.line, mistake.column) == ("liste.xlsx, sheet dokument", 2, "brevdato")
    assert warned == []


def test_an_id_that_is_a_number_is_text_only_when_the_cell_shows_its_zeros(tmp_path: Path) -> None:
    write(
        tmp_path / "liste.xlsx", [DOCUMENT, document(As(42, "00000"), None), document("0042", None)], title="dokument"
    )
    extract = excel.open_extract(tmp_path)
    assert [row["dokumentnummer"] for row in rows(extract.tables["dokument"])] == ["00042", "0042"]
    assert remarks(extract) == [("mendet_tal", "liste.xlsx, sheet dokument", 1, 2)]


@pytest.mark.parametrize(
    "value", [42, 42.5, As(42, "0.00"), As(-42, "00000"), As(4.5, "0000"), date(2020, 5, 22), False]
)
def test_an_id_that_may_have_lost_zeros_is_refused(tmp_path: Path, value: Any) -> None:
    write(tmp_path / "liste.xlsx", [DOCUMENT, document("d", None), document(value, None)], title="dokument")
    mistake = refusal(excel, tmp_path)
    assert (mistake.line, mistake.column) == (3, "dokumentnummer")


@pytest.mark.parametrize(
    ("value", "read"), [(7, "7"), ("7", "7"), (7.5, None), (1e20, None), (date(2020, 5, 22), None)]
)
def test_a_count_is_a_whole_number(tmp_path: Path, value: Any, read: str | None) -> None:
    header = ["sag_uuid", "sagsnummer", "fremdrift", "master", "antal_journalnotater", "sts_tidspunkt"]
    write(tmp_path / "liste.xlsx", [header, [NEW, "S-1", "Oplyst", "ky", value, MADE]], title="indeks_sag")
    if read is None:
        assert refusal(excel, tmp_path).column == "antal_journalnotater"
    else:
        assert [row["antal_journalnotater"] for row in sheet_rows(tmp_path, "indeks_sag")] == [read]


def test_empty_rows_are_passed_over_and_told_when_others_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "BATCH_ROWS", 2)
    given = [KEYRING, keyring(), [], [None, ""], keyring(), [], keyring(), [], [As(None, "@")]]
    write(tmp_path / "liste.xlsx", given)
    extract = excel.open_extract(tmp_path)
    assert [row["linje"] for row in rows(extract.tables["noeglepose"])] == [2, 5, 7]
    assert remarks(extract) == [("tom_raekke", "liste.xlsx, sheet noeglepose", 3, 3)]


def test_text_that_excel_escapes_is_what_was_written(tmp_path: Path) -> None:
    write(tmp_path / "liste.xlsx", [KEYRING, keyring(batch="a_x000D_\nb"), keyring(batch="a_x005F_x000D_b")])
    assert [row["batch"] for row in sheet_rows(tmp_path)] == ["a\r\nb", "a_x000D_b"]


def test_a_sheet_that_says_it_is_smaller_than_it_is_is_read_to_its_end(tmp_path: Path) -> None:
    write(tmp_path / "liste.xlsx", [KEYRING, keyring(), keyring()])
    change(tmp_path / "liste.xlsx", SHEET, 'ref="A1:E3"', 'ref="A1:E2"')
    assert len(sheet_rows(tmp_path)) == 2


def test_a_formula_counts_by_the_value_that_was_calculated(tmp_path: Path) -> None:
    write(tmp_path / "liste.xlsx", [KEYRING, keyring(batch='="b"&"1"')])
    mistake = refusal(excel, tmp_path)
    assert (mistake.line, mistake.column) == (2, "batch")
    for calculated, read in (("b1", "b1"), ("", None)):
        write(tmp_path / "liste.xlsx", [KEYRING, keyring(batch='="b"&"1"')])
        change(tmp_path / "liste.xlsx", SHEET, '<c r="E2">', '<c r="E2" t="str">')
        change(tmp_path / "liste.xlsx", SHEET, "</f><v></v>", f"</f><v>{calculated}</v>")
        assert [row["batch"] for row in sheet_rows(tmp_path)] == [read]


@pytest.mark.parametrize(
    ("before", "after", "reason", "line", "column"),
    [
        ("</sheetData>", '</sheetData><mergeCells><mergeCell ref="E2:E3"/></mergeCells>', "merged", 2, "batch"),
        ('<row r="3">', '<row r="2">', "do not follow", None, None),
        ('<row r="3">', '<row r="1048577">', "do not follow", None, None),
        ('<row r="3">', '<row r="tre">', "damaged", None, None),
        ('<c r="B3" ', '<c r="A3" ', "do not follow", 3, "edh_sag_uuid"),
        ('<c r="B3" ', '<c r="B2" ', "do not follow", 3, "edh_sag_uuid"),
        ("</worksheet>", "", "damaged", None, None),
    ],
)
def test_what_reading_would_lose_is_refused(
    tmp_path: Path, before: str, after: str, reason: str, line: int | None, column: str | None
) -> None:
    write(tmp_path / "liste.xlsx", [KEYRING, keyring(), keyring()])
    change(tmp_path / "liste.xlsx", SHEET, before, after)
    mistake = refusal(excel, tmp_path)
    assert reason in mistake.reason
    assert (mistake.file, mistake.line, mistake.column) == ("liste.xlsx, sheet noeglepose", line, column)


@pytest.mark.parametrize(
    ("header", "place"),
    [
        (["ny_sag_uuid", "edh_sag_uuid", "dannet"], "part_cpr"),
        ([*KEYRING, "Batch"], "column 6"),
        ([*KEYRING, 2020], "column F"),
        ([*KEYRING, "Linje"], "linje"),
        ([], "ny_sag_uuid"),
    ],
)
def test_a_header_that_is_not_the_contracts_is_refused(tmp_path: Path, header: list[Any], place: str) -> None:
    write(tmp_path / "liste.xlsx", [header, keyring()])
    mistake = refusal(excel, tmp_path)
    assert (mistake.file, mistake.line) == ("liste.xlsx, sheet noeglepose", 1)
    assert place in f"{mistake.reason} {mistake.column}"


def test_a_value_under_no_name_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "liste.xlsx", [KEYRING, keyring(), [*keyring(), None, "x"]])
    mistake = refusal(excel, tmp_path)
    assert (mistake.line, mistake.column) == (3, "G")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("<workbook ", '<!DOCTYPE x [<!ENTITY a "b">]><workbook ', "DOCTYPE"),
        ("<workbook ", "<!--" + "x" * 100_000 + "--><!DOCTYPE x [<!ENTITY a 'b'>]><workbook ", "DOCTYPE"),
        (
            'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"',
            'xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"',
            "Strict",
        ),
    ],
)
def test_xml_that_excel_does_not_write_is_refused(tmp_path: Path, before: str, after: str, reason: str) -> None:
    write(tmp_path / "liste.xlsx", [KEYRING, keyring()])
    change(tmp_path / "liste.xlsx", "xl/workbook.xml", before, after)
    mistake = refusal(excel, tmp_path)
    assert reason in mistake.reason
    assert mistake.file == "liste.xlsx"


def test_a_workbook_that_unpacks_out_of_measure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "liste.xlsx", [KEYRING, keyring()])
    assert len(sheet_rows(tmp_path)) == 1
    with monkeypatch.context() as patch:
        patch.setattr(excel_workbook, "_MAX_UNPACKED", 1000)
        assert "unpacks" in refusal(excel, tmp_path).reason
    with zipfile.ZipFile(tmp_path / "liste.xlsx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(8 * 1024 * 1024))
    assert "unpacks" in refusal(excel, tmp_path).reason


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("liste.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504), "password"),
        ("liste.xlsx", b"ny_sag_uuid;edh_sag_uuid\n", "damaged"),
        ("liste.xlsx", b"", "damaged"),
        ("liste.xls", b"", "only .xlsx"),
        ("~$liste.xlsx", b"", "open in Excel"),
        ("liste.csv", b"", "no file"),
    ],
)
def test_what_is_no_workbook_is_told_what_it_is(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert reason in refusal(excel, tmp_path).reason


def test_a_workbook_that_is_changed_after_it_was_opened_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "liste.xlsx", [KEYRING, keyring()])
    table = excel.open_extract(tmp_path).tables["noeglepose"]
    write(tmp_path / "liste.xlsx", [KEYRING, keyring(), keyring()])
    with pytest.raises(ValueError, match="was changed"):
        rows(table)
