"""The kinds of source that ``afstem pull`` knows. A new one is a module and an entry here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# deliveries: folders of the contract. extract: files in a form of their own. database: tables asked with SQL.
Road = Literal["deliveries", "extract", "database"]


@dataclass(frozen=True)
class Kind:
    """One kind of source: what it is, how it is read, and the module that reads it.

    An extract's module has ``open_extract(folder)``; a database's has ``DIALECT``.
    """

    meaning: str
    road: Road
    module: str


KINDS = {
    "leverance": Kind("Leverancer efter kontrakten", "deliveries", "pipelines.sources.folder"),
    "siard": Kind("En arkiveringsversion, SIARD-DK", "extract", "pipelines.sources.siard"),
    "r34": Kind("KSD's rapport R34, CSV", "extract", "pipelines.sources.r34"),
    "ky": Kind("Udtræk af KY, CSV", "extract", "pipelines.sources.ky"),
    "sf1470": Kind("Sags- og Dokumentindekset, XML efter SF1470", "extract", "pipelines.sources.sf1470"),
    "excel": Kind("Lister i Excel, xlsx", "extract", "pipelines.sources.excel"),
    "postgresql": Kind("PostgreSQL", "database", "pipelines.sources.databases.postgresql"),
    "mariadb": Kind("MariaDB eller MySQL", "database", "pipelines.sources.databases.mariadb"),
    "sqlserver": Kind("Microsoft SQL Server", "database", "pipelines.sources.databases.sqlserver"),
    "oracle": Kind("Oracle Database", "database", "pipelines.sources.databases.oracle"),
    "db2": Kind("IBM Db2", "database", "pipelines.sources.databases.db2"),
}
