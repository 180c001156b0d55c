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

    Findings that a waiver names by rule stand apart, in ``afstemning.fund_forklaret``.

    ``code`` is the kommunekode, ``pinned`` its part of the run record.
    """
    for relation in ("fund", "fund_forklaret"):
        con.execute(
            f"""CREATE TABLE afstemning.{relation} (
                fund_id VARCHAR, koersel_id VARCHAR, regel VARCHAR, alvor VARCHAR, ejer VARCHAR, kommunekode VARCHAR,
                objekttype VARCHAR, objekt_id VARCHAR, sag_uuid UUID, sted VARCHAR, system VARCHAR, udfald VARCHAR,
                aarsag VARCHAR, modpart_id VARCHAR)"""
        )
    con.execute(
        """CREATE TABLE afstemning.dom (
            regel VARCHAR, kommunekode VARCHAR, dom VARCHAR, brud BIGINT, vurderet BIGINT, venter BIGINT,
            forklaret BIGINT, begrundelse VARCHAR, begrundelse_en VARCHAR)"""
    )
    waivable = {waiver["regel"] for waiver in pinned["afvigelser"]}
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
        waived = _set_apart(con, rule) if rule.id in waivable else 0
        broken = number(con, "SELECT count(*) FROM afstemning.fund WHERE regel = ?", rule.id)
        judged, waiting, explained = con.execute(rule.extent).fetchall()[0]
        missing = missing_inputs(lake, pinned, rule.requires)
        verdict, reason, reason_en = _verdict(rule, broken, judged, waiting, missing)
        con.execute(
            "INSERT INTO afstemning.dom VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [rule.id, code, verdict, broken, judged, waiting, explained + waived, reason, reason_en],
        )


def _set_apart(con: duckdb.DuckDBPyConnection, rule: Rule) -> int:
    """Move the findings of ``rule`` that a waiver names to ``afstemning.fund_forklaret``; how many they are."""
    con.execute(
        """INSERT INTO afstemning.fund_forklaret
        SELECT fund.* FROM afstemning.fund
        SEMI JOIN afstemning.afvigelse
            ON fund.regel = afvigelse.regel
            AND fund.objekttype = afvigelse.objekttype
            AND fund.objekt_id = afvigelse.objekt_id
            AND coalesce(fund.sted = afvigelse.sted, afvigelse.sted IS NULL)
            AND NOT afvigelse.udloebet
        WHERE fund.regel = ?""",
        [rule.id],
    )
    con.execute("DELETE FROM afstemning.fund WHERE fund_id IN (SELECT fund_id FROM afstemning.fund_forklaret)")
    return number(con, "SELECT count(*) FROM afstemning.fund_forklaret WHERE regel = ?", rule.id)


def _verdict(
    rule: Rule, broken: int, judged: int, waiting: int, missing: list[tuple[str, str]]
) -> tuple[str, str | None, str | None]:
    """The verdict and, where there is none to give, why: in Danish and in English."""
    if broken:
        return "brudt", None, None
    if missing:
        da, en = ("; ".join(sentences) for sentences in zip(*missing, strict=True))
        return "ikke_vurderet", f"Grundlaget mangler: {da}.", f"The basis is missing: {en}."
    if not judged:
        if waiting:
            return (
                "ikke_vurderet",
                f"Alle {waiting} venter på en senere levering.",
                f"All {waiting} wait for a later delivery.",
            )
        return "ikke_vurderet", rule.ulaest_da, rule.ulaest_en
    return "opfyldt", None, None


def number(con: duckdb.DuckDBPyConnection, sql: str, *parameters: object) -> int:
    """The one number that ``sql`` returns."""
    return int(con.execute(sql, list(parameters)).fetchall()[0][0])
