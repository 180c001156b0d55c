"""IBM Db2: only a copy that stands still can be read, as no transaction of its sees one state while others write.

REPEATABLE READ there locks what it reads against the case workers; so ``udtrukket`` must be in the estate. The driver
brings IBM's client (122 MB) and is installed apart. Not tried against a server here.
"""

from __future__ import annotations

import re

from pipelines.sources.databases.dialect import Blame, Dialect, blame_by_class, blame_by_sqlstate
from pipelines.sources.databases.rows import read_rows


def _blame(error: BaseException) -> Blame:
    # SQL30082N and SQL1013N are of class 08: the connection; but a password or a name does not mend itself.
    said = str(error)
    if "SQL30082N" in said:
        return Blame("login", "SQL30082N")
    if "SQL1013N" in said:
        return Blame("database", "SQL1013N")
    found = re.search(r"SQLSTATE=(\w{5})", said)
    if found is None:
        return blame_by_class(error, "no answer")
    return blame_by_sqlstate(found[1]) or Blame("gone", f"SQLSTATE {found[1]}")


DIALECT = Dialect("db2", "db2+ibm_db", "ibm_db_sa", now=None, read=read_rows, blame=_blame)
