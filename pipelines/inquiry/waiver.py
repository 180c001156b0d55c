"""The entry of ``afvigelser.yaml`` that would take a finding away, for somebody to fill in and answer for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import yaml

from pipelines.catalog import quoted
from pipelines.errors import UsageError
from pipelines.estate import LEDGER_RULES, WAIVERS_FILE, Estate
from pipelines.inquiry.published import published, session
from pipelines.run_record import RunRecord

# What only the one who accepts the deviation can say.
_TO_FILL_IN = {
    "begrundelse": "why it may stay so: what was looked into, and what was found",
    "ejer": "who answers for it",
    "godkendt_af": "who accepted it",
    "godkendt": "the day it was accepted, YYYY-MM-DD",
    "udloeber": "the last day on which it counts, YYYY-MM-DD",
}


@dataclass(frozen=True)
class Entry:
    """What a waiver names; ``about`` is what the finding says, for the comment above it."""

    about: str
    kommunekode: str
    objekttype: str
    objekt_id: str
    sted: str | None
    regel: str | None

    @property
    def naming(self) -> tuple[str | None, ...]:
        """What no two waivers may agree in."""
        return (self.kommunekode, self.objekttype, self.objekt_id, self.sted, self.regel)

    def lines(self) -> Iterator[str]:
        """The entry as YAML: what it names filled in, and what somebody must answer for left empty."""
        yield f"# {self.about}"
        named = {"objekttype": self.objekttype, "objekt_id": self.objekt_id, "sted": self.sted, "regel": self.regel}
        yield f"- kommunekode: {_scalar(self.kommunekode)}"
        yield from (f"  {key}: {_scalar(value)}" for key, value in named.items() if value is not None)
        width = max(len(key) for key in _TO_FILL_IN) + 1
        yield from (f"  {f'{key}:':<{width}}  # {hint}" for key, hint in _TO_FILL_IN.items())


def waiver_entries(run: RunRecord, estate: Estate, fund_id: str) -> list[Entry]:
    """The waivers that would take finding ``fund_id`` of ``run`` away: one, or one for each row of the ledger.

    Raises ``UsageError`` when the run holds no such finding, when no waiver can take it away, or when
    ``afvigelser.yaml`` names all of it already.
    """
    fund, code = _finding(run, fund_id.lower())
    rule, where = fund["regel"], f"Finding {fund['fund_id']} (kommune {code}, {fund['regel']})"
    if rule == "AFV":
        raise UsageError(
            f"{where} is about a waiver and cannot be waived: renew the entry in {WAIVERS_FILE}, or take it out."
        )
    if code not in estate.kommuner:
        raise UsageError(f"{where} is of a kommune that the estate does not name, and no waiver may name it either.")
    if rule == "R22" or fund["objekt_id"] is None:
        raise UsageError(
            f"{where} is about a whole cell of the figure, which no waiver can fill. Have the delivery sent again, or"
            f" waive the cell's objects one by one: afstem findings --rule R02 --kommune {code}"
        )
    about = (
        f"{rule} {fund['alvor']}, {fund['ejer']}: {_title(run, rule)}. Finding {fund['fund_id']} of run {run.run_id}."
    )
    entries = [
        Entry(
            f"{about}{_word(row)}",
            code,
            row["objekttype"],
            row["objekt_id"],
            row["sted"],
            None if rule in LEDGER_RULES else rule,
        )
        for row in (_missing_rows(run, code, fund) if rule == "R24" else [fund])
    ]
    expiry: dict[tuple[str | None, ...], date] = {
        (one.kommunekode, one.objekttype, one.objekt_id, one.sted, one.regel): one.udloeber for one in estate.afvigelser
    }
    new = [entry for entry in entries if entry.naming not in expiry]
    if not new:
        last = max(expiry[entry.naming] for entry in entries)
        raise UsageError(
            f"{where} is named in {WAIVERS_FILE} already, until {last.isoformat()}. Where that has passed, have it"
            " accepted anew and change the entry; otherwise make a new run."
        )
    return new


def _finding(run: RunRecord, fund_id: str) -> tuple[dict[str, Any], str]:
    with session() as con:
        for code, path in published(run, "fund").items():
            for row in _rows(con, path, "fund_id = $1", [fund_id]):
                return row, code
        for code, path in published(run, "fund_forklaret").items():
            for _ in _rows(con, path, "fund_id = $1", [fund_id]):
                raise UsageError(f"Finding {fund_id} of kommune {code} is waived already, in run {run.run_id}.")
    raise UsageError(
        f"Run {run.run_id} holds no finding {fund_id!r}. `afstem findings --run {run.run_id}` shows those it holds."
    )


def _missing_rows(run: RunRecord, code: str, fund: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the obligations that make an object one that is nowhere."""
    with session() as con:
        path = published(run, "pligt")[code]
        where = "objekttype = $1 AND objekt_id = $2 AND udfald = 'mangler'"
        return _rows(con, path, where, [fund["objekttype"], fund["objekt_id"]])


def _rows(con: duckdb.DuckDBPyConnection, path: str, where: str, values: list[str]) -> list[dict[str, Any]]:
    source = f"read_parquet({quoted(path)}, hive_partitioning = false)"
    rows: list[dict[str, Any]] = (
        con.execute(f"FROM {source} WHERE {where} ORDER BY ALL", values).to_arrow_table().to_pylist()
    )
    return rows


def _title(run: RunRecord, regel: str) -> str:
    return next(str(rule["titel_en"]) for rule in run.record["regler"] if rule["id"] == regel)


def _word(row: dict[str, Any]) -> str:
    told = " ".join(word for word in (row["udfald"], row["aarsag"]) if word)
    return f" {told}." if told else ""


def _scalar(value: str) -> str:
    """``value`` as YAML, on one line and always text."""
    written: str = yaml.safe_dump(value, default_style='"', allow_unicode=True, width=1_000_000)
    return written.strip()
