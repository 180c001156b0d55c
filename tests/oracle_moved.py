"""The oracle's rules about the cases that moved: R06 to R15.

Each yields findings: rule, kommunekode, objekttype, objekt_id, sag_uuid, sted, system, udfald, aarsag, modpart_id.
"""

from collections import defaultdict

from tests.oracle_kommune import COUNTS_AS, FAGSYSTEM
from tests.oracle_rows import key


def finding(regel, kommune, kind, objekt, sag=None, *, sted="edh", system="edh", udfald=None, aarsag=None, other=None):
    return (regel, kommune.kode, kind, objekt, sag, sted, system, udfald, aarsag, other)


def counted(fremdrift):
    return COUNTS_AS.get(fremdrift, fremdrift)


def closing_time(case):
    return case["afsluttet"] or case["fremdrift_fra"]


def moved_cases(kommune):
    """The baseline cases whose system has moved, as (sag_uuid, the case before)."""
    return [(uuid, case) for uuid, case in sorted(kommune.cases.items()) if kommune.has_moved(case["system"])]


def left_cases(kommune):
    """Those of them that exist in EDH, as (sag_uuid, the case before, the case in EDH)."""
    there = kommune.left
    return [(uuid, case, there["edh", uuid]) for uuid, case in moved_cases(kommune) if ("edh", uuid) in there]


def closing(kommune, case, left):
    """How an EDH case was closed since the baseline: by right, too early, or none can tell; None: it was not."""
    if left["fremdrift"] != "Afsluttet" or case["fremdrift"] == "Afsluttet":
        return None
    system, when = case["system"], closing_time(left)
    can_be_seen = kommune.delivered(system, "sag") and kommune.has_moved(system, of=system)
    if not can_be_seen or when > kommune.after[system].udtrukket:
        return "kan_ikke_bedoemmes"
    tied = [kommune.new[at] for at in kommune.tied[left["sag_uuid"]]]
    if not tied and not kommune.delivered(system, "noeglepose"):
        return "kan_ikke_bedoemmes"
    closed = all(row["fremdrift"] == "Afsluttet" and closing_time(row) <= when for row in tied)
    return "ret" if tied and closed else "for_tidlig"


def state_type_and_life(kommune):
    """R06, R07, R08, and R14 and R15 for the case itself."""
    for uuid, case, left in left_cases(kommune):
        corrected = ("sag", uuid, "fremdrift") in kommune.corrected
        differs = counted(left["fremdrift"]) != counted(case["fremdrift"])
        closed = closing(kommune, case, left)
        if differs and (closed == "for_tidlig" or (closed is None and not corrected)):
            yield finding("R06", kommune, "sag", uuid, uuid)
        if left["sagstype"] == "fagsystemsag":
            yield finding("R07", kommune, "sag", uuid, uuid)
        if left["livscyklus"] == "passiveret" and case["livscyklus"] != "passiveret":
            yield finding("R08", kommune, "sag", uuid, uuid)
        reopened = left["fremdrift"] != "Afsluttet" and left["fremdrift_fra"] > kommune.overgang[case["system"]]
        if left["fremdrift"] != case["fremdrift"] and not corrected and reopened:
            yield finding("R14", kommune, "sag", uuid, uuid, aarsag="fremdrift")
        if closed == "for_tidlig":
            yield finding("R15", kommune, "sag", uuid, uuid)


def notes_after_the_transition(kommune):
    """R14: notes written on the EDH case."""
    moved = dict(moved_cases(kommune))
    for row in kommune.rows("edh", "journalnotat"):
        uuid, corrected = row["sag_uuid"], ("journalnotat", row["notat_id"]) in kommune.corrected_objects
        if uuid in moved and not corrected and row["oprettet"] > kommune.overgang[moved[uuid]["system"]]:
            yield finding("R14", kommune, "journalnotat", key(row["notat_id"], uuid), uuid)


def keys_that_lead_astray(kommune):
    """R09, type noeglepose."""
    for system in FAGSYSTEM:
        if not (kommune.has_moved(system) and kommune.has_moved(system, of=system)):
            continue
        for row in kommune.rows(system, "noeglepose"):
            new = kommune.new.get((system, row["ny_sag_uuid"]))
            left = kommune.left.get(("edh", row["edh_sag_uuid"]))
            citizens = {case["part_cpr"] for case in (row, new, left) if case is not None}
            wrong = None
            if new is None and kommune.delivered(system, "sag"):
                wrong = "ny_sag_uuid"
            elif left is None and kommune.delivered("edh", "sag"):
                wrong = "edh_sag_uuid"
            elif len(citizens) > 1:
                wrong = "part_cpr"
            if wrong:
                ends = (row["ny_sag_uuid"], row["edh_sag_uuid"])
                yield finding(
                    "R09", kommune, "noeglepose", key(*ends), ends[1], sted="nyt", system=system, aarsag=wrong
                )


def cases_without_their_key(kommune):
    """R09, type sag, and R10."""
    for uuid, case in sorted(kommune.cases.items()):
        system, tied = case["system"], kommune.tied[uuid]
        if not case["har_dokument"] or system not in kommune.overgang:
            continue
        waits, found = kommune.waits("nyt", "sag", system), kommune.found["nyt", uuid]
        told = kommune.delivered(system, "noeglepose")
        if found and not tied and not waits and told:
            place = {"sted": "nyt", "system": system}
            yield finding("R09", kommune, "sag", uuid, uuid, **place, udfald="ulinket", other=found[0][1])
        if kommune.has_moved(system) and ("edh", uuid) in kommune.left:
            excused = waits or kommune.outside_window("nyt", uuid) or not told
            if not tied and not excused:
                yield finding("R10", kommune, "sag", uuid, uuid, udfald="ulinket")
            if len(tied) > 1:
                yield finding("R10", kommune, "sag", uuid, uuid, udfald="dubleret")


def cases_born_in_the_wrong_place(kommune):
    """R11."""
    of_field, owner = defaultdict(set), {name: system for system, name in FAGSYSTEM.items()}
    for case in kommune.cases.values():
        if case["system"]:
            of_field[case["kle_emne"]].add(case["system"])
    for (_, uuid), row in kommune.left.items():
        field = {owner[row["fagsystem"]]} if row["fagsystem"] else of_field[row["kle_emne"]]
        late = [s for s in field if kommune.has_moved(s) and row["born"] > kommune.overgang[s]]
        if uuid not in kommune.cases and late:
            yield finding("R11", kommune, "sag", uuid, uuid)


def documents_on_the_wrong_side(kommune):
    """R12: old ones in the new systems. R13: young ones in EDH."""
    converted = {found[0] for (sted, _), found in kommune.found.items() if sted == "nyt" and found}
    moved = dict(moved_cases(kommune))
    for system in (*FAGSYSTEM, "edh"):
        links = defaultdict(list)
        for link in kommune.rows(system, "dokument_sag"):
            links[link["dokument_uuid"]].append(link["sag_uuid"])
        for row in kommune.rows(system, "dokument"):
            uuid, when = row["dokument_uuid"], row["registreret"]
            if system == "edh":
                cases = [c for c in links[uuid] if c in moved and when > kommune.overgang[moved[c]["system"]]]
                if cases:
                    yield finding("R13", kommune, "dokument", uuid, min(cases))
            elif kommune.has_moved(system, of=system) and when < kommune.overgang[system]:
                cases = [c for c in links[uuid] if (system, c) in converted]
                if cases:
                    yield finding("R12", kommune, "dokument", uuid, min(cases), sted="nyt", system=system)


MOVED = (
    state_type_and_life,
    notes_after_the_transition,
    keys_that_lead_astray,
    cases_without_their_key,
    cases_born_in_the_wrong_place,
    documents_on_the_wrong_side,
)
