"""MariaDB and MySQL: one read-only transaction with a consistent snapshot.

Tables of engines without transactions (MyISAM, Aria, MEMORY) are not held still by it. The session's time zone is
UTC, and columns of type TIMESTAMP are moments in it; what the estate's SQL makes a DATETIME has no zone, and is read
as Danish time by the contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from sqlalchemy import LargeBinary, cast

from pipelines.sources.databases.dialect import Blame, Cause, Dialect, blame_by_class
from pipelines.sources.databases.rows import read_rows
from pipelines.sources.databases.session import Session

# The wire protocol's number of TIMESTAMP.
_TIMESTAMP = 7
# Error numbers of MariaDB (mariadb.com/kb/en/mariadb-error-code-reference) and of the client.
_CAUSES: dict[Cause, tuple[int, ...]] = {
    "login": (1045, 1698, 1820, 1862, 4151),
    "database": (1044, 1049),
    "sql": (1046, 1052, 1054, 1055, 1064, 1109, 1140, 1142, 1143, 1146, 1227, 1305, 1370, 1792),
    "data": (1242, 1264, 1267, 1292, 1366, 1365, 1406, 1411, 1690),
}


def _blame(error: BaseException) -> Blame:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else None
    detail = "no answer" if number is None else f"error {number}"
    for cause, numbers in _CAUSES.items():
        if number in numbers:
            return Blame(cause, detail)
    return blame_by_class(error, detail)


def _types(_session: Session, described: Mapping[str, Any]) -> Mapping[str, pa.DataType]:
    return {name: pa.timestamp("us", "UTC") for name, each in described.items() if each[1] == _TIMESTAMP}


DIALECT = Dialect(
    "mariadb",
    "mysql+pymysql",
    "PyMySQL",
    now="SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%dT%H:%i:%sZ')",
    read=read_rows,
    blame=_blame,
    begin=(
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SET time_zone = '+00\\:00'",
        # How long the server waits for a reader that is paced, or lands what it has read.
        "SET SESSION net_write_timeout = 3600",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ),
    connect={"connect_timeout": 30, "charset": "utf8mb4"},
    types=_types,
    # Its collations hold capitals, accents and blanks at the end for equal; the contract does not.
    exact=lambda column: cast(column, LargeBinary),
)
