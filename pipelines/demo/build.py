"""Building the demo: an estate of made kommuner with its deliveries, its faults and its answer sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import yaml

from pipelines.demo.deliveries import Manner, delivery_folder, write_delivery
from pipelines.demo.facit import Facit
from pipelines.demo.faults import FAULTS, MIRROR_FAULTS, Injection, waive_deviations
from pipelines.demo.findings import Fault
from pipelines.demo.world.contents import Row, World
from pipelines.demo.world.edh import edh_at, kmd_sag_at
from pipelines.demo.world.move import Move
from pipelines.demo.world.plans import FULDT_UDRULLET, PLANS, STRANGER, KommunePlan
from pipelines.errors import UsageError
from pipelines.estate import WAIVERS_FILE

SEED = 751
# Below this not every fault finds a case to be put into.
MIN_CASES = 300
TINY_CASES = 12

_KMD_SAG = Manner("cp1252", clock="local", extra_column="kassationskode")
_EDH = Manner(bom=True)
_KSD = Manner(bom=True, linjeskift="\n", clock="zulu", upper_uuid=True)
_KY = Manner(linjeskift="\n", clock="milliseconds")
# The senders of each system, and what one kommune's sender does otherwise.
_MANNERS = {
    "kmd_sag": _KMD_SAG,
    "edh": _EDH,
    "ksd": _KSD,
    "ky": _KY,
    "spk": _KY,
    "indeks": Manner(clock="milliseconds", upper_uuid=True),
    "esdh": Manner(bom=True, linjeskift="\n", skilletegn=",", clock="zulu"),
}
_OTHER_MANNERS = {
    ("kmd_sag", "0730"): Manner("iso-8859-1", linjeskift="\n", clock="local"),
    ("edh", "0420"): Manner("cp1252", skilletegn="\t"),
    ("ksd", "0730"): Manner(bom=True, clock="zulu", parquet=("journalnotat", "sag"), unlisted_file="laesmig.txt"),
    ("ky", "0420"): Manner(skilletegn=",", clock="milliseconds", upper_uuid=True),
    ("indeks", "0730"): Manner(parquet=("indeks_sag", "indeks_dokument")),
}


def build_demo(folder: Path, *, cases: int = 2_000, faults: bool = True, seed: int = SEED) -> Facit:
    """Write a made estate into ``folder``: estate.yaml, afvigelser.yaml, inbox and, beside them, facit.json.

    ``cases``: in each of the three large kommuner; ``UsageError`` below ``MIN_CASES``. Without ``faults``
    everything that may rightly differ is still there, and no finding. The same arguments give the same
    bytes. ``folder`` is made; it must not hold an inbox.
    """
    if cases < MIN_CASES:
        raise UsageError(f"{cases} cases a kommune do not hold every fault; take {MIN_CASES} or more (--cases)")
    facit = Facit()
    waivers: list[dict[str, object]] = []
    for plan in PLANS:
        move = Move(plan, facit, cases=TINY_CASES if plan.tiny else cases, seed=seed)
        world = _with_faults(move, facit, faults)
        facit.count(world)
        waivers += world.waivers
        _deliver(folder / "inbox", world)
    if faults:
        facit.faults.append(_deliver_stranger(folder / "inbox", seed))
    _write_yaml(folder / "estate.yaml", "A made estate: no citizen, case or address in it is real.", _estate(PLANS))
    _write_yaml(folder / WAIVERS_FILE, "Accepted deviations of the made estate.", waivers)
    facit.write(folder)
    return facit


def _with_faults(move: Move, facit: Facit, faults: bool) -> World:
    injection = Injection(move, facit)
    if not move.world.plan.tiny:
        waive_deviations(injection)
    for kind in FAULTS if faults else ():
        kind.put_in(injection, facit)
    world = move.mirrored()
    for kind in MIRROR_FAULTS if faults else ():
        kind.put_in(injection, facit)
    return world


def _deliver(inbox: Path, world: World) -> list[tuple[str, datetime]]:
    """Write every delivery of a kommune; returns which: system and time."""
    plan = world.plan
    written = []

    def write(system: str, moment: datetime, tables: Mapping[str, list[Row]]) -> None:
        manner = _OTHER_MANNERS.get((system, plan.kode), _MANNERS[system])
        write_delivery(inbox, system, plan.kode, moment, tables, manner)
        written.append((system, moment))

    for moment in sorted({transition.baseline for transition in plan.transitions.values()}):
        write("kmd_sag", moment, kmd_sag_at(world, moment))
        # Where the move is still ahead, EDH's last delivery is its baseline too.
        if plan.after("edh") - moment > timedelta(days=1):
            write("edh", moment, edh_at(world, moment))
    for system, tables in world.after.items():
        write(system, plan.after(system), tables)
    return written


def _deliver_stranger(inbox: Path, seed: int) -> Fault:
    """A kommune delivers that the estate does not know: landed, told, and not reconciled."""
    move = Move(STRANGER, Facit(), cases=TINY_CASES, seed=seed)
    fault = Fault("fremmed_kommune", "deliveries of a kommune that is not in the estate", STRANGER.kode)
    for system, moment in _deliver(inbox, move.mirrored()):
        fault.delivery(system, delivery_folder(moment))
    return fault


def _estate(plans: Sequence[KommunePlan]) -> dict[str, object]:
    kommuner = {}
    for plan in plans:
        kommuner[plan.kode] = {
            "overgang": {
                system: transition.overgang.isoformat().replace("+00:00", "Z")
                for system, transition in plan.transitions.items()
            },
            "opsagt_manuelle_sager": str(plan.opsagt_manuelle_sager) if plan.opsagt_manuelle_sager else None,
        }
    return {"lake": "lake", "inbox": "inbox", "fuldt_udrullet": str(FULDT_UDRULLET), "kommuner": kommuner}


def _write_yaml(path: Path, comment: str, content: object) -> None:
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
    path.write_text(f"# {comment}\n{text}", encoding="utf-8", newline="\n")
