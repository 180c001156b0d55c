"""KY's files, from what its pages show to notes and cases of the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.sources import ky
from tests.sources.extracts import example, mapped, refusal, remarks, rows

ONE = "6f1d5c1e-0000-4000-8000-000000000001"
TWO = "6F1D5C1E-0000-4000-8000-000000000002"
CASES = f"""data-id;Sagsnøgle;Sagstekst;data-tilstand;CPR-nummer;Oprettet;Ændret;Ydelse til
{ONE};HENV-MJOML7;Kontanthjælp;aktiv;610170-1234;22-05-2020 23:00;2020-05-22T23:00:05+02:00;31-12-2020
{TWO};RESJR-IIKVOV;Ressourceforløb;passiv;6202801235;2020-05-22T23:00:00;2020-05-22 23:00:00;
"""
NOTES = f"""Notat-id;Sager;Oprettet;Forfatter;skabelonTitel;skabelonNoegle;Tekst
n1;{ONE}, {TWO};22-05-2020 23:00:07;WX-YZABC;Samtale;SAMT;"<p>Første ""linje"";
anden</p>"
n2;{TWO};22052020;WX-YZABC;;;<p>Kort</p>
"""


def folder_of(folder: Path, cases: str = CASES, **others: str) -> Path:
    for name, text in {"sager": cases, **others}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_note_on_two_cases_is_two_rows(tmp_path: Path) -> None:
    extract = ky.open_extract(folder_of(tmp_path, journalnotater=NOTES))
    assert set(extract.mapping) == {"journalnotat"}
    found = mapped(extract, "journalnotat", extract.mapping["journalnotat"])
    assert [(row["notat_id"], row["sag_uuid"], row["oprettet"], row["linje"]) for row in found] == [
        ("n1", ONE, "2020-05-22T23:00:07", 2),
        ("n1", TWO, "2020-05-22T23:00:07", 2),
        ("n2", TWO, "2020-05-22", 4),
    ]
    assert found[0]["tekst"] == '<p>Første "linje";\nanden</p>'
    assert (found[0]["titel"], found[0]["forfatter"], found[0]["format"]) == ("Samtale", "WX-YZABC", "html")


def test_the_example_makes_cases_of_the_contract(tmp_path: Path) -> None:
    first, second = mapped(ky.open_extract(folder_of(tmp_path)), "sag", example(ky))
    assert (first["sag_uuid"], first["sagsnummer"], first["part_cpr"]) == (ONE, "HENV-MJOML7", "6101701234")
    assert (first["oprettet"], first["aendret"]) == ("2020-05-22T23:00:00", "2020-05-22T23:00:05+02:00")
    assert (first["livscyklus"], first["ydelse_til"]) == ("aktiv", "2020-12-31")
    assert (second["oprettet"], second["aendret"]) == ("2020-05-22T23:00:00", "2020-05-22T23:00:00")
    assert (second["livscyklus"], second["ydelse_til"]) == ("passiveret", None)


def test_what_was_written_otherwise_is_told_by_file(tmp_path: Path) -> None:
    extract = ky.open_extract(folder_of(tmp_path, journalnotater=NOTES))
    for table in extract.tables.values():
        rows(table)
    assert sorted(remarks(extract)) == [
        ("andet_datoformat", "journalnotater.csv", 2, 2),
        ("andet_datoformat", "sager.csv", 3, 2),
        ("bindestreg_i_cpr", "sager.csv", 1, 2),
    ]


def test_every_other_file_is_a_table_as_it_stands(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, noeglepose="ny;gammel\n1;2\n", Dokumenter="Titel;Registreret\nBrev;22-05-2020 08:15\n")
    extract = ky.open_extract(folder)
    assert set(extract.tables) == {"sager", "noeglepose", "dokumenter"}
    assert rows(extract.tables["noeglepose"]) == [{"ny": "1", "gammel": "2", "linje": 2}]
    assert rows(extract.tables["dokumenter"]) == [{"Titel": "Brev", "Registreret": "2020-05-22T08:15:00", "linje": 2}]
    assert sorted(file.name for file in extract.files) == ["Dokumenter.csv", "noeglepose.csv", "sager.csv"]
    assert extract.mapping == {}


@pytest.mark.parametrize(
    ("right", "wrong", "column"),
    [
        (TWO, TWO[:-1], "data-id"),
        (TWO, "", "data-id"),
        ("RESJR-IIKVOV", "RESJR-IIKVO", "Sagsnøgle"),
        ("RESJR-IIKVOV", "resjr-iikvov", "Sagsnøgle"),
        ("passiv", "Passiveret", "data-tilstand"),
        ("2020-05-22 23:00:00", "2020-05-22 23:60", "Ændret"),
        ("2020-05-22 23:00:00", "22-05-2020 24:00", "Ændret"),
        ("2020-05-22 23:00:00", "1052020", "Ændret"),
    ],
)
def test_a_case_that_is_not_as_ky_has_it_is_refused(tmp_path: Path, right: str, wrong: str, column: str) -> None:
    assert CASES.count(right) == 1
    mistake = refusal(ky, folder_of(tmp_path, CASES.replace(right, wrong)), wrong)
    assert (mistake.file, mistake.line, mistake.column) == ("sager.csv", 3, column)


@pytest.mark.parametrize("sager", ["", ",", f"{ONE},", f"{ONE},,{TWO}", f"{ONE} {TWO}", "HENV-MJOML7"])
def test_a_note_whose_cases_cannot_be_told_is_refused(tmp_path: Path, sager: str) -> None:
    mistake = refusal(ky, folder_of(tmp_path, journalnotater=NOTES.replace(f"n2;{TWO}", f"n2;{sager}")))
    assert (mistake.file, mistake.line, mistake.column) == ("journalnotater.csv", 4, "Sager")


def test_the_first_line_that_is_wrong_is_told(tmp_path: Path) -> None:
    wrong = CASES.replace("22-05-2020 23:00", "i maj").replace("RESJR-IIKVOV", "x")
    assert refusal(ky, folder_of(tmp_path, wrong)).line == 2


def test_the_files_must_be_ky_s(tmp_path: Path) -> None:
    assert "sager.csv" in refusal(ky, tmp_path).reason
    mistake = refusal(ky, folder_of(tmp_path, journalnotater=NOTES.replace("Sager;", "Sag;")))
    assert (mistake.file, mistake.line, mistake.column) == ("journalnotater.csv", 1, "Sager")
    assert refusal(ky, folder_of(tmp_path, journalnotater=NOTES, SAGER=CASES)).file == "sager.csv"
