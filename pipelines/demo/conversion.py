"""The faultless move: what KSD, KY, SPK and EDH hold afterwards when nothing went wrong.

What may rightly differ is put in here, and expected as ``forklaret``: closed cases outside KSD's
window, KLE numbers that went out, notes too long for the index, corrections with a request.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipelines.demo import words
from pipelines.demo.draw import Draw, made_uuid
from pipelines.demo.edh import move_edh
from pipelines.demo.facit import Facit
from pipelines.demo.population import Population, document_of
from pipelines.demo.texts import STUB_LIMIT_BYTES, written
from pipelines.demo.world import AFTER, Case, Document, Note, Row, World

_COUNTS_AS = {"Bestilt": "Afgjort", "Udfoert": "Afgjort"}
_KLE_NOW = {"32.24.32": "32.24.04", "32.24.48": "32.24.04"}


class Conversion:
    """Moves one kommune's baseline; fills ``world.after`` and expects what is explained in ``facit``."""

    def __init__(self, population: Population, facit: Facit) -> None:
        self.world = population.world
        self.plan = population.plan
        self.population = population
        self.facit = facit
        self.draw = Draw(f"conversion {self.plan.kode}")
        self._serials = dict.fromkeys((*self.plan.transitions, "new"), 0)

    def done(self) -> World:
        """The world with its last deliveries."""
        for system in self.plan.transitions:
            # Each entity is delivered even when nothing is in it: not delivered means not judged.
            for entity in ("sag", "journalnotat", "dokument", "dokument_sag", "fil", "noeglepose"):
                self.world.after[system][entity] = []
        before: dict[str, Case] = {}
        for case in self.world.cases:
            if case.system in self.plan.transitions:
                self._to_new_system(case, case.system, before.get(case.system))
                before[case.system] = case
        for system in self.plan.transitions:
            self._born_after(system)
        move_edh(self.world, self.facit)
        self._manual_cases_go_on()
        return self.world

    def _to_new_system(self, case: Case, system: str, before: Case | None) -> None:
        transition = self.plan.transitions[system]
        waits = transition.overgang > AFTER
        if case.trait == "uden_for_vindue":
            self.facit.explain(self.plan.kode, "sag", case.uuid, "nyt", "uden_for_vindue")
            for note in case.notes:
                self.facit.explain(self.plan.kode, "journalnotat", note.objekt_id, "nyt", "uden_for_vindue")
            return
        rows = self.world.after[system]
        if case.trait == "samlet" and before and before.trait == "samlet":
            # One new case for two old ones: it keeps the first one's data.
            case.new = before.new
        else:
            case.new = self._new_row(case, system)
            rows["sag"].append(case.new)
        assert case.new is not None
        if case.documents:
            case.key = {
                "ny_sag_uuid": case.new["sag_uuid"],
                "edh_sag_uuid": case.uuid,
                "part_cpr": case.row["part_cpr"],
                "dannet": transition.overgang - timedelta(minutes=90) + timedelta(seconds=len(rows["noeglepose"])),
                "batch": f"KONV-{self.plan.kode}-{1 + len(rows['noeglepose']) // 500}",
            }
            rows["noeglepose"].append(case.key)
        if case.new["kle_emne"] != case.row["kle_emne"] and not waits:
            self.facit.explain(self.plan.kode, "sag", case.uuid, "nyt", "kle_omlagt")
        self._notes_to(case, system, before, waits)
        if case.trait == "fortsat" and not waits:
            self._goes_on(case, system)

    def _new_row(self, case: Case, system: str) -> Row:
        transition = self.plan.transitions[system]
        row = {
            **case.row,
            "sag_uuid": made_uuid(self.plan.kode, "ny sag", case.uuid),
            "sagstype": "fagsystemsag",
            "fagsystem": None,
            "fremdrift": _COUNTS_AS.get(case.row["fremdrift"], case.row["fremdrift"]),
        }
        if system == "ky":
            row["kle_emne"] = _KLE_NOW.get(row["kle_emne"], row["kle_emne"])
        closed = self._closed_later(case, system)
        if closed:
            row |= {"fremdrift": "Afsluttet", "fremdrift_fra": closed, "afsluttet": closed, "aendret": closed}
        elif case.trait == "fortsat" and transition.overgang < AFTER and case.row["fremdrift"] == "Opstaaet":
            moved_on = transition.overgang + timedelta(days=9, hours=2)
            row |= {"fremdrift": "Oplyst", "fremdrift_fra": moved_on, "aendret": moved_on}
        return row

    def _closed_later(self, case: Case, system: str) -> datetime | None:
        transition = self.plan.transitions[system]
        if case.trait != "lukket_efter" or transition.overgang > AFTER:
            return None
        return transition.overgang + timedelta(days=20, hours=3)

    def _notes_to(self, case: Case, system: str, before: Case | None, waits: bool) -> None:
        assert case.new is not None
        rows = self.world.after[system]["journalnotat"]
        shared = before.notes[0] if before and case.trait == before.trait == "delt_notat" else None
        for note in case.notes:
            row = self._note_row(note, system, case.new["sag_uuid"])
            if shared and note is case.notes[-1]:
                row = {**shared.after["nyt"], "sag_uuid": case.new["sag_uuid"]}
            if len(note.text.encode()) > STUB_LIMIT_BYTES:
                row |= {"tekst": words.STUB, "format": "text"}
                if not waits:
                    self.facit.explain(self.plan.kode, "journalnotat", note.objekt_id, "nyt", "stub")
            note.after["nyt"] = row
            rows.append(row)
        if shared and before:
            # KY shows a note on every case it was put on, also where the old case never had it.
            rows.append({**before.notes[1].after["nyt"], "sag_uuid": case.new["sag_uuid"]})

    def note_id(self, system: str) -> str:
        """The next free id of a note in ``system``."""
        self._serials[system] += 1
        return f"{system.upper()}{self._serials[system]:07}"

    def _note_row(self, note: Note, system: str, sag_uuid: str) -> Row:
        form = "html" if system == "ky" else "text"
        notat_id = self.note_id(system)
        text = written(note.text, form, self._serials[system])
        return {**note.row, "notat_id": notat_id, "sag_uuid": sag_uuid, "tekst": text, "format": form}

    def _goes_on(self, case: Case, system: str) -> None:
        """Life after the transition: a note and, now and then, a document, only in the new system."""
        assert case.new is not None
        overgang = self.plan.transitions[system].overgang
        # The very first note is written at the instant of transition: new, not old.
        first = not self._serials["new"]
        written_at = overgang if first else self._between(overgang, AFTER)
        self.add_note(system, case.new["sag_uuid"], written_at, case.name)
        if self.draw.chance(50):
            self.add_document(system, case.new["sag_uuid"], self._between(overgang, AFTER))

    def _between(self, earliest: datetime, latest: datetime) -> datetime:
        return self.draw.working_time(earliest + timedelta(days=1), latest - timedelta(days=10))

    def add_note(self, system: str, sag_uuid: str, oprettet: datetime, name: str) -> Row:
        """A note that no baseline note answers to; returns its row, already in the delivery."""
        self._serials["new"] += 1
        text = (
            f"{words.OPENINGS[1].format(navn=name)}\nNotat på sagen nr. N{self._serials['new']:05} i {system.upper()}."
        )
        form = "html" if system == "ky" else "text"
        number = f"E9{self._serials['new']:06}" if system == "edh" else self.note_id(system)
        row: Row = {
            "notat_id": number,
            "sag_uuid": sag_uuid,
            "oprettet": oprettet,
            "forfatter": self.draw.one_of(words.FIRST_NAMES) + " Prøve",
            "titel": "Samtale",
            "tekst": written(text, form, 0),
            "format": form,
        }
        self.world.after[system]["journalnotat"].append(row)
        return row

    def add_document(self, system: str, sag_uuid: str, registreret: datetime) -> Document:
        """A document that the baseline has not; returns it, already in the delivery."""
        self._serials["new"] += 1
        number = f"{system.upper()}-{self._serials['new']:06}"
        title, kind, name = self.draw.one_of(words.DOCUMENTS)
        document = document_of(self.plan.kode, number, title, kind, name, registreret)
        document.links = [
            {"dokument_uuid": document.row["dokument_uuid"], "sag_uuid": sag_uuid, "rolle": "Tilakteret"},
        ]
        rows = self.world.after[system]
        rows["dokument"].append(document.row)
        rows["fil"] += document.files
        rows["dokument_sag"] += document.links
        return document

    def add_case(self, system: str, oprettet: datetime) -> Row:
        """A case that no baseline case answers to; returns its row, already in the delivery."""
        self._serials["new"] += 1
        cpr, _ = self.population.citizen()
        key = made_uuid(self.plan.kode, "ny", self._serials["new"])
        row: Row = {
            "sag_uuid": key,
            "sagsnummer": f"HENV-{key[:6].upper()}{self._serials['new']}",
            "titel": "Ny henvendelse",
            "sagstype": "manuel" if system == "edh" else "fagsystemsag",
            "part_cpr": cpr,
            "kle_emne": {"ksd": "15.17.06", "ky": "32.24.04", "spk": "32.03.12"}.get(system, "32.45.10"),
            "kle_facet": "G01",
            "fremdrift": "Opstaaet",
            "fremdrift_fra": oprettet,
            "livscyklus": "aktiv",
            "oprettet": oprettet,
            "aendret": oprettet,
        }
        self.world.after[system]["sag"].append(row)
        return row

    def _born_after(self, system: str) -> None:
        overgang = self.plan.transitions[system].overgang
        if overgang > AFTER:
            return
        for number in range(1 + len(self.world.after[system]["sag"]) // 20):
            row = self.add_case(system, overgang if number == 0 else self._between(overgang, AFTER))
            self.add_note(system, row["sag_uuid"], row["oprettet"] + timedelta(minutes=20), "Ny borger")
            self.add_document(system, row["sag_uuid"], row["oprettet"] + timedelta(days=2))

    def _manual_cases_go_on(self) -> None:
        """Manual cases are worked on in EDH until the kommune gives them up."""
        given_up = self.plan.opsagt_manuelle_sager
        latest = datetime(given_up.year, given_up.month, given_up.day, tzinfo=UTC) if given_up else AFTER
        earliest = self.plan.first_baseline
        manual = [case for case in self.world.cases if case.system is None and case.trait == "fortsat"]
        for case in manual:
            self.add_note("edh", case.uuid, self._between(earliest, latest), case.name)
            self.add_document("edh", case.uuid, self._between(earliest, latest))
        for _ in manual[::3]:
            row = self.add_case("edh", self._between(earliest, latest - timedelta(days=30)))
            self.add_document("edh", row["sag_uuid"], row["oprettet"] + timedelta(days=1))
