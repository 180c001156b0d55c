"""The rules as they stand in ``sql/rules``: each file's header and its two questions.

The header is the only declaration of a rule: the catalogue, the suites and the report read it here.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.errors import SystemFailure

SQL_FOLDER = Path(__file__).resolve().parents[1] / "sql"
ALVOR = ("fatal", "fejl", "advarsel")

_HEADER = re.compile(r"^-- ([a-z_]+): (.+)$")
_END = re.compile(r";\s*(?:--[^\n]*\s*)*\Z")
_OWNER = re.compile(r"([^,(]+?)\s*\((edh|nyt)\)")


@dataclass(frozen=True)
class Rule:
    """One rule. ``violations`` returns a row per violation, ``extent`` one row: vurderet, venter, forklaret.

    ``requires`` names the relations (``edh.fil``) without which the rule cannot be judged. ``owners``
    maps a place to its owner; the key None holds where the rule names one owner for all. ``tomt_*`` tells what
    no violation means, ``ulaest_*`` why nothing was in reach.
    """

    id: str
    alvor: str
    ejer: str
    owners: dict[str | None, str]
    titel_da: str
    titel_en: str
    brev: str
    spoergsmaal: str
    korn: str
    tomt_da: str
    tomt_en: str
    ulaest_da: str
    ulaest_en: str
    requires: tuple[str, ...]
    sql: str
    violations: str
    extent: str

    @property
    def sha256(self) -> str:
        """The version of the rule: the hash of its file."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def header(self) -> dict[str, str]:
        """What a run record keeps of the rule: its words and its version."""
        kept = ("id", "alvor", "ejer", "titel_da", "titel_en", "brev", "spoergsmaal", "tomt_da", "tomt_en", "sha256")
        return {name: getattr(self, name) for name in kept}

    def owner(self, sted: str | None) -> str:
        """Who answers for a violation at ``sted``."""
        return self.owners.get(sted) or self.owners[None]


def load_rules(folder: Path = SQL_FOLDER / "rules") -> list[Rule]:
    """Every rule of ``folder``: the letter's in order of id, then that of the waivers.

    Raises ``SystemFailure`` when a file is not a rule.
    """
    # Whether a waiver was used can be told when all else has been judged.
    paths = sorted(folder.glob("*.sql"), key=lambda path: (path.stem == "AFV", path.stem))
    rules = [_read(path) for path in paths]
    if not rules:
        raise SystemFailure(f"There are no rules in {folder.name}: the installation is not whole.")
    return rules


def _bare(query: str) -> str:
    """``query`` without the semicolon and the comments that DuckDB may leave at its end."""
    return _END.sub("", query)


def _read(path: Path) -> Rule:
    sql = path.read_text(encoding="utf-8")
    header = {match[1]: match[2] for line in sql.splitlines() if (match := _HEADER.match(line))}
    try:
        violations, extent = (_bare(statement.query) for statement in duckdb.extract_statements(sql))
        ejer = header["ejer"]
        owners: dict[str | None, str] = {sted: name.strip() for name, sted in _OWNER.findall(ejer)}
        rule = Rule(
            id=header["id"],
            alvor=header["alvor"],
            ejer=ejer,
            owners={None: ejer, **owners},
            titel_da=header["titel_da"],
            titel_en=header["titel_en"],
            brev=header["brev"],
            spoergsmaal=header["spoergsmaal"],
            korn=header["korn"],
            tomt_da=header["tomt_da"],
            tomt_en=header["tomt_en"],
            ulaest_da=header["ulaest_da"],
            ulaest_en=header["ulaest_en"],
            requires=tuple(header.get("kraever", "").split()),
            sql=sql,
            violations=violations,
            extent=extent,
        )
    except (KeyError, ValueError) as error:
        raise SystemFailure(
            f"{path.name} is not a rule: its header lacks a key or it does not hold two questions ({error})."
        ) from error
    if rule.id != path.stem or rule.alvor not in ALVOR:
        raise SystemFailure(f"{path.name} is not a rule: id must be the file's name and alvor one of {ALVOR}.")
    return rule
