"""The estate file: what it means, and that every mistake is told with its place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.errors import EstateError
from pipelines.estate import Estate, load_estate

GOOD = """\
lake: lake
inbox: ../inbox
kommuner:
  "0751":
    overgang:
      ksd: 2020-06-03T08:00:00
      ky: 2021-03-01T00:00:00Z
    opsagt_manuelle_sager: 2022-01-01
  "0810": {}
"""
WAIVER = """\
- kommunekode: "0751"
  objekttype: journalnotat
  objekt_id: n1|5f0c
  sted: nyt
  begrundelse: accepteret
  ejer: KOMBIT
  godkendt_af: revisionen
  godkendt: 2026-01-01
  udloeber: 2026-12-31
"""


def load(folder: Path, text: str, waivers: str | None = None) -> Estate:
    (folder / "estate.yaml").write_text(text, encoding="utf-8")
    if waivers is not None:
        (folder / "afvigelser.yaml").write_text(waivers, encoding="utf-8")
    return load_estate(folder / "estate.yaml")


def mistakes(folder: Path, text: str, waivers: str | None = None) -> list[str]:
    with pytest.raises(EstateError) as caught:
        load(folder, text, waivers)
    return caught.value.mistakes


def test_a_good_estate_is_read(tmp_path: Path) -> None:
    estate = load(tmp_path, GOOD, WAIVER)
    aarhus = estate.kommuner["0751"]
    assert aarhus.overgang == {
        "ksd": datetime(2020, 6, 3, 6, tzinfo=UTC),
        "ky": datetime(2021, 3, 1, tzinfo=UTC),
    }
    assert aarhus.opsagt_manuelle_sager == date(2022, 1, 1)
    assert estate.kommuner["0810"].overgang == {}
    assert estate.lake == tmp_path / "lake"
    assert estate.inbox == tmp_path.parent / "inbox"
    assert estate.kle_omlaegninger is None
    assert [(waiver.objekt_id, waiver.udloeber) for waiver in estate.afvigelser] == [("n1|5f0c", date(2026, 12, 31))]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"0751"', "0751", 'line 4: kommuner.0751: a kommunekode must stand in quotes, "0751"'),
        ('"0751"', '"0751x"', "line 4: kommuner.0751x: is not one of the 98 kommunekoder"),
        ("ksd:", "ksdd:", "line 6: kommuner.0751.overgang.ksdd: is not a new system; they are ksd, ky, spk"),
        ("2020-06-03T08:00:00", "soon", "line 6: kommuner.0751.overgang.ksd: must be a date and time"),
        ("2020-06-03T08:00:00", "2020-06-03", "line 6: kommuner.0751.overgang.ksd: needs a time of day too"),
        ("2020-06-03T08:00:00", "2020-03-29T02:30:00", "line 6: kommuner.0751.overgang.ksd: does not exist in Denmark"),
        ("2020-06-03T08:00:00", "0001-01-01T00:00:00", "line 6: kommuner.0751.overgang.ksd: lies outside the years"),
        ("2022-01-01", "2022-02-30", "line 8: kommuner.0751.opsagt_manuelle_sager: is a date that does not exist"),
        ("2022-01-01", "20220101", "line 8: kommuner.0751.opsagt_manuelle_sager: must be a date, YYYY-MM-DD"),
        ("lake: lake", "laek: lake", "line 1: laek: unknown key; known here: lake, inbox, kommuner"),
        ("lake: lake", "path: lake", "line 1: path: unknown key"),
        ("lake: lake\n", "", "line 1: lake: is missing; add it"),
        ("lake: lake", "lake:", "line 1: lake: must be a folder"),
        ("lake: lake", "lake: ../inbox/lake", "line 1: lake and inbox must be two folders"),
        ("lake: lake", "lake: lake\nlake: sea", "line 2: lake: stands twice; keep one"),
        ("    opsagt_manuelle", "    opsagt", "line 8: kommuner.0751.opsagt_sager: unknown key; known here: overgang"),
        ("lake: lake", "lake: [", "is not YAML"),
        ("lake: lake", "lake: &a lake\nfuldt_udrullet: *a", "line 2: references (*name) are not read"),
        ("lake: lake", "lake: lake\nkle_omlaegninger: [{system: ky, fra: 3, til: 32.24.04}]", "fra: does not have"),
    ],
)
def test_each_mistake_is_told_with_its_place(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in GOOD
    found = mistakes(tmp_path, GOOD.replace(old, new, 1))
    assert any(mistake.startswith("estate.yaml, line ") and sentence in mistake for mistake in found), found


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"0751"', "0751", "line 1: 1.kommunekode: a kommunekode must stand in quotes"),
        ('"0751"', '"0730"', "line 1: 1.kommunekode: kommune 0730 is not in the estate"),
        ("sted: nyt", "sted: her", "line 4: 1.sted: must be 'nyt' or 'edh'"),
        ("  sted: nyt\n", "", "line 1: 1: sted must be nyt or edh when no regel is named"),
        ("  sted: nyt\n", "  sted: nyt\n  regel: R02\n", "R02 reads a ledger: leave regel out"),
        ("journalnotat", "noeglepose", "objekttype must be one of sag, journalnotat"),
        ("2026-12-31", "2025-12-31", "udloeber lies before godkendt"),
        ("accepteret", '" "', "line 5: 1.begrundelse: does not have the right form"),
        ("- kommunekode", "kommunekode", "afvigelser.yaml, line"),
    ],
)
def test_each_mistake_in_a_waiver_is_told(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    found = mistakes(tmp_path, GOOD, WAIVER.replace(old, new, 1))
    assert any(mistake.startswith("afvigelser.yaml, line ") and sentence in mistake for mistake in found), found


def test_the_same_object_waived_twice_is_a_mistake(tmp_path: Path) -> None:
    found = mistakes(tmp_path, GOOD, WAIVER + WAIVER)
    assert found == ["afvigelser.yaml, line 10: 2: names the same object as line 1; keep one of them"]


def test_a_rule_that_reads_no_ledger_may_be_waived_without_a_place(tmp_path: Path) -> None:
    waiver = WAIVER.replace("  sted: nyt\n", "  regel: R01\n").replace("journalnotat", "leverance")
    assert [found.regel for found in load(tmp_path, GOOD, waiver).afvigelser] == ["R01"]


def test_all_mistakes_of_both_files_are_told_together(tmp_path: Path) -> None:
    text = GOOD.replace("lake: lake", "lake:").replace("2022-01-01", "x")
    found = mistakes(tmp_path, text, WAIVER.replace("nyt", "her").replace("2026-12-31", "snart"))
    assert [mistake.split(": ")[1] for mistake in found] == [
        "lake",
        "kommuner.0751.opsagt_manuelle_sager",
        "1.sted",
        "1.udloeber",
    ]


def test_folders_inside_each_other_are_told_beside_other_mistakes(tmp_path: Path) -> None:
    found = mistakes(tmp_path, GOOD.replace("../inbox", "lake/inbox") + "laek: lake\n")
    assert [mistake.partition("; known here")[0] for mistake in found] == [
        "estate.yaml, line 10: laek: unknown key",
        "estate.yaml, line 1: lake and inbox must be two folders, neither inside the other",
    ]


def test_every_inconsistency_of_a_waiver_is_told_beside_other_mistakes(tmp_path: Path) -> None:
    malformed = WAIVER.replace("accepteret", '" "')
    inconsistent = WAIVER.replace("  sted: nyt\n", "").replace("2026-12-31", "2025-12-31").replace("0751", "0730")
    found = mistakes(tmp_path, GOOD, malformed + inconsistent + WAIVER)
    assert found == [
        "afvigelser.yaml, line 5: 1.begrundelse: does not have the right form",
        "afvigelser.yaml, line 10: 2: sted must be nyt or edh when no regel is named",
        "afvigelser.yaml, line 10: 2: udloeber lies before godkendt",
        "afvigelser.yaml, line 10: 2.kommunekode: kommune 0730 is not in the estate",
        "afvigelser.yaml, line 18: 3: names the same object as line 1; keep one of them",
    ]


@pytest.mark.parametrize("malformed", ["regel: [R02]", "objekttype: {a: b}", "udloeber: [2025-12-31]", "sted: []"])
def test_a_malformed_field_is_told_once(tmp_path: Path, malformed: str) -> None:
    key = malformed.partition(":")[0]
    kept = [line for line in WAIVER.splitlines() if f"{key}:" not in line]
    found = mistakes(tmp_path, GOOD, "\n".join([*kept, f"  {malformed}"]))
    assert [mistake.split(": ")[1] for mistake in found] == [f"1.{key}"]


UUID = "5F0C8A6E-0B1D-4C2E-9F3A-ABCDEF012345"


@pytest.mark.parametrize(
    ("objekttype", "written", "read"),
    [
        ("sag", UUID, UUID.lower()),
        ("fil", f"{UUID}|PDF|1", f"{UUID.lower()}|PDF|1"),
        ("dokument_sag", f"{UUID}|{UUID}", f"{UUID}|{UUID}".lower()),
        ("journalnotat", f"{UUID}|{UUID}", f"{UUID}|{UUID.lower()}"),
    ],
)
def test_a_uuid_in_any_case_is_one_uuid(tmp_path: Path, objekttype: str, written: str, read: str) -> None:
    waiver = WAIVER.replace("journalnotat", objekttype)
    assert [found.objekt_id for found in load(tmp_path, GOOD, waiver.replace("n1|5f0c", written)).afvigelser] == [read]
    twice = waiver.replace("n1|5f0c", written) + waiver.replace("n1|5f0c", read)
    assert len(mistakes(tmp_path, GOOD, twice)) == 1


def test_an_unreadable_estate_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EstateError, match=r"there is no such file in .*; name the file with --estate"):
        load_estate(tmp_path / "estate.yaml")
    (tmp_path / "estate.yaml").write_bytes(b"lake: \xe6")
    with pytest.raises(EstateError, match="UTF-8"):
        load_estate(tmp_path / "estate.yaml")
    assert mistakes(tmp_path, "") == ["estate.yaml, line 1: must be keys and values: lake, inbox, kommuner"]


SOURCES = """kilder:
  kmd_sag:
    art: postgresql
    forbindelse: {miljoe: KMD_SAG}
    entiteter:
      sag: {tabel: sager, kommunekolonne: kommune}
  edh:
    - art: siard
      sted: {url: udtraek}
      entiteter:
        sag: {tabel: SAG}
    - art: excel
      sted: {url: lister, mappe: "{kommunekode}/{udtrukket}"}
"""


def test_sources_are_read(tmp_path: Path) -> None:
    path = tmp_path / "estate.yaml"
    path.write_text(GOOD + SOURCES, encoding="utf-8")
    estate = load_estate(path)
    assert [kilde.art for kilde in estate.kilder["edh"]] == ["siard", "excel"]
    assert estate.kilder["kmd_sag"][0].entiteter["sag"].kommunekolonne == "kommune"


@pytest.mark.parametrize(
    ("old", "new", "place", "sentence"),
    [
        ("art: postgresql", "art: postgres", "kmd_sag.1.art", "is not a kind of source"),
        ("forbindelse: {miljoe: KMD_SAG}", "forbindelse: {}", "kmd_sag.1.forbindelse", "exactly one of miljoe"),
        ("    forbindelse: {miljoe: KMD_SAG}\n", "", "kmd_sag.1", "art postgresql needs forbindelse"),
        ("{tabel: sager, kommunekolonne: kommune}", "{}", "entiteter.sag", "exactly one of tabel and sql"),
        ("tabel: sager,", "tabel: sager, kolonner: {titl: x},", "kmd_sag.1", "titl is no column of sag"),
        ("sag: {tabel: sager,", "fil: {tabel: sager,", "entiteter.fil", "kmd_sag does not deliver fil"),
        ("  kmd_sag:\n", "  kmdsag:\n", "kmdsag", "is not a system"),
        ("{url: udtraek}", "{url: 'ftp://x/y'}", "edh.1.sted.url", "must be a folder or begin with sftp://"),
        ("{url: udtraek}", "{url: 'sftp://x/y'}", "edh.1.sted", "needs forbindelse, and vaertsnoegle"),
        ('"{kommunekode}/{udtrukket}"', '"{udtrukket}/x"', "edh.2.sted.mappe", "must end in /{udtrukket}"),
        ("- art: excel", "- art: leverance", "edh.2.art", "only the first source"),
        ("      sag: {tabel: sager, kommunekolonne: kommune}", "      sag: {tabel: sager}", "sag", "the rows of all"),
    ],
)
def test_each_mistake_in_a_source_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, place: str, sentence: str
) -> None:
    assert old in SOURCES
    good = GOOD.replace("kommuner:\n", 'kommuner:\n  "0101": {}\n', 1)
    found = mistakes(tmp_path, good + SOURCES.replace(old, new, 1))
    first = GOOD.count("\n") + 2
    assert any(place in mistake and sentence in mistake for mistake in found), found
    assert all(int(mistake.split("line ")[1].split(":")[0]) >= first for mistake in found), found


@pytest.mark.parametrize(
    ("frist", "tidsplan", "late"),
    [
        ("06:00", "0 6 * * *", True),
        ("06:00", "59 5 * * *", False),
        # A night lasts from noon to noon.
        ("14:00", "0 1 * * *", True),
        ("06:00", "0 13 * * *", False),
        ("23:00", "30 20 * * *", False),
        ("20:00", "0 23 * * *", True),
        ("06:00", "0 1,7 * * *", False),
    ],
)
def test_what_would_be_pulled_after_its_nights_frist_is_told(
    tmp_path: Path, frist: str, tidsplan: str, late: bool
) -> None:
    sources = SOURCES
    for art, indent in (("    - art: siard\n", 6), ("    art: postgresql\n", 4)):
        assert art in SOURCES
        sources = sources.replace(art, f'{art}{" " * indent}tidsplan: "{tidsplan}"\n')
    path = tmp_path / "estate.yaml"
    path.write_text(f'frist: "{frist}"\n{GOOD}{sources}', encoding="utf-8")
    if late:
        with pytest.raises(EstateError, match=f"line .*edh.1.tidsplan: .* comes after frist {frist} of its night"):
            load_estate(path)
    else:
        assert load_estate(path).kilder["edh"][0].tidsplan == tidsplan


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("forbindelse: {miljoe: KMD_SAG}", "forbindelse: 'postgresql://afstem:canary@db/kmd'"),
        ("{url: udtraek}", "{url: 'sftp://afstem:canary@filer/ud'}"),
    ],
)
def test_no_address_stands_in_the_estate(tmp_path: Path, old: str, new: str) -> None:
    found = mistakes(tmp_path, GOOD + SOURCES.replace(old, new, 1))
    assert any("forbindelse" in mistake for mistake in found)
    assert "canary" not in " ".join(found)
