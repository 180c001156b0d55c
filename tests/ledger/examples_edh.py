"""In EDH: cases, documents, files and links."""

from __future__ import annotations

from tests.ledger.clean import OTHER_CITIZEN, Clean, example
from tests.ledger.world import LATER, MOVED, berigtigelse, dokument, fil, link, notat, sag, uid


@example("""
    R05 sag b edh/edh mangler
    R09 noeglepose k|b nyt/ky edh_sag_uuid
    R23 journalnotat n1|b edh/edh mangler
    12 bevaret, 12 konverteret
""")
def an_edh_case_that_was_deleted(w: Clean) -> None:
    w.edh["sag"].pop(0)
    w.edh["journalnotat"].pop(0)


@example("""
    R05 sag b edh/edh mangler
    R09 noeglepose k|b nyt/ky edh_sag_uuid
    R23 journalnotat n1|b edh/edh fejlplaceret -> e1|b
    12 bevaret, 13 konverteret
""")
def a_note_left_on_an_edh_case_that_is_gone(w: Clean) -> None:
    w.edh["sag"].pop(0)


@example("""
    R04 sag b edh/edh fejlplaceret -> b
    R09 noeglepose k|b nyt/ky part_cpr
    R23 journalnotat n1|b edh/edh fejlplaceret -> e1|b
    12 bevaret, 14 konverteret
""")
def an_edh_case_on_another_citizen(w: Clean) -> None:
    w.edh["sag"][0]["part_cpr"] = OTHER_CITIZEN


@example("""
    R09 noeglepose k|b nyt/ky part_cpr
    pligt sag b edh/edh forklaret berigtigelse -> b
    13 bevaret, 14 konverteret
""")
def an_edh_case_whose_citizen_was_corrected(w: Clean) -> None:
    w.edh["sag"][0]["part_cpr"] = OTHER_CITIZEN
    w.edh["berigtigelse"].append(berigtigelse("sag", uid("b"), "part_cpr", "b"))


@example("""
    R04 sag b edh/edh aendret kle_emne -> b
    13 bevaret, 14 konverteret
""")
def a_correction_explains_only_the_field_it_names(w: Clean) -> None:
    w.edh["sag"][0] |= {"titel": "Rettet", "kle_emne": "32.18.04"}
    w.edh["berigtigelse"].append(berigtigelse("sag", uid("b"), "titel", "b"))


@example("""
    R02 sag b nyt/ky aendret titel -> k
    13 bevaret, 14 konverteret
""")
def a_correction_in_edh_explains_nothing_in_ky(w: Clean) -> None:
    w.new["sag"][0]["titel"] = "Rettet"
    w.edh["berigtigelse"].append(berigtigelse("sag", uid("b"), "titel", "b"))


@example("""
    pligt journalnotat n1|b edh/edh forklaret berigtigelse -> e1|b
    13 bevaret, 14 konverteret
""")
def a_note_that_was_corrected(w: Clean) -> None:
    w.edh["journalnotat"][0]["tekst"] = "Rettet efter anmodning"
    w.edh["berigtigelse"].append(berigtigelse("journalnotat", "e1", "tekst", "b"))


@example("""
    R04 sag b edh/edh dubleret -> b
    R20 sag x edh/edh dublet
    13 bevaret, 14 konverteret
""")
def an_edh_case_under_a_second_id(w: Clean) -> None:
    w.edh["sag"].append(sag("x", sagstype="edh"))


@example("18 bevaret, 18 konverteret")
def a_manual_case_with_a_document_is_owed_in_edh_only(w: Clean) -> None:
    for tables, notat_id in ((w.before, "h1"), (w.edh, "e9")):
        tables["sag"].append(sag("h", sagstype="manuel", fagsystem=None, sagsnummer="S-7"))
        tables["journalnotat"].append(notat(notat_id, "h", tekst="Manuelt"))
        tables["dokument"].append(dokument("f"))
        tables["dokument_sag"].append(link("f", "h"))


@example("14 bevaret, 16 konverteret")
def a_manual_case_without_documents_is_owed_nowhere(w: Clean) -> None:
    for tables, notat_id in ((w.before, "h1"), (w.edh, "e9")):
        tables["sag"].append(sag("h", sagstype="manuel", fagsystem=None, sagsnummer="S-7"))
        tables["journalnotat"].append(notat(notat_id, "h", tekst="Manuelt"))


@example("""
    R03 dokument d edh/edh aendret titel -> d
    13 bevaret, 14 konverteret
""")
def a_document_under_another_title(w: Clean) -> None:
    w.edh["dokument"][0]["titel"] = "Noget andet"


@example("""
    pligt dokument d edh/edh forklaret berigtigelse -> d
    13 bevaret, 14 konverteret
""")
def a_document_whose_title_was_corrected(w: Clean) -> None:
    w.edh["dokument"][0]["titel"] = "Noget andet"
    w.edh["berigtigelse"].append(berigtigelse("dokument", uid("d"), "titel", "b"))


@example("""
    R03 fil d|original|1 edh/edh aendret kontrolsum -> d|original|1
    13 bevaret, 14 konverteret
""")
def a_file_with_other_bytes(w: Clean) -> None:
    w.edh["fil"][0]["kontrolsum"] = "cd" * 32


@example("""
    R03 fil d|original|1 edh/edh aendret kontrolsum -> d|original|1
    13 bevaret, 14 konverteret
""")
def a_file_summed_in_another_way_cannot_be_compared(w: Clean) -> None:
    w.edh["fil"][0] |= {"kontrolsum": "ab" * 16, "algoritme": "md5"}


@example("""
    R03 fil d|original|1 edh/edh aendret tom_fil -> d|original|1
    13 bevaret, 14 konverteret
""")
def a_file_that_is_empty_now(w: Clean) -> None:
    w.edh["fil"][0] |= {"bytes": 0, "kontrolsum": "cd" * 32}


@example("14 bevaret, 14 konverteret")
def a_file_that_always_was_empty_and_a_sum_in_capitals(w: Clean) -> None:
    for tables in (w.before, w.edh):
        tables["fil"][0]["bytes"] = 0
    w.edh["fil"][1]["kontrolsum"] = "AB" * 32


@example("""
    R03 dokument d edh/edh mangler
    R03 dokument_sag d|b edh/edh mangler
    R03 fil d|original|1 edh/edh mangler
    R24 dokument d mangler
    11 bevaret, 11 konverteret
""")
def a_document_that_was_deleted(w: Clean) -> None:
    for name in ("dokument", "dokument_sag", "fil"):
        w.edh[name].pop(0)


@example("""
    R03 dokument_sag d|b edh/edh fejlplaceret -> d|c
    13 bevaret, 14 konverteret
""")
def a_document_moved_to_another_case(w: Clean) -> None:
    w.edh["dokument_sag"][0]["sag_uuid"] = uid("c")


@example("""
    oprindelse dokument p edh/edh ny
    oprindelse dokument_sag p|b edh/edh ny
    oprindelse fil p|original|1 edh/edh ny
    14 bevaret, 15 konverteret
""")
def what_comes_with_a_document_follows_it(w: Clean) -> None:
    w.edh["dokument"].append(dokument("p", registreret=MOVED))
    w.edh["dokument_sag"].append(link("p", "b"))
    w.edh["fil"] += [fil("p"), fil("d", variant="pdf")]


@example(
    """
    R20 dokument p edh/edh ukendt
    R20 dokument q nyt/ky ukendt
    R20 fil q|original|1 nyt/ky ukendt
    R20 fil r|original|1 edh/edh ukendt
    R21 dokument q nyt/ky -> d
    14 bevaret, 14 konverteret
""",
    alone=True,
)
def documents_from_nowhere(w: Clean) -> None:
    w.edh["dokument"].append(dokument("p"))
    w.edh["fil"].append(fil("r"))
    w.new |= {"dokument": [dokument("q")], "fil": [fil("q")]}
    w.delivered["ky", LATER] = w.new


@example(
    """
    R21 dokument q nyt/ky -> d
    oprindelse dokument q nyt/ky ny
    oprindelse fil q|1\\|2\\\\3|1 nyt/ky ny
    14 bevaret, 14 konverteret
""",
    alone=True,
)
def a_new_document_in_ky_and_a_key_with_bars(w: Clean) -> None:
    w.new |= {"dokument": [dokument("q", registreret=MOVED)], "fil": [fil("q", variant="1|2\\3")]}
    w.delivered["ky", LATER] = w.new


@example("16 bevaret, 16 konverteret")
def a_loose_document_is_owed_too(w: Clean) -> None:
    for tables in (w.before, w.edh):
        tables["dokument"].append(dokument("p"))
        tables["fil"].append(fil("p"))


@example("""
    R03 dokument d edh/edh mangler
    R24 dokument d mangler
    13 bevaret, 13 konverteret
""")
def a_file_and_a_link_are_found_though_their_document_is_gone(w: Clean) -> None:
    w.edh["dokument"].pop(0)


@example("""
    pligt dokument d edh/edh afventer
    pligt dokument e edh/edh afventer
    12 bevaret, 12 konverteret
""")
def a_file_and_a_link_are_found_though_no_document_was_delivered(w: Clean) -> None:
    w.edh.pop("dokument")


@example("15 bevaret, 15 konverteret")
def a_link_to_a_document_that_never_was_there_is_owed_with_its_case(w: Clean) -> None:
    for tables in (w.before, w.edh):
        tables["dokument_sag"].append(link("x", "b"))


@example("""
    R05 sag b edh/edh mangler
    R09 noeglepose k|b nyt/ky edh_sag_uuid
    R20 journalnotat e8|b edh/edh ukendt
    R23 journalnotat n1|b edh/edh fejlplaceret -> e1|b
    oprindelse journalnotat e9|b edh/edh ny
    12 bevaret, 13 konverteret
""")
def what_is_new_on_a_case_that_is_gone_goes_by_its_own_transition(w: Clean) -> None:
    w.edh["sag"].pop(0)
    w.edh["journalnotat"] += [
        notat("e8", "b", oprettet="2021-02-28T22:00:00Z", tekst="Sent"),
        notat("e9", "b", oprettet=MOVED, tekst="Nyt"),
    ]
