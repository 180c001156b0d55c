"""A second opinion on both ledgers: plain dictionaries and lists, from the deliveries' rows.

Slow on purpose and independent of the pipeline: it imports nothing of it and reads no SQL. What the
rulings decide is here in the order in which they say it, so that the two can be read side by side.
"""

from collections import defaultdict
from datetime import UTC, date, datetime

from tests.oracle_rows import DENMARK, KEYS, Delivery, Ledgers, cause_of_change, instant, key, keyed, newborn

FAGSYSTEM = {"ksd": "kmd_dagpenge", "ky": "kmd_aktiv", "spk": "kmd_social_pension"}
BAD = ("mangler", "fejlplaceret", "dubleret", "aendret", "ulinket", "ukendt", "dublet")
WEIGHT = ("mangler", "fejlplaceret", "dubleret", "aendret", "ulinket", "forklaret", "bevaret", "linket")
CASE_COLUMNS = ("titel", "kle_emne", "kle_facet", "part_cpr", "sagsnummer", "oprettet")
COUNTS_AS = {"Bestilt": "Afgjort", "Udfoert": "Afgjort"}
REMAP = {"system": "ky", "til": "32.24.04", "gaelder_fra": "2022-02-01"}
REMAPS = [{**REMAP, "fra": "32.24.32"}, {**REMAP, "fra": "32.24.48"}]
TIERS = ((1, "print"), (2, "second", "text"), (2, "second"), (3, "text"), (4, "print"))
STUB = "Dette Journalnotat er for stort til at blive sendt til Sags- og Dokumentindekset"


def heaviest(*outcomes):
    return min(outcomes, key=lambda outcome: WEIGHT.index(outcome[0]))


class Kommune:
    """One kommune's baseline, what lies where now, and which case is found where.

    A place of a case is (system, sag_uuid); ``found`` and ``status`` go by (sted, baseline sag_uuid).
    """

    def __init__(self, kode, overgang, deliveries, remaps):
        self.kode, self.overgang, self.remaps = kode, overgang, remaps
        self.deliveries = sorted((d for d in deliveries if d.kommunekode == kode), key=lambda d: d.udtrukket)
        self.first = min(overgang, key=lambda system: overgang[system])
        self.nothing = Delivery("", kode, datetime.max.replace(tzinfo=UTC), {})
        self.after = {system: self.last(system) for system in (*FAGSYSTEM, "edh")}
        self.new = {(s, row["sag_uuid"]): row for s in FAGSYSTEM for row in self.after[s].rows("sag")}
        self.left = {("edh", row["sag_uuid"]): row for row in self.after["edh"].rows("sag")}
        corrections = self.after["edh"].rows("berigtigelse")
        self.corrected = {(row["objekttype"], row["objekt_id"], row["felt"]) for row in corrections}
        self.read_baseline()
        self.status, self.found, self.copies = {}, {}, set()
        self.find_new()
        self.find_left()

    def last(self, system, before=None):
        fitting = [d for d in self.deliveries if d.system == system and (before is None or d.udtrukket < before)]
        return fitting[-1] if fitting else self.nothing

    def read_baseline(self):
        start = {system: self.overgang.get(system, self.overgang[self.first]) for system in FAGSYSTEM}
        self.edh_before = {system: self.last("edh", start[system]) for system in FAGSYSTEM}
        edh = self.edh_before[self.first]
        first_kmd = self.last("kmd_sag", start[self.first]).rows("sag")
        fagsager = {row["sag_uuid"] for row in first_kmd if row["sagstype"] == "fagsystemsag"}
        manual = [row for row in edh.rows("sag") if row["sag_uuid"] not in fagsager]
        lots = [(None, manual, edh.rows("journalnotat"), edh)]
        for system in sorted(FAGSYSTEM, key=lambda system: start[system]):
            kmd, own = self.last("kmd_sag", start[system]), ("fagsystemsag", FAGSYSTEM[system])
            cases = [row for row in kmd.rows("sag") if (row["sagstype"], row["fagsystem"]) == own]
            lots.append((system, cases, kmd.rows("journalnotat"), self.edh_before[system]))
        self.cases, self.notes, self.things = {}, {}, {kind: {} for kind in KEYS}
        for system, cases, notes, edh in lots:
            with_documents = {row["sag_uuid"] for row in edh.rows("dokument_sag")}
            here = {row["sag_uuid"]: row | {"system": system} for row in cases}
            self.cases |= {k: row | {"har_dokument": k in with_documents} for k, row in here.items()}
            # A case in two baselines is taken from the later, with its notes.
            self.notes = {at: row for at, row in self.notes.items() if at[0] not in here}
            self.notes |= {(row["sag_uuid"], row["notat_id"]): row for row in notes if row["sag_uuid"] in here}
        for system, cases, _, edh in lots:
            own = {row["sag_uuid"] for row in cases if self.cases[row["sag_uuid"]]["system"] == system}
            self.read_documents(own, edh, loose=system is None)

    def read_documents(self, cases, edh, *, loose):
        cases_of = defaultdict(set)
        for link in edh.rows("dokument_sag"):
            cases_of[link["dokument_uuid"]].add(link["sag_uuid"])
        here, known = {row["dokument_uuid"] for row in edh.rows("dokument")}, set(self.cases)
        taken = {d for d in here if cases_of[d] & cases or (loose and not (cases_of[d] and cases_of[d] <= known))}
        for kind in KEYS:
            for k, row in keyed(kind, edh.rows(kind)).items():
                # A link hangs on its case, a file on its document; what hangs on nothing known is the first baseline's.
                link = kind == "dokument_sag"
                its = row["sag_uuid"] in cases if link else row["dokument_uuid"] in taken
                adrift = row["sag_uuid"] not in known if link else row["dokument_uuid"] not in here
                if its or (loose and adrift):
                    self.things[kind][k] = row

    def limit(self, sted, system, sag_uuid):
        """Before this moment an object on this case, found now, is old; None: always."""
        if sted == "nyt":
            return self.overgang.get(system)
        if sag_uuid in self.cases:
            system = self.cases[sag_uuid]["system"]
        else:
            fagsystem = self.left.get(("edh", sag_uuid), {}).get("fagsystem")
            system = {name: s for s, name in FAGSYSTEM.items()}.get(fagsystem)
        if system in self.overgang and self.after["edh"].udtrukket >= self.overgang[system]:
            return self.overgang[system]
        before = self.edh_before[system or self.first]
        return None if before is self.nothing else before.udtrukket

    def find_new(self):
        ties = [(s, row) for s in FAGSYSTEM for row in self.after[s].rows("noeglepose")]
        ties.sort(key=lambda tie: (tie[1]["dannet"], tie[1]["ny_sag_uuid"]))
        taken, unfound = set(), []
        for uuid, case in sorted((uuid, case) for uuid, case in self.cases.items() if case["system"]):
            tied = [(s, row["ny_sag_uuid"]) for s, row in ties if row["edh_sag_uuid"] == uuid]
            tied = [at for at in tied if at in self.new]
            right = [at for at in tied if at[0] == case["system"] and self.new[at]["part_cpr"] == case["part_cpr"]]
            untied = [(ny, s) for (s, ny), row in self.new.items() if (s, ny) not in tied and case["who"] == row["who"]]
            same = [(s, ny) for ny, s in sorted(untied)]
            here, elsewhere = ([at for at in same if (at[0] == case["system"]) == own] for own in (True, False))
            older = [at for at in elsewhere if not newborn(self.new[at]["oprettet"], self.limit("nyt", *at))]
            if len(right) < len(tied):
                status, found = "fejlplaceret", tied + here
            elif len(right) + len(here) > 1 or ((right or here) and older):
                status, found = "dubleret", right + here + older
            elif right or here:
                status, found = "linket" if right or not case["har_dokument"] else "ulinket", right + here
            else:
                status, found = "fejlplaceret" if elsewhere else "mangler", elsewhere
            unfound += [] if found else [(uuid, case)]
            self.status["nyt", uuid], self.found["nyt", uuid] = status, found
            self.copies |= {*tied, *same}
            taken |= {*found, *same}
        for uuid, case in unfound:
            free = {at: row for at, row in self.new.items() if at[0] == case["system"] and at not in taken}
            free = sorted(at for at, row in free.items() if row["sagsnummer"] == case["sagsnummer"])
            if free:
                self.status["nyt", uuid], self.found["nyt", uuid] = "fejlplaceret", free[:1]
                taken.add(free[0])

    def find_left(self):
        own = {at: row for at, row in self.left.items() if at[1] not in self.cases}
        older = {at: row for at, row in own.items() if not newborn(row["oprettet"], self.limit("edh", *at))}
        for uuid, case in self.cases.items():
            there = self.left.get(("edh", uuid))
            copies = {at for at, row in older.items() if there and case["who"] == row["who"]}
            status = "dubleret" if copies else "linket" if there else "mangler"
            if there and there["part_cpr"] != case["part_cpr"] and ("sag", uuid, "part_cpr") not in self.corrected:
                status = "fejlplaceret"
            self.status["edh", uuid], self.found["edh", uuid] = status, [("edh", uuid)] if there else []
            self.copies |= copies

    def waits(self, sted, entity, system):
        """Whether the delivery that could show the object is still to come."""
        after = self.after[system if sted == "nyt" else "edh"]
        if entity not in after.tables or (entity == "journalnotat" and "sag" not in after.tables):
            return True
        moved = system in self.overgang and after.udtrukket >= self.overgang[system]
        return not (moved or system is None or entity in KEYS)

    def owed(self, case):
        return (["nyt"] if case["system"] in self.overgang else []) + (["edh"] if case["har_dokument"] else [])

    def outside_window(self, sted, uuid):
        case = self.cases[uuid]
        if sted == "edh" or self.found[sted, uuid] or (case["system"], case["fremdrift"]) != ("ksd", "Afsluttet"):
            return False
        first_year = self.overgang["ksd"].astimezone(DENMARK).year - 3
        return case["ydelse_til"] is not None and date.fromisoformat(str(case["ydelse_til"])) < date(first_year, 1, 1)

    def judge_case(self, sted, uuid):
        case, status = self.cases[uuid], self.status[sted, uuid]
        if self.waits(sted, "sag", case["system"]):
            return "afventer", None
        if self.outside_window(sted, uuid):
            return "forklaret", "uden_for_vindue"
        if status in ("mangler", "fejlplaceret", "dubleret"):
            return status, None
        compare = self.compare_new if sted == "nyt" else self.compare_left
        return heaviest((status, None), ("bevaret", None), compare(case, self.found[sted, uuid][0]))

    def compare_left(self, case, at):
        differs = [name for name in CASE_COLUMNS if self.left[at][name] != case[name]]
        unexplained = [name for name in differs if ("sag", at[1], name) not in self.corrected]
        if unexplained:
            return "aendret", unexplained[0]
        return ("forklaret", "berigtigelse") if differs else ("bevaret", None)

    def compare_new(self, case, at):
        there, names, differs = self.new[at], CASE_COLUMNS, []
        if there["fremdrift_fra"] < self.overgang[case["system"]]:
            names = (*names, "fremdrift")
        merged = [other for uuid, other in self.cases.items() if at in self.found.get(("nyt", uuid), [])]
        for name in names:
            said = {row[name] for row in ([case] if name == "part_cpr" else merged)}
            if COUNTS_AS.get(there[name], there[name]) not in {COUNTS_AS.get(value, value) for value in said}:
                differs.append(name)
        if differs == ["kle_emne"] and self.remapped(case, there):
            return "forklaret", "kle_omlagt"
        return ("aendret", differs[0]) if differs else ("bevaret", None)

    def remapped(self, case, there):
        day = self.after[case["system"]].udtrukket.astimezone(DENMARK).date()
        change = (case["system"], case["kle_emne"], there["kle_emne"])
        since = [row["gaelder_fra"] for row in self.remaps if (row["system"], row["fra"], row["til"]) == change]
        return any(date.fromisoformat(str(first_day)) <= day for first_day in since)


class Notes:
    """Which baseline note (sag_uuid, notat_id) is answered by which (sag_uuid, notat_id, system) at one place."""

    def __init__(self, kommune, sted):
        self.kommune, self.sted = kommune, sted
        systems = FAGSYSTEM if sted == "nyt" else ("edh",)
        found = [(s, row) for s in systems for row in kommune.after[s].rows("journalnotat")]
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
        corrected = {(kind, objekt) for kind, objekt, _ in self.kommune.corrected}
        if self.sted == "edh" and ("journalnotat", after["notat_id"]) in corrected:
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
    there = {s: {kind: keyed(kind, kommune.after[s].rows(kind)) for kind in KEYS} for s in (*FAGSYSTEM, "edh")}
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


def cases_and_notes_of(kommune, owe, find):
    notes = {sted: Notes(kommune, sted) for sted in ("nyt", "edh")}
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


def rule_of(objekttype, sted, word):
    if word in ("ukendt", "dublet"):
        return "R20"
    if objekttype == "sag" and sted == "edh":
        return "R05" if word == "mangler" else "R04"
    return "R02" if sted == "nyt" else "R23" if objekttype == "journalnotat" else "R03"


def look_across(kommune, pligt):
    """R22: a cell of the figure that is empty. R24: an object that is in neither place."""
    fund, kinds, outcomes = [], ("sag", "journalnotat", "dokument"), defaultdict(set)
    for sted, kind in [("nyt", "sag"), ("nyt", "journalnotat"), *(("edh", kind) for kind in kinds)]:
        owed = any((row[1], row[4]) == (kind, sted) and row[6] != "afventer" for row in pligt)
        systems = FAGSYSTEM if sted == "nyt" else ("edh",)
        if owed and not any(kommune.after[system].rows(kind) for system in systems):
            fund.append(("R22", kommune.kode, kind, None, None, sted, None, None, None, None))
    for row in pligt:
        outcomes[row[1], row[2]].add(row[6])
    lost = [(kind, k) for (kind, k), words in outcomes.items() if kind in kinds and words == {"mangler"}]
    return fund + [("R24", kommune.kode, kind, k, None, None, None, None, None, None) for kind, k in lost]


def ledgers_of(kommune, waived):
    books = Ledgers([], [], [])

    def write(book, kind, k, sag, sted, system, word, aarsag, modpart):
        if word in BAD and (kommune.kode, kind, k, sted) in waived:
            word, aarsag = "forklaret", "afvigelse"
        row = (kommune.kode, kind, k, sag, sted, system, word, aarsag, modpart)
        book.append(row)
        if word in BAD:
            books.fund.append((rule_of(kind, sted, word), *row))

    for part in (cases_and_notes_of, documents_of):
        part(kommune, lambda *row: write(books.pligt, *row), lambda *row: write(books.oprindelse, *row))
    books.fund.extend(look_across(kommune, books.pligt))
    return books


def ledgers(estate, waivers, deliveries, today):
    """Both ledgers and the findings of the rules that read them, for every kommune of ``estate``.

    ``estate`` and ``waivers`` are what estate.yaml and afvigelser.yaml hold; ``today`` is the run's date.
    """
    total = Ledgers([], [], [])
    valid = [waiver for waiver in waivers if date.fromisoformat(str(waiver["udloeber"])) >= today]
    waived = {tuple(waiver[name] for name in ("kommunekode", "objekttype", "objekt_id", "sted")) for waiver in valid}
    for kode, settings in estate["kommuner"].items():
        overgang = {system: instant(moment) for system, moment in settings["overgang"].items()}
        if overgang:
            kommune = Kommune(kode, overgang, deliveries, estate.get("kle_omlaegninger", REMAPS))
            for book, rows in zip(total, ledgers_of(kommune, waived), strict=True):
                book.extend(rows)
    return total
