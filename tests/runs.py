"""A lake with one run in it, of the shapes that reconcile publishes, with numbers that a test sets.

It stands in for nothing: validate and report read Parquet files, manifests and a run record, and these
are such, so that a test can say what stands in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.run_record import RECORD_VERSION
from pipelines.validate import load_suites

RUN_ID = "3f9a1c5b7d20e846"

_FUND = (
    "fund_id",
    "koersel_id",
    "regel",
    "alvor",
    "ejer",
    "kommunekode",
    "objekttype",
    "objekt_id",
    "sag_uuid",
    "sted",
    "system",
    "udfald",
    "aarsag",
    "modpart_id",
)
SHAPES = {
    "balance": ("kommunekode", "objekttype", "sted", "ligning", "venstre", "hoejre"),
    "dom": (
        "regel",
        "kommunekode",
        "dom",
        "brud",
        "vurderet",
        "venter",
        "forklaret",
        "begrundelse",
        "begrundelse_en",
    ),
    "pligt_antal": ("kommunekode", "objekttype", "sted", "system", "udfald", "aarsag", "antal"),
    "oprindelse_antal": ("kommunekode", "objekttype", "sted", "system", "ophav", "aarsag", "antal"),
    "figur": ("kommunekode", "celle", "objekttype", "antal", "skyldt"),
    "moenster": ("kommunekode", "sted", "system", "objekttype", "udfald", "aarsag", "detalje", "antal"),
    "fund": _FUND,
    "fund_forklaret": _FUND,
}
_NUMBERS = {"venstre", "hoejre", "brud", "vurderet", "venter", "forklaret", "antal", "skyldt"}

Row = Sequence[str | int | None]


def equations() -> list[str]:
    """The equations that the balance suite asserts."""
    [suite] = [suite for suite in load_suites([]) if suite["name"] == "balance"]
    return [e["meta"]["genstand"] for e in suite["expectations"] if "row_condition" in e["kwargs"]]


def rule(rule_id: str, **header: str) -> dict[str, str]:
    """A rule's header as the run record has it."""
    return {
        "id": rule_id,
        "alvor": "fatal",
        "ejer": "KOMBIT",
        "titel_da": f"Regel {rule_id} holder",
        "titel_en": f"Rule {rule_id} holds",
        "brev": f"Brevets ord om {rule_id}",
        "tomt_da": "Ingen brud",
        "tomt_en": "No violations",
        "sha256": hashlib.sha256(rule_id.encode()).hexdigest(),
        **header,
    }


@dataclass
class MadeRun:
    """What goes into the run; ``write`` puts it on disk.

    ``tables``: rows per table of ``SHAPES``, each with its kommunekode. ``snapshots``: rows sent and
    landed per snapshot id.
    """

    kommuner: dict[str, dict[str, Any]] = field(default_factory=lambda: {"0751": kommune("0751")})
    regler: list[dict[str, str]] = field(default_factory=lambda: [rule("R02")])
    tables: dict[str, list[Row]] = field(default_factory=dict)
    filer: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    kontroltal: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    bemaerkninger: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def write(self, root: Path) -> Path:
        """Write the lake under ``root`` and return the run's folder."""
        pinned = {snapshot: self._snapshot(root, snapshot) for snapshot in self.filer}
        folder = root / "runs" / RUN_ID
        published: dict[str, str] = {}
        for name, rows in self.tables.items():
            for kommunekode in self.kommuner:
                place = SHAPES[name].index("kommunekode")
                relative = f"kommune={kommunekode}/{name}.parquet"
                _parquet(folder / relative, name, [row for row in rows if row[place] == kommunekode])
                published[relative] = hashlib.sha256((folder / relative).read_bytes()).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)
        record = {
            "version": RECORD_VERSION,
            "koersel_id": RUN_ID,
            "startet": "2026-11-23T08:00:00Z",
            "afsluttet": "2026-11-23T08:00:07Z",
            "dato": "2026-11-23",
            "software": "0.1.0",
            "duckdb": "1.5.5",
            "estate_sha256": "e" * 64,
            "kommuner": self.kommuner,
            "snapshots": {snapshot: {"manifest_sha256": sha256} for snapshot, sha256 in pinned.items()},
            "regler": self.regler,
            "filer": published,
        }
        (folder / "run.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
        return folder

    def _snapshot(self, root: Path, snapshot: str) -> str:
        system, kommunekode, udtrukket = snapshot.split("/")
        folder = root / "snapshots" / f"system={system}" / f"kommune={kommunekode}" / f"udtrukket={udtrukket}"
        folder.mkdir(parents=True)
        moment = datetime.strptime(udtrukket, "%Y%m%dT%H%M%S%z")
        manifest = {
            "version": 1,
            "system": system,
            "kommunekode": kommunekode,
            "udtrukket": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "software": "0.1.0",
            "kontrakt": 1,
            "noegle": "0123456789abcdef",
            "leverance": {"version": 1},
            "leverance_sha256": "a" * 64,
            "filer": self.filer[snapshot],
            "tekster": [],
            "kontroltal": self.kontroltal.get(snapshot, {}),
            "andre_kontroltal": {},
            "bemaerkninger": self.bemaerkninger.get(snapshot, []),
        }
        content = (json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
        (folder / "manifest.json").write_bytes(content)
        return hashlib.sha256(content).hexdigest()


def kommune(kommunekode: str, **values: Any) -> dict[str, Any]:
    """What the run record says of a kommune whose cases moved to KSD."""
    return {
        "i_estate": True,
        "leverancer": [],
        "systemer": [
            {
                "system": "ksd",
                "fagsystem": "kmd_dagpenge",
                "overgang": "2020-06-03T06:00:00Z",
                "foer_kmd_sag": f"kmd_sag/{kommunekode}/20200522T210000Z",
                "foer_edh": f"edh/{kommunekode}/20200522T210000Z",
                "efter": f"ksd/{kommunekode}/20210301T020000Z",
            }
        ],
        "edh_efter": f"edh/{kommunekode}/20210301T020000Z",
        "indeks": None,
        "esdh": None,
        "afvigelser": [],
        "udloebne_afvigelser": [],
        "bemaerkninger": [],
        **values,
    }


def fil(entitet: str, sendt: int, landet: int | None = None, tomme: int = 0) -> dict[str, Any]:
    """A file as a manifest has it."""
    return {
        "navn": f"{entitet}.parquet",
        "entitet": entitet,
        "raekker": sendt if landet is None else landet,
        "sendt": sendt,
        "bytes": 4096,
        "sha256": hashlib.sha256(entitet.encode()).hexdigest(),
        "kilde": f"{entitet}.csv",
        "tomme_kraevede": tomme,
    }


def verdict(regel: str, dom: str, *, kommunekode: str = "0751", **numbers: int) -> Row:
    """A row of ``dom``."""
    counted = {"brud": 0, "vurderet": 10 if dom != "ikke_vurderet" else 0, "venter": 0, "forklaret": 0, **numbers}
    reasons = ("Der er ingen leverance fra indekset.", "There is no delivery of the index.")
    return (regel, kommunekode, dom, *counted.values(), *(reasons if dom == "ikke_vurderet" else (None, None)))


def _parquet(path: Path, name: str, rows: Iterable[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    columns: Mapping[str, list[Any]] = {column: [] for column in SHAPES[name]}
    for row in rows:
        for column, value in zip(SHAPES[name], row, strict=True):
            columns[column].append(value)
    schema = pa.schema([pa.field(column, pa.int64() if column in _NUMBERS else pa.string()) for column in SHAPES[name]])
    pq.write_table(pa.table(dict(columns), schema=schema), path)
