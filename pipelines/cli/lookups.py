"""The commands that show what is declared: rules, dictionary."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from pipelines.cli.output import print_json, print_table, say
from pipelines.cli.verbs import AsJson
from pipelines.errors import UsageError


class CatalogueForm(StrEnum):
    """The forms that the rule catalogue comes in."""

    html = "html"
    md = "md"


def rules(
    rule_id: Annotated[str | None, typer.Argument(metavar="ID", help="One rule, with its SQL.")] = None,
    english: Annotated[bool, typer.Option("--english", help="Titles, and the catalogue, in English.")] = False,
    form: Annotated[CatalogueForm | None, typer.Option("--format", help="Print the catalogue, with its cases.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the rules, or show one with its SQL.

    The header tells what the letter says, how grave a breach is and who answers for it. With --format: the rule
    catalogue, in Danish, one HTML page or Markdown; each rule with cases that show what it finds and what it does not.
    """
    from pipelines.rules import load_rules

    if form and as_json:
        raise UsageError("--format prints the catalogue and --json the bare rules: give one of them.")
    chosen = [rule for rule in load_rules() if rule_id is None or rule.id == rule_id.upper()]
    if not chosen:
        raise UsageError(f"There is no rule {rule_id}. afstem rules lists them.")
    if form:
        from pipelines.catalogue import html, load_specs, load_worlds, markdown

        catalogue = html if form is CatalogueForm.html else markdown
        sys.stdout.write(catalogue(chosen, load_specs(), load_worlds(), english=english))
    elif as_json:
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
