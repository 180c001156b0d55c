"""One small estate: a truth, what each system had of it before, and what became of it after."""

from __future__ import annotations

from tests.ledger.alphabets import (
    AFTER,
    LARGE,
    LATE,
    NOTE_IDS,
    T1,
    Choice,
    Row,
    changed,
    seldom,
    some,
    survived,
    unique,
    values,
)
from tests.ledger.registers import corrections
from tests.ledger.world import (
    Tables,
    dokument,
    fil,
    link,
    named,
    notat,
    sag,
    tie,
    uid,
)
from tests.oracle import FAGSYSTEM, STUB


def truth(draw: Choice) -> Tables:
    """What there was: up to six cases, eight notes and three documents, on known and unknown cases."""
    names = ["a", "b", "c", "d", "ø", "f"][: draw.one([3, 4, 5, 6, 4, 5, 6, 2, 1, 0])]
    kinds = [*FAGSYSTEM.values(), None]
    weights = [kinds[1]] * 4 + [kinds[0]] * 3 + [kinds[3]] * 2 + [kinds[2]]
    cases = []
    for name in names:
        fagsystem = draw.one(weights)
        sagstype = "fagsystemsag" if fagsystem else "manuel"
        row = sag(name, **values(draw, "sag"), fagsystem=fagsystem, sagstype=sagstype)
        row["sagsnummer"] = row["sagsnummer"] or f"S-{name}"
        if seldom(draw):
            row |= {"fremdrift": "Afsluttet", "ydelse_til": "2016-12-31"}
        cases.append(row)
    # A note or a link may hang on a case that no system knows.
    places = [*names, *names, *names, "z"]
    notes = [
        notat(draw.one(NOTE_IDS), draw.one(places), **values(draw, "journalnotat"))
        for _ in range(draw.one([4, 5, 6, 7, 8, 6, 7, 8, 3, 2, 0]))
    ]
    documents = ["p", "q", "r"][: draw.one([2, 3, 1, 0])]
    dangling = ["u"] if seldom(draw) else []
    return {
        "sag": cases,
        "journalnotat": unique(notes, "notat_id", "sag_uuid"),
        "dokument": [dokument(name, **values(draw, "dokument")) for name in documents],
        "dokument_sag": unique(
            [link(name, case) for name in [*documents, *dangling] for case in some(draw, places, 3)],
            "dokument_uuid",
            "sag_uuid",
        ),
        "fil": unique(
            [
                fil(name, **values(draw, "fil"), variant=variant)
                for name in [*documents, *dangling]
                for variant in some(draw, ["original", "pdf|a"], 2)
            ],
            "dokument_uuid",
            "variant",
        ),
    }


def before(draw: Choice, system: str, whole: Tables) -> Tables:
    """A baseline delivery: KMD Sag has the fagsystemsager, EDH everything."""
    entities = ["sag", "journalnotat"] if system == "kmd_sag" else list(whole)
    tables = {name: survived(draw, name, whole[name]) if seldom(draw) else list(whole[name]) for name in entities}
    if system == "kmd_sag":
        tables["sag"] = [row for row in tables["sag"] if row["fagsystem"] or seldom(draw)]
    return tables


def closings(draw: Choice, whole: Tables) -> dict[str, str]:
    """When cases were closed after the transition, wherever they were by then."""
    return {row["sag_uuid"]: draw.one(AFTER) for row in whole["sag"] if not draw.one([True, True, True, False])}


def closed(draw: Choice, moment: str) -> Row:
    """What a closing shows, at ``moment`` or nearly so."""
    when = draw.one([moment] * 9 + AFTER)
    return {
        "fremdrift": "Afsluttet",
        "fremdrift_fra": draw.one([when, when, T1]),
        "aendret": draw.one([when, when, when, *AFTER]),
        "afsluttet": draw.one([when, when, when, None]),
    }


def left(draw: Choice, row: Row, moment: str | None) -> Row:
    """An EDH case as it is after the transition; ``moment``: when it was closed."""
    row = {**row, "sagstype": "edh"} if row["fagsystem"] and not seldom(draw) else dict(row)
    fate = draw.one(["kept"] * 9 + ["passivated", "touched", "went on"])
    if fate == "passivated":
        row["livscyklus"] = "passiveret"
    elif fate == "touched":
        row["aendret"] = draw.one(AFTER)
    elif fate == "went on":
        when = draw.one(AFTER)
        row |= {"fremdrift": draw.one(["Afgjort", "Oplyst"]), "fremdrift_fra": when, "aendret": when}
    return row | (closed(draw, moment) if moment and not seldom(draw) else {})


def edh_after(draw: Choice, whole: Tables, closing: dict[str, str]) -> Tables:
    tables = {name: survived(draw, name, rows) for name, rows in whole.items()}
    tables["sag"] = [left(draw, row, closing.get(row["sag_uuid"])) for row in tables["sag"]]
    # The ids of notes are the system's own, and it may have renumbered them.
    tables["journalnotat"] = [{**row, "notat_id": f"e{row['notat_id']}"} for row in tables["journalnotat"]]
    cases = [row["sag_uuid"] for row in whole["sag"]]
    for number, row in enumerate(whole["sag"]):
        if seldom(draw):
            tables["sag"].append(changed(draw, "sag", {**row, "sag_uuid": uid(f"e{number}"), "sagstype": "edh"}))
    for row in whole["dokument_sag"]:
        if cases and seldom(draw):
            tables["dokument_sag"].append({**row, "sag_uuid": draw.one(cases)})
    born = [f"y{number}" for number in range(draw.one([0, 0, 0, 1, 2]))]
    for name in born:
        row = sag(name, **values(draw, "sag"), sagstype=draw.one(["manuel", "edh"]), aendret=draw.one(AFTER))
        row |= {"fagsystem": draw.one([None, None, *FAGSYSTEM.values()]), "oprettet": draw.one(AFTER)}
        tables["sag"].append({**row, "sagsnummer": f"S-{name}"})
    cases += [uid(name) for name in born]
    for number, case in enumerate(some(draw, cases, 2)):
        tables["journalnotat"].append({**notat(f"w{number}", "x", oprettet=draw.one(AFTER)), "sag_uuid": case})
    if seldom(draw) or born:
        tables["dokument"].append(dokument("s", titel="Attest", registreret=draw.one([*AFTER, *LATE])))
        tables["dokument_sag"] += [{**link("s", "x"), "sag_uuid": case} for case in some(draw, cases, 2)]
    if seldom(draw):
        tables["dokument_sag"] += [link(name, case) for name in ("p", "s") for case in some(draw, ["a", "b", "z"], 2)]
    tables["fil"] += [fil("s"), fil("t")] if seldom(draw) else []
    tables["dokument_sag"] = unique(tables["dokument_sag"], "dokument_uuid", "sag_uuid")
    tables["journalnotat"] += copies(draw, tables["journalnotat"], [*cases, uid("z")])
    tables["journalnotat"] = unique(tables["journalnotat"], "notat_id", "sag_uuid")
    tables["berigtigelse"] = corrections(draw, tables, cases)
    return tables


def copies(draw: Choice, rows: list[Row], cases: list[str]) -> list[Row]:
    """Notes more than there were: the same again, on this or another case, under an old or a new id."""
    out = []
    for row in rows:
        if seldom(draw):
            again = changed(draw, "journalnotat", row) if seldom(draw) else dict(row)
            again["notat_id"] = draw.one([f"x{row['notat_id']}", row["notat_id"]])
            again["sag_uuid"] = draw.one([row["sag_uuid"], *cases])
            out.append(again)
    return out


def new_systems(draw: Choice, whole: Tables, closing: dict[str, str]) -> dict[str, Tables]:
    """What each new system has: most cases under a new id with their notes, tied by the nøglepose."""
    tables: dict[str, Tables] = {s: {"sag": [], "journalnotat": [], "noeglepose": []} for s in FAGSYSTEM}
    owners = {fagsystem: system for system, fagsystem in FAGSYSTEM.items()}
    moved = [row for row in whole["sag"] if row["fagsystem"]]
    order = list(range(len(moved)))
    if moved and draw.one([False, True]):
        order.reverse()
    at: dict[str, tuple[str, str]] = {}
    for number, row in zip(order, moved, strict=True):
        system = draw.one([owners[row["fagsystem"]]] * 8 + list(FAGSYSTEM))
        old, new = row["sag_uuid"], uid(f"n{number}{system}")
        at[old] = (system, new)
        fate = draw.one(["moved"] * 9 + ["merged", "merged", "lost", "changed", "changed", "changed", "twice"])
        if fate == "merged" and len(at) > 1:
            at[old] = at[draw.one(sorted(at))]
        elif fate != "lost":
            case = {**row, "sag_uuid": new, "fagsystem": None}
            renumbered = fate == "changed" and row["kle_emne"] == "32.24.32"
            rows = [changed(draw, "sag", case) if fate == "changed" and not renumbered else case]
            if renumbered:
                rows = [{**case, "kle_emne": "32.24.04"}]
            if row["sag_uuid"] in closing and not seldom(draw):
                rows = [{**one, **closed(draw, closing[row["sag_uuid"]])} for one in rows]
            if fate == "twice":
                rows.append(changed(draw, "sag", {**case, "sag_uuid": uid(f"o{number}{system}")}))
            tables[system]["sag"] += rows
        pose = {**tie("x", "x"), "ny_sag_uuid": at[old][1], "edh_sag_uuid": old, "part_cpr": row["part_cpr"]}
        amiss = draw.one([None] * 11 + ["ny_sag_uuid", "edh_sag_uuid", "part_cpr"])
        if amiss:
            pose[amiss] = "6102800003" if amiss == "part_cpr" else uid("x")
        tied = draw.one(["tied"] * 9 + ["untied", "untied", "also", "also", "elsewhere"])
        if tied in ("also", "elsewhere"):
            place, other = draw.one(sorted(at.values()))
            early = "2021-03-01T01:00:00Z" if seldom(draw) else pose["dannet"]
            wrong = {**pose, "ny_sag_uuid": other, "dannet": early}
            tables[draw.one([place, system])]["noeglepose"].append(wrong)
        if tied in ("tied", "also"):
            tables[at[old][0]]["noeglepose"].append(pose)
    for system in FAGSYSTEM:
        tables[system]["noeglepose"] = unique(tables[system]["noeglepose"], "ny_sag_uuid", "edh_sag_uuid")
    for row in survived(draw, "journalnotat", whole["journalnotat"]):
        system, new = at.get(row["sag_uuid"], ("ky", row["sag_uuid"]))
        if row["sag_uuid"] in at or seldom(draw):
            if at and seldom(draw):
                system, new = draw.one(sorted(at.values()))
            note_id = f"m{row['notat_id']}{named(row['sag_uuid'])}"
            text = STUB if row["tekst"] == LARGE and draw.one([False, True]) else row["tekst"]
            tables[system]["journalnotat"].append({**row, "notat_id": note_id, "sag_uuid": new, "tekst": text})
    for here in tables.values():
        cases = [row["sag_uuid"] for row in here["sag"]]
        here["journalnotat"] += copies(draw, here["journalnotat"], [*cases, uid("y")])
        here["journalnotat"] = unique(here["journalnotat"], "notat_id", "sag_uuid")
        if draw.one([False, False, True]):
            here["dokument"] = [dokument(name, **values(draw, "dokument")) for name in ("v", "w")]
            here["dokument_sag"] = [link("v", "a"), link("x", "a")]
            here["dokument_sag"] += [
                {**link(name, "x"), "sag_uuid": case} for name in ("v", "w") for case in some(draw, cases, 2)
            ]
            here["dokument_sag"] = unique(here["dokument_sag"], "dokument_uuid", "sag_uuid")
            here["fil"] = [fil(name, **values(draw, "fil")) for name in ("v", "w", "x")]
    return tables
