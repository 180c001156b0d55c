"""A second opinion on both ledgers and every rule: plain dictionaries and lists, from the deliveries' rows.

Slow on purpose and independent of the pipeline: it imports nothing of it and reads no SQL. What the
rulings decide is here in the order in which they say it, so that the two can be read side by side.
"""

from collections import defaultdict
from datetime import date

from tests.oracle_kommune import FAGSYSTEM, REMAPS, Kommune, heaviest
from tests.oracle_rows import KEYS, Delivery, Ledgers, cause_of_change, instant, key, keyed, midnight, newborn
from tests.oracle_rules import Waiver, across, rule_of, strangers

__all__ = ["FAGSYSTEM", "STUB", "Delivery", "Ledgers", "ledgers"]

BAD = ("mangler", "fejlplaceret", "dubleret", "aendret", "ulinket", "ukendt", "dublet")
TIERS = ((1, "print"), (2, "second", "text"), (2, "second"), (3, "text"), (4, "print"))
STUB = "Dette Journalnotat er for stort til at blive sendt til Sags- og Dokumentindekset"


class Notes:
    """Which baseline note (sag_uuid, notat_id) is answered by which (sag_uuid, notat_id, system) at one place."""

    def __init__(self, kommune, sted):
        self.kommune, self.sted = kommune, sted
        systems = FAGSYSTEM if sted == "nyt" else ("edh",)
        found = [(s, row) for s in systems for row in kommune.rows(s, "journalnotat")]
        self.there = {(row["sag_uuid"], row["notat_id"], s): row for s, row in found}
        # A manual case never moves, so its notes are not looked for in the new systems.
        wanted = {k for k, row in kommune.notes.items() if sted == "edh" or kommune.cases[k[0]]["system"]}
        self.before = {k: kommune.notes[k] for k in sorted(wanted)}
        self.answer, self.tier, self.ophav, self.doubled = {}, {}, {}, set()
        self.match()
        self.name_origins()

    def linked(self, before, after):
        return (after[2], after[0]) in self.kommune.found.get((self.sted, before[0]), [])

    def match(self):
        free = sorted(self.there)
        for tier, *names in TIERS:
            for before, note in self.before.items():
                limit = self.kommune.overgang.get(self.kommune.cases[before[0]]["system"])
                for after in free if before not in self.answer else []:
                    row = self.there[after]
                    equal = all(note[name] == row[name] for name in names) and not newborn(row["oprettet"], limit)
                    if equal and (tier == 4 or self.linked(before, after)):
                        self.answer[before], self.tier[before] = after, tier
                        free.remove(after)
                        break

    def name_origins(self):
        shown = {after[1:] for after in self.answer.values()}
        for after, row in self.there.items():
            equals = [before for before in self.answer if self.kommune.notes[before]["print"] == row["print"]]
            if after[1:] in shown:
                self.ophav[after] = "konverteret"
            elif newborn(row["oprettet"], self.kommune.limit(self.sted, after[2], after[0])):
                self.ophav[after] = "ny"
            else:
                self.ophav[after] = "dublet" if equals else "ukendt"
            if self.ophav[after] == "dublet":
                self.doubled.add(max([before for before in equals if self.linked(before, after)] or equals))

    def judge(self, before):
        kommune, status = self.kommune, self.kommune.status[self.sted, before[0]]
        if kommune.waits(self.sted, "journalnotat", kommune.cases[before[0]]["system"]):
            return "afventer", None
        if before not in self.answer:
            outside = kommune.outside_window(self.sted, before[0])
            return ("forklaret", "uden_for_vindue") if outside else ("mangler", None)
        said = [("bevaret", None)] + [(status, None)] * (status in ("fejlplaceret", "ulinket"))
        said += [("fejlplaceret", None)] * (self.tier[before] == 4) + [("dubleret", None)] * (before in self.doubled)
        if self.tier[before] in (2, 3):
            said.append(self.changed(kommune.notes[before], self.there[self.answer[before]]))
        return heaviest(*said)

    def changed(self, before, after):
        if self.sted == "edh" and ("journalnotat", after["notat_id"]) in self.kommune.corrected_objects:
            return "forklaret", "berigtigelse"
        stub = (
            before["second"] == after["second"] and before["text"] != after["text"] and after["text"].startswith(STUB)
        )
        if self.sted == "nyt" and stub:
            return ("forklaret", "stub") if len(before["tekst"].encode()) > 102_400 else ("aendret", "tekst")
        return "aendret", cause_of_change(before, after)


def compare_documents(kommune, kind, before, after):
    if kind == "dokument" and before["titel"] != after["titel"]:
        corrected = ("dokument", before["dokument_uuid"], "titel") in kommune.corrected
        return ("forklaret", "berigtigelse") if corrected else ("aendret", "titel")
    if kind == "fil" and not int(after["bytes"]):
        return ("aendret", "tom_fil") if int(before["bytes"]) else ("bevaret", None)
    if kind == "fil":
        sums = [(row["algoritme"], row["kontrolsum"].lower()) for row in (before, after)]
        return ("bevaret", None) if sums[0] == sums[1] else ("aendret", "kontrolsum")
    return "bevaret", None


def documents_of(kommune, owe, find):
    there = {s: {kind: keyed(kind, kommune.rows(s, kind)) for kind in KEYS} for s in (*FAGSYSTEM, "edh")}
    before, after = kommune.things, there["edh"]
    answer = {kind: {k: k for k in before[kind] if k in after[kind]} for kind in KEYS}
    gone, come = defaultdict(list), defaultdict(list)
    for one, other, into in ((before, after, gone), (after, before, come)):
        for k, row in sorted(one["dokument_sag"].items()):
            if k not in other["dokument_sag"] and row["dokument_uuid"] in after["dokument"]:
                into[row["dokument_uuid"]].append(k)
    moved = {lost: other for uuid in gone for lost, other in zip(gone[uuid], come[uuid], strict=False)}
    answer["dokument_sag"] |= moved
    for kind in KEYS:
        for k, row in before[kind].items():
            judged = ("fejlplaceret" if k in moved else "mangler", None)
            if k in after[kind]:
                judged = compare_documents(kommune, kind, row, after[kind][k])
            if kommune.waits("edh", kind, None):
                judged = ("afventer", None)
            owe(kind, k, row["sag_uuid"], "edh", "edh", *judged, answer[kind].get(k))
    for system, things in there.items():
        sted, ophav = ("edh" if system == "edh" else "nyt"), {}
        for kind in KEYS:
            for k, row in things[kind].items():
                modpart = next((old for old, found in answer[kind].items() if sted == "edh" and found == k), None)
                if kind == "dokument":
                    links = [r["sag_uuid"] for r in things["dokument_sag"].values() if r["dokument_uuid"] == k]
                    limits = [kommune.limit(sted, system, case) for case in links or [None]]
                    limit = min((moment for moment in limits if moment), default=None)
                    ophav[k] = "konverteret" if modpart else "ny" if newborn(row["registreret"], limit) else "ukendt"
                word = "konverteret" if modpart else ophav.get(row["dokument_uuid"], "ukendt")
                find(kind, k, row["sag_uuid"], sted, system, word, None, modpart)


def cases_and_notes_of(kommune, notes, owe, find):
    answered = defaultdict(list)
    for (sted, uuid), found in sorted(kommune.found.items()):
        answered[found[0] if found else None].append(uuid)
        if sted in kommune.owed(kommune.cases[uuid]):
            system = kommune.cases[uuid]["system"] if sted == "nyt" else "edh"
            owe("sag", uuid, uuid, sted, system, *kommune.judge_case(sted, uuid), found[0][1] if found else None)
    for sted, rows in (("nyt", kommune.new), ("edh", kommune.left)):
        for at, row in rows.items():
            ophav = "ny" if newborn(row["oprettet"], kommune.limit(sted, *at)) else None
            ophav = "konverteret" if at in answered else ophav or ("dublet" if at in kommune.copies else "ukendt")
            find("sag", at[1], at[1], sted, at[0], ophav, None, min(answered.get(at, [None])))
    for sted, side in notes.items():
        for sag, notat_id in kommune.notes:
            if sted in kommune.owed(kommune.cases[sag]):
                after = side.answer.get((sag, notat_id))
                system = kommune.cases[sag]["system"] if sted == "nyt" else "edh"
                judged = side.judge((sag, notat_id))
                owe("journalnotat", key(notat_id, sag), sag, sted, system, *judged, after and key(after[1], after[0]))
        answers = {after: key(notat_id, sag) for (sag, notat_id), after in side.answer.items()}
        for (sag, notat_id, system), ophav in side.ophav.items():
            modpart = answers.get((sag, notat_id, system))
            find("journalnotat", key(notat_id, sag), sag, sted, system, ophav, None, modpart)


def ledgers_of(kommune, waivers):
    """Both ledgers and every finding; also the valid waivers that explained something."""
    books, used = Ledgers([], [], [], []), set()
    waived = {waiver.names: waiver for waiver in waivers if not waiver.regel}

    def write(book, kind, k, sag, sted, system, word, aarsag, modpart):
        if word in BAD and (kind, k, sted) in waived:
            used.add(waived[kind, k, sted])
            word, aarsag = "forklaret", "afvigelse"
        row = (kommune.kode, kind, k, sag, sted, system, word, aarsag, modpart)
        book.append(row)
        if word in BAD:
            books.fund.append((rule_of(kind, sted, word), *row))

    def owe(*row):
        write(books.pligt, *row)

    def find(*row):
        write(books.oprindelse, *row)

    notes = {sted: Notes(kommune, sted) for sted in ("nyt", "edh")}
    cases_and_notes_of(kommune, notes, owe, find)
    documents_of(kommune, owe, find)
    for row in across(kommune, books.pligt, notes["edh"]):
        waivers_of_it = [waiver for waiver in waivers if waiver.takes(row)]
        used.update(waivers_of_it)
        (books.forklaret if waivers_of_it else books.fund).append(row)
    return books, used


def ledgers(estate, waivers, deliveries, today):
    """Both ledgers and the findings of every rule, for every kommune of ``estate`` and every stranger to it.

    ``estate`` and ``waivers`` are what estate.yaml and afvigelser.yaml hold; ``today`` is the run's date.
    """
    total, remaps = Ledgers([], [], [], []), estate.get("kle_omlaegninger", REMAPS)
    udrullet = estate.get("fuldt_udrullet") and date.fromisoformat(str(estate["fuldt_udrullet"]))
    for kode, settings in estate["kommuner"].items():
        own = [Waiver.read(waiver, today) for waiver in waivers if waiver["kommunekode"] == kode]
        overgang = {system: instant(moment) for system, moment in settings.get("overgang", {}).items()}
        used = set()
        if overgang:
            opsagt = settings.get("opsagt_manuelle_sager")
            kommune = Kommune(kode, overgang, deliveries, remaps, opsagt and midnight(opsagt), udrullet)
            books, used = ledgers_of(kommune, [waiver for waiver in own if not waiver.expired])
            for book, rows in zip(total, books, strict=True):
                book.extend(rows)
        total.fund.extend(waiver.finding(kode) for waiver in own if waiver not in used)
    total.fund.extend(strangers(estate, deliveries))
    return total
