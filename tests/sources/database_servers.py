"""A PostgreSQL and a MariaDB server, started for real on this machine, with the made estate's rows in their tables."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.packages import find_program, require_program

PASSWORD = "canary-Pa55"  # what no message may hold


@dataclass(frozen=True)
class DatabaseServer:
    """A running server. ``art``: its kind of source; ``url``: a user who may do all in one database."""

    art: str
    url: URL

    def run(self, *statements: str, rows: Sequence[dict[str, Any]] | None = None) -> None:
        """Run ``statements`` as one transaction; with ``rows`` the one statement is run for each."""
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), rows)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows that ``statement`` gives."""
        with create_engine(self.url, poolclass=NullPool).connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _unprivileged() -> str | None:
    """Whom a server is run as: it refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


def _folder() -> Path:
    """A folder that an unprivileged user may enter, which pytest's own is not; short, for a socket's path."""
    folder = Path(tempfile.mkdtemp(prefix="afstem-"))
    if user := _unprivileged():
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def _started(command: Sequence[str], server: DatabaseServer, log: Path) -> Iterator[DatabaseServer]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, user=_unprivileged(), cwd=log.parent)
    try:
        for _ in range(300):
            with suppress(OperationalError):
                server.ask("SELECT 1")
                break
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(log.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[DatabaseServer]:
    yield from start_postgresql()


def start_postgresql() -> Iterator[DatabaseServer]:
    """A PostgreSQL server until the iterator is closed."""
    require_program(["initdb"], ["postgresql-15"])
    # Debian's own, which a wrapper of the same name on the PATH may stand before.
    own = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    programs = own[-1] if own else Path(str(find_program("initdb"))).parent
    folder, port = _folder(), _free_port()
    (folder / "pw").write_text(PASSWORD)
    (folder / "pw").chmod(0o644)
    made = [
        programs / "initdb",
        "-D",
        folder / "data",
        "-U",
        "afstem",
        "-A",
        "scram-sha-256",
        "--pwfile",
        folder / "pw",
    ]
    done = subprocess.run(
        [*made, "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
        user=_unprivileged(),
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    url = URL.create("postgresql+psycopg", "afstem", PASSWORD, "127.0.0.1", port, "postgres")
    command = [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port), "-k", str(folder), "-F"]
    yield from _started([*command, "-h", "127.0.0.1"], DatabaseServer("postgresql", url), folder / "log")


@pytest.fixture(scope="session")
def mariadb() -> Iterator[DatabaseServer]:
    mariadbd = require_program(["mariadbd", "mysqld"], ["mariadb-server"])
    install = require_program(["mariadb-install-db", "mysql_install_db"], ["mariadb-server"])
    folder, port = _folder(), _free_port()
    begin = folder / "begin.sql"
    begin.write_text(
        "CREATE DATABASE IF NOT EXISTS afstem CHARACTER SET utf8mb4;\n"
        f"CREATE OR REPLACE USER 'afstem'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
        "GRANT ALL ON *.* TO 'afstem'@'127.0.0.1';\n"
    )
    begin.chmod(0o644)
    plain = ["--no-defaults", f"--datadir={folder}/data"]
    done = subprocess.run(
        [install, *plain, "--skip-test-db", "--auth-root-authentication-method=normal"],
        user=_unprivileged(),
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    url = URL.create("mysql+pymysql", "afstem", PASSWORD, "127.0.0.1", port, "afstem", {"charset": "utf8mb4"})
    options = [f"--port={port}", f"--socket={folder}/s", "--bind-address=127.0.0.1", f"--init-file={begin}"]
    fast = ["--innodb-flush-log-at-trx-commit=0", f"--pid-file={folder}/pid", "--skip-name-resolve"]
    yield from _started([mariadbd, *plain, *options, *fast], DatabaseServer("mariadb", url), folder / "log")
