"""Born when, what cannot be judged yet, and kommuner that moved twice."""

from __future__ import annotations

from tests.ledger.clean import Clean, example
from tests.ledger.world import CLOSED, LATER, MOVED, dokument, link, notat, sag, tie


@example("""
    R20 journalnotat m9|k nyt/ky ukendt
    oprindelse journalnotat m8|k nyt/ky ny
    14 bevaret, 14 konverteret
""")
def a_note_at_the_transition_is_new_and_one_just_before_is_not(w: Clean) -> None:
    w.new["journalnotat"] += [
        notat("m8", "k", oprettet=MOVED, tekst="Nyt"),
        notat("m9", "k", oprettet="2021-02-28T23:59:59Z", tekst="Nyt"),
    ]


@example("""
    R20 sag y nyt/ky ukendt
    oprindelse sag x nyt/ky ny
    14 bevaret, 14 konverteret
""")
def a_case_born_in_ky_and_one_that_claims_to_be_older(w: Clean) -> None:
    w.new["sag"] += [
        sag("x", fagsystem=None, sagsnummer="S-8", oprettet=MOVED),
        sag("y", fagsystem=None, sagsnummer="S-9"),
    ]


@example("""
    R20 journalnotat e8|b edh/edh ukendt
    R20 journalnotat m8|k nyt/ky ukendt
    14 bevaret, 14 konverteret
""")
def a_note_written_between_the_baseline_and_the_transition(w: Clean) -> None:
    w.edh["journalnotat"].append(notat("e8", "b", oprettet="2021-02-28T22:00:00Z", tekst="Sent"))
    w.new["journalnotat"].append(notat("m8", "k", oprettet="2021-02-28T22:00:00Z", tekst="Sent"))


@example("""
    oprindelse journalnotat e8|h edh/edh ny
    oprindelse sag h edh/edh ny
    14 bevaret, 14 konverteret
""")
def in_edh_a_case_of_no_fagsystem_is_new_from_the_baseline_on(w: Clean) -> None:
    w.edh["sag"].append(sag("h", sagstype="manuel", fagsystem=None, sagsnummer="S-7", oprettet=CLOSED))
    w.edh["journalnotat"].append(notat("e8", "h", oprettet=CLOSED, tekst="Sent"))


@example("""
    R02 journalnotat n1|b nyt/ky mangler
    R20 journalnotat e8|b edh/edh ukendt
    oprindelse journalnotat m1|k nyt/ky ny
    13 bevaret, 13 konverteret
""")
def a_note_from_after_the_transition_answers_nothing(w: Clean) -> None:
    w.new["journalnotat"][0]["oprettet"] = LATER
    w.edh["journalnotat"].append(notat("e8", "b", tekst="Findes ikke før"))


@example("""
    pligt journalnotat n1|b nyt/ky afventer
    pligt journalnotat n2|c nyt/ky afventer -> m2|l
    pligt sag b nyt/ky afventer -> k
    pligt sag c nyt/ky afventer -> l
    10 bevaret, 13 konverteret
""")
def a_new_system_delivered_before_its_transition(w: Clean) -> None:
    w.new["journalnotat"].pop(0)
    w.delivered["ky", "2021-02-28T23:00:00Z"] = w.delivered.pop(("ky", LATER))


@example("""
    pligt journalnotat n1|b edh/edh afventer -> e1|b
    pligt journalnotat n2|c edh/edh afventer -> e2|c
    pligt sag b edh/edh afventer -> b
    pligt sag c edh/edh afventer -> c
    10 bevaret, 14 konverteret
""")
def an_edh_delivered_before_the_transition(w: Clean) -> None:
    w.delivered["edh", "2021-02-28T23:00:00Z"] = w.delivered.pop(("edh", LATER))


@example("""
    pligt journalnotat n1|b edh/edh afventer -> e1|b
    pligt sag b edh/edh afventer -> b
    10 bevaret, 12 konverteret
""")
def a_system_without_a_transition_is_owed_nothing(w: Clean) -> None:
    for row in (w.kmd["sag"][0], w.before["sag"][0], w.edh["sag"][0]):
        row["fagsystem"] = "kmd_social_pension"
    for name in ("sag", "journalnotat", "noeglepose"):
        w.new[name].pop(0)


@example("0 bevaret, 0 konverteret")
def without_any_transition_there_is_no_baseline(w: Clean) -> None:
    w.overgang.clear()


@example("""
    pligt journalnotat n1|b nyt/ky afventer
    pligt journalnotat n2|c nyt/ky afventer
    12 bevaret, 12 konverteret
""")
def what_was_not_delivered_cannot_be_judged(w: Clean) -> None:
    w.new.pop("journalnotat")


@example(
    """
    R02 journalnotat n1|b nyt/ky mangler
    R02 journalnotat n2|c nyt/ky mangler
    R22 journalnotat nyt
    12 bevaret, 12 konverteret
""",
    alone=True,
)
def a_cell_that_was_delivered_empty(w: Clean) -> None:
    w.new["journalnotat"].clear()


@example("14 bevaret, 14 konverteret")
def a_state_that_means_the_same_and_one_that_came_later(w: Clean) -> None:
    w.kmd["sag"][0]["fremdrift"], w.edh["sag"][0]["fremdrift"] = "Udfoert", "Bestilt"
    w.new["sag"][0]["fremdrift"] = "Afgjort"
    w.new["sag"][1] |= {"fremdrift": "Afsluttet", "fremdrift_fra": MOVED}


@example("""
    R20 sag x nyt/ksd ukendt
    oprindelse sag y nyt/ky ny
    22 bevaret, 22 konverteret
""")
def each_system_has_its_own_baseline(w: Clean) -> None:
    """KSD moved a year before KY: s is KSD's; between the two, KY's case c got a note more."""
    early, moved = "2020-02-28T20:00:00Z", "2020-03-01T00:00:00Z"
    w.overgang["ksd"] = moved
    number = {"sagsnummer": "S-3"}
    first = {"sag": [*w.kmd["sag"], sag("s", fagsystem="kmd_dagpenge", **number)]}
    first["journalnotat"] = [*w.kmd["journalnotat"], notat("n3", "s", tekst="Notat 3")]
    w.delivered["kmd_sag", early] = first
    w.delivered["edh", early] = {
        "dokument": [*w.before["dokument"], dokument("g")],
        "dokument_sag": [*w.before["dokument_sag"], link("g", "s")],
        "sag": [],
    }
    w.kmd["journalnotat"].append(notat("n4", "c", oprettet="2020-06-01T09:00:00Z", tekst="Notat 4"))
    w.edh["journalnotat"] += [
        notat("e3", "s", tekst="Notat 3"),
        notat("e4", "c", oprettet="2020-06-01T09:00:00Z", tekst="Notat 4"),
    ]
    w.edh["sag"].append(sag("s", sagstype="edh", fagsystem="kmd_dagpenge", **number))
    w.edh["dokument"].append(dokument("g"))
    w.edh["dokument_sag"].append(link("g", "s"))
    w.new["journalnotat"].append(notat("m4", "l", oprettet="2020-06-01T09:00:00Z", tekst="Notat 4"))
    w.new["sag"].append(sag("y", fagsystem=None, sagsnummer="S-5", oprettet=MOVED))
    w.delivered["ksd", LATER] = {
        "sag": [sag("t", fagsystem=None, **number), sag("x", fagsystem=None, sagsnummer="S-6")],
        "journalnotat": [notat("t3", "t", tekst="Notat 3")],
        "noeglepose": [tie("t", "s")],
    }


@example("""
    R02 journalnotat n1|b nyt/ky mangler
    R20 journalnotat e0|b edh/edh ukendt
    R23 journalnotat n1|b edh/edh mangler
    R24 journalnotat n1|b mangler
    12 bevaret, 12 konverteret
""")
def a_case_in_two_baselines_is_taken_from_the_later_with_its_notes(w: Clean) -> None:
    """Manual when KSD moved, KY's when KY did: the note that it had as a manual case is not in the baseline."""
    w.overgang["ksd"], spring = "2020-03-01T00:00:00Z", "2019-05-01T10:00:00Z"
    early = {
        "sag": [sag("b", sagstype="manuel", fagsystem=None)],
        "journalnotat": [notat("n0", "b", oprettet=spring, tekst="Manuelt")],
    }
    w.delivered["edh", "2020-02-28T20:00:00Z"] = early
    w.edh["journalnotat"][0] |= {"notat_id": "e0", "oprettet": spring, "tekst": "Manuelt"}
    w.new["journalnotat"].pop(0)
