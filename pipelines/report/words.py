"""The words a reader sees for the codes of the ledgers: Danish and English."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

_DANISH_TIME = ZoneInfo("Europe/Copenhagen")


class Words(NamedTuple):
    """One text in both languages."""

    da: str
    en: str


_MONTHS = (
    Words("januar", "January"),
    Words("februar", "February"),
    Words("marts", "March"),
    Words("april", "April"),
    Words("maj", "May"),
    Words("juni", "June"),
    Words("juli", "July"),
    Words("august", "August"),
    Words("september", "September"),
    Words("oktober", "October"),
    Words("november", "November"),
    Words("december", "December"),
)


# In the order in which the ledger decides between them (good ones first).
UDFALD = {
    "bevaret": Words("bevaret", "preserved"),
    "forklaret": Words("forklaret", "explained"),
    "afventer": Words("afventer", "waiting"),
    "ulinket": Words("ulinket", "unlinked"),
    "aendret": Words("ændret", "changed"),
    "dubleret": Words("dubleret", "duplicated"),
    "fejlplaceret": Words("fejlplaceret", "misplaced"),
    "mangler": Words("mangler", "missing"),
}
BAD_UDFALD = ("ulinket", "aendret", "dubleret", "fejlplaceret", "mangler")

OPHAV = {
    "konverteret": Words("konverteret", "converted"),
    "ny": Words("ny", "new"),
    "forklaret": Words("forklaret", "explained"),
    "dublet": Words("dublet", "duplicate"),
    "ukendt": Words("ukendt", "unknown"),
}
BAD_OPHAV = ("dublet", "ukendt")

MEANING = {
    "bevaret": Words(
        "fundet, og lig med det, der var, efter den erklærede normalisering",
        "found, and equal to what was there after the declared normalisation",
    ),
    "forklaret": Words("en erklæret grund dækker forskellen", "a declared reason covers the difference"),
    "afventer": Words(
        "leverancen efter overgangen er trukket ud, før overgangen var forbi, og kan ikke dømme",
        "the after-delivery was extracted before the transition was over, so it cannot judge",
    ),
    "ulinket": Words(
        "fundet på sagsnummer og borger, men ingen nøglepose binder den",
        "found by case number and citizen, but no nøglepose row ties it",
    ),
    "aendret": Words("fundet, men indholdet er et andet", "found, but its content differs"),
    "dubleret": Words("fundet flere gange, end den var der", "found more often than it was there"),
    "fejlplaceret": Words("fundet på forkert sag, borger eller system", "found on a wrong case, citizen or system"),
    "mangler": Words("ikke fundet", "not found"),
    "konverteret": Words("svarer til noget, der var", "answers something that was there"),
    "ny": Words("født ved eller efter overgangen", "born at or after the transition"),
    "dublet": Words("en kopi for meget", "one copy too many"),
    "ukendt": Words(
        "ældre end overgangen, og intet i det, der var, svarer til den",
        "older than the transition, and nothing that was there answers to it",
    ),
}

AARSAG = {
    "afkortet": Words("afkortet", "truncated"),
    "tegnsaet": Words("forkert tegnsæt", "wrong character set"),
    "blanktegn": Words("blanktegn", "white space"),
    "tidszone": Words("tidszone", "time zone"),
    "klokkeslaet_mistet": Words("klokkeslæt mistet", "time of day lost"),
    "tidspunkt": Words("tidspunkt", "time"),
    "forfatter_mistet": Words("forfatter mistet", "author lost"),
    "titel_mistet": Words("titel mistet", "title lost"),
    "tekst": Words("tekst", "text"),
    "kontrolsum": Words("kontrolsum", "checksum"),
    "tom_fil": Words("tom fil", "empty file"),
    "titel": Words("titel", "title"),
    "kle_emne": Words("KLE-emne", "KLE subject"),
    "kle_facet": Words("KLE-facet", "KLE facet"),
    "part_cpr": Words("borger", "citizen"),
    "sagsnummer": Words("sagsnummer", "case number"),
    "oprettet": Words("oprettet", "created"),
    "fremdrift": Words("sagstilstand", "state of the case"),
    "uden_for_vindue": Words("uden for KSD's treårsvindue", "outside KSD's three-year window"),
    "kle_omlagt": Words("KLE omlagt", "KLE remapped"),
    "berigtigelse": Words("berigtigelse", "correction (berigtigelse)"),
    "stub": Words("for stort til at sendes (stub)", "too large to be sent (stub)"),
    "afvigelse": Words("godkendt afvigelse", "accepted deviation"),
    "aendret": Words("sidst ændret", "last changed"),
    "antal_journalnotater": Words("antal notater", "number of notes"),
    "krydsreference": Words("ingen krydsreference", "no cross-reference"),
    "ny_sag_uuid": Words("den nye sag findes ikke", "the new case is not there"),
    "edh_sag_uuid": Words("EDH-sagen findes ikke", "the EDH case is not there"),
}

OBJEKTTYPE = {
    "sag": Words("sag", "case"),
    "journalnotat": Words("journalnotat", "note"),
    "dokument": Words("dokument", "document"),
    "fil": Words("fil", "file"),
    "dokument_sag": Words("dokument på sag", "document on case"),
    "noeglepose": Words("nøglepose", "nøglepose"),
    "berigtigelse": Words("berigtigelse", "correction"),
    "indeks_sag": Words("sag i indekset", "case in the index"),
    "indeks_dokument": Words("dokument i indekset", "document in the index"),
    "krydsreference": Words("krydsreference", "cross-reference"),
    "leverance": Words("leverance", "delivery"),
    "afvigelse": Words("afvigelse", "waiver"),
}
STED = {
    "edh": Words("KMD Sag EDH", "KMD Sag EDH"),
    "nyt": Words("KSD, KY og SPK", "KSD, KY and SPK"),
}
SYSTEM = {
    "kmd_sag": Words("KMD Sag", "KMD Sag"),
    "edh": Words("EDH", "EDH"),
    "ksd": Words("KSD", "KSD"),
    "ky": Words("KY", "KY"),
    "spk": Words("SPK", "SPK"),
    "indeks": Words("Indekset", "The index"),
    "esdh": Words("Nyt ESDH", "New ESDH"),
}
STED_OG_SYSTEM = {**SYSTEM, **STED}
# What may stand in the udfald of a finding: a waiver has words of its own.
UDFALD_OG_OPHAV = {
    **OPHAV,
    **UDFALD,
    "udloebet": Words("udløbet", "expired"),
    "ubrugt": Words("ubrugt", "unused"),
}
SUITE = {
    "landing": Words("landingen", "landing"),
    "balance": Words("balancen", "balance"),
    "rules": Words("reglerne", "rules"),
}
# What landing and pinning remark on: landed, and the source's fault.
BEMAERKNING = {
    "ukendt_kolonne": Words("kolonne, som kontrakten ikke kender", "column unknown to the contract"),
    "fil_ikke_opfoert": Words("fil, som leverancen ikke opfører", "file that the delivery does not list"),
    "notat_paa_ukendt_sag": Words("notat på en sag, der ikke er leveret", "note on a case that was not delivered"),
    "loest_dokument": Words("dokument uden sag", "document on no case"),
    "haengende_fil": Words("fil uden dokument", "file without its document"),
    "haengende_dokument_sag": Words("kobling uden dokument eller sag", "link without its document or case"),
    "flertydig_lokaltid": Words("klokkeslæt, der findes to gange", "time of day that comes twice"),
    "maskeret_cpr": Words("personnummer i fri tekst, maskeret", "personal number in free text, masked"),
    "ukendt_felt": Words("berigtigelse af et ukendt felt", "correction of an unknown field"),
    "hul_i_baseline": Words("fagsystemsag i EDH, som KMD Sag ikke leverede", "fagsystemsag in EDH, not from KMD Sag"),
}
ALVOR = {
    "fatal": Words("fatal", "fatal"),
    "fejl": Words("fejl", "error"),
    "advarsel": Words("advarsel", "warning"),
}
VERDICT = {
    "met": Words("opfyldt", "met"),
    "broken": Words("brudt", "broken"),
    "not_evaluated": Words("ikke vurderet", "not evaluated"),
}


def words_of(codes: dict[str, Words], code: str | None) -> Words:
    """What a reader sees for ``code``; a code without words is shown as it is, null as nothing."""
    if code is None:
        return Words("", "")
    return codes.get(code, Words(code, code))


def number(value: int) -> Words:
    """A count with the thousands marked as each language does."""
    english = f"{value:,}"
    return Words(english.replace(",", "."), english)


def day(value: str) -> Words:
    """An ISO date in words."""
    moment = date.fromisoformat(value)
    month = _MONTHS[moment.month - 1]
    return Words(f"{moment.day}. {month.da} {moment.year}", f"{moment.day} {month.en} {moment.year}")


def moment(value: str) -> Words:
    """An ISO instant in Danish time, to the minute."""
    local = datetime.fromisoformat(value).astimezone(UTC).astimezone(_DANISH_TIME)
    on = day(local.date().isoformat())
    return Words(f"{on.da} kl. {local:%H.%M}", f"{on.en}, {local:%H:%M}")


def counted(count: int, one: Words, many: Words) -> Words:
    """``count`` and its noun, singular or plural."""
    noun = one if count == 1 else many
    said = number(count)
    return Words(f"{said.da} {noun.da}", f"{said.en} {noun.en}")
