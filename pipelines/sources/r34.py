"""KSD's report R34, "Liste over nyoprettede sager": one CSV file, as the table ``r34``.

Known of it (from a public client that reads it): UTF-8 with BOM, ``;``, the columns below and others, and
three forms of one date, since KSD's pages show ``ddmmYYYY`` where the report has ``YYYY-MM-DD``. Dates are brought to
``YYYY-MM-DD``, the hyphen is taken out of ``CPR-nummer``; every other column is as it stands.

The report has no id of a case but its number, no KLE, no state with its time and no kommunekode. So there is no
mapping of its own, and the estate gives the SQL. This is an example; all in it that is not a column of the report is
OUR reading and the kommune's to decide, the KLE above all (that of KSD's cases is not known publicly). ``sag_uuid`` is
made of kommunekode and number, the same every time; where the kommune has a list of the true ids, join that instead:

    SELECT
        CAST(md5(:kommunekode || ':' || "Sagsnummer") AS UUID) AS sag_uuid,
        "Sagsnummer" AS sagsnummer,
        'Sygedagpenge' AS titel,
        'fagsystemsag' AS sagstype,
        "CPR-nummer" AS part_cpr,
        '15.17.06' AS kle_emne,
        'G01' AS kle_facet,
        CASE WHEN "Sagsstatus" IN ('Afsluttet', 'Lukket') THEN 'Afsluttet' ELSE 'Oplyst' END AS fremdrift,
        "Opret-dato" || 'T00:00:00' AS fremdrift_fra,
        'aktiv' AS livscyklus,
        "Opret-dato" || 'T00:00:00' AS oprettet,
        "Opret-dato" || 'T00:00:00' AS aendret,
        "Sidste fraværsdag" AS ydelse_til,
        linje
    FROM r34
"""

from __future__ import annotations

from pathlib import Path

from pipelines.sources.block import RecordMistake
from pipelines.sources.native import Extract
from pipelines.sources.native_csv import csv_table, described, files_ending, shown
from pipelines.sources.native_values import Form, Tally, dates, without_hyphen

TABLE = "r34"
COLUMNS = (
    "Opret-dato",
    "Sagsnummer",
    "CPR-nummer",
    "Borger",
    "CVR-nummer",
    "Virksomhed",
    "Første fraværsdag",
    "Sidste fraværsdag",
    "Delvis genoptaget arbejde",
    "Sygemeldt-Type",
    "Sagsstatus",
)
FORMS: dict[str, Form] = {
    "Opret-dato": dates,
    "Første fraværsdag": dates,
    "Sidste fraværsdag": dates,
    "CPR-nummer": without_hyphen,
}


def open_extract(folder: Path) -> Extract:
    """The report that lies in ``folder``; raises ``RecordMistake`` unless there is one whose header is in order."""
    reports = files_ending(folder, ".csv")
    if not reports:
        raise RecordMistake("there is no file that ends in .csv; put the report R34 there", None)
    if len(reports) > 1:
        reason = "it is one more file that ends in .csv, and R34 is one report; put each report in a folder of its own"
        raise RecordMistake(reason, None, file=shown(reports[1]))
    (report,) = reports
    sent, tally = described(report), Tally()
    table = csv_table(TABLE, report, sent, COLUMNS, FORMS, tally)
    return Extract({TABLE: table}, (sent,), remarks=lambda: tally.remarks(sent.name))
