"""What could be judged and what could not, what a waiver explains, and how a fault is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.catalog import open_run
from pipelines.lake import Lake
from tests.ledger.clean import Clean
from tests.ledger.engine import run_of
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
    notat,
    sag,
    uid,
    waiver,
)


def verdict(lake: Lake, run_id: str, rule: str) -> tuple[str, str | None]:
    rows = open_run(lake, run_id).execute("SELECT dom, begrundelse FROM afstemning.dom WHERE regel = ?", [rule])
    ((dom, why),) = rows.fetchall()
    return dom, why


def test_an_entity_that_was_not_delivered_is_not_judged(tmp_path: Path) -> None:
    world = Clean()
    del world.edh["fil"], world.edh["journalnotat"]
    lake, run = run_of(tmp_path, world)
    dom, why = verdict(lake, run.run_id, "R03")
    assert dom == "ikke_vurderet"
    assert why is not None
    assert "leverede ikke fil" in why
    assert verdict(lake, run.run_id, "R23")[0] == "ikke_vurderet"
    assert verdict(lake, run.run_id, "R02") == ("opfyldt", None)


class Everywhere(Clean):
    """The clean world in which every rule has something to judge and nothing to find."""

    def __init__(self) -> None:
        super().__init__()
        self.opsagt_manuelle_sager = "2021-03-02"
        young = dokument("y", registreret=MOVED, titel="Ny attest")
        self.new |= {"dokument": [young], "dokument_sag": [link("y", "k")], "fil": [fil("y", kontrolsum="ef" * 32)]}
        self.edh["dokument"][0]["titel"] = "Rettet attest"
        corrected = berigtigelse("dokument", uid("d"), "titel", "b", udfoert="2021-03-01T12:00:00Z")
        self.edh["berigtigelse"].append(corrected)
        kinds = {"sag": ("b", "c"), "dokument": ("d", "e")}
        self.indeks = {
            "indeks_sag": [indeks_sag(name, sagsnummer=f"S-{name}") for name in kinds["sag"]],
            "indeks_dokument": [indeks_dokument(name) for name in kinds["dokument"]],
        }
        references = [krydsreference(kind, uid(name), uid(f"{name}2")) for kind in kinds for name in kinds[kind]]
        references += [krydsreference("journalnotat", name, f"{name}-2") for name in ("e1", "e2")]
        self.esdh = {
            "krydsreference": references,
            "sag": [sag(f"{name}2", sagstype="manuel", fagsystem=None) for name in kinds["sag"]],
            "journalnotat": [notat("e1-2", "b2"), notat("e2-2", "c2")],
            "dokument": [dokument(f"{name}2") for name in kinds["dokument"]],
            "dokument_sag": [link("d2", "b2"), link("e2", "c2")],
            "fil": [fil("d2"), fil("e2")],
        }
        self.delivered |= {("indeks", LATER): self.indeks, ("esdh", LATER): self.esdh}
        self.waivers.append(waiver("dokument", uid("y"), "nyt", regel="R21"))
        # The same file as before the transition, accepted by the waiver.
        self.new["fil"].append(fil("y", variant="kopi"))


def test_every_rule_can_be_met(tmp_path: Path) -> None:
    lake, run = run_of(tmp_path, Everywhere())
    rows = open_run(lake, run.run_id).execute("SELECT regel, dom, vurderet FROM afstemning.dom").fetchall()
    assert len(rows) == 25
    assert [row for row in rows if row[1] != "opfyldt" or not row[2]] == []


# What each rule cannot be judged without: the delivery of that world, the entity, the rules.
@pytest.mark.parametrize(
    ("side", "entity", "rules"),
    [
        ("kmd", "journalnotat", {"R02", "R22", "R23", "R24"}),
        ("before", "fil", {"R03", "R21"}),
        ("before", "dokument", {"R03", "R22", "R24"}),
        (
            "edh",
            "sag",
            {"R04", "R05", "R06", "R07", "R08", "R09", "R10", "R11", "R14", "R15", "R18", "R20", "R22", "R23", "R24"},
        ),
        ("edh", "journalnotat", {"R14", "R18", "R20", "R22", "R23", "R24"}),
        ("edh", "dokument", {"R03", "R13", "R18", "R20", "R22", "R24"}),
        ("edh", "dokument_sag", {"R03", "R13", "R20"}),
        ("edh", "berigtigelse", {"R17"}),
        ("new", "sag", {"R02", "R09", "R10", "R12", "R15", "R20", "R22", "R24"}),
        ("new", "journalnotat", {"R02", "R20", "R22", "R24"}),
        ("new", "noeglepose", {"R02", "R09", "R10", "R15"}),
        ("new", "dokument", {"R12", "R21"}),
        ("new", "dokument_sag", {"R12"}),
        ("new", "fil", {"R21"}),
        ("indeks", "indeks_sag", {"R18"}),
        ("indeks", "indeks_dokument", {"R18"}),
        ("esdh", "krydsreference", {"R19"}),
        ("esdh", "fil", {"R19"}),
    ],
)
def test_a_rule_without_its_input_is_never_met(tmp_path: Path, side: str, entity: str, rules: set[str]) -> None:
    world = Everywhere()
    del getattr(world, side)[entity]
    lake, run = run_of(tmp_path, world)
    rows = open_run(lake, run.run_id).execute("SELECT regel, dom, begrundelse FROM afstemning.dom").fetchall()
    assert len(rows) == 25
    met = {regel for regel, dom, _ in rows if dom == "opfyldt"}
    assert met & rules == set()
    assert all(why for _, dom, why in rows if dom == "ikke_vurderet")


def test_a_violation_counts_whatever_else_is_missing(tmp_path: Path) -> None:
    world = Clean()
    del world.edh["fil"]
    world.edh["dokument"].pop()
    lake, run = run_of(tmp_path, world)
    assert verdict(lake, run.run_id, "R03") == ("brudt", None)


def test_a_kommune_without_a_transition_is_not_judged(tmp_path: Path) -> None:
    world = Clean()
    world.overgang = {}
    lake, run = run_of(tmp_path, world)
    rows = open_run(lake, run.run_id).execute("SELECT regel, dom, begrundelse FROM afstemning.dom").fetchall()
    why = "Grundlaget mangler: kommunen har ingen overgang i estate.yaml, og derfor hverken før eller efter."
    judged = {regel: (dom, begrundelse) for regel, dom, begrundelse in rows}
    # That every delivery is known, and that no waiver is left over, can be told without a transition.
    assert judged.pop("R01") == ("opfyldt", None)
    assert judged.pop("AFV")[0] == "ikke_vurderet"
    assert len(judged) == 23
    assert set(judged.values()) == {("ikke_vurderet", why)}
    assert run.findings == 0


def test_what_is_waited_for_is_not_judged(tmp_path: Path) -> None:
    world = Clean()
    del world.delivered["ky", max(moment for system, moment in world.delivered if system == "ky")]
    lake, run = run_of(tmp_path, world)
    assert verdict(lake, run.run_id, "R02") == (
        "ikke_vurderet",
        "Alle 4 venter på en senere levering.",
    )


def rows_of(lake: Lake, run_id: str, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in open_run(lake, run_id).execute(sql).fetchall()]


def test_a_kommune_outside_the_estate_is_seen_and_not_reconciled(tmp_path: Path) -> None:
    stranger = Clean()
    stranger.kommunekode, stranger.i_estate = "0101", False
    lake, run = run_of(tmp_path, Clean(), stranger)
    found = rows_of(
        lake, run.run_id, "SELECT regel, kommunekode, objekttype, objekt_id FROM afstemning.fund ORDER BY 4"
    )
    systems = sorted(f"{system}/0101" for system, _ in stranger.delivered)
    assert [row[:3] for row in found] == [("R01", "0101", "leverance")] * 4
    assert [str(row[3]).rsplit("/", 1)[0] for row in found] == systems
    verdicts = rows_of(
        lake, run.run_id, "SELECT DISTINCT dom, begrundelse FROM afstemning.dom WHERE kommunekode = '0101'"
    )
    assert ("brudt", None) in verdicts
    assert ("ikke_vurderet", "Grundlaget mangler: kommunen står ikke i estate.yaml.") in verdicts
    assert not [row for row in verdicts if row[0] == "opfyldt"]
    assert rows_of(lake, run.run_id, "SELECT count(*) FROM afstemning.pligt WHERE kommunekode = '0101'") == [(0,)]


def test_a_waiver_for_a_rule_takes_the_finding_out_and_counts_it(tmp_path: Path) -> None:
    world = Clean()
    world.edh["sag"][0]["sagstype"] = "fagsystemsag"
    world.waivers.append(waiver("sag", uid("b").upper(), "edh", regel="R07"))
    lake, run = run_of(tmp_path, world)
    assert run.findings == 0
    (judged,) = rows_of(
        lake, run.run_id, "SELECT dom, brud, vurderet, forklaret FROM afstemning.dom WHERE regel = 'R07'"
    )
    assert judged == ("opfyldt", 0, 2, 1)
    assert rows_of(lake, run.run_id, "SELECT regel, objekt_id FROM afstemning.fund_forklaret") == [("R07", uid("b"))]
    assert verdict(lake, run.run_id, "AFV") == ("opfyldt", None)


def test_waivers_left_over_are_findings_of_their_own(tmp_path: Path) -> None:
    world = Clean()
    world.new["journalnotat"].pop()
    note = f"n2|{uid('c')}"
    world.waivers += [
        waiver("journalnotat", note, "nyt", udloeber="2026-11-22"),
        waiver("sag", uid("b"), "edh", regel="R07"),
    ]
    lake, run = run_of(tmp_path, world)
    left_over = rows_of(
        lake, run.run_id, "SELECT objekt_id, udfald FROM afstemning.fund WHERE regel = 'AFV' ORDER BY ALL"
    )
    # The bar within the note's name is escaped in the waiver's.
    assert left_over == [
        (f"journalnotat|n2\\|{uid('c')}|nyt|", "udloebet"),
        (f"sag|{uid('b')}|edh|R07", "ubrugt"),
    ]
    assert verdict(lake, run.run_id, "AFV") == ("brudt", None)


def test_a_fault_of_many_is_one_line(tmp_path: Path) -> None:
    world = Clean()
    text = "Borgeren er syg. " * 10
    for number in range(30):
        for tables, name, case in ((world.kmd, "x", "b"), (world.edh, "y", "b"), (world.new, "z", "k")):
            at = f"2019-03-02T10:{number:02}:00Z"
            cut = text if tables is not world.new else text[:100]
            tables["journalnotat"].append(notat(f"{name}{number}", case, oprettet=at, tekst=cut))
    lake, run = run_of(tmp_path, world)
    patterns = rows_of(
        lake, run.run_id, "SELECT sted, system, objekttype, udfald, aarsag, detalje, antal FROM afstemning.moenster"
    )
    assert patterns == [("nyt", "ky", "journalnotat", "aendret", "afkortet", "100", 30)]


@pytest.mark.parametrize(
    ("change", "aarsag", "detalje"),
    [
        ({"tekst": "Bor på Ær"}, "afkortet", "9"),
        ({"tekst": "<p>Bor på&nbsp;</p>", "format": "html"}, "afkortet", "6"),
        ({"tekst": "Bor pÃ¥ Ã\x86rÃ¸"}, "tegnsaet", "utf-8>latin-1"),
        ({"tekst": "Bor pÃ¥ Ã†rÃ¸"}, "tegnsaet", "utf-8>cp1252"),
        ({"tekst": "Bor p? ?r?"}, "tegnsaet", "erstattet"),
        ({"tekst": "Bor p r"}, "tegnsaet", "udeladt"),
        ({"oprettet": "2019-02-02T11:15:30Z"}, "tidszone", "+1"),
        ({"oprettet": "2019-02-02T09:15:30Z"}, "tidszone", "-1"),
        ({"titel": None}, "titel_mistet", None),
    ],
)
def test_how_a_note_changed_is_told_as_it_can_be_acted_on(
    tmp_path: Path, change: dict[str, object], aarsag: str, detalje: str | None
) -> None:
    world = Clean()
    for tables in (world.kmd, world.edh, world.new):
        tables["journalnotat"][0]["tekst"] = "Bor på Ærø"
    world.new["journalnotat"][0] |= change
    lake, run = run_of(tmp_path, world)
    assert rows_of(lake, run.run_id, "SELECT aarsag, detalje FROM afstemning.moenster") == [(aarsag, detalje)]


def test_what_is_misplaced_says_where_it_is(tmp_path: Path) -> None:
    world = Clean()
    world.new["journalnotat"][0]["sag_uuid"] = uid("l")
    world.new["sag"][1]["part_cpr"] = "6202800004"
    world.new["noeglepose"].pop()
    world.without_documents("c", "e")
    lake, run = run_of(tmp_path, world)
    told = rows_of(lake, run.run_id, "SELECT objekttype, objekt_id, detalje FROM afstemning.detalje ORDER BY ALL")
    assert told == [
        ("journalnotat", f"n1|{uid('b')}", "anden_sag"),
        ("journalnotat", f"n2|{uid('c')}", "anden_borger"),
        ("sag", uid("c"), "anden_borger"),
    ]
