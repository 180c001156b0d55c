"""Where the address, user and password of a source come from: the environment, a file, or Airflow."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from pipelines.errors import InputError, SourceFailed
from pipelines.estate_sources import Forbindelse

_FORM = "scheme://user:password@host:port/name; write @ : / in a password as %40 %3A %2F"


def read_connection(forbindelse: Forbindelse, kommunekode: str, folder: Path) -> URL:
    """The address and credentials that ``forbindelse`` names; ``{kommunekode}`` in the name is the kommune's.

    ``folder`` is the estate's, to which a file's name is relative. A ``URL`` shows its password to nobody who
    prints it. Raises ``InputError``, naming where was looked and nothing that was found, and ``SourceFailed`` when
    Airflow does not give the connection.
    """
    if forbindelse.airflow is not None:
        return _from_airflow(forbindelse.airflow.replace("{kommunekode}", kommunekode))
    where, text = _written(forbindelse, kommunekode, folder, _FORM)
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        raise InputError(f"What {where} holds is no address. It must be {_FORM}.") from None


def read_secret(forbindelse: Forbindelse, folder: Path) -> str:
    """The text that ``forbindelse`` names, as it stands; of an Airflow connection its password.

    Raises as ``read_connection`` does.
    """
    if forbindelse.airflow is not None:
        return _airflow_connection(forbindelse.airflow).password or ""
    return _written(forbindelse, "", folder, "a webhook's whole address")[1]


def _written(forbindelse: Forbindelse, kommunekode: str, folder: Path, form: str) -> tuple[str, str]:
    """Where the variable or file is, and what stands in it."""
    if forbindelse.miljoe is not None:
        name = forbindelse.miljoe.replace("{kommunekode}", kommunekode)
        where, text = f"the environment variable {name}", os.environ.get(name)
        if not text:
            raise InputError(f"Set {where}: the estate takes an address from it ({form}).")
        return where, text
    assert forbindelse.fil is not None
    path = folder / forbindelse.fil.replace("{kommunekode}", kommunekode)
    where = f"the file {path}"
    try:
        return where, path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise InputError(f"Make {where} readable: the estate takes an address from it ({form}).") from None


def _from_airflow(conn_id: str) -> URL:
    found = _airflow_connection(conn_id)
    options = {name: str(value) for name, value in found.extra_dejson.items()}
    return URL.create(found.conn_type, found.login, found.password, found.host, found.port, found.schema, options)


def _airflow_connection(conn_id: str) -> Any:
    try:
        from airflow.sdk import Connection
    except ImportError:
        raise InputError(
            f"The estate names the Airflow connection {conn_id}, and Airflow is not installed here. "
            "Run it where Airflow is, or name the source by miljoe or fil."
        ) from None
    try:
        return Connection.get(conn_id)
    except Exception as error:  # noqa: BLE001 - a secrets backend may fail in any way, and quote what it holds
        # A secrets backend that does not answer looks like one that holds nothing.
        raise SourceFailed(
            f"Airflow gives no connection {conn_id} that can be read ({type(error).__name__}). Make it there, see that "
            "its secrets backend answers, or name the source by miljoe or fil."
        ) from None
