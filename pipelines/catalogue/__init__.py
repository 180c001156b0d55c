"""The rule catalogue: every rule, what its header declares and what its specs show, as Markdown and as one page."""

from pipelines.catalogue.page import html, markdown
from pipelines.catalogue.specs import load_specs, load_worlds

__all__ = ["html", "load_specs", "load_worlds", "markdown"]
