"""A whole night of the made estate in a real Airflow of this machine alone: `make airflow`.

Airflow itself is only started, asked over its API and stopped; nothing of it is imported.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

from pipelines.demo import DEMO_KEY, build_demo
from pipelines.errors import SystemFailure

DAGS_FOLDER = Path(__file__).resolve().parents[2] / "dags"
HOST = "127.0.0.1"
# Airflow takes half a minute to get up on two cores, and more when they are busy.
SECONDS_UP = 300
SECONDS_NIGHT = 1800
_DONE = frozenset({"success", "failed"})


def make_estate(folder: Path, cases: int) -> Path:
    """The made estate as Airflow pulls it, in ``folder``: every system a source of deliveries. Its estate.yaml."""
    build_demo(folder, cases=cases)
    return pull_from_inbox(folder)


def pull_from_inbox(folder: Path) -> Path:
    """Let the deliveries in the inbox of the estate in ``folder`` be those of senders that it is pulled from."""
    senders = folder / "afsendere"
    (folder / "inbox").rename(senders)
    path = folder / "estate.yaml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    written["kilder"] = {
        system.name: {
            "art": "leverance",
            "sted": {"url": senders.name},
            "kommuner": sorted(one.name for one in system.iterdir() if one.name in written["kommuner"]),
        }
        for system in sorted(senders.iterdir())
    }
    path.write_text(yaml.safe_dump(written, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Airflow:
    """Airflow in the folder ``home``, with the DAGs of the estate in ``estate``, on a free port of this machine.

    ``settings``: environment variables beside the usual ones.
    """

    home: Path
    estate: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=lambda: free_port())

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What every process of it is started with."""
        return {
            **os.environ,
            # What Airflow starts, it looks for by name.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS_FOLDER),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__PARALLELISM": "4",
            # The DAGs change when the estate does, and reading them anew takes from the work.
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__API__HOST": HOST,
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
            "AFSTEM_ESTATE": str(self.estate),
            **self.settings,
        }

    def command(self, *arguments: str, program: str = "airflow") -> str:
        """Run a command of ``program``: what it printed. Raises ``SystemFailure`` with what it said when it fails."""
        done = subprocess.run(  # noqa: S603 - a program of this environment
            [_program(program), *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemFailure(f"{program} {arguments[0]} failed: {(done.stderr or done.stdout)[-2000:]}")
        return done.stdout

    def prepare(self) -> None:
        """Make the database and the pools."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.command("db", "migrate")
        pools = self.home / "pools.json"
        pools.write_text(self.command("pools", "--estate", str(self.estate), program="afstem"), encoding="utf-8")
        self.command("pools", "import", str(pools))

    @contextmanager
    def running(self, *components: str) -> Iterator[list[subprocess.Popen[bytes]]]:
        """Airflow up and answering, and all of it gone afterwards. ``components``: `airflow` commands to be started.

        Gives their processes, in the order of ``components``; the one of all when none is named.
        """
        with (self.home / "airflow.log").open("ab") as log:
            # Each in a session of its own: what it starts is stopped with it.
            started = [
                subprocess.Popen(  # noqa: S603 - a program of this environment
                    [_program(), *component.split()],
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
                for component in components or ("standalone",)
            ]
        try:
            self._wait_until_up(started)
            yield started
        finally:
            for process in started:
                stop(process)

    def login(self) -> tuple[str, str]:
        """User and password of its one user."""
        path = self.home / "simple_auth_manager_passwords.json.generated"
        ((user, password),) = json.loads(path.read_text(encoding="utf-8")).items()
        return user, password

    def ask(self, path: str, body: object = None, method: str | None = None) -> Any:
        """What the API answers to ``path``; raises ``OSError`` when it does not."""
        user, password = self.login()
        token = _request(f"{self.url}/auth/token", {"username": user, "password": password})["access_token"]
        return _request(f"{self.url}/api/v2/{path}", body, {"Authorization": f"Bearer {token}"}, method)

    def trigger(self, dag_id: str, **params: object) -> str:
        """Begin a run of ``dag_id``; its id."""
        return str(self.ask(f"dags/{dag_id}/dagRuns", {"logical_date": None, "conf": params})["dag_run_id"])

    def run_of(self, dag_id: str, run_type: str, seconds: int = SECONDS_NIGHT) -> dict[str, Any]:
        """The newest run of ``dag_id`` of the type ``run_type``, when it is done.

        Raises ``SystemFailure`` when it is not in ``seconds``.
        """
        until = time.monotonic() + seconds
        newest = f"dags/{dag_id}/dagRuns?run_type={run_type}&order_by=-run_after&limit=1"
        while time.monotonic() < until:
            runs: list[dict[str, Any]] = self.ask(newest)["dag_runs"]
            if runs and runs[0]["state"] in _DONE:
                return runs[0]
            time.sleep(1)
        raise SystemFailure(f"{dag_id} is not done after {seconds} seconds. What Airflow said: {self.home}/airflow.log")

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """The task instances of a run."""
        answer: dict[str, Any] = self.ask(f"dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=1000")
        return list(answer["task_instances"])

    def night(self, seconds: int = SECONDS_NIGHT) -> dict[str, Any]:
        """The run of `reconcile` that follows when every system has been pulled, done.

        A DAG that is new and not paused makes up for the last night at once. Every system begins a run; all but one are
        skipped. Raises ``SystemFailure`` when it is not done in ``seconds``.
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            runs = self.ask("dags/reconcile/dagRuns?run_type=asset_triggered&limit=100")["dag_runs"]
            for run in runs:
                if run["state"] in _DONE and self._verdict(run) != "skipped":
                    return dict(run)
            time.sleep(1)
        raise SystemFailure(
            f"The night is not done after {seconds} seconds. What Airflow said: {self.home}/airflow.log"
        )

    def _verdict(self, run: Mapping[str, Any]) -> str:
        (state,) = [
            task["state"] for task in self.tasks("reconcile", run["dag_run_id"]) if task["task_id"] == "verdict"
        ]
        return str(state)

    def _wait_until_up(self, started: list[subprocess.Popen[bytes]]) -> None:
        until = time.monotonic() + SECONDS_UP
        wanted = {"verify", "retention", "reconcile"}
        while time.monotonic() < until:
            if any(process.poll() is not None for process in started):
                break
            try:
                dags = {dag["dag_id"] for dag in self.ask("dags?limit=100")["dags"]}
                if wanted <= dags and _request(f"{self.url}/api/v2/monitor/health")["scheduler"]["status"] == "healthy":
                    return
            except (OSError, ValueError, KeyError):
                pass
            time.sleep(1)
        raise SystemFailure(f"Airflow did not come up. What it said: {self.home}/airflow.log")


def stop(process: subprocess.Popen[bytes], *, ask: bool = True) -> None:
    """Stop ``process``, which leads a session, and all that it started: asked first if ``ask``, then made to."""
    if ask:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        _gone(process, 20)
    # A task is in a group of its own, so that it may be stopped alone; the session is the same.
    for pid in session_of(process):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if not _gone(process, 20):
        raise SystemFailure(f"Process {process.pid} does not end. End it by hand.")


def session_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The ids of all processes that run in the session that ``process`` leads."""
    found = []
    for each in psutil.process_iter():
        with suppress(ProcessLookupError, PermissionError, psutil.NoSuchProcess):
            if os.getsid(each.pid) == process.pid and each.status() != psutil.STATUS_ZOMBIE:
                found.append(each.pid)
    return found


def _gone(process: subprocess.Popen[bytes], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        process.poll()
        if not session_of(process):
            return True
        time.sleep(0.2)
    return False


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        return int(listening.getsockname()[1])


def _request(url: str, body: object = None, headers: Mapping[str, str] | None = None, method: str | None = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 - an address of this machine
        url, content, {"Content-Type": "application/json", **(headers or {})}, method=method
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


def _program(name: str = "airflow") -> str:
    beside = Path(sys.executable).with_name(name)
    if not beside.exists():
        raise SystemFailure("Airflow is not installed beside this Python: run `make airflow`.")
    return str(beside)


def main() -> None:
    """`make airflow`: the estate made anew, a night run, and Airflow left up until Ctrl-C."""
    # Whoever ends this by another road than Ctrl-C has Airflow ended with it.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo-airflow")
    if (folder / "home").is_dir() or not folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
    else:
        raise SystemExit(f"{folder} holds something that is not a demo of Airflow, and is left alone.")
    home = (folder / "home").resolve()
    home.mkdir(parents=True)
    settings = {"AIRFLOW_VAR_AFSTEM_KEY": DEMO_KEY.decode(), "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32)}
    airflow = Airflow(home, make_estate(folder / "estate", 300), settings)
    sys.stdout.write("Airflow is started; it takes a minute or two.\n")
    airflow.prepare()
    try:
        with airflow.running():
            user, password = airflow.login()
            sys.stdout.write(f"{airflow.url}   user {user}, password {password}\nA night is run.\n")
            sys.stdout.flush()
            run = airflow.night()
            for task in airflow.tasks("reconcile", run["dag_run_id"]):
                sys.stdout.write(f"  {task['state']:10} {task['task_id']} {task['rendered_map_index'] or ''}\n")
            sys.stdout.write(
                "The last task fails by design: the made estate holds faults, and that is the night's verdict.\n"
            )
            pages = sorted((folder / "estate" / "lake" / "runs").glob("*/rapport.html"))
            sys.stdout.write("".join(f"{page}\n" for page in pages))
            if sys.stdin.isatty():
                sys.stdout.write("Airflow stays up until Ctrl-C.\n")
                sys.stdout.flush()
                signal.pause()
    except KeyboardInterrupt:
        sys.stdout.write("\nStopped.\n")


if __name__ == "__main__":
    main()
