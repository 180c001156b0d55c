"""What the rules that look across make of the edges: what was not delivered, what happens at the very limit."""

from __future__ import annotations

from tests.ledger.clean import OTHER_CITIZEN, Clean, example
from tests.ledger.world import (
    CLOSED,
    LATER,
    MOVED,
    berigtigelse,
    dokument,
    fil,
    indeks_sag,
    krydsreference,
    link,
    notat,
    sag,
    tie,
    uid,
    waiver,
)

AT_NOON = "2021-03-01T12:00:00Z"


def close(row: dict[str, object], moment: str, **values: object) -> None:
    row |= {"fremdrift": "Afsluttet", "fremdrift_fra": moment, "afsluttet": moment, **values}


@example("""
    R02 journalnotat n1|b nyt/ky ulinket -> m1|k
    R02 journalnotat n2|c nyt/ky ulinket -> m2|l
    R02 sag b nyt/ky ulinket -> k
    R02 sag c nyt/ky ulinket -> l
    10 bevaret, 14 konverteret
""")
def of_a_noeglepose_that_was_not_delivered_only_the_ledger_speaks(w: Clean) -> None:
    close(w.edh["sag"][0], AT_NOON)
    w.new.pop("noeglepose")


@example("14 bevaret, 14 konverteret")
def an_edh_case_closed_with_its_new_case(w: Clean) -> None:
    close(w.edh["sag"][0], AT_NOON)
    close(w.new["sag"][0], AT_NOON, afsluttet=None)


@example("""
    R06 sag b edh/edh
    R15 sag b edh/edh
    14 bevaret, 14 konverteret
""")
def an_edh_case_closed_a_second_before_its_new_case(w: Clean) -> None:
    close(w.edh["sag"][0], AT_NOON)
    close(w.new["sag"][0], "2021-03-01T12:00:01Z")


@example("""
    R06 sag c edh/edh
    R15 sag c edh/edh
    14 bevaret, 14 konverteret
""")
def an_edh_case_closed_at_the_new_systems_extract_is_judged_and_later_is_not(w: Clean) -> None:
    for row, moment in zip(w.edh["sag"], ("2021-03-02T02:00:01Z", LATER), strict=True):
        close(row, moment)


@example("14 bevaret, 14 konverteret")
def a_closing_by_correction_need_not_be_explained_by_another_state(w: Clean) -> None:
    """The clean world's cases were Oplyst: with the correction the other state is ordered, not a drift."""
    w.edh["sag"][0] |= {"fremdrift": "Afgjort", "fremdrift_fra": AT_NOON}
    w.edh["berigtigelse"].append(berigtigelse("sag", uid("b"), "fremdrift", "b"))


@example("""
    R06 sag b edh/edh
    R06 sag c edh/edh
    R14 sag c edh/edh fremdrift
    14 bevaret, 14 konverteret
""")
def a_state_at_the_transition_itself_came_along_and_a_later_one_did_not(w: Clean) -> None:
    for row, moment in zip(w.edh["sag"], (MOVED, AT_NOON), strict=True):
        row |= {"fremdrift": "Afgjort", "fremdrift_fra": moment}


@example("""
    R11 sag y edh/edh
    oprindelse sag x edh/edh ny
    oprindelse sag y edh/edh ny
    oprindelse sag z edh/edh ny
    14 bevaret, 14 konverteret
""")
def of_no_fagsystem_the_subject_tells_whose_field_a_case_is_in(w: Clean) -> None:
    born = {"x": (MOVED, "32.24.04"), "y": (AT_NOON, "32.24.04"), "z": (AT_NOON, "32.18.04")}
    for name, (moment, subject) in born.items():
        row = sag(name, sagstype="manuel", fagsystem=None, sagsnummer=f"S-{name}", oprettet=moment, kle_emne=subject)
        w.edh["sag"].append(row)


@example("""
    R16 journalnotat e8|b edh/edh
    R14 journalnotat e8|b edh/edh
    R16 sag b edh/edh aendret
    oprindelse journalnotat e8|b edh/edh ny
    oprindelse journalnotat e9|s edh/edh ny
    pligt sag s edh/edh afventer -> s
    17 bevaret, 18 konverteret
""")
def what_is_still_in_kmd_sag_may_change_when_manual_cases_are_given_up(w: Clean) -> None:
    w.opsagt_manuelle_sager, midnight = "2021-03-02", "2021-03-01T23:00:00Z"
    own = {"fagsystem": "kmd_social_pension", "sagsnummer": "S-9", "kle_emne": "32.03.04"}
    w.kmd["sag"].append(sag("s", **own))
    for tables in (w.before, w.edh):
        tables["sag"].append(sag("s", **own, aendret=midnight))
        tables["dokument"].append(dokument("p"))
        tables["dokument_sag"].append(link("p", "s"))
        tables["fil"].append(fil("p"))
    w.edh["sag"][0]["aendret"] = midnight
    w.edh["sag"][1]["aendret"] = "2021-03-01T22:59:59Z"
    w.edh["journalnotat"] += [
        notat("e8", "b", oprettet=midnight, tekst="Sent"),
        notat("e9", "s", oprettet=midnight, tekst="Sent"),
    ]


@example("""
    R17 berigtigelse A1|o|titel edh/edh
    R17 berigtigelse A3|e1|format edh/edh
    pligt sag o edh/edh forklaret berigtigelse -> o
    15 bevaret, 16 konverteret
""")
def a_correction_shows_within_the_window_that_the_deliveries_leave_open(w: Clean) -> None:
    """A2 was carried out when the baseline was taken, A4 a second after the last extract; A5 names a key."""
    for tables in (w.before, w.edh):
        tables["sag"].append(sag("o", sagstype="manuel", fagsystem=None, sagsnummer="S-7"))
        tables["dokument_sag"].append(link("x", "o"))
    w.edh["sag"][2]["part_cpr"] = OTHER_CITIZEN
    told = {"A1": (uid("o").upper(), "titel", LATER), "A2": (uid("o"), "kle_emne", CLOSED)}
    told |= {"A4": (uid("o"), "kle_facet", "2021-03-02T02:00:01Z"), "A5": (uid("o"), "sag_uuid", LATER)}
    told |= {"A6": (uid("o"), "part_cpr", LATER)}
    for number, (objekt_id, felt, moment) in told.items():
        w.edh["berigtigelse"].append(berigtigelse("sag", objekt_id, felt, "o", anmodning_id=number, udfoert=moment))
    w.edh["berigtigelse"].append(
        berigtigelse("journalnotat", "e1", "format", "b", anmodning_id="A3", udfoert=LATER),
    )


@example("""
    R18 sag c edh/indeks aendret antal_journalnotater
    R18 sag x edh/indeks ukendt
    14 bevaret, 14 konverteret
""")
def the_index_is_held_to_what_both_could_know(w: Clean) -> None:
    """b changed at the index's extract and is there late; y came later; z is another's; c counts a note less."""
    w.edh["sag"][0]["aendret"] = LATER
    late = "2021-03-02T02:00:01Z"
    rows = [indeks_sag("b", sts_tidspunkt=late), indeks_sag("c", antal_journalnotater=2), indeks_sag("x")]
    rows += [indeks_sag("y", sts_tidspunkt=late), indeks_sag("z", master="ky")]
    w.delivered["indeks", LATER] = {"indeks_sag": rows}


@example("""
    R19 journalnotat e2|c edh/esdh mangler
    R19 noeglepose l|c nyt/ky mangler krydsreference
    R19 sag c edh/esdh mangler krydsreference
    14 bevaret, 14 konverteret
""")
def of_what_another_esdh_did_not_deliver_nothing_is_said(w: Clean) -> None:
    references = [krydsreference("sag", uid("b"), uid("o").upper())]
    references += [krydsreference("journalnotat", name, f"N{name}") for name in ("e1", "e2")]
    w.delivered["esdh", LATER] = {
        "krydsreference": references,
        "sag": [sag("o")],
        "journalnotat": [notat("Ne1", "o")],
    }


@example("""
    AFV afvigelse sag|b||R07 udloebet
    AFV afvigelse sag|b|nyt|R08 nyt ubrugt
    R07 sag b edh/edh
    R08 sag b edh/edh
    forklaret R08 sag c edh/edh
    forklaret R09 noeglepose k|x nyt/ky edh_sag_uuid
    14 bevaret, 14 konverteret
""")
def a_waiver_of_a_rule_takes_its_finding_where_it_says(w: Clean) -> None:
    w.edh["sag"][0]["sagstype"] = "fagsystemsag"
    for row in w.edh["sag"]:
        row["livscyklus"] = "passiveret"
    w.new["noeglepose"].append(tie("k", "x"))
    w.waivers += [
        waiver("sag", uid("b"), None, "2026-11-22", regel="R07"),
        waiver("sag", uid("b"), "nyt", regel="R08"),
        waiver("sag", uid("c"), "edh", regel="R08"),
        waiver("noeglepose", f"{uid('k')}|{uid('x')}", None, regel="R09"),
    ]


@example(
    """
    R21 dokument r nyt/ky -> d
    oprindelse dokument q nyt/ky ny
    oprindelse dokument r nyt/ky ny
    oprindelse fil q|original|1 nyt/ky ny
    oprindelse fil r|kopi|1 nyt/ky ny
    15 bevaret, 15 konverteret
""",
    alone=True,
)
def documents_go_along_on_the_last_day_of_the_roll_out(w: Clean) -> None:
    """Delivered on 2 March, Danish time, and all 98 had moved on the 3rd; an empty file tells nothing."""
    w.fuldt_udrullet = "2021-03-03"
    w.before["fil"].append(fil("d", variant="tom", bytes=0, kontrolsum="cd" * 32))
    w.edh["fil"].append(fil("d", variant="tom", bytes=0, kontrolsum="cd" * 32))
    w.new |= {"dokument": [dokument("q", registreret=MOVED), dokument("r", registreret=MOVED)]}
    w.new["fil"] = [fil("q", kontrolsum="cd" * 32), fil("r", variant="kopi", kontrolsum="AB" * 32)]
    w.delivered["ky", LATER] = w.new
