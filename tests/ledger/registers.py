"""What others say of EDH's objects: the register of corrections, the index, and the ESDH it was exported to."""

from __future__ import annotations

from typing import Any

from tests.ledger.alphabets import AFTER, E0, E1, E2, Choice, Row, changed, seldom, some, survived, unique
from tests.ledger.world import Tables, berigtigelse, indeks_dokument, indeks_sag, krydsreference, named, uid

FIELDS = {
    "sag": [
        "titel",
        "fremdrift",
        "part_cpr",
        "fremdrift",
        "oprettet",
        "livscyklus",
        "fremdrift_fra",
        "afsluttet",
        "ydelse_til",
    ],
    "journalnotat": ["tekst", "oprettet", "forfatter", "titel", "format"],
    "dokument": ["titel", "registreret", "brevdato"],
}
# A key, and no column of the contract at all.
NO_FIELDS = ["sag_uuid", "notat_id", "tekst", "kassationskode"]
CARRIED_OUT = [*AFTER, E0, E1, "2021-02-28T20:00:01Z"]


def corrections(draw: Choice, tables: Tables, cases: list[str]) -> list[Row]:
    """Up to four rows of the register, on objects that EDH has, or had; most of them not carried out."""
    objects = [("sag", case, case) for case in cases]
    objects += [("journalnotat", row["notat_id"], row["sag_uuid"]) for row in tables["journalnotat"]]
    objects += [("dokument", uid(name), uid("a")) for name in ("p", "q", "r", "s")]
    rows = []
    for number, (kind, objekt, case) in enumerate(dict.fromkeys(some(draw, objects, 4))):
        told: dict[str, Any] = {"anmodning_id": number, "udfoert": draw.one(CARRIED_OUT)}
        felt = draw.one([*FIELDS[kind] * 4, *NO_FIELDS])
        objekt = objekt.upper() if kind != "journalnotat" and seldom(draw) else objekt
        rows.append({**berigtigelse(kind, objekt, felt, "a", **told), "sag_uuid": case})
    return rows


def index(draw: Choice, tables: Tables) -> Tables:
    """The index of what EDH has: most of it right, some missing, stale, late, or another's; and some too much."""

    def registered(row: Row) -> Row:
        row["master"] = draw.one(["edh"] * 5 + ["kmd_sag", "ky"])
        row["sts_tidspunkt"] = draw.one(["2021-03-02T00:00:00Z"] * 9 + AFTER)
        return row

    cases = []
    for row in tables["sag"]:
        count = sum(note["sag_uuid"] == row["sag_uuid"] for note in tables["journalnotat"])
        told = {"sagsnummer": row["sagsnummer"], "fremdrift": row["fremdrift"], "antal_journalnotater": count}
        if seldom(draw):
            told["fremdrift"] = draw.one(["Opstaaet", "Bestilt", "Afgjort", "Afsluttet"])
        if seldom(draw):
            told["antal_journalnotater"] += 1
        cases.append(registered({**indeks_sag("x", **told), "sag_uuid": row["sag_uuid"]}))
    documents = [
        registered({**indeks_dokument("x"), "dokument_uuid": row["dokument_uuid"]}) for row in tables["dokument"]
    ]
    cases = [row for row in cases if not seldom(draw)]
    documents = [row for row in documents if not seldom(draw)]
    # A case or a document that EDH need not have: lost on the way, or never there.
    cases += [registered(indeks_sag(name)) for name in some(draw, ["a", "b", "x"], 1)]
    documents += [registered(indeks_dokument(name)) for name in some(draw, ["p", "x"], 1)]
    return {"indeks_sag": unique(cases, "sag_uuid"), "indeks_dokument": unique(documents, "dokument_uuid")}


def exported(draw: Choice, tables: Tables) -> Tables:
    """EDH's objects in another ESDH, under new ids, with the cross reference; some lost, some files changed."""

    def new_id(old: str) -> str:
        return uid(f"N{named(old)}")

    led: dict[tuple[str, str], Row] = {}
    for kind, name in (("sag", "sag_uuid"), ("journalnotat", "notat_id"), ("dokument", "dokument_uuid")):
        for row in tables[kind]:
            old = row[name]
            new = f"N{old}" if kind == "journalnotat" else new_id(old)
            upper = kind != "journalnotat" and seldom(draw)
            led[kind, old] = krydsreference(kind, old.upper() if upper else old, new)
    out: Tables = {"krydsreference": survived(draw, "krydsreference", list(led.values()))}
    for entity in ("sag", "journalnotat", "dokument", "dokument_sag", "fil"):
        rows = []
        for row in tables[entity]:
            names = [name for name in ("sag_uuid", "dokument_uuid") if name in row]
            new = {**row, **{name: new_id(row[name]) for name in names}}
            if entity == "journalnotat":
                new["notat_id"] = f"N{row['notat_id']}"
            if entity == "fil" and seldom(draw):
                new = changed(draw, "fil", new)
            if not seldom(draw):
                rows.append(new)
        out[entity] = rows
    return out


# When the index and the other ESDH were read: mostly with the rest.
READ = [E2, E2, E2, "2021-08-31T22:00:00Z", "2022-02-03T02:00:00Z"]
