"""Two sides of 10 million notes, as deliveries: before in KMD Sag, after in KSD, in another order.

Everything is computed from the row's number, so the deliveries are the same on every machine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

NOTES_PER_CASE = 8
BEFORE = datetime(2020, 5, 22, 21, tzinfo=UTC)
AFTER = datetime(2020, 6, 8, 21, tzinfo=UTC)
SYSTEMS = ("kmd_sag", "ksd")
KOMMUNE = """\
  "{kommunekode}":
    overgang:
      ksd: 2020-06-03T08:00:00+02:00
"""

# Made personal numbers have day + 60.
_CASE = """
    SELECT
        md5(concat('sag ', i)) AS uuid,
        concat('SDP-', i) AS sagsnummer,
        concat('Sygedagpenge, forløb ', i % 97) AS titel,
        concat(61 + i % 28, lpad((1 + i // 28 % 12)::VARCHAR, 2, '0'), lpad((i // 336 % 100)::VARCHAR, 2, '0'),
            lpad((i // 33600 % 10000)::VARCHAR, 4, '0')) AS part_cpr,
        strftime(TIMESTAMP '2017-01-01' + to_seconds(i * 61), '%Y-%m-%dT%H:%M:%SZ') AS oprettet
    FROM range({cases}) AS r (i)"""

_SAG = """
    SELECT uuid::UUID AS sag_uuid, sagsnummer, titel, 'fagsystemsag' AS sagstype, {fagsystem} AS fagsystem, part_cpr,
        '15.17.06' AS kle_emne, 'G01' AS kle_facet, 'Oplyst' AS fremdrift, oprettet AS fremdrift_fra,
        'aktiv' AS livscyklus, oprettet, oprettet AS aendret, NULL AS afsluttet, NULL AS ydelse_til,
        'Sygedagpengehuset' AS ansvarlig_enhed
    FROM ({case}) {order}"""

_NOTE = """
    SELECT
        concat({prefix}, i) AS notat_id,
        md5(concat('sag ', i // 8))::UUID AS sag_uuid,
        strftime(TIMESTAMP '2018-01-01' + to_seconds(i * 5), '%Y-%m-%dT%H:%M:%SZ') AS oprettet,
        concat('Sagsbehandler ', i % 997) AS forfatter,
        concat('Opfølgning ', i % 13) AS titel,
        concat({mark}, 'Borgeren oplyser på dagens samtale, at forløbet går som aftalt. Lægeattest ', i % 1009,
            ' er modtaget; næste opfølgning er aftalt. Sagen drøftes på teammøde i uge ', i % 52, '.') AS tekst,
        'text' AS format
    FROM range({notes}) AS r (i) {where}"""


def make(folder: Path, notes: int, kommuner: Sequence[str] = ("0751",)) -> None:
    """Write ``folder/estate.yaml`` and the two deliveries of each kommune in ``folder/inbox``: ``notes`` a side.

    After: 0.1 % of the notes are lost and 0.1 % changed. Every kommune has the same rows.
    """
    folder.mkdir(parents=True)
    estate = "lake: lake\ninbox: inbox\nkommuner:\n" + "".join(KOMMUNE.format(kommunekode=code) for code in kommuner)
    (folder / "estate.yaml").write_text(estate, encoding="utf-8")
    case = _CASE.format(cases=notes // NOTES_PER_CASE)
    first, *others = kommuner
    _deliver(
        folder / "inbox" / "kmd_sag" / first,
        BEFORE,
        {
            "sag": _SAG.format(fagsystem="'kmd_dagpenge'", case=case, order=""),
            "journalnotat": _NOTE.format(prefix="'K'", mark="''", notes=notes, where=""),
        },
    )
    _deliver(
        folder / "inbox" / "ksd" / first,
        AFTER,
        {
            "sag": _SAG.format(fagsystem="NULL", case=case, order="ORDER BY md5(uuid)"),
            "journalnotat": _NOTE.format(
                prefix="'N'",
                mark="if(i % 1000 = 17, 'Rettet. ', '')",
                notes=notes,
                where="WHERE i % 1000 <> 503 ORDER BY hash(i)",
            ),
            "noeglepose": f"""
                SELECT uuid::UUID AS ny_sag_uuid, uuid::UUID AS edh_sag_uuid, part_cpr,
                    '2020-06-03T06:00:00Z' AS dannet, 'konvertering' AS batch FROM ({case})""",
        },
    )
    for system in SYSTEMS:
        for code in others:
            _copy(folder / "inbox" / system, first, code)


def _copy(folder: Path, code: str, other: str) -> None:
    """The delivery of the kommune ``code`` once more as that of ``other``, without taking room for its rows."""
    (delivery,) = (folder / code).iterdir()
    place = folder / other / delivery.name
    place.mkdir(parents=True)
    for path in delivery.glob("*.csv"):
        (place / path.name).hardlink_to(path)
    leverance = json.loads((delivery / "leverance.json").read_text(encoding="utf-8"))
    (place / "leverance.json").write_text(json.dumps({**leverance, "kommunekode": other}), encoding="utf-8")


def _deliver(folder: Path, moment: datetime, entities: dict[str, str]) -> None:
    place = folder / moment.strftime("%Y%m%dT%H%M%SZ")
    place.mkdir(parents=True)
    files = []
    for entity, query in entities.items():
        path = place / f"{entity}.csv"
        rows = duckdb.sql(f"COPY ({query}) TO '{path}' (HEADER, DELIMITER ';')")
        assert rows is None
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            count = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) - 1
        files.append(
            {"navn": path.name, "entitet": entity, "raekker": count, "bytes": path.stat().st_size, "sha256": digest}
        )
    leverance = {
        "version": 1,
        "system": folder.parent.name,
        "kommunekode": folder.name,
        "udtrukket": moment.isoformat(),
        "filer": files,
        "kontroltal": {
            "sager": next(file["raekker"] for file in files if file["entitet"] == "sag"),
            "journalnotater": next(file["raekker"] for file in files if file["entitet"] == "journalnotat"),
        },
    }
    (place / "leverance.json").write_text(json.dumps(leverance), encoding="utf-8")
