"""The lines and files that a spec is written in: what they mean, and what is said of one that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.catalogue.lines import read_found, read_line
from pipelines.catalogue.specs import SPEC_FOLDER, WORLDS_FILE, load_specs
from pipelines.errors import InputError, SystemFailure


def test_a_line_is_read() -> None:
    line = read_line('+ kmd_sag, edh før  sag b  titel="En anden titel" kle_facet= ansvarlig_enhed="ab"×3')

    assert (line.sign, line.places, line.kind, line.key) == ("+", ("kmd_sag", "edh før"), "sag", "b")
    assert line.values == {"titel": "En anden titel", "kle_facet": None, "ansvarlig_enhed": "ababab"}
    assert line.written_values == ['titel="En anden titel"', "kle_facet=", 'ansvarlig_enhed="ab"×3']


def test_what_follows_is_read() -> None:
    found = read_found("R02 journalnotat n1|b nyt/ky aendret tekst -> m1|k")
    assert (found.book, found.objekttype, found.objekt_id, found.place) == ("R02", "journalnotat", "n1|b", "nyt/ky")
    assert (found.words, found.modpart, found.explained) == (("aendret", "tekst"), "m1|k", False)

    cell = read_found("R22 journalnotat nyt")
    assert (cell.objekt_id, cell.place, cell.words) == (None, "nyt", ())

    taken = read_found("forklaret R06 sag b edh/edh")
    assert (taken.book, taken.explained, taken.text) == ("R06", True, "forklaret R06 sag b edh/edh")


WRONG = {
    "edh  sag b  titel=X": "edh sag is not a place; the places are kmd_sag, edh før, edh efter",
    "": "nothing is not a place",
    "ky  berigtigelse A1|b|titel  felt=titel": "berigtigelse is not delivered by ky; it delivers sag, journalnotat",
    "+ ky  journalnotat m1": "the key of journalnotat is notat_id|sag_uuid",
    "+ ky  journalnotat m1 k": "is a kind, a key and more; join the parts of a key with |",
    "ky  sag k  farve=rød": "farve is not a column of sag",
    "ky  sag k  part_cpr=Anna": "part_cpr is a citizen: write A, B or C",
    "ky  sag k": "a row that is changed needs a value",
    "- ky  sag k  titel=X": "a row that is taken out has no values",
    "ky  sag  titel=X": "say which sag: its key is sag_uuid",
    "+ ky  sag et_navn_over_seksten_bytes": "et_navn_over_seksten_bytes is too long to stand for a uuid",
    'ky  sag k  titel="uden ende': "is not a value",
    "ky  sag k  titel=X mere": "mere is not a value",
    "+ ky": "a line about a whole delivery takes it out (-) or says udtrukket=",
    "estate  overgang  kmd=2021-03-01": "kmd is not known here; known are ksd, ky, spk",
    "estate  lake=x": "lake is not known here; known are opsagt_manuelle_sager, fuldt_udrullet",
    "estate  kommune": "a setting has a value",
    "afvigelser  sag b  sted=nyt": "a waiver is added",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_line_that_cannot_be_read_is_told_why(text: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        read_line(text)
    assert WRONG[text] in str(caught.value)


@pytest.mark.parametrize("text", ["R2 sag b", "pligt", "forklaret", "sag b nyt/ky mangler"])
def test_what_does_not_follow_is_told_why(text: str) -> None:
    with pytest.raises(ValueError, match="is not a finding"):
        read_found(text)


def test_every_mistake_of_every_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / WORLDS_FILE).write_text((SPEC_FOLDER / WORLDS_FILE).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "R98.yaml").write_text(
        "- navn: et\n  name: one\n  da: x\n  en: x\n  dom: opfyldt\n  ind: |\n    ky  sag k  titel=X\n    kx  sag k\n"
        "- navn: to\n  name: two\n  da: x\n  ud: |\n    R98 sag b edh/edh\n",
        encoding="utf-8",
    )
    (tmp_path / "R99.yaml").write_text(
        "- navn: et\n  name: one\n  da: x\n  en: x\n  dom: ikke_vurderet\n  med: hav\n  farve: rød\n"
        "- navn: to\n  name: two\n  da: x\n  en: x\n  dom: opfyldt\n  ud: |\n    R99 sag b edh/edh\n",
        encoding="utf-8",
    )

    with pytest.raises(InputError) as caught:
        load_specs(tmp_path)

    expected = (
        "R98.yaml, line 9: 2.en: is missing; add it",
        "R98.yaml, line 8: 1.ind: kx is not a place; the places are kmd_sag, edh før, ",
        "R99.yaml, line 7: 1.farve: unknown key; known here: navn, name, da, en, ind, ud, ",
        "R99.yaml, line 12: 2.dom: must be brudt with a finding of R99, else opfyldt or ikke_vurderet",
    )
    told = str(caught.value).splitlines()
    assert len(told) == len(expected)
    assert all(line.startswith(start) for line, start in zip(told, expected, strict=True))


def test_without_the_specs_one_is_told_where_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(SystemFailure, match="take the repository whole"):
        load_specs(tmp_path)
