"""Have Great Expectations judge a run: what landed, the balance, the rules.

DuckDB reads what the run published, small verdict tables go into SQLite (Great Expectations knows no
DuckDB), and the suites of ``expectations/`` are asserted over them, kommune by kommune.

An expectation is met, broken or not evaluated. Great Expectations itself has two verdicts, and says
success of a table without rows; ``_verdict`` is where the third comes from.
"""

from __future__ import annotations

import json
import logging
import tempfile
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import SystemFailure
from pipelines.lake import Lake
from pipelines.run_record import JUDGEMENT_FILE, open_record
from pipelines.verdicts import known_rows, verdict_rows, write_tables

SUITES_FOLDER = Path(__file__).resolve().parent.parent / "expectations"
SUITES = ("landing", "balance", "rules")

Verdict = Literal["met", "broken", "not_evaluated"]

# A rule's alvor in the words that Great Expectations has for severity.
SEVERITY = {"fatal": "critical", "fejl": "warning", "advarsel": "info"}

# Great Expectations shortens what it returns; what is left out stands in `afstemning.fund` and `balance`.
_MOST_PLACES = 20


@dataclass(frozen=True)
class Expectation:
    """One expectation and its verdict on one kommune.

    ``genstand`` is what it speaks of: a rule's id, an equation, a check of the landing. ``observeret``
    counts the rows it looked at, those that differ and those without a value, and says where the first
    of the differing ones are.
    """

    suite: str
    forventning: str
    genstand: str
    kommunekode: str
    severity: str
    titel_da: str
    titel_en: str
    notes: str
    verdict: Verdict
    observeret: dict[str, Any]


@dataclass(frozen=True)
class Judgement:
    """Every expectation of a run with its verdict, and the file in the run's folder that holds them."""

    run_id: str
    path: Path
    expectations: tuple[Expectation, ...]

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many expectations are met, broken, not evaluated."""
        return _counts(self.expectations)


def validate(lake: Lake, run_id: str) -> Judgement:
    """Judge run ``run_id`` and publish ``kontrol.json`` in its folder: same run, same bytes.

    Raises ``UsageError`` when there is no such run, ``LakeDamaged`` when something it rests on has
    changed, ``SystemFailure`` when Great Expectations does not tell a known fault from none.
    """
    run = open_record(lake, run_id)
    suites = load_suites(run.record["regler"])
    with tempfile.TemporaryDirectory(prefix="afstem-") as folder:
        _self_test(Path(folder) / "known.sqlite", suites)
        verdicts = Path(folder) / "verdicts.sqlite"
        write_tables(verdicts, verdict_rows(run))
        expectations = judge(verdicts, suites=suites, kommuner=run.kommuner)
    record = {
        "version": 1,
        "koersel_id": run.run_id,
        "great_expectations": version("great_expectations"),
        "optaelling": _counts(expectations),
        "forventninger": [asdict(expectation) for expectation in expectations],
    }
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    path = run.publish(JUDGEMENT_FILE, text.encode("utf-8"))
    return Judgement(run_id=run.run_id, path=path, expectations=tuple(expectations))


def load_suites(rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The suites of ``expectations/`` in Great Expectations' own form.

    An expectation marked ``for_hver: regel`` stands once for every rule of ``rules`` (the headers in
    the run's record), so that a rule is declared in its SQL file and nowhere else.
    """
    suites = []
    for name in SUITES:
        suite = json.loads((SUITES_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        expectations: list[dict[str, Any]] = []
        for expectation in suite["expectations"]:
            if expectation["meta"].get("for_hver") == "regel":
                expectations.extend(_for_rule(expectation, rule) for rule in rules)
            else:
                expectations.append(expectation)
        suites.append({**suite, "expectations": expectations})
    return suites


def judge(verdicts: Path, *, suites: Sequence[Mapping[str, Any]], kommuner: Sequence[str]) -> list[Expectation]:
    """Assert every suite over the verdict tables in the SQLite file ``verdicts``, for each kommune."""
    with warnings.catch_warnings():
        # Great Expectations imports modules that Python has deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations as gx
        from great_expectations.core.expectation_suite import ExpectationSuite
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            InMemoryStoreBackendDefaults,
            ProgressBarsConfig,
        )
        from great_expectations.exceptions.exceptions import GreatExpectationsError
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    # Without the docs site that it would lay in the temporary folder and leave there.
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context = gx.get_context(mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=stores))
    context.variables.analytics_enabled = False
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_sqlite("verdicts", connection_string=f"sqlite:///{verdicts}")
    judged: list[Expectation] = []
    for declared in suites:
        suite = ExpectationSuite(name=declared["name"], expectations=list(declared["expectations"]))
        results: Sequence[Any]
        for kommunekode in kommuner:
            try:
                asset = source.add_query_asset(
                    f"{declared['name']} {kommunekode}",
                    query=f"SELECT * FROM {declared['name']} WHERE kommunekode = '{kommunekode}'",
                )
                batch = asset.add_batch_definition_whole_table("all").get_batch()
                results = batch.validate(suite, result_format=_result_format(declared["meta"]["noegle"])).results
            except GreatExpectationsError:
                results = []
            judged.extend(_expectations(declared, kommunekode, results))
    return judged


def _expectations(suite: Mapping[str, Any], kommunekode: str, results: Sequence[Any]) -> list[Expectation]:
    """What a suite says of one kommune: every expectation it declares has its verdict, answered or not."""
    answers = {result.expectation_config.meta["genstand"]: result for result in results}
    something = any(answer.result.get("observed_value") for answer in answers.values())
    judged = []
    for declared in suite["expectations"]:
        meta = declared["meta"]
        answer = answers.get(meta["genstand"])
        result = answer.result if answer and something else {}
        judged.append(
            Expectation(
                suite=suite["name"],
                forventning=declared["type"],
                genstand=meta["genstand"],
                kommunekode=kommunekode,
                severity=declared["severity"],
                titel_da=meta["titel_da"],
                titel_en=meta["titel_en"],
                notes=declared["notes"],
                verdict=_verdict(success=bool(answer and answer.success), result=result),
                observeret=_observed(result, suite["meta"]["noegle"]),
            )
        )
    return judged


def _verdict(*, success: bool, result: Mapping[str, Any]) -> Verdict:
    """Met needs rows, and a value in each; broken needs a row that differs; the rest was not evaluated."""
    if "observed_value" in result:
        return "met" if success else "broken"
    if result.get("unexpected_count"):
        return "broken"
    if success and result.get("element_count") and not result["missing_count"]:
        return "met"
    return "not_evaluated"


def _observed(result: Mapping[str, Any], key: Sequence[str]) -> dict[str, Any]:
    if "observed_value" in result:
        return {"raekker": result["observed_value"]}
    if not result:
        return {"raekker": 0}
    places = result.get("unexpected_index_list") or []
    observed: dict[str, Any] = {
        "raekker": result["element_count"],
        "afviger": result["unexpected_count"] or 0,
        "uden_vaerdi": result["missing_count"],
    }
    if places:
        observed["steder"] = sorted(places, key=lambda place: [str(place[name]) for name in key])[:_MOST_PLACES]
    return observed


def _for_rule(template: Mapping[str, Any], rule: Mapping[str, Any]) -> dict[str, Any]:
    condition = {"type": "comparison", "column": {"name": "regel"}, "operator": "==", "parameter": rule["id"]}
    return {
        **template,
        "kwargs": {**template["kwargs"], "row_condition": condition},
        "severity": SEVERITY[rule["alvor"]],
        "notes": rule["brev"],
        "meta": {"genstand": rule["id"], "titel_da": rule["titel_da"], "titel_en": rule["titel_en"]},
    }


def _self_test(known: Path, suites: Sequence[Mapping[str, Any]]) -> None:
    """See that each expectation tells a fault from none, and none from nothing."""
    write_tables(known, known_rows(suites))
    asked_for = {"0000": "broken", "0001": "met", "0002": "not_evaluated"}
    for expectation in judge(known, suites=suites, kommuner=list(asked_for)):
        expected = asked_for[expectation.kommunekode]
        if expectation.forventning.startswith("expect_table") and expected == "broken":
            expected = "met"
        if expectation.verdict != expected:
            raise SystemFailure(
                f"Great Expectations found the expectation {expectation.genstand!r} of the suite {expectation.suite} "
                f"{expectation.verdict} on a table for which it is {expected}. "
                "Its verdicts cannot be relied on: install the versions of requirements.lock."
            )


def _result_format(key: Sequence[str]) -> dict[str, Any]:
    return {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": list(key),
        "include_unexpected_rows": False,
    }


def _counts(expectations: Sequence[Expectation]) -> dict[Verdict, int]:
    counts = Counter(expectation.verdict for expectation in expectations)
    return {"met": counts["met"], "broken": counts["broken"], "not_evaluated": counts["not_evaluated"]}
