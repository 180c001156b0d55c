"""What each rule says of an object: broken, explained, not evaluated, waiting, or that nothing is broken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb

from pipelines.inquiry.objekt_id import parts_of
from pipelines.inquiry.questions import Row, ask
from pipelines.run_record import RunRecord

# A row of the obligations bears on these rules; a case in EDH on both, until it is known what is wrong with it.
_OF_PLIGT = {
    ("sag", "nyt"): ("R02", "R24"),
    ("journalnotat", "nyt"): ("R02", "R24"),
    ("sag", "edh"): ("R04", "R05", "R24"),
    ("journalnotat", "edh"): ("R23", "R24"),
    ("dokument", "edh"): ("R03", "R24"),
    ("fil", "edh"): ("R03",),
    ("dokument_sag", "edh"): ("R03",),
}
_OF_OPRINDELSE = ("R20",)
# They look at cases that have moved, and at what lies on them.
_OF_MOVED_CASES = frozenset({"R06", "R07", "R08", "R09", "R10", "R13", "R14", "R15"})


def standing(
    con: duckdb.DuckDBPyConnection,
    run: RunRecord,
    objects: Mapping[str, Iterable[str]],
    pairs: Sequence[Row],
    sager: Sequence[str],
    fund: Mapping[str, Any] | None,
) -> list[dict[str, Any]]:
    """A record a rule, in order of id: ``regel``, ``stand``, ``fund`` and ``forklaret`` (findings), ``begrundelse``.

    ``objects``: the ids asked about by objekttype. ``pairs``: what the ledgers say of them. ``sager``: the cases they
    lie on. ``fund``: a finding that may be about no object. ``stand``: ``brudt``, ``forklaret``, ``ikke_vurderet``,
    ``afventer`` or ``intet_brud``: the first of these that holds.
    """
    keys = {f"{objekttype} {objekt_id}" for objekttype, ids in objects.items() for objekt_id in ids}
    # A cell of the figure is no object, but one that is owed to it bears its finding.
    cells = {f"{pair['objekttype']} @{owed['sted']}" for pair in pairs for owed in pair["pligt"]}
    found = ask(con, "trail_findings", texts={"noegler": keys | cells})
    found += _waivers(con, keys)
    if fund is not None and fund["fund_id"] not in {one["fund_id"] for one in found}:
        waived = con.execute("SELECT 1 FROM afstemning.fund_forklaret WHERE fund_id = $1", [fund["fund_id"]]).fetchall()
        found.append({**fund, "forklaret": bool(waived)})
    verdicts = {row["regel"]: row for row in con.execute("FROM afstemning.dom").to_arrow_table().to_pylist()}
    explained, waiting = _from_the_ledgers(pairs)
    if _lives_in_kmd_sag(con, sager):
        waiting |= _OF_MOVED_CASES
    return [
        _standing(
            verdicts.get(rule["id"]), rule, [one for one in found if one["regel"] == rule["id"]], explained, waiting
        )
        for rule in run.record["regler"]
    ]


def _standing(
    verdict: Row | None,
    rule: Mapping[str, str],
    found: Sequence[Row],
    explained: Mapping[str, set[str]],
    waiting: set[str],
) -> dict[str, Any]:
    broken = [one for one in found if not one["forklaret"]]
    waived = [one for one in found if one["forklaret"]]
    reasons = explained.get(rule["id"], set()) | ({"afvigelse"} if waived else set())
    reason, reason_en = None, None
    if broken:
        stand = "brudt"
    elif reasons:
        stand, reason = "forklaret", ", ".join(sorted(reasons))
    elif verdict is None or verdict["dom"] == "ikke_vurderet":
        stand = "ikke_vurderet"
        if verdict is not None:
            reason, reason_en = verdict["begrundelse"], verdict["begrundelse_en"]
    elif rule["id"] in waiting:
        stand = "afventer"
    else:
        stand = "intet_brud"
    return {
        "regel": rule["id"],
        "alvor": rule["alvor"],
        "titel_da": rule["titel_da"],
        "titel_en": rule["titel_en"],
        "stand": stand,
        "fund": [_finding(one) for one in broken],
        "forklaret": [_finding(one) for one in waived],
        "begrundelse": reason,
        "begrundelse_en": reason_en,
    }


def _waivers(con: duckdb.DuckDBPyConnection, keys: set[str]) -> list[Row]:
    """The findings about waivers that name one of the objects."""
    rows: list[Row] = con.execute("FROM afstemning.fund WHERE objekttype = 'afvigelse'").to_arrow_table().to_pylist()
    return [{**row, "forklaret": False} for row in rows if " ".join(parts_of(row["objekt_id"])[:2]) in keys]


def _finding(row: Row) -> dict[str, Any]:
    kept = ("fund_id", "objekttype", "objekt_id", "sted", "system", "udfald", "aarsag", "modpart_id")
    return {key: row[key] for key in kept}


def _from_the_ledgers(pairs: Sequence[Row]) -> tuple[dict[str, set[str]], set[str]]:
    """For each rule what explains a row of it, and the rules of which a row waits."""
    explained: dict[str, set[str]] = {}
    waiting: set[str] = set()
    for pair in pairs:
        for owed in pair["pligt"]:
            rules = _OF_PLIGT.get((pair["objekttype"], owed["sted"]), ())
            if owed["udfald"] == "forklaret":
                for rule in rules:
                    explained.setdefault(rule, set()).add(owed["aarsag"])
            elif owed["udfald"] == "afventer":
                waiting |= set(rules)
        for found in pair["efter"]:
            origin = found["oprindelse"]
            if origin is not None and origin["udfald"] == "forklaret":
                for rule in _OF_OPRINDELSE:
                    explained.setdefault(rule, set()).add(origin["aarsag"])
    return explained, waiting


def _lives_in_kmd_sag(con: duckdb.DuckDBPyConnection, sager: Sequence[str]) -> bool:
    """Whether one of the cases has yet to move."""
    rows = con.execute(
        "SELECT count(*) FROM afstemning.ikke_flyttet WHERE list_contains(CAST($1 AS UUID[]), sag_uuid)", [sager]
    ).fetchall()
    return bool(rows[0][0])
