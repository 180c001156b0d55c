"""Places where others put folders: a folder of this machine, an SFTP server, an S3 store."""

from pipelines.sources.places.pickup import fetch_delivery, fetch_extract
from pipelines.sources.places.place import Place, PlacedFolder, open_place

__all__ = ["Place", "PlacedFolder", "fetch_delivery", "fetch_extract", "open_place"]
