"""SQL Server: one transaction under SNAPSHOT isolation, which the database must allow (ALLOW_SNAPSHOT_ISOLATION).

There is no transaction that may only read: the user should have no right to write. The estate's SQL stands inside
another query, so it can neither begin with WITH nor end with ORDER BY; make a view. A ``datetimeoffset`` must be
written as text, ``CONVERT(varchar(33), oprettet, 127)``. Not tried against a server here.
"""

from __future__ import annotations

from sqlalchemy import cast
from sqlalchemy.dialects.mssql import VARBINARY

from pipelines.sources.databases.dialect import Blame, Cause, Dialect, blame_by_class
from pipelines.sources.databases.rows import read_rows

# Numbers of sys.messages. 3952: the database does not allow SNAPSHOT.
_CAUSES: dict[Cause, tuple[int, ...]] = {
    "login": (18450, 18452, 18456, 18470, 18486, 18487, 18488),
    "database": (911, 916, 4060),
    "sql": (102, 105, 156, 195, 207, 208, 209, 229, 230, 1033, 3952, 4104, 4121),
    "data": (220, 232, 241, 242, 245, 248, 295, 512, 8114, 8115, 8134, 8152, 8169),
}


def _blame(error: BaseException) -> Blame:
    numbers = _numbers(error.args)
    for cause, known in _CAUSES.items():
        for number in numbers:
            if number in known:
                allow = "; its database must have ALLOW_SNAPSHOT_ISOLATION ON" if number == 3952 else ""
                return Blame(cause, f"error {number}{allow}")
    return blame_by_class(error, f"error {numbers[0]}" if numbers else "no answer")


def _numbers(args: tuple[object, ...]) -> list[int]:
    """The numbers that pymssql gives with an error, some in tuples inside."""
    found: list[int] = []
    for each in args:
        if isinstance(each, tuple):
            found += _numbers(each)
        elif isinstance(each, int):
            found.append(each)
    return found


DIALECT = Dialect(
    "sqlserver",
    "mssql+pymssql",
    "pymssql",
    now="SELECT CONVERT(varchar(19), SYSUTCDATETIME(), 126) + 'Z'",
    read=read_rows,
    blame=_blame,
    connect={"login_timeout": 30, "charset": "UTF-8", "read_only": True, "use_datetime2": True},
    engine={"isolation_level": "SNAPSHOT"},
    # Its collations hold capitals for equal; the contract does not.
    exact=lambda column: cast(column, VARBINARY(8000)),  # type: ignore[no-untyped-call]
)
