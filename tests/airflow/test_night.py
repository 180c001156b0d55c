"""A night by the DAGs is the night by the command, to the byte; and what goes wrong in one kommune stays there."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import threading
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from pipelines.demo.airflow import Airflow, make_estate
from pipelines.estate import DANISH_TIME
from tests.airflow.site import KEY, afstem, made, run_dags, settings, states
from tests.lake.test_objects import Store, in_folder, timeless
from tests.ledger.clean import Clean
from tests.sources.file_servers import HOST, CuttingProxy, S3Server, s3_server

__all__ = ["s3_server"]
pytestmark = pytest.mark.airflow

CANARY = "Kanariefugl"
CPR = "7101850009"


def night_of(systems: list[str]) -> list[tuple[str, dict[str, Any]]]:
    return [*((f"snapshot_{system}", {}) for system in systems), ("reconcile", {})]


def systems_of(estate: Path) -> list[str]:
    return sorted(folder.name for folder in (estate.parent / "afsendere").iterdir())


def ready(folder: Path, estate: Path) -> Airflow:
    airflow = Airflow(folder / "home", estate, settings())
    airflow.prepare()
    return airflow


def test_a_night_of_the_made_estate_is_the_commands_night(tmp_path: Path) -> None:
    by_dags, by_hand = (make_estate(tmp_path / name, 300) for name in ("dags", "hand"))
    told, _ = run_dags(ready(tmp_path, by_dags), *night_of(systems_of(by_dags)))
    today = datetime.now(UTC).astimezone(DANISH_TIME).date()
    assert afstem("pull", "--estate", by_hand).returncode == 0
    assert afstem("reconcile", "--estate", by_hand, "--date", today.isoformat()).returncode == 1
    assert afstem("validate", "--estate", by_hand).returncode == 1
    assert afstem("report", "--estate", by_hand).returncode == 0
    held, expected = (timeless(in_folder(estate.parent / "lake")) for estate in (by_dags, by_hand))
    assert held == expected
    assert any(name.endswith("rapport.html") for name in held)
    # The made estate has faults: the verdict fails, and nothing before it.
    assert {task: set(states(told["reconcile"], task)) for task in told["reconcile"]["tasks"]} == {
        "plan": {"success"},
        "kommuner": {"success"},
        "reconcile_kommune": {"success"},
        "gather": {"success"},
        "validate": {"success"},
        "report": {"success"},
        "notify": {"success"},
        "verdict": {"failed"},
    }


def two_kommuner() -> list[Clean]:
    worlds = []
    for code in ("0751", "0730"):
        world = Clean()
        world.kommunekode = code
        for tables in (world.kmd, world.edh, world.new):
            for note in tables["journalnotat"]:
                note["tekst"] = f"{CANARY} {note['tekst']}"
            for sag in tables["sag"]:
                sag["titel"] = f"Sag om {CPR}"
        worlds.append(world)
    return worlds


def spoil(delivery: Path) -> None:
    """A delivery whose every checksum is right, and a value that is none: a citizen's number for a time."""
    path = delivery / "sag.csv"
    content = re.sub(rb"2019-[0-9T:.+-]*Z?", CPR.encode(), path.read_bytes(), count=1)
    assert CPR.encode() in content
    path.write_bytes(content)
    said = json.loads((delivery / "leverance.json").read_text(encoding="utf-8"))
    for entry in said["filer"]:
        if entry["navn"] == path.name:
            entry.update(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    (delivery / "leverance.json").write_text(json.dumps(said), encoding="utf-8")


def test_one_kommune_that_fails_stops_no_other_and_no_secret_is_told(tmp_path: Path) -> None:
    estate = made(tmp_path / "estate", *two_kommuner())
    spoil(sorted((estate.parent / "afsendere" / "ky" / "0730").iterdir())[-1])
    airflow = ready(tmp_path, estate)
    told, said = run_dags(airflow, *night_of(systems_of(estate)))
    pulled = told["snapshot_ky"]
    assert pulled["state"] == "failed"
    assert sorted(states(pulled, "pull")) == ["failed", "success"]
    # Bad input is not tried again.
    assert [tries for _, state, tries in pulled["tasks"]["pull"] if state == "failed"] == [1]
    assert states(pulled, "publish") == ["success"]
    assert states(pulled, "outcome") == ["failed"]
    with closing(sqlite3.connect(airflow.home / "airflow.db")) as database:
        (extra,) = database.execute("SELECT extra FROM asset_event WHERE source_dag_id = 'snapshot_ky'").fetchone()
    event = json.loads(extra)
    assert (event["koersel"], event["system"]) == ("manual", "ky")
    assert [each["status"] for each in event["kommuner"]] == ["afvist", "kommet"]
    assert states(told["reconcile"], "report") == ["success"]
    assert states(told["reconcile"], "reconcile_kommune") == ["success", "success"]
    assert "ky/0730" in said
    written = [path.read_bytes() for path in tmp_path.joinpath("home").rglob("*") if path.is_file()]
    written += [
        path.read_bytes() for path in (estate.parent / "lake").rglob("*") if path.name.endswith((".json", ".html"))
    ]
    for secret in (CPR, CANARY, KEY):
        assert secret not in said
        assert not any(secret.encode() in content for content in written)


def test_a_night_done_twice_gives_the_same_bytes_and_one_kommune_can_be_asked_for(tmp_path: Path) -> None:
    estate = made(tmp_path / "estate", *two_kommuner())
    airflow = ready(tmp_path, estate)
    run_dags(airflow, *night_of(systems_of(estate)))
    before = in_folder(estate.parent / "lake")
    again, _ = run_dags(airflow, *night_of(systems_of(estate)), ("reconcile", {"genberegn": True}))
    assert in_folder(estate.parent / "lake") == before
    assert states(again["reconcile"], "verdict") == ["success"]
    snapshots = [
        "/".join(part.split("=")[1] for part in path.parent.parts[-3:])
        for path in (estate.parent / "lake" / "snapshots").rglob("manifest.json")
        if "kommune=0730" in path.parts
    ]
    told, _ = run_dags(airflow, ("reconcile", {"kommuner": ["0730"], "snapshots": snapshots}))
    assert len(states(told["reconcile"], "reconcile_kommune")) == 1
    assert len(list((estate.parent / "lake" / "runs").glob("*/run.json"))) == 2
    wrong, said = run_dags(airflow, ("snapshot_ky", {"kommuner": ["0101"]}), ("verify", {}), ("retention", {}))
    assert wrong["snapshot_ky"]["state"] == "failed"
    assert "ky is not pulled for 0101" in said
    assert wrong["verify"]["state"] == "success"
    assert states(wrong["retention"], "decide") == ["skipped"]
    # Another hand has been at a part of the night's run: what is reckoned again is not the same.
    (part,) = estate.parent.glob("lake/runs/*/kommune=0751/del.json")
    part.write_bytes(part.read_bytes() + b"\n")
    other, said = run_dags(airflow, ("reconcile", {"genberegn": True}))
    assert sorted(states(other["reconcile"], "reconcile_kommune")) == ["failed", "success"]
    assert states(other["reconcile"], "report") == ["success"]
    assert states(other["reconcile"], "verdict") == ["failed"]
    assert "The tasks of 0751 failed" in said
    part.with_name("fund.parquet").unlink()
    told, said = run_dags(airflow, ("verify", {}))
    assert told["verify"]["state"] == "failed"
    assert "kommune=0751/fund.parquet" in said


def test_retention_tells_what_would_go_and_removes_it_when_it_is_to(tmp_path: Path) -> None:
    estate = made(tmp_path / "estate", *two_kommuner())
    airflow = ready(tmp_path, estate)
    run_dags(airflow, *night_of(systems_of(estate)), ("reconcile", {"kommuner": ["0730"]}))
    runs = estate.parent / "lake" / "runs"
    assert len(list(runs.glob("*/run.json"))) == 2
    written = yaml.safe_load(estate.read_text(encoding="utf-8"))
    estate.write_text(yaml.safe_dump({**written, "bevaring": {"dage": 1, "koersler": 1}}), encoding="utf-8")
    before = in_folder(estate.parent / "lake")
    shown, said = run_dags(airflow, ("retention", {"kun_vis": True}))
    assert [states(shown["retention"], task) for task in ("decide", "remove")] == [["success"], ["skipped"]]
    assert " goes: not among the newest 1" in said
    assert in_folder(estate.parent / "lake") == before
    done, _ = run_dags(airflow, ("retention", {}))
    assert states(done["retention"], "remove") == ["success"]
    assert len(list(runs.glob("*/run.json"))) == 1
    # No baseline went.
    assert {name for name in before if name.endswith("manifest.json")} <= in_folder(estate.parent / "lake").keys()


def secrets_backend(folder: Path, **held: Any) -> dict[str, str]:
    """What has Airflow ask a secrets backend that holds ``variables`` and ``connections``, and nothing else."""
    kwargs = {}
    for kind, entries in held.items():
        kwargs[f"{kind}_file_path"] = str(folder / f"{kind}.json")
        (folder / f"{kind}.json").write_text(json.dumps(entries), encoding="utf-8")
    return {
        "AIRFLOW__SECRETS__BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
        "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps(kwargs),
    }


def test_a_store_that_is_down_for_a_while_is_waited_for_and_holds_what_a_folder_would(
    tmp_path: Path, s3_server: S3Server
) -> None:
    by_dags, by_hand = (made(tmp_path / name, *two_kommuner()) for name in ("dags", "hand"))
    login = s3_server.credentials
    secret = quote(str(login.password), safe="")
    connection = f"s3://{login.username}:{secret}@/?region={login.query['region']}"
    with CuttingProxy(int(s3_server.endpoint.rsplit(":", 1)[1])) as way:
        written = yaml.safe_load(by_dags.read_text(encoding="utf-8"))
        written["lake"] = f"s3://{s3_server.bucket}/nat"
        written["objektlager"] = {
            "endepunkt": f"http://{HOST}:{way.port}",
            "forbindelse": {"airflow": "lake"},
            "arbejdskopi": "kopi",
        }
        by_dags.write_text(yaml.safe_dump(written), encoding="utf-8")
        secrets = secrets_backend(tmp_path, variables={"afstem_key": KEY}, connections={"lake": connection})
        airflow = Airflow(tmp_path / "home", by_dags, secrets)
        airflow.prepare()
        way.limit = 0
        mending = threading.Thread(target=_mend_when_tried_again, args=(airflow, way), daemon=True)
        mending.start()
        told, said = run_dags(airflow, *night_of(systems_of(by_dags)))
        mending.join()
    pulls = [told[f"snapshot_{system}"]["tasks"]["pull"] for system in systems_of(by_dags)]
    assert {state for tasks in pulls for _, state, _ in tasks} == {"success"}
    assert max(tries for tasks in pulls for _, _, tries in tasks) == 2
    assert told["reconcile"]["state"] == "success"
    assert secret not in said
    assert KEY not in said
    today = datetime.now(UTC).astimezone(DANISH_TIME).date()
    for command in (["pull"], ["reconcile", "--date", today.isoformat()], ["validate"], ["report"]):
        assert afstem(*command, "--estate", by_hand).returncode == 0
    held = Store(tmp_path, s3_server, "nat").objects()
    assert timeless(held) == timeless(in_folder(by_hand.parent / "lake"))


def _mend_when_tried_again(airflow: Airflow, way: CuttingProxy) -> None:
    """Let the store be reached when the first task is to be tried again."""
    asked = "SELECT count(*) FROM task_instance WHERE state = 'up_for_retry'"
    until = time.monotonic() + 300
    while time.monotonic() < until:
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(airflow.home / "airflow.db")) as database:
            if database.execute(asked).fetchone()[0]:
                way.limit = None
                return
        time.sleep(0.5)
