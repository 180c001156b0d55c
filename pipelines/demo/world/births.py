"""Objects that no baseline object answers to: cases, notes and documents born after, or come from nowhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from pipelines.demo.world import words
from pipelines.demo.world.contents import Document, Row, World
from pipelines.demo.world.draw import Draw, made_uuid
from pipelines.demo.world.population import Population, document_of
from pipelines.demo.world.texts import written

# The KLE number of a new case in each system; in EDH one that is nobody's field.
_KLE = {"ksd": "15.17.06", "ky": "32.24.04", "spk": "32.03.12", "edh": "32.45.10"}


class Births:
    """Adds to the last deliveries of one kommune, with ids and citizens that nothing else has."""

    def __init__(self, population: Population) -> None:
        self.population = population
        self.world: World = population.world
        self.draw = Draw(f"{population.seed} {self.world.plan.kode} births")
        self._count = 0
        self._note_ids: dict[str, int] = {}

    def between(self, earliest: datetime, latest: datetime) -> datetime:
        """A moment well inside the two."""
        return self.draw.working_time(earliest + timedelta(days=1), latest - timedelta(days=10))

    def note_id(self, system: str) -> str:
        """The next free id of a note in the new ``system``."""
        self._note_ids[system] = self._note_ids.get(system, 0) + 1
        return f"{system.upper()}{self._note_ids[system]:07}"

    def note(self, system: str, sag_uuid: str, oprettet: datetime, name: str = "Ny borger") -> Row:
        """A note on ``sag_uuid`` about ``name``; returns its row, already in the delivery."""
        self._count += 1
        text = f"{words.OPENINGS[1].format(navn=name)}\nNotat på sagen nr. N{self._count:05} i {system.upper()}."
        form = "html" if system == "ky" else "text"
        row: Row = {
            "notat_id": f"E9{self._count:06}" if system == "edh" else self.note_id(system),
            "sag_uuid": sag_uuid,
            "oprettet": oprettet,
            "forfatter": self.draw.one_of(words.FIRST_NAMES) + " Prøve",
            "titel": "Samtale",
            "tekst": written(text, form, 0),
            "format": form,
        }
        self.world.after[system]["journalnotat"].append(row)
        return row

    def document(self, system: str, sag_uuid: str | None, registreret: datetime) -> Document:
        """A document on ``sag_uuid`` (None: a loose one); returns it, already in the delivery."""
        self._count += 1
        number = f"{system.upper()}-{self._count:06}"
        title, kind, name = self.draw.one_of(words.DOCUMENTS)
        document = document_of(self.world.plan.kode, number, title, kind, name, registreret)
        uuid = document.row["dokument_uuid"]
        if sag_uuid is not None:
            document.links = [{"dokument_uuid": uuid, "sag_uuid": sag_uuid, "rolle": "Tilakteret"}]
        rows = self.world.after[system]
        rows["dokument"].append(document.row)
        rows["fil"] += document.files
        rows["dokument_sag"] += document.links
        return document

    def case(self, system: str, oprettet: datetime, *, kle_emne: str | None = None) -> Row:
        """A case of a citizen of its own; returns its row, already in the delivery. In EDH it is manual."""
        self._count += 1
        cpr, _ = self.population.citizen()
        key = made_uuid(self.world.plan.kode, "ny", self._count)
        row: Row = {
            "sag_uuid": key,
            "sagsnummer": f"HENV-{key[:6].upper()}{self._count}",
            "titel": "Ny henvendelse",
            "sagstype": "manuel" if system == "edh" else "fagsystemsag",
            "fagsystem": None,
            "part_cpr": cpr,
            "kle_emne": kle_emne or _KLE[system],
            "kle_facet": "G01",
            "fremdrift": "Opstaaet",
            "fremdrift_fra": oprettet,
            "livscyklus": "aktiv",
            "oprettet": oprettet,
            "aendret": oprettet,
            "afsluttet": None,
        }
        self.world.after[system]["sag"].append(row)
        return row
