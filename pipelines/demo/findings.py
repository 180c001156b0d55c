"""What a fault implies: the findings, as its author reads them off the rulings.

They are written down by thought, never taken from what the pipeline finds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.demo.world.contents import Case, Document, Note, Row, file_id, key_id, link_id, note_id

# The rules that the sheet answers for: all there are.
RULES = (*(f"R{number:02}" for number in range(1, 25)), "AFV")
# Those whose findings are rows of the ledger of obligations.
OBLIGATION_RULES = ("R02", "R03", "R04", "R05", "R23")

# regel, kommunekode, objekttype, objekt_id, sted, udfald, aarsag
Finding = tuple[str | None, ...]


@dataclass
class Fault:
    """One fault put in: its name, what it does, and the findings that it implies."""

    name: str
    what: str
    kommunekode: str
    findings: list[Finding] = field(default_factory=list)

    # The rules that read the ledgers.

    def case(self, case: Case, sted: str, udfald: str, aarsag: str | None = None) -> None:
        """Expect a finding on a baseline case at ``sted``."""
        regel = "R02" if sted == "nyt" else "R05" if udfald == "mangler" else "R04"
        self._expect(regel, "sag", case.uuid, sted, udfald, aarsag)

    def note(self, note: Note, sted: str, udfald: str, aarsag: str | None = None) -> None:
        """Expect a finding on a baseline note at ``sted``."""
        self._expect("R02" if sted == "nyt" else "R23", "journalnotat", note.objekt_id, sted, udfald, aarsag)

    def kept(self, objekttype: str, objekt_id: str, udfald: str, aarsag: str | None = None) -> None:
        """Expect a finding on a baseline dokument, fil or dokument_sag, which were to stay in EDH."""
        self._expect("R03", objekttype, objekt_id, "edh", udfald, aarsag)

    def origin(self, objekttype: str, objekt_id: str, sted: str, ophav: str) -> None:
        """Expect a finding on an object found after, that is ``ukendt`` or ``dublet``."""
        self._expect("R20", objekttype, objekt_id, sted, ophav)

    def unknown_document(self, document: Document, sted: str) -> None:
        """Expect a document with all that hangs on it to be ``ukendt``."""
        self.origin("dokument", document.row["dokument_uuid"], sted, "ukendt")
        for row in document.files:
            self.origin("fil", file_id(row), sted, "ukendt")
        for row in document.links:
            self.origin("dokument_sag", link_id(row), sted, "ukendt")

    def empty_cell(self, objekttype: str, sted: str) -> None:
        """Expect that a cell of the letter's figure is found empty."""
        self._expect("R22", objekttype, None, sted)

    def nowhere(self, objekttype: str, objekt_id: str) -> None:
        """Expect that the object is found in neither place."""
        self._expect("R24", objekttype, objekt_id, None, "mangler")

    # The rules that look across.

    def delivery(self, system: str, folder: str) -> None:
        """Expect R01 on a delivery of a kommune that is not in the estate; ``folder`` names its time."""
        self._expect("R01", "leverance", f"{system}/{self.kommunekode}/{folder}", None)

    def edh_case(self, regel: str, sag_uuid: str, udfald: str | None = None, aarsag: str | None = None) -> None:
        """Expect a finding of R06 R07 R08 R10 R11 R14 R15 or R16 on a case in EDH."""
        self._expect(regel, "sag", sag_uuid, "edh", udfald, aarsag)

    def edh_note(self, regel: str, row: Row) -> None:
        """Expect a finding of R14 or R16 on a note in EDH."""
        self._expect(regel, "journalnotat", note_id(row), "edh")

    def document(self, regel: str, dokument_uuid: str) -> None:
        """Expect a finding of R12 or R21 on a document in a new system, of R13 or R16 on one in EDH."""
        self._expect(regel, "dokument", dokument_uuid, "nyt" if regel in ("R12", "R21") else "edh")

    def key(self, row: Row, aarsag: str) -> None:
        """Expect R09 on a nøglepose row; ``aarsag`` is the column that is wrong."""
        self._expect("R09", "noeglepose", key_id(row), "nyt", None, aarsag)

    def untied(self, case: Case) -> None:
        """Expect R09 and R10 on a case that the new system has, and no nøglepose row leads to."""
        self._expect("R09", "sag", case.uuid, "nyt", "ulinket")
        self.edh_case("R10", case.uuid, "ulinket")

    def correction(self, row: Row) -> None:
        """Expect R17 on a request that does not show."""
        self._expect("R17", "berigtigelse", f"{row['anmodning_id']}|{row['objekt_id']}|{row['felt']}", "edh")

    def index(self, objekttype: str, objekt_id: str, udfald: str, aarsag: str | None = None) -> None:
        """Expect R18 on a sag or dokument that EDH and the index do not agree on."""
        self._expect("R18", objekttype, objekt_id, "edh", udfald, aarsag)

    def esdh(self, objekttype: str, objekt_id: str, udfald: str, aarsag: str | None = None) -> None:
        """Expect R19 on an object of EDH, or a nøglepose row, that the new ESDH does not answer."""
        sted = "nyt" if objekttype == "noeglepose" else "edh"
        self._expect("R19", objekttype, objekt_id, sted, udfald, aarsag)

    def waiver(self, row: Row, udfald: str) -> None:
        """Expect AFV on a waiver that is ``udloebet`` or ``ubrugt``."""
        parts = [row["objekttype"], row["objekt_id"], row.get("sted"), row.get("regel")]
        escaped = [(part or "").replace("\\", "\\\\").replace("|", "\\|") for part in parts]
        self._expect("AFV", "afvigelse", "|".join(escaped), row.get("sted"), udfald)

    def _expect(
        self,
        regel: str,
        objekttype: str,
        objekt_id: str | None,
        sted: str | None,
        udfald: str | None = None,
        aarsag: str | None = None,
    ) -> None:
        self.findings.append((regel, self.kommunekode, objekttype, objekt_id, sted, udfald, aarsag))
