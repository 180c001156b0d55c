"""The delivery contract: entities, code lists, the 98 kommuner."""

from pipelines.contract.codes import CODE_LISTS, NEW_SYSTEMS, SUCCESSORS, CodeList, Successor, kommuner
from pipelines.contract.entities import (
    CONTRACT_VERSION,
    ENTITIES,
    MAX_FIELD_BYTES,
    Column,
    Entity,
    entities_of,
)

__all__ = [
    "CODE_LISTS",
    "CONTRACT_VERSION",
    "ENTITIES",
    "MAX_FIELD_BYTES",
    "NEW_SYSTEMS",
    "SUCCESSORS",
    "CodeList",
    "Column",
    "Entity",
    "Successor",
    "entities_of",
    "kommuner",
]
