"""The waiver that a finding asks for: it names the finding, demands the rest, and takes the finding away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.errors import EstateError, UsageError
from pipelines.estate import load_estate
from pipelines.inquiry.waiver import waiver_entries
from pipelines.run_record import open_record
from tests.inquiry.made import Made
from tests.ledger.clean import Clean
from tests.ledger.world import dokument, link, named, notat, uid, waiver
from tests.test_cli import within

FILLED_IN = {
    "begrundelse": "Gennemgået",
    "ejer": "Ydelsescenter",
    "godkendt_af": "Ydelseschefen",
    "godkendt": "2026-01-01",
    "udloeber": "2999-12-31",
}


def faulty() -> Clean:
    world = Clean()
    world.kmd["journalnotat"].append(notat('n|3 "\x1b', "b", tekst="Notat 3"))
    world.edh["dokument"] += [dokument("x")]
    world.edh["dokument_sag"] += [link("x", "b")]
    world.edh["sag"][0]["sagstype"] = "fagsystemsag"
    world.new["noeglepose"][1]["part_cpr"] = "6202800004"
    return world


def printed(made: Made, fund_id: str) -> list[dict[str, Any]]:
    code, said, complained = within("waive", fund_id, "--estate", made.estate)
    assert (code, complained) == (0, "")
    entries: list[dict[str, Any]] = yaml.safe_load(said)
    return entries


def fund(made: Made, regel: str) -> list[str]:
    rows = made.rows(made.runs[-1], f"SELECT fund_id FROM afstemning.fund WHERE regel = '{regel}' ORDER BY objekt_id")
    return [str(row[0]) for row in rows]


@pytest.mark.parametrize("regel", ["R02", "R07", "R09", "R20", "R23", "R24"])
def test_what_is_printed_is_refused_as_it_is_and_takes_the_finding_away_filled_in(made: Made, regel: str) -> None:
    world = faulty()
    made.run(world)
    (fund_id, *_) = fund(made, regel)
    code, said, _ = within("waive", fund_id, "--estate", made.estate)
    assert code == 0
    waivers = made.folder / "afvigelser.yaml"
    waivers.write_text(said, encoding="utf-8")

    with pytest.raises(EstateError) as refused:
        load_estate(made.estate)
    assert {name for name in FILLED_IN if f".{name}: " in str(refused.value)} == set(FILLED_IN)

    entries = yaml.safe_load(said)
    assert {tuple(entry[name] for name in FILLED_IN) for entry in entries} == {(None,) * len(FILLED_IN)}
    world.waivers = [{**entry, **FILLED_IN} for entry in entries]
    for entry in world.waivers:
        del entry["kommunekode"]
    made.run(world)
    assert fund_id not in fund(made, regel)
    assert fund(made, "AFV") == []
    assert f"{regel} " in said.splitlines()[0]


def test_an_object_that_is_nowhere_takes_an_entry_for_each_place(made: Made) -> None:
    made.run(faulty())

    entries = printed(made, fund(made, "R24")[0])

    assert [(named(entry["objekt_id"]), entry["sted"], "regel" in entry) for entry in entries] == [
        ('n\\|3 "\x1b|b', "edh", False),
        ('n\\|3 "\x1b|b', "nyt", False),
    ]


def test_a_rule_that_looks_across_is_named(made: Made) -> None:
    made.run(faulty())

    (entry,) = printed(made, fund(made, "R09")[0])

    assert (entry["regel"], entry["objekttype"], named(entry["objekt_id"]), entry["sted"]) == (
        "R09",
        "noeglepose",
        "l|c",
        "nyt",
    )
    assert "regel" not in printed(made, fund(made, "R20")[0])[0]


def test_it_can_be_appended_to_the_waivers_that_are_there(made: Made) -> None:
    world = faulty()
    world.waivers = [waiver("sag", uid("b"), "edh", regel="R07")]
    made.run(world)
    _, said, _ = within("waive", fund(made, "R20")[0], "--estate", made.estate)
    path = made.folder / "afvigelser.yaml"
    # The world wrote its waivers as JSON, which YAML reads; somebody's own are a list of lines.
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text(encoding="utf-8"))) + said, encoding="utf-8")

    assert [entry["objekttype"] for entry in yaml.safe_load(path.read_text(encoding="utf-8"))] == ["sag", "dokument"]


def test_no_control_character_of_the_data_is_printed(made: Made) -> None:
    made.run(faulty())

    _, said, _ = within("waive", fund(made, "R23")[0], "--estate", made.estate)

    assert "\x1b" not in said
    assert yaml.safe_load(said)[0]["objekt_id"].startswith('n\\|3 "\x1b|')


def test_what_cannot_be_waived_is_told(made: Made) -> None:
    world, stranger = faulty(), Clean()
    world.new["journalnotat"] = []
    world.waivers = [
        waiver("sag", uid("b"), "nyt"),
        waiver("sag", uid("b"), "edh", regel="R07"),
        waiver("dokument", uid("x"), "edh", udloeber="2026-01-01"),
    ]
    stranger.kommunekode, stranger.i_estate = "0730", False
    made.run(world, stranger)
    ids = {regel: fund(made, regel)[0] for regel in ("AFV", "R22", "R01", "R20")}
    rows = made.rows(made.runs[-1], "SELECT fund_id FROM afstemning.fund_forklaret")
    ids["waived"] = str(rows[0][0])

    for name, sentence in (
        ("AFV", "is about a waiver and cannot be waived"),
        ("R22", "about a whole cell of the figure"),
        ("R01", "the estate does not name"),
        ("R20", "is named in afvigelser.yaml already, until 2026-01-01"),
        ("waived", "is waived already"),
    ):
        code, said, complained = within("waive", ids[name], "--estate", made.estate)
        assert (code, said) == (2, "")
        assert sentence in complained


def test_an_unknown_finding_is_told(made: Made) -> None:
    run_id = made.run(faulty())
    estate = load_estate(made.estate)

    with pytest.raises(UsageError, match="holds no finding '0000000000000000'"):
        waiver_entries(open_record(made.lake, run_id), estate, "0000000000000000")


def test_no_waiver_fills_an_empty_cell(made: Made) -> None:
    """Why R22 is not offered one: waive all that the cell owes, and it is as empty as before."""
    world = Clean()
    world.new["journalnotat"] = []
    world.waivers = [waiver("journalnotat", f"{note}|{uid(case)}", "nyt") for note, case in (("n1", "b"), ("n2", "c"))]
    made.run(world)

    assert fund(made, "R02") == []
    assert len(fund(made, "R22")) == 1
    assert Path(made.folder / "afvigelser.yaml").exists()
