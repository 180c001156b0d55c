"""A real scheduler runs forty kommuner, on one machine and on two workers, one of which is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq
import pytest
import yaml
from playwright.sync_api import Browser, Page

from pipelines.contract import kommuner
from pipelines.demo.airflow import Airflow, session_of, stop
from pipelines.estate import DANISH_TIME
from tests.airflow.site import (
    KEY,
    afstem,
    celery_settings,
    celery_worker,
    made,
    running_redis,
    settings,
    tells_a_webhook,
)
from tests.airflow.test_night import CANARY, CPR, two_kommuner
from tests.lake.test_objects import in_folder, timeless
from tests.ledger.clean import Clean
from tests.notify.webhook import SECRET, Webhook
from tests.sources.database_servers import DatabaseServer, postgresql

__all__ = ["postgresql"]
pytestmark = pytest.mark.airflow

FORTY = sorted(kommuner())[:40]
SYSTEMS = ("edh", "kmd_sag", "ky")


def forty(folder: Path) -> Path:
    worlds = []
    for code in FORTY:
        world = Clean()
        world.kommunekode = code
        worlds.append(world)
    # One has lost a note, so that the verdict is not clean.
    worlds[7].new["journalnotat"].pop()
    return tells_a_webhook(made(folder, *worlds))


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The lake that the commands make of the same estate."""
    estate = forty(tmp_path_factory.mktemp("hand") / "estate")
    today = datetime.now(UTC).astimezone(DANISH_TIME).date().isoformat()
    for command in (["pull"], ["reconcile", "--date", today], ["validate"], ["report"]):
        done = afstem(*command, "--estate", estate)
        assert done.returncode in (0, 1), done.stderr
    return published(estate)


def published(estate: Path) -> dict[str, Any]:
    """What is published, but for the files that name what was told last, which the commands did not."""
    held = timeless(in_folder(estate.parent / "lake"))
    return {name: content for name, content in held.items() if not name.endswith("_told")}


def counted(airflow: Airflow, run: dict[str, Any]) -> dict[str, Counter[str]]:
    states: dict[str, Counter[str]] = {}
    for task in airflow.tasks(run["dag_id"], run["dag_run_id"]):
        states.setdefault(task["task_id"], Counter())[task["state"]] += 1
    return states


def test_one_machine_runs_forty_kommuner(tmp_path: Path, by_hand: dict[str, Any], browser: Browser) -> None:
    estate = forty(tmp_path / "estate")
    with Webhook() as hook:
        # No night is done in no time, so it is told that this one is late.
        told = {"AFSTEM_WEBHOOK": hook.url, "AFSTEM_DEADLINE_MINUTES": "0"}
        airflow = Airflow(tmp_path / "home", estate, {**settings(), **PAUSED, **told})
        airflow.prepare()
        with airflow.running() as (standalone,):
            _begin(airflow)
            run = airflow.night()
            states = counted(airflow, run)
            assert states["reconcile_kommune"] == {"success": 40}
            assert [states[task] for task in ("report", "notify")] == [{"success": 1}] * 2
            assert states["verdict"] == {"failed": 1}
            _show(airflow, run, browser)
            subjects = {body["text"].splitlines()[0] for body in hook.bodies}
            assert subjects == {"*Afstem: natten er ikke færdig*", "*Afstem: første kørsel*"}
            assert published(estate) == by_hand
            _earlier_day(airflow)
            # That tells nobody.
            assert sum("første kørsel" in body["text"].splitlines()[0] for body in hook.bodies) == 1
    assert session_of(standalone) == []


def test_at_its_frist_a_night_goes_on_without_what_stayed_away_and_says_so(tmp_path: Path) -> None:
    estate = tells_a_webhook(made(tmp_path / "estate", *two_kommuner()))
    written = yaml.safe_load(estate.read_text(encoding="utf-8"))
    # No night of these years.
    written["kilder"]["ky"]["tidsplan"] = "0 1 29 2 *"
    estate.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    assert afstem("pull", "--estate", estate).returncode == 0
    texts, *others = sorted(estate.parent.glob("lake/tekster/system=edh/**/*.parquet"))
    assert any(CANARY in str(pq.read_table(each).to_pylist()) for each in (texts, *others))
    texts.write_bytes(texts.read_bytes() + b"\n")
    with Webhook() as hook:
        airflow = Airflow(tmp_path / "home", estate, {**settings(), "AFSTEM_WEBHOOK": hook.url})
        airflow.prepare()
        with airflow.running():
            run = airflow.run_of("reconcile", "scheduled")
            states = counted(airflow, run)
            assert airflow.run_of("verify", "scheduled")["state"] == "failed"
            assert airflow.run_of("retention", "scheduled")["state"] == "success"
            _wait_for(lambda: len(hook.bodies) == 2)
    assert states["reconcile_kommune"] == {"success": 2}
    assert [states[task] for task in ("report", "notify", "verdict")] == [{"success": 1}, {"success": 1}, {"failed": 1}]
    text = {body["text"].splitlines()[0]: body["text"] for body in hook.bodies}
    assert "Søens filer er ikke, som de blev lagt" in text.pop("*Afstem: noget gik galt*")
    (night,) = text.values()
    for code in ("0730", "0751"):
        assert f"ky for {code}: det er ikke meldt hentet i nat" in night
    home = [path.read_bytes() for path in airflow.home.rglob("*") if path.is_file()]
    assert any(b"reconcile_kommune" in content for content in home)
    for secret in (CPR, CANARY, KEY, SECRET):
        assert not any(secret.encode() in content for content in home)
        assert secret not in json.dumps(hook.bodies, ensure_ascii=False)


def test_where_nothing_is_ever_pulled_it_is_told_at_the_second_frist(tmp_path: Path) -> None:
    estate = tells_a_webhook(made(tmp_path / "estate", *two_kommuner()))
    written = yaml.safe_load(estate.read_text(encoding="utf-8"))
    written["frist"] = f"{datetime.now(DANISH_TIME) + timedelta(minutes=3):%H:%M}"
    for kilde in written["kilder"].values():
        # When a night begins: before its frist, whenever that is.
        kilde["tidsplan"] = "0 12 * * *"
    estate.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    with Webhook() as hook:
        airflow = Airflow(tmp_path / "home", estate, {**settings(), **PAUSED, "AFSTEM_WEBHOOK": hook.url})
        airflow.prepare()
        with airflow.running():
            airflow.ask("dags/reconcile", {"is_paused": False}, "PATCH")
            first = airflow.run_of("reconcile", "scheduled")
            # Nobody can have pulled for a night before Airflow was there.
            assert (first["state"], hook.bodies) == ("success", [])
            _wait_for(lambda: bool(hook.bodies))
            second = airflow.run_of("reconcile", "scheduled")
    assert (second["state"], second["run_after"] > first["run_after"]) == ("failed", True)
    assert [body["text"].splitlines()[0] for body in hook.bodies] == ["*Afstem: noget gik galt*"]


def test_make_airflow_runs_a_night_and_stops_cleanly_when_asked_to(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with (tmp_path / "said").open("w") as said:
        command = [sys.executable, "-m", "pipelines.demo.airflow", str(folder)]
        demo = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
        try:
            _wait_for(lambda: "A night is run." in (tmp_path / "said").read_text(encoding="utf-8"))
            assert _of_home(folder / "home")
            demo.terminate()
            assert demo.wait(60) == 0
        finally:
            stop(demo)
    assert (tmp_path / "said").read_text(encoding="utf-8").endswith("Stopped.\n")
    assert _of_home(folder / "home") == []


def _of_home(home: Path) -> list[int]:
    """The processes of the Airflow of ``home``."""
    found = []
    for each in psutil.process_iter():
        with suppress(psutil.Error):
            if each.environ().get("AIRFLOW_HOME") == str(home):
                found.append(each.pid)
    return found


def _wait_for(come: Callable[[], bool]) -> None:
    until = time.monotonic() + 300
    while time.monotonic() < until:
        if come():
            return
        time.sleep(0.5)
    raise AssertionError("it did not come")


def _earlier_day(airflow: Airflow) -> None:
    """A backfill of one day makes one run of the kommune that is asked for, by what had been extracted then."""
    day = {"from_date": "2026-11-20T00:00:00+01:00", "to_date": "2026-11-20T23:00:00+01:00"}
    airflow.ask("backfills", {"dag_id": "reconcile", "dag_run_conf": {"kommuner": FORTY[:1]}, **day})
    earlier = airflow.run_of("reconcile", "backfill")
    assert counted(airflow, earlier)["reconcile_kommune"] == {"success": 1}
    assert earlier["state"] == "success"
    records = [json.loads(path.read_bytes()) for path in (airflow.estate.parent / "lake").glob("runs/*/run.json")]
    assert sorted((record["dato"], len(record["kommuner"])) for record in records)[0] == ("2026-11-20", 1)


def _show(airflow: Airflow, run: dict[str, Any], browser: Browser) -> None:
    """The night is seen in Airflow's pages; where ``AFSTEM_SCREENSHOTS`` names a folder, pictures are put there."""
    user, password = airflow.login()
    # Left open it would go on asking, and take a third of a core.
    with closing(browser.new_page(viewport={"width": 1400, "height": 900})) as page:
        _look_at(page, f"{airflow.url}/dags/reconcile/runs/{run['dag_run_id']}", user, password)


def _look_at(page: Page, address: str, user: str, password: str) -> None:
    page.goto(address)
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    # It goes on by itself to where one wanted to be; to go there too would break that off.
    page.wait_for_url(lambda url: "/login" not in url)
    page.wait_for_selector("text=reconcile_kommune", timeout=60_000)
    page.wait_for_selector("text=verdict", timeout=60_000)
    if folder := os.environ.get("AFSTEM_SCREENSHOTS"):
        page.wait_for_timeout(3_000)
        page.screenshot(path=f"{folder}/grid.png")


def test_workers_of_celery_run_them_and_one_that_is_killed_is_made_up_for(
    tmp_path: Path, by_hand: dict[str, Any], postgresql: DatabaseServer
) -> None:
    estate = forty(tmp_path / "estate")
    with running_redis(tmp_path) as redis, Webhook() as hook:
        settings_of_all = {**celery_settings(postgresql, redis), **PAUSED, "AFSTEM_WEBHOOK": hook.url}
        airflow = Airflow(tmp_path / "home", estate, settings_of_all)
        airflow.prepare()
        workers = [celery_worker(name, 2) for name in ("one", "two")]
        with airflow.running("api-server", "scheduler", "dag-processor", *workers) as processes:
            killed = processes[-1]
            _begin(airflow)
            _freeze_a_pull(airflow, killed)
            stop(killed, ask=False)
            run = airflow.night()
            assert killed.poll() is not None
            states = counted(airflow, run)
            assert states["reconcile_kommune"] == {"success": 40}
            tries = [task["try_number"] for system in SYSTEMS for task in _pulled(airflow, system)]
            tries += [task["try_number"] for task in airflow.tasks("reconcile", run["dag_run_id"])]
            assert max(tries) > 1, "what the killed worker was at was not done again"
            assert [body["text"].splitlines()[0] for body in hook.bodies] == ["*Afstem: første kørsel*"]
    assert published(estate) == by_hand


def _pulled(airflow: Airflow, system: str) -> list[dict[str, Any]]:
    run = airflow.run_of(f"snapshot_{system}", "scheduled")
    return airflow.tasks(f"snapshot_{system}", run["dag_run_id"])


PAUSED = {"AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True"}


def _begin(airflow: Airflow) -> None:
    """Begin the night when the run that makes up for the last frist has seen that nothing has been pulled yet."""
    airflow.ask("dags/reconcile", {"is_paused": False}, "PATCH")
    airflow.run_of("reconcile", "scheduled")
    for system in SYSTEMS:
        airflow.ask(f"dags/snapshot_{system}", {"is_paused": False}, "PATCH")


def _freeze_a_pull(airflow: Airflow, worker: subprocess.Popen[bytes]) -> None:
    """Until ``worker`` has begun to pull a kommune: the task is stopped in the midst of it, so that it cannot end."""
    until = time.monotonic() + 180
    while time.monotonic() < until:
        for task_id, pid in _pulling(airflow, worker):
            with suppress(psutil.NoSuchProcess):
                task = psutil.Process(pid)
                task.suspend()
                # What it has told already is heard meanwhile.
                time.sleep(1)
                if task_id in _running(airflow):
                    return
                task.resume()
        time.sleep(0.1)
    raise AssertionError("the worker was given nothing")


def _running(airflow: Airflow) -> set[str]:
    """The ids of the tasks that pull a kommune now, by what Airflow knows."""
    running = airflow.ask("dags/~/dagRuns/~/taskInstances?state=running&limit=100")["task_instances"]
    return {task["id"] for task in running if task["task_id"] == "pull"}


def _pulling(airflow: Airflow, worker: subprocess.Popen[bytes]) -> list[tuple[str, int]]:
    """The tasks that pull a kommune on ``worker``, each with its process."""
    # What Airflow calls the process of a task.
    names = {f"airflow worker -- {task_id}": task_id for task_id in _running(airflow)}
    found = []
    for pid in session_of(worker):
        with suppress(psutil.NoSuchProcess):
            name = " ".join(psutil.Process(pid).cmdline()).strip()
            if name in names:
                found.append((names[name], pid))
    return found
