"""The code lists of the delivery contract, each declared once.

Spellings are those of OIO Sag/Dokument and SF1470; where the contract narrows a list, that is said.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class CodeList:
    """A closed list of values; ``values`` maps each code to its Danish meaning."""

    name: str
    source: str
    values: dict[str, str]

    def __contains__(self, code: object) -> bool:
        return code in self.values


SYSTEM = CodeList(
    "system",
    "leverancekontrakten",
    {
        "kmd_sag": "KMD Sag: fagsystemsager og deres journalnotater før overgangen",
        "edh": "KMD Sag EDH: sager, journalnotater og dokumenter, før og efter",
        "ksd": "Kommunernes Sygedagpengesystem, afløser KMD Dagpenge",
        "ky": "Kommunernes Ydelsessystem, afløser KMD Aktiv",
        "spk": "Social Pension Kommune, afløser KMD Social Pension",
        "indeks": "Sags- og Dokumentindekset (SF1470)",
        "esdh": "Kommunens nye ESDH-system efter et leverandørskifte",
    },
)
SAGSTYPE = CodeList(
    "sagstype",
    "leverancekontrakten, efter brevets ord",
    {
        "fagsystemsag": "Sag, der ejes af et fagsystem",
        "manuel": "Sag uden fagsystem",
        "edh": "Sag, der er efterladt i KMD Sag EDH",
    },
)
FAGSYSTEM = CodeList(
    "fagsystem",
    "leverancekontrakten, efter brevets ord",
    {
        "kmd_aktiv": "KMD Aktiv, afløses af KY",
        "kmd_dagpenge": "KMD Dagpenge, afløses af KSD",
        "kmd_social_pension": "KMD Social Pension, afløses af SPK",
    },
)
FREMDRIFT = CodeList(
    "fremdrift",
    "OIO Sag FremdriftStatusKode 1.2.STS-4",
    {
        "Opstaaet": "Sagen er opstået",
        "Oplyst": "Sagen er oplyst",
        "Afgjort": "Sagen er afgjort",
        "Bestilt": "Ydelsen er bestilt",
        "Udfoert": "Ydelsen er udført",
        "Afsluttet": "Sagen er afsluttet",
    },
)
LIVSCYKLUS = CodeList(
    "livscyklus",
    "leverancekontrakten",
    {"aktiv": "I brug", "passiveret": "Passiveret; ikke det samme som afsluttet"},
)
NOTATFORMAT = CodeList(
    "format",
    "leverancekontrakten",
    {"text": "Ren tekst", "html": "HTML", "rtf": "Rich Text Format"},
)
ROLLE = CodeList(
    "rolle",
    "SF1470 TilhoersforholdKode",
    {"Tilakteret": "Dokumentet hører til sagen", "Vedlagt": "Dokumentet er vedlagt sagen"},
)
ALGORITME = CodeList(
    "algoritme",
    "leverancekontrakten",
    {"sha256": "SHA-256, 64 hexcifre", "md5": "MD5, 32 hexcifre (SIARD-DK)"},
)
OBJEKTTYPE = CodeList(
    "objekttype",
    "leverancekontrakten",
    {"sag": "Sag", "journalnotat": "Journalnotat", "dokument": "Dokument"},
)

CODE_LISTS = (SYSTEM, SAGSTYPE, FAGSYSTEM, FREMDRIFT, LIVSCYKLUS, NOTATFORMAT, ROLLE, ALGORITME, OBJEKTTYPE)


@dataclass(frozen=True)
class Successor:
    """The new system that takes over a fagsystem's cases (the letter)."""

    system: str
    fagsystem: str


# A system is a row of data, not a branch in the code: SPK works as KSD and KY do.
SUCCESSORS = (
    Successor("ksd", "kmd_dagpenge"),
    Successor("ky", "kmd_aktiv"),
    Successor("spk", "kmd_social_pension"),
)
NEW_SYSTEMS = tuple(successor.system for successor in SUCCESSORS)


@cache
def kommuner() -> dict[str, str]:
    """The 98 municipalities: four-digit kommunekode to name."""
    text = (files("pipelines.contract") / "kommuner.csv").read_text(encoding="utf-8-sig")
    return {row["kommunekode"]: row["navn"] for row in csv.DictReader(text.splitlines(), delimiter=";")}
