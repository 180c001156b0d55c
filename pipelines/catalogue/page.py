"""The rule catalogue as Markdown and as one HTML page that asks nothing of the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipelines.catalogue import contents
from pipelines.catalogue.specs import CLEAN, Spec, SpecWorld
from pipelines.report.words import ALVOR, Words
from pipelines.rules import Rule

_DOM = {
    "opfyldt": Words("opfyldt", "met"),
    "brudt": Words("brudt", "broken"),
    "ikke_vurderet": Words("ikke vurderet", "not evaluated"),
}
# The class that the report's style gives a verdict.
_DOM_CLASS = {"opfyldt": "met", "brudt": "broken", "ikke_vurderet": "not_evaluated"}


def markdown(
    rules: Sequence[Rule],
    specs: Mapping[str, Sequence[Spec]],
    worlds: Mapping[str, SpecWorld],
    *,
    english: bool,
) -> str:
    """The catalogue of ``rules`` as Markdown, Danish unless ``english``, ending in a newline."""
    return _render("katalog.md", rules, specs, worlds, english=english)


def html(
    rules: Sequence[Rule],
    specs: Mapping[str, Sequence[Spec]],
    worlds: Mapping[str, SpecWorld],
    *,
    english: bool,
) -> str:
    """The catalogue of ``rules`` as one HTML page, Danish unless ``english``."""
    return _render("katalog.html", rules, specs, worlds, english=english)


def _render(
    template: str,
    rules: Sequence[Rule],
    specs: Mapping[str, Sequence[Spec]],
    worlds: Mapping[str, SpecWorld],
    *,
    english: bool,
) -> str:
    environment = Environment(
        loader=PackageLoader("pipelines.catalogue", "templates"),
        autoescape=template.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["celle"] = _cell
    environment.globals |= {
        "alvor": ALVOR,
        "domme": _DOM,
        "dom_klasse": _DOM_CLASS,
        "hvad": contents.what,
        "hvor": contents.where,
        "udfald": contents.outcome,
    }
    style = files("pipelines.report") / "templates" / "rapport.css"
    own_style = files("pipelines.catalogue") / "templates" / "katalog.css"
    shown = [contents.entry(rule, tuple(specs.get(rule.id, ()))) for rule in rules]
    begun_with = {CLEAN, *(name for entry in shown for spec in entry.specs for name in spec.med)}
    return environment.get_template(template).render(
        engelsk=english,
        opslag=shown,
        verdener=[world for name, world in worlds.items() if name in begun_with],
        ren=CLEAN,
        css=style.read_text(encoding="utf-8") + own_style.read_text(encoding="utf-8"),
    )


def _cell(text: str) -> str:
    """``text`` in a cell of a Markdown table, as code; nothing when it is empty."""
    return "`" + text.replace("|", "\\|") + "`" if text else ""
