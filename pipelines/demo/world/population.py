"""The baseline of a kommune: cases, notes and documents as KMD Sag and EDH had them before the move."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from pipelines.demo.world import words
from pipelines.demo.world.contents import Case, Document, Note, Row, World
from pipelines.demo.world.draw import Draw, made_uuid
from pipelines.demo.world.plans import FAGSYSTEM, KommunePlan
from pipelines.demo.world.texts import long_text, note_text, written

# Of twenty cases: nine sickness benefit, eight cash benefit, one pension, two manual.
_KINDS: tuple[str | None, ...] = (*(["ksd", "ky"] * 8), "ksd", "spk", None, None)

# What is special about a case, by its number among forty of its system. The rest are plain, or go on.
_TRAITS = {
    "ksd": {
        3: "uden_for_vindue", 5: "sidste_i_vinduet", 7: "ens_notater", 11: "stort_notat", 15: "lukket_efter",
        19: "delt_dokument", 20: "delt_dokument", 23: "lukket_senest", 31: "berigtiget", 35: "berigtiget",
    },
    "ky": {
        7: "ens_notater", 11: "stort_notat", 15: "lukket_efter", 19: "delt_dokument", 20: "delt_dokument",
        23: "lukket_senest", 27: "samlet", 28: "samlet", 31: "delt_notat", 32: "delt_notat", 35: "berigtiget",
        36: "samlet_lukket", 37: "samlet_lukket",
    },
    "spk": {3: "lukket_senest", 7: "ens_notater"},
    None: {7: "ens_notater", 15: "berigtiget", 9: "uden_dokument"},
}  # fmt: skip
_PAIRS = ("delt_dokument", "samlet", "samlet_lukket", "delt_notat")
_OPEN = ("berigtiget", "lukket_efter", "lukket_senest", "samlet_lukket")
_WITH_DOCUMENTS = (*_OPEN, "delt_dokument", "samlet")
_LARGE_NOTES_UP_TO = 120
# Which of eleven cases have no document. What decides whether a case can be given a fault is counted, not drawn,
# so that a size that holds every fault does so whatever the seed.
_WITHOUT_DOCUMENTS = {"ksd": (1, 4, 9), "ky": (1, 4, 9), "spk": (1, 4, 9), None: (8,)}

_KLE = {
    "ksd": ("15.17.06",),
    "ky": ("32.24.04", "32.24.04", "32.24.32", "32.24.48", "15.17.12"),
    "spk": ("32.03.12",),
    None: ("32.45.10",),
}
_STATES = (
    "Opstaaet", "Oplyst", "Afgjort", "Bestilt", "Afsluttet", "Udfoert", "Oplyst", "Afgjort", "Afsluttet",
)  # fmt: skip
_FIRST_CASE = datetime(2012, 2, 1, tzinfo=UTC)
# KSD took closed cases whose right ended in the year of transition or the three before it (2020: from 2017).
_WINDOW_CLOSES = datetime(2017, 1, 1, tzinfo=UTC)
_OLD = ("uden_for_vindue", "sidste_i_vinduet")


class Population:
    """Makes the baseline of one kommune, case by case."""

    def __init__(self, plan: KommunePlan, seed: int) -> None:
        self.plan = plan
        self.seed = seed
        self.draw = Draw(f"{seed} {plan.kode}")
        self.world = World(plan)
        self._counts = dict.fromkeys(("citizen", "note", "document"), 0)
        self._seconds: set[datetime] = set()
        self._numbers: set[str] = set()
        self._of_system: dict[str | None, list[Case]] = {system: [] for system in _KINDS}

    def made(self, cases: int) -> World:
        """The world, with ``cases`` baseline cases."""
        for serial in range(1, cases + 1):
            self.world.cases.append(self._case(serial, _KINDS[serial % len(_KINDS)]))
        self.world.loose = [self._document(self.plan.first_baseline, None) for _ in range(1 + cases // 400)]
        # A file that was empty before is as it was when it is empty now.
        self.world.loose[0].files[0] |= emptied(self.world.loose[0].files[0])
        return self.world

    def citizen(self) -> tuple[str, str]:
        """A made personal number (day + 60, which no citizen has) and a name."""
        self._counts["citizen"] += 1
        name = f"{self.draw.one_of(words.FIRST_NAMES)} {self.draw.one_of(words.LAST_NAMES)}"
        number = ""
        while not number or number in self._numbers:
            day, month, year = 61 + self.draw.below(28), 1 + self.draw.below(12), 40 + self.draw.below(60)
            number = f"{day:02}{month:02}{year:02}{self._counts['citizen'] % 10_000:04}"
        self._numbers.add(number)
        return number, name

    def _trait(self, system: str | None, number: int) -> str | None:
        if self.plan.tiny:
            return None
        trait = _TRAITS[system].get(number % 40)
        if trait == "stort_notat" and number > _LARGE_NOTES_UP_TO:
            return None
        return trait or ("fortsat" if number % 4 == 2 else None)

    def _case(self, serial: int, system: str | None) -> Case:
        draw, plan = self.draw, self.plan
        number = len(self._of_system[system])
        trait = self._trait(system, number)
        before = self._of_system[system][-1] if self._of_system[system] else None
        partner = before if before and trait in _PAIRS and before.trait == trait else None
        # Some citizens have several cases at once; what is merged or shared is always one citizen's.
        parallel = partner or (before if draw.chance(20) else None)
        cpr, name = (parallel.row["part_cpr"], parallel.name) if parallel else self.citizen()
        extracted = plan.baseline(system)
        latest = _WINDOW_CLOSES - timedelta(days=200) if trait in _OLD else extracted - timedelta(days=300)
        oprettet = self._moment(_FIRST_CASE, latest)
        row: Row = {
            "sag_uuid": made_uuid(plan.kode, "sag", serial),
            "sagsnummer": f"{plan.kode}-{oprettet.year}-{serial:06}",
            "titel": draw.one_of(words.CASE_TITLES[system]).format(serial=serial),
            "sagstype": "fagsystemsag" if system else "manuel",
            "fagsystem": FAGSYSTEM[system] if system else None,
            "part_cpr": cpr,
            "kle_emne": "32.24.04" if trait in ("samlet", "samlet_lukket") else draw.one_of(_KLE[system]),
            "kle_facet": draw.one_of(("G01", "Ø30")),
            "livscyklus": "passiveret" if trait == "uden_for_vindue" and number // 40 % 2 else "aktiv",
            "oprettet": oprettet,
            "ansvarlig_enhed": draw.one_of(words.OFFICES),
            **self._state(trait, number, oprettet, extracted),
        }
        case = Case(row, system, name, trait)
        self._of_system[system].append(case)
        count = 3 + draw.below(4) if system else 2 + draw.below(3)
        last = row["afsluttet"] or extracted
        case.notes = [self._note(case, last, place) for place in range(count)]
        self._special_notes(case, partner)
        if trait in _WITH_DOCUMENTS or (trait != "uden_dokument" and number % 11 not in _WITHOUT_DOCUMENTS[system]):
            for _ in range(1 + draw.below(2)):
                self._document(last, case)
        if partner and trait == "delt_dokument":
            self._link(partner.documents[0], case, "Vedlagt")
        row["aendret"] = max([row["fremdrift_fra"], *(note.row["oprettet"] for note in case.notes)])
        return case

    def _state(self, trait: str | None, number: int, oprettet: datetime, extracted: datetime) -> Row:
        if trait in _OLD:
            closed = self._moment(_WINDOW_CLOSES - timedelta(days=60), _WINDOW_CLOSES)
            last_day = _WINDOW_CLOSES.date() - timedelta(days=1 if trait == "uden_for_vindue" else 0)
            return {"fremdrift": "Afsluttet", "fremdrift_fra": closed, "afsluttet": closed, "ydelse_til": last_day}
        state = _STATES[number % len(_STATES)]
        if state == "Afsluttet" and trait not in _OPEN:
            closed = self._moment(extracted - timedelta(days=90), extracted - timedelta(days=2))
            return {
                "fremdrift": state,
                "fremdrift_fra": closed,
                "afsluttet": closed,
                "ydelse_til": None if self.draw.chance(30) else closed.date(),
            }
        state = "Afgjort" if state == "Afsluttet" else state
        since = oprettet if state == "Opstaaet" else self._moment(oprettet, extracted - timedelta(days=2))
        return {"fremdrift": state, "fremdrift_fra": max(since, oprettet), "afsluttet": None, "ydelse_til": None}

    def _note(self, case: Case, last: datetime, place: int) -> Note:
        draw = self.draw
        self._counts["note"] += 1
        serial = self._counts["note"]
        if case.trait == "stort_notat" and place == 0:
            text = long_text(f"{serial:06}")
        else:
            cpr = case.row["part_cpr"] if case.trait == "fortsat" and draw.chance(25) else None
            text = note_text(draw, case.name, f"{serial:06}", cpr)
        form = "rtf" if place and draw.chance(20) else "text"
        row: Row = {
            "notat_id": f"J{serial:07}" if case.system else f"E{serial:07}",
            "sag_uuid": case.uuid,
            "oprettet": self._moment(case.row["oprettet"], last - timedelta(days=1)),
            "forfatter": f"{draw.one_of(words.FIRST_NAMES)} {draw.one_of(words.LAST_NAMES)}",
            # The first notes always have a title: a title can only be lost where there was one.
            "titel": None if place > 1 and draw.chance(20) else draw.one_of(words.NOTE_TITLES),
            "tekst": written(text, form, serial),
            "format": form,
        }
        return Note(row, text)

    def _special_notes(self, case: Case, partner: Case | None) -> None:
        """Equal notes on one case, and one note that lies on two cases of the same citizen."""
        if case.trait == "ens_notater":
            self._copy(case.notes[0], case)
        if case.trait == "delt_notat" and partner is not None:
            self._copy(partner.notes[0], case)

    def _copy(self, note: Note, case: Case) -> None:
        self._counts["note"] += 1
        letter = note.row["notat_id"][0]
        row = {**note.row, "notat_id": f"{letter}{self._counts['note']:07}", "sag_uuid": case.uuid}
        case.notes.append(Note(row, note.text))

    def _document(self, last: datetime, case: Case | None) -> Document:
        self._counts["document"] += 1
        number = f"{self.plan.kode}-{self._counts['document']:06}"
        title, kind, name = self.draw.one_of(words.DOCUMENTS)
        earliest = case.row["oprettet"] if case else last - timedelta(days=400)
        registered = self._moment(earliest, last - timedelta(days=1))
        document = document_of(self.plan.kode, number, f"{title}, {number}", kind, name, registered)
        if case:
            self._link(document, case, "Tilakteret")
        return document

    @staticmethod
    def _link(document: Document, case: Case, rolle: str) -> None:
        document.links.append({"dokument_uuid": document.row["dokument_uuid"], "sag_uuid": case.uuid, "rolle": rolle})
        case.documents.append(document)

    def _moment(self, earliest: datetime, latest: datetime) -> datetime:
        """A second that no other moment of the kommune has: what is matched by time has one answer."""
        moment = max(self.draw.working_time(earliest, latest), earliest + timedelta(seconds=1))
        while moment in self._seconds:
            moment += timedelta(seconds=1)
        self._seconds.add(moment)
        return moment


def document_of(kode: str, number: str, title: str, kind: str, name: str, registered: datetime) -> Document:
    """A document without links, with its original file and, for every other one, a PDF beside it."""
    uuid = made_uuid(kode, "dokument", number)
    row: Row = {
        "dokument_uuid": uuid,
        "dokumentnummer": number,
        "titel": title,
        "dokumenttype": kind,
        "brevdato": registered.date(),
        "registreret": registered,
        "fremdrift": "Endeligt",
    }
    variants = ["original", "pdf"] if int(uuid[:2], 16) % 2 else ["original"]
    files = [_file(uuid, variant, name) for variant in variants]
    return Document(row, files, [])


def emptied(row: Row) -> Row:
    """What a file row says of a file without bytes."""
    return {"bytes": 0, "kontrolsum": hashlib.new(row["algoritme"], b"", usedforsecurity=False).hexdigest()}


def _file(uuid: str, variant: str, name: str) -> Row:
    content = f"{uuid}/{variant}".encode()
    algorithm = "md5" if uuid[2] == "0" else "sha256"
    return {
        "dokument_uuid": uuid,
        "variant": variant,
        "del": 1,
        "filnavn": name if variant == "original" else name.rsplit(".", 1)[0] + ".pdf",
        "mimetype": "application/pdf" if name.endswith("pdf") or variant == "pdf" else None,
        "bytes": 2_000 + int(uuid[3:7], 16),
        "kontrolsum": hashlib.new(algorithm, content, usedforsecurity=False).hexdigest(),
        "algoritme": algorithm,
    }
