"""Databases as sources: one read-only transaction that sees one state of the data, asked with the estate's SQL."""

from pipelines.sources.databases.source import open_database

__all__ = ["open_database"]
