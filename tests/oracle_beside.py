"""The oracle's rules about what stands beside the transition: R16 (manual cases given up), R17 (corrections),
R18 (the index), R19 (another ESDH), R21 (documents moved along).
"""

from collections import defaultdict

from tests.oracle_kommune import FAGSYSTEM
from tests.oracle_moved import counted, finding
from tests.oracle_rows import DENMARK, key

FIELDS = {
    "sag": "sagsnummer titel sagstype fagsystem part_cpr kle_emne kle_facet fremdrift fremdrift_fra livscyklus "
    "oprettet aendret afsluttet ydelse_til ansvarlig_enhed",
    "journalnotat": "oprettet forfatter titel tekst format",
    "dokument": "dokumentnummer titel dokumenttype brevdato registreret fremdrift",
}


def still_in_kmd_sag(kommune, uuid):
    """Whether the case is a fagsystemsag whose system has not moved."""
    owner = {name: system for system, name in FAGSYSTEM.items()}
    if uuid in kommune.cases:
        system = kommune.cases[uuid]["system"]
    else:
        system = owner.get(kommune.left.get(("edh", uuid), {}).get("fagsystem"))
    return system is not None and not kommune.has_moved(system)


def cases_of_documents(kommune, system):
    links = defaultdict(list)
    for link in kommune.rows(system, "dokument_sag"):
        links[link["dokument_uuid"]].append(link["sag_uuid"])
    return links


def changes_after_manual_cases(kommune):
    """R16."""
    since, edh = kommune.opsagt, kommune.after["edh"]
    if since is None or edh is kommune.nothing or edh.udtrukket < since:
        return
    corrected = {row["sag_uuid"] for row in kommune.rows("edh", "berigtigelse") if row["udfoert"] >= since}
    for (_, uuid), row in kommune.left.items():
        if still_in_kmd_sag(kommune, uuid):
            continue
        only_closed = row["fremdrift"] == "Afsluttet" and row["aendret"] == row["afsluttet"]
        if row["born"] >= since:
            yield finding("R16", kommune, "sag", uuid, uuid, aarsag="oprettet")
        elif row["aendret"] >= since and not only_closed and uuid not in corrected:
            yield finding("R16", kommune, "sag", uuid, uuid, aarsag="aendret")
    for row in kommune.rows("edh", "journalnotat"):
        uuid, excused = row["sag_uuid"], ("journalnotat", row["notat_id"]) in kommune.corrected_objects
        if row["oprettet"] >= since and not excused and not still_in_kmd_sag(kommune, uuid):
            yield finding("R16", kommune, "journalnotat", key(row["notat_id"], uuid), uuid)
    links = cases_of_documents(kommune, "edh")
    for row in kommune.rows("edh", "dokument"):
        uuid, excused = row["dokument_uuid"], ("dokument", row["dokument_uuid"]) in kommune.corrected_objects
        out = links[uuid] and all(still_in_kmd_sag(kommune, case) for case in links[uuid])
        if row["registreret"] >= since and not excused and not out:
            yield finding("R16", kommune, "dokument", uuid)


def as_compared(kind, row, felt):
    special = {("journalnotat", "oprettet"): "second", ("journalnotat", "tekst"): "text"}
    value = row[special.get((kind, felt), felt)]
    return None if value is None else str(value)


def corrections_that_do_not_show(kommune, edh_notes):
    """R17. ``edh_notes``: which note in EDH answers which of the baseline, as ``Notes`` has it."""
    there = {"sag": {uuid: row for (_, uuid), row in kommune.left.items()}}
    there["dokument"] = {row["dokument_uuid"]: row for row in kommune.rows("edh", "dokument")}
    before = {"sag": kommune.cases, "dokument": kommune.things["dokument"]}
    for row in kommune.rows("edh", "berigtigelse"):
        kind, objekt, felt, when = row["objekttype"], row["objekt_id"], row["felt"], row["udfoert"]
        if felt not in FIELDS[kind].split() or when > kommune.after["edh"].udtrukket:
            continue
        if kind == "journalnotat":
            answers = [(kommune.notes[k], edh_notes.there[at]) for k, at in edh_notes.answer.items() if at[1] == objekt]
        else:
            answers = (
                [(before[kind][objekt], there[kind][objekt])]
                if objekt in before[kind] and objekt in there[kind]
                else []
            )
        pairs = [(old, now) for old, now in answers if when > old["taget"]]
        if pairs and all(as_compared(kind, old, felt) == as_compared(kind, now, felt) for old, now in pairs):
            yield finding("R17", kommune, "berigtigelse", key(row["anmodning_id"], objekt, felt), row["sag_uuid"])


def index_against_edh(kommune):
    """R18."""
    index, edh = kommune.after["indeks"], kommune.after["edh"]
    notes = defaultdict(list)
    for row in kommune.rows("edh", "journalnotat"):
        notes[row["sag_uuid"]].append(row["oprettet"])

    def too_young(row):
        """Changed, as far as EDH says, after the index was extracted."""
        if row["registreret"]:
            return row["registreret"] > index.udtrukket
        moments = [row["born"], row["aendret"], row["fremdrift_fra"], *notes[row["sag_uuid"]]]
        return max(moments) > index.udtrukket

    def waits(kind, uuid, *, there):
        return kind == "sag" and (still_in_kmd_sag(kommune, uuid) or (not there and left_since(uuid)))

    def left_since(uuid):
        """A case without documents, which stayed in no EDH, moved after the index was extracted."""
        case = kommune.cases.get(uuid)
        moved = case and kommune.overgang.get(case["system"])
        return moved and not case["har_dokument"] and moved > index.udtrukket

    def differs(listed, row):
        if counted(listed["fremdrift"]) != counted(row["fremdrift"]):
            return "fremdrift"
        told = kommune.delivered("edh", "journalnotat")
        return (
            "antal_journalnotater"
            if told and int(listed["antal_journalnotater"]) != len(notes[row["sag_uuid"]])
            else None
        )

    for kind, name in (("sag", "sag_uuid"), ("dokument", "dokument_uuid")):
        if not (kommune.delivered("indeks", f"indeks_{kind}") and kommune.delivered("edh", kind)):
            continue
        rows = [row for row in kommune.rows("indeks", f"indeks_{kind}") if row["master"] in ("edh", "kmd_sag")]
        listed = {row[name]: row for row in rows}
        there = {row[name]: row for row in kommune.rows("edh", kind)}
        for uuid in sorted({*listed, *there}):
            late = uuid in listed and listed[uuid]["sts_tidspunkt"] > edh.udtrukket
            if late or waits(kind, uuid, there=uuid in there) or (uuid in there and too_young(there[uuid])):
                continue
            wrong = None
            if uuid not in listed:
                wrong = ("mangler", None)
            elif uuid not in there:
                wrong = ("ukendt", None)
            elif kind == "sag" and (column := differs(listed[uuid], there[uuid])):
                wrong = ("aendret", column)
            if wrong:
                case = uuid if kind == "sag" else None
                yield finding("R18", kommune, kind, uuid, case, system="indeks", udfald=wrong[0], aarsag=wrong[1])


def what_another_esdh_lacks(kommune):
    """R19."""
    if not kommune.delivered("esdh", "krydsreference"):
        return
    led = {(row["objekttype"], row["gammel_id"]): row["ny_id"] for row in kommune.rows("esdh", "krydsreference")}
    there = {
        "sag": {row["sag_uuid"] for row in kommune.rows("esdh", "sag")},
        "journalnotat": {row["notat_id"] for row in kommune.rows("esdh", "journalnotat")},
        "dokument": {row["dokument_uuid"] for row in kommune.rows("esdh", "dokument")},
        "dokument_sag": {(row["dokument_uuid"], row["sag_uuid"]) for row in kommune.rows("esdh", "dokument_sag")},
    }
    files = {
        (row["dokument_uuid"], row["variant"], int(row["del"])): (row["algoritme"], row["kontrolsum"].lower())
        for row in kommune.rows("esdh", "fil")
    }

    def judged(kind, row):
        case, document = led.get(("sag", row["sag_uuid"])), led.get(("dokument", row["dokument_uuid"]))
        if kind == "fil":
            new = document and files.get((document, row["variant"], int(row["del"])))
            same = new == (row["algoritme"], row["kontrolsum"].lower())
            return (
                ("mangler", None if document else "krydsreference")
                if not new
                else (not same) and ("aendret", "kontrolsum")
            )
        if kind == "dokument_sag":
            new = (document, case) if document and case else None
        else:
            new = {"sag": case, "dokument": document}.get(kind) or led.get((kind, row["notat_id"]))
        return new not in there[kind] and ("mangler", None if new else "krydsreference")

    ids = {
        "sag": ("sag_uuid",),
        "journalnotat": ("notat_id", "sag_uuid"),
        "dokument": ("dokument_uuid",),
        "fil": ("dokument_uuid", "variant", "del"),
        "dokument_sag": ("dokument_uuid", "sag_uuid"),
    }
    for kind, parts in ids.items():
        for row in kommune.rows("edh", kind) if kommune.delivered("esdh", kind) else []:
            if wrong := judged(kind, row):
                objekt = key(*(row[part] for part in parts))
                place = {"system": "esdh", "udfald": wrong[0], "aarsag": wrong[1]}
                yield finding("R19", kommune, kind, objekt, row["sag_uuid"], **place)
    for system in FAGSYSTEM:
        for row in kommune.rows(system, "noeglepose") if kommune.delivered("esdh", "sag") else []:
            case = row["edh_sag_uuid"]
            if ("edh", case) in kommune.left and (
                wrong := judged("sag", {"sag_uuid": case, "dokument_uuid": None, "notat_id": None})
            ):
                place = {"sted": "nyt", "system": system, "udfald": wrong[0], "aarsag": wrong[1]}
                yield finding("R19", kommune, "noeglepose", key(row["ny_sag_uuid"], case), case, **place)


def documents_taken_along(kommune):
    """R21."""

    def sums(rows):
        return [
            (row["algoritme"], row["kontrolsum"].lower(), row["dokument_uuid"]) for row in rows if int(row["bytes"])
        ]

    before = defaultdict(list)
    for algoritme, kontrolsum, uuid in sums(kommune.things["fil"].values()):
        before[algoritme, kontrolsum].append(uuid)
    for system in FAGSYSTEM:
        after = kommune.after[system]
        if after is kommune.nothing:
            continue
        if kommune.udrullet and kommune.udrullet <= after.udtrukket.astimezone(DENMARK).date():
            continue
        same = defaultdict(list)
        for algoritme, kontrolsum, uuid in sums(kommune.rows(system, "fil")):
            same[uuid] += before[algoritme, kontrolsum]
        for row in kommune.rows(system, "dokument"):
            if same[row["dokument_uuid"]]:
                other = min(same[row["dokument_uuid"]])
                yield finding("R21", kommune, "dokument", row["dokument_uuid"], sted="nyt", system=system, other=other)


BESIDE = (changes_after_manual_cases, index_against_edh, what_another_esdh_lacks, documents_taken_along)
