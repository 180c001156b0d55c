"""The verdict in words: what is proved, what is broken, what could not be judged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from pipelines.report.contents import Contents
from pipelines.report.words import Words, counted, number

_RULE = (Words("regel", "rule"), Words("regler", "rules"))
_KOMMUNE = (Words("kommune", "kommune"), Words("kommuner", "kommuner"))
_FINDING = (Words("fund", "finding"), Words("fund", "findings"))
_CHECK = (Words("kontrol", "check"), Words("kontroller", "checks"))
_EQUATION = (Words("ligning", "equation"), Words("ligninger", "equations"))


@dataclass(frozen=True)
class Summary:
    """The headline, and a sentence for each of the three verdicts."""

    headline: Words
    bevist: Words
    brudt: Words
    ikke_vurderet: Words


def summarise(contents: Contents) -> Summary:
    """Put the verdict of the run into one headline and three sentences."""
    rules = contents.optaelling["rules"]
    # The first expectation of the suite asks whether there is a verdict at all; it is no rule's.
    judged = {verdict: sum(rule.verdicts.get(verdict, 0) for rule in contents.regler) for verdict in rules}
    every = sum(judged.values())
    equations = [row for kommune in contents.kommuner for row in kommune.balance]
    balanced = sum(row["stemmer"] for row in equations)
    broken_rules = [rule for rule in contents.regler if rule.verdict == "broken"]
    return Summary(
        headline=_headline(contents.verdict, judged),
        bevist=_proved(judged["met"], every, balanced, len(equations), contents),
        brudt=_broken(contents, len(broken_rules), balanced, len(equations)),
        ikke_vurderet=_not_judged(contents, judged["not_evaluated"], every),
    )


def _headline(verdict: str, judged: dict[str, int]) -> Words:
    met, broken, unjudged = judged["met"], number(judged["broken"]), number(judged["not_evaluated"])
    verdicts = counted(met, Words("dom", "verdict"), Words("domme", "verdicts"))
    counts = Words(
        f"{verdicts.da} er opfyldt, {broken.da} brudt, og {unjudged.da} kunne ikke fældes.",
        f"{verdicts.en} {'is' if met == 1 else 'are'} met, {broken.en} broken, and {unjudged.en} could not be given.",
    )
    if verdict == "met":
        return Words(
            f"Afstemningen går op: alt, der var, er der, hvor det skal være. {counts.da}",
            f"The books balance: everything that was there is where it must be. {counts.en}",
        )
    if verdict == "broken":
        return Words(f"Afstemningen er brudt: {counts.da}", f"The reconciliation is broken: {counts.en}")
    return Words(
        f"Intet er fundet brudt, men ikke alt kunne vurderes: {counts.da}",
        f"Nothing was found broken, but not everything could be judged: {counts.en}",
    )


def _proved(met: int, every: int, balanced: int, equations: int, contents: Contents) -> Words:
    rules = counted(len(contents.regler), *_RULE)
    places = counted(len(contents.kommuner), *_KOMMUNE)
    obligations: Counter[str] = Counter()
    for row in contents.udfald:
        obligations.update(row["antal"])
    settled = obligations["bevaret"] + obligations["forklaret"]
    judged = obligations.total() - obligations["afventer"]
    of_all = Words(f"{number(met).da} af {number(every).da}", f"{number(met).en} of {number(every).en}")
    return Words(
        f"{rules.da} i {places.da}: {of_all.da} domme er opfyldt. {number(settled).da} af {number(judged).da} pligter, "
        f"der kan vurderes, er opfyldt, og {number(balanced).da} af {counted(equations, *_EQUATION).da} går op.",
        f"{rules.en} in {places.en}: {of_all.en} verdicts are met. {number(settled).en} of {number(judged).en} "
        f"obligations that can be judged are met, and {number(balanced).en} of "
        f"{counted(equations, *_EQUATION).en} balance.",
    )


def _broken(contents: Contents, rules: int, balanced: int, equations: int) -> Words:
    da, en = [], []
    if rules:
        findings = counted(contents.fund_i_alt, *_FINDING)
        said = counted(rules, *_RULE)
        da.append(f"{said.da} er brudt i mindst én kommune, med {findings.da} i alt.")
        verb = "is" if rules == 1 else "are"
        en.append(f"{said.en} {verb} broken in at least one kommune, with {findings.en} in all.")
    if balanced < equations:
        said = counted(equations - balanced, *_EQUATION)
        da.append(f"{said.da} går ikke op.")
        en.append(f"{said.en} {'does' if equations - balanced == 1 else 'do'} not balance.")
    checks = contents.optaelling["landing"]["broken"]
    if balanced == equations:
        checks += contents.optaelling["balance"]["broken"]
    if checks:
        said = counted(checks, *_CHECK)
        da.append(f"{said.da} af landing og balance er brudt.")
        en.append(f"{said.en} of landing and balance {'is' if checks == 1 else 'are'} broken.")
    return Words(" ".join(da) or "Intet.", " ".join(en) or "Nothing.")


def _not_judged(contents: Contents, rules: int, every: int) -> Words:
    waiting = sum(antal for row in contents.udfald for udfald, antal in row["antal"].items() if udfald == "afventer")
    da, en = [], []
    if rules:
        da.append(f"{number(rules).da} af {number(every).da} domme kunne ikke fældes.")
        en.append(f"{number(rules).en} of {number(every).en} verdicts could not be given.")
    if waiting:
        da.append(f"{number(waiting).da} pligter afventer en leverance fra efter overgangen.")
        en.append(f"{number(waiting).en} obligations wait for a delivery from after the transition.")
    if others := contents.optaelling["landing"]["not_evaluated"] + contents.optaelling["balance"]["not_evaluated"]:
        said = counted(others, *_CHECK)
        da.append(f"{said.da} af landing og balance havde intet at kontrollere.")
        en.append(f"{said.en} of landing and balance had nothing to check.")
    return Words(" ".join(da) or "Intet.", " ".join(en) or "Nothing.")
