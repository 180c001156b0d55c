"""KY, Kommunernes Ydelsessystem: a folder of CSV files, each a table named after its file.

No file format of KY is public. The shape read here is OUR reading of what KY's pages show: a case
has a ``data-id`` (UUID), a key such as ``HENV-MJOML7`` and is ``aktiv`` or ``passiv``; a note may lie on several cases
and its text is HTML; dates are written ``dd-mm-YYYY``. The columns required below are those; every other column and
every other file is taken as it stands. UTF-8 with or without BOM, ``;`` between the fields.

``sager.csv`` must be there. With ``journalnotater.csv`` the entity ``journalnotat`` has a mapping. ``sag`` has none:
KLE, the state and its times, and the type of case are nothing that KY's pages show, so the estate gives the SQL. This
is an example; the columns ``Oprettet``, ``Ændret`` and ``Ydelse til``, the KLE and the state are OUR reading and the
kommune's to decide (KY's kommuner are known to use 32.24.04 for all):

    SELECT
        "data-id" AS sag_uuid,
        "Sagsnøgle" AS sagsnummer,
        "Sagstekst" AS titel,
        'fagsystemsag' AS sagstype,
        "CPR-nummer" AS part_cpr,
        '32.24.04' AS kle_emne,
        'G01' AS kle_facet,
        'Oplyst' AS fremdrift,
        "Ændret" AS fremdrift_fra,
        CASE "data-tilstand" WHEN 'aktiv' THEN 'aktiv' WHEN 'passiv' THEN 'passiveret' END AS livscyklus,
        "Oprettet" AS oprettet,
        "Ændret" AS aendret,
        "Ydelse til" AS ydelse_til,
        linje
    FROM sager
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from pipelines.sources.block import RecordMistake
from pipelines.sources.native import Extract, SourceRemark
from pipelines.sources.native_csv import csv_table, described, files_ending, shown
from pipelines.sources.native_values import Form, Tally, dates_and_times, matching, without_hyphen

CASES = "sager"
NOTES = "journalnotater"

COLUMNS: Mapping[str, tuple[str, ...]] = {
    CASES: ("data-id", "Sagsnøgle", "Sagstekst", "data-tilstand", "CPR-nummer"),
    NOTES: ("Notat-id", "Sager", "Oprettet", "Forfatter", "skabelonTitel", "skabelonNoegle", "Tekst"),
}

_UUID = "(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_MOMENTS = ("Oprettet", "Ændret", "Afsluttet", "Tilstand fra", "Ydelse fra", "Ydelse til", "Registreret", "Dannet")

# In every table: which columns are dates or times, by name, and which a personal number.
COMMON_FORMS: dict[str, Form] = {**dict.fromkeys(_MOMENTS, dates_and_times), "CPR-nummer": without_hyphen}
FORMS: dict[str, dict[str, Form]] = {
    CASES: {
        "data-id": matching(_UUID, "the value is not a uuid; send the data-id of the case's row as KY has it"),
        "Sagsnøgle": matching(
            "[A-ZÆØÅ]+-[A-Z0-9]{6}",
            "the value is not a case key: capital letters, a hyphen, then six capital letters or digits; "
            "send it as KY shows it",
        ),
        "data-tilstand": matching("aktiv|passiv", "the value is neither aktiv nor passiv; send it as KY has it"),
    },
    NOTES: {
        # A note on no case would vanish when it is laid on its cases.
        "Sager": matching(
            rf"\s*{_UUID}\s*(?:,\s*{_UUID}\s*)*",
            "the value is not one or several uuids with a comma between; send the data-id of every case "
            "that the note lies on",
        )
    },
}


def open_extract(folder: Path) -> Extract:
    """The files of KY that lie in ``folder``; raises ``RecordMistake`` unless each header is in order."""
    paths: dict[str, Path] = {}
    for path in files_ending(folder, ".csv"):
        name = path.stem.lower()
        if name in paths:
            raise RecordMistake("another file has the same name but for its capitals; keep one", None, file=shown(path))
        paths[name] = path
    if CASES not in paths:
        raise RecordMistake(f"there is no file {CASES}.csv; send KY's cases under that name", None)
    sent = {name: described(path) for name, path in paths.items()}
    tallies = {name: Tally() for name in paths}
    tables = {
        name: csv_table(
            name, path, sent[name], COLUMNS.get(name, ()), COMMON_FORMS | FORMS.get(name, {}), tallies[name]
        )
        for name, path in paths.items()
    }

    def remarks() -> tuple[SourceRemark, ...]:
        return tuple(remark for name in paths for remark in tallies[name].remarks(sent[name].name))

    mapping = {"journalnotat": _sql("journalnotat")} if NOTES in paths else {}
    return Extract(tables, tuple(sent.values()), mapping=mapping, remarks=remarks)


def _sql(entity: str) -> str:
    return (files("pipelines.sources") / "mapping" / "ky" / f"{entity}.sql").read_text(encoding="utf-8")
