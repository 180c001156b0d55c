"""The DAGs are there, import nothing of Airflow but its SDK, and say what is wrong with an estate."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.demo.airflow import DAGS_FOLDER, Airflow
from tests.airflow.site import afstem, made, settings, tells_a_webhook
from tests.ledger.clean import Clean
from tests.notify.webhook import Webhook

_LIST = """
import json, sys

sys.path.insert(0, sys.argv[1])
from airflow.dag_processing.dagbag import DagBag

bag = DagBag(sys.argv[1])
print()
print(json.dumps({
    "errors": list(bag.import_errors.values()),
    "dags": {
        dag_id: {
            "tasks": {
                task.task_id: [task.pool, task.retries, str(task.trigger_rule), bool(task.is_mapped)]
                for task in dag.tasks
            },
            "leaves": sorted(task.task_id for task in dag.leaves),
            "catchup": dag.catchup,
            "timetable": type(dag.timetable).__name__,
        }
        for dag_id, dag in bag.dags.items()
    },
}))
"""


# What the DAGs tell, without a DAG: of errors, and of nights that are late or broke off.
_TELL = """
import datetime, json, sys, traceback
from types import SimpleNamespace

sys.path.insert(0, sys.argv[1])
import afstem_airflow
from pipelines import errors

raised = {}
for kind in (ValueError, errors.TransientFailure, errors.InputError):
    try:
        with afstem_airflow.told():
            raise kind(sys.argv[2])
    except Exception as error:
        raised[kind.__name__] = [type(error).__name__, "".join(traceback.format_exception(error))]
ended = datetime.datetime(2026, 11, 26, 5, tzinfo=datetime.timezone.utc)
for number, (run_type, end) in enumerate(
    [("scheduled", None), ("scheduled", ended), ("manual", None), ("asset_triggered", None), ("backfill", None)]
):
    afstem_airflow.tell_late({"dag_run": {"run_type": run_type, "end_date": end}}, 10 + number)

def failed(run_type, reason):
    return {"dag_run": SimpleNamespace(run_type=run_type), "reason": reason}

when_late = afstem_airflow.when_failed("For sent.", "timed_out")
when_late(failed("scheduled", "task_failure"))
when_late(failed("manual", "timed_out"))
when_late(failed("asset_triggered", "timed_out"))
afstem_airflow.tell_broken_off("Nattens afstemning kom ikke til ende.")
print()
print(json.dumps(raised))
"""


# How long the keys are that the DAGs find, in bytes; or why they find none.
_KEYS = """
import json, sys

sys.path.insert(0, sys.argv[1])
from airflow.sdk.exceptions import AirflowException
import afstem_airflow

try:
    found = [len(key) for key in afstem_airflow.keys()]
except AirflowException as error:
    found = str(error)
print()
print(json.dumps(found))
"""


def bag_of(airflow: Airflow) -> dict[str, Any]:
    return said_by(airflow, _LIST)


def said_by(airflow: Airflow, script: str, *arguments: str) -> Any:
    """What ``script``, which finds the DAGs in the folder that it is given, says in JSON on its last line."""
    airflow.home.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", script, str(DAGS_FOLDER), *arguments],
        env=airflow.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("bag")
    return bag_of(Airflow(folder / "home", made(folder / "estate", Clean()), settings()))


def test_there_is_a_dag_for_each_system_and_those_of_all(bag: dict[str, Any]) -> None:
    assert bag["errors"] == []
    systems = {"snapshot_kmd_sag", "snapshot_edh", "snapshot_ky"}
    assert set(bag["dags"]) == systems | {"reconcile", "verify", "retention"}
    assert all(dag["tasks"] for dag in bag["dags"].values())


def test_what_is_pulled_is_pulled_in_the_pool_of_its_system(bag: dict[str, Any]) -> None:
    for system in ("kmd_sag", "edh", "ky"):
        pool, _, _, mapped = bag["dags"][f"snapshot_{system}"]["tasks"]["pull"]
        assert (pool, mapped) == (f"afstem_{system}", True)


def test_every_task_is_done_again_when_its_worker_is_lost(bag: dict[str, Any]) -> None:
    assert {retries for dag in bag["dags"].values() for _, retries, *_ in dag["tasks"].values()} == {3}


def test_the_verdict_is_the_last_task_and_alone_at_the_end(bag: dict[str, Any]) -> None:
    assert bag["dags"]["reconcile"]["leaves"] == ["verdict"]
    assert bag["dags"]["reconcile"]["tasks"]["reconcile_kommune"][3] is True
    assert not any(dag["catchup"] for dag in bag["dags"].values())


def test_nothing_of_airflow_is_imported_but_its_sdk() -> None:
    found = []
    for path in sorted(DAGS_FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [name for name in names if name.split(".")[0] == "airflow"]
    assert found
    assert {name.split(".")[1] if "." in name else "" for name in found} == {"sdk"}


def test_a_wrong_estate_is_told_where_the_dags_are_seen(tmp_path: Path) -> None:
    path = made(tmp_path / "estate", Clean())
    written = path.read_text(encoding="utf-8")
    path.write_text(written.replace("art: leverance", "art: papir", 1), encoding="utf-8")
    told = bag_of(Airflow(tmp_path / "home", path, settings()))
    assert told["errors"]
    assert all("is not a kind of source" in error for error in told["errors"])


def test_what_may_go_well_is_tried_again_and_of_what_nobody_foresaw_only_its_kind_is_told(tmp_path: Path) -> None:
    said = "Rækken 7101850009 er forkert"
    estate = tells_a_webhook(made(tmp_path / "estate", Clean()))
    with Webhook() as hook:
        airflow = Airflow(tmp_path / "home", estate, {**settings(), "AFSTEM_WEBHOOK": hook.url})
        raised = said_by(airflow, _TELL, said)
    assert {kind: name for kind, (name, _) in raised.items()} == {
        "ValueError": "AirflowException",
        "TransientFailure": "AirflowException",
        "InputError": "AirflowFailException",
    }
    assert "ValueError at " in raised["ValueError"][1]
    assert said not in raised["ValueError"][1]
    # A night that has ended, and a run that somebody asked for, are not late.
    assert [body["text"].splitlines()[0] for body in hook.bodies] == [
        "*Afstem: natten er ikke færdig*",
        "*Afstem: natten er ikke færdig*",
        "*Afstem: noget gik galt*",
        "*Afstem: noget gik galt*",
    ]
    assert ["For sent." in body["text"] for body in hook.bodies] == [False, False, True, False]
    assert ["10 minutter" in hook.bodies[0]["text"], "13 minutter" in hook.bodies[1]["text"]] == [True, True]


def test_no_text_is_landed_without_a_key_where_the_estate_wants_them_encrypted(tmp_path: Path) -> None:
    estate = made(tmp_path / "estate", Clean())
    estate.write_text(estate.read_text(encoding="utf-8") + "krypter_tekster: true\n", encoding="utf-8")
    done = afstem("pull", "--estate", estate)
    assert done.returncode == 2
    assert "there is no key for the note texts: nothing was landed" in done.stderr
    lacking = Airflow(tmp_path / "home", estate, settings())
    sentence = "There is no Variable afstem_text_key and no AFSTEM_TEXT_KEY, or what holds it does not answer."
    assert said_by(lacking, _KEYS) == sentence
    given = Airflow(tmp_path / "home", estate, {**settings(), "AIRFLOW_VAR_AFSTEM_TEXT_KEY": "2c" * 32})
    assert said_by(given, _KEYS) == [24 * 2, 32]


def test_a_deadline_that_is_no_number_is_told_in_a_sentence(tmp_path: Path) -> None:
    minutes = {"AFSTEM_DEADLINE_MINUTES": "en time"}
    told = bag_of(Airflow(tmp_path / "home", made(tmp_path / "estate", Clean()), {**settings(), **minutes}))
    (error,) = told["errors"]
    assert "AFSTEM_DEADLINE_MINUTES must be a whole number of minutes" in error
