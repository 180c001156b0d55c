"""What the rules say of one kommune: a row per violation, and one of three verdicts per rule."""

from __future__ import annotations

from typing import Any

import duckdb

from pipelines.lake import Lake
from pipelines.reconcile.pins import missing_inputs
from pipelines.rules import Rule


def judge(
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    code: str,
    pinned: dict[str, Any],
    rules: list[Rule],
    run_id: str,
) -> None:
    """Ask every rule its two questions; make ``afstemning.fund`` and ``afstemning.dom`` of the answers.

    ``code`` is the kommunekode, ``pinned`` its part of the run record.
    """
    con.execute(
        """CREATE TABLE afstemning.fund (
            fund_id VARCHAR, koersel_id VARCHAR, regel VARCHAR, alvor VARCHAR, ejer VARCHAR, kommunekode VARCHAR,
            objekttype VARCHAR, objekt_id VARCHAR, sag_uuid UUID, sted VARCHAR, system VARCHAR, udfald VARCHAR,
            aarsag VARCHAR, modpart_id VARCHAR)"""
    )
    con.execute(
        """CREATE TABLE afstemning.dom (
            regel VARCHAR, kommunekode VARCHAR, dom VARCHAR, brud BIGINT, vurderet BIGINT, venter BIGINT,
            forklaret BIGINT, begrundelse VARCHAR)"""
    )
    for rule in rules:
        # The id is made of what the fault is, not of the run that saw it: same fault, same id.
        con.execute(
            f"""INSERT INTO afstemning.fund
            SELECT
                left(sha256(concat_ws(chr(31), $regel, kommunekode, objekttype, coalesce(objekt_id, chr(30)),
                    coalesce(sted, chr(30)), coalesce(system, chr(30)))), 16),
                $koersel, $regel, $alvor,
                CASE sted WHEN 'edh' THEN $ejer_edh WHEN 'nyt' THEN $ejer_nyt ELSE $ejer END,
                kommunekode, objekttype, objekt_id, sag_uuid, sted, system, udfald, aarsag, modpart_id
            FROM ({rule.violations})""",
            {
                "regel": rule.id,
                "koersel": run_id,
                "alvor": rule.alvor,
                "ejer": rule.ejer,
                "ejer_edh": rule.owner("edh"),
                "ejer_nyt": rule.owner("nyt"),
            },
        )
        broken = number(con, "SELECT count(*) FROM afstemning.fund WHERE regel = ?", rule.id)
        judged, waiting, explained = con.execute(rule.extent).fetchall()[0]
        missing = missing_inputs(lake, pinned, rule.requires)
        verdict, reason = _verdict(broken, judged, waiting, missing)
        con.execute(
            "INSERT INTO afstemning.dom VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [rule.id, code, verdict, broken, judged, waiting, explained, reason],
        )


def _verdict(broken: int, judged: int, waiting: int, missing: list[str]) -> tuple[str, str | None]:
    if broken:
        return "brudt", None
    if missing:
        return "ikke_vurderet", f"Grundlaget mangler: {'; '.join(missing)}."
    if not judged:
        if waiting:
            return "ikke_vurderet", f"Alle {waiting} venter på en levering fra efter overgangen."
        return "ikke_vurderet", "Der er intet at vurdere."
    return "opfyldt", None


def number(con: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> int:
    """The one number that ``sql`` returns."""
    return int(con.execute(sql, list(parameters)).fetchall()[0][0])
