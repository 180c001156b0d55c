"""SIARD-DK: arkiveringsversioner after bekendtgørelse 1007/2010 and 128/2020, read and held to their own indices."""

from pipelines.sources.siard.extract import open_extract

__all__ = ["open_extract"]
