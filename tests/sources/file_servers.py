"""An SFTP server and an S3 store, started for real: OpenSSH's sshd and moto, on this machine alone.

The fixtures last a session; every test puts what it needs into a folder of its own. A test module imports the
fixtures that it names.
"""

from __future__ import annotations

import getpass
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from sqlalchemy.engine import URL

from tests.packages import require_program

HOST = "127.0.0.1"


@dataclass(frozen=True)
class SftpServer:
    """A running sshd. ``host_key``: its public key as the estate takes it; ``root``: where tests put files."""

    port: int
    host_key: str
    key_file: Path
    root: Path
    log: Path

    def url(self, folder: Path, port: int | None = None) -> str:
        """The address of ``folder`` of this machine as the server shows it, over ``port`` when one stands before it."""
        return f"sftp://{HOST}:{port or self.port}{folder}"

    @property
    def credentials(self) -> URL:
        """A user that may log in by key."""
        return URL.create("sftp", getpass.getuser(), query={"key_file": str(self.key_file)})


@dataclass(frozen=True)
class S3Server:
    """A running store with one bucket."""

    endpoint: str
    bucket: str
    credentials: URL

    def put(self, key: str, content: bytes) -> None:
        """Lay ``content`` in the bucket."""
        self.client.put_object(Bucket=self.bucket, Key=key, Body=content)

    @cached_property
    def client(self) -> Any:
        """The driver's own client."""
        login = {
            "aws_access_key_id": self.credentials.username,
            "aws_secret_access_key": self.credentials.password,
            "region_name": self.credentials.query["region"],
        }
        return botocore.session.get_session().create_client("s3", endpoint_url=self.endpoint, **login)


@pytest.fixture(scope="session")
def sftp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    folder = tmp_path_factory.mktemp("sshd")
    sshd = require_program(["sshd"], ["openssh-server"])
    host_key, login_key = folder / "host_key", folder / "login_key"
    for key in (host_key, login_key):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key], check=True)
    if Path("/run").is_dir() and getpass.getuser() == "root":
        # An sshd that is started by no service has nobody else to make it.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    port = free_port()
    config = folder / "sshd_config"
    config.write_text(
        "\n".join(
            [
                f"Port {port}",
                f"ListenAddress {HOST}",
                f"HostKey {host_key}",
                f"PidFile {folder / 'pid'}",
                f"AuthorizedKeysFile {login_key}.pub",
                "StrictModes no",
                "UsePAM no",
                "PermitRootLogin yes",
                "PasswordAuthentication yes",
                "Subsystem sftp internal-sftp",
                "LogLevel VERBOSE",
                "MaxStartups 100",
            ]
        ),
        encoding="ascii",
    )
    root = folder / "root"
    root.mkdir()
    kind, key_text = host_key.with_suffix(".pub").read_text(encoding="ascii").split()[:2]
    log = folder / "log"
    with _running([sshd, "-D", "-f", str(config), "-E", str(log)], port, log):
        yield SftpServer(port, f"{kind} {key_text}", login_key, root, log)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    log = tmp_path_factory.mktemp("moto") / "log"
    port = free_port()
    with _running([sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)], port, log):
        login = URL.create("s3", "MADEKEY", "made/secret+of+the+tests", query={"region": "eu-north-1"})
        server = S3Server(f"http://{HOST}:{port}", "udtraek", login)
        server.client.create_bucket(
            Bucket=server.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"}
        )
        yield server


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        return int(listening.getsockname()[1])


@contextmanager
def _running(command: list[str], port: int, log: Path) -> Iterator[None]:
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        for _ in range(300):
            assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")
            with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
                break
            time.sleep(0.1)
        else:
            pytest.fail(f"{command[0]} does not listen: {log.read_text(encoding='utf-8', errors='replace')}")
        yield
    finally:
        process.terminate()
        process.wait(20)


class CuttingProxy:
    """Stands between a client and a server, and cuts every connection after ``limit`` bytes from the server.

    ``passed``: how many came through in all.
    """

    def __init__(self, port: int) -> None:
        self.limit: int | None = None
        self.passed = 0
        self.connections = 0
        self._server = port
        self._listening = socket.create_server((HOST, 0))
        self.port = int(self._listening.getsockname()[1])
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> CuttingProxy:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would not wake who waits in accept.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(20)

    def _start(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.create_connection((HOST, self._server))
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._start(self._pump, client, server)
            self._start(self._pump_back, server, client, self.limit)

    def _pump_back(self, server: socket.socket, client: socket.socket, limit: int | None) -> None:
        self._pump(server, client, limit, counted=True)

    def _pump(
        self, source: socket.socket, target: socket.socket, limit: int | None = None, *, counted: bool = False
    ) -> None:
        passed = 0
        with suppress(OSError):
            while limit is None or passed < limit:
                chunk = source.recv(16 * 1024)
                if not chunk:
                    break
                target.sendall(chunk)
                passed += len(chunk)
                self.passed += len(chunk) if counted else 0
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
