"""The lake that an estate names."""

from __future__ import annotations

from pipelines.connections import read_connection
from pipelines.estate import Estate
from pipelines.lake.lake import Lake

# A request that fails is made anew by the driver, with growing pauses.
_ATTEMPTS = 4


def open_lake(estate: Estate) -> Lake:
    """The lake of ``estate``. Raises ``InputError`` when its store's login cannot be had."""
    if estate.lake_url is None:
        return Lake(estate.lake)
    from pipelines.lake.objects import ObjectLake
    from pipelines.object_store import connect_s3

    store = estate.objektlager
    named = store.forbindelse
    login = None if named is None else read_connection(named, "", estate.path.parent)
    return ObjectLake(estate.lake_url, connect_s3(store.endepunkt, login, attempts=_ATTEMPTS), estate.lake)
