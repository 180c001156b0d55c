"""The new ESDH of a kommune that has changed vendor: everything that EDH held, under new ids."""

from __future__ import annotations

from pipelines.demo.world.contents import Row, World
from pipelines.demo.world.draw import made_uuid

_ENTITIES = ("sag", "journalnotat", "dokument", "dokument_sag", "fil", "krydsreference")


def fill_esdh(world: World) -> None:
    """Fill ``world.after['esdh']``, where the kommune has one, with what EDH's delivery holds and how it is found."""
    if "esdh" not in world.plan.extracted:
        return
    edh, esdh = world.after["edh"], world.after["esdh"]
    for entity in _ENTITIES:
        esdh[entity] = []
    references: dict[tuple[str, str], Row] = {}

    def new_id(objekttype: str, gammel_id: str) -> str:
        key = objekttype, gammel_id
        if key not in references:
            ny_id = made_uuid(world.plan.kode, "esdh", *key)
            # A vendor writes its uuids as it likes: in capitals they are the same.
            written = gammel_id.upper() if objekttype != "journalnotat" and len(references) % 3 == 0 else gammel_id
            references[key] = {"objekttype": objekttype, "gammel_id": written, "ny_id": ny_id}
        return str(references[key]["ny_id"])

    for row in edh["sag"]:
        esdh["sag"].append({**row, "sag_uuid": new_id("sag", row["sag_uuid"])})
    for row in edh["journalnotat"]:
        new = {"notat_id": new_id("journalnotat", row["notat_id"]), "sag_uuid": new_id("sag", row["sag_uuid"])}
        esdh["journalnotat"].append(row | new)
    for entity in ("dokument", "fil", "dokument_sag"):
        for row in edh[entity]:
            copy = {**row, "dokument_uuid": new_id("dokument", row["dokument_uuid"])}
            if entity == "dokument_sag":
                copy["sag_uuid"] = new_id("sag", row["sag_uuid"])
            esdh[entity].append(copy)
    # What was born in the new ESDH has no old id.
    born = {**esdh["sag"][0], "sag_uuid": made_uuid(world.plan.kode, "esdh", "born there"), "sagsnummer": "ESDH-1"}
    esdh["sag"].append(born)
    esdh["krydsreference"] = list(references.values())


def reference(world: World, objekttype: str, gammel_id: str) -> Row:
    """The row of ``krydsreference`` that leads on from an id of EDH."""
    rows = world.after["esdh"]["krydsreference"]
    return next(
        row for row in rows if row["objekttype"] == objekttype and row["gammel_id"].lower() == gammel_id.lower()
    )
