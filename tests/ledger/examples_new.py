"""In the new system: found, lost, misplaced, doubled, untied."""

from __future__ import annotations

from tests.ledger.clean import OTHER_CITIZEN, Clean, example
from tests.ledger.world import LATER, MOVED, notat, sag, tie, uid


@example("14 bevaret, 14 konverteret")
def nothing_is_wrong(w: Clean) -> None:
    pass


@example("""
    R02 journalnotat n1|b nyt/ky mangler
    13 bevaret, 13 konverteret
""")
def a_note_that_ky_lost(w: Clean) -> None:
    w.new["journalnotat"].pop(0)


@example("""
    R02 journalnotat n1|b nyt/ky mangler
    R23 journalnotat n1|b edh/edh mangler
    R24 journalnotat n1|b mangler
    12 bevaret, 12 konverteret
""")
def a_note_that_is_nowhere(w: Clean) -> None:
    w.new["journalnotat"].pop(0)
    w.edh["journalnotat"].pop(0)


@example("""
    R02 journalnotat n1|b nyt/ky fejlplaceret -> m1|l
    13 bevaret, 14 konverteret
""")
def a_note_on_another_citizens_case(w: Clean) -> None:
    w.new["journalnotat"][0]["sag_uuid"] = uid("l")


@example("""
    R02 journalnotat n1|b nyt/ky mangler
    R20 journalnotat m1|l nyt/ky ukendt
    13 bevaret, 13 konverteret
""")
def a_changed_note_on_another_case_answers_nothing(w: Clean) -> None:
    w.new["journalnotat"][0] |= {"sag_uuid": uid("l"), "forfatter": "En anden"}


@example("""
    R02 journalnotat n1|b nyt/ky dubleret -> m1|k
    R20 journalnotat m3|k nyt/ky dublet
    13 bevaret, 14 konverteret
""")
def a_note_that_is_there_twice(w: Clean) -> None:
    w.new["journalnotat"].append(notat("m3", "k", tekst="Notat 1"))


@example("14 bevaret, 15 konverteret")
def one_note_shown_on_two_cases(w: Clean) -> None:
    w.new["journalnotat"].append(notat("m1", "l", tekst="Notat 1"))


@example("""
    R02 journalnotat n3|b nyt/ky mangler
    15 bevaret, 15 konverteret
""")
def of_two_equal_notes_the_last_is_the_one_that_is_missing(w: Clean) -> None:
    w.kmd["journalnotat"].append(notat("n3", "b", tekst="Notat 1"))
    w.edh["journalnotat"].append(notat("e3", "b", tekst="Notat 1"))


@example("""
    R02 journalnotat n3|b nyt/ky dubleret -> m3|k
    R20 journalnotat m4|k nyt/ky dublet
    R20 journalnotat m5|k nyt/ky dublet
    15 bevaret, 16 konverteret
""")
def of_two_equal_notes_the_last_is_the_one_that_is_doubled(w: Clean) -> None:
    w.kmd["journalnotat"].append(notat("n3", "b", tekst="Notat 1"))
    w.edh["journalnotat"].append(notat("e3", "b", tekst="Notat 1"))
    w.new["journalnotat"] += [notat(f"m{number}", "k", tekst="Notat 1") for number in (5, 4, 3)]


@example("""
    R02 journalnotat n1|b nyt/ky mangler
    R02 sag b nyt/ky mangler
    R10 sag b edh/edh ulinket
    12 bevaret, 12 konverteret
""")
def a_case_that_ky_lost_with_its_note(w: Clean) -> None:
    w.new["sag"].pop(0)
    w.new["journalnotat"].pop(0)
    w.new["noeglepose"].pop(0)


@example("""
    R02 journalnotat n1|b nyt/ky fejlplaceret -> m1|k
    R02 sag b nyt/ky mangler
    R09 noeglepose k|b nyt/ky ny_sag_uuid
    R10 sag b edh/edh ulinket
    12 bevaret, 13 konverteret
""")
def a_case_that_ky_lost_but_not_its_note(w: Clean) -> None:
    w.new["sag"].pop(0)


@example("""
    R02 journalnotat n1|b nyt/ky fejlplaceret -> m1|k
    R02 sag b nyt/ky fejlplaceret -> k
    R09 noeglepose k|b nyt/ky part_cpr
    12 bevaret, 14 konverteret
""")
def a_case_tied_but_on_another_citizen(w: Clean) -> None:
    w.new["sag"][0]["part_cpr"] = OTHER_CITIZEN


@example("""
    R02 journalnotat n1|b nyt/ky fejlplaceret -> m1|k
    R02 sag b nyt/ky fejlplaceret -> k
    R09 sag b nyt/ky ulinket -> k
    R10 sag b edh/edh ulinket
    12 bevaret, 14 konverteret
""")
def a_case_found_by_its_number_on_another_citizen(w: Clean) -> None:
    w.new["sag"][0]["part_cpr"] = OTHER_CITIZEN
    w.new["noeglepose"].pop(0)


@example("""
    R02 journalnotat n1|b nyt/ky fejlplaceret -> m1|k
    R02 sag b nyt/ky fejlplaceret -> k
    R09 sag b nyt/ky ulinket -> k
    R10 sag b edh/edh ulinket
    12 bevaret, 14 konverteret
""")
def a_case_in_the_wrong_new_system(w: Clean) -> None:
    w.delivered["ksd", LATER] = {"sag": [w.new["sag"].pop(0)], "journalnotat": [w.new["journalnotat"].pop(0)]}
    w.new["noeglepose"].pop(0)


@example("""
    R02 journalnotat n1|b nyt/ky fejlplaceret -> m1|k
    R02 sag b nyt/ky fejlplaceret -> l
    R09 noeglepose l|b nyt/ky part_cpr
    R20 sag k nyt/ky dublet
    12 bevaret, 13 konverteret
""")
def a_case_tied_to_a_wrong_one_while_the_right_one_is_there(w: Clean) -> None:
    w.new["noeglepose"][0]["ny_sag_uuid"] = uid("l")


@example("""
    R02 sag b nyt/ky dubleret -> k
    R20 sag k2 nyt/ky dublet
    13 bevaret, 14 konverteret
""")
def a_case_that_is_in_ky_twice(w: Clean) -> None:
    w.new["sag"].append(sag("k2", fagsystem=None))


@example("""
    R02 sag b nyt/ky dubleret -> k2
    R10 sag b edh/edh dubleret
    R20 sag k nyt/ky dublet
    13 bevaret, 14 konverteret
""")
def of_two_tied_cases_the_one_tied_first_answers(w: Clean) -> None:
    w.new["sag"].append(sag("k2", fagsystem=None, sagsnummer="S-9"))
    w.new["noeglepose"].append(tie("k2", "b", dannet="2021-03-01T01:00:00Z"))


@example("""
    R02 sag b nyt/ky dubleret -> k
    R20 sag x nyt/ksd dublet
    13 bevaret, 14 konverteret
""")
def a_case_that_is_in_two_new_systems(w: Clean) -> None:
    w.overgang["ksd"] = MOVED
    w.delivered["ksd", LATER] = {"sag": [sag("x", fagsystem=None)], "journalnotat": [], "noeglepose": []}


@example("""
    R02 journalnotat n1|b nyt/ky ulinket -> m1|k
    R02 sag b nyt/ky ulinket -> k
    R09 sag b nyt/ky ulinket -> k
    R10 sag b edh/edh ulinket
    12 bevaret, 14 konverteret
""")
def a_case_that_no_noeglepose_row_ties(w: Clean) -> None:
    w.new["noeglepose"].pop(0)


@example("""
    R02 journalnotat n1|b nyt/ky aendret titel_mistet -> m1|k
    R02 sag b nyt/ky aendret titel -> k
    R09 sag b nyt/ky ulinket -> k
    R10 sag b edh/edh ulinket
    12 bevaret, 14 konverteret
""")
def a_change_weighs_more_than_a_missing_tie(w: Clean) -> None:
    w.new["noeglepose"].pop(0)
    w.new["sag"][0]["titel"] = "En anden titel"
    w.new["journalnotat"][0]["titel"] = None


@example("9 bevaret, 11 konverteret")
def a_case_without_documents_needs_no_tie(w: Clean) -> None:
    w.without_documents("b", "d")
    w.new["noeglepose"].pop(0)


@example("14 bevaret, 13 konverteret")
def one_new_case_for_two_old_ones(w: Clean) -> None:
    for row in (w.kmd["sag"][1], w.before["sag"][1], w.edh["sag"][1]):
        row |= {"part_cpr": w.kmd["sag"][0]["part_cpr"], "titel": "En parallel sag"}
    w.new["sag"].pop(1)
    w.new["noeglepose"][1] = tie("k", "c")
    w.new["journalnotat"][1]["sag_uuid"] = uid("k")


@example("""
    R20 journalnotat m8|k nyt/ky ukendt
    14 bevaret, 16 konverteret
""")
def a_note_of_a_manual_case_is_not_looked_for_in_ky(w: Clean) -> None:
    for tables, notat_id in ((w.before, "h1"), (w.edh, "e9")):
        tables["sag"].append(sag("h", sagstype="manuel", fagsystem=None, sagsnummer="S-7"))
        tables["journalnotat"].append(notat(notat_id, "h", tekst="Manuelt"))
    w.new["journalnotat"].append(notat("m8", "k", tekst="Manuelt"))


@example("""
    R02 journalnotat n1|b nyt/ky ulinket -> m1|k
    R02 sag b nyt/ky ulinket -> k
    R09 sag b nyt/ky ulinket -> k
    R10 sag b edh/edh ulinket
    12 bevaret, 14 konverteret
""")
def a_missing_tie_weighs_more_than_an_explained_difference(w: Clean) -> None:
    w.new["noeglepose"].pop(0)
    for tables in (w.kmd, w.before, w.edh):
        tables["sag"][0]["kle_emne"] = "32.24.32"
    w.delivered["ky", "2022-02-01T02:00:00Z"] = w.delivered.pop(("ky", LATER))


@example("""
    R02 sag b nyt/ky aendret fremdrift -> k
    R09 noeglepose k|s nyt/ky edh_sag_uuid
    13 bevaret, 14 konverteret
""")
def a_state_differs_also_when_a_case_that_has_not_moved_is_tied_to_the_same(w: Clean) -> None:
    w.kmd["sag"].append(sag("s", fagsystem="kmd_social_pension", sagsnummer="S-9"))
    w.new["noeglepose"].append(tie("k", "s"))
    w.new["sag"][0]["fremdrift"] = "Afgjort"
