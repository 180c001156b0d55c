"""The made estate in each form of extract: pulled from there, it is landed as from its delivery files."""

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
from openpyxl import Workbook

from pipelines.contract import ENTITIES
from pipelines.estate import load_estate
from pipelines.landing import Outcome, land
from tests.deliveries import write_delivery
from tests.oracle_rows import Delivery
from tests.sources import sf1470_made, siard_made
from tests.sources.demo_estate import (
    KEY,
    KOMMUNE,
    Demo,
    Rows,
    demo,
    place_of,
    records_for,
    records_of,
    text_rows,
    write_estate,
)
from tests.sources.test_pull import landed, pulled

__all__ = ["demo", "landed"]


def from_folder(demo: Demo, folder: Path, delivery: Delivery, kilde: str) -> Outcome:
    """What comes of ``delivery`` lying in ``folder / sent``, pulled as ``kilde`` says."""
    estate = write_estate(folder, f"  {delivery.system}:\n{kilde}")
    (outcome,) = pulled(estate)
    return outcome


def arts(outcome: Outcome) -> set[str]:
    return {remark["art"] for remark in outcome.bemaerkninger}


def test_the_index_as_sf1470(demo: Demo, tmp_path: Path) -> None:
    delivery = demo.first("indeks")
    folder = tmp_path / "sent" / place_of(delivery)
    folder.mkdir(parents=True)
    sager, dokumenter = (text_rows(delivery, entity) for entity in ("indeks_sag", "indeks_dokument"))
    # The made index tells of the systems by the contract's codes; a real one has a UUID for each.
    uuids = {system: sf1470_made.uuid(800 + number) for number, system in enumerate(("kmd_sag", "edh", "ksd", "ky"))}
    objects = [as_sag(row, uuids) for row in sager] + [as_dokument(row, uuids) for row in dokumenter]
    notes = sum(int(row["antal_journalnotater"] or 0) for row in sager)
    totals = {"sager": len(sager), "dokumenter": len(dokumenter), "journalnotater": notes}
    sf1470_made.write(folder, svar=sf1470_made.answer(*objects, totals=totals))
    case = (
        "CASE master " + " ".join(f"WHEN '{uuid}' THEN '{system}'" for system, uuid in uuids.items()) + " END AS master"
    )
    outcome = from_folder(
        demo,
        tmp_path,
        delivery,
        f"""    art: sf1470
    sted: {{url: sent}}
    entiteter:
      indeks_sag:
        sql: SELECT * REPLACE ({case}) FROM sag
      indeks_dokument:
        sql: SELECT * REPLACE ({case}, linje - (SELECT count(*) FROM sag) AS linje) FROM dokument
""",
    )
    assert outcome.status == "landet", outcome.error
    assert records_of(tmp_path / "lake") == records_for(demo, [delivery])
    (manifest,) = (tmp_path / "lake").rglob("manifest.json")
    counted = json.loads(manifest.read_text())["kontroltal"]
    assert counted["sager"] == {"sendt": len(sager), "landet": len(sager)}


def as_sag(row: Mapping[str, Any], uuids: Mapping[str, str]) -> str:
    began, changed = "2019-01-01T00:00:00Z", "2019-02-01T00:00:00Z"
    states = [(row["fremdrift"], began, None)]
    if row["fremdrift"] != "Opstaaet":
        states = [("Opstaaet", began, changed), (row["fremdrift"], changed, None)]
    notes = [
        sf1470_made.journalpost("URN:Empty", indeks=str(number), note=("Samtale", b"Ringede.", "Text"))
        for number in range(int(row["antal_journalnotater"]))
    ]
    return sf1470_made.sag(
        1,
        object_id=row["sag_uuid"],
        sagsnummer=row["sagsnummer"],
        received=row["sts_tidspunkt"],
        master=uuids[row["master"]],
        states=states,
        journalposts=notes,
    )


def as_dokument(row: Mapping[str, Any], uuids: Mapping[str, str]) -> str:
    master, received = uuids[row["master"]], row["sts_tidspunkt"]
    return sf1470_made.dokument(2, object_id=row["dokument_uuid"], titel=row["titel"], master=master, received=received)


def write_csv(path: Path, rows: Iterable[Mapping[str, str | None]]) -> None:
    rows = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_ky_with_notes_on_several_cases(demo: Demo, tmp_path: Path) -> None:
    delivery = demo.first("ky")
    folder = tmp_path / "sent" / place_of(delivery)
    keys = {row["sag_uuid"]: f"HENV-{number:06d}" for number, row in enumerate(text_rows(delivery, "sag"))}
    write_csv(folder / "sager.csv", [as_ky_sag(row, keys) for row in text_rows(delivery, "sag")])
    notes: dict[str | None, dict[str, str | None]] = {}
    for row in text_rows(delivery, "journalnotat"):
        lies_on = notes.get(row["notat_id"], {}).get("Sager")
        notes[row["notat_id"]] = {
            "Notat-id": row["notat_id"],
            "Sager": f"{lies_on}, {row['sag_uuid']}" if lies_on else row["sag_uuid"],
            "Oprettet": row["oprettet"],
            "Forfatter": row["forfatter"],
            "skabelonTitel": row["titel"],
            "skabelonNoegle": "NOTAT",
            "Tekst": row["tekst"],
            "Form": row["format"],
        }
    assert any("," in (note["Sager"] or "") for note in notes.values()), "no note of the demo lies on two cases"
    write_csv(folder / "journalnotater.csv", notes.values())
    write_csv(folder / "noeglepose.csv", text_rows(delivery, "noeglepose"))
    columns = {column.name for column in ENTITIES["sag"].columns} - {"sagsnummer"}
    outcome = from_folder(
        demo,
        tmp_path,
        delivery,
        f"""    art: ky
    sted: {{url: sent}}
    entiteter:
      sag:
        sql: |
          SELECT {", ".join(sorted(KY_COLUMNS.get(name, name) for name in columns))},
              "Ref" AS sagsnummer, row_number() OVER (ORDER BY linje) AS linje
          FROM sager ORDER BY linje
      journalnotat:
        sql: |
          SELECT * EXCLUDE (ordinal), row_number() OVER (ORDER BY ordinal) AS linje
          FROM (
              SELECT "Notat-id" AS notat_id, trim(sag) AS sag_uuid, "Oprettet" AS oprettet, "Forfatter" AS forfatter,
                  "skabelonTitel" AS titel, "Tekst" AS tekst, "Form" AS format, (linje, trim(sag)) AS ordinal
              FROM (SELECT *, unnest(string_split("Sager", ',')) AS sag FROM journalnotater))
          ORDER BY ordinal
      noeglepose:
        sql: SELECT * REPLACE (linje - 1 AS linje) FROM noeglepose
""",
    )
    assert outcome.status == "landet", outcome.error
    given = ("sag", "journalnotat", "noeglepose")
    assert records_of(tmp_path / "lake") == records_for(demo, [delivery], entities=given)
    assert "ikke_talt" in arts(outcome), "CSV files have no count of their own"


KY_COLUMNS = {
    "sag_uuid": '"data-id" AS sag_uuid',
    "titel": '"Sagstekst" AS titel',
    "part_cpr": '"CPR-nummer" AS part_cpr',
    "livscyklus": "CASE \"data-tilstand\" WHEN 'aktiv' THEN 'aktiv' ELSE 'passiveret' END AS livscyklus",
}


def as_ky_sag(row: Mapping[str, str | None], keys: Mapping[str | None, str]) -> dict[str, str | None]:
    seen = {
        "data-id": row["sag_uuid"],
        "Sagsnøgle": keys[row["sag_uuid"]],
        "Sagstekst": row["titel"],
        "data-tilstand": "aktiv" if row["livscyklus"] == "aktiv" else "passiv",
        "CPR-nummer": row["part_cpr"],
        "Ref": row["sagsnummer"],
    }
    others = {name: value for name, value in row.items() if name not in KY_COLUMNS and name != "sagsnummer"}
    return {**seen, **others}


def test_lists_in_excel(demo: Demo, landed: dict[str, bytes], tmp_path: Path) -> None:
    delivery = next(each for each in demo.of("ksd") if each.tables.get("noeglepose"))
    folder = tmp_path / "sent" / place_of(delivery)
    folder.mkdir(parents=True)
    write_workbook(folder / "noeglepose.xlsx", {"noeglepose": text_rows(delivery, "noeglepose")})
    outcome = from_folder(demo, tmp_path, delivery, "    art: excel\n    sted: {url: sent}\n")
    assert outcome.status == "landet", outcome.error
    # A row of the sheet and a line of the CSV file have one number.
    lake = records_of(tmp_path / "lake")
    assert lake == {path: landed[path] for path in lake}
    assert {Path(path).name for path in lake} == {"noeglepose.parquet"}


def write_workbook(path: Path, sheets: Mapping[str, Rows]) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
    book.save(path)


def test_r34_and_the_same_sent_as_a_delivery(demo: Demo, tmp_path: Path) -> None:
    delivery = demo.first("ksd")
    rows = [row for row in text_rows(delivery, "sag") if row["oprettet"] and row["sagsnummer"]][:100]
    folder = tmp_path / "sent" / place_of(delivery)
    write_csv(folder / "R34.csv", [as_r34(row) for row in rows])
    outcome = from_folder(
        demo,
        tmp_path,
        delivery,
        """    art: r34
    sted: {url: sent}
    entiteter:
      sag:
        sql: |
          SELECT
              CAST(md5(:kommunekode || "Sagsnummer") AS UUID) AS sag_uuid, "Sagsnummer" AS sagsnummer,
              'Sygedagpenge' AS titel, 'fagsystemsag' AS sagstype, "CPR-nummer" AS part_cpr,
              '15.17.06' AS kle_emne, 'G01' AS kle_facet,
              CASE WHEN "Sagsstatus" IN ('Afsluttet', 'Lukket') THEN 'Afsluttet' ELSE 'Oplyst' END AS fremdrift,
              "Opret-dato" || 'T00:00:00' AS fremdrift_fra, 'aktiv' AS livscyklus,
              "Opret-dato" || 'T00:00:00' AS oprettet, "Opret-dato" || 'T00:00:00' AS aendret,
              "Sidste fraværsdag" AS ydelse_til, linje
          FROM r34
""",
    )
    assert outcome.status == "landet", outcome.error
    assert {"andet_datoformat", "bindestreg_i_cpr", "kolonne_mangler"} <= arts(outcome)
    sent = tmp_path / "sent as a delivery"
    write_delivery(sent / "inbox", "ksd", KOMMUNE, delivery.udtrukket, {"sag": [as_read(row) for row in rows]})
    (as_sent,) = land(load_estate(write_estate(sent, "  {}\n")), KEY)
    assert as_sent.status == "landet", as_sent.error
    assert records_of(tmp_path / "lake") == records_of(sent / "lake")


def as_read(row: Mapping[str, str | None]) -> dict[str, Any]:
    """What R34 and the estate's SQL leave of a case."""
    day = (row["oprettet"] or "")[:10]
    return {
        "sag_uuid": str(UUID(hashlib.md5(f"{KOMMUNE}{row['sagsnummer']}".encode()).hexdigest())),
        "sagsnummer": row["sagsnummer"],
        "titel": "Sygedagpenge",
        "sagstype": "fagsystemsag",
        "part_cpr": row["part_cpr"],
        "kle_emne": "15.17.06",
        "kle_facet": "G01",
        "fremdrift": "Afsluttet" if row["fremdrift"] == "Afsluttet" else "Oplyst",
        "fremdrift_fra": f"{day}T00:00:00",
        "livscyklus": "aktiv",
        "oprettet": f"{day}T00:00:00",
        "aendret": f"{day}T00:00:00",
        "ydelse_til": row["ydelse_til"],
    }


def as_r34(row: Mapping[str, str | None]) -> dict[str, str | None]:
    year, month, day = (row["oprettet"] or "")[:10].split("-")
    cpr = row["part_cpr"] or ""
    return {
        "Opret-dato": f"{day}-{month}-{year}",
        "Sagsnummer": row["sagsnummer"],
        "CPR-nummer": f"{cpr[:6]}-{cpr[6:]}",
        "Borger": "Navn Navnesen",
        "CVR-nummer": "10000000",
        "Virksomhed": "Firma; A/S",
        "Første fraværsdag": f"{day}{month}{year}",
        "Sidste fraværsdag": row["ydelse_til"],
        "Delvis genoptaget arbejde": "Nej",
        "Sygemeldt-Type": "Lønmodtager",
        "Sagsstatus": "Lukket" if row["fremdrift"] == "Afsluttet" else "Åben",
    }


def test_a_list_that_is_damaged_is_refused_with_its_place(demo: Demo, tmp_path: Path) -> None:
    delivery = next(each for each in demo.of("ksd") if each.tables.get("noeglepose"))
    folder = tmp_path / "sent" / place_of(delivery)
    folder.mkdir(parents=True)
    rows = text_rows(delivery, "noeglepose")
    canary = "6101701234"
    rows[2] = {**rows[2], "part_cpr": f"{canary}7"}
    write_workbook(folder / "noeglepose.xlsx", {"noeglepose": rows})
    outcome = from_folder(demo, tmp_path, delivery, "    art: excel\n    sted: {url: sent}\n")
    assert outcome.status == "afvist"
    assert f"{place_of(delivery)} is refused: noeglepose.xlsx, sheet noeglepose, line 4, column part_cpr" in str(
        outcome.error
    )
    assert canary not in str(outcome.error)
    assert records_of(tmp_path / "lake") == {}


def test_an_extract_is_taken_when_its_last_file_is_there(demo: Demo, tmp_path: Path) -> None:
    last = "faerdig.txt"
    delivery = next(each for each in demo.of("ksd") if each.tables.get("noeglepose"))
    folder = tmp_path / "sent" / place_of(delivery)
    folder.mkdir(parents=True)
    write_workbook(folder / "noeglepose.xlsx", {"noeglepose": text_rows(delivery, "noeglepose")})
    kilde = f"    art: excel\n    sted: {{url: sent}}\n    faerdig: {last}\n"
    assert from_folder(demo, tmp_path, delivery, kilde).status == "ufuldstaendig"
    (folder / last).touch()
    assert from_folder(demo, tmp_path, delivery, kilde).status == "landet"
    assert from_folder(demo, tmp_path, delivery, kilde).status == "kendt"


def test_edh_as_an_arkiveringsversion_with_the_list_of_corrections_beside_it(demo: Demo, tmp_path: Path) -> None:
    delivery = next(each for each in demo.of("edh") if each.tables.get("berigtigelse"))
    folder = tmp_path / "sent" / place_of(delivery)
    given = ("sag", "journalnotat", "dokument", "dokument_sag", "fil")
    tables = {}
    for name in given:
        rows = text_rows(delivery, name)
        columns = [column.name.upper() for column in ENTITIES[name].columns]
        frame = pl.DataFrame([tuple(row.values()) for row in rows], dict.fromkeys(columns, pl.String), orient="row")
        tables[f"EDH_{name.upper()}"] = siard_made.MadeTable(frame, medium=1 + (name == "fil"))
    siard_made.Made(tables, media=2).write(folder)
    # The list lies in a place of its own, and was put there the day before.
    listed = tmp_path / "lists" / delivery.kommunekode / "20190101T000000Z"
    listed.mkdir(parents=True)
    write_workbook(listed / "berigtigelse.xlsx", {"berigtigelse": text_rows(delivery, "berigtigelse")})
    entities = "".join(f"        {name}: {{tabel: EDH_{name.upper()}}}\n" for name in given)
    outcome = from_folder(
        demo,
        tmp_path,
        delivery,
        f"""    - art: siard
      sted: {{url: sent}}
      entiteter:
{entities}    - art: excel
      sted: {{url: lists, mappe: "{{kommunekode}}/{{udtrukket}}"}}
      entiteter:
        berigtigelse: {{sql: "SELECT * REPLACE (linje - 1 AS linje) FROM berigtigelse"}}
""",
    )
    assert outcome.status == "landet", outcome.error
    assert records_of(tmp_path / "lake") == records_for(demo, [delivery])
    (manifest,) = (tmp_path / "lake").rglob("manifest.json")
    counts = {entry["entitet"]: entry["sendt"] for entry in json.loads(manifest.read_text())["filer"]}
    assert counts == {name: len(delivery.tables[name]) for name in given} | {"berigtigelse": None}


def test_an_arkiveringsversion_that_was_changed_is_refused_whole(demo: Demo, tmp_path: Path) -> None:
    delivery = demo.first("kmd_sag")
    folder = tmp_path / "sent" / place_of(delivery)
    rows = text_rows(delivery, "sag")
    frame = pl.DataFrame([tuple(row.values()) for row in rows], dict.fromkeys(rows[0], pl.String), orient="row")
    made = siard_made.Made({"sag": siard_made.MadeTable(frame)})
    made.write(folder)
    table = folder / f"{made.id}.1/Tables/table1/table1.xml"
    table.write_bytes(table.read_bytes().replace(b"Oplyst", b"Afgjort", 1))
    outcome = from_folder(
        demo, tmp_path, delivery, "    art: siard\n    sted: {url: sent}\n    entiteter: {sag: {tabel: sag}}\n"
    )
    assert outcome.status == "afvist"
    assert "table1.xml" in str(outcome.error)
    assert records_of(tmp_path / "lake") == {}
