"""Oracle Database: one READ ONLY transaction, which sees the state at its beginning. The URL's name is the service's.

A long reading needs undo for as long (ORA-01555 when there is none): name a noegle, or read a copy. A ``TIMESTAMP
WITH TIME ZONE`` must be written as text. Not tried against a server here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from sqlalchemy.engine import URL

from pipelines.sources.block import RecordMistake
from pipelines.sources.databases.dialect import Blame, Cause, Dialect, blame_by_class
from pipelines.sources.databases.rows import read_rows
from pipelines.sources.databases.session import Session

_CAUSES: dict[Cause, tuple[str, ...]] = {
    "login": ("ORA-01005", "ORA-01017", "ORA-01045", "ORA-28000", "ORA-28001"),
    "database": ("ORA-12505", "ORA-12514", "DPY-6001", "DPY-6003"),
    "sql": ("ORA-00904", "ORA-00907", "ORA-00918", "ORA-00923", "ORA-00933", "ORA-00936", "ORA-00942", "ORA-01031"),
    "data": ("ORA-01427", "ORA-01476", "ORA-01722", "ORA-01830", "ORA-01840", "ORA-01841", "ORA-01843", "ORA-01861"),
}


def _blame(error: BaseException) -> Blame:
    code = str(getattr(error.args[0] if error.args else None, "full_code", "no answer"))
    for cause, codes in _CAUSES.items():
        if code in codes:
            return Blame(cause, code)
    return blame_by_class(error, code)


def _types(_session: Session, described: Mapping[str, Any]) -> Mapping[str, pa.DataType]:
    """The driver gives times without their zone; of one that is in the session's, UTC, it is known."""
    names = {name: str(getattr(each[1], "name", "")) for name, each in described.items()}
    for name, kind in names.items():
        if kind == "DB_TYPE_TIMESTAMP_TZ":
            reason = (
                "the driver loses the zone of TIMESTAMP WITH TIME ZONE; write it in the query: "
                """TO_CHAR(…, 'YYYY-MM-DD"T"HH24:MI:SS.FF6TZH:TZM')"""
            )
            raise RecordMistake(reason, None, name)
    return {name: pa.timestamp("us", "UTC") for name, kind in names.items() if kind == "DB_TYPE_TIMESTAMP_LTZ"}


def _address(url: URL) -> URL:
    if url.database is None or {"service_name", "sid"} & url.query.keys():
        return url
    # URL.set takes None for "as it is".
    options = {**url.query, "service_name": url.database}
    return URL.create(url.drivername, url.username, url.password, url.host, url.port, query=options)


DIALECT = Dialect(
    "oracle",
    "oracle+oracledb",
    "oracledb",
    now="""SELECT TO_CHAR(SYS_EXTRACT_UTC(SYSTIMESTAMP), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM DUAL""",
    read=read_rows,
    blame=_blame,
    begin=("ALTER SESSION SET TIME_ZONE = '+00\\:00'", "SET TRANSACTION READ ONLY"),
    connect={"tcp_connect_timeout": 30},
    # How many rows come in one answer.
    engine={"arraysize": 1_000},
    address=_address,
    types=_types,
)
