"""Which EDH cases may be closed, whether KMD Sag may go, whether the documents may move."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.contract import kommuner
from pipelines.inquiry.listing import listing
from tests.inquiry.made import Made
from tests.ledger.clean import Clean
from tests.ledger.world import MOVED, dokument, fil, link, named, notat, sag, tie
from tests.test_cli import within

AFTER = "2021-03-01T12:00:00Z"
STILL_LATER = "2021-03-01T13:00:00Z"
CLOSED_NOW = {"fremdrift": "Afsluttet", "fremdrift_fra": AFTER, "afsluttet": AFTER}


def asked(made: Made, stem: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = listing(made.lake, made.runs[-1], stem).to_pylist()
    return rows


def closable(made: Made, world: Clean) -> list[str]:
    made.run(world)
    rows = asked(made, "closable")
    return [" ".join([named(row["sag_uuid"]), row["status"], row["forbehold"] or ""]).strip() for row in rows]


def test_a_case_may_be_closed_when_every_new_case_is(made: Made) -> None:
    world = Clean()
    world.new["sag"][0] |= CLOSED_NOW

    assert closable(made, world) == ["b kan_afsluttes"]
    (row,) = asked(made, "closable")
    assert (row["system"], row["sagsnummer"], row["nye_sager"], row["aabne_nye_sager"]) == ("ky", "S-1", 1, 0)
    assert row["nye_lukket"].isoformat() == "2021-03-01T12:00:00+00:00"
    assert row["lukket"] is None


def test_one_open_new_case_keeps_it_open(made: Made) -> None:
    world = Clean()
    world.new["sag"][0] |= CLOSED_NOW
    world.new["sag"].append(sag("m", fagsystem=None))
    world.new["noeglepose"].append(tie("m", "b"))

    assert closable(made, world) == []


def test_what_its_ties_break_is_said_beside(made: Made) -> None:
    world = Clean()
    world.new["sag"][0] |= CLOSED_NOW
    world.new["sag"].append(sag("m", fagsystem=None, **CLOSED_NOW))
    world.new["noeglepose"].append(tie("m", "b"))

    assert closable(made, world) == ["b kan_afsluttes R10"]


def test_what_was_closed_too_early_is_listed(made: Made) -> None:
    world = Clean()
    world.edh["sag"][0] |= CLOSED_NOW
    world.new["sag"][1] |= {**CLOSED_NOW, "afsluttet": STILL_LATER}
    world.edh["sag"][1] |= CLOSED_NOW

    assert closable(made, world) == ["b for_tidlig", "c for_tidlig"]
    code, said, _ = within("closable", "--estate", made.estate)
    assert code == 0
    assert said.endswith("(0 may be closed, 2 closed too early)\n")


def test_what_was_closed_rightly_or_before_is_not_listed(made: Made) -> None:
    world = Clean()
    world.edh["sag"][0] |= {**CLOSED_NOW, "afsluttet": STILL_LATER}
    world.new["sag"][0] |= CLOSED_NOW
    for tables in (world.kmd, world.before, world.edh):
        tables["sag"][1] |= {"fremdrift": "Afsluttet", "afsluttet": "2020-01-01T00:00:00Z"}

    assert closable(made, world) == []


def test_what_has_not_moved_is_not_listed(made: Made) -> None:
    world = Clean()
    world.new["sag"][0] |= CLOSED_NOW
    world.overgang = {"ky": "2021-03-02T12:00:00Z"}

    assert closable(made, world) == []


def test_a_new_system_that_delivered_before_it_took_over_tells_nothing(made: Made) -> None:
    """EDH has been extracted since, but what KY held then was not yet all."""
    world = Clean()
    world.new["sag"][0] |= CLOSED_NOW
    world.delivered[("edh", "2021-03-03T02:00:00Z")] = world.edh
    world.overgang = {"ky": "2021-03-02T12:00:00Z"}

    assert closable(made, world) == []


def test_the_list_in_each_form(made: Made) -> None:
    world = Clean()
    world.new["sag"][0] |= CLOSED_NOW
    made.run(world)

    table, as_csv, as_json = (
        within("closable", "--estate", made.estate, "--format", form) for form in ("table", "csv", "json")
    )

    assert (table[0], as_csv[0], as_json[0]) == (0, 0, 0)
    assert table[1].endswith("(1 may be closed, 0 closed too early)\n")
    assert as_csv[1].splitlines()[0].startswith("kommunekode,sag_uuid,sagsnummer,system,status")
    assert json.loads(as_json[1])[0]["nye_lukket"] == "2021-03-01T12:00:00Z"
    assert within("closable", "--estate", made.estate, "--kommune", "0999")[0] == 2


def ready(made: Made, world: Clean) -> dict[str, str]:
    made.run(world)
    return told_of(asked(made, "readiness"))


def told_of(rows: list[dict[str, Any]]) -> dict[str, str]:
    """The answers, and every condition that is not met, as its question and source."""
    assert {row["spoergsmaal"] for row in rows} == {"opsigelse", "flytning"}
    told = {row["spoergsmaal"]: row["svar"] for row in rows}
    for row in rows:
        if row["stand"] != "opfyldt":
            told[f"{row['spoergsmaal']} {row['nummer']} {row['kilde']}"] = f"{row['stand']} {row['antal']}"
    return told


def rolled_out() -> Clean:
    world = Clean()
    world.fuldt_udrullet = "2021-03-02"
    return world


def test_both_answers_are_yes_only_when_every_condition_is_met(made: Made) -> None:
    assert ready(made, rolled_out()) == {"opsigelse": "opfyldt", "flytning": "opfyldt"}

    code, said, _ = within("readiness", "--estate", made.estate)

    assert code == 0
    assert "0751: May KMD Sag be given up? Yes." in said
    assert "Is everything in place for moving the documents from EDH into KSD and KY? Yes." in said
    assert "three fagsystemer of six" in said
    assert "of the other three nothing is said here" in said


def a_note_is_lost(w: Clean) -> None:
    w.new["journalnotat"].pop()


def a_note_is_nowhere(w: Clean) -> None:
    w.new["journalnotat"].pop()
    w.edh["journalnotat"].pop()


def an_edh_case_is_gone(w: Clean) -> None:
    w.edh["sag"].pop()


def it_is_a_fagsystemsag_still(w: Clean) -> None:
    w.edh["sag"][0]["sagstype"] = "fagsystemsag"


def it_was_passivated(w: Clean) -> None:
    w.edh["sag"][0]["livscyklus"] = "passiveret"


def it_is_untied(w: Clean) -> None:
    w.new["noeglepose"].pop()


def the_baseline_has_a_hole(w: Clean) -> None:
    for tables in (w.before, w.edh):
        tables["sag"].append(sag("h"))
        tables["dokument"].append(dokument("h"))
        tables["fil"].append(fil("h"))
        tables["dokument_sag"].append(link("h", "h"))


def spk_has_not_moved(w: Clean) -> None:
    w.kmd["sag"].append(sag("s", fagsystem="kmd_social_pension", sagsnummer="S-9"))
    w.kmd["journalnotat"].append(notat("n9", "s", tekst="Notat 9"))


def spk_is_waited_for(w: Clean) -> None:
    w.overgang = {"ky": MOVED, "spk": MOVED}
    spk_has_not_moved(w)


def spk_has_not_moved_and_has_documents(w: Clean) -> None:
    spk_has_not_moved(w)
    for tables in (w.before, w.edh):
        tables["sag"].append(sag("s", sagstype="edh", fagsystem="kmd_social_pension", sagsnummer="S-9"))
        tables["dokument"].append(dokument("s"))
        tables["fil"].append(fil("s"))
        tables["dokument_sag"].append(link("s", "s"))
    w.edh["journalnotat"].append(notat("e9", "s", tekst="Notat 9"))


def another_title(w: Clean) -> None:
    w.edh["sag"][0]["titel"] = "En anden"


def a_document_is_loose(w: Clean) -> None:
    for tables in (w.before, w.edh):
        tables["dokument"].append(dokument("x"))
        tables["fil"].append(fil("x"))


def a_document_has_no_file(w: Clean) -> None:
    for tables in (w.before, w.edh):
        tables["dokument"].append(dokument("x"))
        tables["dokument_sag"].append(link("x", "b"))


def a_file_is_empty(w: Clean) -> None:
    for tables in (w.before, w.edh):
        tables["fil"][0]["bytes"] = 0


def a_file_has_changed(w: Clean) -> None:
    w.edh["fil"][0]["kontrolsum"] = "cd" * 32


def edh_delivered_no_files(w: Clean) -> None:
    del w.edh["fil"]


def nothing_was_before(w: Clean) -> None:
    for name in w.kmd:
        w.kmd[name] = []
    for name in w.before:
        w.before[name] = []


# Each in a kommune of its own; what they all share is that KSD and KY are rolled out.
IN_THE_WAY: list[tuple[Callable[[Clean], None], str, str, list[str]]] = [
    (a_note_is_lost, "brudt", "opfyldt", ["opsigelse 5 R02"]),
    (a_note_is_nowhere, "brudt", "opfyldt", ["opsigelse 5 R02", "opsigelse 8 R23", "opsigelse 9 R24"]),
    (an_edh_case_is_gone, "brudt", "brudt", ["opsigelse 7 R05", "flytning 7 edh.dokument_sag"]),
    (another_title, "brudt", "opfyldt", ["opsigelse 6 R04"]),
    (it_is_a_fagsystemsag_still, "brudt", "opfyldt", ["opsigelse 11 R07"]),
    (it_was_passivated, "brudt", "opfyldt", ["opsigelse 12 R08"]),
    (it_is_untied, "brudt", "brudt", ["opsigelse 10 R09", "flytning 4 R09", "flytning 5 R10"]),
    (the_baseline_has_a_hole, "brudt", "opfyldt", ["opsigelse 3 foer.sag"]),
    (spk_has_not_moved, "brudt", "opfyldt", ["opsigelse 1 afstemning.system"]),
    (spk_is_waited_for, "brudt", "opfyldt", ["opsigelse 1 afstemning.system", "opsigelse 2 afstemning.pligt_antal"]),
    (spk_has_not_moved_and_has_documents, "brudt", "brudt", ["flytning 2 afstemning.ikke_flyttet"]),
    (a_document_is_loose, "opfyldt", "brudt", ["flytning 6 edh.dokument"]),
    (a_document_has_no_file, "opfyldt", "brudt", ["flytning 8 edh.fil"]),
    (a_file_is_empty, "opfyldt", "brudt", ["flytning 9 edh.fil"]),
    (a_file_has_changed, "opfyldt", "brudt", ["flytning 3 R03", "flytning 10 afstemning.pligt_antal"]),
    (edh_delivered_no_files, "brudt", "ikke_vurderet", ["flytning 3 R03", "flytning 9 edh.fil"]),
    (nothing_was_before, "ikke_vurderet", "ikke_vurderet", ["opsigelse 1 afstemning.system", "opsigelse 5 R02"]),
]


def test_each_condition_stands_in_the_way(made: Made) -> None:
    worlds = []
    for code, (change, _, _, _) in zip(sorted(kommuner()), IN_THE_WAY, strict=False):
        world = rolled_out()
        world.kommunekode = code
        change(world)
        worlds.append(world)
    made.run(*worlds)
    by_kommune: dict[str, list[dict[str, Any]]] = {}
    for row in asked(made, "readiness"):
        by_kommune.setdefault(row["kommunekode"], []).append(row)
    assert len(by_kommune) == len(IN_THE_WAY)

    for rows, (change, opsigelse, flytning, expected) in zip(by_kommune.values(), IN_THE_WAY, strict=True):
        told = told_of(rows)
        assert (told["opsigelse"], told["flytning"]) == (opsigelse, flytning), change.__name__
        assert set(expected) <= set(told), change.__name__


@pytest.mark.parametrize(("day", "answer"), [("2021-03-03", "brudt 1"), (None, "ikke_vurderet None")])
def test_documents_do_not_move_before_all_have_rolled_out(made: Made, day: str | None, answer: str) -> None:
    world = Clean()
    world.fuldt_udrullet = day

    told = ready(made, world)

    assert told["flytning 1 afstemning.kommune"] == answer
    assert told["opsigelse"] == "opfyldt"
    assert told["flytning"] == answer.split()[0]


def test_what_was_not_evaluated_is_never_a_yes(made: Made) -> None:
    world = Clean()
    made.run(world)

    code, said, _ = within("readiness", "--estate", made.estate)
    as_json = json.loads(within("readiness", "--estate", made.estate, "--format", "json")[1])
    as_csv = within("readiness", "--estate", made.estate, "--format", "csv")

    assert code == 1
    assert "into KSD and KY? Not evaluated, so not a yes." in said
    assert "not evaluated  KSD and KY are rolled out in all 98 kommuner" in said
    assert "three fagsystemer of six" in as_json["bemaerkning"]
    assert {row["svar"] for row in as_json["betingelser"] if row["spoergsmaal"] == "flytning"} == {"ikke_vurderet"}
    assert (as_csv[0], len(as_csv[1].splitlines())) == (1, 1 + len(as_json["betingelser"]))
    assert "three fagsystemer of six" in as_csv[2]


def test_each_kommune_has_its_own_answers(made: Made) -> None:
    one, other, stranger = rolled_out(), rolled_out(), Clean()
    other.kommunekode, stranger.kommunekode, stranger.i_estate = "0730", "0420", False
    a_note_is_lost(other)
    made.run(one, other, stranger)

    rows = asked(made, "readiness")
    answers = {(row["kommunekode"], row["spoergsmaal"]): row["svar"] for row in rows}
    assert answers == {
        ("0420", "opsigelse"): "ikke_vurderet",
        ("0420", "flytning"): "ikke_vurderet",
        ("0730", "opsigelse"): "brudt",
        ("0730", "flytning"): "opfyldt",
        ("0751", "opsigelse"): "opfyldt",
        ("0751", "flytning"): "opfyldt",
    }
    assert within("readiness", "--estate", made.estate, "--kommune", "0751")[0] == 0
    assert within("readiness", "--estate", made.estate)[0] == 1
