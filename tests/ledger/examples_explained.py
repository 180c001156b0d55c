"""What is explained, and by what."""

from __future__ import annotations

from tests.ledger.clean import Clean, example, ksd
from tests.ledger.world import LATER, notat, uid, waiver
from tests.oracle import STUB


@ksd("""
    pligt journalnotat n1|b nyt/ksd forklaret uden_for_vindue
    pligt sag b nyt/ksd forklaret uden_for_vindue
    12 bevaret, 12 konverteret
""")
def a_closed_case_older_than_three_years(w: Clean) -> None:
    for tables in (w.kmd, w.before, w.edh):
        tables["sag"][0] |= {"fremdrift": "Afsluttet", "ydelse_til": "2017-12-31"}
    for name in ("sag", "journalnotat", "noeglepose"):
        w.new[name].pop(0)


@ksd("""
    R02 journalnotat n1|b nyt/ksd mangler
    R02 sag b nyt/ksd mangler
    R10 sag b edh/edh ulinket
    12 bevaret, 12 konverteret
""")
def a_closed_case_on_the_first_day_of_the_three_years(w: Clean) -> None:
    for tables in (w.kmd, w.before, w.edh):
        tables["sag"][0] |= {"fremdrift": "Afsluttet", "ydelse_til": "2018-01-01"}
    for name in ("sag", "journalnotat", "noeglepose"):
        w.new[name].pop(0)


@ksd("""
    R02 journalnotat n1|b nyt/ksd mangler
    13 bevaret, 13 konverteret
""")
def a_case_that_came_though_it_need_not_owes_its_notes(w: Clean) -> None:
    for tables in (w.kmd, w.before, w.edh):
        tables["sag"][0] |= {"fremdrift": "Afsluttet", "ydelse_til": "2017-12-31"}
    w.new["sag"][0]["fremdrift"] = "Afsluttet"
    w.new["journalnotat"].pop(0)


@example("""
    pligt sag b nyt/ky forklaret kle_omlagt -> k
    13 bevaret, 14 konverteret
""")
def a_subject_renumbered_by_the_new_act(w: Clean) -> None:
    for tables in (w.kmd, w.before, w.edh):
        tables["sag"][0]["kle_emne"] = "32.24.32"
    w.delivered["ky", "2022-02-01T02:00:00Z"] = w.delivered.pop(("ky", LATER))


@example("""
    R02 sag b nyt/ky aendret kle_emne -> k
    13 bevaret, 14 konverteret
""")
def a_subject_renumbered_before_the_new_act(w: Clean) -> None:
    for tables in (w.kmd, w.before, w.edh):
        tables["sag"][0]["kle_emne"] = "32.24.32"


@example("""
    R02 sag b nyt/ky aendret titel -> k
    13 bevaret, 14 konverteret
""")
def a_renumbered_subject_explains_nothing_else(w: Clean) -> None:
    for tables in (w.kmd, w.before, w.edh):
        tables["sag"][0]["kle_emne"] = "32.24.32"
    w.new["sag"][0]["titel"] = "En anden titel"
    w.delivered["ky", "2022-02-01T02:00:00Z"] = w.delivered.pop(("ky", LATER))


@example("""
    pligt journalnotat n1|b nyt/ky forklaret stub -> m1|k
    13 bevaret, 14 konverteret
""")
def a_note_too_large_to_be_sent(w: Clean) -> None:
    w.kmd["journalnotat"][0]["tekst"] = w.edh["journalnotat"][0]["tekst"] = "å" * 51_201
    w.new["journalnotat"][0]["tekst"] = STUB


@example("""
    R02 journalnotat n1|b nyt/ky aendret tekst -> m1|k
    13 bevaret, 14 konverteret
""")
def a_stub_for_a_note_that_was_not_too_large(w: Clean) -> None:
    w.kmd["journalnotat"][0]["tekst"] = w.edh["journalnotat"][0]["tekst"] = "å" * 51_200
    w.new["journalnotat"][0]["tekst"] = STUB


@example("""
    oprindelse journalnotat m8|k nyt/ky forklaret afvigelse
    pligt sag b nyt/ky forklaret afvigelse -> k
    13 bevaret, 14 konverteret
""")
def deviations_that_were_accepted(w: Clean) -> None:
    w.new["sag"][0]["titel"] = "En anden titel"
    w.new["journalnotat"].append(notat("m8", "k", tekst="Findes ikke før"))
    w.waivers += [waiver("sag", uid("b"), "nyt"), waiver("journalnotat", f"m8|{uid('k')}", "nyt")]


@example("""
    AFV afvigelse sag|b|nyt| nyt udloebet
    AFV afvigelse sag|c|edh| edh ubrugt
    R02 sag b nyt/ky aendret titel -> k
    R02 sag c nyt/ky aendret titel -> l
    12 bevaret, 14 konverteret
""")
def a_deviation_accepted_until_yesterday_or_elsewhere(w: Clean) -> None:
    for row in w.new["sag"]:
        row["titel"] = "En anden titel"
    w.waivers += [waiver("sag", uid("b"), "nyt", udloeber="2026-11-22"), waiver("sag", uid("c"), "edh")]


@example("""
    pligt sag b nyt/ky forklaret afvigelse -> k
    13 bevaret, 14 konverteret
""")
def a_deviation_accepted_until_today(w: Clean) -> None:
    w.new["sag"][0]["titel"] = "En anden titel"
    w.waivers.append(waiver("sag", uid("b"), "nyt", udloeber="2026-11-23"))


@example("""
    R02 journalnotat n1|b nyt/ky ulinket -> m1|k
    R02 sag b nyt/ky ulinket -> k
    R09 sag b nyt/ky ulinket -> k
    R10 sag b edh/edh ulinket
    12 bevaret, 14 konverteret
""")
def a_stub_on_a_case_that_is_not_tied(w: Clean) -> None:
    w.kmd["journalnotat"][0]["tekst"] = w.edh["journalnotat"][0]["tekst"] = "å" * 51_201
    w.new["journalnotat"][0]["tekst"] = STUB
    w.new["noeglepose"].pop(0)
