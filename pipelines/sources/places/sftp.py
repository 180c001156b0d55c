"""An SFTP server as a place of folders: one server key is accepted, and no other."""

from __future__ import annotations

import binascii
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult

import paramiko
from fsspec import AbstractFileSystem
from fsspec.implementations.sftp import SFTPFileSystem
from sqlalchemy.engine import URL

from pipelines.errors import AfstemError, InputError
from pipelines.sources.places.store import Entry, Store, remote_entry

CONNECT_SECONDS = 30
ANSWER_SECONDS = 60
_OPTIONS = ("key_file", "passphrase_env")
# OpenSSH answers up to 255 KiB at a time, others with less than is asked for. Paramiko's own 32 KiB would cost a
# round trip each, and its prefetching leaves threads behind when the connection breaks.
_REQUEST_BYTES = 255 * 1024


class SftpStore(Store):
    """An SFTP server. Paths are absolute, as the server shows them to the user."""

    lost = (EOFError, paramiko.SSHException, paramiko.SFTPError)

    def __init__(self, url: SplitResult, host_key: str, credentials: URL) -> None:
        self._host, self._port = _address(url, credentials)
        super().__init__(f"sftp://{self._host}:{self._port}{url.path}", url.path.rstrip("/") or "/")
        self._host_key = _server_key(host_key)
        self._login = _login(credentials)
        if not self._login["username"] or not (self._login["pkey"] or self._login["password"]):
            raise InputError(
                f"The forbindelse of {self.where} must give a user, and a password or key_file: "
                "sftp://user:password@host:port/ or sftp://user@host:port/?key_file=/path."
            )

    def connect(self) -> AbstractFileSystem:  # noqa: D102
        return _OneServer(
            self._host,
            port=self._port,
            server_key=self._host_key,
            login=self._login,
            # Taken by the metaclass: one connection to each user of it.
            skip_instance_cache=True,  # type: ignore[call-arg]
        )

    def disconnect(self, connected: AbstractFileSystem) -> None:  # noqa: D102
        connected.client.close()

    def entry(self, info: Mapping[str, Any]) -> Entry:  # noqa: D102
        # The protocol tells of a file's bytes nothing but the size and the second of the last change.
        modified = info["mtime"].timestamp()
        return remote_entry(info, modified, str(int(modified)))

    def open(self, connected: AbstractFileSystem, path: str) -> Any:  # noqa: D102
        file = super().open(connected, path)
        file.MAX_REQUEST_SIZE = _REQUEST_BYTES
        return file

    def refusal(self, error: Exception) -> AfstemError | None:  # noqa: D102
        if isinstance(error, paramiko.BadHostKeyException):
            return InputError(
                f"{self.where} answers with another key than vaertsnoegle in the estate: it may be another server. "
                "Nothing was sent to it. Ask its owner why, by another road, before anything is changed."
            )
        if isinstance(error, paramiko.AuthenticationException):
            return InputError(
                f"{self.where} does not accept the user with this password or key. Correct what forbindelse names."
            )
        return super().refusal(error)


class _OneServer(SFTPFileSystem):  # type: ignore[misc]
    """fsspec's SFTP, which would accept any server key, for the one server that has ``server_key``."""

    def __init__(self, host: str, *, port: int, server_key: paramiko.PKey, login: Mapping[str, Any]) -> None:
        self._port = port
        self._server_key = server_key
        self._login = login
        super().__init__(host)

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        # All paths here are plain; fsspec would take a ? in a name for the end of it.
        return path

    def _connect(self) -> None:
        client = paramiko.SSHClient()
        name = self.host if self._port == paramiko.config.SSH_PORT else f"[{self.host}]:{self._port}"
        client.get_host_keys().add(name, self._server_key.get_name(), self._server_key)
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        try:
            client.connect(
                self.host,
                self._port,
                **self._login,
                look_for_keys=False,
                allow_agent=False,
                timeout=CONNECT_SECONDS,
                banner_timeout=CONNECT_SECONDS,
                auth_timeout=CONNECT_SECONDS,
                channel_timeout=CONNECT_SECONDS,
            )
            ftp = client.open_sftp()
            channel = ftp.get_channel()
            assert channel is not None
            channel.settimeout(ANSWER_SECONDS)
        except BaseException:
            client.close()
            raise
        self.client = client
        self.ftp = ftp


def _address(url: SplitResult, credentials: URL) -> tuple[str, int]:
    if credentials.drivername not in ("sftp", "ssh"):
        raise InputError("The forbindelse of an SFTP server must begin with sftp://.")
    pairs = ((url.hostname, credentials.host and credentials.host.lower()), (url.port, credentials.port))
    if any(ours and theirs and ours != theirs for ours, theirs in pairs):
        raise InputError(
            "The url of an SFTP server and its forbindelse name two servers. Write the same host and port in both, "
            "or leave them out of forbindelse."
        )
    host = url.hostname or credentials.host
    if not host:
        raise InputError("Neither the url of an SFTP server nor its forbindelse names the host. Write it in url.")
    return host, url.port or credentials.port or 22


def _server_key(line: str) -> paramiko.PKey:
    kind, _, key = line.partition(" ")
    try:
        return paramiko.PKey.from_type_string(kind, binascii.a2b_base64(key))
    except (ValueError, IndexError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        raise InputError(
            "The vaertsnoegle of an SFTP server is no public key that is understood. Copy the kind and the key from "
            "the server's own .pub file: ssh-ed25519 AAAA…"
        ) from None


def _login(credentials: URL) -> dict[str, Any]:
    options = {name: value if isinstance(value, str) else "" for name, value in credentials.query.items()}
    if not options.keys() <= set(_OPTIONS):
        raise InputError(f"The forbindelse of an SFTP server has an option beside {' and '.join(_OPTIONS)}. Remove it.")
    login = {"username": credentials.username, "password": credentials.password, "pkey": None}
    if "key_file" not in options:
        return login
    if name := options.get("passphrase_env"):
        passphrase = os.environ.get(name)
        if not passphrase:
            raise InputError(f"Set the environment variable {name}: passphrase_env takes the key's passphrase from it.")
    else:
        # What opens the key is not shown to the server.
        passphrase, login["password"] = credentials.password, None
    return {**login, "pkey": _private_key(options["key_file"], passphrase)}


def _private_key(path: str, passphrase: str | None) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(path, passphrase)
    except (OSError, ValueError, TypeError, paramiko.SSHException, paramiko.pkey.UnknownKeyType):
        raise InputError(
            "The file that key_file names is no private key that can be read, or its passphrase is another. Correct "
            "the path, or give the passphrase by passphrase_env."
        ) from None
