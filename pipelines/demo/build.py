"""Building the demo: an estate of made kommuner with its deliveries, its faults and its answer sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import yaml

from pipelines.demo.case_changes import CASE_FAULTS
from pipelines.demo.conversion import Conversion
from pipelines.demo.deliveries import Manner, write_delivery
from pipelines.demo.document_faults import DOCUMENT_FAULTS, waive_deviations
from pipelines.demo.draw import Draw
from pipelines.demo.edh import edh_at, kmd_sag_at
from pipelines.demo.facit import Facit
from pipelines.demo.injection import Injection
from pipelines.demo.note_faults import NOTE_FAULTS
from pipelines.demo.population import Population
from pipelines.demo.world import AFTER, PLANS, KommunePlan, Row, World
from pipelines.estate import WAIVERS_FILE

SEED = 751
TINY_CASES = 12

FAULTS = (*CASE_FAULTS, *NOTE_FAULTS, *DOCUMENT_FAULTS)

_KMD_SAG = Manner("cp1252", clock="local", extra_column="kassationskode")
_EDH = Manner(bom=True)
_KSD = Manner(bom=True, linjeskift="\n", clock="zulu", upper_uuid=True)
_KY = Manner(linjeskift="\n", clock="milliseconds")
# The senders of each system, and what one kommune's sender does otherwise.
_MANNERS = {"kmd_sag": _KMD_SAG, "edh": _EDH, "ksd": _KSD, "ky": _KY, "spk": _KY}
_OTHER_MANNERS = {
    ("kmd_sag", "0730"): Manner("iso-8859-1", linjeskift="\n", clock="local"),
    ("edh", "0420"): Manner("cp1252", skilletegn="\t"),
    ("ksd", "0730"): Manner(bom=True, clock="zulu", parquet=("journalnotat", "sag"), unlisted_file="laesmig.txt"),
    ("ky", "0420"): Manner(skilletegn=",", clock="milliseconds", upper_uuid=True),
}


def build_demo(folder: Path, *, cases: int = 2_000, faults: bool = True, seed: int = SEED) -> Facit:
    """Write a made estate into ``folder``: estate.yaml, afvigelser.yaml, inbox and, beside them, facit.json.

    ``cases``: in each of the three large kommuner; at least some 200, or ``UsageError`` when the faults do
    not find room. Without ``faults`` everything that may rightly differ is still there, and no finding.
    The same arguments give the same bytes. ``folder`` is made; it must not hold an inbox.
    """
    facit = Facit()
    waivers: list[dict[str, object]] = []
    for plan in PLANS:
        population = Population(plan, Draw(f"{seed} {plan.kode}"))
        population.made(TINY_CASES if plan.tiny else cases)
        world = _with_faults(Conversion(population, facit), facit, faults)
        facit.count(world)
        waivers += world.waivers
        _deliver(folder / "inbox", world)
    _write_yaml(folder / "estate.yaml", "A made estate: no citizen, case or address in it is real.", _estate(PLANS))
    _write_yaml(folder / WAIVERS_FILE, "Accepted deviations of the made estate.", waivers)
    facit.write(folder)
    return facit


def _with_faults(conversion: Conversion, facit: Facit, faults: bool) -> World:
    conversion.done()
    injection = Injection(conversion, facit)
    if not conversion.plan.tiny:
        waive_deviations(injection)
    if faults:
        for kind in FAULTS:
            kind.put_in(injection, facit)
    return conversion.world


def _deliver(inbox: Path, world: World) -> None:
    plan = world.plan

    def write(system: str, moment: datetime, tables: Mapping[str, list[Row]]) -> None:
        manner = _OTHER_MANNERS.get((system, plan.kode), _MANNERS[system])
        write_delivery(inbox, system, plan.kode, moment, tables, manner)

    for moment in sorted({transition.baseline for transition in plan.transitions.values()}):
        write("kmd_sag", moment, kmd_sag_at(world, moment))
        # Where the move is still ahead, EDH's last delivery is its baseline too.
        if AFTER - moment > timedelta(days=1):
            write("edh", moment, edh_at(world, moment))
    for system, tables in world.after.items():
        write(system, AFTER, tables)


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
    return {"lake": "lake", "inbox": "inbox", "kommuner": kommuner}


def _write_yaml(path: Path, comment: str, content: object) -> None:
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
    path.write_text(f"# {comment}\n{text}", encoding="utf-8", newline="\n")
