"""The commands that show what is declared: rules, dictionary."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pipelines.cli.output import print_json, print_table, say
from pipelines.cli.verbs import AsJson
from pipelines.errors import UsageError


def rules(
    rule_id: Annotated[str | None, typer.Argument(metavar="ID", help="One rule, with its SQL.")] = None,
    english: Annotated[bool, typer.Option("--english", help="The titles in English.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the rules, or show one with its SQL.

    The header tells what the letter says, how grave a breach is and who answers for it.
    """
    from pipelines.rules import load_rules

    chosen = [rule for rule in load_rules() if rule_id is None or rule.id == rule_id.upper()]
    if not chosen:
        raise UsageError(f"There is no rule {rule_id}. afstem rules lists them.")
    if as_json:
        print_json(
            [
                {
                    "id": rule.id,
                    "alvor": rule.alvor,
                    "ejer": rule.ejer,
                    "titel_da": rule.titel_da,
                    "titel_en": rule.titel_en,
                    "brev": rule.brev,
                    "sql": rule.sql,
                }
                for rule in chosen
            ]
        )
    elif rule_id is None:
        print_table(
            ("rule", "alvor", "ejer", "title" if english else "titel"),
            [(rule.id, rule.alvor, rule.ejer, rule.titel_en if english else rule.titel_da) for rule in chosen],
        )
    else:
        # The file's own header says all that is declared about the rule.
        say(chosen[0].sql.rstrip())


def dictionary() -> None:
    """Print the data dictionary, Markdown in Danish.

    Every entity, column and code list of the delivery contract.
    """
    from pipelines.contract.dictionary import dictionary as text

    sys.stdout.write(text())
