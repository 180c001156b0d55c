"""What the oracle knows of one kommune: its baseline, what lies where now, and which case is found where."""

from collections import defaultdict
from datetime import UTC, date, datetime

from tests.oracle_rows import DENMARK, KEYS, Delivery, keyed, newborn

FAGSYSTEM = {"ksd": "kmd_dagpenge", "ky": "kmd_aktiv", "spk": "kmd_social_pension"}
WEIGHT = ("mangler", "fejlplaceret", "dubleret", "aendret", "ulinket", "forklaret", "bevaret", "linket")
CASE_COLUMNS = ("titel", "kle_emne", "kle_facet", "part_cpr", "sagsnummer", "oprettet")
COUNTS_AS = {"Bestilt": "Afgjort", "Udfoert": "Afgjort"}
REMAP = {"system": "ky", "til": "32.24.04", "gaelder_fra": "2022-02-01"}
REMAPS = [{**REMAP, "fra": "32.24.32"}, {**REMAP, "fra": "32.24.48"}]


def heaviest(*outcomes):
    return min(outcomes, key=lambda outcome: WEIGHT.index(outcome[0]))


class Kommune:
    """One kommune's baseline, what lies where now, and which case is found where.

    A place of a case is (system, sag_uuid); ``found`` and ``status`` go by (sted, baseline sag_uuid).
    """

    def __init__(self, kode, overgang, deliveries, remaps, opsagt=None, udrullet=None):
        self.kode, self.overgang, self.remaps = kode, overgang, remaps
        self.opsagt, self.udrullet = opsagt, udrullet
        self.deliveries = sorted((d for d in deliveries if d.kommunekode == kode), key=lambda d: d.udtrukket)
        self.first = min(overgang, key=lambda system: overgang[system])
        self.nothing = Delivery("", kode, datetime.max.replace(tzinfo=UTC), {})
        self.after = {system: self.last(system) for system in (*FAGSYSTEM, "edh", "indeks", "esdh")}
        self.read = {}
        self.new = {(s, row["sag_uuid"]): row for s in FAGSYSTEM for row in self.rows(s, "sag")}
        self.left = {("edh", row["sag_uuid"]): row for row in self.rows("edh", "sag")}
        corrections = self.rows("edh", "berigtigelse")
        self.corrected = {(row["objekttype"], row["objekt_id"], row["felt"]) for row in corrections}
        self.corrected_objects = {named[:2] for named in self.corrected}
        self.read_baseline()
        self.status, self.found, self.copies = {}, {}, set()
        self.find_new()
        self.find_left()

    def last(self, system, before=None):
        fitting = [d for d in self.deliveries if d.system == system and (before is None or d.udtrukket < before)]
        return fitting[-1] if fitting else self.nothing

    def rows(self, system, entity):
        """What the after-delivery of ``system`` says, read once."""
        if (system, entity) not in self.read:
            self.read[system, entity] = self.after[system].rows(entity)
        return self.read[system, entity]

    def delivered(self, system, entity):
        return entity in self.after[system].tables

    def has_moved(self, system, of="edh"):
        """Whether the after-delivery of ``of`` was extracted when ``system`` had moved."""
        after = self.after[of]
        return after is not self.nothing and system in self.overgang and after.udtrukket >= self.overgang[system]

    def read_baseline(self):
        start = {system: self.overgang.get(system, self.overgang[self.first]) for system in FAGSYSTEM}
        self.edh_before = {system: self.last("edh", start[system]) for system in FAGSYSTEM}
        edh = self.edh_before[self.first]
        first_kmd = self.last("kmd_sag", start[self.first]).rows("sag")
        fagsager = {row["sag_uuid"] for row in first_kmd if row["sagstype"] == "fagsystemsag"}
        manual = [row for row in edh.rows("sag") if row["sag_uuid"] not in fagsager]
        lots = [(None, manual, edh.rows("journalnotat"), edh, edh)]
        for system in sorted(FAGSYSTEM, key=lambda system: start[system]):
            kmd, own = self.last("kmd_sag", start[system]), ("fagsystemsag", FAGSYSTEM[system])
            cases = [row for row in kmd.rows("sag") if (row["sagstype"], row["fagsystem"]) == own]
            lots.append((system, cases, kmd.rows("journalnotat"), kmd, self.edh_before[system]))
        self.cases, self.notes, self.things = {}, {}, {kind: {} for kind in KEYS}
        for system, cases, notes, source, edh in lots:
            with_documents = {row["sag_uuid"] for row in edh.rows("dokument_sag")}
            here = {row["sag_uuid"]: row | {"system": system, "taget": source.udtrukket} for row in cases}
            self.cases |= {k: row | {"har_dokument": k in with_documents} for k, row in here.items()}
            notes = [row | {"taget": source.udtrukket} for row in notes]
            # A case in two baselines is taken from the later, with its notes.
            self.notes = {at: row for at, row in self.notes.items() if at[0] not in here}
            self.notes |= {(row["sag_uuid"], row["notat_id"]): row for row in notes if row["sag_uuid"] in here}
        for system, cases, _, _, edh in lots:
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
                    self.things[kind][k] = row | {"taget": edh.udtrukket}

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
        ties = [(s, row) for s in FAGSYSTEM for row in self.rows(s, "noeglepose")]
        ties.sort(key=lambda tie: (tie[1]["dannet"], tie[1]["ny_sag_uuid"]))
        self.tied = defaultdict(set)
        for s, row in ties:
            if (s, row["ny_sag_uuid"]) in self.new:
                self.tied[row["edh_sag_uuid"]].add((s, row["ny_sag_uuid"]))
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
