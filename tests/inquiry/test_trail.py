"""The trail of a case, a note, a document: what matches what, where it came from, and what each rule says of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import UsageError
from pipelines.inquiry.identity import meanings
from pipelines.inquiry.trail import trails
from pipelines.run_record import open_record
from tests.inquiry.made import Made, every_example
from tests.ledger.clean import OTHER_CITIZEN, Clean
from tests.ledger.world import (
    LATER,
    MOVED,
    berigtigelse,
    dokument,
    fil,
    indeks_dokument,
    indeks_sag,
    krydsreference,
    link,
    named,
    notat,
    sag,
    tie,
    uid,
    waiver,
)

Trail = dict[str, Any]


def explained(made: Made, asked: str, kommunekode: str | None = None) -> list[Trail]:
    run = open_record(made.lake, made.runs[-1])
    return trails(made.lake, run, meanings(run, asked, kommunekode))


def one(made: Made, asked: str) -> Trail:
    (trail,) = explained(made, asked)
    return trail


def stands(trail: Trail) -> dict[str, str]:
    return {rule["regel"]: rule["stand"] for rule in trail["regler"]}


def lined_up(pairs: list[dict[str, Any]]) -> list[str]:
    """What matches what: the object before, what the ledgers say of it, and what was found."""
    lines = []
    for pair in pairs:
        words = [named(pair["foer"]["objekt_id"]) if pair["foer"] else f"({named(pair['svarer_paa'] or '')})"]
        words += [f"{owed['system']} {owed['udfald']}" for owed in pair["pligt"]]
        words += [f"-> {found['system']} {named(found['objekt_id'])}" for found in pair["efter"]]
        lines.append(" ".join(words))
    return lines


def test_a_whole_case_is_told_whole(clean: Made) -> None:
    trail = one(clean, uid("b"))

    assert (trail["slags"], trail["kommunekode"], named(trail["id"])) == ("sag", "0751", "b")
    assert lined_up(trail["sager"]) == ["b edh bevaret ky bevaret -> edh b -> ky k"]
    assert [(named(row["ny_sag_uuid"]), named(row["edh_sag_uuid"])) for row in trail["noeglepose"]] == [("k", "b")]
    assert lined_up(trail["notater"]) == ["n1|b edh bevaret ky bevaret -> edh e1|b -> ky m1|k"]
    assert lined_up(trail["dokumenter"]) == ["d edh bevaret -> edh d"]
    assert lined_up(trail["dokumenter"][0]["filer"]) == ["d|original|1 edh bevaret -> edh d|original|1"]
    assert lined_up(trail["dokumenter"][0]["koblinger"]) == ["d|b edh bevaret -> edh d|b"]
    assert set(stands(trail).values()) == {"intet_brud", "ikke_vurderet"}
    assert stands(trail)["R02"] == "intet_brud"


@pytest.mark.parametrize(
    ("asked", "slags", "told"),
    [
        (uid("b").upper(), "sag", "b"),
        (uid("k"), "sag", "k"),
        (f"{uid('k')}|{uid('b')}", "sag", "b"),
        ("n1", "journalnotat", "n1"),
        (f"n1|{uid('b')}", "journalnotat", "n1"),
        ("e1", "journalnotat", "e1"),
        (uid("d"), "dokument", "d"),
        (f"{uid('d')}|original|1", "dokument", "d"),
    ],
)
def test_an_id_of_any_kind_is_known(clean: Made, asked: str, slags: str, told: str) -> None:
    trail = one(clean, asked)

    assert (trail["slags"], named(trail["id"])) == (slags, told)
    assert lined_up(trail["sager"]) == ["b edh bevaret ky bevaret -> edh b -> ky k"]


def test_a_link_means_its_document_and_may_mean_its_case(clean: Made) -> None:
    assert [(one["slags"], named(one["id"])) for one in explained(clean, f"{uid('d')}|{uid('b')}")] == [
        ("dokument", "d"),
        ("sag", "b"),
    ]


def test_every_row_says_where_it_came_from(made: Made) -> None:
    world = Clean()
    world.new["journalnotat"].append(notat("m9", "k", oprettet="2022-01-01T10:00:00Z"))
    made.run(world)

    trail = one(made, uid("b"))

    pairs = [*trail["sager"], *trail["notater"], *trail["dokumenter"]]
    pairs += [part for document in trail["dokumenter"] for part in (*document["filer"], *document["koblinger"])]
    rows = [row for pair in pairs for row in [pair["foer"], *pair["efter"]] if row is not None]
    rows += trail["noeglepose"]
    assert len(rows) == 14
    for row in rows:
        source = row["kilde"]
        with (made.folder / "inbox" / source["snapshot"] / source["fil"]).open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file, delimiter=";"))
        sent = lines[source["linje"] - 2]
        for key in ("sag_uuid", "notat_id", "dokument_uuid", "variant", "edh_sag_uuid"):
            assert key not in row or key not in sent or row[key] == sent[key]
    assert {row["kilde"]["snapshot"].split("/")[0] for row in rows} == {"kmd_sag", "edh", "ky"}


def test_the_pairs_are_those_of_the_whole_ledgers(made: Made) -> None:
    """Every example of the ledgers at once: what the trails line up is what the ledgers say, whole cases too."""
    run_id = made.run(every_example())
    cases = [str(row[0]) for row in made.rows(run_id, "SELECT sag_uuid FROM foer.sag ORDER BY ALL")][::5]
    run = open_record(made.lake, run_id)
    told = trails(made.lake, run, [meaning for case in cases for meaning in meanings(run, case)])
    assert len(told) == len(cases) > 15

    owed, found, documents = set(), set(), set()
    for trail in told:
        documents |= {document["dokument_uuid"] for document in trail["dokumenter"]}
        parts = [part for document in trail["dokumenter"] for part in (*document["filer"], *document["koblinger"])]
        for pair in (*trail["sager"], *trail["notater"], *trail["dokumenter"], *parts):
            kind, before = pair["objekttype"], pair["foer"]
            owed |= {
                (kind, before["objekt_id"], row["sted"], row["system"], row["udfald"], row["aarsag"], row["modpart_id"])
                for row in pair["pligt"]
                if kind not in ("sag", "journalnotat") or before["sag_uuid"] == trail["id"]
            }
            found |= {
                (kind, row["objekt_id"], row["sted"], row["system"], origin["udfald"], origin["modpart_id"])
                for row in pair["efter"]
                if (origin := row["oprindelse"]) is not None
            }
    columns = "objekttype, objekt_id, sted, system"
    ledger = made.rows(run_id, f"SELECT sag_uuid, {columns}, udfald, aarsag, modpart_id FROM afstemning.pligt")
    wanted = {
        row[1:]
        for row in ledger
        if (row[0] in cases if row[1] in ("sag", "journalnotat") else str(row[2])[:36] in documents)
    }
    assert owed == wanted
    assert found <= set(made.rows(run_id, f"SELECT {columns}, ophav, modpart_id FROM afstemning.oprindelse"))
    assert len(found) > 100


def test_the_notes_of_a_whole_case_answer_by_what_they_say_and_equal_ones_by_their_ids(made: Made) -> None:
    world = Clean()
    for before, in_edh, new, tekst in (
        ("n3", "e5", "m5", "Notat 3"),
        ("n4", "e3", "m3", "Notat 4"),
        ("n5", "e4", "m4", "Notat 3"),
    ):
        world.kmd["journalnotat"].append(notat(before, "b", tekst=tekst))
        world.edh["journalnotat"].append(notat(in_edh, "b", tekst=tekst))
        world.new["journalnotat"].append(notat(new, "k", tekst=tekst))
    made.run(world)
    assert made.rows(made.runs[0], "SELECT count(*) FROM afstemning.hele_sager") == [("4",)]

    assert lined_up(one(made, uid("b"))["notater"]) == [
        "n1|b edh bevaret ky bevaret -> edh e1|b -> ky m1|k",
        "n3|b edh bevaret ky bevaret -> edh e4|b -> ky m4|k",
        "n4|b edh bevaret ky bevaret -> edh e3|b -> ky m3|k",
        "n5|b edh bevaret ky bevaret -> edh e5|b -> ky m5|k",
    ]


def test_every_finding_is_broken_where_it_is_explained(made: Made) -> None:
    made.run(every_example())
    run = open_record(made.lake, made.runs[-1])
    ids = [str(row[0]) for row in made.rows(run.run_id, "SELECT fund_id FROM afstemning.fund ORDER BY ALL")]
    assert len(ids) > 100

    asked = [meanings(run, fund_id) for fund_id in ids[::6]]
    for fund_id, trail in zip(ids[::6], trails(made.lake, run, [meaning for (meaning,) in asked]), strict=True):
        (rule,) = (rule for rule in trail["regler"] if fund_id in {one["fund_id"] for one in rule["fund"]})
        assert rule["stand"] == "brudt"
        assert trail["fund_id"] == fund_id


def test_each_rule_says_how_it_stands(made: Made) -> None:
    world = Clean()
    world.new["journalnotat"].pop(0)
    world.edh["dokument"][0]["titel"] = "En anden"
    world.edh["sag"][0]["sagstype"] = "fagsystemsag"
    world.waivers = [waiver("dokument", uid("d"), "edh"), waiver("sag", uid("b"), "edh", regel="R07")]
    made.run(world)

    rules = {rule["regel"]: rule for rule in one(made, uid("b"))["regler"]}

    assert rules["R02"]["stand"] == "brudt"
    assert [named(found["objekt_id"]) for found in rules["R02"]["fund"]] == ["n1|b"]
    assert (rules["R03"]["stand"], rules["R03"]["begrundelse"]) == ("forklaret", "afvigelse")
    assert (rules["R07"]["stand"], len(rules["R07"]["forklaret"])) == ("forklaret", 1)
    assert rules["R18"]["stand"] == "ikke_vurderet"
    assert "indeks" in rules["R18"]["begrundelse"]
    assert rules["R08"]["stand"] == "intet_brud"


def test_a_case_that_waits_is_not_in_order(made: Made) -> None:
    moved, waiting = Clean("ksd", "kmd_dagpenge"), Clean()
    for place, tables in waiting.delivered.items():
        if place not in moved.delivered:
            moved.delivered[place] = tables
            continue
        for entity, rows in tables.items():
            renamed = json.loads(json.dumps(rows).replace(uid("b"), uid("b2")).replace(uid("c"), uid("c2")))
            renamed = json.loads(json.dumps(renamed).replace(uid("d"), uid("d2")).replace(uid("e"), uid("e2")))
            for row in renamed:
                if "notat_id" in row:
                    row["notat_id"] += "-2"
            moved.delivered[place][entity] = [*moved.delivered[place].get(entity, []), *renamed]
    del moved.delivered[("ky", LATER)]
    moved.overgang = {"ksd": MOVED, "ky": "2022-03-01T00:00:00Z"}
    made.run(moved)

    assert stands(one(made, uid("b")))["R02"] == "intet_brud"
    told = stands(one(made, uid("b2")))
    assert (told["R02"], told["R23"], told["R07"]) == ("afventer", "afventer", "afventer")
    assert stands(one(made, "n1-2"))["R02"] == "afventer"


def test_a_note_put_on_a_case_outside_the_trail_is_shown(made: Made) -> None:
    world = Clean()
    world.new["journalnotat"][0]["sag_uuid"] = uid("l")
    made.run(world)

    trail = one(made, uid("b"))

    assert lined_up(trail["notater"]) == ["n1|b edh bevaret ky fejlplaceret -> edh e1|b -> ky m1|l"]
    assert [detail["detalje"] for detail in trail["notater"][0]["pligt"]] == [None, "anden_sag"]


def test_one_new_case_for_two_old_ones_is_both(made: Made) -> None:
    world = Clean()
    world.kmd["sag"][1]["part_cpr"] = world.before["sag"][1]["part_cpr"] = world.edh["sag"][1]["part_cpr"] = (
        "6101801234"
    )
    world.new["sag"].pop()
    world.new["noeglepose"][1] = tie("k", "c")
    world.new["journalnotat"][1]["sag_uuid"] = uid("k")
    made.run(world)

    assert sorted(lined_up(one(made, uid("k"))["sager"])) == [
        "b edh bevaret ky bevaret -> edh b -> ky k",
        "c edh bevaret ky bevaret -> edh c -> ky k",
    ]
    # Of one of them alone, the new case is shown, and whose note it holds besides.
    assert lined_up(one(made, uid("b"))["notater"]) == [
        "n1|b edh bevaret ky bevaret -> edh e1|b -> ky m1|k",
        "(n2|c) -> ky m2|k",
    ]


def test_copies_are_found_by_number_and_citizen(made: Made) -> None:
    world = Clean()
    world.new["sag"].append(sag("x", fagsystem=None))
    world.edh["sag"].append(sag("y", sagstype="edh"))
    made.run(world)

    for asked in ("b", "x", "y"):
        told = {
            (row["system"], named(row["sag_uuid"])): row["vej"]
            for pair in one(made, uid(asked))["sager"]
            for row in pair["efter"]
        }
        assert set(told) == {("edh", "b"), ("edh", "y"), ("ky", "k"), ("ky", "x")}
        assert told["ky", "x"] == ("spurgt" if asked == "x" else "nummer")
        assert told["ky", "k"] == "noeglepose"


def test_one_id_in_two_kommuner_and_in_two_systems_is_several_things(made: Made) -> None:
    one_kommune, other = Clean(), Clean()
    other.kommunekode = "0730"
    one_kommune.new["journalnotat"][1]["notat_id"] = "n1"
    made.run(one_kommune, other)

    told = explained(made, "n1")

    assert [(trail["kommunekode"], lined_up(trail["notater"])) for trail in told] == [
        ("0730", ["n1|b edh bevaret ky bevaret -> edh e1|b -> ky m1|k"]),
        (
            "0751",
            [
                "n1|b edh bevaret ky bevaret -> edh e1|b -> ky m1|k",
                "n2|c edh bevaret ky bevaret -> edh e2|c -> ky n1|l",
            ],
        ),
    ]
    assert len(explained(made, "n1", "0730")) == 1
    assert lined_up(explained(made, f"n1|{uid('b')}", "0751")[0]["notater"]) == [
        "n1|b edh bevaret ky bevaret -> edh e1|b -> ky m1|k"
    ]


def test_index_esdh_and_corrections_stand_beside(made: Made) -> None:
    world = Clean()
    world.delivered[("indeks", LATER)] = {
        "indeks_sag": [indeks_sag("b"), indeks_sag("c", sagsnummer="S-2")],
        "indeks_dokument": [indeks_dokument("d"), indeks_dokument("e")],
    }
    world.delivered[("esdh", LATER)] = {
        "krydsreference": [
            krydsreference("sag", uid("b"), uid("p")),
            krydsreference("journalnotat", "e1", "x1"),
            krydsreference("dokument", uid("d"), uid("q")),
        ],
        "sag": [sag("p", sagstype="edh")],
        "journalnotat": [notat("x1", "p")],
        "dokument": [],
        "dokument_sag": [],
        "fil": [],
    }
    world.edh["berigtigelse"] = [berigtigelse("journalnotat", "e1", "tekst", "b")]
    made.run(world)

    trail = one(made, uid("b"))

    assert [
        (row["sted"], row["objekttype"], named(row["objekt_id"]), row["ny_linje"]) for row in trail["andetsteds"]
    ] == [
        ("indeks", "dokument", "d", None),
        ("indeks", "sag", "b", None),
        ("esdh", "dokument", "d", None),
        ("esdh", "journalnotat", "e1", 2),
        ("esdh", "sag", "b", 2),
    ]
    assert {row["kilde"]["fil"] for row in trail["andetsteds"]} == {
        "indeks_sag.csv",
        "indeks_dokument.csv",
        "krydsreference.csv",
    }
    assert [(row["objekt_id"], row["felt"], row["kilde"]["linje"]) for row in trail["berigtigelser"]] == [
        ("e1", "tekst", 2)
    ]
    assert [row["felt"] for row in one(made, "n1")["berigtigelser"]] == ["tekst"]
    # The id that the new ESDH gave leads back.
    assert [(named(told["id"]), told["slags"]) for told in explained(made, uid("p"))] == [("b", "sag")]
    assert [told["id"] for told in explained(made, "x1")] == ["e1"]


def test_documents_of_the_new_system_and_loose_ones_are_told(made: Made) -> None:
    world = Clean()
    world.new |= {"dokument": [dokument("x")], "dokument_sag": [link("x", "k")], "fil": [fil("x")]}
    world.delivered[("ky", LATER)] = world.new
    world.edh["dokument"].append(dokument("y"))
    world.edh["fil"].append(fil("z"))
    made.run(world)

    assert lined_up(one(made, uid("b"))["dokumenter"]) == ["d edh bevaret -> edh d", "() -> ky x"]
    assert stands(one(made, uid("x")))["R12"] == "brudt"
    assert lined_up(one(made, uid("y"))["dokumenter"]) == ["() -> edh y"]
    named_only = one(made, uid("z"))
    assert lined_up(named_only["dokumenter"]) == ["()"]
    assert lined_up(named_only["dokumenter"][0]["filer"]) == ["() -> edh z|original|1"]


def test_a_finding_about_no_object_is_explained_too(made: Made) -> None:
    world, stranger = Clean(), Clean()
    world.new["journalnotat"] = []
    world.waivers = [waiver("sag", uid("b"), "nyt"), waiver("sag", "ingen sag", "nyt")]
    stranger.kommunekode, stranger.i_estate = "0730", False
    made.run(world, stranger)
    rows = made.rows(made.runs[-1], "SELECT regel, fund_id FROM afstemning.fund ORDER BY regel, objekt_id")
    ids = {regel: [str(row[1]) for row in rows if row[0] == regel] for regel in ("AFV", "R01", "R22")}

    cell, delivery = one(made, ids["R22"][0]), one(made, ids["R01"][0])
    waived, waived_nothing = (one(made, fund_id) for fund_id in ids["AFV"])

    assert (cell["slags"], stands(cell)["R22"]) == ("regel", "brudt")
    assert (waived["slags"], named(waived["id"]), stands(waived)["AFV"]) == ("sag", "b", "brudt")
    assert (waived_nothing["slags"], waived_nothing["id"], stands(waived_nothing)["AFV"]) == ("regel", "AFV", "brudt")
    assert (delivery["slags"], delivery["kommunekode"], stands(delivery)["R01"]) == ("leverance", "0730", "brudt")
    assert stands(one(made, delivery["id"]))["R01"] == "brudt"
    # A note that is owed to an empty cell bears the cell's finding.
    assert stands(one(made, "n1"))["R22"] == "brudt"


@pytest.mark.parametrize("asked", ["nosuch", uid("nosuch"), "0" * 16, "a|b|c", f"n1|{uid('c')}", ""])
def test_an_id_that_nothing_has_is_told(clean: Made, asked: str) -> None:
    with pytest.raises(UsageError, match="Nothing in run"):
        explained(clean, asked)


def test_a_personal_number_typed_as_an_id_is_not_repeated(clean: Made) -> None:
    with pytest.raises(UsageError) as told:
        explained(clean, OTHER_CITIZEN)

    assert "[cpr]" in str(told.value)
    assert OTHER_CITIZEN not in str(told.value)


def test_persons_are_pseudonyms(clean: Made) -> None:
    sent = Path(clean.folder / "inbox").rglob("sag.csv")
    assert any("6101801234" in file.read_text(encoding="utf-8") for file in sent)

    assert "6101801234" not in json.dumps(explained(clean, uid("b")))
