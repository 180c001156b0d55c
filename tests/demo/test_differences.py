"""A clean estate holds every difference that is in order: what a rule leaves alone must be there to be left alone."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.demo import Facit, build_demo
from pipelines.demo.build import MIN_CASES
from tests.demo.inbox import deliveries
from tests.oracle_rows import Delivery

Row = dict[str, Any]
AARHUS, RANDERS, ASSENS, LAESOE = "0751", "0730", "0420", "0825"
KY = datetime(2021, 3, 1, 5, tzinfo=UTC)
KY_FIELD = ("32.24.04", "32.24.32", "32.24.48", "15.17.12")
GIVEN_UP = datetime(2021, 12, 31, 23, tzinfo=UTC)


class Clean:
    """The deliveries of a clean estate, each system's last by kommune, and the first of KMD Sag."""

    def __init__(self, sent: list[Delivery], facit: Facit) -> None:
        self.facit = facit
        self.last = {(delivery.system, delivery.kommunekode): delivery for delivery in sent}
        self.sent = sent

    def rows(self, system: str, kode: str, entity: str) -> list[Row]:
        return list(self.last[system, kode].rows(entity))

    def by_id(self, system: str, kode: str, entity: str = "sag") -> dict[str, Row]:
        return {
            row["dokument_uuid" if entity == "dokument" else "sag_uuid"]: row for row in self.rows(system, kode, entity)
        }

    def before(self, kode: str) -> dict[str, Row]:
        """Every case of every delivery but EDH's last."""
        last = self.last["edh", kode]
        earlier = [d for d in self.sent if d.kommunekode == kode and d.system in ("kmd_sag", "edh") and d is not last]
        return {row["sag_uuid"]: row for delivery in earlier for row in delivery.rows("sag")}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Clean:
    folder = tmp_path_factory.mktemp("clean")
    facit = build_demo(folder, cases=MIN_CASES, faults=False)
    assert facit.findings == set()
    return Clean(list(deliveries(folder / "inbox")), facit)


def closing(row: Row) -> datetime:
    moment: datetime = row["afsluttet"] or row["fremdrift_fra"]
    return moment


def closed_since(clean: Clean, kode: str, system: str) -> list[tuple[Row, Row]]:
    """Each EDH case that was closed since the baseline, with the new case that it is tied to."""
    before, edh, new = clean.before(kode), clean.by_id("edh", kode), clean.by_id(system, kode)
    tied = {row["edh_sag_uuid"]: new[row["ny_sag_uuid"]] for row in clean.rows(system, kode, "noeglepose")}
    both = [(edh[uuid], row) for uuid, row in tied.items() if before[uuid]["fremdrift"] != "Afsluttet"]
    return [(left, row) for left, row in both if left["fremdrift"] == "Afsluttet"]


@pytest.mark.parametrize(
    ("kode", "system", "late"), [(AARHUS, "ky", True), (RANDERS, "ksd", True), (ASSENS, "ksd", False)]
)
def test_cases_are_closed_by_right_or_too_late_to_tell(clean: Clean, kode: str, system: str, late: bool) -> None:
    asked = clean.last[system, kode].udtrukket
    pairs = closed_since(clean, kode, system)
    assert pairs
    told = [pair for pair in pairs if closing(pair[0]) <= asked]
    assert told
    assert all(new["fremdrift"] == "Afsluttet" and closing(new) <= closing(left) for left, new in told)
    cannot = [new for left, new in pairs if closing(left) > asked]
    assert bool(cannot) == late
    assert "Afsluttet" not in {new["fremdrift"] for new in cannot}


def test_a_case_is_closed_in_every_way_that_is_right(clean: Clean) -> None:
    pairs = [
        pair for kode in (AARHUS, RANDERS) for system in ("ksd", "ky") for pair in closed_since(clean, kode, system)
    ]
    assert {closing(left) == closing(new) for left, new in pairs} == {True, False}
    assert {left["afsluttet"] is None for left, _ in pairs} == {True, False}
    assert {new["afsluttet"] is None for _, new in pairs if new["fremdrift"] == "Afsluttet"} == {True, False}
    shared = Counter(row["ny_sag_uuid"] for row in clean.rows("ky", AARHUS, "noeglepose"))
    assert [new for _, new in pairs if shared[new["sag_uuid"]] == 2 and new["fremdrift"] == "Afsluttet"]


def test_a_case_that_was_passive_before_may_be_passive(clean: Clean) -> None:
    passive = [uuid for uuid, row in clean.by_id("edh", AARHUS).items() if row["livscyklus"] == "passiveret"]
    assert passive
    assert {clean.before(AARHUS)[uuid]["livscyklus"] for uuid in passive} == {"passiveret"}


def test_corrections_of_every_kind(clean: Clean) -> None:
    rows = clean.rows("edh", RANDERS, "berigtigelse")
    kinds = {(row["objekttype"], row["felt"]) for row in rows}
    columns = ("titel", "fremdrift", "kle_facet", "ansvarlig_enhed", "part_cpr")
    assert {("sag", felt) for felt in columns} | {("journalnotat", "tekst"), ("dokument", "titel")} <= kinds
    # A column that the contract has not cannot be looked up.
    assert ("sag", "kommentar") in kinds
    assert [row for row in rows if row["udfoert"] < clean.last["kmd_sag", RANDERS].udtrukket]
    assert [row for row in rows if row["udfoert"] > clean.last["edh", RANDERS].udtrukket]
    written = [row for row in clean.last["edh", RANDERS].tables["berigtigelse"] if row["objekttype"] != "journalnotat"]
    assert {row["objekt_id"].isupper() for row in written} == {True, False}
    state = next(row for row in rows if row["felt"] == "fremdrift")
    case = clean.by_id("edh", RANDERS)[state["sag_uuid"]]
    assert case["fremdrift"] != clean.before(RANDERS)[state["sag_uuid"]]["fremdrift"]
    notes = {row["notat_id"]: row for row in clean.rows("edh", RANDERS, "journalnotat")}
    ordered = [notes[row["objekt_id"]] for row in rows if row["objekttype"] == "journalnotat"]
    assert [row for row in ordered if row["oprettet"] > KY]


def test_after_giving_up_manual_cases_there_are_closings_and_corrections_alone(clean: Clean) -> None:
    corrected = clean.rows("edh", RANDERS, "berigtigelse")
    late = {row[key].lower() for row in corrected if row["udfoert"] >= GIVEN_UP for key in ("sag_uuid", "objekt_id")}
    changed = [row for row in clean.rows("edh", RANDERS, "sag") if row["aendret"] >= GIVEN_UP]
    closed = [row for row in changed if row["fremdrift"] == "Afsluttet" and row["aendret"] == row["afsluttet"]]
    assert {row["sagstype"] for row in closed} == {"edh", "manuel"}
    assert [row for row in changed if row not in closed]
    assert all(row["sag_uuid"] in late for row in changed if row not in closed)
    for entity, key, moment in (("journalnotat", "notat_id", "oprettet"), ("dokument", "dokument_uuid", "registreret")):
        young = [row for row in clean.rows("edh", RANDERS, entity) if row[moment] >= GIVEN_UP]
        assert young
        assert {row[key].lower() for row in young} <= late
    assert [row for row in clean.rows("edh", RANDERS, "journalnotat") if 0 < (GIVEN_UP - row["oprettet"]).seconds < 2]
    # In Assens the cases of KY have not moved yet: they are worked on as they always were.
    waiting = [row for row in clean.rows("edh", ASSENS, "sag") if row["fagsystem"] == "kmd_aktiv"]
    assert [row for row in waiting if row["aendret"] > datetime(2021, 6, 1, tzinfo=UTC)]


def test_what_comes_at_the_very_instant_is_in_order_in_both_places(clean: Clean) -> None:
    moved = {row["edh_sag_uuid"] for row in clean.rows("ky", AARHUS, "noeglepose")}
    links = {row["dokument_uuid"]: row["sag_uuid"] for row in clean.rows("edh", AARHUS, "dokument_sag")}
    documents = [row for row in clean.rows("edh", AARHUS, "dokument") if row["registreret"] == KY]
    assert {links[row["dokument_uuid"]] for row in documents} & moved
    notes = [row for row in clean.rows("edh", AARHUS, "journalnotat") if row["oprettet"] == KY]
    assert {row["sag_uuid"] for row in notes} & moved
    assert [row for row in clean.rows("ky", AARHUS, "dokument") if row["registreret"] == KY]
    assert [row for row in clean.rows("ky", AARHUS, "sag") if row["oprettet"] == KY]


def test_edh_has_cases_of_its_own_in_no_field_that_had_moved(clean: Clean) -> None:
    born = {
        kode: [row for uuid, row in clean.by_id("edh", kode).items() if uuid not in clean.before(kode)]
        for kode in (AARHUS, ASSENS)
    }
    assert [row for row in born[AARHUS] if row["kle_emne"] == "32.45.10" and row["oprettet"] > KY]
    before_or_at = {row["oprettet"] == KY for row in born[AARHUS] if row["kle_emne"] in KY_FIELD}
    assert before_or_at == {True, False}
    assert max(row["oprettet"] for row in born[AARHUS] if row["kle_emne"] in KY_FIELD) == KY
    of_pensions = [row for row in born[ASSENS] if row["kle_emne"] == "32.03.12"]
    assert {row["fagsystem"] for row in of_pensions} == {None, "kmd_social_pension"}


def test_a_system_may_have_moved_on_the_side_of_edh_alone(clean: Clean) -> None:
    moved = datetime(2022, 3, 7, 5, tzinfo=UTC)
    assert clean.last["spk", AARHUS].udtrukket < moved < clean.last["edh", AARHUS].udtrukket
    keys, loaded = clean.rows("spk", AARHUS, "noeglepose"), clean.by_id("spk", AARHUS)
    assert {row["ny_sag_uuid"] in loaded for row in keys} == {True, False}
    left = [clean.by_id("edh", AARHUS)[row["edh_sag_uuid"]] for row in keys]
    assert {row["sagstype"] for row in left} == {"edh"}
    assert [row for row in left if row["fremdrift"] == "Afsluttet" and closing(row) > moved]


def test_the_index_lags_or_runs_ahead(clean: Clean) -> None:
    edh = {kode: clean.by_id("edh", kode) for kode in (AARHUS, RANDERS, ASSENS)}
    index = {kode: clean.by_id("indeks", kode, "indeks_sag") for kode in edh}
    assert clean.last["indeks", AARHUS].udtrukket < clean.last["edh", AARHUS].udtrukket
    assert set(edh[AARHUS]) - set(index[AARHUS])
    pairs = [(row, index[AARHUS][uuid]) for uuid, row in edh[AARHUS].items() if uuid in index[AARHUS]]
    assert [row for row, other in pairs if row["fremdrift"] == "Afsluttet" != other["fremdrift"]]
    ahead = [row for row in index[RANDERS].values() if row["sts_tidspunkt"] > clean.last["edh", RANDERS].udtrukket]
    assert {row["sag_uuid"] in edh[RANDERS] for row in ahead} == {True, False}
    masters = {row["master"] for rows in index.values() for row in rows.values()}
    assert masters == {"kmd_sag", "edh", "ksd", "ky", "spk"}
    assert "Bestilt" in {row["fremdrift"] for row in edh[AARHUS].values()}
    assert {row["fremdrift"] for row in index[AARHUS].values()} == {"Opstaaet", "Oplyst", "Afgjort", "Afsluttet"}
    # What still lives in KMD Sag is in the index, whether EDH has a copy of it or not.
    waiting = {uuid for uuid, row in clean.before(ASSENS).items() if row["fagsystem"] == "kmd_aktiv"}
    assert {uuid in edh[ASSENS] for uuid in waiting & set(index[ASSENS])} == {True, False}
    assert ("indeks", LAESOE) not in clean.last


def test_the_new_esdh_answers_everything_under_new_ids(clean: Clean) -> None:
    references = clean.rows("esdh", RANDERS, "krydsreference")
    named = {(row["objekttype"], row["gammel_id"].lower()) for row in references}
    assert {("sag", uuid) for uuid in clean.by_id("edh", RANDERS)} <= named
    written = [row for row in clean.last["esdh", RANDERS].tables["krydsreference"] if row["objekttype"] == "sag"]
    assert {row["gammel_id"].isupper() for row in written} == {True, False}
    assert set(clean.by_id("esdh", RANDERS)) - {row["ny_id"] for row in references}
    assert not set(clean.by_id("esdh", RANDERS)) & set(clean.by_id("edh", RANDERS))
    assert [key for key in clean.last if key[0] == "esdh"] == [("esdh", RANDERS)]


def test_a_file_may_be_in_both_places_when_all_have_moved_or_it_is_empty(clean: Clean) -> None:
    def contents(system: str, kode: str) -> dict[str, int]:
        return {row["kontrolsum"].lower(): int(row["bytes"]) for row in clean.rows(system, kode, "fil")}

    both = {kode: contents("edh", kode).keys() & contents("ksd", kode).keys() for kode in (AARHUS, LAESOE)}
    assert {contents("ksd", AARHUS)[sum_] for sum_ in both[AARHUS]} == {0}
    assert max(contents("ksd", LAESOE)[sum_] for sum_ in both[LAESOE]) > 0


def test_waivers_take_findings_out_of_the_rules_that_look_across(clean: Clean) -> None:
    assert {(row[0], row[1]) for row in clean.facit.waived} == {
        (regel, kode) for regel in ("R09", "R13", "R14") for kode in (AARHUS, RANDERS, ASSENS)
    }
