"""The entities of the delivery contract, each declared once.

Schema, checks, landed Parquet, data dictionary and fixtures all derive from what stands here. Names
are the OIO/SF1470 terms in ASCII; field rules follow the delivery contract (``leverance.md``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from pipelines.contract.codes import (
    ALGORITME,
    FAGSYSTEM,
    FREMDRIFT,
    LIVSCYKLUS,
    NEW_SYSTEMS,
    NOTATFORMAT,
    OBJEKTTYPE,
    ROLLE,
    SAGSTYPE,
    SYSTEM,
    CodeList,
)

CONTRACT_VERSION = 1
MAX_FIELD_BYTES = 16 * 1024 * 1024

ColumnType = Literal["text", "uuid", "timestamp", "date", "integer", "cpr"]

_ARROW: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "uuid": pa.uuid(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
    "integer": pa.int64(),
    # A personal number is landed as the first 128 bits of its HMAC-SHA-256.
    "cpr": pa.uuid(),
}


@dataclass(frozen=True)
class Column:
    """One column of an entity.

    ``required``: never null. ``codes``: the closed list of its values. ``pattern``: a regular
    expression that the whole value matches. ``max_length``: in characters. ``normalised``: landed as
    NFC, white space runs one blank, stripped. ``free_text``: written by people, so any personal number
    in it is replaced before the first write. ``apart``: kept out of the ledger's files.
    """

    name: str
    type: ColumnType
    description: str
    required: bool = False
    codes: CodeList | None = None
    pattern: str | None = None
    max_length: int | None = None
    normalised: bool = False
    free_text: bool = False
    apart: bool = False

    @property
    def landed_name(self) -> str:
        """The name in the lake: ``part_cpr`` becomes ``part_id``."""
        return "part_id" if self.type == "cpr" else self.name

    @property
    def arrow(self) -> pa.Field:
        """The landed Arrow field."""
        return pa.field(self.landed_name, _ARROW[self.type], nullable=not self.required)


@dataclass(frozen=True)
class Entity:
    """One entity: who delivers it, its key, its columns in the contract's order.

    ``kontroltal`` names the total of ``leverance.json`` that counts it and ``counted`` the column
    whose distinct values that total counts. ``derived`` are columns that landing computes.
    """

    name: str
    description: str
    systems: tuple[str, ...]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    kontroltal: str | None = None
    counted: str | None = None
    derived: tuple[pa.Field, ...] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names) or not set(self.key) <= set(names):
            raise ValueError(f"the declaration of {self.name} contradicts itself")

    def column(self, name: str) -> Column:
        """The column called ``name``; ``KeyError`` when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def schema(self) -> pa.Schema:
        """The landed Arrow schema: the contract's columns, the derived ones, then the delivery line."""
        fields = [column.arrow for column in self.columns if not column.apart]
        return pa.schema([*fields, *self.derived, pa.field("linje", pa.int64(), nullable=False)])

    @property
    def text_schema(self) -> pa.Schema | None:
        """The schema of the file that holds what is kept apart (key and text); None when nothing is."""
        apart = [column.arrow for column in self.columns if column.apart]
        if not apart:
            return None
        return pa.schema([*(self.column(name).arrow for name in self.key), self.column("format").arrow, *apart])


_CASE_SYSTEMS = ("kmd_sag", "edh", *NEW_SYSTEMS, "esdh")
_DOCUMENT_SYSTEMS = ("edh", *NEW_SYSTEMS, "esdh")

SAG = Entity(
    "sag",
    "En sag, som systemet havde den ved udtrækket",
    _CASE_SYSTEMS,
    ("sag_uuid",),
    (
        Column("sag_uuid", "uuid", "Sagens egen id i dette system", required=True),
        Column("sagsnummer", "text", "Brugervendt nøgle", required=True, max_length=50, normalised=True),
        Column("titel", "text", "Sagens titel", required=True, max_length=255, normalised=True, free_text=True),
        Column("sagstype", "text", "Fagsystemsag, manuel sag eller EDH-sag", required=True, codes=SAGSTYPE),
        Column("fagsystem", "text", "Ejer af en fagsystemsag; EDH-kopien beholder den", codes=FAGSYSTEM),
        Column("part_cpr", "cpr", "Borgeren; lander som part_id", required=True),
        Column("kle_emne", "text", "KLE-emne NN.NN.NN", required=True, pattern=r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}"),
        Column("kle_facet", "text", "KLE-handlingsfacet, fx G01", required=True, pattern=r"[A-ZÆØÅ][0-9]{2}"),
        Column("fremdrift", "text", "Sagstilstand", required=True, codes=FREMDRIFT),
        Column("fremdrift_fra", "timestamp", "Hvornår den nuværende tilstand begyndte", required=True),
        Column("livscyklus", "text", "Aktiv eller passiveret", required=True, codes=LIVSCYKLUS),
        Column("oprettet", "timestamp", "Hvornår sagen blev oprettet", required=True),
        Column("aendret", "timestamp", "Hvornår sagen sidst blev ændret", required=True),
        Column("afsluttet", "timestamp", "Hvornår sagen blev afsluttet"),
        Column("ydelse_til", "date", "Sidste dag med ret til ydelsen"),
        Column("ansvarlig_enhed", "text", "Ansvarlig organisatorisk enhed", free_text=True),
    ),
    kontroltal="sager",
    counted="sag_uuid",
)

JOURNALNOTAT = Entity(
    "journalnotat",
    "Et journalnotat på en sag; i KY kan ét notat ligge på flere sager",
    _CASE_SYSTEMS,
    ("notat_id", "sag_uuid"),
    (
        Column("notat_id", "text", "Notatets id i dette system; kan ikke følges på tværs", required=True),
        Column("sag_uuid", "uuid", "Sagen, notatet ligger på", required=True),
        Column("oprettet", "timestamp", "Hvornår notatet blev skrevet", required=True),
        Column("forfatter", "text", "Hvem der skrev det", required=True, normalised=True, free_text=True),
        Column("titel", "text", "Notatets titel", normalised=True, free_text=True),
        Column("tekst", "text", "Notatets tekst; lander for sig selv", required=True, free_text=True, apart=True),
        Column("format", "text", "Tekstens form", required=True, codes=NOTATFORMAT),
    ),
    kontroltal="journalnotater",
    counted="notat_id",
    derived=(
        pa.field("tekst_bytes", pa.int64(), nullable=False),
        pa.field("er_stub", pa.bool_(), nullable=False),
        pa.field("tekstaftryk", pa.uuid(), nullable=False),
        pa.field("fingeraftryk", pa.uuid(), nullable=False),
    ),
)

DOKUMENT = Entity(
    "dokument",
    "Et dokument; dets filer og sager står for sig",
    _DOCUMENT_SYSTEMS,
    ("dokument_uuid",),
    (
        Column("dokument_uuid", "uuid", "Dokumentets id", required=True),
        Column("dokumentnummer", "text", "Dokumentets nummer"),
        Column("titel", "text", "Dokumentets titel", required=True, normalised=True, free_text=True),
        Column("dokumenttype", "text", "Dokumentets type", required=True),
        Column("brevdato", "date", "Brevets dato"),
        Column("registreret", "timestamp", "Hvornår dokumentet blev registreret", required=True),
        Column("fremdrift", "text", "Dokumentets tilstand", required=True),
    ),
    kontroltal="dokumenter",
    counted="dokument_uuid",
)

DOKUMENT_SAG = Entity(
    "dokument_sag",
    "At et dokument ligger på en sag; et dokument kan ligge på flere",
    _DOCUMENT_SYSTEMS,
    ("dokument_uuid", "sag_uuid"),
    (
        Column("dokument_uuid", "uuid", "Dokumentet", required=True),
        Column("sag_uuid", "uuid", "Sagen", required=True),
        Column("rolle", "text", "Tilakteret eller vedlagt", required=True, codes=ROLLE),
    ),
)

FIL = Entity(
    "fil",
    "En fil i et dokument: variant og del",
    _DOCUMENT_SYSTEMS,
    ("dokument_uuid", "variant", "del"),
    (
        Column("dokument_uuid", "uuid", "Dokumentet, filen hører til", required=True),
        Column("variant", "text", "Original, PDF, overstreget …", required=True),
        Column("del", "integer", "Delens nummer i varianten", required=True),
        Column("filnavn", "text", "Filens navn", required=True, free_text=True),
        Column("mimetype", "text", "Filens type"),
        Column("bytes", "integer", "Filens størrelse i bytes", required=True),
        Column("kontrolsum", "text", "Filens kontrolsum, hexcifre med små bogstaver", required=True),
        Column("algoritme", "text", "Kontrolsummens algoritme", required=True, codes=ALGORITME),
    ),
)

NOEGLEPOSE = Entity(
    "noeglepose",
    "Binder en ny sag til sine gamle EDH-sager",
    NEW_SYSTEMS,
    ("ny_sag_uuid", "edh_sag_uuid"),
    (
        Column("ny_sag_uuid", "uuid", "Sagen i det nye system", required=True),
        Column("edh_sag_uuid", "uuid", "Sagens id i KMD Sag, som den beholder i EDH", required=True),
        Column("part_cpr", "cpr", "Borgeren; lander som part_id", required=True),
        Column("dannet", "timestamp", "Hvornår rækken blev dannet", required=True),
        Column("batch", "text", "Konverteringens kørsel"),
    ),
)

BERIGTIGELSE = Entity(
    "berigtigelse",
    "Registret over rettelser bestilt hos KMD Sags servicedesk",
    ("edh",),
    ("anmodning_id", "objekt_id", "felt"),
    (
        Column("anmodning_id", "text", "Anmodningens nummer", required=True),
        Column("sag_uuid", "uuid", "Sagen, rettelsen gælder", required=True),
        Column("objekttype", "text", "Hvad der blev rettet", required=True, codes=OBJEKTTYPE),
        Column("objekt_id", "text", "Det rettedes id; et notats er EDH's notat_id", required=True),
        Column("felt", "text", "Kolonnen, der blev rettet", required=True),
        Column("udfoert", "timestamp", "Hvornår rettelsen blev udført", required=True),
        Column("begrundelse", "text", "Hvorfor", free_text=True),
    ),
)

INDEKS_SAG = Entity(
    "indeks_sag",
    "En sag i Sags- og Dokumentindekset",
    ("indeks",),
    ("sag_uuid",),
    (
        Column("sag_uuid", "uuid", "Sagens id", required=True),
        Column("sagsnummer", "text", "Brugervendt nøgle", required=True, normalised=True),
        Column("fremdrift", "text", "Sagstilstand", required=True, codes=FREMDRIFT),
        Column("master", "text", "Systemet, der ejer sagen", required=True, codes=SYSTEM),
        Column("antal_journalnotater", "integer", "Antal journalnotater i indekset", required=True),
        Column("sts_tidspunkt", "timestamp", "Hvornår indekset modtog den", required=True),
    ),
    kontroltal="sager",
    counted="sag_uuid",
)

INDEKS_DOKUMENT = Entity(
    "indeks_dokument",
    "Et dokument i Sags- og Dokumentindekset",
    ("indeks",),
    ("dokument_uuid",),
    (
        Column("dokument_uuid", "uuid", "Dokumentets id", required=True),
        Column("titel", "text", "Dokumentets titel", required=True, normalised=True, free_text=True),
        Column("master", "text", "Systemet, der ejer dokumentet", required=True, codes=SYSTEM),
        Column("sts_tidspunkt", "timestamp", "Hvornår indekset modtog det", required=True),
    ),
    kontroltal="dokumenter",
    counted="dokument_uuid",
)

KRYDSREFERENCE = Entity(
    "krydsreference",
    "Gammelt id til nyt id, når EDH er flyttet til et andet ESDH-system",
    ("esdh",),
    ("objekttype", "gammel_id"),
    (
        Column("objekttype", "text", "Hvad id'et tilhører", required=True, codes=OBJEKTTYPE),
        Column("gammel_id", "text", "Id i EDH", required=True),
        Column("ny_id", "text", "Id i det nye ESDH-system", required=True),
    ),
)

ENTITIES: dict[str, Entity] = {
    entity.name: entity
    for entity in (
        SAG,
        JOURNALNOTAT,
        DOKUMENT,
        DOKUMENT_SAG,
        FIL,
        NOEGLEPOSE,
        BERIGTIGELSE,
        INDEKS_SAG,
        INDEKS_DOKUMENT,
        KRYDSREFERENCE,
    )
}


def entities_of(system: str) -> list[Entity]:
    """The entities that ``system`` may deliver, in the contract's order."""
    return [entity for entity in ENTITIES.values() if system in entity.systems]
