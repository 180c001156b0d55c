"""Put the made estate where real systems would hold it: KMD Sag and EDH in PostgreSQL, the rest with a sender.

Run once by the demo profile of docker/compose.yaml: `fill.py SENDERS ESTATE HOST_KEY`, with the database's address in
AFSTEM_KILDER; HOST_KEY is the public key of the SFTP server that shows SENDERS. What PostgreSQL cannot hold beside its
newest state, the earlier baselines, is left in the inbox to be landed by `afstem land`, into the bucket made here.
"""

from __future__ import annotations

import copy
import os
import shutil
import sys
from pathlib import Path

import psycopg
import yaml
from psycopg import sql

from pipelines.connections import read_connection
from pipelines.contract import ENTITIES
from pipelines.demo import build_demo
from pipelines.estate import Estate, load_estate
from pipelines.landing.moments import read_moment
from pipelines.object_store import connect_s3
from pipelines.sources.folder import DeliveryFolder, open_delivery

IN_DATABASE = ("kmd_sag", "edh")


def fill(folder: Path, senders: Path, estate_file: Path, address: str, host_key: str) -> None:
    """Make the estate in ``folder``, load the database at ``address``, lay the rest in ``senders``.

    ``estate_file`` is written from the estate beside this file, with the made kommuner and ``host_key``.
    """
    template = Path(__file__).with_name("estate.yaml")
    build_demo(folder, cases=300)
    made = yaml.safe_load((folder / "estate.yaml").read_text(encoding="utf-8"))
    with psycopg.connect(address) as database:
        for system in IN_DATABASE:
            _make_tables(database, system)
            for kommune in sorted((folder / "inbox" / system).iterdir()):
                newest = max(kommune.iterdir())
                if kommune.name in made["kommuner"]:
                    _load(database, system, newest)
                shutil.rmtree(newest)
    for system in sorted((folder / "inbox").iterdir()):
        if system.name not in IN_DATABASE:
            shutil.copytree(system, senders / system.name, dirs_exist_ok=True)
            shutil.rmtree(system)
    written = yaml.safe_load(template.read_text(encoding="utf-8"))
    written["kommuner"] = made["kommuner"]
    written["kilder"]["ksd"]["sted"]["vaertsnoegle"] = host_key
    for system in sorted(senders.iterdir()):
        if system.is_dir():
            held = sorted(one.name for one in system.iterdir() if one.name in made["kommuner"])
            # A copy of its own: what stands twice is written as a reference, and the estate has none.
            written["kilder"][system.name] = {**copy.deepcopy(written["kilder"]["ksd"]), "kommuner": held}
    estate_file.write_text(yaml.safe_dump(written, sort_keys=False, allow_unicode=True), encoding="utf-8")
    shutil.copy(folder / "afvigelser.yaml", estate_file.with_name("afvigelser.yaml"))


def _make_tables(database: psycopg.Connection[object], system: str) -> None:
    database.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(system)))
    database.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(system)))
    database.execute(sql.SQL("CREATE TABLE {} (kommune text, tid text)").format(sql.Identifier(system, "udtraek")))
    for entity in ENTITIES.values():
        if system in entity.systems:
            columns = [sql.SQL("nr bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"), sql.SQL("kommune text")]
            columns += [sql.SQL("{} text").format(sql.Identifier(column.name)) for column in entity.columns]
            table = sql.Identifier(system, entity.name)
            database.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(", ").join(columns)))


def _load(database: psycopg.Connection[object], system: str, folder: Path) -> None:
    delivery = open_delivery(DeliveryFolder(folder), read_moment)
    database.execute(
        sql.SQL("INSERT INTO {} VALUES (%s, %s)").format(sql.Identifier(system, "udtraek")),
        [delivery.kommunekode, delivery.udtrukket.isoformat()],
    )
    for delivered in delivery.entities:
        with delivered.open(lambda _name, _size: None) as records, database.cursor() as cursor:
            for block in records.blocks():
                names = block.columns.schema.names
                columns = sql.SQL(", ").join(sql.Identifier(name) for name in ("kommune", *names))
                table = sql.Identifier(system, delivered.entity.name)
                with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, columns)) as copy:
                    for row in zip(*(column.to_pylist() for column in block.columns.columns), strict=True):
                        copy.write_row((delivery.kommunekode, *row))


def make_bucket(estate: Estate) -> None:
    """Make the bucket that the lake of ``estate`` lies in, unless it is there."""
    store = estate.objektlager
    assert estate.lake_url is not None
    assert store.forbindelse is not None
    login = read_connection(store.forbindelse, "", estate.path.parent)
    connect_s3(store.endepunkt, login, attempts=4).makedirs(estate.lake_url, exist_ok=True)


if __name__ == "__main__":
    _senders, _estate = map(Path, sys.argv[1:3])
    _folder = _estate.parent / "demo"
    if _estate.exists() and not _folder.is_dir():
        sys.exit(f"{_estate} is none of the demo's, and is left alone. Leave AFSTEM_ESTATE_FOLDER out.")
    shutil.rmtree(_folder, ignore_errors=True)
    fill(_folder, _senders, _estate, os.environ["AFSTEM_KILDER"], sys.argv[3])
    make_bucket(load_estate(_estate))
